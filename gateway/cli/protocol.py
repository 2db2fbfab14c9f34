"""``gateway protocol``: the partnership's information-sharing protocol (SI 2007/1830 reg 4)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.documents import refused, toml_of, word_of
from gateway.cli.home import change, own_house
from gateway.cli.terminal import OPERATOR, Actor, AsJson, note, say, say_json, show_table
from gateway.clock import london_day
from gateway.law.register import put_protocol
from schemas.partners import Partner
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
        register = house.book.refresh().register
        protocols = list(register.protocols.values())
    missing = {protocol.id: _without_post(protocol, register.partners) for protocol in protocols}
    live = {protocol.id: protocol.live_on(day) for protocol in protocols}
    if as_json:
        listed = [
            {
                **p.model_dump(mode="json"),
                "live": live[p.id],
                "without_nominated_person": missing[p.id],
            }
            for p in protocols
        ]
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
    for named in missing.values():
        _ask_for_posts(named)
    if not protocols:
        note(
            "gateway: there is no protocol. Section 115 rests on one; section 17A goes on without."
        )


@app.command("add")
def add(
    file: Annotated[Path, typer.Argument(help="TOML: see deploy/examples/protocol.toml.")],
    *,
    actor: Actor = OPERATOR,
) -> None:
    """Add the protocol, or change the one that has its id. One entry in the ledger."""
    protocol = word_of(Protocol, toml_of(file))
    with own_house() as house:
        _refuse_strangers(protocol, set(house.book.refresh().register.partners))
        change(house, actor, lambda act: put_protocol(protocol, act))
        missing = _without_post(protocol, house.book.refresh().register.partners)
        live = protocol.live_on(london_day(house.clock))
    say(f"Protocol {protocol.id} is on the register and is {'' if live else 'not '}in force today.")
    _ask_for_posts(missing)


def _without_post(protocol: Protocol, partners: Mapping[str, Partner]) -> list[str]:
    """Parties without a nominated person: each responsible authority has one (reg 4(3))."""
    posts = {name: (partner.nominated_person or "").strip() for name, partner in partners.items()}
    return [party for party in protocol.parties if not posts.get(party)]


def _ask_for_posts(parties: list[str]) -> None:
    for party in parties:
        note(
            f"gateway: {party} has no nominated person on the register (SI 2007/1830 reg 4(3)): section"
            " 115 gives it nothing and takes nothing from it. Set nominated_person with"
            " `gateway partner add`."
        )


def _refuse_strangers(protocol: Protocol, partners: set[str]) -> None:
    for position, party in enumerate(protocol.parties):
        if party not in partners:
            pointer = f"/parties/{position}"
            raise refused(pointer, "protocol.party", "No partner of this id is on the register.")
    for position, signature in enumerate(protocol.signatures):
        if signature.party not in protocol.parties:
            pointer = f"/signatures/{position}/party"
            raise refused(pointer, "protocol.signature", "The signatory is not among the parties.")
