"""The commands, as a table: name, module, one line. A module is imported when its command is called.

**Convention.** Each row names a module that holds either ``app`` (a ``typer.Typer``: several commands,
such as ``gateway feed try``) or ``command`` (one function with Typer annotations, such as
``gateway verify``); ``app`` is taken where both stand. The table's line is the help of the overview, the
docstring that of the command itself. A command writes results to standard output, everything else to
standard error, and ends by returning (0) or by ``raise typer.Exit(Exit.FOUND_WRONG)``. It lets a
``GatewayError`` or ``RefusesToStart`` pass: ``main`` shows either as one sentence and its remedy.

**Adding a command** is one row here and one module. An architecture test imports every row.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import os
import sys
import traceback
from dataclasses import dataclass
from difflib import get_close_matches
from enum import IntEnum
from pathlib import Path
from typing import Protocol, TextIO, cast

DISTRIBUTION = "charnwood-gateway"


class Exit(IntEnum):
    """The exit codes, as documented by ``gateway --help`` and ``gateway/README.md``."""

    OK = 0
    FOUND_WRONG = 1
    USAGE = 2
    UNAVAILABLE = 69
    INTERNAL = 70
    CONFIGURATION = 78
    INTERRUPTED = 130

    @property
    def says(self) -> str:
        """What the code means, in one line."""
        return _EXIT_SAYS[self]


_EXIT_SAYS = {
    Exit.OK: "done, and all is well",
    Exit.FOUND_WRONG: "something wrong was found: verification failed, rows refused, the law refuses",
    Exit.USAGE: "the command line does not fit; see --help",
    Exit.UNAVAILABLE: "the database or gateway is not available; try again",
    Exit.INTERNAL: "something failed inside the gateway",
    Exit.CONFIGURATION: "settings or installation are not right; nothing was started",
    Exit.INTERRUPTED: "interrupted from the keyboard",
}


@dataclass(frozen=True, slots=True)
class Command:
    """One row of the table."""

    name: str
    module: str
    says: str


COMMANDS = tuple(
    Command(name, f"gateway.cli.{module}", says)
    for name, module, says in (
        ("demo", "demo", "See the whole job done on invented data, in an own database."),
        ("serve", "serve", "Run the gateway: HTTP, intake, releases."),
        ("work", "work", "Send push subscriptions, beside other processes on PostgreSQL."),
        ("ingest", "ingest", "Take in a file through the same path as a push."),
        ("prepare", "prepare", "At the holder: depersonalise a file before it travels."),
        (
            "depersonalise",
            "depersonalise",
            "Take people out of data: assess coarsening, mask texts.",
        ),
        ("feed", "feed", "Try, add and list feeds; `try` stores nothing."),
        ("crosswalk", "crosswalk", "Code lists: list, show, apply a change to what was recorded."),
        ("explain", "explain", "Say why a record may or may not go to a subscription."),
        ("law", "law", "What the law asks, by which rule and test, and when it last decided."),
        ("simulate", "simulate", "Say what a draft of the law would newly release and newly stop."),
        (
            "policies",
            "policies",
            "Policy bundles: propose, approve by two people, go back, compare.",
        ),
        ("correct", "correct", "Retract, restrict, lift or erase records; holders are told."),
        ("notice", "notice", "Notices about records that somebody holds: open and overdue."),
        ("ask", "ask", "The sixteen questions of an information-governance lead."),
        ("bundle", "bundle", "The evidence for an auditor in one signed file; check it anywhere."),
        ("verify", "verify", "Prove that log, releases and ledger are whole."),
        ("receipt", "receipt", "Check receipts and proofs of the ledger, without the gateway."),
        ("client", "client", "A partner's side: make a key, check, push a file, pull records."),
        ("account", "account", "People who sign in to the console: add, list, disable."),
        (
            "credential",
            "credential",
            "Read-only credentials for analysts' tools: add, list, revoke.",
        ),
        ("partner", "partner", "The register of partners, and what each is under section 115(2)."),
        ("protocol", "protocol", "The partnership's information-sharing protocol."),
        (
            "agreement",
            "agreement",
            "Data-sharing agreements: add, sign, diff, due, suspend, terminate.",
        ),
        (
            "document",
            "document",
            "Agreement, DPIA input, record of processing, notice, answer: made as configured.",
        ),
        ("subscription", "subscription", "Partners' standing requests."),
        ("request", "request", "Requests for disclosure, case by case: list, answer, review."),
        ("signal", "signal", "Reports of one household: whom to tell, and what people decided."),
        ("return", "returns", "Section 17A returns: what is due, make and write them, receipts."),
        (
            "statistics",
            "statistics",
            "Published tables of counts, by edition.",
        ),
        (
            "export",
            "export",
            "A subscription as Parquet files by month, kept up to date; check one.",
        ),
        ("geography", "geography", "Load areas, map points, postcodes, address counts."),
        ("backup", "backup", "Copy the database, consistently, while it runs."),
        ("restore", "restore", "Put a backup back into an empty database of either engine."),
        (
            "consultations",
            "consultations",
            "Who looked at which records, when and why; what stands out.",
        ),
        (
            "subject",
            "subject",
            "Answer people who ask what is held about them: search, decide, answer, close.",
        ),
        ("retention", "retention", "What is kept no longer, destroying it, and holding it back."),
        ("hold", "hold", "What keeps everything from being released, and lifting it."),
        ("keys", "keys", "Make and list the keys under GATEWAY_HOME."),
        ("db", "db", "Create the tables or bring them up to date."),
        ("check", "check", "Check installation, settings, keys, policies and database."),
    )
)


def version() -> str:
    """The version of the installed distribution, or of the checkout that runs."""
    try:
        return importlib.metadata.version(DISTRIBUTION)
    except importlib.metadata.PackageNotFoundError:
        return _version_of_checkout()


def _version_of_checkout() -> str:
    project = Path(__file__).resolve().parents[2] / "pyproject.toml"
    lines = project.read_text(encoding="utf-8").splitlines() if project.is_file() else []
    named = (line for line in lines if line.startswith("version = "))
    return next(named, 'version = "unknown"').split('"')[1]


def overview() -> str:
    """The text of ``gateway --help``."""
    width = max(len(command.name) for command in COMMANDS) + 2
    commands = [f"  {command.name:<{width}}{command.says}" for command in COMMANDS]
    codes = [f"  {code.value:<{width}}{code.says}" for code in Exit]
    return "\n".join(
        (
            "Usage: gateway COMMAND [ARGUMENTS]",
            "",
            "A data-sharing gateway for Community Safety Partnerships.",
            "",
            "Commands (`gateway COMMAND --help` says more):",
            *commands,
            "",
            "  --help, --version",
            "",
            "Exit codes:",
            *codes,
            "",
            "Settings are environment variables GATEWAY_…: see deploy/settings.example.env.",
        )
    )


class Runnable(Protocol):
    """What Typer makes of a module."""

    def main(self, *, args: list[str], prog_name: str) -> object:
        """Parse the arguments and run; ends in ``SystemExit``."""
        ...


def load(command: Command) -> Runnable:
    """Import a command's module and return it as something with ``main(args=…, prog_name=…)``.

    Raises:
        ModuleNotFoundError: The table names a module that does not exist.
        TypeError: The module holds neither ``app`` nor ``command``.
    """
    module = importlib.import_module(command.module)
    typer = importlib.import_module("typer")
    app = getattr(module, "app", None)
    if app is None and callable(getattr(module, "command", None)):
        app = typer.Typer(add_completion=False)
        app.command(name=command.name)(module.command)
    if app is None:
        message = f"{command.module} holds neither `app` nor `command`"
        raise TypeError(message)
    return cast("Runnable", typer.main.get_command(app))


def main(arguments: list[str]) -> int:
    """Run one command and return its exit code. Never shows a traceback or a record's value."""
    first = arguments[0] if arguments else "--help"
    if first in {"--help", "-h", "help"}:
        _say(overview(), sys.stdout)
        return Exit.OK if arguments else Exit.USAGE
    if first in {"--version", "-V"}:
        _say(f"gateway {version()}", sys.stdout)
        return Exit.OK
    command = next((row for row in COMMANDS if row.name == first), None)
    if command is None:
        return _unknown(first)
    return _run(command, arguments[1:])


def _run(command: Command, arguments: list[str]) -> int:
    try:
        load(command).main(args=arguments, prog_name=f"gateway {command.name}")
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else Exit.OK
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    except BrokenPipeError:  # the reader has gone, as in `gateway feed list | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.OK
    except Exception as error:  # noqa: BLE001 - the one place where a command's failure is shown
        return _failed(error)
    return Exit.OK


def _unknown(name: str) -> int:
    near = get_close_matches(name, [row.name for row in COMMANDS], n=1)
    hint = f" Did you mean `gateway {near[0]}`?" if near else " See `gateway --help`."
    _say(f"gateway: there is no such command.{hint}", sys.stderr)
    return Exit.USAGE


def _failed(error: Exception) -> int:
    """Show a sentence and a remedy where the error has them, else only its type and place in the code.

    The message of a foreign exception may quote a row, so it is never shown.
    """
    # A class that was never imported cannot have been raised: no import, no start-up cost.
    catalogue = sys.modules.get("gateway.errors")
    if catalogue is not None and isinstance(error, catalogue.GatewayError):
        _say(f"gateway: {error.title} {error.at_terminal or error.remedy}", sys.stderr)
        for fault in error.errors:
            _say(f"  {fault.pointer or '/'}: {fault.says} ({fault.rule})", sys.stderr)
        return _exit_code(error.code, error.status)
    sentence, remedy = getattr(error, "sentence", None), getattr(error, "remedy", None)
    if isinstance(sentence, str) and isinstance(remedy, str):
        _say(f"gateway: {sentence} {remedy}", sys.stderr)
        return int(getattr(error, "exit_code", Exit.INTERNAL))
    frames = traceback.extract_tb(error.__traceback__)
    places = " < ".join(f"{Path(f.filename).name}:{f.lineno}" for f in reversed(frames[-4:]))
    _say(f"gateway: {type(error).__name__} at {places}. Nothing was half done.", sys.stderr)
    return Exit.INTERNAL


def _exit_code(code: str, status: int) -> Exit:
    """The exit code for an error of the catalogue, by its code or its HTTP status."""
    if (
        code == "keys.unavailable"
    ):  # waiting makes no keys: nothing should start this again by itself
        return Exit.CONFIGURATION
    if status in {429, 503}:
        return Exit.UNAVAILABLE
    return Exit.INTERNAL if status >= 500 else Exit.FOUND_WRONG  # noqa: PLR2004 - HTTP's own line


def _say(text: str, stream: TextIO) -> None:
    stream.write(text + "\n")
