"""``gateway protocol``: the partnership's information-sharing protocol (SI 2007/1830 reg 4)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.documents import refused, toml_of, word_of
from gateway.cli.home import change, own_house
from gateway.cli.terminal import OPERATOR, Actor, AsJson, note, say, say_json, show_table
from gateway.clock import london_day
from gateway.law.register import put_protocol
from schemas.powers import Protocol

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="The partnership's information-sharing protocol (SI 2007/1830 reg 4).",
)


@app.command("show")
def show(*, as_json: AsJson = False) -> None:
    """Show every protocol: parties, signatures, dates, and whether it is in force today."""
    with own_house() as house:
        day = london_day(house.clock)
        protocols = list(house.book.refresh().register.protocols.values())
    live = {protocol.id: protocol.live_on(day) for protocol in protocols}
    if as_json:
        listed = [{**p.model_dump(mode="json"), "live": live[p.id]} for p in protocols]
        say_json({"protocols": listed})
        return
    rows = [
        (
            p.id,
            p.title,
            ", ".join(p.parties),
            ", ".join(sorted({signature.party for signature in p.signatures})) or "—",
            f"{p.valid_from or '…'} to {p.valid_to or '…'}",
            "yes" if live[p.id] else "no",
        )
        for p in protocols
    ]
    show_table("", ("id", "title", "parties", "signed by", "dates", "in force"), rows)
    if not protocols:
        note(
            "gateway: there is no protocol. Section 115 rests on one; section 17A goes on without."
        )


@app.command("add")
def add(
    file: Annotated[Path, typer.Argument(help="TOML: id, title, parties, [[signatures]] …")],
    *,
    actor: Actor = OPERATOR,
) -> None:
    """Add the protocol, or change the one that has its id. One entry in the ledger."""
    protocol = word_of(Protocol, toml_of(file))
    with own_house() as house:
        _refuse_strangers(protocol, set(house.book.refresh().register.partners))
        change(house, actor, lambda act: put_protocol(protocol, act))
        live = protocol.live_on(london_day(house.clock))
    say(f"Protocol {protocol.id} is on the register and is {'' if live else 'not '}in force today.")


def _refuse_strangers(protocol: Protocol, partners: set[str]) -> None:
    for position, party in enumerate(protocol.parties):
        if party not in partners:
            pointer = f"/parties/{position}"
            raise refused(pointer, "protocol.party", "No partner of this id is on the register.")
    for position, signature in enumerate(protocol.signatures):
        if signature.party not in protocol.parties:
            pointer = f"/signatures/{position}/party"
            raise refused(pointer, "protocol.signature", "The signatory is not among the parties.")
