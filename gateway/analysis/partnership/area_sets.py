"""A named set of areas as the groups of a question: communities, districts, neighbourhoods, beats."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.analysis.feature_areas import Layer
from gateway.analysis.partnership.tables import Groups
from gateway.analysis.places.sets import SetUnusable, loaded_set
from gateway.analysis.places.standing import area_kind
from gateway.errors import NotFound, RequestInvalid
from gateway.law.area_documents import area_sets
from gateway.store.reading import Reader
from schemas.partnership import PartnershipQuestion
from schemas.problems import ProblemError


def groups_named(
    reader: Reader, question: PartnershipQuestion, editions: Mapping[str, Layer]
) -> Groups:
    """Return a set of areas by its name, ready for the level that is asked at.

    Args:
        reader: Of the database.
        question: With the set's name and the level.
        editions: The editions of areas that are used, by kind.

    Raises:
        NotFound: There is no such set.
        RequestInvalid: It cannot be used at that level.
    """
    kept = next((one for one in area_sets(reader) if one.name == question.set), None)
    if kept is None:
        raise NotFound
    kind = area_kind(question.level)
    # a level that the set is made of is counted by the set's own codes
    used = editions.get(kind)
    edition = kept.level_edition if kind == kept.level or used is None else used.edition
    try:
        found = loaded_set(reader, kept.name, question.level, edition)
    except SetUnusable as unusable:
        fault = ProblemError(pointer="/query/set", rule="request.query", says=unusable.says)
        raise RequestInvalid(errors=(fault,)) from None
    if found is None:
        raise NotFound
    names = {one.code: one.name for one in kept.areas}
    cut = tuple(f"{names[code]}: {found.says(code)}." for code in names if found.cut(code))
    edition_says = f"{kept.title}, {kept.edition}, of {kept.level} {kept.level_edition}"
    return Groups(kept.title, edition_says, names, found.area_of, cut)
