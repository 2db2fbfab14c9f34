"""Bringing a database to the tables of this version, by migration.

Alembic is imported only when there is something to migrate: it costs a quarter of a second.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, insert, inspect, select, text

from gateway.store import tables as t

REVISION = "0002"
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


def upgrade(engine: Engine) -> bool:
    """Create the tables or bring them up to date; return whether anything was done.

    Raises:
        SchemaTooNew: The database has a revision that this version does not know.
    """
    with engine.connect() as connection:
        before = revision_of(connection)
        if before == REVISION:
            return False
        if before is not None and before > REVISION:
            raise SchemaTooNew
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        try:
            _run(connection, "upgrade", "head")
            if connection.execute(select(t.HEAD.c.id)).first() is None:
                begin = {"id": 1, "log_size": 0, "ledger_size": 0, "law_epoch": 0}
                connection.execute(insert(t.HEAD).values(**begin))
        except BaseException:
            connection.exec_driver_sql("ROLLBACK")
            raise
        connection.exec_driver_sql("COMMIT")
    return True


def _run(connection: Connection, command: str, target: str) -> None:
    config: Any = importlib.import_module("alembic.config").Config()
    commands: Any = importlib.import_module("alembic.command")
    config.set_main_option("script_location", str(_FOLDER))
    config.attributes["connection"] = connection
    getattr(commands, command)(config, target)
