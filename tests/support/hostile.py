"""Servers that mean no good, on loopback: each does one thing to whoever posts to it."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Manner = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
DRIP_SECONDS = 0.05


async def request(reader: asyncio.StreamReader) -> bytes:
    """Read one request whole: head and body."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(
        int(line.split(b":")[1])
        for line in head.split(b"\r\n")
        if line.lower().startswith(b"content-length:")
    )
    return head + await reader.readexactly(length)


def reset(writer: asyncio.StreamWriter) -> None:
    """End a connection with RST."""
    sock: socket.socket = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def says(text: bytes) -> Manner:
    """A server that answers with some bytes and hangs up."""

    async def manner(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request(reader)
        writer.write(text)
        await writer.drain()
        writer.close()

    return manner


def floods(first: bytes, again: bytes) -> Manner:
    """A server that never stops, as fast as it can."""

    async def manner(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request(reader)
        writer.write(first)
        while not writer.is_closing():
            writer.write(again)
            await writer.drain()

    return manner


def drips(first: bytes, again: bytes) -> Manner:
    """A server that never stops, a little at a time: no single read is ever late."""

    async def manner(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request(reader)
        writer.write(first)
        while not writer.is_closing():
            writer.write(again)
            await writer.drain()
            await asyncio.sleep(DRIP_SECONDS)

    return manner


async def resets_before_status(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """RST once the request came."""
    await request(reader)
    reset(writer)


async def resets_after_status(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """RST once the status went."""
    await request(reader)
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf")
    await writer.drain()
    await asyncio.sleep(DRIP_SECONDS)
    reset(writer)


async def stalls(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Takes the connection and says nothing, not even in TLS."""
    await reader.read()


GOOD = says(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
BOMB = gzip.compress(bytes(50_000_000))
CHUNK = b"10000\r\n" + b"x" * 65_536 + b"\r\n"

MANNERS: dict[str, tuple[Manner, str]] = {
    "redirect": (says(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\n\r\n"), "http-302"),
    "endless body": (
        floods(b"HTTP/1.1 500 No\r\nTransfer-Encoding: chunked\r\n\r\n", CHUNK),
        "http-500",
    ),
    "dripped headers": (drips(b"HTTP/1.1 200 OK\r\n", b"X: 1\r\n"), "timeout"),
    "dripped body": (
        drips(b"HTTP/1.1 503 Later\r\nContent-Length: 999999\r\n\r\n", b"x"),
        "http-503",
    ),
    "gzip bomb": (
        says(
            b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(BOMB)
            + BOMB
        ),
        "http-200",
    ),
    "big header": (floods(b"HTTP/1.1 200 OK\r\nX: ", b"x" * 65_536), "too-long"),
    "reset before the status": (resets_before_status, "reset"),
    "reset after the status": (resets_after_status, "http-200"),
    "flood of 100-continue": (floods(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1_000), "too-long"),
    "come again in ten years": (
        says(b"HTTP/1.1 429 Slow\r\nRetry-After: 315360000\r\nContent-Length: 0\r\n\r\n"),
        "http-429",
    ),
    "no HTTP at all": (says(b"SSH-2.0-OpenSSH\r\n\r\n"), "protocol"),
}
"""Those over plain HTTP, with what an attempt ends as; the three of TLS need certificates."""


@asynccontextmanager
async def serving(manner: Manner, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """Serve in some manner on a free loopback port."""

    serving_now: set[asyncio.Task[None]] = set()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        serving_now.add(task)
        task.add_done_callback(serving_now.discard)
        try:
            await manner(reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()
            with contextlib.suppress(OSError, TimeoutError, asyncio.CancelledError):
                await asyncio.wait_for(writer.wait_closed(), 0.5)
            writer.transport.abort()

    server = await asyncio.start_server(handle, "127.0.0.1", 0, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in list(serving_now):
            task.cancel()
        await asyncio.gather(*serving_now, return_exceptions=True)


def authority(folder: Path, *names: str) -> tuple[Path, ssl.SSLContext]:
    """Make an authority and a server's certificate under it; return its file, and the server's context."""
    key = ec.generate_private_key(ec.SECP256R1())
    ca = _certificate("Example Authority", key, "Example Authority", key, ca=True, names=())
    own = ec.generate_private_key(ec.SECP256R1())
    certificate = _certificate(
        "Example Server", own, "Example Authority", key, ca=False, names=names
    )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "ca.pem").write_bytes(ca.public_bytes(serialization.Encoding.PEM))
    (folder / "server.pem").write_bytes(
        own.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem")
    return folder / "ca.pem", context


def _certificate(
    subject: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: str,
    signer: ec.EllipticCurvePrivateKey,
    *,
    ca: bool,
    names: tuple[str, ...],
) -> x509.Certificate:
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    )
    if names:
        listed = [
            x509.IPAddress(ip_address(n)) if n[0].isdigit() else x509.DNSName(n) for n in names
        ]
        made = made.add_extension(x509.SubjectAlternativeName(listed), critical=False)
    return made.sign(signer, hashes.SHA256())
