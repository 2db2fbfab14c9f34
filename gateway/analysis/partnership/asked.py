"""Asking one of the partnership's questions: its counts together, one operation in the ledger, its answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from gateway.analysis.counting import Cell
from gateway.analysis.entitled import Desk, Entitled
from gateway.analysis.feature_areas import editions_in_use
from gateway.analysis.partnership.area_sets import groups_named
from gateway.analysis.partnership.figures import Figures
from gateway.analysis.partnership.places_with_most import CATEGORY
from gateway.analysis.partnership.questions import COVERAGE, QUESTIONS, Kept
from gateway.analysis.partnership.tables import Answer, Asked, Groups, Residents, Told
from gateway.analysis.partnership.words import RULES, listed
from gateway.analysis.places.standing import area_kind
from gateway.analysis.several import Beside, Tables, ask_for_tables
from gateway.analysis.statistics import Answered
from gateway.clock import london_day
from gateway.store.analysing import of_category
from gateway.store.outlines import area_names
from gateway.store.populations import residents_of
from gateway.store.reading import Reader
from gateway.store.rollups import month_of
from policies.audience import CountRule
from schemas.codes import Kind
from schemas.counted import CountedPlace
from schemas.partnership import PartnershipName, PartnershipQuestion


def ask_partnership(
    desk: Desk,
    name: PartnershipName,
    question: PartnershipQuestion,
    partner: str,
    actor: str,
) -> Answer:
    """Answer one of the partnership's questions.

    Args:
        desk: What questions are answered with.
        name: Which question.
        question: Its parameters.
        partner: Who asks.
        actor: By which system or person.

    Raises:
        NotFound: Also where there is no set of areas of that name.
        RequestInvalid: The set cannot be used at that level of place.
        LawRefuses, ReleaseHeld, LawUnavailable, StoreUnavailable: As ``ask_for_tables``.
    """
    kept = QUESTIONS[name]
    question = kept.as_asked(question)
    today = london_day(desk.clock)
    if question.today is not None:
        today = min(today, question.today)
    period, earlier = kept.periods(question, today)
    land = _land(desk.reader, question, today)
    months = tuple(month for one in (period, *earlier.values()) for month in one.names)
    found = ask_for_tables(
        desk,
        question.subscription,
        kept.counts(question, months),
        partner,
        actor,
        _categories(desk.reader, question.level, frozenset(months)) if kept.category else None,
    )
    figures = {
        one: Figures.of(cells, published=found.published) for one, cells in found.cells.items()
    }
    asked = Asked(
        question, figures, period, earlier, land.names, land.groups, land.residents, land.areas
    )
    told = kept.tells(asked) if kept.meets else _of_known_months(kept, asked)
    if land.groups is not None:
        told = told._replace(sentences=(*told.sentences, *land.groups.cut))
    return Answer(
        name.value,
        kept.asks,
        told,
        period,
        found.at,
        found.leaf,
        found.marking,
        {rule: says for rule, says in RULES.items() if rule in _rules(told.tables)},
        _coverage(found, figures[COVERAGE], period.names),
        found.editions,
        land.says,
    )


class _Land(NamedTuple):
    """What is known of the areas that a question is about."""

    names: Mapping[str, str]
    groups: Groups | None
    residents: Residents | None
    says: tuple[str, ...]
    """The editions of all of it."""
    areas: frozenset[str]
    """Every area of the level."""


def _land(reader: Reader, question: PartnershipQuestion, day: date) -> _Land:
    editions = editions_in_use(reader, day)
    groups = None if question.set is None else groups_named(reader, question, editions)
    layer = editions.get(area_kind(question.level))
    names = {} if layer is None else area_names(reader, layer.geography)
    residents = _residents(reader)
    used = (layer and layer.says, groups and groups.edition, residents and residents.says)
    says = tuple(one for one in used if one)
    named = {code: name for code, name in names.items() if name}
    return _Land(named, groups, residents, says, frozenset(names))


def _of_known_months(kept: Kept, asked: Asked) -> Told:
    """Answer; say first of which months there is nothing, for that is no zero."""
    figures = asked.figures[COVERAGE]
    missing = [month for month in asked.period.names if month not in figures.months]
    if not missing:
        return kept.tells(asked)
    why = "published" if figures.published else "recorded"
    says = f"Nothing is {why} for {listed(missing)}"
    if len(missing) == asked.period.number:
        return Told((f"{says}.",), ())
    told = kept.tells(asked)
    return Told((f"{says}: the figures are of the other months.", *told.sentences), told.tables)


def _residents(reader: Reader) -> Residents | None:
    """Return who live where by the newest year that is loaded; None where nothing is."""
    with reader.connection() as connection:
        known = residents_of(connection)
    newest = {code: years[0] for code, years in known.items()}
    if not newest:
        return None
    used = sorted({f"population:{one.edition} of {one.year}" for one in newest.values()})
    return Residents(", ".join(used), {code: float(one.number) for code, one in newest.items()})


def _rules(tables: Any) -> set[str]:  # noqa: ANN401 - tables of an answer
    return {
        str(value)
        for table in tables
        for row in table.records()
        for name, value in row.items()
        if name.endswith("rule")
    }


def _coverage(found: Tables, published: Figures, months: tuple[str, ...]) -> dict[str, Any]:
    """Return into what the incidents of anti-social behaviour of the period could be mapped.

    Editions hold no coverage of their own: of those it is how many are published with a behaviour.
    """
    asb = Kind.ASB_INCIDENT.value
    said: dict[str, Any] = {"of": "everything of the period under this subscription", "kind": asb}
    rows = found.coverage.get(COVERAGE)
    if rows is None:
        behaviours = published.behaviours(asb, months)
        told = published.sum_of(one for name, one in behaviours.items() if name)
        return said | {"behaviour_told": told.number, "rule": told.rule.value}
    wanted = [row for row in rows if row.kind == asb and row.period in months]
    parts = ("rows", "mapped", "ambiguous", "unclassified", "class_only")
    return said | {part: sum(getattr(row, part) for row in wanted) for part in parts}


def _categories(reader: Reader, level: CountedPlace, months: frozenset[str]) -> Beside:
    """Return what counts the category of damage and arson among a reader's own records."""

    def count(entitled: Entitled) -> dict[str, Answered]:
        decided = entitled.decided
        # data.police.uk's alone: its points are published, with any area round them
        opened = [one for one in decided.allowed if decided.classes[one].open_data]
        with reader.connection() as connection:
            rows = of_category(connection, opened, decided.since, level.value, CATEGORY)
        counted: Counter[tuple[str, str, str]] = Counter()
        classes = set()
        for row in rows:
            month = month_of(row.at)
            if month in months:
                classes.add(row.class_id)
                kind = decided.classes[row.class_id].kind.value
                counted[kind, month, row.place] += row.number
        cells = [
            Cell(kind, month, place or None, CATEGORY, number, CountRule.OWN_COUNT.value)
            for (kind, month, place), number in sorted(counted.items())
        ]
        return {"category": Answered(cells, None, None, frozenset(classes), ())}

    return count
