"""Mutants of ``policies/`` by mutmut: every one is run against the tests that reach it.

``make mutants`` runs it; it goes on where it stopped (``mutants/``, not committed). What survived stands
in ``tests/reports/mutants-python.txt``, the counts as a line in ``tests/reports/mutants-python.jsonl``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

from gateway.clock import SystemClock
from tests.conftest import commit_of_tree

ROOT = Path(__file__).resolve().parents[2]
REPORTS = ROOT / "tests" / "reports"
KILLED = {"killed", "timeout"}
"""A mutant that never ends is found as surely as one that fails."""
NOT_RUN = {"not checked", "skipped"}


def run(arguments: list[str]) -> None:
    """Run mutmut over the mutants named, or over all."""
    command = [sys.executable, "-m", "mutmut", "run", *arguments]
    environment = {**os.environ, "MUTANTS": "1"}
    subprocess.run(command, cwd=ROOT, env=environment, check=False)


def results() -> dict[str, str]:
    """Return mutant → how it ended, as mutmut tells it."""
    command = [sys.executable, "-m", "mutmut", "results", "--all", "true"]
    said = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    lines = (line.strip().rpartition(": ") for line in said.splitlines())
    return {name: state for name, _, state in lines if name}


def report(found: dict[str, str]) -> float:
    """Write counts and survivors; return the share that was killed of those that ran."""
    counted = Counter(found.values())
    ran = {name: state for name, state in found.items() if state not in NOT_RUN}
    alive = sorted(f"{name}: {state}" for name, state in ran.items() if state not in KILLED)
    share = round(1 - len(alive) / len(ran), 4) if ran else 0.0
    (REPORTS / "mutants-python.txt").write_text("\n".join(alive) + "\n", encoding="utf-8")
    line = {
        "name": "mutants-python",
        "mutants": len(ran),
        "killed": len(ran) - len(alive),
        "survived": len(alive),
        "share_killed": share,
        "not_run": counted["not checked"],
        "test": "make mutants",
        "commit": commit_of_tree(),
        "date": SystemClock().now().date().isoformat(),
    }
    with (REPORTS / "mutants-python.jsonl").open("a", encoding="utf-8") as lines:
        lines.write(json.dumps(line) + "\n")
    return share


def main(arguments: list[str]) -> int:
    """Run, report, and end with 0 where at least 95 of 100 were killed."""
    run(arguments)
    share = report(results())
    sys.stdout.write(f"killed: {share:.1%}; what survived: tests/reports/mutants-python.txt\n")
    return int(share < 0.95)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
