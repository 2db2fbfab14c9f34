"""An answer of JSON as a page shows it: definitions, tables of counts, tables of rows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from gateway.console.words import day, quarter, when

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d.*")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_WIDE = 60
_CODE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)+")
"""A word of ours, told with spaces. Anything else is told letter for letter: an id, a file, a rule."""
LABELS = {
    "id_there": "Its id there",
    "told": "Told of it",
    "told_acknowledged": "Acknowledged that",
    "still_holds": "Still holds it",
    "concern_somebody": "Incidents that concern a person",
    "by_controller": "Incidents by controller",
    "by_behaviour": "Records by kind",
    "by_lane": "Records by form",
    "by_agreement": "Records by agreement",
    "by_power": "Records by power",
    "tagged": "Special category, offence and children’s data",
    "other_doors": "What left by other doors",
    "other_rows": "Rows in those",
    "cites": "Section",
    "says": "In words",
    "leaf": "Ledger entry",
    "on": "Day",
    "suppression_rate": "Share kept back",
    "smallest_catchment": "Fewest addresses around a map point used",
    "log_rows": "Rows of the log",
    "verified": "Whole",
    "id": "Which",
    "at": "When",
    "days": "Days",
    "number": "Records opened",
    "stops": "Stops sharing today",
    "unmet": "Conditions not met",
    "repeat_offenders": "Refused most often",
    "attempts": "Pushes, looks and requests that were refused",
    "cells": "What is owed",
    "each": "Of each",
    "as_of": "As things stood on",
    "due": "Due",
    "sealed": "Personal parts past their time",
    "sealed_held": "Personal parts held back",
    "records_held": "Whole records held back",
    "stand_out": "Looks that stand out",
    "reason_says": "Why, as it was stated",
    "in_default": "In default",
    "counted": "What left",
    "off_boardings": "Partners that left",
    "without_holder": "Paragraphs that nobody on the register holds",
    "holds": "Holds that keep records back",
    "feeds": "By feed",
    "restricted": "Restricted: kept, and going nowhere",
    "motivated_intruder": "Motivated intruder test",
}
_NOT_SHOWN = frozenset({"other_rows", "cells"})
_NOTHING: tuple[Any, ...] = (None, "", [], {})
_ACCOUNTS = frozenset({"account", "placed_by", "lifted_by", "by"})
_SAID = frozenset({"says", "reason", "lacks", "flag"})
"""What a row need not say once more where it has its sentence, ``says``."""
STATES = {
    "period_runs": "the quarter still runs",
    "no_feed": "no feed here yields it: the gateway cannot say",
    "sent": "sent in time",
    "met_by_standing_subscription": "met by a standing subscription",
    "ig_lead": "information governance lead",
    "section_17a": "section 17A",
    "section_115": "section 115",
    "asb_team": "ASB team",
}
"""Words of ours that need more than their spaces."""
_BEGINNING = "2000-01-01T00:00:00+00:00"
"""What an answer that was given no beginning begins with."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a caption."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Sections:
    """What a page shows of an answer."""

    facts: tuple[tuple[str, str], ...]
    tables: tuple[Table, ...]
    long: tuple[tuple[str, str], ...]
    """Texts that are shown as they are: a note, a hash list."""


def sections(
    answer: Mapping[str, Any],
    names: Mapping[str, str] | None = None,
    people: Mapping[str, str] | None = None,
) -> Sections:
    """Split an answer into what a page shows.

    Args:
        answer: Any JSON object.
        names: Id of a partner, a feed … → what it is called; ids are told by these.
        people: Account → whose it is.
    """
    answer = named(answer, names or {}, people or {})
    facts: list[tuple[str, str]] = []
    tables: list[Table] = []
    long: list[tuple[str, str]] = []
    for key, value in answer.items():
        _take(label(key), key, value, facts, tables, long)
    return Sections(tuple(facts), tuple(tables), tuple(long))


def _take(
    caption: str,
    key: str,
    value: Any,  # noqa: ANN401 - any JSON
    facts: list[tuple[str, str]],
    tables: list[Table],
    long: list[tuple[str, str]],
) -> None:
    if isinstance(value, list) and value and isinstance(value[0], dict):
        tables.append(_rows(caption, value))
    elif isinstance(value, dict) and value and _is_counts(value):
        pairs = tuple((label(name), text(number)) for name, number in value.items())
        tables.append(Table(caption, ("", "Number"), pairs))
    elif isinstance(value, dict) and value and all(isinstance(v, dict) for v in value.values()):
        tables.append(_rows(caption, [{"": name, **one} for name, one in value.items()]))
    elif isinstance(value, dict) and value:
        for inner, one in value.items():
            _take(f"{caption}: {label(inner).lower()}", inner, one, facts, tables, long)
    elif isinstance(value, list) and len(value) > 1:
        tables.append(Table(caption, ("",), tuple((text(one),) for one in value)))
    elif isinstance(value, str) and ("\n" in value or (len(value) > _WIDE and " " not in value)):
        long.append((caption, value))
    elif key not in _NOT_SHOWN or value:
        facts.append((caption, text(value)))


def named(
    value: Any,  # noqa: ANN401 - any JSON
    names: Mapping[str, str],
    people: Mapping[str, str],
) -> Any:  # noqa: ANN401 - any JSON
    """Return an answer with its ids as they are called."""
    if isinstance(value, dict):
        return {
            names.get(key, key): people.get(str(one), one)
            if key in _ACCOUNTS
            else named(one, names, people)
            for key, one in value.items()
        }
    if isinstance(value, list):
        return [named(one, names, people) for one in value]
    return names.get(value, value) if isinstance(value, str) else value


def _rows(caption: str, rows: list[dict[str, Any]]) -> Table:
    """Return rows as a table; a column in which nothing stands, or that repeats a sentence, is left out."""
    found = dict.fromkeys(name for row in rows for name in row)
    names = [name for name in found if any(row.get(name) not in _NOTHING for row in rows)]
    if "says" in names:
        names = ["says", *(name for name in names if name not in _SAID)]
    elif names and not names[0]:
        names = list(found)
    heads = tuple(label(name) for name in names)
    return Table(caption, heads, tuple(tuple(_cell(r.get(n)) for n in names) for r in rows))


def _cell(value: Any) -> str:  # noqa: ANN401 - any JSON
    return "–" if value in _NOTHING else text(value)


def _is_counts(value: Mapping[str, Any]) -> bool:
    return all(isinstance(one, int) and not isinstance(one, bool) for one in value.values())


def label(name: str) -> str:
    """Return what a member of an answer is called on a page."""
    if name in LABELS:
        return LABELS[name]
    if not _CODE.fullmatch(name) and not name.isalpha():
        return name
    plain = name.replace("_", " ").replace("section 17a", "section 17A")
    return plain[:1].upper() + plain[1:]


def text(value: Any) -> str:  # noqa: ANN401 - any JSON
    """Return a value as a reader says it."""
    match value:
        case bool():
            return "yes" if value else "no"
        case int():
            return f"{value:,}"
        case float():
            return f"{value:,.10g}"
        case _ if not value:
            return "none"
        case list():
            return ", ".join(text(one) for one in value)
        case {"says": str(says)}:
            return says
        case dict():
            return _pairs(value)
        case _:
            return _words(str(value))


def _pairs(value: Mapping[str, Any]) -> str:
    if any(" " in name for name in value):
        return "; ".join(f"{name.rstrip('.')}: {text(one)}" for name, one in value.items())
    return ", ".join(f"{label(name).lower()} {text(one)}" for name, one in value.items())


def _words(value: str) -> str:
    if value == _BEGINNING:
        return "the beginning"
    if value in STATES:
        return STATES[value]
    if _INSTANT.fullmatch(value):
        return when(datetime.fromisoformat(value))
    if _DAY.fullmatch(value):
        return day(date.fromisoformat(value))
    return value.replace("_", " ") if _CODE.fullmatch(value) else quarter(value)
