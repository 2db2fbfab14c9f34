"""``gateway serve``: HTTP, intake, releases, in one process with its database."""

from __future__ import annotations

import signal
import socket
import sys
import time
from collections.abc import Callable
from typing import Annotated

import typer
import uvicorn
from typing_extensions import override

from gateway.api.app import VERSION, make_service
from gateway.assembly import database_of, hold_if_rolled_back, reapply_erasures
from gateway.cli import Exit
from gateway.cli.application import application
from gateway.cli.home import own_house, own_settings
from gateway.cli.terminal import Stopped, say
from gateway.events import JOURNAL, Event, configure, emit
from gateway.settings import Settings
from gateway.store.sqlite import AlreadyServed, serve_lock
from gateway.workshop import seldom_collect

BACKLOG = 2_048
SWITCH_SECONDS = 0.001
"""How long a busy thread keeps the interpreter: the writer waits for the event loop at every statement,
and Python's own 5 ms would be longer than the commit."""
GRACE_SECONDS = 10
"""How long answers that are being sent may take after the gateway is told to stop."""
_ANY = {"0.0.0.0", "::"}  # noqa: S104 - recognised, never the default


def command(
    *,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65_535, help="Port; 0: any free.")] = None,
) -> None:
    """Run the gateway until it is told to stop: HTTP, intake, releases, checkpoints.

    On SQLite the first start makes keys, database and register, and one process serves a home. On
    PostgreSQL `gateway db upgrade` makes them, and any number of processes serve one database. SIGTERM
    and Ctrl-C stop it in good order: no new request, what is queued is recorded, the ledger is signed
    once more.
    """
    settings = _with(own_settings(), host, port)
    if database_of(settings).shared:
        _serve(settings, create=False)
        return
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        with serve_lock(settings.home / "serve.lock"):
            _serve(settings, create=True)
    except AlreadyServed:
        raise Stopped(
            "Another `gateway serve` runs on this GATEWAY_HOME.",
            "Stop it first, or set GATEWAY_HOME to another folder.",
            Exit.UNAVAILABLE,
        ) from None


def _with(settings: Settings, host: str | None, port: int | None) -> Settings:
    given = {"host": host, "port": port}
    return settings.model_copy(update={k: v for k, v in given.items() if v is not None})


def _serve(settings: Settings, *, create: bool) -> None:
    listening = _listen(settings)
    address = _address(settings, listening)
    # tokens name their issuer: where nobody said what partners call us, it is where we listen
    said = "public_url" in settings.model_fields_set
    issuer = settings.public_url if said else address
    started = time.monotonic()
    with listening, own_house(settings, create=create) as house:
        configure(settings.log_level.value, strict=JOURNAL.strict)
        hold_if_rolled_back(house)
        reapply_erasures(house)

        def announce() -> None:
            emit(
                Event.STARTED,
                version=VERSION,
                store=house.database.name,
                port=listening.getsockname()[1],
                snapshot=house.book.current().law.sha256,
            )
            say(f"gateway: listening on {address}")
            seldom_collect()

        app = application(make_service(house, settings, issuer), settings)
        _stop_in_order()
        sys.setswitchinterval(SWITCH_SECONDS)
        _Server(_config(app), announce).run(sockets=[listening])
    emit(Event.STOPPED, seconds=round(time.monotonic() - started, 1))


def _config(app: object) -> uvicorn.Config:
    return uvicorn.Config(
        app,  # type: ignore[arg-type] # an ASGI application
        loop="auto",  # uvloop where it is installed
        http="httptools",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        backlog=BACKLOG,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )


class _Server(uvicorn.Server):
    """Says when it listens."""

    def __init__(self, config: uvicorn.Config, announce: Callable[[], None]) -> None:
        super().__init__(config)
        self._announce = announce

    @override
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._announce()


def _stop_in_order() -> None:
    """Let uvicorn's own handlers be the last word.

    It sends itself the signal again when it is done; the default answer would end the process before
    the queue is finished and the database closed.
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)


def _listen(settings: Settings) -> socket.socket:
    """Take the address before anything else, so that a wrong one costs nothing."""
    try:
        found = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)
        family, kind, protocol, _, where = found[0]
        listening = socket.socket(family, kind, protocol)
    except OSError:
        raise _not_free() from None
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(where)
        listening.listen(BACKLOG)
    except OSError:
        listening.close()
        raise _not_free() from None
    return listening


def _not_free() -> Stopped:
    return Stopped(
        "The address to listen on is taken, or is none of this machine's.",
        "Choose another by --host and --port, or GATEWAY_HOST and GATEWAY_PORT.",
        Exit.UNAVAILABLE,
    )


def _address(settings: Settings, listening: socket.socket) -> str:
    host = "127.0.0.1" if settings.host in _ANY else settings.host
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}:{listening.getsockname()[1]}"
