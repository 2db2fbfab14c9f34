"""The pictures in the README: ``python -m tests.screenshots``. Needs Chromium; writes deploy/screenshots."""

from __future__ import annotations

import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import sync_playwright

from gateway import events
from gateway.clock import FixedClock
from gateway.settings import Settings
from tests.support.browser import launched
from tests.support.server import running_gateway

FOLDER = Path(__file__).resolve().parent.parent / "deploy" / "screenshots"
NOW = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
SHOTS = {"first-page.png": (1280, 1500), "first-page-375.png": (375, 1500)}


def main(folder: Path = FOLDER) -> None:
    """Take the pictures from a gateway of its own."""
    events.configure("error")
    folder.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        settings = Settings(home=Path(home), demonstration=True)
        with running_gateway(Path(home), FixedClock(NOW), settings) as gateway:
            browser = launched(playwright)
            for name, (width, height) in SHOTS.items():
                page = browser.new_page(viewport={"width": width, "height": height})
                page.goto(gateway.url)
                page.screenshot(path=folder / name, full_page="--whole" in sys.argv)
            browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 and not sys.argv[1].startswith("-") else FOLDER)
