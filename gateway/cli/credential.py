"""``gateway credential``: read-only credentials for tools that know no token, one a person and tool."""

from __future__ import annotations

from typing import Annotated

import typer

from gateway.cli import Exit
from gateway.cli.home import change, own_house, own_settings
from gateway.cli.terminal import OPERATOR, Actor, AsJson, Stopped, say, say_json, show_table
from gateway.errors import NotFound
from gateway.law.tool_credentials import ToolCredential, issue, revoke, tool_credentials
from gateway.ledger.leaf import stamp

app = typer.Typer(no_args_is_help=True, help="Read-only credentials for analysts' tools.")


@app.command("add")
def add(
    account: Annotated[str, typer.Argument(help="Id of the account whose tool it is for.")],
    *,
    tool: Annotated[str, typer.Option(help="What for, such as `excel`, `power-bi` or `qgis`.")],
    days: Annotated[
        int | None, typer.Option(help="How long it lives; as long as one may where not given.")
    ] = None,
    as_json: AsJson = False,
    actor: Actor = OPERATOR,
) -> None:
    """Issue a credential. Its password is shown once, and kept nowhere.

    The tool gives both by HTTP Basic. It may ask the questions of analysis that its person's
    organisation may ask, and nothing else.
    """
    settings = own_settings()
    longest = settings.tool_credential_days
    with own_house(settings) as house:
        made = issue(
            house.reader,
            house.writer,
            account,
            tool,
            longest if days is None else days,
            longest=longest,
            act=house.act(actor),
            now=house.clock.now(),
            random=house.random,
        )
    told = {
        "user": made.credential.id,
        "password": made.password,
        "expires_at": stamp(made.credential.expires),
    }
    if as_json:
        say_json(told)
        return
    say(f"User name: {told['user']}")
    say(f"Password:  {told['password']}")
    say(f"It works until {made.credential.expires:%Y-%m-%d}. The password is not shown again.")


@app.command("list")
def list_credentials(
    *,
    account: Annotated[str | None, typer.Option(help="Only those of this account.")] = None,
    as_json: AsJson = False,
) -> None:
    """List credentials, newest first, with the last day on which each was used."""
    with own_house() as house:
        found, now = tool_credentials(house.reader, account), house.clock.now()
    if as_json:
        say_json({"credentials": [_told(one) | {"works": one.works(now)} for one in found]})
        return
    rows = [
        (
            one.id,
            one.account,
            one.tool,
            f"{one.expires:%Y-%m-%d}",
            one.used_day or "never",
            "yes" if one.works(now) else "no",
        )
        for one in found
    ]
    show_table("", ("user name", "account", "tool", "until", "last used", "works"), rows)


@app.command("revoke")
def revoke_credential(
    user: Annotated[str, typer.Argument(help="The credential's user name.")],
    *,
    actor: Actor = OPERATOR,
) -> None:
    """Revoke a credential: it opens nothing from now on."""
    with own_house() as house:
        now = house.clock.now()
        try:
            change(house, actor, lambda act: revoke(user, act, now))
        except NotFound:
            raise Stopped(
                "There is no such credential; nothing was changed.",
                "See `gateway credential list`.",
                Exit.FOUND_WRONG,
            ) from None
    say(f"{user} opens nothing any more.")


def _told(one: ToolCredential) -> dict[str, str | None]:
    return {
        "user": one.id,
        "account": one.account,
        "partner": one.partner,
        "tool": one.tool,
        "issued_at": stamp(one.issued),
        "expires_at": stamp(one.expires),
        "revoked_at": None if one.revoked is None else stamp(one.revoked),
        "last_used": one.used_day,
    }
