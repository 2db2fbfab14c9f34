"""``gateway ask`` and ``gateway bundle`` from the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.cli import Exit
from tests.support.commands import Shell
from tests.support.house import FIRE


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    made = Shell(tmp_path_factory.mktemp("asked") / "home")
    made.ok("db", "upgrade")
    return made


def test_the_command_makes_and_checks_a_bundle(shell: Shell, tmp_path: Path) -> None:
    target = tmp_path / "bundle.zip"
    made = shell("bundle", "make", str(target), "--reason", "for a test", "--json")
    assert made.code == 0, made.err
    again = shell("bundle", "make", str(target), "--reason", "for a test")
    assert again.code == Exit.FOUND_WRONG
    line = shell("keys", "show", "--json").json["ledger"]
    checked = shell("bundle", "verify", str(target), "--key", line, "--json")
    assert checked.code == 0, checked.err
    assert checked.json["entries"] == made.json["entries"]
    target.write_bytes(target.read_bytes()[:-1] + b"?")
    assert shell("bundle", "verify", str(target), "--key", line).code == Exit.FOUND_WRONG
    assert shell("bundle", "verify", str(target), "--key", "x").code == Exit.FOUND_WRONG
    assert shell("bundle", "certificate", str(target), "--key", line).code == Exit.FOUND_WRONG


def test_the_command_asks(shell: Shell) -> None:
    listed = shell("ask", "--json").json["questions"]
    assert len(listed) == 16
    assert "Q16" in shell("ask").out
    whole = shell("ask", "Q12", "--json")
    assert whole.code == 0, whole.err
    assert whole.json["answer"]["verified"] is True
    assert "Agreements" in shell("ask", "5").out or "due" in shell("ask", "5").out
    assert shell("ask", "Q17").code == Exit.USAGE
    assert shell("ask", "Q4", "--recipient", FIRE).code == Exit.USAGE
    unknown = shell("ask", "Q2", "--feed", "police-nsir", stdin="none-such\n")
    assert unknown.code == Exit.FOUND_WRONG
    assert "none-such" not in unknown.out + unknown.err
