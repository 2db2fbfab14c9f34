"""What a browser's form sent, read strictly: UTF-8, and no letter that nobody sees.

The standard parser decodes a text by whatever encoding the sender names; some of Python's make lone
surrogates of plain letters or fail outside ``UnicodeDecodeError``, so only UTF-8 is taken. Marks that turn
the reading direction round, and controls, come along with what is copied from other programs and could make
a text read otherwise than it is: they are left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from fastapi import Request
from starlette.datastructures import UploadFile

from gateway.errors import BodyUnreadable

UNSEEN = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
"""Marks and overrides of the reading direction (Unicode Bidi_Control), as a class of a pattern holds them."""
_LEFT_OUT = re.compile(f"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f{UNSEEN}]")
_UTF_8 = re.compile(
    r'[^;]*(;\s*boundary=[^;]+)?;\s*charset="?utf-8"?\s*(;\s*boundary=[^;]+)?', re.IGNORECASE
)
_LONGEST_PART = 4


@dataclass(frozen=True, slots=True)
class Typed:
    """What was sent: every value of every field in its order, and files."""

    texts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def first(self) -> dict[str, str]:
        """The first value of each field."""
        return {name: values[0] for name, values in self.texts.items()}


def only_utf_8(request: Request) -> None:
    """Let a form pass that names no other encoding than UTF-8 (raises ``BodyUnreadable``)."""
    kind = request.headers.get("content-type", "")
    if "charset" in kind.lower() and not _UTF_8.fullmatch(kind):
        raise BodyUnreadable


async def typed_in(request: Request, *, most_fields: int, most_files: int) -> Typed:
    """Read a form.

    Args:
        request: What carries it.
        most_fields: Fields that it may have.
        most_files: Files that it may have.

    Raises:
        BodyUnreadable: A text holds a NUL, or another encoding than UTF-8 is named.
    """
    only_utf_8(request)
    texts: dict[str, list[str]] = {}
    files: dict[str, bytes] = {}
    async with request.form(max_fields=most_fields, max_files=most_files) as form:
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                files[name] = await value.read()
            elif "\x00" in value:
                raise BodyUnreadable
            else:
                plain = _LEFT_OUT.sub("", value.replace("\r\n", "\n"))
                texts.setdefault(name, []).append(plain)
    return Typed({name: tuple(values) for name, values in texts.items()}, files)


def day_of(form: Mapping[str, str], name: str) -> date | None:
    """Return the day that three fields of a form give; None where all are empty.

    Raises:
        ValueError: They give no day.
    """
    parts = [form.get(f"{name}-{part}", "") for part in ("year", "month", "day")]
    if not any(parts):
        return None
    if any(len(part) > _LONGEST_PART for part in parts):
        message = "no year has more than four digits"
        raise ValueError(message)
    return date(*map(int, parts))
