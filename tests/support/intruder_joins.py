"""How the motivated intruder joins what came by other doors: return files and published counts.

A row of a return has a name of its own and the hour, place and code of the standing record: he looks for
the one that fits. A racial row has a day and a ward or district: he looks for the one row of paragraph 8
that fits. Counts by LSOA he lays beside what he holds: who is missing in one LSOA lives beyond its border.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from gateway.clock import LONDON

if TYPE_CHECKING:
    from tests.support.intruder import Intruder

RACIAL, COUNCIL = 7, 8
File = tuple[int, list[dict[str, Any]]]
"""A paragraph, and the lines of one file of it."""
Left = dict[str, frozenset[int]]
Versions = Mapping[str, list[Mapping[str, Any]]]


def subtracted(
    him: Intruder, versions: Versions, left: Left, totals: Mapping[tuple[str, str], int]
) -> Left:
    """Narrow by published counts: where an LSOA counts more than he can place there, who is it?

    He looks at records told by a point just beyond the border; as many as are missing, and each of them
    lives on this side of it.
    """
    period = max((len(month) for _, month in totals), default=0)
    held: Counter[tuple[str, str]] = Counter()
    near: dict[tuple[str, str], list[tuple[str, frozenset[int]]]] = defaultdict(list)
    for name, several in versions.items():
        last = several[-1]
        place, month = last["place"], (last.get("occurred") or "")[:period]
        if last["kind"] != "asb_incident" or place["level"] not in {"lsoa", "map_point"}:
            continue
        at = (place.get("longitude"), place.get("latitude"))
        told = him.area_round(at) if at in him.points else place.get("code")
        held[told, month] += 1
        across: dict[str, set[int]] = defaultdict(set)
        for uprn in left[name]:
            across[him.counted_in(uprn)].add(uprn)
        for area, some in across.items():
            if area != told:
                near[area, month].append((name, frozenset(some)))
    narrowed = dict(left)
    for key, candidates in near.items():
        if period and totals.get(key, 0) - held[key] == len(candidates):
            narrowed |= dict(candidates)
    return narrowed


def with_files(him: Intruder, versions: Versions, left: Left, files: Iterable[File]) -> Left:
    """Return what is left of records and of every row of a return, each narrowed by the other."""
    behaviours = {
        one.get("source_category_code"): one.get("typology_behaviour")
        for several in versions.values()
        for one in several
    }
    standing: dict[tuple[Any, ...], set[str]] = defaultdict(set)
    for name, several in versions.items():
        for one in several:
            standing[_looks(one)].add(name)
    found, rows = dict(left), dict[str, list[dict[str, Any]]]()
    for number, lines in files:
        for line in lines:
            if number == RACIAL or "row" not in line:
                continue
            record = _as_record(line, behaviours)
            rows.setdefault(line["id"], []).append(line["row"])
            can = him.households(record)
            before = found.get(line["id"], can)
            found[line["id"]] = before & can or can
            fits = standing[_looks(record)]
            if len(fits) == 1:
                (name,) = fits
                both = found[name] & found[line["id"]]
                found[name] = found[line["id"]] = both or found[name]
    racial = [line for number, lines in files if number == RACIAL for line in lines]
    others = [x for number, lines in files if number == COUNCIL for x in lines if "row" in x]
    for line in racial:
        fits = {x["id"] for x in others if "row" in line and fits_racial(line["row"], x["row"])}
        if fits:
            found[line["id"]] = frozenset().union(*(found[name] for name in fits))
    return found


def fits_racial(race: Mapping[str, Any], row: Mapping[str, Any]) -> bool:
    """Whether a row of paragraph 8 may be the one of a racial row."""
    begin, _, end = race["time"].partition("/")
    return race["date"] == row["date"] and (not end or begin <= row["time"] < end)


def pairs(files: Iterable[File]) -> list[int]:
    """How many rows of paragraph 8 fit each racial row: one, and he has found which call was about race."""
    known = list(files)
    others = [x["row"] for n, lines in known if n == COUNCIL for x in lines if "row" in x]
    racial = [x["row"] for n, lines in known if n == RACIAL for x in lines if "row" in x]
    return [sum(fits_racial(race, row) for row in others) for race in racial]


def _as_record(line: Mapping[str, Any], behaviours: Mapping[Any, Any]) -> dict[str, Any]:
    row = line["row"]
    code = (row.get("category") or row["sub_category"])["source_code"]
    local = datetime.fromisoformat(f"{row['date']}T{row['time']}").replace(tzinfo=LONDON)
    return {
        "place": row["location"],
        "occurred": local.isoformat(),
        "time_precision": "hour",
        "source_category_code": code,
        "typology_behaviour": behaviours.get(code),
    }


def _looks(record: Mapping[str, Any]) -> tuple[Any, ...]:
    """By what the same incident is known again: when, where, what."""
    place = record["place"]
    spot = place.get("longitude"), place.get("latitude"), place.get("code")
    told = record.get("occurred") or ""
    hour = datetime.fromisoformat(told).timestamp() if "T" in told else told
    return hour, *spot, record.get("source_category_code")
