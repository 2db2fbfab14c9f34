"""Reading what is said of areas beside their outlines."""

from __future__ import annotations

from sqlalchemy import select

from gateway.store import tables as t
from gateway.store.reading import Reader

_D = t.GEOGRAPHY_DOCUMENT.c


def area_document_names(reader: Reader, part: str) -> list[str]:
    """Return the names of one kind of document."""
    with reader.connection() as connection:
        rows = connection.execute(select(_D.name).where(_D.part == part).order_by(_D.name))
        return [row[0] for row in rows]


def area_documents(reader: Reader, part: str, name: str | None = None) -> list[str]:
    """Return the bodies (JSON) of one kind of document, by name; of one name only, where it is given."""
    statement = select(_D.body).where(_D.part == part).order_by(_D.name)
    if name is not None:
        statement = statement.where(_D.name == name)
    with reader.connection() as connection:
        return [row[0] for row in connection.execute(statement)]
