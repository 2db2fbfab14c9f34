"""A real Chromium, which asks nobody for anything by itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

PATH = "/usr/bin/chromium"
ARGUMENTS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-sync",
    "--metrics-recording-only",
    "--no-first-run",
    "--no-pings",
)


def launched(playwright: Playwright) -> Browser:
    """Start Debian's Chromium."""
    return playwright.chromium.launch(executable_path=PATH, args=list(ARGUMENTS))


@contextmanager
def chromium() -> Iterator[Browser]:
    """Lend a running Chromium; skip where it is not installed."""
    if not Path(PATH).exists():
        # Debian gives it, not `make`; .ci/run installs it, and there a skip is a failure
        pytest.skip("Chromium is not installed: apt-get install chromium")
    with sync_playwright() as playwright:
        running = launched(playwright)
        yield running
        running.close()
