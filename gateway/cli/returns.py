"""``gateway return``: section 17A returns, what is due from whom to whom, and paragraph 6 as a table."""

from __future__ import annotations

import asyncio
import csv
import io
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from gateway.assembly import House
from gateway.audit.returns import Cell, Matrix, Owed, matrix
from gateway.audit.returns_done import MAY_BE_MADE, TO_SEND
from gateway.cli import Exit
from gateway.cli.home import change, checked_actor, own_house, own_settings
from gateway.cli.terminal import (
    OPERATOR,
    Actor,
    AsJson,
    Stopped,
    note,
    progress,
    say,
    say_json,
    show_table,
)
from gateway.errors import LawRefuses, ReturnPeriodRuns
from gateway.net.egress import EgressClient
from gateway.posting import egress_client
from gateway.release.return_asked import Ask
from gateway.release.return_brought import Bringing
from gateway.release.return_pushed import push_return, target_of
from gateway.release.return_written import json_lines, table
from gateway.release.returned import hand, make, receive
from policies.exclusions import EXCLUSIONS, Exclusion, ExclusionCell, exclusions_table
from policies.periods import Quarter

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Section 17A returns (SI 2007/1831): what is due, making them, receipts.",
)
Period = Annotated[str, typer.Option("--quarter", help="Information period, such as 2026Q3.")]
_LARGEST = 64 * 1024 * 1024


@app.command("section-17a")
def section_17a(
    *,
    quarter: Period,
    authority: Annotated[
        str | None, typer.Option(help="Only what this authority owes; all where absent.")
    ] = None,
    voluntary: Annotated[
        bool,
        typer.Option("--voluntary", help="Add what no regulation prescribes: the typology."),
    ] = False,
    make_them: Annotated[
        bool, typer.Option("--make", help="Make every return of the period that may be made.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option(help="Make them, and write each recipient's files here.")
    ] = None,
    actor: Actor = OPERATOR,
    as_json: AsJson = False,
) -> None:
    """Show authority × paragraph × recipient for a period: due, sent, late, withheld and why.

    A return is made once; what changes later stands in the next period's. A recipient pulls its own at
    /v1/returns/section-17a. It is sent when its receipt is there: pulled and acknowledged, or
    `gateway return receipt` for a file that was carried. Until then it stays due; the column «files» says
    which were made and handed out.
    """
    asked, by = _quarter(quarter), checked_actor(actor)
    with own_house() as house:
        found = _of(matrix(house.return_desk, asked), authority)
        if make_them or out is not None:
            if house.clock.now() < asked.ends:
                raise ReturnPeriodRuns
            _make(house, found, by, out, voluntary=voluntary)
            found = _of(matrix(house.return_desk, asked), authority)
    if as_json:
        say_json(found.document())
        return
    _show(found)


@app.command("send")
def send(
    *,
    quarter: Period,
    authority: Annotated[
        str | None, typer.Option(help="Only what this authority owes; all where absent.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Send what is not sent yet to every recipient whose system takes pushes under section 17A.

    It is sent when the endpoint answers 2xx; whatever else it answers, the return stays due. Run it from
    a clock: what arrived is not sent again.
    """
    asked, settings = _quarter(quarter), own_settings()
    with own_house(settings) as house:
        found = _of(matrix(house.return_desk, asked), authority)
        outcomes = asyncio.run(_send(house, found, egress_client(settings)))
    if as_json:
        say_json({"quarter": asked.name, "sent": outcomes})
        return
    columns = ("authority", "paragraph", "recipient", "outcome")
    show_table("", columns, ([one[name] for name in columns] for one in outcomes))
    if not outcomes:
        note("gateway: no recipient that takes pushes is waiting for a return of this period.")


@app.command("receipt")
def receipt(
    *,
    quarter: Period,
    authority: Annotated[str, typer.Option(help="Whose information it is.")],
    recipient: Annotated[str, typer.Option(help="Who has it.")],
    paragraph: Annotated[int, typer.Option(min=1, max=12)],
    content: Annotated[
        str, typer.Option(help="content_sha256 of the manifest, as they repeat it.")
    ],
    actor: Actor = OPERATOR,
) -> None:
    """Note a recipient's receipt for a file that was carried to it. One entry in the ledger."""
    by = checked_actor(actor)
    with own_house() as house:
        ask = Ask(authority, recipient, _quarter(quarter))
        new = receive(house.return_desk, ask, paragraph, content, by)
    say("The return is sent." if new else "The receipt was noted before.")


@app.command("exclusions")
def exclusions(
    file: Annotated[
        Path, typer.Argument(help="CSV: age, gender, school_name, school_address, reason.")
    ],
    *,
    quarter: Annotated[
        str | None, typer.Option(help="Keep the table as this period's return of paragraph 6.")
    ] = None,
    authority: Annotated[str | None, typer.Option(help="Whose: with --quarter.")] = None,
    actor: Actor = OPERATOR,
    as_json: AsJson = False,
) -> None:
    """Paragraph 6: turn a list of excluded pupils into the table that may be disclosed.

    Each count from 1 to 7 is «*», others are rounded to 5, and there is no total. The list itself is
    never kept. With --quarter and --authority the table is, once a period, and goes to every relevant
    authority as that period's return.
    """
    table_of = exclusions_table(_pupils(file))
    if quarter is not None or authority is not None:
        _bring(table_of, quarter or "", authority or "", actor)
    cells = [cell.model_dump() for cell in table_of]
    if as_json:
        say_json({"paragraph": EXCLUSIONS, "cells": cells})
        return
    columns = ("school_name", "school_address", "reason", "gender", "age", "number")
    show_table("", columns, ([cell[name] for name in columns] for cell in cells))


# ---------------------------------------------------------------------- steps
def _quarter(name: str) -> Quarter:
    try:
        return Quarter.parse(name)
    except ValueError:
        raise Stopped(
            "--quarter is no information period.",
            "Write it as 2026Q3; the first is 2007Q3.",
            Exit.USAGE,
        ) from None


def _bring(cells: list[ExclusionCell], quarter: str, authority: str, actor: str) -> None:
    """Keep a table as the return of paragraph 6."""
    asked = _quarter(quarter)
    with own_house() as house:
        law, day = house.book.refresh().law, house.return_desk.day()
        paragraph = law.lists.prescribed.paragraphs[EXCLUSIONS]
        if law.register.standing(authority, day).kind not in paragraph.holder_kinds:
            raise Stopped(
                "This authority is no holder of what paragraph 6 prescribes.",
                "Give --authority a local authority of the register: `gateway partner list`.",
            )
        at = int(house.clock.now().timestamp())
        change(house, actor, lambda act: Bringing(authority, asked.name, cells, act, at))
    note(f"gateway: kept as the return of {asked.name} of {authority} under paragraph 6.")


def _of(found: Matrix, authority: str | None) -> Matrix:
    if authority is None:
        return found
    cells = [cell for cell in found.cells if cell.authority == authority]
    if not cells:
        raise Stopped(
            "This authority owes nothing under the Schedule of SI 2007/1831.",
            "See `gateway partner list` for ids and kinds.",
        )
    return Matrix(found.quarter, found.as_of, cells, found.without_holder)


def _make(house: House, found: Matrix, actor: str, out: Path | None, *, voluntary: bool) -> None:
    """Make every return that may be made, and write the files where a folder is given."""
    asks = {
        (cell.authority, one.recipient): Ask(
            cell.authority, one.recipient, found.quarter, voluntary
        )
        for cell in found.cells
        for one in cell.owed
        if one.state in MAY_BE_MADE
    }
    wanted = {
        key: [
            cell.paragraph.number
            for cell in found.cells
            if cell.authority == key[0] and cell.owed[0].state in MAY_BE_MADE
        ]
        for key in asks
    }
    with progress("Making returns", len(asks)) as done:
        for number, (key, ask) in enumerate(asks.items(), start=1):
            try:
                make(house.return_desk, ask, actor)
                if out is not None:
                    _write(house, ask, wanted[key], actor, out)
            except LawRefuses:
                note(f"gateway: the law lets nothing of {ask.holder} go to {ask.recipient} today.")
            done(number)


async def _send(house: House, found: Matrix, client: EgressClient) -> list[dict[str, object]]:
    """Send every return that is due to somebody with an endpoint; return what came of each."""
    desk, outcomes = house.return_desk, []
    for cell in found.cells:
        for one in cell.owed:
            target = target_of(desk, one.recipient) if one.state in TO_SEND else None
            if target is None:
                continue
            ask, number = Ask(cell.authority, one.recipient, found.quarter), cell.paragraph.number
            outcome = await push_return(desk, client, target, ask, number)
            said = {"authority": cell.authority, "paragraph": number, "recipient": one.recipient}
            outcomes.append({**said, "outcome": outcome})
    return outcomes


def _write(house: House, ask: Ask, numbers: list[int], actor: str, out: Path) -> None:
    folder = out / ask.quarter.name / ask.recipient / ask.holder
    folder.mkdir(parents=True, exist_ok=True)
    for number in numbers:
        handed = hand(house.return_desk, ask, number, actor, method="file")
        name = f"paragraph-{number}"
        (folder / f"{name}.jsonl").write_bytes(json_lines(handed))
        (folder / f"{name}.csv").write_text(table(handed), encoding="utf-8", newline="")
        manifest = handed.manifest.model_dump_json(indent=2)
        (folder / f"{name}.manifest.json").write_text(manifest + "\n", encoding="utf-8")


def _show(found: Matrix) -> None:
    quarter = found.quarter
    say(f"{quarter.name}: due by {quarter.due.isoformat()} to every other relevant authority.")
    columns = (
        "authority",
        "para",
        "state",
        "rows",
        "may go",
        "withheld, why",
        "recipients",
        "files",
        "default",
    )
    show_table("", columns, [_line(cell) for cell in found.cells])
    for name in sorted({cell.authority for cell in found.cells if not cell.protocol_live}):
        note(
            f"gateway: RED: no protocol that covers section 17A is in force for {name} (SI 2007/1830"
            " reg 4). The duty goes on; see `gateway protocol show`."
        )
    for cell in found.cells:
        if cell.decision is not None:
            note(
                f"gateway: {cell.authority} withholds paragraph {cell.paragraph.number} by decision"
                f" {cell.decision.reference} of its nominated person: the duty is in default."
            )
    waiting = ", ".join(str(one.number) for one in found.without_holder)
    if waiting:
        note(
            f"gateway: no authority on the register is a holder of paragraphs {waiting}: primary care"
            " trusts ended in 2013, and who holds it today needs a legal view."
        )


def _line(cell: Cell) -> tuple[object, ...]:
    first = cell.owed[0]
    states = Counter(one.state.value for one in cell.owed)
    why = ", ".join(f"{name} {number}" for name, number in sorted(first.reasons.items()))
    behind = sum(one.in_default for one in cell.owed)
    return (
        cell.authority,
        cell.paragraph.number,
        cell.state.value,
        first.considered,
        first.may_go,
        f"{first.withheld}{f' ({why})' if why else ''}",
        ", ".join(f"{number} {state}" for state, number in sorted(states.items())),
        _files(cell.owed),
        f"{behind} of {len(cell.owed)}" if behind else "no",
    )


def _files(owed: list[Owed]) -> str:
    """Say how many recipients' files were made, and handed out: it is sent by the receipt alone."""
    made = sum(one.made_at is not None for one in owed)
    handed = sum(one.handed_at is not None for one in owed)
    counts = ((made - handed, "made"), (handed, "handed"))
    return ", ".join(f"{number} {what}" for number, what in counts if number) or "—"


def _pupils(file: Path) -> list[Exclusion]:
    try:
        if file.stat().st_size > _LARGEST:
            raise Stopped("The file is larger than this command takes.", "Split it by school.")
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise Stopped("The file cannot be read.", "Give a CSV file in UTF-8.", Exit.USAGE) from None
    pupils = []
    for number, row in enumerate(csv.DictReader(io.StringIO(text)), start=2):
        try:
            pupils.append(Exclusion.model_validate(row))
        except ValidationError:
            raise Stopped(
                f"Line {number} does not fit.",
                "Its columns are age, gender, school_name, school_address and reason, none empty.",
            ) from None
    return pupils
