"""What an analyst may ask. Closed: an unknown parameter is refused, so that none is taken for another."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, Field

from schemas.base import DoesNotFit, Word
from schemas.codes import GssCode, Kind, NsirClass, Slug
from schemas.typology import TYPOLOGY


def _listed(codes: Iterable[str]) -> AfterValidator:
    """A check that a word is one of the typology's: a slip of the pen must not look like «none»."""
    known = frozenset(codes)

    def check(code: str) -> str:
        if code not in known:
            message = "the typology has no such code"
            raise DoesNotFit(message)
        return code

    return AfterValidator(check)


_Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
AreaCode = Annotated[_Code, _listed(area.code for area in TYPOLOGY.area)]
BehaviourCode = Annotated[_Code, _listed(TYPOLOGY.area_of)]


class IncidentQuestion(Word):
    """Which incidents, under which of the caller's own subscriptions."""

    subscription: Slug
    kind: Kind | None = None
    nsir_class: NsirClass | None = None
    area: AreaCode | None = None
    behaviour: BehaviourCode | None = None
    place: GssCode | None = None
    """An area at any level: LSOA, MSOA, ward or district."""
    first: date | None = None
    last: date | None = None
    """Days of the period in Europe/London, both in it; by when it occurred, else was reported."""
    after: Annotated[str, Field(max_length=128)] | None = None
    limit: Annotated[int, Field(ge=1, le=1_000)] = 500
