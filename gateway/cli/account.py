"""``gateway account``: people who sign in to the console by accounts of the gateway's own."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from gateway.access.passwords import LONGEST, SHORTEST, hashed
from gateway.access.people import OF_A_PARTNER, Person, Role
from gateway.cli import Exit
from gateway.cli.documents import refused, word_of
from gateway.cli.home import change, own_house
from gateway.cli.terminal import OPERATOR, Actor, AsJson, Stopped, say, say_json, show_table
from gateway.errors import NotFound
from gateway.law.accounts import accounts, change_password, put_account, set_active

app = typer.Typer(no_args_is_help=True, help="People who sign in to the console.")

AccountId = Annotated[
    str, typer.Argument(help="Id of the account: a post such as `ig-lead`, never a person's name.")
]


@app.command("list")
def list_accounts(*, as_json: AsJson = False) -> None:
    """List who may sign in, also those who came by the organisation's own sign-in."""
    with own_house() as house:
        found = accounts(house.reader)
    if as_json:
        say_json(
            {
                "accounts": [
                    {
                        "account": one.person.account,
                        "name": one.person.name,
                        "partner": one.person.partner,
                        "office": one.person.office,
                        "roles": sorted(one.person.roles),
                        "kind": one.kind.value,
                        "active": one.active,
                    }
                    for one in found
                ]
            }
        )
        return
    rows = [
        (
            one.person.account,
            one.person.name,
            one.person.partner or "—",
            ", ".join(sorted(one.person.roles)),
            one.kind.value,
            "yes" if one.active else "no",
        )
        for one in found
    ]
    show_table("", ("id", "name", "partner", "roles", "signs in by", "active"), rows)


@app.command("add")
def add(
    account: AccountId,
    *,
    name: Annotated[str, typer.Option(help="What the pages call them.")],
    role: Annotated[
        list[Role],
        typer.Option(help="What they are to the gateway; repeat for several."),
    ],
    partner: Annotated[
        str | None, typer.Option(help="Id of the organisation they act for; else the operator.")
    ] = None,
    office: Annotated[
        str | None,
        typer.Option(help="A deputy's office, as on the register; else the nominated person's."),
    ] = None,
    actor: Actor = OPERATOR,
) -> None:
    """Add an account, or change the one that has its id. The password is read from standard input.

    A changed account's sessions end. The pages take it where GATEWAY_LOCAL_ACCOUNTS is set.
    """
    secret = hashed(_password())
    with own_house() as house:
        partners = house.book.refresh().register.partners
        if partner is not None and partner not in partners:
            raise refused("/partner", "partner.unknown", "No partner on the register has this id.")
        if partner is None and not _without_partner(role):
            raise refused(
                "/partner", "account.partner", "This role acts for a partner: name it by --partner."
            )
        post = partners[partner].nominated_person if partner is not None else None
        if office is not None and not (
            partner is not None and partners[partner].has_deputy(office)
        ):
            says = "The register names no such deputy of the partner: `gateway partner add` does."
            raise refused("/office", "account.office", says)
        document = {
            "account": account,
            "name": name,
            "partner": partner,
            "office": office or post,
            "roles": role,
        }
        person = word_of(Person, document)
        now = house.clock.now()
        change(house, actor, lambda act: put_account(person, act, now, secret=secret))
    say(f"{account} may sign in.")


@app.command("password")
def password(account: AccountId, *, actor: Actor = OPERATOR) -> None:
    """Give a local account another password, read from standard input. Its sessions end."""
    secret = hashed(_password())
    with own_house() as house:
        now = house.clock.now()
        try:
            change(house, actor, lambda act: change_password(account, secret, act, now))
        except NotFound:
            raise _no_account() from None
    say(f"{account} has another password, and is signed out.")


@app.command("disable")
def disable(account: AccountId, *, actor: Actor = OPERATOR) -> None:
    """Disable an account of either kind. Its sessions end at once."""
    _set(account, actor, active=False)
    say(f"{account} may sign in no longer, and is signed out.")


@app.command("enable")
def enable(account: AccountId, *, actor: Actor = OPERATOR) -> None:
    """Let an account sign in again that was disabled."""
    _set(account, actor, active=True)
    say(f"{account} may sign in again.")


def _set(account: str, actor: str, *, active: bool) -> None:
    with own_house() as house:
        now = house.clock.now()
        try:
            change(house, actor, lambda act: set_active(account, act, now, active=active))
        except NotFound:
            raise _no_account() from None


def _without_partner(roles: list[Role]) -> bool:
    return OF_A_PARTNER.isdisjoint(roles)


def _password() -> str:
    if sys.stdin.isatty():
        typed: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    else:
        typed = sys.stdin.readline().rstrip("\r\n")
    if not SHORTEST <= len(typed) <= LONGEST:
        raise Stopped(
            f"A password has {SHORTEST} to {LONGEST} characters; nothing was changed.",
            "Give a longer one on standard input: three or four words are easy to keep.",
            Exit.USAGE,
        )
    return typed


def _no_account() -> Stopped:
    return Stopped(
        "There is no such account; nothing was changed.",
        "See `gateway account list`; who signs in by the organisation has their password there.",
        Exit.FOUND_WRONG,
    )
