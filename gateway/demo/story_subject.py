"""The demonstration's people who ask: one answer nearly due, one overdue, one given. All invented."""

from __future__ import annotations

import json
from datetime import timedelta
from hashlib import sha256

from adapters.synthetic_nsir import EXAMPLE
from gateway.access.people import Person
from gateway.assembly import House
from gateway.clock import london_day
from gateway.demo.history import COUNCIL_CASES
from gateway.demo.people import LEAD
from gateway.demo.stage import COUNCIL, NSIR, POLICE
from gateway.intake.push import push
from gateway.intake.recorded import PushRequest
from policies.subject_search.asked import SubjectAsked
from schemas.consulting import ConsultationReason, ReasonCode
from schemas.subject_access import SubjectOutcome, SubjectStep

_SPELLINGS = ("ZOË SPECIMEN-JONES", "SPECIMEN JONES, ZOE", "Z SPECIMEN-JONES", "ZARA SPECIMAN")
_ASKED = SubjectAsked(names=("Zoë Specimen-Jones",), telephones=("01632 960555",))
_OTHER = SubjectAsked(names=("Ada Sampleson",))
_WORDS = "Asked in writing what is held and who received it"
_PATH = "/console/subject-access/{case}"


def tell(house: House, person: Person = LEAD) -> dict[str, str]:
    """Make the history; return route path → the same filled."""
    _push(house)
    _pull(house)
    desk, day = house.subject_desk, london_day(house.clock)
    running = desk.cases.open(person, _ASKED, day - timedelta(days=26), "SAR 41")
    _search(house, person, running, _ASKED)
    case = desk.cases.of(person, running)
    first = min(case.case.proposed)
    desk.cases.take(person, running, SubjectStep.CONFIRMED, {"incident": first, "part": 1})
    late = desk.cases.open(person, _OTHER, day - timedelta(days=45), "SAR 37")
    _search(house, person, late, _OTHER)
    done = desk.cases.open(person, _ASKED, day - timedelta(days=20), "SAR 29")
    _search(house, person, done, _ASKED)
    for incident in desk.cases.of(person, done).case.proposed:
        what = SubjectStep.CONFIRMED if incident == first else SubjectStep.REJECTED
        desk.cases.take(person, done, what, {"incident": incident, "part": 1})
    desk.answers.make(person, done, _why(done))
    desk.cases.take(
        person, done, SubjectStep.CLOSED, {"outcome": SubjectOutcome.ANSWERED.value, "words": ""}
    )
    return {
        _PATH: _PATH.format(case=running),
        f"{_PATH}/letter": f"{_PATH}/letter".format(case=done),
    }


def _why(case: str) -> ConsultationReason:
    return ConsultationReason(code=ReasonCode.SUBJECT_ACCESS, words=_WORDS, case=case)


def _search(house: House, person: Person, case: str, asked: SubjectAsked) -> None:
    house.subject_desk.searches.search(person, case, asked, _why(case))


def _push(house: House) -> None:
    """Four reports by the police: one person in three spellings, and somebody who sounds alike."""
    at = house.clock.now()
    rows = [
        {
            **EXAMPLE,
            "URN": f"26-00009{number}-20261031",
            "CALLER_NAME": name,
            "CALLER_TEL": "01632 960555" if number == 2 else "",  # noqa: PLR2004 - the third one
            "LOCATION": f"{number + 3} SPECIMEN WAY, LOUGHBOROUGH, LE11 9ZZ",
            "RESULT_TEXT": "CALLER HEARS LOUD MUSIC NEXT DOOR, WORDS OF ADVICE GIVEN",
        }
        for number, name in enumerate(_SPELLINGS)
    ]
    body = json.dumps(rows).encode()
    request = PushRequest(
        receipt_id=house.new_id(),
        client_id=f"{POLICE}-system",
        partner=POLICE,
        fingerprint=sha256(body).digest(),
        key_hmac=None,
        unit=None,
        at=at,
    )
    desk = house.desk(NSIR, house.book.current())
    push(body, "application/json", desk, request, house.writer, 1_000).result()


def _pull(house: House) -> None:
    """The council takes what is new for its case files."""
    if house.reader.subscription(COUNCIL_CASES, COUNCIL) is None:
        return
    cursor = None
    for _ in range(3):  # what it was given before, what is new, and that it has it
        pulled = house.door.pull(COUNCIL_CASES, COUNCIL, f"{COUNCIL}-system", cursor, 500)
        cursor = pulled.page.cursor
