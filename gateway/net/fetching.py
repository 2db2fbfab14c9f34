"""Fetching one answer from a host that a setting names: the issuer where people sign in.

The same guard as for push stands in front: the name is resolved once, every address is judged, and the
connection goes to that address. No redirect is followed, no proxy asked, and the answer is bounded.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from dataclasses import dataclass

import httpcore

from gateway.errors import GatewayError
from gateway.net.dialling import GuardedBackend, Meter, NameResolver
from gateway.net.egress import EgressClient
from gateway.net.target import read_target

LARGEST = 512 * 1024
"""Bytes read at most, headers included."""


class FetchFailed(GatewayError):
    """503: the host did not answer, or not as it must."""

    code, status = "egress.no_answer", 503
    title = "A host that the settings name did not answer."
    remedy = "Try again in a minute; if it stays, the operator checks the setting and the host."


@dataclass(frozen=True, slots=True)
class Fetched:
    """One answer, read whole."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes


async def fetch(
    client: EgressClient, method: str, url: str, headers: Mapping[str, str], body: bytes = b""
) -> Fetched:
    """Send one request and read its answer.

    Raises:
        TargetRefused: The URL, or an address that its host resolves to, is not dialled.
        FetchFailed: Nothing usable came back in time.
    """
    target = read_target(url)
    own = NameResolver()
    backend = GuardedBackend(
        target,
        client.egress,
        client.resolver or own,
        client.dialler,
        Meter(LARGEST),
        client.limits.attempt,
    )
    pool = httpcore.AsyncConnectionPool(
        ssl_context=client.tls, max_connections=1, network_backend=backend
    )
    place = httpcore.URL(
        scheme=target.scheme, host=target.host, port=target.port, target=target.path
    )
    sent = {
        **headers,
        "Host": target.authority,
        "Accept-Encoding": "identity",
        "Content-Length": str(len(body)),
    }
    try:
        async with asyncio.timeout(client.limits.attempt):
            answer = await pool.request(method, place, headers=list(sent.items()), content=body)
            return Fetched(answer.status, tuple(answer.headers), answer.content)
    except GatewayError:
        raise
    except Exception as error:
        raise FetchFailed from error
    finally:
        with contextlib.suppress(Exception):
            await pool.aclose()
        own.close()
