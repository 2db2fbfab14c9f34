"""``gateway client``: what a partner's own systems do, for trying, for small systems and for scripts.

It needs no GATEWAY_HOME: it talks to a gateway over HTTP as any partner does, by `gateway.client`.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic_core import to_json

from gateway.cli import Exit
from gateway.cli.client_file import Config, config_of, opened
from gateway.cli.documents import content_of
from gateway.cli.ingest import Total, show_problems, show_receipt
from gateway.cli.parcels import look_over, media_type_of, parcels
from gateway.cli.terminal import AsJson, Stopped, note, progress, say, say_json, show_table
from gateway.client.answers import ClientError, Unexpected
from gateway.client.pages import Page
from gateway.client.proof import SigningKey
from gateway.client.system import PartnerSystem
from gateway.clock import SystemClock
from schemas.receipts import PushResult

MOST_SKEW = 10
"""Seconds by which a client's clock may be ahead of the gateway's."""

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="A partner's side: make a key, check that all works, push a file, pull records.",
)
ConfigFile = Annotated[
    Path,
    typer.Option(
        "--config",
        help="TOML: url, client_id, kid, key_file, state_file, receipts_folder, ledger_key, witnessing.",
    ),
]
CONFIG = Path("gateway-client.toml")


@app.command("key")
def key(
    client_id: Annotated[str, typer.Argument(help="Id of the system, agreed with the operator.")],
    *,
    url: Annotated[str, typer.Option(help="The gateway's address: https://host.")],
    kid: Annotated[str, typer.Option(help="Name of the key.")] = "one",
    folder: Annotated[Path, typer.Option(file_okay=False, help="Where to write.")] = Path(),
) -> None:
    """Make a key pair and a configuration; the private key never leaves this machine.

    Writes ID.pem (private), ID.jwks.json (for the gateway's operator) and gateway-client.toml.
    """
    made = SigningKey(client_id, kid, SystemClock(), os.urandom)
    public = folder / f"{client_id}.jwks.json"
    config = Config(
        url=url,
        client_id=client_id,
        kid=kid,
        key_file=f"{client_id}.pem",
        receipts_folder=f"{client_id}.receipts",
    )
    folder.mkdir(parents=True, exist_ok=True)
    _written(folder / f"{client_id}.pem", made.pem())
    _written(public, to_json({"keys": [made.public_jwk()]}, indent=1) + b"\n")
    _written(folder / CONFIG.name, config.toml().encode())
    say(f"The key is made. Give {public.name} to the gateway's operator, who runs:")
    say(f"gateway partner system add PARTNER --id {client_id} --scope … --jwks {public.name}")


@app.command("check")
def check(*, config: ConfigFile = CONFIG, as_json: AsJson = False) -> None:
    """Check address, clock, key, scopes, subscriptions and ledger, one after the other."""
    with opened(config_of(config)) as system:
        found = [_tried(name, step, system) for name, step in _STEPS]
    if as_json:
        say_json({"checks": found})
    else:
        rows = [("✓" if one["well"] else "✗", one["check"], one["says"]) for one in found]
        show_table("", ("", "", ""), rows)
    if not all(one["well"] for one in found):
        raise typer.Exit(Exit.FOUND_WRONG)


@app.command("push")
def push(
    feed: Annotated[str, typer.Argument(help="Name of the feed, such as `police-nsir`.")],
    file: Annotated[Path, typer.Argument(help="CSV, NDJSON or JSON; plain or .gz.")],
    *,
    config: ConfigFile = CONFIG,
    as_json: AsJson = False,
    batch: Annotated[int, typer.Option(min=1, max=10_000, help="Records in one push.")] = 1_000,
    delimiter: Annotated[str, typer.Option(help="Between the cells of a CSV file.")] = ",",
    media_type: Annotated[
        str | None, typer.Option(help="What the file holds, where its name does not say.")
    ] = None,
) -> None:
    """Push a file in parcels, as one unit. Run it again after a break: nothing is doubled."""
    stated = media_type or media_type_of(file)
    look_over(file, stated)
    unit = f"{file.name[:60]}-{hashlib.sha256(content_of(file)).hexdigest()[:32]}"
    total = Total()
    with opened(config_of(config)) as system, progress(feed, file.stat().st_size) as show:
        for number, parcel in enumerate(parcels(file, stated, batch, delimiter)):
            total.add(_result(system, feed, parcel.body, stated, f"{unit}-{batch}-{number}", unit))
            show(parcel.read)
    receipt = total.receipt(feed)
    if as_json:
        say_json(receipt.model_dump(mode="json"))
    else:
        show_receipt(receipt)
    show_problems(total.problems, receipt.quarantined)
    if receipt.quarantined == receipt.received:
        raise typer.Exit(Exit.FOUND_WRONG)


@app.command("pull")
def pull(
    subscription: Annotated[str, typer.Argument(help="Id of your subscription.")],
    *,
    out: Annotated[Path, typer.Option(file_okay=False, help="Folder for the pages.")] = Path(),
    config: ConfigFile = CONFIG,
    as_json: AsJson = False,
    limit: Annotated[int, typer.Option(min=1, max=1_000, help="Records in a page.")] = 1_000,
    wait: Annotated[float, typer.Option(min=0, max=30, help="Seconds to wait for news.")] = 0.0,
) -> None:
    """Pull what is new, a file a page: notices first, then records, one JSON object a line.

    A page is written and synced before the next is asked for, which acknowledges it. The ledger's
    checkpoint is checked against the one kept from the last run.
    """
    out.mkdir(parents=True, exist_ok=True)
    counted = {"pages": 0, "records": 0, "notices": 0}
    with opened(config_of(config)) as system:
        for page in system.pages(subscription, limit=limit, wait=wait):
            _keep(out, page)
            counted["pages"] += 1
            counted["records"] += len(page.records)
            counted["notices"] += len(page.notices)
    if as_json:
        say_json(counted)
    else:
        say(", ".join(f"{count:,} {name}" for name, count in counted.items()) + ".")


@app.command("proof")
def proof(
    entry: Annotated[int, typer.Argument(min=0, help="Index that a receipt names.")],
    *,
    out: Annotated[Path, typer.Option(help="File to write; it is not there yet.")],
    since: Annotated[
        int | None,
        typer.Option(
            min=1, help="Size of a checkpoint kept by you: also prove that it is extended."
        ),
    ] = None,
    config: ConfigFile = CONFIG,
) -> None:
    """Fetch the proof that an entry is in the ledger, for `gateway receipt verify --proof`."""
    asked = {} if since is None else {"from": since}
    with opened(config_of(config)) as system:
        _written(out, system.ledger(f"entries/{entry}/proof", **asked).wanted().content)
    say(f"The proof of entry {entry} is in {out.name}.")


# ---------------------------------------------------------------------- steps of a check
def _address(system: PartnerSystem) -> str:
    told = system.connection.public("/.well-known/oauth-authorization-server").wanted().document
    if told["issuer"] != system.url:
        raise Stopped(
            "The gateway calls itself by another address.",
            f"Set url to {told['issuer']} in the configuration: assertions must name it.",
        )
    return str(told["issuer"])


def _clock(system: PartnerSystem) -> str:
    answer = system.connection.public("/healthz")
    date = parsedate_to_datetime(answer.headers["date"])
    ahead = round((system.clock.now() - date).total_seconds())
    if abs(ahead) > MOST_SKEW:
        raise Stopped(
            f"This machine's clock is {ahead} s ahead of the gateway's.",
            "Set it by NTP: assertions from the future are refused.",
        )
    return "within ten seconds of the gateway's"


def _subscriptions(system: PartnerSystem) -> str:
    answer = system.call("GET", "/v1/subscriptions")
    if answer.status == 403:  # noqa: PLR2004 - the scope is for systems that receive
        return "none to read: this system has no scope records:read"
    listed = answer.wanted().document["subscriptions"]
    return ", ".join(f"{one['id']} ({one['power']})" for one in listed) or "none"


def _token(system: PartnerSystem) -> str:
    system.call("GET", "/v1/subscriptions")
    return "the key is known, and a token was given"


def _ledger(system: PartnerSystem) -> str:
    seen = system.witness.newest()
    return f"{seen.size} entries, signed, and they begin with those known before"


_STEPS: tuple[tuple[str, Callable[[PartnerSystem], str]], ...] = (
    ("address", _address),
    ("clock", _clock),
    ("token", _token),
    ("subscriptions", _subscriptions),
    ("ledger", _ledger),
)


def _tried(
    name: str, step: Callable[[PartnerSystem], str], system: PartnerSystem
) -> dict[str, Any]:
    try:
        return {"check": name, "well": True, "says": step(system)}
    except (ClientError, Stopped) as wrong:
        return {"check": name, "well": False, "says": f"{wrong.sentence} {wrong.remedy}"}


# ---------------------------------------------------------------------- files
def _result(
    system: PartnerSystem, feed: str, body: bytes, media_type: str, key: str, unit: str
) -> PushResult:
    """Push one parcel; a parcel of which every row was refused has a receipt too."""
    try:
        return system.push(feed, body, media_type, key=key, unit=unit)
    except Unexpected as refused:
        if "receipt" not in refused.problem:
            raise
        told = {"receipt": refused.problem["receipt"], "problems": [], "excluded_by_reason": {}}
        return PushResult.model_validate({**told, "leaf": 0, "repeated": False})


def _lines(page: Page) -> Iterator[bytes]:
    for number, line in enumerate(page.lines):
        what = b"notice" if number < len(page.notices) else b"record"
        yield b'{"' + what + b'":' + line + b"}\n"


def _keep(folder: Path, page: Page) -> None:
    """Write a page beside its place, sync it, and put it there; the same page again is the same file."""
    part = "" if page.complete else ".broken-off"
    path = folder / f"{page.subscription}-{page.release:09}{part}.ndjson"
    partial = path.with_name(f".{path.name}")
    with partial.open("wb") as file:
        file.writelines(_lines(page))
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
    if not page.complete:
        note(
            f"gateway: page {page.release} was broken off, because the law changed; it comes anew."
        )


def _written(path: Path, content: bytes) -> None:
    """Write a new file for its owner alone."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError:
        raise Stopped(
            "A file of that name is there already, or the folder cannot be written.",
            "Name another --folder; keys and configurations are never overwritten.",
        ) from None
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
