"""A real gateway on loopback for tests: own home, own database, real tokens over real HTTP."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import uvicorn

from gateway.access.clients import Client, Method, Scope, new_secret
from gateway.api.app import make_service
from gateway.assembly import House, open_house
from gateway.cli.application import application
from gateway.clock import Clock
from gateway.law.register import PutSubscription, put_client, put_partner
from gateway.settings import Settings
from schemas.partners import DatedKind, Partner, PartnerKind
from schemas.powers import Power, Purpose
from schemas.sensitivity import Lane
from schemas.subscriptions import Filter, Subscription
from tests.support.stores import database_for

UNSET = str(Settings.model_fields["public_url"].default)
ALL_SCOPES = frozenset({Scope.FEED_WRITE, Scope.RECORDS_READ, Scope.LEDGER_READ})


@dataclass
class RunningGateway:
    """One gateway and its address."""

    house: House
    url: str
    service: Any
    secrets: dict[str, str] = field(default_factory=dict)
    http: httpx.Client = field(default_factory=lambda: httpx.Client(trust_env=False, timeout=30))

    def system(self, client_id: str, partner: str, scopes: frozenset[Scope] = ALL_SCOPES) -> str:
        """Register a system with a secret; return its id."""
        secret, digest = new_secret(os.urandom)
        client = Client(
            client_id=client_id,
            partner=partner,
            scopes=scopes,
            method=Method.CLIENT_SECRET_BASIC,
            secret_sha256=digest,
        )
        self.house.writer.run(put_client(client, self.house.act("operator")))
        self.secrets[client_id] = secret
        return client_id

    def token(self, client_id: str) -> str:
        """Return an access token of a registered system."""
        answer = self.http.post(
            f"{self.url}/oauth/token",
            data={"grant_type": "client_credentials"},
            auth=(client_id, self.secrets[client_id]),
        )
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"])

    def call(
        self, method: str, path: str, system: str | None = None, **more: Any
    ) -> httpx.Response:
        """Send one request as a system."""
        headers = dict(more.pop("headers", {}))
        if system is not None:
            headers["Authorization"] = f"Bearer {self.token(system)}"
        return self.http.request(method, self.url + path, headers=headers, **more)

    def push(self, feed: str, system: str, rows: Any, **headers: str) -> httpx.Response:
        """Push JSON rows."""
        path = f"/v1/feeds/{feed}/records"
        return self.call("POST", path, system, json=rows, headers=headers)

    def pull(self, subscription: str, system: str, **query: Any) -> httpx.Response:
        """Pull one page."""
        return self.call("GET", f"/v1/subscriptions/{subscription}/records", system, params=query)

    def subscribe(
        self, name: str, partner: str, power: Power = Power.SECTION_17A, **more: Any
    ) -> str:
        """Register a subscription in the depersonalised lane."""
        subscription = Subscription(
            id=name,
            partner=partner,
            power=power,
            purpose=more.get("purpose", Purpose.SECTION_17A_DUTY),
            lane=more.get("lane", Lane.DEPERSONALISED),
            filter=Filter(sources=more.get("sources", ()), behaviours=more.get("behaviours", ())),
        )
        self.house.writer.run(PutSubscription(subscription, self.house.act("operator")))
        return name

    def usual(self) -> None:
        """Police and fire systems, a university, and what each asks for."""
        university = Partner(
            id="example-university",
            name="Example University",
            kinds=(DatedKind(kind=PartnerKind.UNIVERSITY),),
        )
        self.house.writer.run(put_partner(university, self.house.act("operator")))
        self.system("police-system", "leicestershire-police")
        self.system("fire-system", "llr-fire")
        self.system("council-system", "charnwood-bc")
        self.system("university-system", "example-university")
        self.subscribe("fire-17a", "llr-fire")
        self.subscribe("university-17a", "example-university", purpose=Purpose.ACADEMIC_RESEARCH)


@contextmanager
def running_gateway(
    home: Path, clock: Clock | None = None, settings: Settings | None = None
) -> Iterator[RunningGateway]:
    """Serve a fresh home on a free loopback port."""
    sock = socket.socket()
    sock.bind(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{sock.getsockname()[1]}"
    settings = settings or Settings(home=home, public_url=url)
    own = {"public_url": url} if settings.public_url == UNSET else {}
    settings = settings.model_copy(update={"client_secrets": True, **own})
    house = open_house(home, database=database_for(home), clock=clock, create=True)
    service = make_service(house, settings, url)
    app = application(service, settings)
    server = uvicorn.Server(
        uvicorn.Config(app, log_config=None, access_log=False, lifespan="on", server_header=False)
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]}, daemon=True)
    thread.start()
    try:
        deadline = time.monotonic() + 20
        while not server.started:
            assert time.monotonic() < deadline, "the server did not start"
            time.sleep(0.01)
        running = RunningGateway(house, url, service)
        yield running
        running.http.close()
    finally:
        server.should_exit = True
        thread.join(20)
        sock.close()
        house.close()
