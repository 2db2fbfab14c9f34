"""Bringing a database to the tables of this version, by migration.

Alembic is imported only when there is something to migrate: it costs a quarter of a second.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, inspect, select, text
from sqlalchemy.exc import DBAPIError

from gateway.errors import StoreUnavailable
from gateway.store import tables as t
from gateway.store.database import Database, SchemaOld
from gateway.store.reading import Reader

REVISION = "0005"
"""The newest migration; a test holds it against the files."""

_FOLDER = Path(__file__).with_name("migrations")


class SchemaTooNew(Exception):
    """The database was written by a later version of the gateway."""


def revision_of(connection: Connection) -> str | None:
    """Return the database's revision, or None where it holds no tables yet."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


def require_newest(reader: Reader) -> None:
    """Demand that the tables are those of this version.

    Raises:
        SchemaOld: They are of an earlier one, or there are none.
        SchemaTooNew: They are of a later one.
        StoreUnavailable: The database does not answer.
    """
    with reader.connection() as connection:
        if not _is_newest(connection):
            raise SchemaOld


def upgrade(database: Database) -> bool:
    """Create the tables or bring them up to date; return whether anything was done.

    Raises:
        SchemaTooNew: The database has a revision that this version does not know.
        StoreUnavailable: The database does not answer.
    """
    engine = database.writing()
    try:
        with engine.connect() as connection:
            return _upgrade(database, connection)
    except DBAPIError as error:
        raise StoreUnavailable from error
    finally:
        engine.dispose()


def _upgrade(database: Database, connection: Connection) -> bool:
    if _is_newest(connection):
        return False
    try:
        with database.migrating(connection):
            # while this one waited for the lock, another may have done it
            if not _is_newest(connection):
                _run(connection, "upgrade", "head")
            if connection.execute(select(t.HEAD.c.id)).first() is None:
                begin = {"id": 1, "log_size": 0, "ledger_size": 0, "law_epoch": 0}
                connection.execute(insert(t.HEAD).values(**begin))
    except BaseException:
        connection.exec_driver_sql("ROLLBACK")
        raise
    connection.exec_driver_sql("COMMIT")
    return True


def _is_newest(connection: Connection) -> bool:
    before = revision_of(connection)
    if before is not None and before > REVISION:
        raise SchemaTooNew
    return before == REVISION


def _run(connection: Connection, command: str, target: str) -> None:
    config: Any = importlib.import_module("alembic.config").Config()
    commands: Any = importlib.import_module("alembic.command")
    config.set_main_option("script_location", str(_FOLDER))
    config.attributes["connection"] = connection
    getattr(commands, command)(config, target)
