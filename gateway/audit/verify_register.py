"""Verifying the register: bodies, snapshots of the law, and where each subscription stands.

Everything here is folded from the ledger's operations and then held against the tables.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from typing import Any

from gateway.audit.verify_bundles import BundleWalk
from gateway.audit.verify_endpoints import EndpointWalk
from gateway.audit.verify_findings import Findings
from gateway.audit.verify_geography import GeographyWalk
from gateway.audit.verify_holds import HoldWalk
from gateway.audit.verify_log import UNREADABLE
from gateway.audit.verify_stored import body_sha256, unnamed
from gateway.ledger.leaf import Operation
from gateway.store.verifying import Evidence
from policies.law import Law
from policies.refusals import PolicyRefused
from schemas.subscriptions import Subscription

_REGISTERED = {
    Operation.PARTNER: "partner",
    Operation.PROTOCOL: "protocol",
    Operation.AGREEMENT: "agreement",
    Operation.CLIENT: "client",
    Operation.FEED: "feed",
}
"""Operations whose last one holds the hash of a stored body; key and table bear the same name."""

_RAISES_EPOCH = {
    *_REGISTERED,
    Operation.SUBSCRIPTION,
    Operation.GEOGRAPHY,
    Operation.ANCHOR,
}
_ADOPTED = "adopted"
"""A snapshot that was stored."""
_LOADED = "loaded"
"""A bundle was put in force for one process, as earlier versions could; it raised the epoch."""


@dataclass(slots=True)
class Standing:
    """Where operations have put a subscription."""

    partner: str
    body_sha256: str
    row_version: int
    minimum_cell: int
    decided_to: int
    last_release: int = 0
    acknowledged: int = 0
    pending: int | None = None
    last_from: int = 0
    """Where the last release began: one that is closed gives its window back."""
    closed: set[int] = field(default_factory=set)
    """Releases that were closed: what they held was decided anew."""
    partners: set[str] = field(default_factory=set)
    """Every recipient it ever had; a notice bears the id under which the record was given."""

    def row(self) -> tuple[Any, ...]:
        """Return what the table must hold, but for the body."""
        kept = (self.decided_to, self.last_release, self.acknowledged, self.pending)
        return (self.partner, *kept, self.row_version)


class RegisterWalk:
    """Folds the operations that change the register, the law and the subscriptions."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._last: dict[str, dict[str, Mapping[str, Any]]] = {
            table: {} for table in _REGISTERED.values()
        }
        self._adopted: dict[str, Mapping[str, Any]] = {}
        self.standings: dict[str, Standing] = {}
        self.epoch = 0
        self.destroyed: set[str] = set()
        """Quarters whose key was destroyed."""
        self._stopped: set[str] = set()
        """Anchors that have failed for too long: nothing leaves until they work."""
        self._endpoints = EndpointWalk(findings)
        self._holds = HoldWalk(findings)
        self._geography = GeographyWalk(findings)
        self._bundles = BundleWalk(findings)
        self.eras = self._holds.eras
        """Where the log was put back to (``law.holds.eras``)."""

    def take(self, index: int, operation: Operation, document: Mapping[str, Any]) -> None:
        """Follow one operation."""
        self._destroy(operation, document)
        self._stop(operation, document)
        self._geography.take(operation, document)
        if operation in _RAISES_EPOCH:
            self.epoch += 1
        if operation in _REGISTERED:
            table = _REGISTERED[operation]
            key = document[table]
            if operation is Operation.AGREEMENT:
                key = f"{key}.{document['agreement_version']}"
            self._last[table][key] = document
        elif operation is Operation.POLICY:
            if document["change"] == _ADOPTED:
                self._adopted[document["snapshot"]] = document
            elif document["change"] == _LOADED:
                self.epoch += 1
            else:
                self.epoch += self._bundles.take(index, document, self.epoch)
        elif operation is Operation.RESTORE:
            # a hold that is placed or lifted; the restoring itself changes no law
            self.epoch += self._holds.take(document)
        elif operation is Operation.ENDPOINT:
            self._endpoints.take(document)
        elif operation is Operation.SUBSCRIPTION:
            self._subscribe(document)
        elif operation is Operation.ACKNOWLEDGEMENT:
            self._acknowledge(index, document)
        elif operation in {Operation.UNCONFIRMED, Operation.WITHDRAWAL}:
            self._reopen(index, document)

    def _stop(self, operation: Operation, document: Mapping[str, Any]) -> None:
        """Follow that releases stop for want of an anchor, or go on."""
        if operation is not Operation.ANCHOR:
            return
        if document["change"] == "stopped":
            self._stopped.add(document["method"])
        else:
            self._stopped.discard(document["method"])

    def _destroy(self, operation: Operation, document: Mapping[str, Any]) -> None:
        if operation is not Operation.KEYS:
            return
        name, _, quarter = document["key_name"].partition(".")
        if (name, document["change"]) == ("pseudonym", "destroyed"):
            self.destroyed.add(quarter.upper())

    def release(self, index: int, document: Mapping[str, Any]) -> None:
        """Follow a release: it begins where the last one ended, unless that was given back."""
        if self._stopped:
            self._findings.add("release.while_stopped", "ledger", index)
        standing, number = self.standings[document["subscription"]], document["number"]
        begins = (number, document["from_position"], document["recipient"])
        if begins != (standing.last_release + 1, standing.decided_to, standing.partner):
            self._findings.add("release.order", "ledger", index)
        standing.last_release = number
        standing.last_from = document["from_position"]
        standing.decided_to = document["to_position"]
        empty = not document["released"] and not document["notices"]
        standing.pending = None if empty else number
        if empty:
            standing.acknowledged = number

    def adopted(self, snapshot: str) -> bool:
        """Whether a snapshot was adopted before now."""
        return snapshot in self._adopted

    def finish(self, evidence: Evidence) -> None:
        """Hold the tables against what was folded."""
        for table, last in self._last.items():
            self._check_bodies(evidence, table, last)
        self._check_subscriptions(evidence)
        self._check_snapshots(evidence)
        self._endpoints.finish(evidence)
        self._holds.finish(evidence)
        self._geography.finish(evidence)

    # ------------------------------------------------------------------ subscriptions
    def _subscribe(self, document: Mapping[str, Any]) -> None:
        name = document["subscription"]
        standing = self.standings.get(name)
        if standing is None:
            standing = Standing("", "", 0, 0, document["from_position"])
            self.standings[name] = standing
        standing.partner = document["recipient"]
        standing.partners.add(standing.partner)
        standing.body_sha256 = document["content_sha256"]
        standing.row_version = document["row_version"]
        standing.minimum_cell = document["minimum_cell"]

    def _acknowledge(self, index: int, document: Mapping[str, Any]) -> None:
        standing, number = self.standings[document["subscription"]], document["number"]
        if not standing.acknowledged < number <= standing.last_release:
            self._findings.add("release.order", "ledger", index)
        standing.acknowledged = number
        if standing.pending is not None and standing.pending <= number:
            standing.pending = None

    def _reopen(self, index: int, document: Mapping[str, Any]) -> None:
        standing = self.standings[document["subscription"]]
        if standing.pending != document["number"]:
            self._findings.add("release.order", "ledger", index)
        standing.pending = None
        standing.closed.add(document["number"])
        standing.decided_to = standing.last_from

    def _check_subscriptions(self, evidence: Evidence) -> None:
        left = dict(self.standings)
        for name, partner, body, *numbers in evidence.rows("subscription"):
            standing = left.pop(name, None)
            if standing is None:
                self._findings.add("register.uncovered", "subscription", unnamed(name))
                continue
            if body_sha256(body) != standing.body_sha256:
                self._findings.add("register.changed", "subscription", name)
            if (partner, *numbers) != standing.row():
                self._findings.add("subscription.standing", "subscription", name)
        for name in left:
            self._findings.add("register.missing", "subscription", name)

    # ------------------------------------------------------------------ bodies
    def _check_bodies(
        self, evidence: Evidence, table: str, last: Mapping[str, Mapping[str, Any]]
    ) -> None:
        left = dict(last)
        numbers = {name: number for number, name in enumerate(last, start=1)}
        for key, body, third in evidence.rows(table):
            versioned = table == "agreement" and isinstance(key, str)
            name = f"{key}.{third}" if versioned else key
            document = left.pop(name, None)
            if document is None:
                self._findings.add("register.uncovered", table, unnamed(name))
                continue
            # a feed's number follows the order in which feeds were added; nothing else has one
            owners = {"client": document.get("partner"), "feed": numbers[name], "agreement": third}
            owner = owners.get(table, name)
            if body_sha256(body) != document["content_sha256"] or third != owner:
                self._findings.add("register.changed", table, name)
        for name in left:
            self._findings.add("register.missing", table, name)

    # ------------------------------------------------------------------ snapshots
    def _check_snapshots(self, evidence: Evidence) -> None:
        texts = {row[0]: row[1] for row in evidence.rows("snapshot_part")}
        whole = {name for name, text in texts.items() if body_sha256(text) == name}
        for name in texts.keys() - whole:
            self._findings.add("snapshot.changed", "snapshot_part", unnamed(name))
        self._bundles.finish(evidence, texts)
        left, used = dict(self._adopted), set(self._bundles.documents)
        for name, parts in evidence.rows("snapshot"):
            document = left.pop(name, None)
            if document is None:
                self._findings.add("snapshot.uncovered", "snapshot", unnamed(name))
                continue
            if body_sha256(parts) != document["content_sha256"]:
                self._findings.add("snapshot.changed", "snapshot", name)
                continue
            digests: dict[str, str] = json.loads(parts)  # noqa: TID251 - hashed just above
            used |= set(digests.values())
            if not whole >= set(digests.values()) or name != _law_sha256(digests, texts):
                self._findings.add("snapshot.changed", "snapshot", name)
        for name in left:
            self._findings.add("snapshot.missing", "snapshot", name)
        for name in texts.keys() - used:
            self._findings.add("snapshot.uncovered", "snapshot_part", unnamed(name))


class Laws:
    """The snapshots of a database as laws, each loaded when a release first names it."""

    def __init__(self, evidence: Evidence) -> None:
        self._texts = {row[0]: row[1] for row in evidence.rows("snapshot_part")}
        self._parts = {row[0]: row[1] for row in evidence.rows("snapshot")}

    def get(self, snapshot: str) -> Law | None:
        """Return the law, or None where it is not whole or this version cannot load it."""
        try:
            digests = json.loads(self._parts[snapshot])  # noqa: TID251 - ours; its hash is checked elsewhere
            parts = tuple((name, self._texts[digest]) for name, digest in sorted(digests.items()))
            law = _loaded(parts)
        except (PolicyRefused, *UNREADABLE):
            return None
        return law if law.sha256 == snapshot else None


@lru_cache(maxsize=16)
def _loaded(parts: tuple[tuple[str, str], ...]) -> Law:
    return Law.from_parts(dict(parts))


def stored_requests(evidence: Evidence) -> dict[str, Subscription]:
    """Return the requests as they stand, by the hash of their body."""
    requests: dict[str, Subscription] = {}
    for row in evidence.rows("subscription"):
        try:
            stored = Subscription.model_validate_json(row[2])
        except UNREADABLE:
            continue
        requests[body_sha256(row[2])] = stored
        if stored.request is not None and stored.request.withdrawn:
            # what was collected before it ended was collected under what was decided first
            terms = stored.request.model_copy(update={"withdrawn": False})
            before = stored.model_copy(update={"request": terms, "version": 1})
            requests[body_sha256(before.model_dump_json())] = before
    return requests


def _law_sha256(digests: Mapping[str, str], texts: Mapping[str, str]) -> str:
    parts = {name: texts[digest] for name, digest in digests.items()}
    return sha256(json.dumps(parts, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
