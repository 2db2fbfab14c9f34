"""``gateway document``: what can be made, the file, and its entry in the ledger."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import pytest

from gateway.cli import Exit
from tests.support.agreeing import ID, example, new_shell
from tests.support.commands import Shell


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return new_shell(tmp_path)


def test_every_document_is_listed_with_what_is_not_recorded(shell: Shell, tmp_path: Path) -> None:
    shell.ok("agreement", "add", example(tmp_path))
    listed = shell.ok("document", "list", "--json").json["documents"]
    found = {(one["kind"], one["about"]): one["missing"] for one in listed}

    assert f"/agreements/{ID}/1/clauses/staff" in found["sharing-agreement", f"{ID}.1"]
    assert "/settings/operator" in found["record-of-processing", "operator"]
    assert {kind for kind, _ in found} == {
        *("sharing-agreement", "impact-assessment", "record-of-processing", "privacy-notice"),
        *("accessibility-statement", "section-17a-annex"),
    }


def test_a_file_has_the_hash_that_the_ledger_keeps_and_may_be_attached(
    shell: Shell, tmp_path: Path
) -> None:
    shell.ok("agreement", "add", example(tmp_path))
    file = tmp_path / "agreement.html"
    told = shell.ok("document", "make", "sharing-agreement", f"{ID}.1", "-o", file)
    digest = sha256(file.read_bytes()).hexdigest()

    assert digest in told.out
    assert "not yet recorded" in told.err
    assert file.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    again = shell.ok("document", "make", "sharing-agreement", f"{ID}.1").out
    assert sha256((again.rstrip() + "\n").encode()).hexdigest() == digest
    shell.ok("verify")


def test_json_is_the_same_document_by_machine(shell: Shell) -> None:
    made = json.loads(shell.ok("document", "make", "impact-assessment", "--format", "json").out)

    assert made["kind"] == "impact-assessment"
    assert made["sections"][0]["blocks"][0]["cites"].startswith("UK GDPR art. 35")


def test_what_does_not_exist_is_refused(shell: Shell) -> None:
    for asked in (("no-such-kind",), ("privacy-notice", "nobody"), ("statistics-answer", "2026Q3")):
        assert shell("document", "make", *asked).code == Exit.USAGE, asked
