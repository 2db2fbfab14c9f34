"""The ledger's page: how far it goes, its key, verifying it whole, and proofs to take away."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from fastapi import Response

from gateway.audit.checkpoints import ledger_verifier_key
from gateway.audit.proofs import Taking, proof_of
from gateway.audit.verify_run import VerifyRun
from gateway.console.desk import Desk, Visit
from gateway.console.navigation import ADMINISTRATOR, AUDITOR, LEAD, NOMINATED, link
from gateway.errors import NotFound
from gateway.ledger.checkpoint import Checkpoint, CheckpointRefused, verify_checkpoint
from gateway.ledger.leaf import read_leaf
from gateway.ledger.tree import Frontier, consistency_proof, verify_consistency

PATH = "/console/ledger"
RUN, SINCE, PROOF, TAKEN = (f"{PATH}/{name}" for name in ("verify", "since", "proof", "checkpoint"))
READERS = (LEAD, NOMINATED, AUDITOR, ADMINISTRATOR)
_WHOLE = (LEAD, ADMINISTRATOR)
_LONGEST = 12
"""Digits of an entry's index."""


@dataclass(frozen=True, slots=True)
class Since:
    """What came of holding a pasted checkpoint against the ledger."""

    holds: bool
    says: str


@dataclass(slots=True)
class _Ledger:
    """The pages of one process's ledger; a run of verification is this process's own."""

    run: VerifyRun

    def show(self, visit: Visit, status: int = 200, **more: object) -> Response:
        """Give the page."""
        house = visit.house
        found = house.reader.newest_checkpoint()
        shown: dict[str, object] = {
            "size": house.reader.head().ledger_size,
            "checkpoint": found,
            "signed_at": None if found is None else datetime.fromtimestamp(found[2], tz=UTC),
            "key": ledger_verifier_key(house.keys).line(),
            "may_verify": visit.person.has(*_WHOLE),
            "run": self.run.seen(),
            "faults": (),
            "form": visit.form,
            "since": None,
        }
        return visit.page("ledger/ledger.html", status, **(shown | more))

    def verify(self, visit: Visit) -> Response:
        """Begin to verify everything, and lead to how far it is."""
        self.run.begin()
        return visit.see(RUN)

    def progress(self, visit: Visit) -> Response:
        """Say how far it is, or what was found."""
        return visit.page("ledger/run.html", run=self.run.seen())

    def hold_against(self, visit: Visit) -> Response:
        """Hold a pasted checkpoint against the ledger as it stands."""
        note = visit.form.get("checkpoint", "")
        try:
            older = _read(visit, note)
        except CheckpointRefused as refused:
            fault = ("checkpoint", f"This is no checkpoint of this gateway: {refused}.")
            return self.show(visit, 422, faults=[fault])
        return self.show(visit, since=_since(visit, older))

    def proof(self, visit: Visit) -> Response:
        """Give the file that proves an entry; that it was taken is a leaf."""
        house, person = visit.house, visit.person
        said, note = visit.form.get("entry", ""), visit.form.get("older", "")
        whole = person.has(*_WHOLE)
        faults: list[tuple[str, str]] = []
        older = None
        try:
            older = _read(visit, note) if note else None
        except CheckpointRefused as refused:
            faults.append(("older", f"This is no checkpoint of this gateway: {refused}."))
        index = int(said) if said.isascii() and said.isdecimal() and len(said) <= _LONGEST else None
        if index is None:
            faults.append(("entry", "Enter the number of an entry, such as 120."))
        if index is None or faults:
            return self.show(visit, 422, faults=faults)
        found = house.reader.leaf(index)
        if found is None or not (whole or _concerns(found[0], person.partner)):
            return self.show(visit, 422, faults=[("entry", "There is no such entry.")])
        made = proof_of(
            house.reader, house.keys, index, with_leaf=whole, since=older.size if older else None
        )
        if made is None:
            later = "No checkpoint covers this entry yet. Ask again in a minute."
            return self.show(visit, 422, faults=[("entry", later)])
        self._note(visit, "proof", index)
        return _attached(made, f"proof-of-entry-{index}.json", "application/json")

    def taken(self, visit: Visit) -> Response:
        """Give the last checkpoint as a file, for `gateway verify --checkpoint`."""
        found = visit.house.reader.newest_checkpoint()
        if found is None:
            raise NotFound
        self._note(visit, "checkpoint", None)
        return _attached(found[1], f"checkpoint-{found[0]}.txt", "text/plain; charset=utf-8")

    def _note(self, visit: Visit, method: str, entry: int | None) -> None:
        house, person = visit.house, visit.person
        taking = Taking(method, person.partner, entry, house.act(person.account))
        house.writer.run(taking)


def add(desk: Desk) -> None:
    """Put the pages in."""
    house = desk.house
    pages = _Ledger(VerifyRun(house.database, house.keys, house.home, house.clock))
    link("Evidence", PATH, "Ledger", *READERS)
    desk.get(PATH, *READERS)(pages.show)
    desk.get(RUN, *_WHOLE)(pages.progress)
    desk.post(RUN, *_WHOLE)(pages.verify)
    desk.post(SINCE, *READERS)(pages.hold_against)
    desk.post(PROOF, *READERS)(pages.proof)
    desk.post(TAKEN, *READERS)(pages.taken)


def _read(visit: Visit, note: str) -> Checkpoint:
    """Read a pasted note; browsers and mail take the last line's end away."""
    return verify_checkpoint(note.strip() + "\n", ledger_verifier_key(visit.house.keys))


def _since(visit: Visit, older: Checkpoint) -> Since:
    reader = visit.house.reader
    size = reader.head().ledger_size
    if older.size > size:
        says = (
            f"The checkpoint signs {older.size:,} entries and the ledger has {size:,}: its end is missing, "
            "or the gateway was put back to an earlier state."
        )
        return Since(holds=False, says=says)
    with reader.connection():
        root = Frontier.restored(size, reader.node).root()
        path = consistency_proof(reader.node, older.size, size) if older.size else []
    if older.size and not verify_consistency(older.size, size, path, older.root, root):
        says = f"The first {older.size:,} entries are not those that the checkpoint signs."
        return Since(holds=False, says=says)
    says = (
        f"The ledger of {size:,} entries begins with exactly the {older.size:,} that the checkpoint signs; "
        f"{size - older.size:,} came after it."
    )
    return Since(holds=True, says=says)


def _concerns(leaf: bytes, partner: str | None) -> bool:
    said = read_leaf(leaf)
    return partner is not None and partner in {said.get("partner"), said.get("recipient")}


def _attached(text: str, name: str, media_type: str) -> Response:
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
    }
    return Response(text, 200, headers, media_type)
