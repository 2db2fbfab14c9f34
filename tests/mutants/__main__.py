"""``python -m tests.mutants cedar``: how many mutants of the Cedar files are killed, which live on."""

from __future__ import annotations

import argparse
import sys


def main() -> int:
    """Parse the command line and run."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants")
    parser.add_argument("what", choices=("cedar", "tests"))
    parser.add_argument("--questions", type=int, default=6_000)
    parser.add_argument("--oracle-only", action="store_true", help="do not run the spec tests")
    parser.add_argument("--file", help="only mutants of this file, such as section_17a.cedar")
    parser.add_argument("--report", action="store_true", help="add a line to tests/reports")
    given = parser.parse_args()
    if given.what == "tests":
        # the process of one mutant replaces a packaged file before it imports the law
        from tests.mutants.of_tests import run_tests_on_mutant  # noqa: PLC0415

        return run_tests_on_mutant()
    from tests.mutants.run import run  # noqa: PLC0415 - it imports the law

    return run(given.questions, given.file, oracle_only=given.oracle_only, report=given.report)


if __name__ == "__main__":
    sys.exit(main())
