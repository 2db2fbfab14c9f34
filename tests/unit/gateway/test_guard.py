"""No body that is too large, too slow or packed reaches a route, and no answer echoes one."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse

from gateway.guard import Guard, Message, Receive, Scope, Send

CANARY = "Zebedee-Canary-Ffoulkes"
CAP = 1_000


def caps(path: str) -> int:
    """A push may be ten times as large as anything else."""
    return 10 * CAP if path.startswith("/v1/feeds/") else CAP


async def counting(scope: Scope, receive: Receive, send: Send) -> None:
    """An application that reads its body whole and answers its length."""
    length, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            message = {"body": CANARY.encode()}  # what it says now must go nowhere
        length += len(message.get("body", b""))
        more = message.get("more_body", False)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": str(length).encode()})


def guarded(app: Any = counting, *, deadline: float = 5.0) -> Guard:
    """The guard with a fixed request id."""
    return Guard(app, cap_bytes=caps, deadline_seconds=deadline, new_id=lambda: "r-1")


async def ask(
    guard: Guard, method: str = "POST", path: str = "/v1/x", **sent: Any
) -> httpx.Response:
    """One request through httpx."""
    transport = httpx.ASGITransport(guard)
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
        return await client.request(method, path, **sent)


async def drive(
    guard: Guard,
    receive: Callable[[], Awaitable[Message]],
    headers: list[tuple[bytes, bytes]] | None = None,
) -> list[Message]:
    """One request by hand, so that the body may come as nobody should send it."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        await asyncio.sleep(0)
        sent.append(message)

    scope: Scope = {
        "type": "http",
        "method": "POST",
        "path": "/v1/x",
        "headers": headers if headers is not None else [(b"transfer-encoding", b"chunked")],
    }
    await guard(scope, receive, send)
    return sent


def problem(sent: list[Message]) -> dict[str, Any]:
    """The problem document that was sent by hand."""
    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]
    body: dict[str, Any] = json.loads(sent[1]["body"])
    assert body["status"] == sent[0]["status"]
    return body


@pytest.mark.parametrize(
    ("path", "size", "status"),
    [
        ("/v1/x", CAP, 200),
        ("/v1/x", CAP + 1, 413),
        ("/v1/feeds/police-nsir/records", CAP + 1, 200),
        ("/v1/feeds/police-nsir/records", 10 * CAP + 1, 413),
    ],
)
def test_each_path_has_its_own_cap(path: str, size: int, status: int) -> None:
    answer = asyncio.run(ask(guarded(), path=path, content=b"x" * size))

    assert answer.status_code == status


def test_a_body_that_names_no_length_is_counted_as_it_comes() -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(3):
            yield b"x" * 400

    guard = guarded()
    answer = asyncio.run(ask(guard, content=chunks()))

    assert answer.status_code == 413
    assert guard.counts == {"chunked": 1, "body.too_large": 1}


def test_an_endless_body_is_cut_and_the_caller_told() -> None:
    parts = 0

    async def endless() -> Message:
        nonlocal parts
        parts += 1
        return {"type": "http.request", "body": b"x" * 100, "more_body": True}

    body = problem(asyncio.run(drive(guarded(), endless)))

    assert (body["status"], body["type"]) == (413, "urn:gateway:problem:body.too_large")
    assert parts == 11


def test_a_slow_body_is_cut_by_one_deadline_over_all_its_parts() -> None:
    async def dripping() -> Message:
        await asyncio.sleep(0.02)
        return {"type": "http.request", "body": b"x", "more_body": True}

    body = problem(asyncio.run(drive(guarded(deadline=0.1), dripping)))

    assert (body["status"], body["type"]) == (408, "urn:gateway:problem:body.too_slow")


def test_after_the_body_there_is_no_deadline_so_a_pull_may_wait() -> None:
    async def waiting(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        assert (await receive())["type"] == "http.disconnect"
        await counting(scope, receive, send)

    messages = [{"type": "http.request", "body": b""}]

    async def receive() -> Message:
        if messages:
            return messages.pop()
        await asyncio.sleep(0.05)
        return {"type": "http.disconnect"}

    sent = asyncio.run(drive(guarded(waiting, deadline=0.01), receive))

    assert sent[0]["status"] == 200


@pytest.mark.parametrize("encoding", ["gzip", "br", "identity, gzip", "GZIP"])
def test_a_packed_body_is_refused_unread(encoding: str) -> None:
    answer = asyncio.run(ask(guarded(), content=b"x", headers={"Content-Encoding": encoding}))

    assert answer.status_code == 415
    assert encoding not in answer.text


def test_identity_is_no_packing() -> None:
    answer = asyncio.run(ask(guarded(), content=b"xyz", headers={"Content-Encoding": "identity"}))

    assert (answer.status_code, answer.text) == (200, "3")


@pytest.mark.parametrize(
    ("length", "status"),
    [(b"-1", 400), (b"ten", 400), (b"", 400), (b"9" * 5_000, 413), (b"1001", 413)],
)
def test_a_length_that_is_none_or_too_much_is_refused_unread(length: bytes, status: int) -> None:
    async def never() -> Message:
        raise AssertionError

    body = problem(asyncio.run(drive(guarded(), never, [(b"content-length", length)])))

    assert body["status"] == status


def test_an_answer_to_a_cut_body_closes_the_connection_and_echoes_nothing() -> None:
    async def oversized() -> Message:
        return {"type": "http.request", "body": CANARY.encode() * 100, "more_body": True}

    sent = asyncio.run(drive(guarded(), oversized))

    assert (b"connection", b"close") in sent[0]["headers"]
    assert (b"content-type", b"application/problem+json") in sent[0]["headers"]
    assert CANARY.encode() not in sent[1]["body"]
    assert problem(sent)["instance"] == "r-1"


def test_a_failure_is_a_problem_without_its_text() -> None:
    async def failing(scope: Scope, receive: Receive, send: Send) -> None:
        raise ValueError(CANARY)

    answer = asyncio.run(ask(guarded(failing)))

    assert answer.status_code == 500
    assert answer.json()["type"] == "urn:gateway:problem:internal"
    assert CANARY not in answer.text


def test_a_failure_after_the_answer_began_sends_nothing_more() -> None:
    async def half(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise ValueError(CANARY)

    async def nothing() -> Message:
        return {"type": "http.request", "body": b""}

    sent = asyncio.run(drive(guarded(half), nothing))

    assert [message["type"] for message in sent] == ["http.response.start"]


def test_a_failure_of_the_route_that_was_cut_off_adds_nothing() -> None:
    async def offended(scope: Scope, receive: Receive, send: Send) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        assert (await receive())["type"] == "http.disconnect"
        raise ConnectionError(CANARY)

    async def endless() -> Message:
        return {"type": "http.request", "body": b"x" * 600, "more_body": True}

    assert problem(asyncio.run(drive(guarded(offended), endless)))["status"] == 413


def test_fastapi_reading_a_cut_body_does_not_answer_over_the_guard() -> None:
    app = FastAPI()

    @app.post("/v1/x")
    async def read(request: Request) -> PlainTextResponse:
        await request.body()
        return PlainTextResponse(request.state.request_id)

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(30):
            yield b"x" * 100

    assert asyncio.run(ask(guarded(app), content=chunks())).status_code == 413
    assert asyncio.run(ask(guarded(app), content=b"x")).text == "r-1"


@pytest.mark.parametrize(
    ("path", "has", "has_not"),
    [
        ("/v1/ledger/checkpoint", {"cache-control", "content-security-policy"}, set()),
        ("/oauth/token", {"cache-control", "content-security-policy"}, set()),
        ("/openapi.json", {"content-security-policy"}, {"cache-control"}),
        ("/console/subscriptions", {"cache-control", "content-security-policy"}, set()),
        ("/", {"content-security-policy"}, {"cache-control"}),
    ],
)
def test_answers_carry_the_headers_of_their_place(
    path: str, has: set[str], has_not: set[str]
) -> None:
    headers = asyncio.run(ask(guarded(), path=path)).headers

    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-request-id"] == "r-1"
    assert has <= set(headers)
    assert not has_not & set(headers)


def test_a_header_that_the_application_sets_is_kept() -> None:
    async def own(scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"Cache-Control", b"max-age=60"), (b"Content-Security-Policy", b"img-src *")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    answer = asyncio.run(ask(guarded(own)))

    assert answer.headers["cache-control"] == "max-age=60"
    assert answer.headers.get_list("content-security-policy") == ["img-src *"]


def test_the_log_has_the_routes_template_and_never_the_path(
    capsys: pytest.CaptureFixture[str],
) -> None:
    app = FastAPI()

    @app.post("/v1/x/{reference}")
    async def read(reference: str) -> PlainTextResponse:
        return PlainTextResponse("ok")

    asyncio.run(ask(guarded(app), path=f"/v1/x/{CANARY}?name={CANARY}", content=b"x"))
    asyncio.run(ask(guarded(app), method=CANARY.upper(), path=f"/{CANARY}"))

    captured = capsys.readouterr().err
    assert '"route": "/v1/x/{reference}"' in captured
    assert '"method": "other"' in captured
    assert "canary" not in captured.lower()


def test_start_and_stop_pass_through() -> None:
    seen: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope["type"])

    async def unused() -> Message:
        raise AssertionError

    async def unsent(message: Message) -> None:
        raise AssertionError

    asyncio.run(guarded(app)({"type": "lifespan"}, unused, unsent))

    assert seen == ["lifespan"]


def test_without_one_given_each_request_has_an_id_of_its_own() -> None:
    guard = Guard(counting, cap_bytes=caps, deadline_seconds=5)

    ids = {asyncio.run(ask(guard)).headers["x-request-id"] for _ in range(3)}

    assert len(ids) == 3
