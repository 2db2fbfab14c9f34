"""The table of commands is whole, costs nothing to show, and never shows a value."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import typer
from rich.text import Text

from gateway import cli
from gateway.cli import COMMANDS, Command, Exit
from gateway.errors import NotFound, StoreUnavailable
from gateway.keys.files import KeysUnavailable
from gateway.settings import SettingsRefused
from tests.architecture.source import ROOT

CANARY = "Zebedee Canary-Ffoulkes"
HEAVY = ("pydantic", "typer", "sqlalchemy", "fastapi", "cedarpy", "structlog", "shapely")


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_row_of_the_table_is_a_command_with_help(command: Command) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.load(command).main(args=["--help"], prog_name=f"gateway {command.name}")

    assert not ended.value.code


def test_the_overview_imports_nothing_heavy() -> None:
    code = (
        "import sys; from gateway.__main__ import main\n"
        "sys.argv[1:] = ['--help']\n"
        "try: main()\n"
        "except SystemExit as ended: assert ended.code == 0\n"
        f"print(sorted(set({HEAVY!r}) & set(sys.modules)))"
    )

    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert ran.stdout.splitlines()[-1] == "[]"
    assert all(f"  {command.name} " in ran.stdout for command in COMMANDS)


@pytest.mark.parametrize("name", ["law", "explain", "simulate", "depersonalise"])
def test_help_of_a_command_does_not_import_the_gateway(name: str) -> None:
    code = (
        "import sys; from gateway.__main__ import main\n"
        f"sys.argv[1:] = [{name!r}, '--help']\n"
        "try: main()\n"
        "except SystemExit as ended: assert not ended.code\n"
        f"print(sorted(set({HEAVY!r}) & set(sys.modules)))"
    )

    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert ran.stdout.splitlines()[-1] == "['typer']"


def ran(monkeypatch: pytest.MonkeyPatch, error: BaseException | None) -> int:
    """Run a command that ends with the error."""

    def command() -> None:
        if error:
            raise error

    app = typer.Typer()
    app.command()(command)
    monkeypatch.setattr(cli, "load", lambda _row: typer.main.get_command(app))
    return cli.main(["check"])


@pytest.mark.parametrize(
    ("error", "code", "says"),
    [
        (None, Exit.OK, ""),
        (typer.Exit(1), Exit.FOUND_WRONG, ""),
        (NotFound(), Exit.FOUND_WRONG, NotFound.remedy),
        (StoreUnavailable(), Exit.UNAVAILABLE, StoreUnavailable.at_terminal),
        (KeysUnavailable("a reason"), Exit.CONFIGURATION, KeysUnavailable.title),
        (
            SettingsRefused("One sentence.", "A remedy."),
            Exit.CONFIGURATION,
            "One sentence. A remedy.",
        ),
        (ValueError(CANARY), Exit.INTERNAL, "ValueError at test_commands.py:"),
        (KeyError(CANARY), Exit.INTERNAL, "KeyError at test_commands.py:"),
    ],
)
def test_a_command_ends_with_its_code_and_at_most_a_sentence(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: BaseException | None,
    code: Exit,
    says: str,
) -> None:
    assert ran(monkeypatch, error) == code

    captured = capsys.readouterr()
    assert says in captured.err
    assert CANARY not in captured.err + captured.out
    assert "Traceback" not in captured.err


def test_an_unknown_command_is_a_usage_error_with_a_hint(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert cli.main(["veryfi"]) == Exit.USAGE
    assert cli.main([CANARY]) == Exit.USAGE

    captured = capsys.readouterr()
    assert "`gateway verify`" in captured.err
    assert CANARY not in captured.err


def test_no_command_shows_the_overview_as_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([]) == Exit.USAGE
    assert "Exit codes" in capsys.readouterr().out


def test_a_module_without_app_or_command_is_refused() -> None:
    with pytest.raises(TypeError, match="neither `app` nor `command`"):
        cli.load(Command("clock", "gateway.clock", "not a command"))


def every_command(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    """Walk a command and those below it."""
    yield name, command
    for below, found in getattr(command, "commands", {}).items():
        yield from every_command(found, f"{name} {below}")


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_help_shows_every_word_that_was_written(command: Command) -> None:
    """Help is read as markup, which swallows what stands in square brackets that are not escaped."""
    for name, found in every_command(cli.load(command), command.name):
        texts = [found.help, *(getattr(one, "help", None) for one in found.params)]
        for text in filter(None, texts):
            assert Text.from_markup(text).plain == text.replace(r"\[", "["), name
