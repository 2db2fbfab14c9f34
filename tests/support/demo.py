"""Running ``gateway demo`` as a user does: as a process of its own, in an environment without settings."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BOX_TITLE = "One record, before and after"


def environment(temporary: Path) -> dict[str, str]:
    """Return the environment: a temporary folder of the test's own, a wide screen, no settings."""
    plain = {k: v for k, v in os.environ.items() if not k.upper().startswith("GATEWAY_")}
    return {
        **plain,
        "TMPDIR": str(temporary),
        "GATEWAY_HOME": str(temporary / "the-users-home"),
        "COLUMNS": "220",
        "PYTHONUNBUFFERED": "1",
    }


def command(*arguments: str) -> list[str]:
    """Return the command line."""
    return [sys.executable, "-m", "gateway", "demo", *arguments]


def ran(temporary: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the demonstration to its end."""
    return subprocess.run(
        command(*arguments),
        cwd=ROOT,
        env=environment(temporary),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def outside_the_box(text: str) -> str:
    """Return the story without the section that shows one invented row on purpose."""
    before, _, rest = text.partition(BOX_TITLE)
    _, _, after = rest.partition("Why that record")
    return before + after
