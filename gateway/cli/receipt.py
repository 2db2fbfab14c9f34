"""``gateway receipt``: check receipts and proofs offline, by a public key alone.

It opens no GATEWAY_HOME and dials nobody: whoever holds a receipt can run it, now or in ten years.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any

import typer

from gateway.audit.proofs import ProofRefused, Proven, verify_proof
from gateway.cli import Exit
from gateway.cli.terminal import AsJson, Stopped, say, say_json
from gateway.client.receipts import Answered, Asked, Kept, content_of
from gateway.ledger.checkpoint import (
    Checkpoint,
    CheckpointRefused,
    VerifierKey,
    from_header,
    verify_checkpoint,
)
from gateway.ledger.receipt import Covers, Receipt, ReceiptRefused, verify_receipt

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Check receipts and proofs of the ledger: offline, by a public key alone.",
)


@app.callback()
def _several() -> None:
    """Keep `verify` a command of its own."""


@app.command("verify")
def verify(
    file: Annotated[
        Path | None,
        typer.Argument(
            help="A receipt (the note, or the header's value), or a day's file of kept ones."
        ),
    ] = None,
    *,
    key: Annotated[
        str, typer.Option(help="The ledger's public key (`gateway keys show`), or a file with it.")
    ],
    checkpoint: Annotated[
        Path | None, typer.Option(help="A checkpoint kept by you, of any age.")
    ] = None,
    proof: Annotated[
        Path | None, typer.Option(help="A proof of the entry: /v1/ledger/entries/{index}/proof.")
    ] = None,
    request: Annotated[
        str | None, typer.Option(help="The request line: `POST /v1/feeds/police-nsir/records`.")
    ] = None,
    request_type: Annotated[str, typer.Option(help="Its Content-Type.")] = "",
    request_body: Annotated[Path | None, typer.Option(help="Its body.")] = None,
    status: Annotated[int, typer.Option(help="Status of the answer.")] = 200,
    answer_type: Annotated[str, typer.Option(help="Its Content-Type.")] = "",
    answer_body: Annotated[Path | None, typer.Option(help="Its body.")] = None,
    as_json: AsJson = False,
) -> None:
    """Check a receipt, or a file of them, or a proof, without the gateway.

    The signature is always checked. What else is given is checked too: the request and the answer that
    the receipt is to be about, a checkpoint, a proof that the entry is in the ledger. Exit code 0: all
    holds; 1: something does not, and it says what.
    """
    holder = key_given(key)
    older = None if checkpoint is None else _checkpoint(checkpoint, holder)
    if file is None and proof is None:
        raise Stopped("There is nothing to check.", "Name a receipt or --proof.", Exit.USAGE)
    try:
        kept = [] if file is None else list(_receipts(_text(file), holder))
        receipts = [receipt for receipt, _ in kept]
        checked = ["the ledger's signature"] if receipts else []
        if kept and all(whole for _, whole in kept):
            checked += ["request", "answer", "the checkpoint that came with it"]
        for receipt in receipts:
            checked += _about(receipt, request, request_type, request_body)
            checked += _answered(receipt, status, answer_type, answer_body)
            checked += _against(receipt, older)
        proven = None if proof is None else _proven(proof, holder, older, receipts)
    except (ReceiptRefused, ProofRefused) as refused:
        raise Stopped(f"It does not hold: {refused}.", _KEEP) from None
    checked += [] if proven is None else ["the entry is in the ledger"]
    if proven is not None and proven.extends is not None:
        checked.append("the ledger extends your checkpoint")
    _show(receipts, proven, list(dict.fromkeys(checked)), as_json=as_json)


_KEEP = "Keep it as it is, and tell the partnership's information-governance lead."


def _receipts(text: str, key: VerifierKey) -> Iterable[tuple[Receipt, bool]]:
    """Yield each receipt of a file, and whether request and answer were checked with it."""
    if not text.startswith("{"):
        note = text if "\n\n" in text else _unwrapped(text)
        yield verify_receipt(note, key), False
        return
    for number, line in enumerate(text.splitlines(), start=1):
        try:
            yield Kept.read(line).verify(key), True
        except ReceiptRefused as refused:
            raise ReceiptRefused(f"line {number}: {refused}") from None


def _unwrapped(text: str) -> str:
    try:
        return from_header(text)
    except CheckpointRefused as refused:
        raise ReceiptRefused(str(refused)) from None


def _about(receipt: Receipt, line: str | None, media_type: str, body: Path | None) -> list[str]:
    if line is None:
        return []
    method, _, target = line.partition(" ")
    asked = Asked(method, target, media_type, sha256(_bytes(body)).hexdigest())
    if asked.hashed(whole=receipt.whole) != receipt.request:
        raise ReceiptRefused("it is about another request")
    return ["request"]


def _answered(receipt: Receipt, status: int, media_type: str, body: Path | None) -> list[str]:
    if body is None:
        return []
    whole = _bytes(body)
    content = content_of(whole, media_type) if receipt.covers is Covers.CONTENT else None
    answered = Answered(status, media_type, sha256(whole).hexdigest(), content)
    if answered.hashed(receipt.covers) != receipt.answer:
        raise ReceiptRefused("it is about another answer")
    return ["answer"]


def _against(receipt: Receipt, kept: Checkpoint | None) -> list[str]:
    """Hold a receipt against a checkpoint of the same size; of another size only a proof tells."""
    if kept is None or kept.size != receipt.size:
        return []
    if kept.root != receipt.root:
        raise ReceiptRefused("your checkpoint is of another ledger of the same size")
    return ["it names your checkpoint"]


def _proven(
    file: Path, key: VerifierKey, older: Checkpoint | None, receipts: list[Receipt]
) -> Proven:
    proven = verify_proof(_text(file), key, older)
    if receipts and all(receipt.entry != proven.index for receipt in receipts):
        raise ProofRefused("it proves another entry than the receipt names")
    return proven


def _show(
    receipts: list[Receipt], proven: Proven | None, checked: list[str], *, as_json: bool
) -> None:
    if as_json:
        found: dict[str, Any] = {
            "holds": True,
            "checked": checked,
            "receipts": [
                {"at": one.text().split("\n")[1][3:], "system": one.system, "entry": one.entry}
                for one in receipts
            ],
        }
        if proven is not None:
            found |= {"entry": proven.index, "size": proven.checkpoint.size, "says": proven.says}
        say_json(found)
        return
    if len(receipts) == 1:
        say(receipts[0].text().rstrip())
    elif receipts:
        say(f"{len(receipts):,} receipts, all whole.")
    if proven is not None:
        say(f"Entry {proven.index} is in the ledger of {proven.checkpoint.size:,} entries.")
        for name, value in (proven.says or {}).items():
            say(f"  {name}: {value}")
    say(f"Holds. Checked: {'; '.join(checked)}.")


def key_given(given: str) -> VerifierKey:
    """Read the public key, named or in a file."""
    path = Path(given)
    text = given if "+" in given else _text(path)
    try:
        return VerifierKey.parse(text)
    except CheckpointRefused:
        raise Stopped(
            "The key is no ledger's public key.", "See `gateway keys show`.", Exit.USAGE
        ) from None


def _checkpoint(path: Path, key: VerifierKey) -> Checkpoint:
    try:
        return verify_checkpoint(_text(path), key)
    except CheckpointRefused as refused:
        raise Stopped(f"Your checkpoint does not hold: {refused}.", _KEEP) from None


def _text(path: Path) -> str:
    return _bytes(path).decode("utf-8", "replace")


def _bytes(path: Path | None) -> bytes:
    if path is None:
        return b""
    try:
        return path.read_bytes()
    except OSError:
        raise Stopped(f"{path.name} cannot be read.", "Name a file.", Exit.USAGE) from None
