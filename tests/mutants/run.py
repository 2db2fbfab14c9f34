"""One run over every mutant of the Cedar files, and the line that it writes."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path

from gateway.clock import SystemClock
from policies.bundle import packaged_bundle
from tests.conftest import REPORTS, commit_of_tree
from tests.mutants.cedar import SEED, Judge, killed_by_tests, mutants, questions

FLOOR = 0.95


def run(number: int, file: str | None, *, oracle_only: bool, report: bool) -> int:
    """Judge every mutant; return 0 where at least 95 of 100 are killed.

    Args:
        number: Requests that the oracle is asked.
        file: Only mutants of this file; of every file where absent.
        oracle_only: Whether to leave the tests out, which take some seconds a mutant.
        report: Whether to add a line to ``tests/reports/mutants-cedar.jsonl``.
    """
    judge = Judge(questions(number))
    killed: Counter[str] = Counter()
    survivors: list[str] = []
    for mutant in mutants(packaged_bundle()):
        if file is not None and mutant.file != file:
            continue
        by = judge.kills(mutant)
        if by is None and not oracle_only and killed_by_tests(mutant):
            by = "tests"
        if by is None:
            survivors.append(mutant.name)
            sys.stderr.write(f"survives: {mutant.name}\n")
        else:
            killed[by] += 1
    total = killed.total() + len(survivors)
    share = killed.total() / total
    line = {
        "name": "mutants-cedar",
        "mutants": total,
        "killed": killed.total(),
        **{f"killed_by_{by}": killed[by] for by in ("load", "oracle", "tests")},
        "share": round(share, 4),
        "requests": number,
        "seed": SEED,
        "survivors": survivors,
        "test": "make mutants",
        "commit": commit_of_tree(),
        "date": SystemClock().now().date().isoformat(),
    }
    sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
    if report:
        _append(REPORTS / "mutants-cedar.jsonl", line)
    return 0 if share >= FLOOR else 1


def _append(path: Path, line: dict[str, object]) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line, ensure_ascii=False) + "\n")
