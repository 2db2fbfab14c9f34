"""Coverage where it is owed: by the tests nearest to the code, and not by all that happens to run it.

Tracing costs a third of a test's time. A branch of ``schemas``, ``adapters`` or ``policies`` counts as
covered when a test below runs it; what only a test of a whole server runs is not counted, which is the
stricter rule and the faster one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

MEASURED = (
    "tests/unit/",
    "tests/spec/",
    "tests/contract/",
    "tests/properties/test_editions_under_attack.py",
    "tests/properties/test_masking",
    "tests/acceptance/test_analysis",
    "tests/acceptance/test_hotspots_and_links.py",
    "tests/properties/test_statistics_under_attack.py",
)
"""Beginnings of the ids of tests that are measured."""


class Measured:
    """Starts and stops the measuring, test by test."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._running = True

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Switch only where two neighbours differ."""
        coverage = self._coverage()
        wanted = item.nodeid.startswith(MEASURED)
        if coverage is not None and wanted != self._running:
            (coverage.start if wanted else coverage.stop)()
            self._running = wanted
        return (yield)

    def _coverage(self) -> Any:
        plugin = self._config.pluginmanager.getplugin("_cov")
        return getattr(getattr(plugin, "cov_controller", None), "cov", None)
