"""What the last whole test run said of each requirement of the law.

In a checkout it stands in ``tests/reports/law.json``; a wheel carries the same file beside this module.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from policies.requirements import readme_table

_RESULTS = TypeAdapter(dict[str, dict[str, str]])
_PLACES = (
    Path(__file__).resolve().parents[2] / "tests" / "reports" / "law.json",
    Path(__file__).with_name("proven.json"),
)


def table() -> str:
    """Return what the law asks, by which rule it is carried out and which test proves it, as Markdown."""
    return readme_table(results())


def results(places: tuple[Path, ...] = _PLACES) -> Mapping[str, Mapping[str, str]]:
    """Return requirement → test → result; empty where no run is on record or it cannot be read.

    Args:
        places: Where the report may lie, the first that does counts.
    """
    found = next((path for path in places if path.is_file()), None)
    if found is None:
        return {}
    try:
        return _RESULTS.validate_json(found.read_bytes())
    except ValidationError:
        return {}
