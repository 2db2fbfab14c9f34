"""The tables that migrations make are the tables that the program knows, on both engines."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from gateway.assembly import StoreMissing, open_house
from gateway.cli import Exit
from gateway.store import schema
from gateway.store import tables as t
from gateway.store.database import Database, SchemaOld
from gateway.store.postgres import PostgresDatabase
from gateway.store.sqlite import SqliteDatabase
from tests.support import postgres
from tests.support.commands import Shell
from tests.support.stores import Store, database_for


@pytest.fixture
def database(store: Store, tmp_path: Path) -> Database:
    """A database without a table."""
    if store is Store.POSTGRESQL:
        return PostgresDatabase(postgres.server().new_database(empty=True))
    return SqliteDatabase(tmp_path / "gateway.sqlite3")


def on(database: Database, work: Any) -> Any:
    engine = database.writing()
    try:
        with engine.connect() as connection:
            return work(connection)
    finally:
        engine.dispose()


def migrated(database: Database, command: str, revision: str) -> None:
    def run(connection: Connection) -> None:
        with database.migrating(connection):
            schema._run(connection, command, revision)
        connection.exec_driver_sql("COMMIT")

    on(database, run)


def test_the_newest_revision_is_the_one_that_the_program_wants() -> None:
    scripts = ScriptDirectory(str(schema._FOLDER))

    assert scripts.get_heads() == [schema.REVISION]


@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index")
@pytest.mark.filterwarnings("ignore:autogenerate skipping metadata-specified expression-based")
def test_what_migrations_make_is_what_the_program_knows(database: Database) -> None:
    assert schema.upgrade(database)

    def compare(connection: Connection) -> list[Any]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        found = [d[0] if isinstance(d, list) else d for d in compare_metadata(context, t.METADATA)]
        # a comment is kept by one of the engines only, and nothing rests on it
        return [difference for difference in found if not difference[0].endswith("_comment")]

    assert on(database, compare) == []
    assert not schema.upgrade(database)


def test_a_downgrade_leaves_what_the_first_tables_were(database: Database) -> None:
    schema.upgrade(database)
    migrated(database, "downgrade", "0001")

    assert on(database, schema.revision_of) == "0001"
    assert schema.upgrade(database)


def test_many_that_upgrade_at_once_leave_one_whole_database(database: Database) -> None:
    if isinstance(database, SqliteDatabase):
        database.writing().connect().close()
    failed: list[BaseException] = []

    def upgrade() -> None:
        try:
            schema.upgrade(database)
        except BaseException as error:  # noqa: BLE001 - told below
            failed.append(error)

    threads = [threading.Thread(target=upgrade) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert failed == []
    heads = on(database, lambda c: c.exec_driver_sql("SELECT count(*) FROM head").scalar())
    assert heads == 1


def test_tables_of_an_earlier_version_are_not_worked_on_and_the_remedy_is_told(
    store: Store, tmp_path: Path
) -> None:
    shell, database = Shell(tmp_path), database_for(tmp_path)
    with open_house(tmp_path, database=database, create=True):
        pass
    migrated(database, "downgrade", "0001")
    with pytest.raises(SchemaOld):
        open_house(tmp_path, database=database)
    if store is Store.POSTGRESQL:  # on SQLite serve brings the tables up to date by itself
        refused = shell("serve", "--port", "0")
        assert (refused.code, "gateway db upgrade" in refused.err) == (Exit.CONFIGURATION, True)
    ends = [shell("db", what).code for what in ("status", "upgrade", "status")]
    assert [*ends, shell("check").code] == [Exit.FOUND_WRONG, Exit.OK, Exit.OK, Exit.OK]


def test_a_later_versions_tables_are_left_alone(database: Database, tmp_path: Path) -> None:
    schema.upgrade(database)
    on(
        database,
        lambda c: c.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'"),
    )

    with pytest.raises(schema.SchemaTooNew):
        schema.upgrade(database)


def test_a_home_without_a_database_says_so(database: Database, tmp_path: Path) -> None:
    with pytest.raises(StoreMissing):
        open_house(tmp_path, database=database)
