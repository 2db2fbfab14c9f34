"""A plot of an assessment as SVG, made by hand: privacy from left to right, usefulness from below.

It says nothing by colour alone: each level of place has a mark of its own, named in the legend; the
combinations that no other one beats are labelled and listed in the description for who cannot see it.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape

from policies.assess import LEVELS, Assessment, Combination

_WIDTH, _HEIGHT = 860, 620
_LEFT, _TOP, _RIGHT, _BOTTOM = 80, 70, 620, 530
_NAMESPACE = 'xmlns="http://www.w3.org/2000/svg"'
_ROLE = 'role="img" aria-labelledby="title description"'
_MARKS = {
    "point": '<circle cx="0" cy="0" r="5"/>',
    "lsoa": '<rect x="-5" y="-5" width="10" height="10"/>',
    "msoa": '<path d="M0 -6 L6 5 L-6 5 Z"/>',
    "ward": '<path d="M0 -7 L7 0 L0 7 L-7 0 Z"/>',
    "district": '<path d="M-5 -5 L5 5 M-5 5 L5 -5"/>',
    "none": '<path d="M0 -6 L0 6 M-6 0 L6 0"/>',
}
_STYLE = (
    "text{font:13px sans-serif;fill:#0b0c0c}"
    ".small{font-size:12px}"
    ".axis,.grid{stroke:#0b0c0c;fill:none}"
    ".grid{stroke-opacity:.15}"
    ".mark{fill:#fff;stroke:#1d70b8;stroke-width:1.5}"
    ".best .mark{fill:#1d70b8}"
)


def best(combinations: Sequence[Combination]) -> list[Combination]:
    """Return the combinations that no other beats in what is held back, found and lost, most useful first.

    Of several that are alike in all three, the first (the finest) stands for them.
    """
    found: list[Combination] = []
    for one in sorted(combinations, key=_merits):
        if not any(_beats(other, one) for other in found):
            found.append(one)
    return sorted(found, key=lambda one: (-one.useful_when_held, one.held_share))


def _merits(one: Combination) -> tuple[float, float, float]:
    return one.held_share, -one.useful_when_held, one.loss


def _beats(other: Combination, one: Combination) -> bool:
    return all(mine <= its for mine, its in zip(_merits(other), _merits(one), strict=True))


def named(one: Combination) -> str:
    """Return a combination as a reader writes it: ``lsoa × month × none``."""
    return f"{one.place} × {one.time} × {one.behaviour}"


def plotted(found: Assessment) -> str:
    """Return the plot of an assessment as an SVG document."""
    leading = best(found.combinations)
    title = "Privacy and usefulness of each level of coarsening"
    listed = "; ".join(
        f"{named(one)}: {_percent(one.held_share)} held back, "
        f"{one.useful_when_held:g} of {found.top} places"
        for one in leading
    )
    described = (
        f"{len(found.combinations)} combinations of place, time and behaviour over {found.rows} rows. "
        f"From left to right: share of rows in cells of at least {found.minimum}. From below: how many"
        f" of the {found.top} places with most rows are still found. No other combination beats: {listed}."
    )
    parts = [
        f'<svg {_NAMESPACE} viewBox="0 0 {_WIDTH} {_HEIGHT}" {_ROLE}>',
        f'<title id="title">{escape(title)}</title>',
        f'<desc id="description">{escape(described)}</desc>',
        f"<style>{_STYLE}</style>",
        f'<text x="{_LEFT}" y="32" style="font-size:18px">{escape(title)}</text>',
        *_axes(found),
        *(_mark(one, found, leads=False) for one in found.combinations if one not in leading),
        *(_mark(one, found, leads=True) for one in leading),
        *_labels(leading, found),
        *_legend(),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _at(one: Combination, found: Assessment) -> tuple[float, float]:
    right = 1 - one.held_share
    up = one.useful_when_held / found.top
    return _LEFT + right * (_RIGHT - _LEFT), _BOTTOM - up * (_BOTTOM - _TOP)


def _axes(found: Assessment) -> list[str]:
    parts = [f'<path class="axis" d="M{_LEFT} {_TOP} V{_BOTTOM} H{_RIGHT}"/>']
    for step in range(5):
        share = step / 4
        x, y = _LEFT + share * (_RIGHT - _LEFT), _BOTTOM - share * (_BOTTOM - _TOP)
        parts += [
            f'<path class="grid" d="M{x:g} {_TOP} V{_BOTTOM} M{_LEFT} {y:g} H{_RIGHT}"/>',
            f'<text x="{x:g}" y="{_BOTTOM + 20}" text-anchor="middle">{_percent(share)}</text>',
            f'<text x="{_LEFT - 10}" y="{y + 4:g}" text-anchor="end">{share * found.top:g}</text>',
        ]
    middle = (_LEFT + _RIGHT) / 2
    says = f"Rows in cells of at least {found.minimum} (private)"
    up = f"Of the {found.top} places with most rows, found (useful)"
    turned = f"translate(28 {(_TOP + _BOTTOM) / 2:g}) rotate(-90)"
    parts += [
        f'<text x="{middle:g}" y="{_BOTTOM + 48}" text-anchor="middle">{escape(says)}</text>',
        f'<text transform="{turned}" text-anchor="middle">{escape(up)}</text>',
    ]
    return parts


def _mark(one: Combination, found: Assessment, *, leads: bool) -> str:
    x, y = _at(one, found)
    told = (
        f"{named(one)}: smallest cell {one.k}, {_percent(one.held_share)} in cells under "
        f"{found.minimum}, loss {one.loss:.2f}, {one.useful_when_held:g} of {found.top} places"
    )
    return (
        f"<g{' class=' + chr(34) + 'best' + chr(34) if leads else ''}"
        f' transform="translate({x:.1f} {y:.1f})"><title>{escape(told)}</title>'
        f'<g class="mark">{_MARKS[one.place]}</g></g>'
    )


def _labels(leading: Sequence[Combination], found: Assessment) -> list[str]:
    """Name the leading combinations, one a line at the right, each joined to its mark."""
    parts = []
    for number, one in enumerate(leading[:12]):
        x, y = _at(one, found)
        line = _TOP + 6 + number * 20
        parts += [
            f'<path class="grid" d="M{x:.1f} {y:.1f} L{_RIGHT + 14} {line - 4}"/>',
            f'<text class="small" x="{_RIGHT + 18}" y="{line}">{escape(named(one))}</text>',
        ]
    return parts


def _legend() -> list[str]:
    parts = [f'<text class="small" x="{_LEFT}" y="{_HEIGHT - 14}">Place:</text>']
    for number, level in enumerate(LEVELS["place"]):
        x = _LEFT + 60 + number * 85
        parts.append(
            f'<g transform="translate({x} {_HEIGHT - 18})"><g class="mark">{_MARKS[level]}</g></g>'
            f'<text class="small" x="{x + 12}" y="{_HEIGHT - 14}">{level}</text>'
        )
    return parts


def _percent(share: float) -> str:
    return f"{share * 100:.3g} %"
