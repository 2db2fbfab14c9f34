"""Values and codes as a reader says them. Nothing is decided here."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from gateway.audit.followed import Asked, Cell, Fate
from gateway.clock import LONDON
from policies.audience import HIDDEN_FROM, HIDDEN_TO, Shown
from schemas.typology import TYPOLOGY

LABELS: Final = {
    "caller_name": "Caller’s name",
    "caller_telephone": "Caller’s telephone",
    "description": "What the caller said",
    "vulnerable": "Marked vulnerable",
    "repeat": "Called before",
    "address": "Address",
    "easting": "Exact point",
    "beat": "Beat",
    "occurred": "Happened",
    "created": "Reported",
    "opening_codes": "Opening code",
    "closing_codes": "Closing code",
    "typology_behaviour": "Behaviour",
    "qualifiers": "Qualifiers",
    "grade": "Response grade",
    "reference": "Police reference",
}
SIGNS: Final = {
    Fate.KEPT: "✓",
    Fate.COARSENED: "≈",
    Fate.REPLACED: "⇄",
    Fate.ADDED: "+",
    Fate.DROPPED: "✕",
}
MEANINGS: Final = {
    Fate.KEPT: "leaves as the police hold it, or in the common words for it",
    Fate.COARSENED: "leaves made coarser: the hour for the minute, a map point for the door",
    Fate.REPLACED: "leaves as the recipient’s own name for it, which nobody else can join",
    Fate.ADDED: "worked out by the gateway from codes, never from free text",
    Fate.DROPPED: "does not leave",
}
POWERS: Final = {
    "section_115": "under section 115",
    "section_17a": "under section 17A",
    "non_personal": "as open data",
}
"""How a power stands in a sentence."""
_AS_IT_CAME: Final = frozenset({"sealed", "persons"})
_FINEST: Final = ("typology_behaviour", "typology_sub_behaviour")
_NUMBERS: Final = {1: "One", 2: "Two", 3: "Three", 4: "Four", 5: "Five"}
_ACT = "Crime and Disorder Act 1998 "
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d\+00:00")
_MONTH = re.compile(r"\d{4}-\d\d")
_QUARTER = re.compile(r"(\d{4})Q([1-4])")
_MONTHS_OF: Final = {
    "1": "January to March",
    "2": "April to June",
    "3": "July to September",
    "4": "October to December",
}


@dataclass(frozen=True, slots=True)
class Reader:
    """What heads a reader's card."""

    who: str
    power: str
    gist: str


_READERS: Final = {
    "example-council": ("Council ASB team", "Section 115, by agreement"),
    "example-fire": ("Fire authority", "Section 17A"),
    "example-analyst": ("County analyst", "Section 17A, statistics"),
    "example-university": ("University", "Section 17A"),
}


def reader(asked: Asked) -> Reader:
    """Return what heads the card of one reader; the figures are counted."""
    who, power = _READERS[asked.subscription.id]
    if not asked.cells:
        return Reader(who, f"{power}, refused", "Told every reason.")
    tally = asked.tally()
    gone = tally[Fate.DROPPED]
    leaves = sum(tally.values()) - gone
    if asked.counts is not None:
        told = ", ".join(
            f"{number} shows as {counted(one)}" for number, one in asked.counts.items()
        )
        return Reader(who, power, f"No record: a count by {leaves} fields; {told}.")
    said = f"{leaves} fields leave, {gone} do not."
    until = (asked.record or {}).get("delete_by")
    if until is not None:
        said += f" To be deleted by {_day(date.fromisoformat(until))}."
    return Reader(who, power, said)


def counted(one: Shown) -> str:
    """Return a count as a table shows it."""
    return f"«{HIDDEN_FROM} to {HIDDEN_TO}»" if one.number is None else str(one.number)


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def section(cites: str) -> str:
    """Return a provision without the name of the Act that the whole page is about, others short."""
    return cites.replace(_ACT, "").replace("Data Protection Act", "DPA")


def shown(value: object, *, exact: bool = False) -> str:
    """Return what leaves as a reader says it; an instant stands for its hour unless it is exact."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return _place(value)
    if isinstance(value, list | tuple):
        return " · ".join(shown(one, exact=exact) for one in value)
    text = str(value)
    if _INSTANT.fullmatch(text):
        begins = datetime.fromisoformat(text)
        ends = begins + timedelta(hours=1)
        until = "" if exact else f" to {ends:%H:%M}"
        return f"{_day(begins.date())}, {begins:%H:%M}{until} UTC"
    if _MONTH.fullmatch(text):
        return f"{datetime.fromisoformat(text + '-01'):%B %Y}"
    if text.startswith("E01"):
        return f"LSOA {text}"
    return TYPOLOGY.names.get(text, text.replace("_", " "))


def became(cell: Cell) -> str:
    """Return what a field became."""
    if cell.op == "count_place":
        return f"{shown(cell.after)} at this place in the quarter".capitalize()
    return shown(cell.after, exact=cell.op in _AS_IT_CAME)


def what_it_was(record: Mapping[str, Any]) -> str:
    """Return behaviour, class or kind of a released record: the finest that its codes say."""
    fine = [record[name] for name in _FINEST if record.get(name)]
    if fine:
        return shown(fine)
    candidates = record.get("candidate_behaviours")
    if candidates:
        return "one of: " + shown(candidates)
    return shown(record.get("nsir_class") or record["kind"])


def codes(record: Mapping[str, Any]) -> str:
    """Return the source's codes that leave with a record."""
    left = [record.get("opening_code"), *record.get("closing_codes", ())]
    left += record.get("qualifier_codes", ())
    return ", ".join(dict.fromkeys(str(code) for code in left if code)) or "none"


def _place(place: Mapping[str, Any]) -> str:
    if place.get("code") is not None:
        return f"{str(place['level']).upper()} {place['code']}"
    if place.get("longitude") is not None:
        return f"Map point {place['latitude']:.4f}, {place['longitude']:.4f}"
    return "no place"


def when(at: datetime) -> str:
    """Return an aware instant as clocks in London showed it: «26 November 2026, 14:05»."""
    here = at.astimezone(LONDON)
    return f"{_day(here.date())}, {here:%H:%M}"


def day(at: date | datetime) -> str:
    """Return a day, or the day in London of an aware instant: «26 November 2026»."""
    return _day(at.astimezone(LONDON).date() if isinstance(at, datetime) else at)


def by_when(at: datetime) -> str:
    """Return when something is due: «by the end of 30 September 2026» where the whole day is left for it."""
    here = at.astimezone(LONDON)
    if (here.hour, here.minute) == (23, 59):
        return f"by the end of {_day(here.date())}"
    return f"{_day(here.date())}, {here:%H:%M}"


def quarter(name: str) -> str:
    """Return a quarter «2026Q2» as its months: «April to June 2026»; anything else as it is."""
    found = _QUARTER.fullmatch(name)
    return name if found is None else f"{_MONTHS_OF[found[2]]} {found[1]}"


def as_json(value: object) -> str:
    """Return a record as it is sent, indented."""
    return json.dumps(value, indent=2, ensure_ascii=False)


def grouped(digest: bytes | str) -> str:
    """Return a hash in groups of eight digits, so that it can be read and may be broken anywhere."""
    digits = digest.hex() if isinstance(digest, bytes) else digest
    return " ".join(digits[at : at + 8] for at in range(0, len(digits), 8))


FILTERS: Final = {
    "label": lambda key: LABELS[key],
    "sign": lambda fate: SIGNS[fate],
    "meaning": lambda fate: MEANINGS[fate],
    "reader_words": reader,
    "section": section,
    "became": became,
    "codes": codes,
    "shown": shown,
    "what_it_was": what_it_was,
    "in_a_sentence": lambda name: name[:1].lower() + name[1:],
    "number": lambda count: _NUMBERS.get(count, str(count)),
    "as_json": as_json,
    "grouped": grouped,
    "when": when,
    "by_when": by_when,
    "quarter": quarter,
    "power_words": lambda power: POWERS.get(power, str(power).replace("_", " ")),
    "day": day,
    "iso_when": lambda stamp: when(datetime.fromisoformat(stamp)),
    "iso_day": lambda stamp: day(date.fromisoformat(stamp)),
    "plain": lambda code: str(code).replace("_", " ").replace("section 17a", "section 17A"),
}
