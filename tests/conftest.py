"""What every test gets: no network but loopback, a strict log, and the scale of `make prove`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TextIO, cast

import hypothesis
import pytest

from gateway import events
from gateway.clock import SystemClock
from tests.support import postgres, stores
from tests.support.measured import MEASURED, Measured
from tests.support.requirements import Requirements

ROOT = Path(__file__).resolve().parent.parent
REPORTS = ROOT / "tests" / "reports"
PROVING = os.environ.get("PROVE") == "1"
MUTANTS = os.environ.get("MUTANTS") == "1"
IN_CI = os.environ.get("CI") == "true"
MAY_SKIP = "real_data"

hypothesis.settings.register_profile("dev", max_examples=50, deadline=None)
hypothesis.settings.register_profile("ci", max_examples=50, deadline=None, derandomize=True)
hypothesis.settings.register_profile("prove", max_examples=2_500, deadline=None)
hypothesis.settings.register_profile(
    "mutants",
    max_examples=25,
    deadline=None,
    derandomize=True,
    # a mutant is killed by the first failure: looking for the smallest one is lost time
    phases=(hypothesis.Phase.explicit, hypothesis.Phase.generate),
)
hypothesis.settings.load_profile(
    "mutants" if MUTANTS else "prove" if PROVING else "ci" if IN_CI else "dev"
)


class BesideATest:
    """The log while a test is caught; what a server says between two tests is nobody's and not printed."""

    def write(self, line: str) -> None:
        """Write a line where standard error is caught."""
        if sys.stderr is not sys.__stderr__:
            sys.stderr.write(line)

    def flush(self) -> None:
        """Do nothing: a caught line waits for nobody."""


# A field that the catalogue does not permit raises here; in service it is dropped and counted.
events.JOURNAL.strict = True


def pytest_configure(config: pytest.Config) -> None:
    """Write down which requirement of the law is proven by which test; measure where it is owed."""
    if config.getoption("capture") != "no":
        events.JOURNAL.stream = cast("TextIO", BesideATest())
    config.pluginmanager.register(Requirements(config))
    config.pluginmanager.register(Measured(config))


@pytest.fixture
def count() -> Callable[[int], int]:
    """How often to do a thing: the full number under `make prove`, a fiftieth of it otherwise."""
    return lambda full: full if PROVING else max(1, full // 50)


@pytest.fixture(scope="module", params=list(stores.Store), ids=str)
def store(request: pytest.FixtureRequest) -> Iterator[stores.Store]:
    """Run on SQLite and on PostgreSQL: houses that the test opens lie in this store."""
    stores.use(request.param)
    yield request.param
    stores.use(stores.Store.SQLITE)


def pytest_unconfigure() -> None:
    """Stop the PostgreSQL that this process started, if it did."""
    postgres.close_server()


@pytest.fixture
def proved(request: pytest.FixtureRequest) -> Callable[..., None]:
    """Write one result of `make prove`: ``proved("canaries", records=10_000, leaked=0)``."""

    def write(name: str, **figures: float | str) -> None:
        if not PROVING:
            return
        line = {
            "name": name,
            **figures,
            "test": request.node.nodeid,
            "commit": commit_of_tree(),
            "date": SystemClock().now().date().isoformat(),
        }
        REPORTS.mkdir(exist_ok=True)
        with (REPORTS / f"{name}.jsonl").open("a", encoding="utf-8") as report:
            report.write(json.dumps(line) + "\n")

    return write


def commit_of_tree() -> str:
    """The commit that is tested; ``+`` where the tree holds more than it, reports aside."""
    head = _git("rev-parse", "--short=12", "HEAD")
    return head + ("+" if _git("status", "--porcelain", "--", ".", ":!tests/reports") else "")


def _git(*arguments: str) -> str:
    """What git says; nothing where it or the repository is missing."""
    asked = ["git", "-C", str(ROOT), *arguments]
    return subprocess.run(asked, check=False, capture_output=True, text=True).stdout.strip()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """`make prove` goes on where it stopped, and runs on both stores what one is enough for in tests."""
    # what is read once a process is read while it is measured
    items.sort(key=lambda item: not item.nodeid.startswith(MEASURED))
    if not PROVING:
        twice = [item for item in items if _is_on_sqlite_already(item)]
        items[:] = [item for item in items if item not in twice]
        config.hook.pytest_deselected(items=twice)
        return
    commit = commit_of_tree()
    if commit.endswith("+"):
        return
    done = {line["test"] for line in _reported() if line.get("commit") == commit}
    again = [item for item in items if item.nodeid in done]
    items[:] = [item for item in items if item.nodeid not in done]
    config.hook.pytest_deselected(items=again)


def _is_on_sqlite_already(item: pytest.Item) -> bool:
    """Whether an item is the PostgreSQL one of a test that SQLite is enough for."""
    of = getattr(item, "callspec", None)
    given = None if of is None else of.params.get("store")
    return given is stores.Store.POSTGRESQL and item.get_closest_marker("on_sqlite") is not None


def _reported() -> Iterator[dict[str, str]]:
    for report in sorted(REPORTS.glob("*.jsonl")):
        for line in report.read_text(encoding="utf-8").splitlines():
            yield {"test": "", **json.loads(line)}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """In CI a skip is a failure, but where real data is missing."""
    report = yield
    may_skip = item.get_closest_marker(MAY_SKIP) or hasattr(report, "wasxfail")
    if IN_CI and report.skipped and not may_skip:
        report.outcome = "failed"
        report.longrepr = f"skipped, and CI must run it: {item.nodeid}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Iterator[None]:
    """In CI a whole file may not skip itself either."""
    report = yield
    if IN_CI and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"skipped at collection, and CI must run it: {collector.nodeid}"
    return report
