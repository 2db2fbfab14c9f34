"""``gateway explain`` of a described record: standard input, the law of the house or the packaged one."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import date

from gateway.assembly import database_of
from gateway.cli import Exit
from gateway.cli.documents import DocumentRefused
from gateway.cli.home import own_house, own_settings
from gateway.cli.terminal import note, say, say_json
from gateway.clock import SystemClock, london_day
from gateway.intake.wire import NotJson, strict_json
from gateway.seed import FEEDS, PARTNERS
from policies.answered import answer
from policies.bundle import packaged_bundle
from policies.described import DescriptionRefused
from policies.description_form import DescriptionFaulty, description_of
from policies.law import Law
from policies.treatments import packaged_treatments
from schemas.described import Answer, ToldCondition
from schemas.feeds import Feed
from schemas.receipts import FieldFault

LONGEST = 256 * 1024
"""Characters that a description may have at most."""


def explain_described(day: date | None, *, as_json: bool) -> None:
    """Judge the description on standard input and print the answer.

    Args:
        day: The day judged where the description names none; today where both are absent.
        as_json: Whether to print JSON.

    Raises:
        DocumentRefused: It is no description, or names what is not registered.
    """
    try:
        description = description_of(strict_json(_content()))
        law, feeds, today = _law()
        found = answer(law, description, day or today, feeds)
    except NotJson as fault:
        raise _refused("", fault.rule, fault.says) from None
    except DescriptionFaulty as faulty:
        faults = [FieldFault(pointer=f.pointer, rule=f.rule, says=f.says) for f in faulty.faults]
        raise _usage(DocumentRefused(faults)) from None
    except DescriptionRefused as refusal:
        raise _refused(refusal.pointer, "description.unknown", refusal.says) from None
    if as_json:
        say_json(found.model_dump(mode="json"))
    else:
        say(rendered(found))


def _content() -> bytes:
    if sys.stdin.isatty():
        note(
            "A described record as JSON, then Ctrl-D (`gateway explain --schema` prints the form):"
        )
    try:
        content = sys.stdin.read(LONGEST + 1)
    except UnicodeDecodeError:
        raise _refused("", "description.not_utf8", "It is not UTF-8.") from None
    if len(content) > LONGEST:
        raise _refused("", "description.too_long", "It is longer than 256 Ki characters.")
    return content.encode()


def rendered(found: Answer) -> str:
    """Return an answer as text for a terminal."""
    lines = [
        f"{found.decision.upper()} · {found.lane.value} lane",
        f"Fields: {', '.join(found.fields) or 'none'}",
        f"Place: {found.place} · time: {found.time}",
        *_listed("Unmet", "✗", found.unmet),
        *_listed("Met", "✓", found.met),
    ]
    return "\n".join(lines)


def _listed(title: str, sign: str, conditions: tuple[ToldCondition, ...]) -> list[str]:
    if not conditions:
        return []
    rows = [f"  {sign} {one.says} [{one.cites}; {one.id}]" for one in conditions]
    return [f"{title} ({len(conditions)}):", *rows]


def _law() -> tuple[Law, Mapping[str, Feed], date]:
    """Return the law of the house, its feeds and today; without a database, what a new one begins with."""
    settings = own_settings()
    if not database_of(settings).exists():
        note("gateway: there is no database; judged by the packaged law and the first register.")
        law = Law(packaged_bundle(), packaged_treatments(), PARTNERS)
        return law, {feed.name: feed for feed in FEEDS}, london_day(SystemClock())
    with own_house(settings) as house:
        edition = house.book.refresh()
        feeds = {name: feed for name, (_, feed) in edition.register.feeds.items()}
        return edition.law, feeds, london_day(house.clock)


def _refused(pointer: str, rule: str, says: str) -> DocumentRefused:
    return _usage(DocumentRefused((FieldFault(pointer=pointer, rule=rule, says=says),)))


def _usage(refusal: DocumentRefused) -> DocumentRefused:
    refusal.exit_code = Exit.USAGE
    return refusal
