"""``gateway serve`` as a process of its own, and clients that push and pull through its deaths.

A sender knows what was answered and asks again, under the same key, for what was not. A recipient moves
its cursor only when it has read a page whole. That is all that the promises ask of either.
"""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from gateway.access.clients import Client, Method, Scope, new_secret
from gateway.assembly import open_house
from gateway.law.register import PutSubscription, put_client
from schemas.powers import Power, Purpose
from schemas.sensitivity import Lane
from schemas.subscriptions import Subscription
from tests.support.stores import database_for, environment

ROOT = Path(__file__).resolve().parents[2]
FEED = "/v1/feeds/police-nsir"
SYSTEMS = {"police-system": "leicestershire-police", "fire-system": "llr-fire"}
SCOPES = frozenset({Scope.FEED_WRITE, Scope.RECORDS_READ, Scope.LEDGER_READ})
UNSURE = (httpx.TransportError,)


def prepare(home: Path) -> dict[str, str]:
    """Make a home with two systems and a subscription; return the systems' secrets."""
    secrets = {}
    with open_house(home, database=database_for(home), create=True) as house:
        for client_id, partner in SYSTEMS.items():
            secrets[client_id], digest = new_secret(os.urandom)
            client = Client(
                client_id=client_id,
                partner=partner,
                scopes=SCOPES,
                method=Method.CLIENT_SECRET_BASIC,
                secret_sha256=digest,
            )
            house.writer.run(put_client(client, house.act("operator")))
        subscription = Subscription(
            id="fire-17a",
            partner="llr-fire",
            power=Power.SECTION_17A,
            purpose=Purpose.SECTION_17A_DUTY,
            lane=Lane.DEPERSONALISED,
        )
        house.writer.run(PutSubscription(subscription, house.act("operator")))
    return secrets


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@dataclass
class ServedGateway:
    """One gateway on one port through all its lives."""

    home: Path
    secrets: dict[str, str]
    wrapper: tuple[str, ...] = ()
    """A command that runs the server, such as strace with its options."""
    module: tuple[str, ...] = ("gateway", "serve")
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        """Where its standard error goes, all lives in one file."""
        return self.home.with_name(self.home.name + ".log")

    def environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            **environment(self.home),
            "GATEWAY_PORT": str(self.port),
            "GATEWAY_PUBLIC_URL": self.url,
            "GATEWAY_REQUESTS_PER_MINUTE": "1000000",
            "GATEWAY_CLIENT_SECRETS": "true",
        }

    def start(self) -> None:
        """Start it, without waiting until it listens."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*self.wrapper, sys.executable, "-m", *self.module],
                env=self.environment(),
                cwd=ROOT,
                stdout=subprocess.DEVNULL,
                stderr=log,
                start_new_session=True,  # a wrapper and its server are ended together
            )

    def wait_ready(self, seconds: float = 60) -> None:
        """Wait until it says that it can work."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            assert self.process is not None
            assert self.process.poll() is None, "the server ended by itself"
            try:
                if httpx.get(f"{self.url}/readyz", trust_env=False, timeout=5).status_code == 200:
                    return
            except UNSURE:
                time.sleep(0.02)
        raise TimeoutError

    def end(self, number: signal.Signals = signal.SIGTERM) -> None:
        """End it by a signal, and wait until it is gone."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)
            self.process.wait(60)

    def command(self, *arguments: str) -> Any:
        """Run one command on the same home and read its JSON."""
        ran = subprocess.run(
            [sys.executable, "-m", "gateway", *arguments, "--json"],
            env=self.environment(),
            cwd=ROOT,
            check=False,
            capture_output=True,
        )
        assert ran.returncode == 0, (ran.stdout[-2000:], ran.stderr[-2000:])
        return json.loads(ran.stdout)


@contextmanager
def serving(home: Path, **more: Any) -> Iterator[ServedGateway]:
    """Serve a fresh home in a process of its own."""
    gateway = ServedGateway(home, prepare(home), **more)
    gateway.start()
    try:
        gateway.wait_ready()
        yield gateway
    finally:
        gateway.end(signal.SIGKILL)


class System:
    """A partner's system: gets tokens as it needs them, and asks again until it is answered."""

    def __init__(self, gateway: ServedGateway, name: str) -> None:
        self._gateway, self._name = gateway, name
        self._token = ""
        self.http = httpx.Client(trust_env=False, timeout=15)
        self.unsure = 0
        """Requests that got no answer, or one that says: come again."""
        self.statuses: list[int] = []

    def once(self, method: str, path: str, **more: Any) -> httpx.Response:
        """Ask once, with a valid token."""
        if not self._token:
            self._token = self._new_token()
        headers = {"Authorization": f"Bearer {self._token}", **more.pop("headers", {})}
        answer = self.http.request(method, self._gateway.url + path, headers=headers, **more)
        self.statuses.append(answer.status_code)
        if answer.status_code == 401:
            self._token = ""
        return answer

    def _new_token(self) -> str:
        answer = self.http.post(
            f"{self._gateway.url}/oauth/token",
            data={"grant_type": "client_credentials"},
            auth=(self._name, self._gateway.secrets[self._name]),
        )
        answer.raise_for_status()
        return str(answer.json()["access_token"])

    def until_answered(self, stop: threading.Event, method: str, path: str, **more: Any) -> Any:
        """Ask until a 2xx; None where the load was told to stop first."""
        while not stop.is_set():
            try:
                answer = self.once(method, path, **more)
                if answer.is_success:
                    return answer.json()
                assert answer.status_code in {401, 503}, answer.text
            except (*UNSURE, httpx.HTTPStatusError):
                pass
            self.unsure += 1
            stop.wait(0.02)
        return None


@dataclass
class Sender:
    """Pushes new rows, revisions and retractions, each under its own key until it is answered."""

    number: int
    acknowledged: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Idempotency-Key → receipt of every push that was answered."""
    urns: set[str] = field(default_factory=set)
    retracted: set[str] = field(default_factory=set)
    answered_at: list[float] = field(default_factory=list)
    """When each push was answered, by the machine's monotonic clock."""
    unsure: int = 0

    def rows(self, dice: random.Random, turn: int) -> list[dict[str, str]]:
        """One to four new rows; now and then a revision of one sent before."""
        sent = [self._row(f"S{self.number}-{turn:06d}-{n}") for n in range(dice.randint(1, 4))]
        before = sorted(self.urns - self.retracted)
        if before and dice.random() < 0.3:
            code = dice.choice(("211", "213", "202"))
            sent.append(self._row(dice.choice(before), CLOSING_CODE_1=code))
        return sent

    def _row(self, urn: str, **more: str) -> dict[str, str]:
        row = {
            "URN": urn,
            "CREATED": "31/10/2026 21:47",
            "OPENING_CODE": "215",
            "CLOSING_CODE_1": "213",
            "LOCATION": "3 EXAMPLE ST LOUGHBOROUGH LE11 9ZZ",
            "CALLER_NAME": "MRS A EXAMPLE",
        }
        return {**row, **more}

    def run(self, gateway: ServedGateway, stop: threading.Event, finish: threading.Event) -> None:
        """Push until told to finish; the last push is answered too, unless the load is stopped."""
        system, dice = System(gateway, "police-system"), random.Random(self.number)
        turn = 0
        while not finish.is_set() and not stop.is_set():
            turn += 1
            rows, key = self.rows(dice, turn), f"sender-{self.number}-{turn}"
            headers = {"Idempotency-Key": key}
            path = FEED + "/records"
            answer = system.until_answered(stop, "POST", path, json=rows, headers=headers)
            if answer is None:
                break
            self.acknowledged[key] = answer["receipt"]
            self.answered_at.append(time.monotonic())
            self.urns |= {row["URN"] for row in rows}
            if dice.random() < 0.1:
                self._retract(system, stop, dice)
            stop.wait(dice.random() * 0.02)
        self.unsure = system.unsure
        system.http.close()

    def _retract(self, system: System, stop: threading.Event, dice: random.Random) -> None:
        urn = dice.choice(sorted(self.urns))
        body = {"references": [urn], "reason": "recorded_in_error"}
        if system.until_answered(stop, "POST", FEED + "/retractions", json=body) is not None:
            self.retracted.add(urn)


@dataclass
class Recipient:
    """Pulls; moves its cursor only by pages read whole; now and then forgets and asks again."""

    cursor: str | None = None
    pages: dict[int, dict[str, Any]] = field(default_factory=dict)
    """Release number → the page as it was first read whole."""
    again: int = 0
    changed: list[int] = field(default_factory=list)
    """Releases that came a second time with a record that was not in them before."""
    unsure: int = 0

    def run(self, gateway: ServedGateway, stop: threading.Event, finish: threading.Event) -> None:
        """Pull until told to finish and nothing more comes."""
        system, dice = System(gateway, "fire-system"), random.Random(99)
        path = "/v1/subscriptions/fire-17a/records"
        while not stop.is_set():
            query = {"limit": dice.choice((5, 50, 500))} | (
                {"after": self.cursor} if self.cursor else {}
            )
            page = system.until_answered(stop, "GET", path, params=query)
            if page is None:
                break
            empty = not page["records"] and not page["notices"]
            if not empty:
                self._keep(page)
            if empty and finish.is_set():
                break
            if not empty and dice.random() < 0.2:
                continue
            self.cursor = page["cursor"]
            if dice.random() < 0.3:
                body = {"cursor": self.cursor}
                acknowledge = "/v1/subscriptions/fire-17a/acknowledgements"
                system.until_answered(stop, "POST", acknowledge, json=body)
            stop.wait(dice.random() * 0.05)
        self.unsure = system.unsure
        system.http.close()

    def _keep(self, page: dict[str, Any]) -> None:
        if not page["complete"]:
            return  # broken off: something in it was retracted while it was written
        number = page["release"]
        first = self.pages.setdefault(number, page)
        if first is not page:
            self.again += 1
            same = all(record in first["records"] for record in page["records"])
            if not same or page["notices"] != first["notices"]:
                self.changed.append(number)
