"""The database does not take writes, or is not there: 503 and never a false 2xx, and back by itself."""

from __future__ import annotations

import errno
import io
import resource
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest
from typing_extensions import override

from gateway.assembly import database_path
from gateway.events import Journal
from tests.support.load import FEED, ServedGateway, System, serving

PATH = FEED + "/records"
PULL = "/v1/subscriptions/fire-17a/records"


def row(number: int) -> dict[str, str]:
    return {
        "URN": f"G-{number:07d}",
        "CREATED": "31/10/2026 21:47",
        "OPENING_CODE": "215",
        "CLOSING_CODE_1": "213",
    }


@contextmanager
def locked(gateway: ServedGateway) -> Iterator[None]:
    """Another process's transaction holds the write lock for longer than the gateway waits."""
    with closing(sqlite3.connect(database_path(gateway.home), isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.execute("ROLLBACK")


@contextmanager
def disk_full(gateway: ServedGateway) -> Iterator[None]:
    """No file of the server may grow: not the database, not its log."""
    assert gateway.process is not None
    before = resource.prlimit(gateway.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(gateway.process.pid, resource.RLIMIT_FSIZE, (1, before[1]))
    yield
    resource.prlimit(gateway.process.pid, resource.RLIMIT_FSIZE, before)


@contextmanager
def moved_away(gateway: ServedGateway) -> Iterator[None]:
    """The file is renamed under the running server."""
    path = database_path(gateway.home)
    away = path.with_name("away")
    path.rename(away)
    yield
    assert not path.exists(), "an empty database was made in its place"
    away.rename(path)


FAULTS = {"locked": locked, "disk full": disk_full, "moved away": moved_away}


@pytest.mark.parametrize("fault", FAULTS)
def test_pushes_get_503_until_the_database_is_back_and_nothing_is_lost(
    tmp_path: Path, fault: str
) -> None:
    with serving(tmp_path / "home") as gateway:
        police, fire = System(gateway, "police-system"), System(gateway, "fire-system")
        assert police.once("POST", PATH, json=row(1)).status_code == 201
        page = fire.once("GET", PULL).json()
        with FAULTS[fault](gateway):
            refused = [
                police.once("POST", PATH, json=row(2), headers={"Idempotency-Key": "k2"}),
                police.once("POST", PATH, json=row(3)),
                fire.once("GET", PULL, params={"after": page["cursor"]}),
            ]
            health = httpx.get(gateway.url + "/healthz", trust_env=False)
            unready = httpx.get(gateway.url + "/readyz", trust_env=False)

        again = police.once("POST", PATH, json=row(2), headers={"Idempotency-Key": "k2"})
        assert police.once("POST", PATH, json=row(4)).status_code == 201
        records = fire.once("GET", PULL, params={"after": page["cursor"]}).json()["records"]
        ready = httpx.get(gateway.url + "/readyz", trust_env=False)
        police.http.close()
        fire.http.close()

    assert [answer.status_code for answer in refused] == [503, 503, 503]
    assert all(int(answer.headers["Retry-After"]) > 0 for answer in refused)
    assert [answer.headers["content-type"] for answer in refused] == [
        "application/problem+json"
    ] * 3
    assert health.status_code == 200
    assert (again.status_code, again.json()["repeated"]) == (201, False)
    assert ready.status_code == 200
    assert fault != "moved away" or unready.json()["checks"]["database"] is False
    assert len(records) == 2
    verified = gateway.command("verify")
    assert (verified["verified"], verified["log_rows"]) == (True, 3)


class _FullDisk(io.StringIO):
    @override
    def flush(self) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_log_whose_disk_is_full_stops_nothing() -> None:
    Journal(stream=_FullDisk()).put("a line")


def test_a_database_that_others_replaced_takes_no_push(tmp_path: Path) -> None:
    with serving(tmp_path / "home") as gateway:
        police = System(gateway, "police-system")
        assert police.once("POST", PATH, json=row(1)).status_code == 201
        path = database_path(gateway.home)
        path.rename(path.with_name("away"))
        path.write_bytes(path.with_name("away").read_bytes())

        answer = police.once("POST", PATH, json=row(2))
        police.http.close()

    assert answer.status_code == 503
