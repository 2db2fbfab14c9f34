"""``gateway export``: a data set on disk that other tools read, and the check of one without the gateway."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any

import typer

from gateway.analysis.exported.manifest import Manifest, ManifestRefused, faults, read_manifest
from gateway.analysis.exported.run import Done, Order, Sign, export
from gateway.analysis.written.forms import Form
from gateway.assembly import House
from gateway.audit.checkpoints import ORIGIN
from gateway.cli import Exit
from gateway.cli.home import checked_actor, own_house
from gateway.cli.receipt import key_given
from gateway.cli.statistics import desk_of
from gateway.cli.terminal import OPERATOR, Actor, AsJson, Stopped, say, say_json
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


class Partition(StrEnum):
    """How a data set is cut into files."""

    YEAR_MONTH = "year/month"


class Forms(StrEnum):
    """What its files are."""

    PARQUET = "parquet"
    GEOPARQUET = "geoparquet"


class What(StrEnum):
    """What it holds."""

    RECORDS = "records"
    STATISTICS = "statistics"


def command(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where the data set lies.")],
    *,
    subscription: Annotated[
        str | None, typer.Option(help="The subscription under which it leaves.")
    ] = None,
    partition: Annotated[
        Partition, typer.Option(help="How it is cut: by month, as Hive names folders.")
    ] = Partition.YEAR_MONTH,
    kind: Annotated[
        list[Kind] | None, typer.Option(help="Only these kinds; may be repeated.")
    ] = None,
    form: Annotated[
        Forms, typer.Option(help="GeoParquet has the map point as a geometry.")
    ] = Forms.PARQUET,
    what: Annotated[What, typer.Option(help="What it holds.")] = What.RECORDS,
    check: Annotated[
        bool, typer.Option("--check", help="Check a data set against manifest and receipt instead.")
    ] = False,
    key: Annotated[
        str | None,
        typer.Option(help="For --check: the ledger's public key (`gateway keys show`), or a file."),
    ] = None,
    as_json: AsJson = False,
    actor: Actor = OPERATOR,
) -> None:
    """Write a subscription's records or counts as Parquet by month; run again, it writes what changed.

    `DIR/year=2026/month=10/data.parquet`, read by DuckDB, polars, pyarrow, Spark or Trino. What was taken
    back or erased leaves its file; a month in which nothing changed stays byte for byte. `_manifest.json`
    lists the files with their hashes and holds the receipt; each run is one entry of the ledger. A run that
    was killed is simply run again. `--check` needs no gateway, only the ledger's public key.
    """
    del partition  # there is one
    if check:
        _check(folder, key, as_json=as_json)
        return
    if subscription is None:
        raise Stopped("No subscription is named.", "Give --subscription.", Exit.USAGE)
    if what is What.STATISTICS and form is Forms.GEOPARQUET:
        raise Stopped("Counts have no geometry.", "Leave --form out.", Exit.USAGE)
    order = Order(folder.absolute(), subscription, Form(form.value), tuple(kind or ()), what.value)
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


def _check(folder: Path, key: str | None, *, as_json: bool) -> None:
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
