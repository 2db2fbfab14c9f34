"""The cells of an answer as JSON text, made once: it is what is hashed into the ledger and what leaves.

A large answer has 25,000 cells, and general writers take most of its time: each distinct text of a cell is
quoted once, and the rest is putting pieces together.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic_core import to_json

from gateway.analysis.counting import Cell


class _Quoted(dict[str | None, str]):
    """Each text as JSON, worked out when it is first met."""

    def __missing__(self, text: str | None) -> str:
        made = self[text] = to_json(text).decode()
        return made


def cells_text(cells: Iterable[Cell]) -> bytes:
    """Return cells as a JSON array of objects, with every field of ``Cell`` in its order."""
    q = _Quoted()
    return (
        "["
        + ",".join(
            [
                f'{{"kind":{q[kind]},"period":{q[period]},"place":{q[place]},"behaviour":{q[behaviour]},'
                f'"count":{_number(count)},"rule":{q[rule]},"edition":{q[edition]},"split":{q[split]},'
                f'"value":{_number(value)},"percent":{_number(percent)},"says":{q[says]}}}'
                for kind, period, place, behaviour, count, rule, edition, split, value, percent, says in cells
            ]
        )
        + "]"
    ).encode()


def _number(value: Any) -> str:  # noqa: ANN401 - a count or a measure
    return "null" if value is None else f"{value}"
