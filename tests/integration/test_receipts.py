"""Every answer to a partner carries a receipt that anyone can check later, without the gateway."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.access.clients import Client, Jwks, Scope
from gateway.audit.checkpoints import ledger_verifier_key
from gateway.client.proof import SigningKey
from gateway.client.receipts import Kept, ReceiptFolder, content_of
from gateway.client.retries import Retries
from gateway.client.system import PartnerSystem
from gateway.client.witness import LedgerNotBelieved
from gateway.clock import SystemClock
from gateway.law.register import put_client
from gateway.ledger.checkpoint import VerifierKey, from_header, verify_checkpoint
from gateway.ledger.receipt import (
    Covers,
    Receipt,
    ReceiptRefused,
    answer_hash,
    request_hash,
    verify_receipt,
)
from tests.support.commands import Ran, Shell
from tests.support.requirements import law
from tests.support.server import RunningGateway, running_gateway
from tests.support.stores import Store

pytestmark = pytest.mark.on_sqlite
FEED = "police-nsir"
ROW = {
    "URN": "r1",
    "CREATED": "31/10/2026 21:47",
    "INCIDENT_DATE": "31/10/2026 21:40",
    "OPENING_CODE": "214",
    "CLOSING_CODE_1": "204",
    "EASTING": "453412",
    "NORTHING": "319655",
}


@pytest.fixture(scope="module")
def gateway(
    tmp_path_factory: pytest.TempPathFactory,
    store: Store,
) -> Iterator[RunningGateway]:
    with running_gateway(tmp_path_factory.mktemp("receipts")) as running:
        running.usual()
        running.service.publish()
        yield running


def public(gateway: RunningGateway) -> VerifierKey:
    return ledger_verifier_key(gateway.house.keys)


def receipt_of(gateway: RunningGateway, answer: httpx.Response) -> Receipt:
    """Check an answer's receipt against the very bytes that went over the line."""
    receipt = verify_receipt(from_header(answer.headers["Gateway-Receipt"]), public(gateway))
    checkpoint = verify_checkpoint(
        from_header(answer.headers["Ledger-Checkpoint"]), public(gateway)
    )
    sent = answer.request
    kind = sent.headers.get("content-type", "")
    body = sha256(sent.content if receipt.whole else b"").digest()
    target = sent.url.raw_path.decode()
    assert receipt.request == request_hash(sent.method, target, kind, body)
    assert (receipt.size, receipt.root) == (checkpoint.size, checkpoint.root)
    kind = answer.headers.get("content-type", "")
    if receipt.covers is Covers.BODY:
        body = sha256(answer.content).digest()
        assert receipt.answer == answer_hash(answer.status_code, kind, body)
    else:
        assert receipt.answer.hex() == content_of(answer.content, kind)
    return receipt


@law("L33", "L37")
def test_pushes_and_pages_carry_receipts_that_name_their_entry(gateway: RunningGateway) -> None:
    pushed = gateway.push(FEED, "police-system", [ROW])
    receipt = receipt_of(gateway, pushed)
    assert receipt.system == "police-system"
    assert receipt.entry == pushed.json()["leaf"]

    for accept in (
        "application/json",
        "application/x-ndjson",
        "application/cloudevents-batch+json",
    ):
        page = gateway.call(
            "GET",
            "/v1/subscriptions/fire-17a/records?limit=9",
            "fire-system",
            headers={"Accept": accept},
        )
        named = receipt_of(gateway, page)
        assert named.covers is Covers.CONTENT
        assert named.entry is not None
        leaf = gateway.house.reader.leaf(named.entry)
        assert leaf is not None
        # what the receipt binds is what the entry binds: one hash
        assert json.loads(leaf[0])["content_sha256"] == named.answer.hex()


@law("L33")
def test_a_refusal_has_a_receipt_and_a_stranger_none(gateway: RunningGateway) -> None:
    unread = gateway.push("no-such-feed", "police-system", [ROW])
    assert unread.status_code == 404
    assert not receipt_of(gateway, unread).whole
    bad = gateway.push(FEED, "police-system", [{"URN": "x"}])
    assert bad.status_code == 422
    refused = receipt_of(gateway, bad)
    assert refused.whole
    assert refused.entry is not None
    assert (
        receipt_of(
            gateway, gateway.call("GET", "/v1/ledger/proof?index=9&size=3", "fire-system")
        ).entry
        is None
    )

    stranger = gateway.http.get(gateway.url + "/v1/subscriptions")
    assert stranger.status_code == 401
    assert "Gateway-Receipt" not in stranger.headers
    assert "Ledger-Checkpoint" not in stranger.headers


class Tampering(httpx.BaseTransport):
    """A line on which somebody changes what arrives."""

    def __init__(self) -> None:
        self.through = httpx.HTTPTransport()
        self.change: Any = None

    def close(self) -> None:
        self.through.close()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = self.through.handle_request(request)
        answer.read()
        if self.change is not None and request.url.path.endswith("/records"):
            return self.change(answer)
        return answer


def system(gateway: RunningGateway, partner: str, folder: Path, line: Tampering) -> PartnerSystem:
    key = SigningKey(f"{partner}-keeps", "one", SystemClock(), os.urandom)
    jwks = Jwks.model_validate({"keys": [key.public_jwk()]})
    client = Client(client_id=key.client_id, partner=partner, scopes=frozenset(Scope), jwks=jwks)
    gateway.house.writer.run(put_client(client, gateway.house.act("operator")))
    quick = Retries(tries=2, sleep=lambda _: None)
    kept = ReceiptFolder(folder / "kept")
    return PartnerSystem(gateway.url, key, receipts=kept, retries=quick, transport=line)


@law("L37")
def test_the_client_keeps_receipts_and_they_are_checked_without_a_gateway(
    gateway: RunningGateway, tmp_path: Path
) -> None:
    line = Tampering()
    body = json.dumps([ROW | {"URN": "kept-1"}]).encode()
    older, proof = tmp_path / "older", tmp_path / "proof.json"
    older.write_text(gateway.service.note)
    since = {"from": int(gateway.service.note.split("\n")[1])}
    with system(gateway, "leicestershire-police", tmp_path, line) as police:
        result = police.push(FEED, body, "application/json")
        gateway.service.publish()
        proof.write_bytes(police.ledger(f"entries/{result.leaf}/proof", **since).wanted().content)
    (file,) = (tmp_path / "kept").iterdir()
    line_kept = file.read_text().splitlines()[0]
    note = tmp_path / "receipt"
    note.write_text(Kept.read(line_kept).receipt)
    sent = tmp_path / "sent.json"
    sent.write_bytes(body)
    key = public(gateway).line()
    shell = Shell(tmp_path / "nowhere")

    def verify(*more: str) -> Ran:
        return shell("receipt", "verify", *more, "--key", key)

    whole = verify(str(file), "--proof", str(proof), "--json")
    assert whole.code == 0, whole.err
    told = whole.json
    assert told["receipts"][0]["entry"] == told["entry"] == result.leaf
    about = ("--request", f"POST /v1/feeds/{FEED}/records", "--request-type", "application/json")
    assert verify(str(note), *about, "--request-body", str(sent)).code == 0
    extended = verify("--proof", str(proof), "--checkpoint", str(older))
    assert "the ledger extends your checkpoint" in extended.out, extended.err

    sent.write_bytes(body + b" ")
    assert verify(str(note), *about, "--request-body", str(sent)).code == 1
    file.write_text(line_kept.replace('"status":201', '"status":200'))
    assert verify(str(file)).code == 1
    proof.write_text(
        proof.read_text().replace(f'"index": {result.leaf}', f'"index": {result.leaf - 1}')
    )
    assert verify("--proof", str(proof)).code == 1


def test_the_client_believes_no_answer_without_its_own_receipt(
    gateway: RunningGateway, tmp_path: Path
) -> None:
    line = Tampering()
    with system(gateway, "leicestershire-police", tmp_path, line) as police:
        other = police.send(FEED, json.dumps([ROW | {"URN": "o1"}]).encode(), "application/json")

        def without(answer: httpx.Response) -> httpx.Response:
            del answer.headers["Gateway-Receipt"]
            return answer

        def of_another(answer: httpx.Response) -> httpx.Response:
            answer.headers["Gateway-Receipt"] = other.headers["Gateway-Receipt"]
            return answer

        def counted_otherwise(answer: httpx.Response) -> httpx.Response:
            changed = answer.content.replace(b'"recorded": 1', b'"recorded": 2')
            return httpx.Response(answer.status_code, content=changed, headers=answer.headers)

        for number, change in enumerate((without, of_another, counted_otherwise)):
            line.change = change
            with pytest.raises(LedgerNotBelieved):
                police.send(
                    FEED, json.dumps([ROW | {"URN": f"t{number}"}]).encode(), "application/json"
                )


def test_a_line_that_was_changed_is_no_receipt() -> None:
    for text in (
        "{}",
        "[]",
        "{",
        '{"receipt": "", "checkpoint": null, "request": {}, "answer": {}}',
    ):
        with pytest.raises(ReceiptRefused):
            Kept.read(text)
