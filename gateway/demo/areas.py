"""Invented sets of the invented areas: neighbourhoods, Joint Action Group areas, beats. Nobody's."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.analysis.places.standing import CENSUS_2021
from gateway.assembly import House
from gateway.law.area_documents import AreaDocument, PutAreaDocument
from schemas.areas import AreaSet, EditionDates

SOURCE = "Invented for the demonstration; nobody's areas"


def put_invented_sets(
    house: House, actor: str, edition: str, squares: Mapping[str, tuple[int, int]]
) -> None:
    """Say where the invented edition comes from, and keep three sets of its LSOAs.

    Args:
        house: The demonstration's.
        actor: Who does it.
        edition: Of the invented LSOAs.
        squares: Column from the west and row from the south of each LSOA, by its code.
    """
    documents: tuple[AreaDocument, ...] = (
        *(
            EditionDates.model_validate(
                {"kind": kind, "edition": edition, "starts": CENSUS_2021, "source": SOURCE}
            )
            for kind in ("lsoa", "districts", "wards")
        ),
        *_sets(edition, squares),
    )
    for document in documents:
        house.writer.run(PutAreaDocument(document, house.act(actor)))


def _sets(edition: str, squares: Mapping[str, tuple[int, int]]) -> list[AreaSet]:
    middle = 1 + max(column for column, _ in squares.values()) // 2
    north = {code: row >= middle for code, (_, row) in squares.items()}
    groups = {code: 2 * north[code] + (at[0] >= middle) for code, at in squares.items()}
    sides = ("South west", "South east", "North west", "North east")
    beats = {code: 3 * (at[1] // 4) + at[0] // 4 for code, at in squares.items()}
    neighbourhoods = {
        code: (column >= middle) + 0
        for code, (column, row) in squares.items()
        if row in {middle, middle + 1} and column in {2, 3, middle + 1, middle + 2}
    }
    named = ("West neighbourhood", "East neighbourhood")
    return [
        _set(
            "priority",
            "Priority neighbourhoods",
            "priority_neighbourhoods",
            edition,
            neighbourhoods,
            named,
        ),
        _set(
            "groups", "Joint Action Group areas", "joint_action_group_areas", edition, groups, sides
        ),
        _set(
            "beats",
            "Beats",
            "beats",
            edition,
            beats,
            [f"Beat {n + 1}" for n in range(1 + max(beats.values()))],
        ),
    ]


def _set(
    name: str,
    title: str,
    kind: str,
    edition: str,
    area_of: Mapping[str, int],
    names: list[str] | tuple[str, ...],
) -> AreaSet:
    areas = [
        {
            "code": called.casefold().replace(" ", "-"),
            "name": called,
            "members": {code: 1.0 for code, one in area_of.items() if one == number},
        }
        for number, called in enumerate(names)
    ]
    return AreaSet.model_validate(
        {
            "name": name,
            "title": title,
            "kind": kind,
            "edition": edition,
            "level": "lsoa",
            "level_edition": edition,
            "areas": areas,
        }
    )
