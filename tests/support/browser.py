"""A real Chromium, which asks nobody for anything by itself."""

from __future__ import annotations

from playwright.sync_api import Browser, Playwright

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
