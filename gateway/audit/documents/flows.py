"""Which feed's records go to whom: asked of the law without any record, and drawn.

A flow stands for one standing request and one feed that it asks for. It runs where nothing about holder,
recipient or request stands against it today; else the drawing shows it stopped and the table says by what.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from gateway.audit.documents.configuration import Configuration
from gateway.audit.documents.model import Cell, Derived, Grid, Picture
from policies.probe import NO_RECORD
from schemas.decisions import About
from schemas.feeds import Feed
from schemas.subscriptions import Subscription

WIDTH, ROW, TOP = 960, 62, 56
_BOX, _HEIGHT = 250, 46
_FROM, _GATE, _TO = 10, 400, 700
_GATE_WIDTH = 160
_MOST = 34
"""Characters of a title that a box takes."""


@dataclass(frozen=True, slots=True)
class Flow:
    """One feed to one recipient, on one standing request."""

    feed: Feed
    asked: Subscription
    holder: str
    against: tuple[str, ...]
    """Conditions in their words; none where it runs."""

    @property
    def runs(self) -> bool:
        """Whether nothing stands against it today."""
        return not self.against


def flows_of(configuration: Configuration) -> tuple[Flow, ...]:
    """Return every flow, by feed and request."""
    found = []
    for feed in configuration.feeds.values():
        for asked in configuration.subscriptions.values():
            holder = configuration.law.register.holder(feed.controller, configuration.day)
            if asked.partner == holder or not _asks(configuration, asked, feed, holder):
                continue
            found.append(Flow(feed, asked, holder, _against(configuration, feed, asked)))
    return tuple(found)


def _asks(configuration: Configuration, asked: Subscription, feed: Feed, holder: str) -> bool:
    """Whether a request is for records of a feed at all."""
    if asked.filter.sources and feed.name not in asked.filter.sources:
        return False
    agreed = configuration.agreement(asked.agreement) if asked.agreement else None
    if agreed is None:
        return True
    return holder in agreed.holders and (
        not agreed.coverage.sources or feed.name in agreed.coverage.sources
    )


def _against(configuration: Configuration, feed: Feed, asked: Subscription) -> tuple[str, ...]:
    of_feed = {
        "source": feed.name,
        "controller": feed.controller,
        "regime": feed.regime,
        "open_data": feed.open_data_licence is not None,
    }
    decision = configuration.law.decide(
        asked, NO_RECORD.model_copy(update=of_feed), configuration.day
    )
    unmet = (one.says for one in decision.unmet if one.about is not About.RECORD)
    return (*unmet, *(f"The rule {name} cannot be evaluated." for name in decision.errors))


def flow_grid(configuration: Configuration, flows: tuple[Flow, ...]) -> Grid:
    """Return the table beside the picture: every flow, and what stands against those that do not run."""
    rows: list[tuple[Cell, ...]] = []
    for flow in flows:
        feed, asked = (
            configuration.of_feed(flow.feed.name),
            configuration.of_subscription(flow.asked.id),
        )
        of = (
            feed.pointer("controller"),
            *map(asked.pointer, ("partner", "power", "purpose", "lane", "agreement", "filter")),
        )
        state = "runs" if flow.runs else "stopped: " + " ".join(flow.against)
        rows.append(
            (
                feed.states("title", "from the feed"),
                feed.states("controller", "controller"),
                asked.states("partner", "to"),
                asked.states("power", "under"),
                asked.states("lane", "form"),
                Derived("today", state, of),
            )
        )
    columns = ("From the feed", "Controller", "To", "Under", "Form", "Today")
    return Grid("The flows in the picture", columns, tuple(rows), "Nobody asks for anything yet.")


def picture(configuration: Configuration, flows: tuple[Flow, ...]) -> Picture:
    """Return the drawing of feeds, gateway and recipients, with its words."""
    feeds = list(dict.fromkeys(flow.feed.name for flow in flows)) or list(configuration.feeds)
    requests = list(dict.fromkeys(flow.asked.id for flow in flows))
    running = sum(flow.runs for flow in flows)
    said = (
        f"On the left {len(feeds)} feeds with their controllers, in the middle the gateway, on the right "
        f"{len(requests)} standing requests with recipient, power and form. {running} of {len(flows)} "
        "flows run today, drawn as whole lines; the others are stopped and drawn broken. The table "
        "after the picture says the same."
    )
    height = TOP + ROW * max(len(feeds), len(requests), 2) + 10
    parts = [
        (
            f'<svg class="flow" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
            f'width="{WIDTH}" height="{height}" role="img" aria-labelledby="flow-title flow-says">'
        ),
        f'<title id="flow-title">{escape(_TITLE)}</title><desc id="flow-says">{escape(said)}</desc>',
        *_heads(),
        *_gate(height),
    ]
    for at, name in enumerate(feeds):
        feed = configuration.feeds[name]
        runs = any(flow.runs for flow in flows if flow.feed.name == name)
        parts += _line(_FROM + _BOX, _middle(at), _GATE, height / 2, runs=runs)
        parts += _box(_FROM, at, name, feed.controller)
    for at, request in enumerate(requests):
        asked = configuration.subscriptions[request]
        runs = any(flow.runs for flow in flows if flow.asked.id == request)
        parts += _line(_GATE + _GATE_WIDTH, height / 2, _TO, _middle(at), runs=runs)
        form = f"{asked.power.value.replace('_', ' ')}, {asked.lane.value}"
        parts += _box(_TO, at, asked.partner, form)
    return Picture(_TITLE, said, "".join([*parts, "</svg>"]))


_TITLE = "Data flows through the gateway today"


def _middle(at: int) -> float:
    return TOP + ROW * at + _HEIGHT / 2


def _heads() -> list[str]:
    heads = (
        (_FROM, "Feeds and controllers"),
        (_GATE, "Gateway"),
        (_TO, "Recipients: power, form"),
    )
    return [
        f'<text x="{x}" y="30" font-size="17" font-weight="bold" fill="#0b0c0c">{escape(text)}</text>'
        for x, text in heads
    ]


def _gate(height: float) -> list[str]:
    top = height / 2 - 46
    lines = ("records are split;", "the law decides;", "one door out")
    texts = [
        f'<text x="{_GATE + 14}" y="{top + 30 + 22 * at}" font-size="15" fill="#ffffff">{line}</text>'
        for at, line in enumerate(lines)
    ]
    return [
        f'<rect x="{_GATE}" y="{top}" width="{_GATE_WIDTH}" height="92" rx="4" fill="#14505c"/>',
        *texts,
    ]


def _box(x: int, at: int, first: str, second: str) -> list[str]:
    y = TOP + ROW * at
    return [
        (
            f'<rect x="{x}" y="{y}" width="{_BOX}" height="{_HEIGHT}" rx="4" fill="#ffffff" '
            'stroke="#14505c" stroke-width="2"/>'
        ),
        (
            f'<text x="{x + 10}" y="{y + 19}" font-size="15" font-weight="bold" fill="#0b0c0c">'
            f"{escape(_short(first))}</text>"
        ),
        f'<text x="{x + 10}" y="{y + 37}" font-size="13" fill="#0b0c0c">{escape(_short(second))}</text>',
    ]


def _line(x1: float, y1: float, x2: float, y2: float, *, runs: bool) -> list[str]:
    broken = "" if runs else ' stroke-dasharray="6 6"'
    colour = "#14505c" if runs else "#a32020"
    return [
        f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke="{colour}" stroke-width="2"{broken}/>'
    ]


def _short(text: str) -> str:
    return text if len(text) <= _MOST else text[: _MOST - 1] + "…"
