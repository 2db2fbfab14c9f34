"""The depersonalised form part by part, so that many rows are treated at once.

There is one definition of the form, ``policies.depersonalise``. Here stands only on what each field of the
released record depends, read off the treatment table: rows that agree in that agree in the field, so that
it is worked out once for all of them, by that one definition. A field of which nothing is said here
stops whoever loads the table.
"""

from __future__ import annotations

from dataclasses import dataclass

from policies.refusals import PolicyRefused
from policies.treatments import Treatments
from schemas.released import DepersonalisedIncident

OF_THE_ROW = ("id", "version")
"""Fields that every row has for itself."""
_OF_CLASS = ("source", "controller")
_PLACE = (
    *("point_longitude", "point_latitude"),
    *("lsoa_code", "msoa_code", "ward_code", "district_code"),
)
_PRECISION = "time_precision"


@dataclass(frozen=True, slots=True)
class Factor:
    """Fields of the released record, and all that they depend on."""

    gives: tuple[str, ...]
    """In the order of the record."""
    columns: tuple[str, ...] = ()
    """Columns of the open half."""
    details: tuple[str, ...] | None = ()
    """Fields of the open half's detail; None for all of it."""
    of_class: tuple[str, ...] = ()
    """Fields of the record class."""


def factors_of(treatments: Treatments) -> tuple[Factor, ...]:
    """Return the parts of a released record under a table of the depersonalised lane.

    Raises:
        PolicyRefused: A field of the released record is of no part, or of two.
    """
    plan = treatments.plan
    times = [
        Factor(gives=(released,), columns=(source, _PRECISION)) for source, released in plan.times
    ]
    coded = [(source, released) for source, released in plan.columns if source != _PRECISION]
    precision = [released for source, released in plan.columns if source == _PRECISION]
    details = [released for _, released in plan.details]
    found = (
        *times,
        Factor(gives=tuple(precision), columns=(_PRECISION,)),
        Factor(
            gives=("place",),
            columns=_PLACE,
            details=("location_precision", "geography_editions", "point_edition"),
            of_class=("open_data", "sensitive"),
        ),
        Factor(gives=("repeat_at_place",), columns=("repeat_at_place",)),
        Factor(
            gives=_in_order([*_OF_CLASS, *(released for _, released in coded), *details]),
            columns=tuple(source for source, _ in coded),
            details=None,
            of_class=_OF_CLASS,
        ),
    )
    given = sorted([*OF_THE_ROW, *(name for factor in found for name in factor.gives)])
    if given != sorted(DepersonalisedIncident.model_fields):
        odd = sorted(set(DepersonalisedIncident.model_fields) ^ set(given)) or given
        raise PolicyRefused(
            f"{treatments.lane.value}.toml", odd[0], "it cannot be treated by parts"
        )
    return found


def _in_order(names: list[str]) -> tuple[str, ...]:
    order = list(DepersonalisedIncident.model_fields)
    return tuple(sorted(names, key=order.index))
