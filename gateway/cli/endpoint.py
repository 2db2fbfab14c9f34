"""``gateway subscription endpoint``: where a push subscription is sent, and with which secret."""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha256
from typing import Annotated

import typer

from gateway.assembly import House
from gateway.cli.documents import refused
from gateway.cli.home import change, own_house, own_settings
from gateway.cli.terminal import OPERATOR, Actor, AsJson, note, plain, say, say_json
from gateway.keys import webhook
from gateway.keys.derive import SIZE
from gateway.keys.sealing import NONCE_SIZE
from gateway.net.target import Egress, read_target
from gateway.release.endpoints import (
    LONGEST_GRACE_SECONDS,
    Endpoint,
    EndpointMissing,
    PutEndpoint,
    RotateSecret,
    SealedSecret,
    SetEndpointState,
    seal_secret,
)
from gateway.store.delivering import Deliveries
from gateway.store.states import EndpointState
from schemas.subscriptions import DeliveryMode, Subscription

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="Where a push subscription is sent."
)
Id = Annotated[str, typer.Argument(metavar="SUBSCRIPTION", help="Id of a push subscription.")]
GRACE_HOURS = 24
_HOUR = 3_600


@app.command("set")
def set_endpoint(
    subscription: Id,
    url: Annotated[
        str, typer.Argument(metavar="URL", help="https://…, as agreed with the partner.")
    ],
    *,
    actor: Actor = OPERATOR,
    as_json: AsJson = False,
) -> None:
    """Set or change the address. The first time a secret is made, and shown this once."""
    settings = own_settings()
    target = read_target(url)
    Egress.of(settings.egress_allow, settings.egress_ports).could_pass(target)
    with own_house(settings) as house:
        _push_subscription(house, subscription)
        secret, sealed = _new_secret(house, subscription)
        endpoint, at = Endpoint(url=url), _now(house)
        first = change(
            house, actor, lambda act: PutEndpoint(subscription, endpoint, sealed, act, at)
        )
        keys = _public_keys(house)
    if as_json:
        shown = {"secret": webhook.secret_text(secret)} if first else {}
        say_json({"subscription": subscription, "url": url, **shown, "keys": keys})
        return
    say(f"Subscription {subscription} is sent to this address.")
    if first:
        _show_secret(secret)
    say("Its v1a signatures are verified by:")
    for key in keys:
        say(key)


@app.command("show")
def show(subscription: Id, *, as_json: AsJson = False) -> None:
    """Show the address, how it stands, and the public keys; never a secret."""
    with own_house() as house:
        standing = Deliveries(house.reader).standing(subscription)
        if standing is None:
            raise EndpointMissing
        document = {
            "subscription": subscription,
            "url": Endpoint.model_validate_json(standing["endpoint"]).url,
            "state": standing["state"],
            "failures": standing["failures"],
            "failing_since": _instant(standing["failing_since"]),
            "left_alone_until": _instant(standing["opens_at"]),
            "pending": standing["pending"] is not None,
            "secrets": len(Deliveries(house.reader).secrets(subscription, _now(house))),
            "keys": _public_keys(house),
        }
    if as_json:
        say_json(document)
        return
    for name, value in document.items():
        say(f"{name.replace('_', ' ')}: {plain(value)}")


@app.command("rotate")
def rotate(
    subscription: Id,
    *,
    grace_hours: Annotated[
        int,
        typer.Option(
            min=0,
            max=LONGEST_GRACE_SECONDS // _HOUR,
            help="How long the old secret goes on signing beside the new one.",
        ),
    ] = GRACE_HOURS,
    actor: Actor = OPERATOR,
    as_json: AsJson = False,
) -> None:
    """Make a new secret, shown this once; until the grace ends everything is signed with both."""
    with own_house() as house:
        secret, sealed = _new_secret(house, subscription)
        at, grace = _now(house), grace_hours * _HOUR
        change(house, actor, lambda act: RotateSecret(subscription, sealed, act, at, grace))
    if as_json:
        say_json({"subscription": subscription, "secret": webhook.secret_text(secret)})
        return
    _show_secret(secret)
    say(f"The old secret goes on signing for {grace_hours} hours.")


@app.command("pause")
def pause(subscription: Id, *, actor: Actor = OPERATOR) -> None:
    """Stop sending for a while. Nothing is lost; the partner may pull meanwhile."""
    _set(subscription, EndpointState.PAUSED, actor)


@app.command("resume")
def resume(subscription: Id, *, actor: Actor = OPERATOR) -> None:
    """Send again, beginning with what is pending, at once."""
    _set(subscription, EndpointState.ACTIVE, actor)


@app.command("disable")
def disable(subscription: Id, *, actor: Actor = OPERATOR) -> None:
    """Stop sending for good, until it is resumed. Nothing is lost."""
    _set(subscription, EndpointState.DISABLED, actor)


def _set(subscription: str, state: EndpointState, actor: str) -> None:
    with own_house() as house:
        moved = change(house, actor, lambda act: SetEndpointState(subscription, state, act))
    say(f"The endpoint of {subscription} is {state.value}{'' if moved else ' already'}.")


def _push_subscription(house: House, name: str) -> None:
    body = house.reader.bodies("subscription").get(name)
    if body is None:
        raise refused("/subscription", "endpoint.subscription", "There is no such subscription.")
    if Subscription.model_validate_json(body).mode is not DeliveryMode.PUSH:
        says = "It pulls; make it a push subscription first (mode push)."
        raise refused("/subscription", "endpoint.mode", says)


def _new_secret(house: House, subscription: str) -> tuple[bytes, SealedSecret]:
    secret = house.random(SIZE)
    wrapped = seal_secret(house.keys.wrapping, subscription, secret, house.random(NONCE_SIZE))
    return secret, SealedSecret(wrapped, sha256(secret).hexdigest())


def _show_secret(secret: bytes) -> None:
    note("gateway: the secret is shown this once; hand it to the partner by another way.")
    say(webhook.secret_text(secret))


def _public_keys(house: House) -> list[str]:
    numbers = Deliveries(house.reader).key_numbers(_now(house))
    keys = (webhook.signing_key(house.keys.webhook, number) for number in numbers)
    return [webhook.public_text(key.public_key()) for key in keys]


def _now(house: House) -> int:
    return int(house.clock.now().timestamp())


def _instant(seconds: int | None) -> str | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, tz=UTC).isoformat()
