"""The play: simulated partner systems do the whole job over HTTP, scene by scene."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gateway.assembly import House, database_path
from gateway.audit.verify import Report, kept_notes, verify
from gateway.client.answers import Answer
from gateway.client.system import PartnerSystem
from gateway.demo import scenes
from gateway.demo.compared import compared
from gateway.demo.inbox import Inbox
from gateway.demo.ledger import fetch_checkpoint, ledger_key, witness
from gateway.demo.rows import Body, SyntheticRow, bodies, later_export, street_file
from gateway.demo.stage import (
    COUNCIL,
    FIRE,
    FIRE_17A,
    NSIR,
    OPEN_DATA,
    PCC,
    POLICE,
    POLICE_UK,
    UNIVERSITY,
    UNIVERSITY_RECORDS,
    Stage,
)
from gateway.demo.summary import LedgerState, Summary, account_of, summed
from schemas.receipts import Receipt
from schemas.sensitivity import Lane

BAD_BODY = b'{"URN": "26-0000001-20261101", "CREATED": "01/11/2026 09:00", "URN": "again"}'
"""It names a key twice, so nobody can say which is meant."""

_TRIES = 60
"""Records asked about at most, until one is found that shows every kind of treatment."""

_SHOWS = ("CALLER_TEL", "LOCATION", "QUALIFIERS", "RESULT_TEXT", "INCIDENT_DATE")


@dataclass(slots=True)
class Play:
    """One performance. ``perform`` yields its scenes."""

    url: str
    house: House
    stage: Stage
    rows: Sequence[SyntheticRow]
    publish: Callable[[], None]
    """Sign the ledger as it stands; a running gateway does it on a clock."""
    started: float
    """``time.monotonic()`` when the whole run began."""
    street: Path | None = None
    _systems: dict[str, PartnerSystem] = field(default_factory=dict)
    _receipts: dict[str, list[Receipt]] = field(default_factory=dict)

    def perform(self) -> Iterator[scenes.Scene]:
        """Do the whole job.

        Raises:
            Unexpected: The gateway answered what a partner cannot go on from.
        """
        with ExitStack() as systems:
            for partner, proof in self.stage.proofs.items():
                system = PartnerSystem(self.url, proof)
                self._systems[partner] = systems.enter_context(system)
            yield scenes.StageSet(self.stage)
            self.publish()
            key = ledger_key(self._systems[FIRE])
            older = fetch_checkpoint(self._systems[FIRE], key)
            yield from self._sending()
            fire = Inbox(self._systems[FIRE], FIRE_17A)
            yield self._receiving(fire)
            if self.street is not None:
                yield self._receiving(Inbox(self._systems[PCC], OPEN_DATA))
            university = Inbox(self._systems[UNIVERSITY], UNIVERSITY_RECORDS)
            yield self._refusal(university)
            row, record, given = self._exemplary(fire)
            table = self.house.book.current().law.treatments[Lane.DEPERSONALISED]
            yield scenes.Compared(compared(row, record, table), record["id"])
            for subscription in (FIRE_17A, UNIVERSITY_RECORDS):
                yield self._explained(row["URN"], subscription)
            retracted = self._retraction(row["URN"], fire, university)
            yield retracted
            self.publish()
            newer = fetch_checkpoint(fire.system, key)
            witnessed = witness(fire.system, given["leaf"], fire.lines, older, newer)
            proved = scenes.Proved(witnessed, self._verified())
            yield proved
        start = self.house.door.cursor(FIRE_17A, 0)
        yield scenes.Ended(self._summary(retracted, proved), row["URN"], start)

    # ------------------------------------------------------------------ sending
    def _sending(self) -> Iterator[scenes.Scene]:
        began = time.monotonic()
        police = self._systems[POLICE]
        pushes = list(bodies(self.rows))
        answers = [
            police.send(NSIR, body.content, body.media_type, key=f"demo-{number}")
            for number, body in enumerate(pushes)
        ]
        receipts = self._receipts[NSIR] = [_receipt(answer) for answer in answers]
        took = time.monotonic() - began
        forms = dict(Counter(body.form for body in pushes))
        yield scenes.Pushed(NSIR, forms, summed(NSIR, receipts), took)
        again = police.send(NSIR, pushes[0].content, pushes[0].media_type, key="demo-0")
        yield scenes.Repeated(same_receipt=_receipt(again) == receipts[0])
        later = later_export(_taken(pushes[0], answers[0]))
        receipts.append(_receipt(police.send(NSIR, later.content, later.media_type)))
        yield scenes.SentLater(receipts[-1])
        bad = police.send(NSIR, BAD_BODY, "application/json")
        yield scenes.BadBody(bad.status, bad.document)
        if self.street is not None:
            yield self._open_data(self.street)

    def _open_data(self, street: Path) -> scenes.Pushed:
        began = time.monotonic()
        receipts = self._receipts[POLICE_UK] = []
        council = self._systems[COUNCIL]
        for number, body in enumerate(street_file(street)):
            key = f"{street.name}-{number}"
            answer = council.send(POLICE_UK, body, "text/csv", key=key, unit=street.name)
            receipts.append(_receipt(answer))
        took = time.monotonic() - began
        total = summed(POLICE_UK, receipts)
        return scenes.Pushed(POLICE_UK, {"CSV": len(receipts)}, total, took)

    # ------------------------------------------------------------------ receiving
    def _receiving(self, inbox: Inbox) -> scenes.Pulled:
        began = time.monotonic()
        inbox.pull_all().wanted()
        took = time.monotonic() - began
        account = account_of(self.house.reader, inbox.subscription)
        records = inbox.records.values()
        places = dict(Counter(record["place"]["level"] for record in records).most_common())
        return scenes.Pulled(
            inbox.subscription, account, dict(inbox.pages), len(records), places, took
        )

    def _refusal(self, inbox: Inbox) -> scenes.Refused:
        answer = inbox.pull_all()
        conditions = answer.document.get("conditions", [])
        account = account_of(self.house.reader, inbox.subscription)
        return scenes.Refused(inbox.subscription, answer.status, conditions, account)

    # ------------------------------------------------------------------ one record
    def _exemplary(self, fire: Inbox) -> tuple[SyntheticRow, dict[str, Any], dict[str, Any]]:
        """Find a row that was closed with a behaviour and went out as a map point, and what it became."""
        full = [row for row in self.rows if all(row.get(name) for name in _SHOWS)]
        full.sort(key=lambda row: row["CLOSING_CODE_1"] == row["OPENING_CODE"])
        best: tuple[SyntheticRow, dict[str, Any], dict[str, Any]] | None = None
        for row in [*full[:_TRIES], *self.rows[:_TRIES]]:
            answer = self._systems[POLICE].explain(NSIR, row["URN"], FIRE_17A)
            document = answer.document if answer.status < 400 else {}  # noqa: PLR2004 - HTTP's line
            for given in document.get("given", []):
                record = fire.records.get(given["released_id"])
                if record is None or document["state"] != "live":
                    continue
                best = best or (row, record, given)
                if record["place"]["level"] == "map_point" and "typology_behaviour" in record:
                    return row, record, given
        if best is None:
            message = "no row of the police system reached the fire authority"
            raise LookupError(message)
        return best

    def _explained(self, reference: str, subscription: str) -> scenes.Explained:
        answer = self._systems[POLICE].explain(NSIR, reference, subscription).wanted()
        told = answer.document
        return scenes.Explained(
            subscription, told["decision"], told["basis"], told["met"], told["unmet"]
        )

    def _retraction(self, reference: str, fire: Inbox, university: Inbox) -> scenes.Retracted:
        answer = self._systems[POLICE].retract(NSIR, [reference], "recorded_in_error")
        fire.pull_all().wanted()
        university.pull_all()
        told = {one.subscription: one.notices for one in (fire, university)}
        return scenes.Retracted(answer.retracted, told)

    # ------------------------------------------------------------------ the end
    def _verified(self) -> Report:
        """Prove the whole, as `gateway verify` does."""
        home = self.house.home
        return verify(database_path(home), self.house.keys, kept_notes(home / "checkpoints"))

    def _summary(self, retracted: scenes.Retracted, proved: scenes.Proved) -> Summary:
        reader = self.house.reader
        subscriptions = [FIRE_17A, UNIVERSITY_RECORDS]
        if self.street is not None:
            subscriptions.append(OPEN_DATA)
        return Summary(
            feeds={feed: summed(feed, listed) for feed, listed in self._receipts.items()},
            subscriptions={name: account_of(reader, name) for name in subscriptions},
            retracted=retracted.retracted,
            ledger=LedgerState(size=reader.head().ledger_size, verified=proved.holds),
            seconds=round(time.monotonic() - self.started, 2),
        )


def _taken(body: Body, answer: Answer) -> list[SyntheticRow]:
    """Return the rows of a push that are not in quarantine."""
    refused = {problem["row"] for problem in answer.wanted().document["problems"]}
    return [row for number, row in enumerate(body.rows, start=1) if number not in refused]


def _receipt(answer: Answer) -> Receipt:
    """Read the receipt; a push of which every row was refused has one too, in its problem document."""
    told = answer.document if isinstance(answer.document, dict) else {}
    return Receipt.model_validate(told["receipt"] if "receipt" in told else answer.wanted())
