"""An answer to a request for statistics: what is published already, with the rule of every hidden figure.

Read from a published edition and nothing else, so that no answer can be subtracted from another (FOIA 2000
s.21 and s.40(2); Information Commissioner v Miller [2018] UKUT 229).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from gateway.audit.documents.configuration import Configuration, PublishedEdition
from gateway.audit.documents.model import Cell, Derived, Document, Grid, Said, section
from gateway.audit.documents.words import day, plain
from policies.audience import CountRule
from policies.edition_text import Row
from schemas.typology import TYPOLOGY

KIND = "statistics-answer"
LEVELS = ("district", "ward")
"""Levels that the answer lists; finer ones stand in the same edition, for whoever asks for them."""
UNTOLD = frozenset({"stage"})
"""What is no prescribed information (SI 2007/1831): published tables show it to nobody under that duty."""
RULES = {
    CountRule.OWN_COUNT: "Counted from records that the reader may have.",
    CountRule.PUBLISHED_TOTAL: "A total of anti-social behaviour, as data.police.uk publishes it.",
    CountRule.ROUNDED: "Rounded to the nearest 5, so that it cannot be subtracted to a household.",
    CountRule.HIDDEN: "Between 1 and 7: hidden, because so few could be known by who they are.",
    CountRule.LEFT_OUT: "Left out: with what else is shown, a hidden figure could be worked out.",
}


def statistics_answer(configuration: Configuration, edition: PublishedEdition) -> Document:
    """Return the answer from one edition."""
    at = datetime.fromtimestamp(edition.at, UTC)
    place = f"/editions/{edition.quarter}/{edition.number}"
    shown = [row for row in edition.rows if row.level in LEVELS and row.by not in UNTOLD]
    periods = sorted({row.period for row in shown})
    return Document(
        kind=KIND,
        about=edition.quarter,
        title=f"Anti-social behaviour and crime, {edition.quarter}: published counts",
        day=configuration.day,
        snapshot=configuration.law.sha256,
        sections=(
            section(
                "edition",
                "What this is taken from",
                Derived("Edition", f"number {edition.number} of {edition.quarter}", (place,)),
                Derived("Published on", day(at.date()), (place,)),
                Derived("Entry of the ledger", str(edition.leaf), (place,)),
                Said("Figures are those published. A cell that is not listed is zero."),
                Said(
                    "Nothing finer is held in a form that may be published: what is hidden is personal "
                    "information of third parties.",
                    "Freedom of Information Act 2000 s.21, s.40(2)",
                ),
            ),
            section("rules", "Rules by which figures are shown", _rules()),
            *(
                section(f"p{period.lower()}", _period(period), _grid(place, shown, period))
                for period in periods
            ),
        ),
    )


def _rules() -> Grid:
    rows = tuple((Said(rule.value), Said(text)) for rule, text in RULES.items())
    return Grid("Rules", ("Rule", "What it does, and why"), rows, "")


def _period(period: str) -> str:
    if "Q" in period:
        return f"Quarter {period}"
    return f"{datetime(int(period[:4]), int(period[5:]), 1, tzinfo=UTC):%B %Y}"


def _grid(place: str, shown: Sequence[Row], period: str) -> Grid:
    rows = tuple(_line(place, row) for row in shown if row.period == period)
    columns = ("Kind", "Place", "Behaviour", "Number", "Rule")
    return Grid(f"Counts of {_period(period)}", columns, rows, "Nothing was reported.")


def _line(place: str, row: Row) -> tuple[Cell, ...]:
    of = (f"{place}/{row.kind}/{row.period}/{row.level}/{row.place}/{row.by}/{row.name}",)
    behaviour = "all" if row.by == "none" else TYPOLOGY.names.get(row.name, row.name or "not known")
    if row.rule == CountRule.LEFT_OUT:
        behaviour = f"split by {plain(row.by.replace('_', ' '))}"
    number = "hidden" if row.number is None else f"{row.number:,}"
    rule = CountRule(row.rule)
    why = RULES[rule] if row.number is None else ""
    return (
        Derived("kind", plain(row.kind.replace("_", " ")), of),
        Derived("place", f"{row.level} {row.place or 'not known'}", of),
        Derived("behaviour", behaviour, of),
        Derived("number", number, of),
        Derived("rule", f"{rule.value}: {why}" if why else rule.value, of),
    )
