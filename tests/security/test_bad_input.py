"""What bad input gets: a problem document that names field and rule, never a value, never a 5xx."""

from __future__ import annotations

import gzip
import json
import os
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.server import RunningGateway, running_gateway

CANARY = "ZQCANARYZQ7"
ROW = {"URN": "24-0000001-20261031", "CREATED": "31/10/2026 21:47", "OPENING_CODE": "215"}
PATH = "/v1/feeds/police-nsir/records"


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningGateway]:
    with running_gateway(Path(tmp_path_factory.mktemp("home"))) as running:
        running.usual()
        yield running


@pytest.fixture(scope="module")
def send(gateway: RunningGateway) -> Callable[..., httpx.Response]:
    token = gateway.token("police-system")

    def post(body: bytes, media_type: str = "application/json", **headers: str) -> httpx.Response:
        return gateway.http.post(
            gateway.url + PATH,
            content=body,
            headers={"Authorization": f"Bearer {token}", "Content-Type": media_type, **headers},
        )

    return post


def is_a_clean_problem(answer: httpx.Response) -> bool:
    document = answer.json()
    return (
        answer.headers["content-type"] == "application/problem+json"
        and {"type", "title", "status", "detail", "remedy"} <= document.keys()
        and document["status"] == answer.status_code
        and CANARY not in answer.text
        and len(answer.content) < 64_000
    )


WHOLE_BODY_REFUSED = {
    "nothing": b"",
    "not JSON": CANARY.encode(),
    "cut off": b'{"URN": "' + CANARY.encode(),
    "NaN": b'{"URN": NaN, "x": "' + CANARY.encode() + b'"}',
    "infinity": b'{"URN": 1e999}',
    "a duplicate key": b'{"URN": "a", "URN": "' + CANARY.encode() + b'"}',
    "NUL": b'{"URN": "' + CANARY.encode() + b'\\u0000"}',
    "a lone surrogate": b'{"URN": "\\ud800' + CANARY.encode() + b'"}',
    "bad UTF-8": b'{"URN": "\xff' + CANARY.encode() + b'"}',
    "nested too deep": b'{"URN": ' + b"[" * 100 + b"]" * 100 + b"}",
    "nested beyond any stack": b"[" * 1_000_000,
    "an empty array": b"[]",
    "a number": b"1",
    "a string": json.dumps(CANARY).encode(),
    "an array of arrays": json.dumps([[CANARY]]).encode(),
    "a text that is too long": json.dumps({"URN": CANARY * 2_000}).encode(),
    "a number with 5,000 digits": b'{"URN": ' + b"9" * 5_000 + b"}",
}


@pytest.mark.parametrize("name", WHOLE_BODY_REFUSED)
def test_a_body_that_is_no_record_is_refused_whole(
    name: str, send: Callable[..., httpx.Response]
) -> None:
    answer = send(WHOLE_BODY_REFUSED[name])

    assert answer.status_code in {400, 422}, answer.text
    assert is_a_clean_problem(answer)
    assert answer.json()["errors"]


BAD_ROWS: dict[str, dict[str, Any]] = {
    "no reference": {**ROW, "URN": ""},
    "a reference that is too long": {**ROW, "URN": CANARY * 20},
    "a time that is none": {**ROW, "CREATED": CANARY},
    "a day that does not exist": {**ROW, "CREATED": "31/02/2026 10:00"},
    "an hour that does not exist": {**ROW, "CREATED": "29/03/2026 01:30"},
    "an object where a text belongs": {**ROW, "URN": {CANARY: CANARY}},
    "an object where a code belongs": {**ROW, "OPENING_CODE": {CANARY: CANARY}},
    "coordinates outside Great Britain": {**ROW, "EASTING": "9999999", "NORTHING": "1"},
    "coordinates that are none": {**ROW, "EASTING": CANARY, "NORTHING": CANARY},
}


@pytest.mark.parametrize("name", BAD_ROWS)
def test_a_bad_row_goes_to_quarantine_by_field_and_rule(
    name: str, send: Callable[..., httpx.Response]
) -> None:
    good = {**ROW, "URN": f"24-{abs(hash(name)) % 10**7:07d}-20261030"}
    answer = send(json.dumps([good, BAD_ROWS[name]]).encode())

    assert answer.status_code in {200, 201}, answer.text
    assert CANARY not in answer.text
    (problem,) = answer.json()["problems"]
    assert problem["row"] == 2
    assert all(fault["pointer"].startswith("/") and fault["rule"] for fault in problem["faults"])
    receipt = answer.json()["receipt"]
    assert (receipt["received"], receipt["quarantined"]) == (2, 1)


def test_a_push_of_bad_rows_alone_is_a_problem_with_its_receipt(
    send: Callable[..., httpx.Response], gateway: RunningGateway
) -> None:
    answer = send(json.dumps({**ROW, "CREATED": CANARY}).encode())

    assert answer.status_code == 422
    assert is_a_clean_problem(answer)
    assert answer.json()["errors"][0]["pointer"] == "/0/CREATED"
    assert answer.json()["receipt"]["quarantined"] == 1
    listed = gateway.call("GET", "/v1/feeds/police-nsir/quarantine", "police-system")
    receipts = {entry["receipt"] for entry in listed.json()["quarantine"]}
    assert answer.json()["receipt"]["id"] in receipts
    assert CANARY not in listed.text


def test_a_broken_line_of_ndjson_leaves_the_others_alone(
    send: Callable[..., httpx.Response],
) -> None:
    lines = [json.dumps({**ROW, "URN": f"24-77{n:05d}-20261031"}).encode() for n in range(3)]
    body = b"\n".join([lines[0], b'{"URN": "' + CANARY.encode(), lines[1], b"[1]", lines[2]])
    answer = send(body, "application/x-ndjson")

    assert answer.status_code == 201
    assert [problem["row"] for problem in answer.json()["problems"]] == [2, 4]
    assert answer.json()["receipt"]["recorded"] == 3
    assert CANARY not in answer.text


@pytest.mark.parametrize(
    ("media_type", "headers", "status"),
    [
        ("text/plain", {}, 415),
        ("application/xml", {}, 415),
        ("", {}, 415),
        ("application/json", {"Content-Encoding": "gzip"}, 415),
        ("application/json", {"Idempotency-Key": "x" * 300}, 422),
        ("application/json", {"Gateway-Unit": "x" * 300}, 422),
    ],
)
def test_wrong_headers_get_their_status(
    send: Callable[..., httpx.Response], media_type: str, headers: dict[str, str], status: int
) -> None:
    body = gzip.compress(json.dumps(ROW).encode()) if headers else json.dumps(ROW).encode()
    answer = send(body, media_type, **headers)

    assert answer.status_code == status, answer.text
    assert is_a_clean_problem(answer)


def test_a_body_over_the_limit_is_413(
    gateway: RunningGateway, send: Callable[..., httpx.Response]
) -> None:
    rows = b"\n".join(b'{"URN":"%d"}' % n for n in range(10_001))
    assert send(rows, "application/x-ndjson").status_code == 413
    headers = {"Authorization": f"Bearer {gateway.token('fire-system')}"}
    long = gateway.http.post(
        f"{gateway.url}/v1/subscriptions/fire-17a/acknowledgements",
        content=b" " * (2 * 1024 * 1024),
        headers={**headers, "Content-Type": "application/json"},
    )
    assert long.status_code == 413
    assert is_a_clean_problem(long)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("GET", "/v1/feeds/police-nsir/records", 405),
        ("GET", f"/v1/feeds/police-nsir/receipts/{CANARY}", 404),
        ("GET", f"/v1/subscriptions/{CANARY}/records", 422),
        ("GET", "/v1/subscriptions/fire-17a/records?limit=0", 422),
        ("GET", f"/v1/subscriptions/fire-17a/records?limit={CANARY}", 422),
        ("GET", f"/v1/subscriptions/fire-17a/records?after={CANARY}", 404),
        ("GET", "/v1/ledger/entries/999999", 404),
        ("GET", f"/v1/ledger/entries/{CANARY}", 422),
        ("GET", "/v1/ledger/proof?index=5&size=2", 404),
    ],
)
def test_wrong_addresses_get_their_status(
    gateway: RunningGateway, method: str, path: str, status: int
) -> None:
    answer = gateway.call(method, path, "police-system")

    assert answer.status_code == status, answer.text
    assert is_a_clean_problem(answer)


def test_a_cursor_of_another_subscription_or_of_the_future_is_refused(
    gateway: RunningGateway,
) -> None:
    gateway.subscribe("fire-second", "llr-fire")
    gateway.call("POST", PATH, "police-system", json=ROW)
    cursor = gateway.pull("fire-17a", "fire-system").json()["cursor"]

    foreign = gateway.pull("fire-second", "fire-system", after=cursor)
    forged = gateway.pull("fire-17a", "fire-system", after="99." + cursor.split(".")[1])

    assert (foreign.status_code, forged.status_code) == (409, 409)
    own = gateway.pull("fire-17a", "fire-system", after=cursor[:-1] + "-")
    assert own.status_code == 400
    assert is_a_clean_problem(foreign)


@pytest.mark.parametrize(
    "header", [None, "Bearer", "Bearer x.y.z", "Basic eDp5", "Bearer " + "a" * 20_000]
)
def test_without_a_valid_token_there_is_401_and_a_way_to_get_one(
    gateway: RunningGateway, header: str | None
) -> None:
    headers = {} if header is None else {"Authorization": header}
    answer = gateway.http.post(gateway.url + PATH, json=ROW, headers=headers)

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert is_a_clean_problem(answer)


@pytest.mark.prove
def test_random_bytes_and_mutated_records_never_give_a_5xx_or_an_echo(
    send: Callable[..., httpx.Response],
    count: Callable[[int], int],
    proved: Callable[..., None],
) -> None:
    rng = random.Random(20261123)
    good = json.dumps([{**ROW, "LOCATION": CANARY}, ROW]).encode()
    for _ in range(count(10_000)):
        body = bytearray(good)
        for _ in range(rng.randrange(1, 12)):
            at = rng.randrange(len(body))
            match rng.randrange(3):
                case 0:
                    body[at] = rng.randrange(256)
                case 1:
                    del body[at : at + rng.randrange(1, 9)]
                case _:
                    body[at:at] = os.urandom(rng.randrange(1, 9))
        kind = rng.choice(["application/json", "application/x-ndjson", "text/csv"])
        answer = send(bytes(body), kind)
        assert answer.status_code < 500, bytes(body)
        assert CANARY not in answer.text
    proved("bad-input", bodies=count(10_000), server_errors=0, echoed=0)
