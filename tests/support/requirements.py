"""Binds a test to the requirements that it proves, and writes down what became of it.

``@law("L01", "L62")`` on a test names requirements of ``policies/data/requirements.toml``. A run of every
test writes ``tests/reports/law.json``: requirement → test → passed, failed or skipped; a run of some
writes nothing, unless ``LAW=1`` asks to put them in. The file holds no date and no count, so that a
second run that passes leaves it as it was.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

MARKER = "law"
REPORT = Path(__file__).resolve().parent.parent / "reports" / "law.json"
WORSE = ("passed", "skipped", "failed")
"""Results in the order in which one outweighs another among the cases of one test."""


def law(*requirements: str) -> pytest.MarkDecorator:
    """Say that a test, or every test of a class or file, proves these requirements (``L01``)."""
    return pytest.mark.law(*requirements)


class Requirements:
    """Hears of every test's end; on the process that runs the whole, writes the report."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.found: dict[str, dict[str, str]] = {}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Send the ids along with each result: with several processes only results travel."""
        for item in items:
            named = {one for mark in item.iter_markers(MARKER) for one in mark.args}
            item.user_properties += [(MARKER, one) for one in sorted(named)]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep the worst that was seen of each test."""
        if report.when != "call" and report.outcome == "passed":
            return
        test = report.nodeid.partition("[")[0].replace("::", ":", 1).replace("::", ".")
        for key, requirement in report.user_properties:
            if key == MARKER:
                tests = self.found.setdefault(str(requirement), {})
                tests[test] = max(tests.get(test, "passed"), report.outcome, key=WORSE.index)

    def pytest_sessionfinish(self) -> None:
        """Write the report after a run of every test, or put these results in where asked."""
        option: Any = self.config.option
        whole = not (option.keyword or option.markexpr or option.collectonly) and (
            [Path(one).name for one in self.config.args] == ["tests"]
        )
        asked = os.environ.get("LAW") == "1"
        if hasattr(self.config, "workerinput") or not self.found or not (whole or asked):
            return
        before = json.loads(REPORT.read_text(encoding="utf-8")) if REPORT.exists() else {}
        known = before if asked and not whole else {}
        for requirement, tests in self.found.items():
            known.setdefault(requirement, {}).update(
                (test, _told(result, before.get(requirement, {}).get(test)))
                for test, result in tests.items()
            )
        ordered = {one: dict(sorted(known[one].items())) for one in sorted(known)}
        REPORT.write_text(json.dumps(ordered, indent=1) + "\n", encoding="utf-8")


def _told(result: str, before: str | None) -> str:
    """What is written of a test: one that had to skip, for want of real data, keeps what it showed."""
    return before if result == "skipped" and before is not None else result
