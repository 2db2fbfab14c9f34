"""Reading sealed halves for the section 115 step, by position."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, select

from gateway.store import tables as t

_CHUNK = 500
_S, _L = t.SEALED, t.LOG


class SealedRow(NamedTuple):
    """A version's sealed half and its secret, both locked."""

    wrapped_secret: bytes
    ciphertext: bytes
    content_hmac: bytes
    """What the secret is bound to."""


def sealed_at(connection: Connection, positions: Sequence[int]) -> dict[int, SealedRow]:
    """Return the sealed halves at these positions that still exist; where none is kept, none."""
    found: dict[int, SealedRow] = {}
    for start in range(0, len(positions), _CHUNK):
        statement = (
            select(_S.c.position, _S.c.wrapped_secret, _S.c.ciphertext, _L.c.content_hmac)
            .join(_L, _L.c.position == _S.c.position)
            .where(
                _S.c.position.in_(positions[start : start + _CHUNK]),
                _S.c.ciphertext.is_not(None),
                _L.c.content_hmac.is_not(None),
            )
        )
        for row in connection.execute(statement):
            found[row[0]] = SealedRow(bytes(row[1]), bytes(row[2]), bytes(row[3]))
    return found
