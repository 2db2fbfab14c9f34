"""Statements over the keys by which sealed halves are found. None of them is on the hot path."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, func, select, update

from gateway.store import tables as t
from gateway.store.opening import SealedRow
from gateway.store.tx import Tx

_K, _X, _S, _L = t.SUBJECT_KEY, t.SUBJECT_INDEX, t.SEALED, t.LOG
_CHUNK = 500


class IndexMark(NamedTuple):
    """How far sealed halves are keyed."""

    edition: int
    begins: int
    """The first position that is keyed; 1 where all are."""


class SubjectRow(NamedTuple):
    """One key: where it stands, and what it is a hash of."""

    position: int
    part: int
    kind: str
    digest: bytes


def index_mark(connection: Connection) -> IndexMark:
    """Return how far sealed halves are keyed."""
    row = connection.execute(select(_X.c.edition, _X.c.begins)).one()
    return IndexMark(row[0], row[1])


def begin_anew(tx: Tx, edition: int) -> None:
    """Forget every key: they are of an earlier edition; what is recorded is keyed again from here on."""
    tx.connection.execute(delete(_K))
    tx.connection.execute(update(_X).values(edition=edition, begins=tx.head.log_size + 1))


def unkeyed(connection: Connection, before: int, limit: int) -> dict[int, SealedRow]:
    """Return the last sealed halves before a position, by position."""
    statement = (
        select(_S.c.position, _S.c.wrapped_secret, _S.c.ciphertext, _L.c.content_hmac)
        .join(_L, _L.c.position == _S.c.position)
        .where(_S.c.position < before, _S.c.ciphertext.is_not(None))
        .order_by(_S.c.position.desc())
        .limit(limit)
    )
    return {
        row[0]: SealedRow(bytes(row[1]), bytes(row[2]), bytes(row[3]))
        for row in connection.execute(statement)
    }


def fill_down(
    tx: Tx, begins: int, keys: Mapping[int, Sequence[tuple[int, int, str, bytes]]]
) -> int:
    """Keep keys of what is still sealed, and say that everything from ``begins`` on is keyed.

    Returns:
        How many sealed halves were keyed.
    """
    statement = select(_S.c.position).where(
        _S.c.position.in_(list(keys)), _S.c.ciphertext.is_not(None)
    )
    there = [int(row[0]) for row in tx.connection.execute(statement)]
    tx.key_subjects(key for position in there for key in keys[position])
    tx.connection.execute(update(_X).values(begins=begins))
    return len(there)


def found_by(connection: Connection, digests: Iterable[bytes]) -> list[SubjectRow]:
    """Return every key that is one of these hashes, by position."""
    wanted = list(digests)
    found: list[SubjectRow] = []
    for start in range(0, len(wanted), _CHUNK):
        statement = select(_K).where(_K.c.digest.in_(wanted[start : start + _CHUNK]))
        found += [_row(row) for row in connection.execute(statement)]
    return sorted(found)


def keys_at(connection: Connection, positions: Sequence[int]) -> list[SubjectRow]:
    """Return the keys of sealed halves, by position."""
    found: list[SubjectRow] = []
    for start in range(0, len(positions), _CHUNK):
        statement = select(_K).where(_K.c.position.in_(positions[start : start + _CHUNK]))
        found += [_row(row) for row in connection.execute(statement)]
    return sorted(found)


def count_by_kind(connection: Connection) -> dict[str, int]:
    """Return how many keys of each kind there are."""
    statement = select(_K.c.kind, func.count()).group_by(_K.c.kind).order_by(_K.c.kind)
    return {str(row[0]): int(row[1]) for row in connection.execute(statement)}


def _row(row: Any) -> SubjectRow:  # noqa: ANN401 - a row of the table
    return SubjectRow(row[0], row[1], row[2], bytes(row[3]))
