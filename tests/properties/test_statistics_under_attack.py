"""Readers of statistics alone, one or several together, narrow no hidden count of 1 to 7 to one value.

Invented quarters are published edition by edition, with late data, corrections and retractions between
them. The attacker (``tests.support.attacker``) asks in chains: tables of all places, times and ways of
splitting, of old and new editions, mixed. What all chains together can know is solved exactly once a
quarter; what one chain knows is less, and is narrowed by interval propagation of its own. That whatever
is asked of `/v1/statistics` is a part of an edition is shown in `tests/acceptance/test_analysis.py`.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import product
from typing import Any, NamedTuple

import numpy as np
import pytest

from policies import edition_history, edition_wheel
from policies.audience import CountRule, Shown, masked
from policies.edition_text import read_shown, shown_text
from policies.editions import Atom, Edition, Reported, Split, Spot, months_of
from policies.second_world import Unproven, next_edition
from schemas.typology import TYPOLOGY
from tests.support.attacker import (
    Attacker,
    Key,
    Published,
    Range,
    Rules,
    Told,
    Unit,
    as_published,
    cells_of,
)
from tests.support.requirements import law

QUARTER = "2026Q3"
MONTHS = months_of(QUARTER)
ASB, CRIME = "asb_incident", "crime"
PLACES = (
    Spot("lsoa-1", "msoa-1", "ward-1", "district-1"),
    Spot("lsoa-2", "msoa-1", "ward-2", "district-1"),
    Spot("lsoa-3", "msoa-2", "ward-2", "district-1"),
    Spot("lsoa-4", "msoa-3", "ward-3", "district-2"),
)
_BEHAVIOURS = list(TYPOLOGY.area_of.items())
WHATS = (
    Reported("", "", "", "police-nsir", "personal", "class_only"),
    *(
        Reported(area, behaviour, f"{behaviour}-a", source, nsir, "mapped", stage)
        for (behaviour, area), (source, nsir, stage) in zip(
            [_BEHAVIOURS[n] for n in (0, 0, 5, 5, 9, 15)],
            (
                ("police-nsir", "nuisance", ""),
                ("cnh-housing", "", "advice"),
                ("police-nsir", "personal", ""),
                ("cnh-housing", "", "warning"),
                ("police-nsir", "environmental", ""),
                ("street-management", "", ""),
            ),
            strict=True,
        )
    ),
    Reported("", "", "", "cnh-housing", "", "unclassified"),
)
CRIMES = tuple(
    Reported(source=source, mapping_status="unclassified")
    for source in ("police-nsir", "cnh-housing")
)
PARTS = ("mon.night", "fri.evening", "sat.evening", "sun.morning", "")
BATCHES = 10
CHAINS, A_QUARTER = 100_000, 200
"""Chains of queries in all, and of each invented quarter."""

Truth = Mapping[Atom, int]
Hours = Mapping[tuple[str, str], Mapping[str, int]]


class Quarter(NamedTuple):
    """An invented quarter, as it was published."""

    editions: list[Edition]


def drawn(chance: random.Random, kind: str, number: int) -> dict[Atom, int]:
    whats = CRIMES if kind == CRIME else WHATS
    found: dict[Atom, int] = {}
    for _ in range(number):
        spot = PLACES[min(int(chance.expovariate(0.8)), len(PLACES) - 1)]
        what = whats[min(int(chance.expovariate(0.5)), len(whats) - 1)]
        atom = Atom(kind, chance.choice(MONTHS), spot, what)
        found[atom] = found.get(atom, 0) + 1
    return found


def later(chance: random.Random, truth: dict[Atom, int], kind: str) -> dict[Atom, int]:
    """Late data, corrections to another description or month, and retractions."""
    now = dict(truth)
    for _ in range(chance.choice((1, 1, 2, 6, 15))):
        how = chance.random()
        if how < 0.5 or not now:
            for atom, number in drawn(chance, kind, chance.choice((1, 1, 9))).items():
                now[atom] = now.get(atom, 0) + number
            continue
        gone = chance.choice(sorted(now))
        now[gone] -= 1
        if how < 0.8:
            other = replace_what(chance, gone)
            now[other] = now.get(other, 0) + 1
        now = {atom: number for atom, number in now.items() if number}
    return now


def replace_what(chance: random.Random, atom: Atom) -> Atom:
    whats = CRIMES if atom.kind == CRIME else WHATS
    return atom._replace(what=chance.choice(whats), month=chance.choice((atom.month, *MONTHS)))


def hours_of(chance: random.Random, truth: Truth) -> Hours:
    """An hour for every incident; most keep theirs from edition to edition."""
    wheels: dict[tuple[str, str], dict[str, int]] = {}
    for atom in sorted(truth):
        steady = random.Random(str(atom))
        wheel = wheels.setdefault((atom.kind, atom.spot.district), {})
        for _ in range(truth[atom]):
            part = steady.choice(PARTS) if chance.random() < 0.95 else chance.choice(PARTS)
            wheel[part] = wheel.get(part, 0) + 1
    return wheels


def published_quarter(seed: str) -> list[Edition]:
    """Publish an invented quarter, edition by edition, until one is refused."""
    chance = random.Random(seed)
    kind = ASB if chance.random() < 0.75 else CRIME
    truth = drawn(chance, kind, chance.choice((6, 15, 40, 90)))
    editions: list[Edition] = []
    for closed in chance.choice(((3,), (3, 3), (1, 3), (2, 3), (1, 3, 3), (3, 3, 3))):
        months = MONTHS[:closed]
        counted = {atom: number for atom, number in truth.items() if atom.month in months}
        hours = hours_of(chance, counted) if closed == 3 else {}
        try:
            editions.append(next_edition(editions, counted, months, hours))
        except Unproven:
            break
        truth = later(chance, truth, kind)
    return editions


def unit_of(atom: Atom) -> Unit:
    what = atom.what
    names = (what.area, what.behaviour, what.sub_behaviour, what.source, what.nsir_class)
    return Unit(atom.kind, atom.month, tuple(atom.spot), (*names, what.mapping_status, what.stage))  # type: ignore[arg-type]


def told_by(editions: Sequence[Edition], *, left_out: bool = True) -> list[Published]:
    """What each edition tells, as any answer is a part of it."""
    found = []
    for number in range(1, len(editions) + 1):
        edition = editions[number - 1]
        rows = [row for row in read_shown(shown_text(editions[:number])) if row.since]
        told = {tuple(row[:6]): Told(tuple(row[:6]), row.number, row.since) for row in rows}  # type: ignore[arg-type]
        hidden = {tuple(split) for split in edition.left_out} if left_out else set()
        whole = len(edition.months) == len(MONTHS)

        def speaks(
            key: Key, hidden: set[Any] = hidden, months: Any = edition.months, whole: bool = whole
        ) -> bool:
            covered = whole if "Q" in key[1] else key[1] in months
            return covered and key[:5] not in hidden

        wheels = tuple(edition.hours) if whole else ()
        found.append(Published(told, speaks, edition.months, wheels))
    return found


def attacker_of(
    editions: Sequence[Edition], told: Sequence[Published], rules: Rules | None, *, wide: bool
) -> tuple[Attacker, Any]:
    """An attacker, and the truth in his variables, which he does not have."""
    kind = next((atom.kind for one in editions for atom in one.truth), ASB)
    whats = set(CRIMES if kind == CRIME else WHATS)
    if wide:
        for what in list(whats):
            whats |= {what._replace(nsir_class=name) for name in ("", "personal", "nuisance")}
            whats |= {what._replace(mapping_status=name) for name in ("mapped", "unclassified")}
            whats |= {what._replace(stage=name) for name in ("", "advice", "warning", "other")}
            whats |= {what._replace(source="")}
    atoms = [Atom(kind, *one) for one in product(MONTHS, PLACES, sorted(whats))]
    attacker = Attacker(
        [unit_of(atom) for atom in atoms], told, rules or Rules(as_published), PARTS
    )
    truth = np.zeros(attacker.total)
    for at, edition in enumerate(editions):
        for index, atom in enumerate(atoms):
            truth[at * attacker.width + index] = edition.truth.get(atom, 0)
    for (at, kind_, district, part), index in attacker.hours.items():
        truth[index] = editions[at].hours.get((kind_, district), {}).get(part, 0)
    assert attacker.fits(truth), "he misreads what is told"
    return attacker, truth


def small_counts(editions: Sequence[Edition]) -> list[tuple[Key, int]]:
    """Every count of 1 to 7 that the rule hides, in every edition."""
    found = []
    for at, edition in enumerate(editions):
        counts: dict[Key, int] = {}
        for atom, number in edition.truth.items():
            for key in cells_of(unit_of(atom)):
                counts[key] = counts.get(key, 0) + number
        if len(edition.months) == len(MONTHS):
            for (kind, district), parts in edition.hours.items():
                for part, number in parts.items():
                    counts[kind, QUARTER, "district", district, "wheel", part] = number
        for key, number in counts.items():
            covered = len(edition.months) == len(MONTHS) or key[1] in edition.months
            if covered and 1 <= number <= 7 and not (key[0] == ASB and key[4] == "none"):
                found.append((key, at))
    return found


def narrowed(
    editions: Sequence[Edition],
    told: Sequence[Published],
    chance: random.Random,
    most: int,
    rules: Rules | None = None,
) -> tuple[list[tuple[Key, int]], Attacker, list[tuple[Key, int]]]:
    """Return the small counts that everything shown leaves one value for, exactly."""
    targets = small_counts(editions)
    looked = targets if len(targets) <= most else chance.sample(targets, most)
    attacker, truth = attacker_of(editions, told, rules, wide=False)
    found = attacker.determined([one for one in looked if attacker.variables(*one)], truth)
    if found and rules is None:
        # he took what occurs for all that there is; whoever knows every description finds more worlds
        wider, truth = attacker_of(editions, told, rules, wide=True)
        found = wider.determined(found, truth)
    return found, attacker, targets


def chains(chance: random.Random, attacker: Attacker) -> Iterator[set[tuple[int, str, str, str]]]:
    """What chains of queries ask: any tables of any editions, many or few, alike or not."""
    every = sorted({one.asked for one in attacker.constraints})
    while every:
        yield set(chance.sample(every, k=min(len(every), chance.choice((2, 3, 5, 8, 13, 30)))))


@pytest.mark.prove
@pytest.mark.timeout(0)
@law("L46", "L49", "L50")
@pytest.mark.parametrize("batch", range(BATCHES))
def test_no_chain_of_queries_narrows_a_hidden_count(
    batch: int,
    count: Callable[[int], int],
    proved: Callable[..., None],
    request: pytest.FixtureRequest,
) -> None:
    quarters = count(CHAINS // A_QUARTER // BATCHES)
    proving = quarters > 1
    asked = solved = seen = 0
    for number in range(quarters):
        seed = f"{batch}.{number}"
        chance = random.Random(f"chains{seed}")
        editions = published_quarter(seed)
        if not editions:
            continue
        told = told_by(editions)
        found, attacker, targets = narrowed(editions, told, chance, 10_000 if proving else 3)
        assert found == [], f"quarter {seed}"
        solved += len(targets)
        stars = [one for one in targets if one[0] in told[one[1]].told]
        for _, chain in zip(range(A_QUARTER), chains(chance, attacker), strict=False):
            few = chance.sample(stars, min(len(stars), 4))
            for target, (least, most) in zip(few, attacker.ranges(chain, few), strict=True):
                assert least < most, f"quarter {seed}, {target}"
                seen += 1
            asked += 1
    assert asked > 0
    proved("statistics-chains", batch=batch, chains=asked, counts=solved, ranges=seen, narrowed=0)


@contextmanager
def weakened(monkeypatch: pytest.MonkeyPatch, **changed: Any) -> Iterator[None]:
    with monkeypatch.context() as patch:
        for name, value in changed.items():
            patch.setattr(edition_history, name, value)
            if hasattr(edition_wheel, name):
                patch.setattr(edition_wheel, name, value)
        yield


def _shifted(number: int, split: Split) -> Shown:
    """Rounded down in wards, to the nearest elsewhere."""
    if split.exact:
        return Shown(number, CountRule.PUBLISHED_TOTAL)
    if split.level == "ward" and number > 7:
        return Shown(number // 5 * 5, CountRule.ROUNDED)
    return masked(number)


def _read_shifted(key: Key, number: int | None) -> Range:
    if key[2] == "ward" and number and not (key[0] == ASB and key[4] == "none"):
        return max(8, number), number + 4
    return as_published(key, number)


def _exact_areas(number: int, split: Split) -> Shown:
    """Totals of an area of the typology are exact, as those of a place are."""
    if split.exact or split.by == "area":
        return Shown(number, CountRule.PUBLISHED_TOTAL)
    return masked(number)


def _read_exact(key: Key, number: int | None) -> Range:
    return (number or 0,) * 2 if key[4] == "area" else as_published(key, number)


WEAK: dict[str, tuple[dict[str, Any], Rules]] = {
    "rounding is shifted": ({"figure_of": _shifted}, Rules(_read_shifted)),
    "sub-totals are exact": ({"figure_of": _exact_areas}, Rules(_read_exact)),
    "every change is republished": ({"REPUBLISHED_FROM": 1}, Rules(as_published, moved=1)),
    "no split is left out": ({}, Rules(as_published)),
}


FOUND_AT = {"rounding is shifted": 6, "every change is republished": 1}
"""The first quarter in which some give something away, the others in the very first."""


@law("L49", "L50")
@pytest.mark.parametrize("weakness", WEAK)
def test_the_attack_finds_what_a_weaker_rule_gives_away(
    weakness: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same attacker on the same quarters, published by a rule that is weaker in one point."""
    changed, rules = WEAK[weakness]
    for number in range(FOUND_AT.get(weakness, 0), 60):
        editions = published_quarter(f"weak{number}")
        if not editions:
            continue
        if weakness == "no split is left out":
            editions = [replace(one, left_out=frozenset()) for one in editions]
        with weakened(monkeypatch, **changed):
            told = told_by(editions)
        found, _, _ = narrowed(editions, told, random.Random(number), 12, rules)
        if found:
            return
    pytest.fail("nothing was found")
