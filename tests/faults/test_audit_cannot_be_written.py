"""What cannot be entered in the ledger, or witnessed, does not leave; and the console says why."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import make_url

from gateway.access.clients import Scope
from gateway.assembly import database_path
from gateway.audit.verify import verify
from gateway.clock import FixedClock
from gateway.store import sqlite as engine
from tests.support import postgres, stores
from tests.support.house import NOW, later, rows
from tests.support.requirements import law
from tests.support.server import RunningGateway, running_gateway
from tests.support.signed_in import LEAD, signed_in

PULL = "/v1/subscriptions/fire-17a/records"
ASKED = "/v1/incidents?subscription=fire-17a"
ROLE = "gateway_of_the_faults"


@contextmanager
def right_revoked(gateway: RunningGateway, _: pytest.MonkeyPatch) -> Iterator[None]:
    """The database account may no longer insert into the ledger."""
    url = make_url(stores.url_for(gateway.house.home) or "").set(username="postgres")
    with closing(
        psycopg.connect(url.render_as_string(hide_password=False), autocommit=True)
    ) as owner:
        owner.execute(f"REVOKE INSERT ON ledger FROM {ROLE}")
        yield
        owner.execute(f"GRANT INSERT ON ledger TO {ROLE}")


@contextmanager
def trigger(gateway: RunningGateway, _: pytest.MonkeyPatch) -> Iterator[None]:
    """Somebody put a trigger on the ledger that raises."""
    raising = (
        "CREATE TRIGGER no_audit BEFORE INSERT ON ledger BEGIN SELECT RAISE(ABORT, 'no audit'); END"
    )
    with closing(sqlite3.connect(database_path(gateway.house.home))) as other, other:
        other.execute(raising)
    yield
    with closing(sqlite3.connect(database_path(gateway.house.home))) as other, other:
        other.execute("DROP TRIGGER no_audit")


@contextmanager
def disk_full(gateway: RunningGateway, patch: pytest.MonkeyPatch) -> Iterator[None]:
    """The database may not grow by a page, and what was free in the last ones is used up."""
    writer: Any = gateway.house.writer
    with patch.context() as kept:
        kept.setattr(
            writer, "_disconnect", lambda: None
        )  # a new connection is as full as the old one
        limit = "PRAGMA max_page_count = {}"
        writer.run(lambda tx: tx.connection.exec_driver_sql(limit.format(1)).scalar())
        while gateway.call("GET", ASKED, "fire-analyst").is_success:
            pass
        yield
        writer.run(lambda tx: tx.connection.exec_driver_sql(limit.format(1_000_000)).scalar())


@contextmanager
def locked(gateway: RunningGateway, _: pytest.MonkeyPatch) -> Iterator[None]:
    """Another process holds the write lock for longer than the gateway waits."""
    path = database_path(gateway.house.home)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.execute("ROLLBACK")


@contextmanager
def input_output_error(gateway: RunningGateway, patch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every write to the database's journal fails: its descriptors can only be read from."""
    writer: Any = gateway.house.writer
    journal = f"{database_path(gateway.house.home)}-wal"
    with patch.context() as kept, ExitStack() as mended:
        kept.setattr(writer, "_disconnect", lambda: None)
        read_only = os.open(journal, os.O_RDONLY)
        mended.callback(os.close, read_only)
        for number in [int(one.name) for one in Path("/proc/self/fd").iterdir()]:
            if number != read_only and _names(number, journal):
                whole = os.dup(number)
                os.dup2(read_only, number)
                mended.callback(os.close, whole)
                mended.callback(os.dup2, whole, number)
        yield


def _names(number: int, path: str) -> bool:
    try:
        return Path(f"/proc/self/fd/{number}").readlink() == Path(path)
    except OSError:
        return False


@contextmanager
def anchor_unreachable(gateway: RunningGateway, _: pytest.MonkeyPatch) -> Iterator[None]:
    """The folder of checkpoints cannot be written, for longer than is allowed."""
    house = gateway.house
    folder, away = house.home / "checkpoints", house.home / "away"
    folder.rename(away)
    folder.write_text("in the way")
    gateway.service.publish()
    later(house, 4 * 3_600)
    yield
    folder.unlink()
    away.rename(folder)
    gateway.service.publish()


FAULTS: dict[str, tuple[Callable[..., Any], str]] = {
    "right revoked": (right_revoked, "its right was taken away"),
    "trigger": (trigger, "A trigger in the database refuses"),
    "disk full": (disk_full, "The disk of the database is full"),
    "lock held": (locked, "holds the database&#39;s write lock"),
    "input/output error": (input_output_error, "reports an input or output error"),
    "anchor unreachable": (anchor_unreachable, "could not be published to a file"),
}


@pytest.fixture
def gateway(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[RunningGateway]:
    """A gateway with records that wait to be released; on PostgreSQL under an account of its own."""
    monkeypatch.setattr(engine, "BUSY_MILLISECONDS", 50)
    if request.param == "right revoked":
        stores.put(tmp_path, _as_an_account(postgres.server().new_database()))
    try:
        with running_gateway(tmp_path, FixedClock(NOW)) as running:
            running.usual()
            running.system("fire-analyst", "llr-fire", frozenset({Scope.ANALYSIS_READ}))
            assert running.push("police-nsir", "police-system", rows(200)).status_code == 201
            running.service.publish()
            yield running
    finally:
        stores.use(stores.Store.SQLITE)


def _as_an_account(url: str) -> str:
    """Return the address of a database for an account that owns nothing in it."""
    with closing(psycopg.connect(url, autocommit=True)) as owner:
        if not owner.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (ROLE,)).fetchone():
            owner.execute(f"CREATE ROLE {ROLE} LOGIN")
        owner.execute(f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {ROLE}")
        owner.execute(f"GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO {ROLE}")
    return make_url(url).set(username=ROLE).render_as_string(hide_password=False)


@law("L33", "L37")
@pytest.mark.parametrize(
    ("gateway", "fault"), [(name, name) for name in FAULTS], indirect=["gateway"]
)
def test_nothing_leaves_and_the_console_says_why(
    gateway: RunningGateway,
    fault: str,
    monkeypatch: pytest.MonkeyPatch,
    proved: Callable[..., None],
) -> None:
    breaks, says = FAULTS[fault]
    lead = signed_in(gateway, LEAD)  # before: a session is written down
    with breaks(gateway, monkeypatch):
        size = gateway.house.reader.head().ledger_size
        answers = [
            gateway.call("GET", PULL, "fire-system"),
            gateway.call("GET", ASKED, "fire-analyst"),
            gateway.call("GET", PULL, "fire-system"),
        ]
        released = sum(len(one.content) for one in answers if one.is_success)
        told = gateway.http.get(gateway.url + "/readyz").json()["releases"]
        if fault == "anchor unreachable":  # the database works, and hours have gone by
            lead = signed_in(gateway, LEAD)
        shown = lead.get("/console/health")
        home = lead.get("/console")

        assert [one.status_code for one in answers] == [503, 503, 503]
        assert released == 0
        assert gateway.house.reader.head().ledger_size == size
        assert not told["go"]
        assert shown.status_code == 200
        assert says in shown.text
        assert "Releases have stopped." in home.text

    back = gateway.call("GET", PULL, "fire-system")
    assert back.status_code == 200
    assert len(back.json()["records"]) > 100  # by itself, and nothing is lost
    assert verify(gateway.house.database, gateway.house.keys).findings == ()
    well = signed_in(gateway, LEAD).get("/console/health")
    assert "Releases go. Nothing stops them." in well.text
    proved("audit-broken", fault=fault, asked=len(answers), bytes_released=released)
