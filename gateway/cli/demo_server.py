"""The real gateway on loopback, in a thread of the demonstration."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import uvicorn

from gateway import events
from gateway.api.app import make_service
from gateway.api.service import Service
from gateway.assembly import House
from gateway.cli.application import application
from gateway.errors import StoreUnavailable
from gateway.settings import Settings

HOST = "127.0.0.1"
START_SECONDS = 10.0
STOP_SECONDS = 10.0
LINGER_SECONDS = 0.2
"""How long a courier waits for more: short, since the story waits for it."""

_PAUSE = 0.01


@dataclass(frozen=True, slots=True)
class Running:
    """A gateway that answers."""

    url: str
    service: Service


def listening(port: int) -> socket.socket:
    """Return a socket that listens on the port, or on a free one where that is taken."""
    try:
        return socket.create_server((HOST, port))
    except OSError:
        return socket.create_server((HOST, 0))


@contextmanager
def running(house: House, listener: socket.socket) -> Iterator[Running]:
    """Run the gateway over a house while the context lasts; its log goes to a file in the home."""
    port = listener.getsockname()[1]
    url = f"http://{HOST}:{port}"
    settings = Settings(
        home=house.home,
        database_url=None,
        host=HOST,
        port=port,
        public_url=url,
        client_secrets=True,
        demonstration=True,
        local_accounts=True,
        egress_allow=(f"{HOST}/32",),  # the simulated subscriber lives on this machine
    )
    service = make_service(house, settings, url)
    service.dispatcher.linger = LINGER_SECONDS
    app = application(service, settings)
    config = uvicorn.Config(
        app, log_config=None, access_log=False, lifespan="on", timeout_graceful_shutdown=2
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(
        target=server.run, kwargs={"sockets": [listener]}, name="gateway", daemon=True
    )
    with (house.home / "gateway.log").open("w", encoding="utf-8") as log:
        events.configure(stream=log)
        thread.start()
        try:
            _wait(server, thread)
            yield Running(url, service)
        finally:
            server.should_exit = True
            with suppress(RuntimeError):  # the thread never started
                thread.join(STOP_SECONDS)
            events.configure("error")


def _wait(server: uvicorn.Server, thread: threading.Thread) -> None:
    until = time.monotonic() + START_SECONDS
    while not server.started:
        if not thread.is_alive() or time.monotonic() > until:
            raise StoreUnavailable
        time.sleep(_PAUSE)
