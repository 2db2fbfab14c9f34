"""``gateway bundle``: the evidence for an auditor in one signed file, and checking it anywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gateway.audit.answers import bundle
from gateway.audit.bundle_check import BundleRefused, check_bundle
from gateway.audit.offboarding import KIND
from gateway.audit.questions import Asked, House
from gateway.cli import Exit
from gateway.cli.home import checked_actor, own_house, own_settings
from gateway.cli.terminal import OPERATOR, Actor, AsJson, Stopped, note, say, say_json
from gateway.errors import RequestInvalid
from gateway.ledger.checkpoint import CheckpointRefused, VerifierKey
from gateway.ledger.note import NoteRefused, verify_note

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="The auditor's bundle: ledger, proofs, disclosures, laws in one signed file.",
)


@app.callback()
def bundles() -> None:
    """Make the evidence for an auditor in one signed file, and check one anywhere."""


@app.command("make")
def make(
    target: Annotated[Path, typer.Argument(help="File to make; one that exists is not touched.")],
    *,
    reason: Annotated[str, typer.Option(help="Why it is made; the ledger has its keyed hash.")],
    begins: Annotated[
        str | None, typer.Option("--from", help="Instant, as 2026-10-01T00:00.")
    ] = None,
    ends: Annotated[str | None, typer.Option("--to", help="Instant, as 2027-01-01T00:00.")] = None,
    recipient: Annotated[str | None, typer.Option(help="Only what concerns a partner.")] = None,
    actor: Actor = OPERATOR,
    as_json: AsJson = False,
) -> None:
    """Make a bundle of the whole ledger, or of a span, or of one partner. That it was made is a leaf."""
    if target.exists() or not target.parent.is_dir():
        raise Stopped(
            "The bundle cannot be made there: the file exists, or its folder does not.",
            "Name a new file in a folder that exists.",
        )
    given = {"from": begins, "to": ends, "recipient": recipient}
    said = {name: value for name, value in given.items() if value is not None}
    settings = own_settings()
    with own_house(settings) as house:
        house.book.refresh()
        asked = Asked(House.of(house, settings), said)
        try:
            made = bundle(asked, house.act(checked_actor(actor)), reason)
        except RequestInvalid as faulty:
            raise Stopped(faulty.errors[0].says, "See `gateway bundle make --help`.") from None
    target.write_bytes(made.file)
    document = {
        "file": target.name,
        "bytes": len(made.file),
        "entries": made.entries,
        "disclosures": made.disclosures,
        "ledger_size": made.size,
        "leaf": made.leaf,
    }
    if as_json:
        say_json(document)
    else:
        say("\n".join(f"{name.replace('_', ' ')}: {value}" for name, value in document.items()))


@app.command("verify")
def verify(
    file: Annotated[Path, typer.Argument(help="The bundle.")],
    *,
    key: Annotated[
        str,
        typer.Option(
            help="The gateway's public key (`gateway keys show`), or a file that holds it."
        ),
    ],
    as_json: AsJson = False,
) -> None:
    """Check a bundle offline: no gateway, no database, only the file and a public key.

    Ends with 1 where anything in it is not what was made; one changed byte is found.
    """
    try:
        checked = check_bundle(file.read_bytes(), _key(key))
    except OSError:
        raise Stopped("The bundle or the key cannot be read.", "Check both names.") from None
    except CheckpointRefused:
        raise Stopped("This is no public key of a ledger.", "Ask the gateway's operator.") from None
    except BundleRefused as refusal:
        if as_json:
            say_json({"verified": False, "finding": str(refusal)})
        note(f"gateway: the bundle is NOT what was made: {refusal}.")
        raise typer.Exit(Exit.FOUND_WRONG) from None
    if as_json:
        say_json(checked.document())
        return
    say(
        f"The bundle is whole: {checked.entries} entries with proofs, {checked.disclosures} "
        f"disclosures, {checked.checkpoints} earlier checkpoints, {checked.snapshots} laws; "
        f"of a ledger of {checked.size} entries, root {checked.root}."
    )


@app.command("certificate")
def certificate(
    file: Annotated[Path, typer.Argument(help="A certificate of off-boarding.")],
    *,
    key: Annotated[str, typer.Option(help="The gateway's public key, or a file that holds it.")],
    as_json: AsJson = False,
) -> None:
    """Check a certificate of off-boarding offline, by a public key alone. Ends with 1 where it is none."""
    try:
        lines = verify_note(file.read_text(encoding="utf-8"), KIND, _key(key))
    except (OSError, UnicodeDecodeError):
        raise Stopped("The certificate or the key cannot be read.", "Check both names.") from None
    except CheckpointRefused:
        raise Stopped("This is no public key of a ledger.", "Ask the gateway's operator.") from None
    except NoteRefused:
        note("gateway: the certificate is NOT signed by this key as it stands.")
        raise typer.Exit(Exit.FOUND_WRONG) from None
    if as_json:
        say_json({"verified": True, "says": lines})
    else:
        say("\n".join(["The certificate is signed by this key. It says:", *lines]))


def _key(stated: str) -> VerifierKey:
    """Read a public key from text or file (OSError, CheckpointRefused)."""
    place = Path(stated)
    is_file = "+" not in stated and place.is_file()
    return VerifierKey.parse(place.read_text(encoding="utf-8") if is_file else stated)
