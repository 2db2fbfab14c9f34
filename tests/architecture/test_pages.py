"""What the pages say is what the program does."""

from __future__ import annotations

import re

import pytest

from gateway import docs, settings
from gateway.events import Event
from schemas.incident import SENSITIVITY, Incident
from tests.architecture.source import PACKAGES, ROOT, files


@pytest.mark.parametrize("page", docs.PAGES)
def test_the_generated_tables_are_current(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")

    assert docs.wanted(page) == text, "run `make docs`"


def test_the_example_settings_are_the_defaults() -> None:
    assert (ROOT / docs.EXAMPLE).read_text(encoding="utf-8") == settings.example()


def test_every_error_is_documented_once_with_a_remedy() -> None:
    codes = [error.code for error in docs.errors()]
    page = (ROOT / "gateway" / "README.md").read_text(encoding="utf-8")

    assert len(set(codes)) == len(codes)
    assert [code for code in codes if f"`{code}`" not in page] == []
    assert [error.code for error in docs.errors() if not (error.title and error.remedy)] == []


def test_every_field_of_the_common_record_is_marked_and_documented() -> None:
    page = (ROOT / "schemas" / "README.md").read_text(encoding="utf-8")

    assert set(SENSITIVITY) == set(Incident.model_fields)
    assert [name for name in SENSITIVITY if f"| `{name}` |" not in page] == []


def test_every_event_is_used() -> None:
    text = "".join(
        path.read_text(encoding="utf-8")
        for path in files(*PACKAGES)
        if path != ROOT / "gateway" / "events.py"
    )
    used = set(re.findall(r"\bEvent\.([A-Z_]+)", text)) | {"LIBRARY"}

    assert [event.name for event in Event if event.name not in used] == []


def test_a_page_without_a_place_for_its_table_is_refused() -> None:
    with pytest.raises(docs.PageUnfit, match="no place marked"):
        docs.filled("schemas/README.md", "# schemas\n")


def test_links_between_pages_lead_somewhere() -> None:
    broken = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in [
            ROOT / "README.md",
            *ROOT.glob("*/README.md"),
            *ROOT.glob("deploy/*/README.md"),
        ]
        if ".venv" not in page.parts
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]

    assert broken == []
