"""A hostile subscriber harms only itself: every attempt ends, says how, and takes little memory."""

from __future__ import annotations

import asyncio
import resource
import ssl
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from gateway.net.egress import ANSWER_BYTES, Answer, EgressClient, Limits, Line, trust
from gateway.net.target import Egress
from tests.support.hostile import GOOD, MANNERS, Manner, authority, request, serving, stalls

ALLOW = Egress.of(("127.0.0.0/8",), ())
SHORT = Limits(attempt=1.0)
RISE_BYTES = 32 * 1024 * 1024


async def here(host: str, port: int) -> Sequence[str]:
    """Every name is this machine."""
    return ["127.0.0.1"]


async def batch() -> AsyncIterator[bytes]:
    yield b"[" + b" " * 10_000 + b"]"


async def attempt(line: Line, port: int, scheme: str = "http", host: str = "hooks.test") -> Answer:
    return await line.post(f"{scheme}://{host}:{port}/in", {}, 10_002, batch)


def client(ca: Path | None = None) -> EgressClient:
    return EgressClient(ALLOW, trust(ca), SHORT, resolver=here)


@pytest.mark.parametrize("name", MANNERS)
def test_what_a_server_does_is_classified(name: str) -> None:
    manner, expected = MANNERS[name]

    async def run() -> list[Answer]:
        line = client().line()
        async with serving(manner) as port:
            answers = [await attempt(line, port) for _ in range(2)]
        await line.close()
        return answers

    first, second = asyncio.run(run())

    assert (first.code, second.code) == (expected, expected)
    if name == "come again in ten years":
        assert first.retry_after == "315360000"


@pytest.mark.parametrize(
    ("names", "trusted", "host", "expected"),
    [
        (("hooks.test",), True, "hooks.test", "http-204"),
        (("other.test",), True, "hooks.test", "tls"),
        (("hooks.test",), False, "hooks.test", "tls"),
        (("127.0.0.1",), True, "hooks.test", "tls"),
    ],
)
def test_a_certificate_must_be_good_and_bear_the_name(
    tmp_path: Path, names: tuple[str, ...], trusted: bool, host: str, expected: str
) -> None:
    ca, context = authority(tmp_path / "server", *names)
    stranger, _ = authority(tmp_path / "stranger", *names)

    async def run() -> Answer:
        line = client(ca if trusted else stranger).line()
        async with serving(GOOD, context) as port:
            answer = await attempt(line, port, "https", host)
        await line.close()
        return answer

    assert asyncio.run(run()).code == expected


def test_old_protocols_are_not_spoken() -> None:
    assert trust(None).minimum_version >= ssl.TLSVersion.TLSv1_2


def test_a_stall_in_tls_ends_with_the_attempt() -> None:
    async def run() -> Answer:
        line = client().line()
        async with serving(stalls) as port:
            answer = await attempt(line, port, "https")
        await line.close()
        return answer

    assert asyncio.run(run()).code == "timeout"


def test_the_environment_names_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")

    async def run() -> Answer:
        line = client().line()
        async with serving(GOOD) as port:
            answer = await attempt(line, port)
        await line.close()
        return answer

    assert asyncio.run(run()).code == "http-204"


def test_all_at_once_harm_nobody_else_and_take_little_memory() -> None:
    """All hostile servers, three times over, beside twenty good ones."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    good: list[str] = []

    async def bad(manner: Manner) -> None:
        line = client().line()
        async with serving(manner) as port:
            for _ in range(3):
                await attempt(line, port)
        await line.close()

    async def friendly() -> None:
        line = client().line()
        async with serving(GOOD) as port:
            good.extend([(await attempt(line, port)).code for _ in range(3)])
        await line.close()

    async def run() -> None:
        hostile = [bad(manner) for manner, _ in MANNERS.values()]
        await asyncio.gather(*hostile, *(friendly() for _ in range(20)))

    asyncio.run(run())

    assert good == ["http-204"] * 60
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - before < RISE_BYTES
    assert ANSWER_BYTES == 65_536


def test_one_connection_is_kept_and_made_anew_when_it_is_old_or_was_closed() -> None:
    connections: list[int] = []

    async def keeps(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(0)
        while True:
            await request(reader)
            connections[-1] += 1
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            await writer.drain()
            if connections[-1] == 3:
                writer.close()
                return

    async def run(limits: Limits) -> list[str]:
        line = EgressClient(ALLOW, trust(None), limits, resolver=here).line()
        async with serving(keeps) as port:
            codes = [(await attempt(line, port)).code for _ in range(6)]
        await line.close()
        return codes

    assert asyncio.run(run(SHORT)) == ["http-200"] * 6
    assert connections == [3, 3]
    connections.clear()
    assert asyncio.run(run(Limits(attempt=1.0, connection=0.0))) == ["http-200"] * 6
    assert connections == [1] * 6
