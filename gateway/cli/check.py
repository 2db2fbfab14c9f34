"""``gateway check``: is everything in order? One line each, with a remedy where it is not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import typer

from gateway import house as installation
from gateway.assembly import StoreMissing
from gateway.audit.stops import Watch
from gateway.cli import Exit
from gateway.cli.db import revision
from gateway.cli.home import own_house, own_settings
from gateway.cli.terminal import AsJson, Stopped, say, say_json
from gateway.clock import SystemClock
from gateway.errors import GatewayError, StoreUnavailable
from gateway.house import RefusesToStart
from gateway.keys.ring import KeyRing, KeysUnavailable
from gateway.law.anchors import anchors
from gateway.law.bundles import shelf
from gateway.ledger.leaf import read_leaf
from gateway.settings import Settings
from gateway.store.schema import REVISION
from policies.bundle import packaged_bundle
from policies.refusals import PolicyRefused
from policies.treatments import packaged_treatments


class _Wrong(Exception):
    """A check failed: what is wrong, and what to do."""

    def __init__(self, says: str, remedy: str) -> None:
        super().__init__(says)
        self.says, self.remedy = says, remedy


@dataclass(frozen=True, slots=True)
class Line:
    """The answer to one check."""

    check: str
    ok: bool
    says: str
    remedy: str = ""
    code: Exit = Exit.OK


def command(*, as_json: AsJson = False) -> None:
    """Check installation, settings, keys, policies, database, writing and clock.

    Ends with 0 if all is in order, with 78 if settings, installation, keys or policies are not right,
    with 1 if the database or clock is not. The writing check commits and records nothing.
    """
    lines = _lines()
    if as_json:
        shown = [
            {"check": one.check, "ok": one.ok, "says": one.says, "remedy": one.remedy}
            for one in lines
        ]
        say_json({"ok": all(one.ok for one in lines), "checks": shown})
    else:
        for one in lines:
            say(f"{'ok   ' if one.ok else 'WRONG'}  {one.check}: {one.says} {one.remedy}".rstrip())
    worst = max((one.code for one in lines), default=Exit.OK)
    if worst:
        raise typer.Exit(worst)


def _lines() -> list[Line]:
    lines = [_line("installation", Exit.CONFIGURATION, _installation)]
    try:
        settings = own_settings()
    except (RefusesToStart, Stopped) as refusal:
        wrong = Line("settings", False, refusal.sentence, refusal.remedy, Exit.CONFIGURATION)  # noqa: FBT003 - reads as said
        return [*lines, wrong]
    lines.append(Line("settings", True, "the environment is as it should be."))  # noqa: FBT003 - reads as said
    lines.append(_line("keys", Exit.CONFIGURATION, lambda: _keys(settings)))
    lines.append(_line("policies", Exit.CONFIGURATION, _policies))
    lines.append(_line("database", Exit.FOUND_WRONG, lambda: _database(settings)))
    if all(one.ok for one in lines):
        lines.append(_line("writing", Exit.FOUND_WRONG, lambda: _writing(settings)))
        lines.append(_line("policy bundle", Exit.FOUND_WRONG, lambda: _bundle(settings)))
        lines.append(_line("clock", Exit.FOUND_WRONG, lambda: _clock(settings)))
        lines.append(_line("releases", Exit.FOUND_WRONG, lambda: _releases(settings)))
    return lines


def _line(name: str, code: Exit, check: Callable[[], str]) -> Line:
    try:
        return Line(name, ok=True, says=check())
    except _Wrong as wrong:
        return Line(name, ok=False, says=wrong.says, remedy=wrong.remedy, code=code)
    except (RefusesToStart, Stopped) as refusal:
        says, remedy = refusal.sentence, refusal.remedy
        return Line(name, ok=False, says=says, remedy=remedy, code=code)
    except GatewayError as error:
        return Line(
            name, ok=False, says=error.title, remedy=error.at_terminal or error.remedy, code=code
        )


def _installation() -> str:
    installation.check()
    return "all four packages are ours and as they were installed."


def _keys(settings: Settings) -> str:
    try:
        KeyRing.open(settings.home)
    except KeysUnavailable as error:
        raise _Wrong(f"{error.reason}.", error.remedy) from None
    return "complete, well formed, and readable by their owner only."


def _policies() -> str:
    try:
        bundle = packaged_bundle()
        packaged_treatments()
    except PolicyRefused as refusal:
        where = f"{refusal.file}, {refusal.rule or 'the whole file'}"
        raise _Wrong(f"not whole: {where}.", "Install the gateway again.") from None
    return f"whole: {len(bundle.permits)} powers, every rule valid against the schema."


def _database(settings: Settings) -> str:
    found = revision(settings)
    if found is None:
        raise StoreMissing
    if found != REVISION:
        raise _Wrong(
            f"its tables have revision {found}, this version wants {REVISION}.",
            "Run `gateway db upgrade`; a later revision wants a later version of the gateway.",
        )
    if settings.database_url is not None:
        return f"PostgreSQL, tables at revision {found}."
    if settings.sqlite_path.stat().st_mode & 0o077:
        raise _Wrong("others may read its file.", "chmod 600 gateway.sqlite3")
    return f"tables at revision {found}."


def _writing(settings: Settings) -> str:
    with own_house(settings) as house:
        size = house.writer.run(lambda tx: tx.head.log_size)
    return f"a commit reached the disk; the log holds {size:,} entries."


def _bundle(settings: Settings) -> str:
    with own_house(settings) as house:
        edition = house.book.refresh()
        approved = shelf(house.reader).active
    if edition.refused:
        raise _Wrong(
            "one that was approved is not what was approved, or this version cannot load it.",
            f"The last good one is in use. See `gateway policies show {edition.refused[0][:12]}`, and"
            " approve another.",
        )
    whose = "the packaged one; none was approved yet" if approved is None else "approved by two"
    return f"{edition.documents[:12]} is in use: {whose}."


def _releases(settings: Settings) -> str:
    with own_house(settings) as house:
        watch = Watch(house.reader, house.writer, house.book, house.clock)
        found = watch.stops()
        kinds = ", ".join(one.kind.value for one in anchors(house.reader))
    if found:
        raise _Wrong(found[0].says, found[0].remedy)
    return f"they go; checkpoints are published to: {kinds or 'nothing yet, no server has run'}."


def _clock(settings: Settings) -> str:
    with own_house(settings) as house:
        size = house.reader.head().ledger_size
        last = house.reader.leaf(size - 1) if size else None
        ahead = house.reader.seconds_ahead(house.clock.now())
    if last is None:
        raise StoreUnavailable
    stamped = datetime.fromisoformat(read_leaf(last[0])["at"])
    if abs(ahead) > settings.clock_skew_limit_seconds:
        raise _Wrong("it differs from the database's clock.", "Set both clocks; use NTP.")
    behind = stamped - SystemClock().now()
    if behind > timedelta(seconds=settings.clock_skew_limit_seconds):
        raise _Wrong(
            "it stands before the last entry of the ledger.", "Set the machine's clock; use NTP."
        )
    return "not before the last entry of the ledger."
