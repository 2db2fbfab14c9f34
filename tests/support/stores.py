"""Which store a test's houses lie in: the fixture ``store`` says it, and a home keeps its database.

A test that asks for ``store`` runs once on SQLite and once on PostgreSQL. Every home that it opens
through ``database_for`` has a database of its own there, the same one when it is opened again.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from gateway.assembly import database_path
from gateway.store.database import Database
from gateway.store.postgres import PostgresDatabase
from gateway.store.sqlite import SqliteDatabase
from tests.support import postgres


class Store(StrEnum):
    """The engines."""

    SQLITE = "sqlite"
    POSTGRESQL = "postgresql"


class _Current:
    """The store of the test that runs."""

    store = Store.SQLITE


_URLS: dict[Path, str] = {}
"""Home → address, for the life of this process."""


def use(store: Store) -> None:
    """Open houses in this store from now on."""
    _Current.store = store


def put(home: Path, url: str) -> None:
    """Let a home's database be the one at an address: on a server of the test's own."""
    use(Store.POSTGRESQL)
    _URLS[home.absolute()] = url


def url_for(home: Path) -> str | None:
    """Return the address of a home's database; None where it is the SQLite file in the home."""
    if _Current.store is Store.SQLITE:
        return None
    home = home.absolute()
    if home not in _URLS:
        _URLS[home] = postgres.server().new_database()
    return _URLS[home]


def environment(home: Path) -> dict[str, str]:
    """Return the settings that name a home and its database."""
    url = url_for(home)
    return {"GATEWAY_HOME": str(home)} | ({} if url is None else {"GATEWAY_DATABASE_URL": url})


def database_for(home: Path) -> Database:
    """Return a home's database in the store of the test."""
    url = url_for(home)
    return SqliteDatabase(database_path(home)) if url is None else PostgresDatabase(url)
