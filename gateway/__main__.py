"""The program ``gateway``: first the self-check, then the commands."""

from __future__ import annotations

import importlib
import sys

from gateway import house


def main() -> None:
    """Check that we are ourselves, then run the command named on the command line."""
    try:
        house.check()
    except house.RefusesToStart as refusal:
        sys.stderr.write(f"gateway: {refusal.sentence} {refusal.remedy}\n")
        sys.exit(refusal.exit_code)
    # Only now: importing a command imports schemas and policies, and they must be ours.
    cli = importlib.import_module("gateway.cli")
    sys.exit(cli.main(sys.argv[1:]))


if __name__ == "__main__":
    main()
