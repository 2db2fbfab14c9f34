"""The database's own clock: what leases are judged by, and what the machine's clock is held against."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class database_milliseconds(FunctionElement[int]):  # noqa: N801 - a function of SQL
    """The database's clock: milliseconds since 1970, at the moment of the statement."""

    type = BigInteger()
    inherit_cache = True
    name = "database_milliseconds"


@compiles(database_milliseconds, "sqlite")
def _sqlite(_element: Any, _compiler: Any, **_more: Any) -> str:  # noqa: ANN401 - SQLAlchemy's own form
    return "CAST(round((julianday('now') - 2440587.5) * 86400000.0) AS INTEGER)"


@compiles(database_milliseconds, "postgresql")
def _postgresql(_element: Any, _compiler: Any, **_more: Any) -> str:  # noqa: ANN401 - SQLAlchemy's own form
    # not now(): that is when the transaction began, before it waited for the lock
    return "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)"
