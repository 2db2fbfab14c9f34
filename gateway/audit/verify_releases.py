"""Verifying releases: row and operation, each disclosure, the content rendered again, the law asked again.

What cannot be recomputed later: how «withheld» and «superseded» were split where rows moved between
reading and commit (both have bounds and their sum is exact), the reasons' counts, and the window's
count under a filter that was changed since; and the content of a release that held a record which was
erased since. All of them are in the operation's own hash.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from gateway.audit.verify_cells import CellWalk, cells_of
from gateway.audit.verify_findings import Findings
from gateway.audit.verify_log import UNREADABLE, seconds
from gateway.audit.verify_register import Laws, RegisterWalk, Standing
from gateway.keys.ring import KeyRing
from gateway.keys.sealing import SealBroken
from gateway.ledger.tree import batch_root
from gateway.log.commitment import EntryKind, State
from gateway.release.decided import decide_classes, recorded_since
from gateway.release.disclosed import NAMELESS, RECORD, content_hash, disclosure_entry
from gateway.release.treated import (
    Names,
    names_for,
    notice_of,
    treat,
    treat_in_cells,
    treat_under_115,
)
from gateway.store.opening import SealedRow
from gateway.store.releasing import Candidate, Held
from gateway.store.verifying import Evidence, Row
from policies.cells import COARSENED
from policies.law import Law
from schemas.cells import Cells
from schemas.record_class import RecordClass
from schemas.sensitivity import Lane
from schemas.subscriptions import Subscription

_COUNTS = ("considered", "released", "withheld", "held", "superseded", "notices", "reasons")
_DISCLOSURE = ("sequence", "incident", "version", "position", "released_id", "what", "reason")
_ENTRY_KIND, _ENTRY_REASON, _INCIDENT_STATE, _CANDIDATE = 7, 8, 9, 10
_SEALED = _CANDIDATE + len(Candidate._fields)
_KIND = Candidate._fields.index("kind")


class ReleaseWalk:
    """Checks each release when its operation is reached."""

    def __init__(
        self,
        evidence: Evidence,
        keys: KeyRing,
        classes: Mapping[int, RecordClass],
        laws: Laws,
        requests: Mapping[str, Subscription],
        register: RegisterWalk,
        findings: Findings,
    ) -> None:
        self._evidence, self._keys, self._findings = evidence, keys, findings
        self._destroyed = keys.quarters.destroyed
        self._classes, self._laws, self._requests = classes, laws, requests
        self._register = register
        self._cells = CellWalk(evidence, classes, findings)
        self._names: dict[str, Names] = {}
        self._asked: dict[tuple[object, ...], Subscription] = {}
        self.seen = 0
        self.disclosures = 0

    def check(
        self, index: int, document: Mapping[str, Any], row: Row | None, log_size: int
    ) -> None:
        """Check one release.

        Args:
            index: Its operation.
            document: What the operation says.
            row: Its row, if there is one.
            log_size: How long the log was when it was sealed.
        """
        self.seen += 1
        key = f"{document['subscription']}/{document['number']}"
        if row is not None and not _same(row, document):
            self._findings.add("release.changed", "release", key)
        parts = sum(document[name] for name in ("released", "withheld", "held", "superseded"))
        if document["considered"] != parts or document["to_position"] > log_size:
            self._findings.add("release.balance", "ledger", index)
        rows = list(self._evidence.disclosed(document["subscription"], document["number"]))
        self.disclosures += len(rows)
        self._check_rows(key, document, rows)
        standing = self._register.standings[document["subscription"]]
        self._cells.check(key, document, rows, standing.closed)
        law = self._laws.get(document["snapshot"])
        if law is None or not self._register.adopted(document["snapshot"]):
            self._findings.add("release.snapshot", "release", key)
            return
        self._check_content(key, document, rows, law, standing)
        self._check_window(key, document, rows, law, standing, log_size)

    # ------------------------------------------------------------------ disclosures
    def _check_rows(self, key: str, document: Mapping[str, Any], rows: list[Row]) -> None:
        kinds = Counter(RECORD if row[5] == RECORD else "notice" for row in rows)
        if (kinds[RECORD], kinds["notice"]) != (document["released"], document["notices"]):
            self._findings.add("release.count", "disclosure", key)
        try:
            root = batch_root(disclosure_entry(_named(row)) for row in rows).hex()
        except UNREADABLE:
            root = ""
        if root != document["disclosures_root"]:
            self._findings.add("disclosure.root", "disclosure", key)
        partners = self._register.standings[document["subscription"]].partners
        going = _going(rows)
        for number, row in enumerate(rows):
            if not _fits_log(row, going):
                self._findings.add("disclosure.changed", "disclosure", f"{key}/{number}")
            elif self._is_nameless(row):
                # only the root can vouch for it: the key that made it is gone, which an operation says
                continue
            elif not any(self._id_of(partner, row) == row[4] for partner in partners):
                self._findings.add("disclosure.released_id", "disclosure", f"{key}/{number}")

    def _is_nameless(self, row: Row) -> bool:
        return row[_CANDIDATE + 4] in self._destroyed

    def _id_of(self, partner: str, row: Row) -> str | None:
        names = self._names.get(partner)
        if names is None:
            names = self._names[partner] = names_for(self._keys, partner, self._register.eras)
        try:
            return names.id_of(row[1], row[_CANDIDATE + 4])
        except UNREADABLE:
            return None

    # ------------------------------------------------------------------ content and law
    def _check_content(
        self, key: str, document: Mapping[str, Any], rows: list[Row], law: Law, standing: Standing
    ) -> None:
        if not any(map(_is_erased, rows)) and not any(map(self._is_nameless, rows)):
            try:
                lines = self._rendered(rows, law, document, standing)
            except (*UNREADABLE, SealBroken):
                lines = [b""]
            if content_hash(lines).hex() != document["content_sha256"]:
                self._findings.add("release.content", "release", key)
        asked = self._request(document, standing)
        day = date.fromisoformat(document["day"])
        class_ids = {row[_CANDIDATE + 3] for row in rows if row[5] == RECORD}
        for class_id in class_ids:
            record_class = self._classes.get(class_id)
            if record_class is None or not law.decide(asked, record_class, day).releases:
                self._findings.add("release.unlawful", "release", key)

    def _rendered(
        self, rows: list[Row], law: Law, document: Mapping[str, Any], standing: Standing
    ) -> list[bytes]:
        recipient = document["recipient"]
        names = self._names.get(recipient) or names_for(self._keys, recipient, self._register.eras)
        going = _going(rows)
        lines: list[Any] = [
            notice_of(_held(row, row[6], going)) for row in rows if row[5] != RECORD
        ]
        given = [row for row in rows if row[5] == RECORD]
        records = [Candidate._make(row[_CANDIDATE:_SEALED]) for row in given]
        if document["lane"] == Lane.PERSONAL.value:
            held = {
                row[3]: SealedRow._make(row[_SEALED:-1])
                for row in given
                if row[_SEALED + 1] is not None
            }
            classes = {row.class_id: self._classes[row.class_id] for row in records}
            asked, day = self._request(document, standing), date.fromisoformat(document["day"])
            decided = decide_classes(law, asked, classes, day)
            lines += treat_under_115(records, decided, law, names, held, self._keys)
        elif (cells := cells_of(document)) is not None:
            coarsened = {row[3] for row in given if row[6] == COARSENED}
            lines += treat_in_cells(records, self._classes, law, names, cells, coarsened)
        else:
            lines += treat(records, self._classes, law, names)
        return [line.model_dump_json(exclude_defaults=True).encode() for line in lines]

    def _request(self, document: Mapping[str, Any], standing: Standing) -> Subscription:
        """The request as it stood: the law looks at nothing of it that the operation does not say."""
        said = {name: document[name] for name in ("power", "purpose", "lane", "mode")}
        said |= {"id": document["subscription"], "partner": document["recipient"]}
        minimum = document.get("minimum_cell", standing.minimum_cell)
        said |= {"minimum_cell": minimum, "version": standing.row_version}
        said["cells"] = cells_of(document) or Cells()
        said["agreement"] = document.get("agreement")
        stored = self._requests.get(standing.body_sha256)
        if stored is not None and document.get("request") == stored.id:
            # what was decided of one request: hashed in the operation that let it be collected
            said |= {"request": stored.request, "case_review": stored.case_review}
        known = tuple(said.values())
        if known not in self._asked:
            self._asked[known] = Subscription.model_validate(said)
        return self._asked[known]

    # ------------------------------------------------------------------ counts
    def _check_window(
        self,
        key: str,
        document: Mapping[str, Any],
        rows: list[Row],
        law: Law,
        standing: Standing,
        log_size: int,
    ) -> None:
        """Count the window again as the log stood; see the module's first lines for what it cannot."""
        request = self._requests.get(standing.body_sha256)
        if request is None:
            return
        asked, day = self._request(document, standing), date.fromisoformat(document["day"])
        considered = withheld = again = 0
        to_go: Counter[int] = Counter()
        span = (document["from_position"], document["to_position"])
        since = recorded_since(law, asked, day)
        waited = self._cells.waited(document, standing.closed)
        offers = [(0, *row) for row in self._offered(request, span, log_size, since)]
        offers += [(row[2], *row) for row in self._evidence.among(waited, log_size, since)]
        for waiting, class_id, state, number in offers:
            record_class = self._classes.get(class_id)
            if record_class is None or not request.filter.asks_for(record_class):
                continue
            considered += number
            again += waiting
            if state == "restricted":
                withheld += number
            elif state == "live" and law.decide(asked, record_class, day).releases:
                to_go[class_id] += number
            elif state == "live":
                withheld += number
        gone = Counter(row[_CANDIDATE + 3] for row in rows if row[5] == RECORD)
        gone += self._cells.kept_by_class(document, log_size, since)
        counted = considered == document["considered"] and withheld <= document["withheld"]
        counted &= again == document.get("held_before", 0)
        nameless = document["reasons"].get(NAMELESS, 0)
        counted &= not nameless or bool(self._register.destroyed)
        if not counted or gone - to_go or (to_go - gone).total() != nameless:
            self._findings.add("release.count", "release", key)

    def _offered(
        self, request: Subscription, span: tuple[int, int], log_size: int, since: int
    ) -> Iterator[Row]:
        """What a window offers: a stretch of the log, or what was decided of one request in it."""
        if request.request is None:
            return self._evidence.window(*span, log_size, since)
        places = [at for at in request.request.positions if span[0] < at <= span[1]]
        return self._evidence.among(places, log_size, since)


def _is_erased(row: Row) -> bool:
    """Whether a record, or its sealed half, is gone; that an erasure says so, the log's walk has seen."""
    destroyed = row[_SEALED + len(SealedRow._fields)] is not None
    return row[5] == RECORD and (destroyed or row[_CANDIDATE + _KIND] is None)


def _named(row: Row) -> dict[str, object]:
    return dict(zip(_DISCLOSURE, row, strict=False))


def _going(rows: list[Row]) -> frozenset[int]:
    """The incidents of which the release holds a record."""
    return frozenset(row[1] for row in rows if row[5] == RECORD)


def _held(row: Row, reason: str | None, going: frozenset[int]) -> Held:
    _, incident, version, position, released_id = row[:5]
    now, follows = row[_CANDIDATE + 2], incident in going
    return Held(position, incident, row[_ENTRY_KIND], reason, version, released_id, now, follows)


def _fits_log(row: Row, going: frozenset[int]) -> bool:
    """Whether a disclosure is about the log row that it names, in every column."""
    _, incident, version, position, released_id, what, reason = row[: len(_DISCLOSURE)]
    logged = row[_CANDIDATE : _CANDIDATE + 3]
    if not isinstance(released_id, str) or not isinstance(what, str) or reason == "":
        return False
    if what == RECORD:
        recorded = row[_ENTRY_KIND] == EntryKind.RECORDED.value
        whole = reason is None or reason == COARSENED
        return recorded and whole and logged == (position, incident, version)
    if logged[:2] != (position, incident):
        return False
    # of an erased incident the reasons went too; what the notice said is in the release's own hash
    said = reason if row[_INCIDENT_STATE] == State.ERASED.value else row[_ENTRY_REASON]
    try:
        notice = notice_of(_held(row, said, going))
    except UNREADABLE:
        return False
    return (what, reason) == (f"notice:{notice.kind.value}", notice.reason)


def _same(row: Row, document: Mapping[str, Any]) -> bool:
    """Whether a row of ``release`` says what its operation says."""
    counts = {name: document[name] for name in _COUNTS}
    if "held_before" in document:
        counts["held_before"] = document["held_before"]
    said = (
        *(document[name] for name in ("subscription", "number", "from_position", "to_position")),
        *(document[name] for name in ("snapshot", "law_epoch", "day")),
        seconds(document["at"]),
        json.dumps(counts, sort_keys=True, separators=(",", ":")),
        bytes.fromhex(document["content_sha256"]),
    )
    return row[1:] == said
