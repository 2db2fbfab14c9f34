"""Verifying policy bundles: their documents, that two people approved, that the one in force loads."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from gateway.audit.verify_findings import Findings
from gateway.audit.verify_log import UNREADABLE
from gateway.audit.verify_stored import body_sha256, unnamed
from gateway.store.verifying import Evidence, Row
from policies import approvals
from policies.agreements import StepRefused
from policies.documents import Documents, sha256_of
from policies.refusals import PolicyRefused
from schemas.bundles import BundleChange, PolicyBundle

_STEPS = {change.value for change in BundleChange}


class BundleWalk:
    """Folds the operations about policy bundles, and holds the table against them."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._last: dict[str, tuple[int, Mapping[str, Any]]] = {}
        self._begun: dict[str, list[int]] = {}
        """By bundle, the epochs that began with it."""
        self.documents: set[str] = set()
        """Hashes of the documents that stored bundles consist of."""

    def take(self, index: int, document: Mapping[str, Any], epoch: int) -> bool:
        """Follow an operation of a policy; return whether it put a bundle in force.

        Args:
            index: Where it stands in the ledger.
            document: What it says.
            epoch: The law's epoch before it.
        """
        if document["change"] not in _STEPS:
            return False
        sha = document["policy_sha256"]
        self._last[sha] = (index, document)
        if not document.get("active"):
            return False
        self._begun.setdefault(sha, []).append(epoch + 1)
        return True

    def finish(self, evidence: Evidence, texts: Mapping[str, str]) -> None:
        """Hold the table against what was folded.

        Args:
            evidence: The database.
            texts: Documents by the hash under which they are stored, as they are.
        """
        left, read = dict(self._last), []
        for row in evidence.rows("policy_bundle"):
            index, document = left.pop(row[0], (None, None))
            if document is None:
                self._findings.add("register.uncovered", "policy_bundle", unnamed(row[0]))
                continue
            bundle = _read(row)
            if bundle is None or _stored(row) != (document["content_sha256"], index):
                self._findings.add("register.changed", "policy_bundle", row[0])
                continue
            self.documents |= set(bundle.documents.values())
            read.append(bundle)
        for name in left:
            self._findings.add("register.missing", "policy_bundle", name)
        for bundle in read:
            self._check(bundle, texts)
        for bundle in approvals.in_force(read)[:1]:
            self._check_loads(bundle, texts)

    def _check(self, bundle: PolicyBundle, texts: Mapping[str, str]) -> None:
        if not _approved_as_the_rules_say(bundle, self._begun.get(bundle.sha256, [])):
            self._findings.add("bundle.approvals", "policy_bundle", bundle.sha256)
        if sha256_of(_documents(bundle, texts)) != bundle.sha256:
            self._findings.add("bundle.broken", "policy_bundle", bundle.sha256)

    def _check_loads(self, bundle: PolicyBundle, texts: Mapping[str, str]) -> None:
        if not _loads(tuple(sorted(_documents(bundle, texts).items()))):
            self._findings.add("bundle.unusable", "policy_bundle", bundle.sha256)


@lru_cache(maxsize=8)
def _loads(texts: tuple[tuple[str, str], ...]) -> bool:
    """Whether documents are a whole bundle; remembered, for the same texts answer the same."""
    try:
        Documents.load(dict(texts), approved_before=True)
    except (PolicyRefused, *UNREADABLE):
        return False
    return True


def _read(row: Row) -> PolicyBundle | None:
    try:
        bundle = PolicyBundle.model_validate_json(row[1])
    except UNREADABLE:
        return None
    return bundle if bundle.sha256 == row[0] and bundle.steps else None


def _stored(row: Row) -> tuple[Any, ...]:
    return (body_sha256(row[1]), row[2])


def _documents(bundle: PolicyBundle, texts: Mapping[str, str]) -> dict[str, str]:
    return {name: str(texts.get(digest, "")) for name, digest in bundle.documents.items()}


def _approved_as_the_rules_say(bundle: PolicyBundle, begun: list[int]) -> bool:
    """Take every step again by the rules: two people, none of them twice, and the epochs of the ledger."""
    before: PolicyBundle | None = None
    try:
        for step in bundle.steps:
            if step.change is BundleChange.PROPOSED:
                before = approvals.proposed(before, bundle.sha256, bundle.documents, step)
            elif before is None:
                return False
            elif step.change is BundleChange.WITHDRAWN:
                before = approvals.withdrawn(before, None, step)
            else:
                plain = step.model_copy(update={"epoch": None})
                before = approvals.approved(before, None, plain, step.epoch or 0)
    except StepRefused:
        return False
    epochs = [one.epoch for one in bundle.steps if one.epoch is not None]
    return before == bundle and epochs == begun
