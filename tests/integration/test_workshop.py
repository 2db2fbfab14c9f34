"""Large pushes are worked out in other processes, with the same answers and without losing any."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.nsir_rows import nsir_rows
from tests.support.server import RunningGateway, running_gateway


@pytest.fixture(scope="module")
def gateway(store: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningGateway]:
    with running_gateway(Path(tmp_path_factory.mktemp("home"))) as running:
        running.usual()
        yield running


def ndjson(seed: int, rows: int) -> bytes:
    return b"\n".join(json.dumps(row).encode() for row in nsir_rows(rows, seed=seed))


def push(
    gateway: RunningGateway, body: bytes, kind: str = "application/x-ndjson"
) -> dict[str, object]:
    answer = gateway.call(
        "POST",
        "/v1/feeds/police-nsir/records",
        "police-system",
        content=body,
        headers={"Content-Type": kind},
    )
    assert answer.status_code in {200, 201}, answer.text
    receipt: dict[str, object] = answer.json()["receipt"]
    return receipt


def test_a_large_push_gets_the_receipt_that_its_parts_would_get(gateway: RunningGateway) -> None:
    body = ndjson(1, 1_500)
    assert len(body) > 256 * 1024

    whole = push(gateway, body)
    again = push(gateway, body)

    assert gateway.service.workshop._pool is not None
    assert whole["received"] == again["received"] == 1_500
    assert int(str(whole["recorded"])) > 1_200
    assert again["recorded"] == 0
    lines = body.split(b"\n")
    parts = [push(gateway, b"\n".join(lines[at : at + 100])) for at in range(0, 1_500, 100)]
    assert sum(int(str(part["quarantined"])) for part in parts) == whole["quarantined"]
    assert sum(int(str(part["recorded"])) for part in parts) == 0


def test_a_refusal_comes_back_from_the_other_process_as_it_is(gateway: RunningGateway) -> None:
    path = "/v1/feeds/police-nsir/records"
    headers = {"Content-Type": "application/json"}
    body = b"[" + ndjson(2, 1_200).replace(b"\n", b",") + b","
    answer = gateway.call("POST", path, "police-system", content=body, headers=headers)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["rule"] == "json.malformed"


def test_a_process_that_is_killed_costs_nothing(gateway: RunningGateway) -> None:
    push(gateway, ndjson(3, 1_200))
    pool = gateway.service.workshop._pool
    assert pool is not None
    for process in list(pool._processes.values()):
        os.kill(process.pid, signal.SIGKILL)

    receipt = push(gateway, ndjson(4, 1_200))
    assert receipt["received"] == 1_200
    assert push(gateway, ndjson(5, 1_200))["received"] == 1_200
