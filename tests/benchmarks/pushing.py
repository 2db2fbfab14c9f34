"""Over HTTP: NDJSON batches, single durable pushes, pages of 1,000; beside a bare Starlette POST."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx

from tests.benchmarks.http_load import load
from tests.benchmarks.real_server import SECRET
from tests.benchmarks.rows import ndjson, one

BATCH = 1_000
BATCHES = 12
FEEDERS = 4
SINGLES = 2_000
CONNECTIONS = 32
PAGE = 1_000


def free_port() -> int:
    """Return a loopback port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Pushing:
    """A real gateway and a bare server, each a process of its own."""

    def __init__(self, home: Path, database: str | None = None) -> None:
        """Args: ``database`` is PostgreSQL's address; SQLite in the home where absent."""
        self.port, self._bare_port = free_port(), free_port()
        command = [sys.executable, "-m"]
        real = [*command, "tests.benchmarks.real_server", str(home), str(self.port)]
        self._processes = [
            subprocess.Popen([*real, database] if database else real),
            subprocess.Popen([*command, "tests.benchmarks.bare_server", str(self._bare_port)]),
        ]
        for port in (self.port, self._bare_port):
            wait_for(port)
        self._cursor: str | None = None

    def _head(self, system: str, method: str, path: str, kind: str = "application/json") -> bytes:
        answer = httpx.post(
            f"http://127.0.0.1:{self.port}/oauth/token",
            data={"grant_type": "client_credentials"},
            auth=(system, SECRET),
            trust_env=False,
        )
        token = answer.json()["access_token"]
        return (
            f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n"
            f"Content-Type: {kind}\r\n"
        ).encode()

    def batches(self) -> float:
        """Return records a second by NDJSON batches over a few connections."""
        path = "/v1/feeds/police-nsir/records"
        head = self._head("police", "POST", path, "application/x-ndjson")
        return BATCH * load(self.port, head, lambda: ndjson(BATCH), FEEDERS, BATCHES)

    def singles(self) -> tuple[float, float]:
        """Return (durable single pushes, bare validated POSTs) a second at 32 connections."""
        head = self._head("police", "POST", "/v1/feeds/police-nsir/records")
        ours = load(self.port, head, one, CONNECTIONS, SINGLES)
        plain = b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        return ours, load(self._bare_port, plain, one, CONNECTIONS, 4 * SINGLES)

    def pages(self, number: int = 6) -> float:
        """Return records a second over pages of 1,000, acknowledging as it goes."""
        records, begun = 0, 0.0
        with httpx.Client(trust_env=False, timeout=60) as client:
            head = self._head("fire", "GET", "/").decode()
            token = head.split("Bearer ")[1].split("\r")[0]
            for page in range(number + 1):
                if page == 1:
                    begun = time.perf_counter()
                query = {"limit": str(PAGE)} | ({"after": self._cursor} if self._cursor else {})
                answer = client.get(
                    f"http://127.0.0.1:{self.port}/v1/subscriptions/fire-17a/records",
                    params=query,
                    headers={"Authorization": f"Bearer {token}"},
                )
                read = json.loads(answer.content)
                self._cursor = read["cursor"]
                records += len(read["records"]) if page else 0
        return records / (time.perf_counter() - begun)

    def close(self) -> None:
        """Stop both."""
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            process.wait(20)


def wait_for(port: int) -> None:
    """Wait until something listens on a loopback port."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError
