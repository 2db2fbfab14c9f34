"""What an IG lead looks after by command: what is due, what a version changes, whose document this is."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Any

import pytest

from gateway.cli.agreement_shown import ask_whether_to_sign
from gateway.cli.terminal import Stopped
from tests.support.agreeing import ID, POSTS, example, new_shell, sign, written
from tests.support.commands import Shell
from tests.support.requirements import law

POLICE, COUNCIL = "leicestershire-police", "charnwood-bc"
WIDER = ('  "hate_incident",\n', '  "hate_incident",\n  "officer",\n')
SECOND = ("version = 1", "version = 2")
OTHER_ASSESSMENT = ("DPIA-2026-014", "DPIA-2026-020")


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return new_shell(tmp_path)


def both_sign(shell: Shell) -> None:
    for party in (POLICE, COUNCIL):
        sign(shell, party)


def due(shell: Shell, day: str | None = None) -> set[tuple[str, str]]:
    asked = () if day is None else ("--day", day)
    listed: list[Any] = shell.ok("agreement", "due", *asked, "--json").json["due"]
    return {(one["id"], one["lacks"]) for one in listed}


@law("L18", "L20")
def test_what_is_due_is_listed_and_ends_when_it_is_done(shell: Shell, tmp_path: Path) -> None:
    others = due(shell)
    assert {lacks for _, lacks in others} == {"no_nominated_person"}
    assert ("llr-pcc", "no_nominated_person") in others
    shell.ok("agreement", "add", example(tmp_path))

    assert due(shell) - others == {(ID, "unsigned")}
    both_sign(shell)
    assert due(shell) == others
    assert due(shell, "2097-09-02") - others == {(ID, "review_due")}
    assert (ID, "policy_document") in due(shell, "2097-12-30")
    text = f'id = "{COUNCIL}"\nname = "c"\n[[kinds]]\nkind = "district_council"\n'
    shell.ok("partner", "add", written(tmp_path, text))
    missing = {(ID, "no_nominated_person"), (COUNCIL, "no_nominated_person")}
    assert due(shell) - others == missing
    assert "SI 2007/1830 reg 4(3)" in shell.ok("agreement", "due").out


@law("L19")
def test_a_version_is_shown_before_it_is_signed_and_the_ledger_keeps_the_digest(
    shell: Shell, tmp_path: Path
) -> None:
    shell.ok("agreement", "add", example(tmp_path))
    signing = ("agreement", "sign", ID, "--party", POLICE, "--office", POSTS[POLICE][1])

    unasked = shell(*signing)
    assert (unasked.code, "--yes" in unasked.err) == (1, True)
    assert "first version" in unasked.out
    assert shell.ok("agreement", "list", "--json").json["agreements"][0]["state"] == "draft"
    signed = shell.ok(*signing, "--yes", "--json").json
    assert signed["shown"]["effect"]["newly_leaves"] == 0
    assert signed["shown"]["difference"] is None
    database = (shell.home / "gateway.sqlite3-wal", shell.home / "gateway.sqlite3")
    kept = b"".join(path.read_bytes() for path in database if path.exists())
    assert signed["shown"]["shown_sha256"].encode() in kept
    shell.ok("verify")


@law("L19")
def test_a_looser_version_is_told_so_and_not_signed_under_the_same_assessment(
    shell: Shell, tmp_path: Path
) -> None:
    shell.ok("agreement", "add", example(tmp_path))
    both_sign(shell)
    shell.ok("agreement", "add", example(tmp_path, WIDER, SECOND))

    told = shell.ok("agreement", "diff", ID, "--json").json
    assert (told["loosens"], told["assessed"]) == (True, False)
    (change,) = told["changes"]
    assert (change["field"], change["effect"], change["after"]) == ("fields", "loosens", "officer")
    assert "cannot be signed" in shell.ok("agreement", "diff", ID).out
    signing = ("agreement", "sign", ID, "--party", POLICE, "--office", POSTS[POLICE][1], "--yes")
    refused = shell(*signing)
    assert (refused.code, "agreement.loosening_unassessed" in refused.err) == (1, True)
    assert "loosens" in refused.out

    shell.ok("agreement", "add", example(tmp_path, WIDER, SECOND, OTHER_ASSESSMENT))
    assert "under another assessment" in shell.ok("agreement", "diff", ID, "1", "2").out
    both_sign(shell)
    listed = shell.ok("agreement", "list", "--json").json["agreements"]
    assert [(one["state"], one["unmet"]) for one in listed] == [("superseded", None), ("live", [])]
    assert listed[1]["days_to_review"] > 20_000
    assert listed[1]["review"] == "not_due"


def test_a_draft_in_a_file_is_compared_with_what_is_in_force(shell: Shell, tmp_path: Path) -> None:
    shell.ok("agreement", "add", example(tmp_path))
    shorter = example(tmp_path, ("retention_days = 365", "retention_days = 30"))

    assert "It loosens nothing" in shell.ok("agreement", "diff", ID, shorter).out
    assert "No term differs" in shell.ok("agreement", "diff", ID, example(tmp_path)).out
    assert shell("agreement", "diff", ID).code == 1
    assert shell("agreement", "diff", "unknown", shorter).code == 1


@law("L19")
def test_a_signed_document_is_known_by_its_hash_and_kept_nowhere(
    shell: Shell, tmp_path: Path
) -> None:
    paper = tmp_path / "signed.pdf"
    paper.write_bytes(b"%PDF-1.7 an invented agreement, signed twice")
    shell.ok("agreement", "add", example(tmp_path))

    early = shell("agreement", "attach", ID, paper)
    assert (early.code, "agreement.unsigned" in early.err) == (1, True)
    both_sign(shell)
    made = shell.ok("agreement", "attach", ID, "--version", "1", paper, "--json").json
    again = shell.ok("agreement", "attach", ID, paper).out
    found = shell.ok("agreement", "check-document", paper, "--json").json

    assert made["document_sha256"] in again
    assert found["agreements"] == [{"id": ID, "version": 1, "state": "live"}]
    assert "version 1, live today" in shell.ok("agreement", "check-document", paper).out
    assert made["document_sha256"] in shell.ok("agreement", "show", ID).out
    paper.write_bytes(b"%PDF-1.7 another one")
    assert shell("agreement", "check-document", paper).code == 1
    assert shell("agreement", "check-document", tmp_path / "none.pdf").code == 1
    for path in shell.home.iterdir():
        assert path.is_dir() or b"signed twice" not in path.read_bytes()
    shell.ok("verify")


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("answer", "signs"), [("y\n", True), ("n\n", False)])
def test_at_a_terminal_the_signer_is_asked(
    monkeypatch: pytest.MonkeyPatch, answer: str, *, signs: bool
) -> None:
    monkeypatch.setattr(sys, "stdin", _Terminal(answer))
    if signs:
        ask_whether_to_sign(yes=False)
        return
    with pytest.raises(Stopped):
        ask_whether_to_sign(yes=False)
