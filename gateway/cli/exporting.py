"""What ``gateway export`` does; apart, because its help must cost nothing."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import typer

from gateway.analysis.exported.manifest import Manifest, ManifestRefused, faults, read_manifest
from gateway.analysis.exported.run import COUNTS, Done, Order, Sign, export
from gateway.analysis.written.forms import Form
from gateway.assembly import House
from gateway.audit.checkpoints import ORIGIN
from gateway.cli import Exit
from gateway.cli.home import checked_actor, own_house
from gateway.cli.receipt import key_given
from gateway.cli.statistics import desk_of
from gateway.cli.terminal import Stopped, say, say_json
from gateway.ledger.checkpoint import Signer, VerifierKey, parse_checkpoint
from gateway.ledger.receipt import (
    Covers,
    Receipt,
    ReceiptRefused,
    make_receipt,
    request_hash,
    verify_receipt,
)
from gateway.ledger.tree import EMPTY_ROOT
from schemas.codes import Kind

_NONE = sha256(b"").digest()


def write_data_set(
    folder: Path,
    subscription: str | None,
    kinds: tuple[Kind, ...],
    form: str,
    what: str,
    actor: str,
    *,
    as_json: bool,
) -> None:
    """Bring a data set up to date and say what was done.

    Raises:
        Stopped: What is asked for does not fit together, or the folder is no data set of ours.
    """
    if subscription is None:
        raise Stopped("No subscription is named.", "Give --subscription.", Exit.USAGE)
    if what == COUNTS and form == Form.GEOPARQUET:
        raise Stopped("Counts have no geometry.", "Leave --form out.", Exit.USAGE)
    order = Order(folder.absolute(), subscription, Form(form), kinds, what)
    with own_house() as house, _alone(house, order) as staging:
        try:
            done = export(desk_of(house), order, checked_actor(actor), staging, signer_of(house))
        except ManifestRefused as refused:
            raise Stopped(
                f"The folder is no data set of ours: {refused}.", "Name an empty folder."
            ) from None
    _show(done, as_json=as_json)


def signer_of(house: House) -> Sign:
    """Return what makes the receipts of a house's exports."""

    def sign(index: int, content: bytes, recipient: str) -> str:
        newest = house.reader.newest_checkpoint()
        root = EMPTY_ROOT if newest is None else parse_checkpoint(newest[1]).root
        receipt = Receipt(
            at=int(house.clock.now().timestamp()),
            system=recipient,
            request=request_hash("EXPORT", "", "", _NONE),
            answer=content,
            covers=Covers.CONTENT,
            entry=index,
            size=0 if newest is None else newest[0],
            root=root,
        )
        return make_receipt(receipt, Signer.of(ORIGIN, house.keys.ledger_key))

    return sign


@contextmanager
def _alone(house: House, order: Order) -> Iterator[Path]:
    """Lend the folder where this data set's files wait; one run a data set at a time."""
    name = sha256(f"{order.folder}\n{order.subscription}".encode()).hexdigest()[:16]
    waiting = house.home / "exports"
    waiting.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (waiting / f"{name}.lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Stopped(
                "Another run is writing this data set.", "Wait until it is done.", Exit.UNAVAILABLE
            ) from None
        yield waiting / name


def check_data_set(folder: Path, key: str | None, *, as_json: bool) -> None:
    """Check a data set without the gateway and say what is wrong.

    Raises:
        Stopped: There is none, or no key.
        typer.Exit: It does not hold.
    """
    if key is None:
        raise Stopped(
            "The ledger's public key is wanted.", "Give --key; see `gateway keys show`.", Exit.USAGE
        )
    try:
        manifest = read_manifest(folder)
    except ManifestRefused as refused:
        raise Stopped(f"It does not hold: {refused}.", "Export it again.") from None
    if manifest is None:
        raise Stopped("There is no data set in the folder.", "Name the folder of an export.")
    said = [*_about_receipt(manifest, key_given(key)), *faults(folder, manifest)]
    if as_json:
        say_json({"holds": not said, "leaf": manifest.leaf, "faults": said})
    else:
        described = manifest.described
        say(f"{described.rows} rows in {len(described.files)} files, entry {manifest.leaf}.")
        for one in said:
            say(one)
    if said:
        raise typer.Exit(Exit.FOUND_WRONG)


def _about_receipt(manifest: Manifest, key: VerifierKey) -> list[str]:
    try:
        receipt = verify_receipt(manifest.receipt, key)
    except ReceiptRefused as refused:
        return [f"receipt: {refused}"]
    same = (
        receipt.answer == manifest.described.content_sha256()
        and receipt.entry == manifest.leaf
        and receipt.system == manifest.described.recipient
    )
    return [] if same else ["receipt: it is about another data set"]


def _show(done: Done, *, as_json: bool) -> None:
    described = done.manifest.described
    told: dict[str, Any] = {
        "rows": described.rows,
        "files": len(described.files),
        "written": list(done.written),
        "removed": list(done.removed),
        "rows_written": done.rows_written,
        "log_size": described.log_size,
        "as_of": described.as_of,
        "marking": described.marking,
        "leaf": done.manifest.leaf,
    }
    if as_json:
        say_json(told)
        return
    say(
        f"{described.rows} rows in {len(described.files)} files; {len(done.written)} written,"
        f" {len(done.removed)} removed; entry {done.manifest.leaf}."
    )
