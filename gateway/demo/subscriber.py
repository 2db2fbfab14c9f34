"""A subscriber's own system: takes deliveries in, may be switched off, and comes back at the same address."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from typing_extensions import override

from gateway.client.answers import ClientError
from gateway.client.holdings import Holdings
from gateway.client.webhooks import Receiver
from schemas.released import Notice

HOST, PATH = "127.0.0.1", "/deliveries"
LARGEST = 1024 * 1024
"""Bytes of a delivery at most; the gateway sends 256 KiB."""

_TAKEN, _REFUSED, _TOO_LARGE = 204, 401, 413


@dataclass(slots=True)
class Subscriber:
    """What the system holds, and whether it runs. Its address stays the same."""

    receiver: Receiver
    holdings: Holdings = field(default_factory=Holdings)
    notices: list[Notice] = field(default_factory=list)
    deliveries: dict[str, int] = field(default_factory=dict)
    """By ``webhook-id``: how often it came and was good."""
    records: int = 0
    """That came, repetitions included."""
    refused: int = 0
    """Deliveries that were not signed by the gateway."""
    checkpoint: str | None = None
    """The ledger's checkpoint that came last, as its header holds it."""
    _server: ThreadingHTTPServer | None = None
    _port: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        """Where deliveries go; known once the system has run."""
        return f"http://{HOST}:{self._port}{PATH}"

    def switch_on(self) -> None:
        """Listen; the first time on any free port, then on the same one again."""
        server = ThreadingHTTPServer((HOST, self._port), _handler_of(self))
        self._server, self._port = server, server.server_address[1]
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()

    def switch_off(self) -> None:
        """Stop listening: whoever dials is refused."""
        server, self._server = self._server, None
        if server is not None:
            server.shutdown()
            server.server_close()

    def take(self, headers: dict[str, str], body: bytes) -> int:
        """Take one delivery in; return the status to answer with."""
        with self._lock:
            try:
                page = self.receiver.receive(headers, body)
            except ClientError:
                self.refused += 1
                return _REFUSED
            own_id = headers["webhook-id"]
            again = own_id in self.deliveries
            self.deliveries[own_id] = self.deliveries.get(own_id, 0) + 1
            self.holdings.apply(page)
            self.records += len(page.records)
            self.notices += () if again else page.notices
            self.checkpoint = headers.get("ledger-checkpoint", self.checkpoint)
            return _TAKEN


def _handler_of(subscriber: Subscriber) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """Reads one request, answers, hangs up."""

        def do_POST(self) -> None:
            length = self.headers.get("content-length", "")
            size = int(length) if length.isascii() and length.isdigit() else LARGEST + 1
            status = _TOO_LARGE
            if size <= LARGEST:
                headers = {name.lower(): value for name, value in self.headers.items()}
                status = subscriber.take(headers, self.rfile.read(size))
            self.send_response(status)
            self.end_headers()

        @override
        def log_message(self, format: str, *args: object) -> None:
            """Say nothing: standard error is the demonstration's."""

    return Handler
