"""Running commands as the program does: own home, real database, what came out on each stream."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

from gateway import cli, events
from tests.support import stores

ROOT = Path(__file__).resolve().parents[2]
_START_SECONDS = 30.0


@dataclass(frozen=True)
class Ran:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one document of ``--json``."""
        return json.loads(self.out)


@dataclass(frozen=True)
class Shell:
    """Runs commands on one home, inside this process."""

    home: Path
    settings: dict[str, str] = field(default_factory=dict)
    """Settings beside the home, by their variable."""

    def __call__(self, *arguments: str | Path, stdin: str = "") -> Ran:
        out, err = io.StringIO(), io.StringIO()
        journal = (events.JOURNAL.level, events.JOURNAL.stream)
        try:
            with (
                patch.dict(os.environ, self.environment, clear=True),
                patch.object(sys, "stdin", io.StringIO(stdin)),
                redirect_stdout(out),
                redirect_stderr(err),
            ):
                code = cli.main([str(one) for one in arguments])
        finally:
            events.JOURNAL.level, events.JOURNAL.stream = journal
        return Ran(code, out.getvalue(), err.getvalue())

    def ok(self, *arguments: str | Path, stdin: str = "") -> Ran:
        """Run a command that must succeed."""
        ran = self(*arguments, stdin=stdin)
        assert ran.code == 0, ran.err
        return ran

    @property
    def environment(self) -> dict[str, str]:
        """The environment of a command: no setting but the home and those given."""
        kept = {k: v for k, v in os.environ.items() if not k.upper().startswith("GATEWAY_")}
        return {**kept, **stores.environment(self.home), **self.settings}

    @contextmanager
    def serving(self) -> Iterator[tuple[subprocess.Popen[str], str]]:
        """Run ``gateway serve`` as a process of its own; yields it and its address."""
        started = [sys.executable, "-m", "gateway", "serve", "--port", "0"]
        with subprocess.Popen(
            started,
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as process:
            try:
                yield process, _address(process)
            finally:
                process.terminate()
                process.wait(_START_SECONDS)


def _address(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until:
        line = process.stdout.readline()
        if "listening on " in line:
            return line.split("listening on ")[1].strip()
        assert line, "serve ended before it listened"
    raise AssertionError
