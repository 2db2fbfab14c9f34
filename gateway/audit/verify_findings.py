"""What verification may find, and how it is told: code, table, key; never a record's value."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

LISTED_PER_CODE = 100
"""Findings of one code that are named one by one; all of them are counted."""

SAYS = {
    "store.unreadable": "the database engine cannot read the table",
    "store.integrity": "the database engine's own check finds a fault",
    "head.size": "the head does not say how far log or ledger go",
    "head.law_epoch": "the law's epoch is not the number of changes in the ledger",
    "ledger.index": "an operation is missing or out of its order",
    "ledger.hash": "the hash of an operation is not that of its bytes",
    "ledger.leaf": "an operation is not as the catalogue says",
    "ledger.node": "a node of the tree is not the hash of what is below it",
    "checkpoint.refused": "a checkpoint is malformed or not signed by this gateway",
    "checkpoint.root": "the ledger does not begin with what the checkpoint signed",
    "checkpoint.tail_cut": "the checkpoint is of a longer ledger: the end was cut off",
    "checkpoint.missing": "a checkpoint that was written to a file is not in the database",
    "checkpoint.time": "the time of a checkpoint does not fit the operations around it",
    "log.missing": "positions that an operation covers are not in the log",
    "log.uncovered": "a row of the log is covered by no operation",
    "log.batch": "rows are not those that the operation was sealed over",
    "log.changed": "a row's content is not what was hashed when it was recorded",
    "log.kind": "a row is of a kind that the operation does not make",
    "log.unreadable": "a row holds a value of a form that was never written",
    "log.class": "a row's record class does not exist",
    "sealed.missing": "a row's secret is gone, and no erasure says so",
    "erasure.undone": "an incident was erased, and a row of it holds content",
    "sealed.broken": "a row's secret does not open: it was changed, or the key is another",
    "sealed.uncovered": "a secret belongs to no row of the log",
    "incident.missing": "a row's incident does not stand in the table of incidents",
    "incident.standing": "an incident does not stand where the log has put it",
    "incident.feed": "an incident belongs to another feed than the push that recorded it",
    "incident.uncovered": "an incident has no first version in the log",
    "retention.undone": "retention destroyed a sealed half, and it is there",
    "retention.root": "the sealed halves destroyed are not those that the operation says",
    "retention.missing": "an operation of retention has no rows",
    "retention.uncovered": "a sealed half is gone, and no operation of retention says so",
    "retention.hold": "a hold of retention is not what its last operation says",
    "consultation.missing": "the row of a consultation is gone",
    "consultation.changed": "a consultation is not what its operation says: who, why, or what was opened",
    "consultation.uncovered": "a consultation has no operation: a body may have been opened unlogged",
    "subject_case_step.missing": "a step of a subject access case is gone",
    "subject_case_step.uncovered": "a step of a subject access case has no operation",
    "subject_case_step.changed": "a step of a subject access case is not what its operation says",
    "subject_key.changed": "the keys of a sealed half are not those that it gives",
    "subject_key.uncovered": "a key stands where no sealed half is kept",
    "subject_index.standing": "what is said of how far sealed halves are keyed is not so",
    "signal.missing": "the row of a signal is gone",
    "signal.changed": "a signal is not what its operation says: for whom, why, or on which reports",
    "signal.uncovered": "a signal has no operation",
    "signal_step.missing": "what was done about a signal is gone",
    "signal_step.changed": "what was done about a signal is not what its operation says",
    "signal_step.uncovered": "what was done about a signal has no operation",
    "rollup.count": "a roll-up is not the number of current, live versions of its cell",
    "class.hash": "a record class is not what its hash says",
    "class.unused": "a record class is used by no row of the log",
    "push.missing": "the row of a push is gone",
    "push.changed": "the row of a push is not what its operation says",
    "push.uncovered": "the row of a push has no operation",
    "release.missing": "the row of a release is gone",
    "release.changed": "the row of a release is not what its operation says",
    "release.uncovered": "a release has no operation: it left by no door",
    "release.order": "a subscription's releases do not follow upon each other",
    "release.balance": "considered is not released + withheld + held + superseded",
    "release.count": "a release's counts are not those of its window",
    "release.content": "rendered again, the release is not what was sent",
    "release.snapshot": "the release's law is not kept, or not whole",
    "release.unlawful": "the law of the day does not allow a record that was released",
    "release.while_stopped": "a release was made while no checkpoint could be published for too long",
    "release.kept_back": "what a release by cells kept back is not what its operation says",
    "release.cell": "a cell left in part, or with fewer incidents than its minimum",
    "disclosure.root": "the disclosures are not those that the release was sealed over",
    "disclosure.changed": "a disclosure does not fit the log row that it names",
    "disclosure.released_id": "a recipient's id is not the one that the key gives",
    "disclosure.uncovered": "disclosures belong to no release",
    "keys.destroyed": "a quarter's key is marked as destroyed, and no operation says so",
    "edition.missing": "the row of a published edition is gone",
    "edition.uncovered": "a published edition has no operation",
    "edition.changed": "made again, an edition is not what was published",
    "return_file.missing": "the row of a return's file is gone",
    "return_file.uncovered": "a return's file has no operation: it left by no door",
    "return.changed": "a return's file is not what its operation says",
    "return.balance": "what a return considered is not released + withheld + held",
    "return.rows": "the rows of a return are not those that it was sealed over",
    "return.content": "rendered again, the return is not what was made",
    "return.table": "a table that a holder brought is not what its operation says",
    "return.order": "a receipt names what was not handed out",
    "return.standing": "a return was not handed out or received as its operations say",
    "return.uncovered": "rows belong to no return",
    "snapshot.changed": "a snapshot of the law is not what its hash says",
    "snapshot.missing": "a snapshot of the law that was adopted is gone",
    "snapshot.uncovered": "a snapshot or part of one was never adopted",
    "register.changed": "an entry of the register is not what its last operation says",
    "register.missing": "an entry of the register is gone",
    "register.uncovered": "an entry of the register has no operation",
    "correction_step.missing": "a step of a correction is gone",
    "correction_step.changed": "a step of a correction is not what was hashed",
    "correction_step.uncovered": "a step of a correction has no operation",
    "correction_step.words": "what was said in a correction is gone or changed, and no step says so",
    "disclosure_request_step.missing": "a step of a request for disclosure is gone",
    "disclosure_request_step.changed": "a step of a request, or its words, is not what was hashed",
    "disclosure_request_step.uncovered": "a step of a request for disclosure has no operation",
    "request.uncovered": "a request for disclosure has no operation",
    "request.missing": "a request for disclosure is gone",
    "request.standing": "a request does not stand where its operations have put it",
    "proceeding_step.missing": "a step of a breach or an off-boarding is gone",
    "proceeding_step.changed": "a step of a breach or an off-boarding is not what was hashed",
    "proceeding_step.uncovered": "a step of a breach or an off-boarding has no operation",
    "bundle.approvals": "a policy bundle came into force otherwise than by two people's approval",
    "bundle.broken": "the documents of a policy bundle are not what was approved",
    "bundle.unusable": "this version cannot load the policy bundle that is in force",
    "subscription.standing": "a subscription does not stand where its operations have put it",
}
"""Every code with its sentence."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it was: which, in which table, at which key."""

    code: str
    table: str
    key: str


@dataclass(slots=True)
class Findings:
    """Gathers findings: the first of each code by name, all by number."""

    listed: list[Finding] = field(default_factory=list)
    counted: Counter[str] = field(default_factory=Counter)

    def add(self, code: str, table: str, key: object) -> None:
        """Note one. ``key`` is a position, index, number or id; never a value."""
        if code not in SAYS:
            raise LookupError(code)
        self.counted[code] += 1
        if not isinstance(key, int | str):
            key = "(not a number)"
        if self.counted[code] <= LISTED_PER_CODE:
            self.listed.append(Finding(code, table, str(key)))


@dataclass(frozen=True, slots=True)
class Report:
    """What was looked at, and everything that was found."""

    operations: int
    log_rows: int
    releases: int
    disclosures: int
    checkpoints: int
    root: str
    findings: tuple[Finding, ...]
    counted: dict[str, int]

    @property
    def whole(self) -> bool:
        """Whether nothing was found."""
        return not self.counted

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        names = ("operations", "log_rows", "releases", "disclosures", "checkpoints", "root")
        return {
            "verified": self.whole,
            **{name: getattr(self, name) for name in names},
            "found": self.counted,
            "findings": [
                {"code": f.code, "table": f.table, "key": f.key, "says": SAYS[f.code]}
                for f in self.findings
            ],
        }

    def text(self) -> str:
        """Return it as text for a terminal."""
        looked = (
            f"{self.operations:,} operations, {self.log_rows:,} log rows, {self.releases:,} "
            f"releases with {self.disclosures:,} disclosures, {self.checkpoints:,} checkpoints."
        )
        if self.whole:
            return f"Whole: {looked}\nRoot {self.root}\n"
        lines = [f"NOT WHOLE: {sum(self.counted.values()):,} findings in {looked}"]
        for code, number in self.counted.items():
            named = [f"{f.table} {f.key}" for f in self.findings if f.code == code]
            more = ", …" if number > len(named) else ""
            lines.append(f"{code} ({number:,}): {SAYS[code]}: {', '.join(named)}{more}")
        return "\n".join(lines) + "\n"
