"""``gateway account``: who may sign in, by commands alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.commands import Shell

PASSWORD = "three words of the tests\n"


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    shell = Shell(tmp_path / "home")
    assert shell("db", "upgrade").code == 0
    return shell


def test_an_account_is_added_listed_changed_disabled_and_enabled(shell: Shell) -> None:
    add = ("account", "add", "council-nominated", "--name", "Alex Model", "--partner")
    role = ("--role", "nominated_person")
    assert shell(*add, "charnwood-bc", *role, stdin=PASSWORD).code == 0
    (one,) = shell("account", "list", "--json").json["accounts"]
    assert (one["account"], one["partner"], one["active"]) == (
        "council-nominated",
        "charnwood-bc",
        True,
    )
    assert shell("account", "password", "council-nominated", stdin=PASSWORD).code == 0
    assert shell("account", "disable", "council-nominated").code == 0
    assert not shell("account", "list", "--json").json["accounts"][0]["active"]
    assert shell("account", "enable", "council-nominated").code == 0
    assert "Alex Model" in shell("account", "list").out
    assert shell("verify").code == 0


@pytest.mark.parametrize(
    ("arguments", "stdin", "says"),
    [
        (("--role", "ig_lead"), "short\n", "12 to 128 characters"),
        (("--role", "nominated_person"), PASSWORD, "acts for a partner"),
        (("--role", "ig_lead", "--partner", "none-such"), PASSWORD, "No partner"),
        (("--role", "ig_lead", "--office", "Cleaner"), PASSWORD, "no such deputy"),
        (
            ("--role", "nominated_person", "--partner", "charnwood-bc", "--office", "Cleaner"),
            PASSWORD,
            "no such deputy",
        ),
    ],
)
def test_what_does_not_fit_changes_nothing(
    shell: Shell, arguments: tuple[str, ...], stdin: str, says: str
) -> None:
    ran = shell("account", "add", "ig-lead", "--name", "Priya Example", *arguments, stdin=stdin)
    assert ran.code != 0
    assert says in ran.err.replace("\n", " ")
    assert shell("account", "list", "--json").json == {"accounts": []}


@pytest.mark.parametrize("command", [("password",), ("disable",), ("enable",)])
def test_an_account_that_is_not_there_is_said(shell: Shell, command: tuple[str, ...]) -> None:
    ran = shell("account", *command, "none-such", stdin=PASSWORD)
    assert ran.code == 1
    assert "There is no such account" in ran.err


def test_a_credential_of_a_tool_is_issued_once_listed_and_revoked(shell: Shell) -> None:
    add = ("account", "add", "fire-analyst", "--name", "Jo Specimen", "--partner", "llr-fire")
    assert shell(*add, "--role", "analyst", stdin=PASSWORD).code == 0
    made = shell("credential", "add", "fire-analyst", "--tool", "excel", "--days", "7", "--json")
    shown = shell("credential", "add", "fire-analyst", "--tool", "qgis")
    (one,) = [
        each
        for each in shell("credential", "list", "--json").json["credentials"]
        if each["tool"] == "excel"
    ]

    assert (made.code, shown.code, "Password:" in shown.out) == (0, 0, True)
    assert (one["user"], one["works"], one["last_used"]) == (made.json["user"], True, None)
    assert made.json["password"] not in shell("credential", "list", "--json").out
    assert shell("credential", "revoke", one["user"]).code == 0
    assert "no" in shell("credential", "list", "--account", "fire-analyst").out
    assert shell("credential", "revoke", "tool-none").code == 1
    assert shell("credential", "add", "nobody", "--tool", "excel").code != 0
    assert shell("verify").code == 0
