"""Commit → verified receipt by push: one subscriber, policy, ledger and both signatures on.

The gateway is a process of its own, taken in over HTTP; this one sends rows and is the partner's receiver.
Order is kept, so the k-th record received is the k-th committed.
"""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import sys
import threading
import time
from contextlib import AsyncExitStack
from pathlib import Path

import httpx

from gateway.keys import webhook
from tests.benchmarks.pushing import free_port, wait_for
from tests.benchmarks.real_server import PUSH_SECRET, SECRET
from tests.benchmarks.rows import ndjson, one
from tests.support.receiver import OK, Got, Receiver, receiving

A_SECOND = 100
"""Records a second while latency is measured."""

SINGLES = 300
BATCH, BATCHES = 1_000, 8
BOUND_SECONDS = 0.1
"""What the 95th of 100 must be under."""

_SENDERS = 8
_DEADLINE = 120.0


class Delivering:
    """A gateway that pushes to a receiver in this process."""

    def __init__(self, folder: Path, database: str | None = None) -> None:
        self._received: list[float] = []
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._thread = threading.Thread(target=self._receive, daemon=True)
        self._thread.start()
        self._ready.wait()
        self._port = free_port()
        arguments = [str(folder), str(self._port), database or "", self._url]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.real_server", *arguments]
        )
        wait_for(self._port)
        self._head = {"Authorization": f"Bearer {self._token()}"}

    # ------------------------------------------------------------------ the receiver
    def _receive(self) -> None:
        async def serve() -> None:
            async with AsyncExitStack() as stack:
                receiver = await stack.enter_async_context(receiving(Receiver(self._take)))
                self._url = receiver.url
                self._ready.set()
                await self._stop.wait()

        self._loop.run_until_complete(serve())
        self._loop.close()

    def _take(self, got: Got) -> bytes:
        now = int(got.headers["webhook-timestamp"])
        webhook.verify(got.headers, got.body, now, [PUSH_SECRET])
        self._received += [time.perf_counter()] * len(got.data("incident"))
        return OK

    def _wait(self, number: int) -> None:
        deadline = time.monotonic() + _DEADLINE
        while len(self._received) < number:
            if time.monotonic() > deadline:
                raise TimeoutError
            time.sleep(0.005)

    # ------------------------------------------------------------------ the sender
    def _token(self) -> str:
        answer = httpx.post(
            f"http://127.0.0.1:{self._port}/oauth/token",
            data={"grant_type": "client_credentials"},
            auth=("police", SECRET),
            trust_env=False,
        )
        return str(answer.json()["access_token"])

    def _push(self, client: httpx.Client, body: bytes, kind: str) -> float:
        answer = client.post(
            f"http://127.0.0.1:{self._port}/v1/feeds/police-nsir/records",
            content=body,
            headers={**self._head, "Content-Type": kind},
        )
        answer.raise_for_status()
        return time.perf_counter()

    def latency(self) -> tuple[float, float]:
        """Return (bound, 95th of 100 from answer to verified receipt) in seconds, at 100 records/s."""
        before = len(self._received)
        committed: list[float] = []
        begun = time.perf_counter() + 0.1

        def send(which: int) -> None:
            with httpx.Client(trust_env=False, timeout=60) as client:
                for number in range(which, SINGLES, _SENDERS):
                    time.sleep(max(0.0, begun + number / A_SECOND - time.perf_counter()))
                    committed.append(self._push(client, one(), "application/json"))

        senders = [threading.Thread(target=send, args=(which,)) for which in range(_SENDERS)]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
        self._wait(before + SINGLES)
        took = [
            max(0.0, received - at)
            for received, at in zip(self._received[before:], sorted(committed), strict=False)
        ]
        return BOUND_SECONDS, statistics.quantiles(took, n=20)[-1]

    def batches(self) -> float:
        """Return records a second from the first push of a batch to the last verified receipt."""
        before, begun = len(self._received), time.perf_counter()
        with httpx.Client(trust_env=False, timeout=60) as client:
            for _ in range(BATCHES):
                self._push(client, ndjson(BATCH), "application/x-ndjson")
        self._wait(before + BATCH * BATCHES)
        return BATCH * BATCHES / (self._received[-1] - begun)

    def close(self) -> None:
        """Stop both."""
        self._process.terminate()
        self._process.wait(30)
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(20)
