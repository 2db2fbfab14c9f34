"""Files that an operator writes: TOML and JSON, read into words. A refusal names place and rule only."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from gateway.cli.terminal import Stopped
from gateway.intake.wire import NotJson, strict_json
from schemas.base import DAY_FAULTS, Word, own_words
from schemas.receipts import FieldFault

W = TypeVar("W", bound=Word)
_PLACE = re.compile(r"\(at (line \d+, column \d+|end of document)\)")
MAX_BYTES = 4 * 1024 * 1024


class DocumentRefused(Stopped):
    """What an operator wrote does not fit; nothing was changed. Names every place and rule."""

    def __init__(self, faults: Iterable[FieldFault]) -> None:
        self.faults = tuple(faults)
        listed = "".join(f"\n  {f.pointer or '/'}: {f.says} ({f.rule})" for f in self.faults)
        super().__init__(
            "What you gave does not fit its form; nothing was changed.",
            f"Correct each place named here:{listed}",
        )


class FileUnreadable(Stopped):
    """A file named on the command line cannot be read."""

    def __init__(self) -> None:
        super().__init__(
            "The file cannot be read.", "Check that it exists, is whole, and may be read by you."
        )


def refused(pointer: str, rule: str, says: str) -> DocumentRefused:
    """Return a refusal of one place."""
    return DocumentRefused((FieldFault(pointer=pointer, rule=rule, says=says),))


def refused_for(faults: Iterable[FieldFault], under: str = "") -> DocumentRefused:
    """Return a refusal for faults that a source found in its settings."""
    placed = (fault.model_copy(update={"pointer": under + fault.pointer}) for fault in faults)
    return DocumentRefused(placed)


def content_of(path: Path) -> bytes:
    """Read a small file whole.

    Raises:
        FileUnreadable: It cannot be read, or is larger than 4 MiB.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise FileUnreadable
        return path.read_bytes()
    except OSError:
        raise FileUnreadable from None


def toml_of(path: Path) -> dict[str, Any]:
    """Read a TOML file.

    Raises:
        FileUnreadable: As ``content_of``.
        DocumentRefused: It is not TOML; names line and column.
    """
    try:
        return tomllib.loads(content_of(path).decode("utf-8"))
    except UnicodeDecodeError:
        raise refused("", "toml.not_utf8", "The file is not UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        found = _PLACE.search(str(error))
        where = f", {found[1]}" if found else ""
        raise refused("", "toml.malformed", f"The file is not TOML{where}.") from None


def json_of(path: Path) -> Any:  # noqa: ANN401 - any JSON document
    """Read a JSON file (raises as ``toml_of``)."""
    try:
        return strict_json(content_of(path))
    except NotJson as fault:
        raise refused("", fault.rule, fault.says) from None


def word_of(model: type[W], data: Any) -> W:  # noqa: ANN401 - what a file held
    """Make a word of what a file or the command line held.

    Raises:
        DocumentRefused: It does not fit; names every place and rule.
    """
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise DocumentRefused(_faults(error)) from None


def _faults(error: ValidationError) -> list[FieldFault]:
    return [
        FieldFault(
            pointer=_pointer(one["loc"], unlisted=one["type"] == "extra_forbidden"),
            rule=f"form.{one['type']}",
            says=own_words(one) or _SAYS.get(one["type"], one["msg"]),
        )
        for one in error.errors(include_url=False, include_input=False)
    ]


_SAYS = {
    **DAY_FAULTS,
    "extra_forbidden": "There is a name here that this form does not have.",
    "missing": "This must be given.",
    "value_error": "The parts do not fit together.",
}


def _pointer(places: tuple[int | str, ...], *, unlisted: bool) -> str:
    # the name of an unlisted key is input, so only the place above it is told
    known = places[:-1] if unlisted else places
    return "".join(f"/{place}" for place in known)
