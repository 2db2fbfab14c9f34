"""What requests for disclosure have to tell: released, in part, refused, existence only, urgent, waiting.

Everybody asked about is invented, as the records are.
"""

from __future__ import annotations

from typing import Any

from gateway.assembly import House
from gateway.audit.request_desk import requests_of
from gateway.audit.request_state import Decider
from gateway.audit.requests import Requests
from gateway.demo.stage import COUNCIL, DEPUTY, OFFICES, POLICE
from gateway.errors import GatewayError
from gateway.settings import Settings
from gateway.store.requesting import newest_of
from schemas.requests import Answer, Asking

_PATH = "/console/requests/{request}"
_SYSTEM, _WHO, _DEPUTY = "council-system", "police-nominated", "police-deputy"
_ASKED: dict[str, Any] = {
    "holder": POLICE,
    "purpose": "preventing_crime_and_disorder",
    "provision": "s17",
    "necessity": "necessary",
}
_GIVEN: dict[str, Any] = {
    "words": "Two officers visit on Monday; what goes is what they need at the door.",
    "roles": ("caller", "complainant"),
    "crossing": "Civil action against noise, authorised by section 115.",
    "children": "The visit is to protect them.",
}
_SUBJECTS: tuple[dict[str, Any], ...] = (
    {"kind": "person", "name": "Ada Example"},
    {"kind": "address", "address": "12 Example Road, Loughborough", "postcode": "LE11 9ZZ"},
    {"kind": "person", "name": "Ben Sample", "telephone": "07700 900123"},
    {"kind": "case", "reference": "CASE-EXAMPLE"},
    {"kind": "person", "name": "Cy Specimen"},
    # a home of ``story_subject``: whoever decides finds a record there
    {"kind": "address", "address": "5 Specimen Way, Loughborough", "postcode": "LE11 9ZZ"},
)


def tell(house: House) -> dict[str, str]:
    """Ask six times and answer five; return the pages of one answered and of the one that waits."""
    desk = requests_of(house, Settings(home=house.home))
    names = [
        desk.ask(COUNCIL, _SYSTEM, _asking(subject, urgent=number == 4))  # noqa: PLR2004 - the fifth
        for number, subject in enumerate(_SUBJECTS)
    ]
    released, part, refused, told, urgent, waits = names
    places = _places(house, desk)
    nominated = Decider(_WHO, OFFICES[POLICE])
    first = _answered(desk, released, nominated, places, outcome="released", told="Ring first.")
    _answered(
        desk,
        part,
        nominated,
        places,
        outcome="part",
        refusal="not_proportionate",
        fields=("address_text", "occurred_from"),
        roles=(),
    )
    _answered(desk, told, nominated, places, outcome="existence_only", refusal="ask_elsewhere")
    _answered(desk, urgent, Decider(_DEPUTY, DEPUTY), places, outcome="released")
    nothing = {"outcome": "nothing", "refusal": "not_necessary", "words": "Ask the landlord first."}
    desk.answer(refused, POLICE, nominated, Answer.model_validate(nothing))
    if first:
        pulled = house.door.pull(released, COUNCIL, _SYSTEM, None, 100)
        house.door.acknowledge(released, COUNCIL, _SYSTEM, pulled.page.cursor)
    return {
        _PATH: _PATH.format(request=released),
        f"{_PATH}/form": f"{_PATH.format(request=part)}/form",
        f"{_PATH}/decide": f"{_PATH.format(request=waits)}/decide",
    }


def _asking(subject: dict[str, Any], *, urgent: bool) -> Asking:
    why = "Reports of noise and threats at one address; we visit and must know whom we meet."
    hurry = {"urgent": "A neighbour was threatened this morning."} if urgent else {}
    return Asking.model_validate({**_ASKED, "subject": subject, "why": why, **hurry})


def _places(house: House, desk: Requests) -> list[int]:
    """The newest records of the police, of classes that the crosswalk does not withhold."""
    classes = [
        at
        for at, one in house.book.classes().items()
        if one.controller == POLICE and one.field_groups and one.mapping_status == "mapped"
    ]
    with desk.reader.connection() as connection:
        return [one.position for one in newest_of(connection, classes, 40)]


def _answered(
    desk: Requests,
    name: str,
    decider: Decider,
    places: list[int],
    **said: Any,  # noqa: ANN401 - parts of an answer
) -> int | None:
    """Answer with the first record that the law lets go; None where it lets none."""
    for place in places:
        answer = Answer.model_validate({**_GIVEN, **said, "positions": (place,)})
        try:
            return desk.answer(name, POLICE, decider, answer)
        except GatewayError:
            continue  # of a class that may not go: the next one
    return None
