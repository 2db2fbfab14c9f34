"""Best fit: which area of another edition each area is shown as, and how much of it really lies elsewhere.

An area goes over whole or not at all, so that no fraction of a person is ever made up; the share that lies
elsewhere is said beside the figure. Only shown figures are carried over: what is hidden stays hidden.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
import shapely
from convertbng.cutil import convert_bng
from shapely import STRtree

from gateway.analysis.shown import Shown, added
from gateway.intake.outlines import Pair
from schemas.areas import AreaFit, FitRow

SLIVER: Final = 0.0005
"""A share that two drawings of one border make, and no move."""
_DECIMALS: Final = 6


class Outlined(NamedTuple):
    """One edition of areas: its kind, its name, names and outlines (WKB in degrees) by code."""

    kind: str
    edition: str
    names: Mapping[str, str]
    outlines: Mapping[str, bytes]


def fit(
    before: Outlined, after: Outlined, postcodes: Sequence[Pair] = (), listed: str | None = None
) -> AreaFit:
    """Work out how much of each area lies in which areas of another edition.

    Args:
        before: The edition of the figures.
        after: The edition on which they are to be shown.
        postcodes: Where postcodes are (degrees): they are the weight. Where absent the area is; so it is
            for an area in which no postcode lies, which then weighs nothing beside others.
        listed: The edition of the list of postcodes, such as ``onspd:2025-02``.

    Raises:
        ValueError: An edition has no area.
    """
    if not before.outlines or not after.outlines:
        message = "an edition without areas fits nothing"
        raise ValueError(message)
    shares, weights = _by_area(before, after)
    if postcodes:
        counted = _by_postcode(before, after, postcodes)
        weights = {code: float(counted.get(code, Counter()).total()) for code in weights}
        for code, found in counted.items():
            shares[code] = {one: n / found.total() for one, n in found.items()}
    rows = [
        FitRow(before=code, after=one, share=share, name=after.names.get(one, "") if one else "")
        for code in sorted(shares)
        for one, share in _whole(shares[code])
    ]
    return AreaFit.model_validate(
        {
            "kind": before.kind,
            "before": before.edition,
            "onto": after.kind,
            "after": after.edition,
            "weight": "postcodes" if postcodes else "area",
            "postcodes": listed if postcodes else None,
            "rows": tuple(rows),
            "weights": weights,
        }
    )


def _by_area(
    before: Outlined, after: Outlined
) -> tuple[dict[str, dict[str | None, float]], dict[str, float]]:
    codes, shapes = [*before.outlines], _on_grid(before)
    onto, others = [*after.outlines], _on_grid(after)
    areas = shapely.area(shapes)
    shares: dict[str, dict[str | None, float]] = {code: {} for code in codes}
    ours, theirs = STRtree(others).query(shapes, predicate="intersects")
    common = shapely.area(shapely.intersection(shapes[ours], others[theirs]))
    for own, other, area in zip(ours.tolist(), theirs.tolist(), common.tolist(), strict=True):
        shares[codes[own]][onto[other]] = area / areas[own]
    weights = {code: round(float(area)) + 0.0 for code, area in zip(codes, areas, strict=True)}
    return shares, weights


def _on_grid(edition: Outlined) -> Any:  # noqa: ANN401 - shapely has no types
    found = shapely.from_wkb([*edition.outlines.values()])
    return shapely.make_valid(
        shapely.transform(found, lambda pairs: np.column_stack(convert_bng(*pairs.T)))
    )


def _by_postcode(
    before: Outlined, after: Outlined, postcodes: Sequence[Pair]
) -> dict[str, Counter[str | None]]:
    counted: dict[str, Counter[str | None]] = defaultdict(Counter)
    for own, other in zip(_holding(before, postcodes), _holding(after, postcodes), strict=True):
        if own is not None:
            counted[own][other] += 1
    return counted


def _holding(edition: Outlined, points: Sequence[Pair]) -> list[str | None]:
    """Return the area that each point lies in; of several, on a border, the first by code."""
    codes = sorted(edition.outlines)
    tree = STRtree(shapely.from_wkb([edition.outlines[code] for code in codes]))
    held: list[str | None] = [None] * len(points)
    numbers, areas = tree.query(shapely.points(np.array(points)), predicate="intersects")
    for number, area in sorted(zip(numbers.tolist(), areas.tolist(), strict=True), reverse=True):
        held[number] = codes[area]
    return held


def _whole(shares: Mapping[str | None, float]) -> list[tuple[str | None, float]]:
    """Leave slivers out, tell what lies in no area, and make the shares add up to 1, greatest first."""
    kept: dict[str | None, float] = {
        one: share for one, share in shares.items() if one is not None and share >= SLIVER
    }
    nowhere = 1 - sum(kept.values()) if None not in shares else shares[None]
    if nowhere >= SLIVER or not kept:
        kept[None] = nowhere if kept else 1.0
    total = sum(kept.values())
    ordered = sorted(kept.items(), key=lambda one: (-one[1], one[0] or ""))
    rounded = {one: round(share / total, _DECIMALS) for one, share in ordered}
    first = ordered[0][0]
    rounded[first] = round(rounded[first] + 1 - sum(rounded.values()), _DECIMALS)
    return [*rounded.items()]


# ------------------------------------------------------------------------------ carrying
class Best(NamedTuple):
    """Where an area goes whole, and the share of it that lies there; None where most of it lies in none."""

    after: str | None
    share: float


def best(found: AreaFit) -> dict[str, Best]:
    """Return the best fit of each area: where the greatest share of it lies."""
    chosen: dict[str, Best] = {}
    for row in found.rows:
        if row.before not in chosen or row.share > chosen[row.before].share:
            chosen[row.before] = Best(row.after, row.share)
    return chosen


@dataclass(frozen=True, slots=True)
class Carried:
    """Figures of one edition, shown on another."""

    figures: Mapping[str, Shown]
    """By area of the other edition, each with «N % was moved» beside it."""
    moved: Mapping[str, float]
    """The share of what is shown there that really lies elsewhere."""
    left_out: tuple[str, ...]
    """Areas that fit nowhere: most of each lies outside, or the fit does not know it."""


def carried(figures: Mapping[str, Shown], found: AreaFit) -> Carried:
    """Show figures of one edition on another, whole areas by best fit.

    Args:
        figures: By area of the edition before, as they may be shown. An area without one is not known.
        found: The fit.
    """
    whole = best(found)
    parts: dict[str, list[str]] = defaultdict(list)
    for code, one in whole.items():
        if one.after is not None:
            parts[one.after].append(code)
    moved = moved_by_area(found)
    shown = {
        onto: added([figures.get(code, Shown()) for code in codes], moved_words(moved[onto]))
        for onto, codes in parts.items()
    }
    for row in found.rows:
        if row.after is not None and row.after not in shown:
            shown[row.after] = Shown(beside="no area of the earlier edition fits it best")
    nowhere = (code for code in figures if code not in whole or whole[code].after is None)
    return Carried(shown, moved, tuple(sorted(nowhere)))


def moved_by_area(found: AreaFit) -> dict[str, float]:
    """Return, by area of the edition after, the share of what is shown there that lies elsewhere."""
    whole, parts = best(found), defaultdict(list)
    for code, one in whole.items():
        if one.after is not None:
            parts[one.after].append(code)
    return {onto: _moved(codes, whole, found.weights) for onto, codes in parts.items()}


def _moved(codes: Sequence[str], whole: Mapping[str, Best], weights: Mapping[str, float]) -> float:
    heavy = [weights[code] for code in codes]
    total = sum(heavy)
    if not total:
        return 1 - sum(whole[code].share for code in codes) / len(codes)
    return sum(w * (1 - whole[code].share) for code, w in zip(codes, heavy, strict=True)) / total


def moved_words(share: float) -> str:
    """Return «N % was moved», never less than there is: «under 1 %» of a little, nothing of none."""
    if share < SLIVER:
        return ""
    return f"{share:.0%} was moved".replace("%", " %") if share >= 0.01 else "under 1 % was moved"  # noqa: PLR2004
