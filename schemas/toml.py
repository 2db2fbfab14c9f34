"""A document as TOML that reads back as the same document."""

from __future__ import annotations

import json
from datetime import date
from typing import Any


def toml_of(document: dict[str, Any]) -> str:
    """Return a document of texts, numbers, days, lists and tables as TOML."""
    lines: list[str] = []
    _write(lines, "", document)
    return "\n".join(lines) + "\n"


def _write(lines: list[str], name: str, table: dict[str, Any]) -> None:
    """Append a table: first its plain values, then the tables in it, each under its header."""
    nested = {key: value for key, value in table.items() if _is_nested(value)}
    lines += [f"{key} = {_value(value)}" for key, value in table.items() if key not in nested]
    for key, value in nested.items():
        path = f"{name}.{key}" if name else key
        for one in [value] if isinstance(value, dict) else value:
            lines += ["", f"[{path}]" if isinstance(value, dict) else f"[[{path}]]"]
            _write(lines, path, one)


def _is_nested(value: object) -> bool:
    many = isinstance(value, tuple) and bool(value) and isinstance(value[0], dict)
    return isinstance(value, dict) or many


def _value(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return "[" + ", ".join(_value(one) for one in value) + "]"
    # a JSON string is a TOML basic string, but for DEL
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
