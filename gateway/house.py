"""Are we ourselves? The self-check that runs before anything else of ours is imported.

``schemas``, ``policies`` and ``adapters`` are names that other projects use too. A stranger's package of
the same name, put earlier on the path or installed over ours, would stand in for the law. So each of the
four packages must lie beside ``gateway``, and where we were installed, every file of the four must have
the hash that our own RECORD gives. It guards against accidents, not against someone who can write here.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import importlib.util
import os
from pathlib import Path

PACKAGES = ("gateway", "adapters", "schemas", "policies")
DISTRIBUTION = "charnwood_gateway"
MADE_BY_PYTHON = {".pyc", ".pyo"}


class RefusesToStart(Exception):
    """The program must not start: one sentence, one remedy, exit code 78 (configuration)."""

    exit_code = getattr(os, "EX_CONFIG", 78)

    def __init__(self, sentence: str, remedy: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.remedy = remedy


def check() -> None:
    """Refuse to start unless all four packages are ours and whole.

    Raises:
        RefusesToStart: A package lies elsewhere or is missing, or a file is not as it was installed.
    """
    home = Path(__file__).resolve().parent.parent
    for package in PACKAGES:
        if not _lies_in(package, home):
            raise RefusesToStart(
                f"The package «{package}» that Python finds is not the gateway's own.",
                "Install the gateway into an environment of its own, or run it by `make demo`.",
            )
    strange = altered_files(home)
    if strange:
        raise RefusesToStart(
            f"{len(strange)} files are not as they were installed; the first is {strange[0]}.",
            "Install the gateway again into an environment of its own.",
        )


def _lies_in(package: str, home: Path) -> bool:
    """Whether Python would import the package from our folder, and only from there."""
    spec = importlib.util.find_spec(package)
    places = list(spec.submodule_search_locations or ()) if spec else []
    return [Path(place).resolve() for place in places] == [home / package]


def altered_files(home: Path) -> list[str]:
    """Return the files of the four packages that differ from our RECORD; none where there is none.

    A file that RECORD does not know counts too: sources and policies are found by looking in folders.
    """
    records = sorted(home.glob(f"{DISTRIBUTION}-*.dist-info/RECORD"))
    if not records:
        return []
    known = _recorded(records[-1])
    if not known:  # an editable install records no file of ours
        return []
    present = {
        path.relative_to(home).as_posix(): path
        for package in PACKAGES
        for path in (home / package).rglob("*")
        if path.is_file() and path.suffix not in MADE_BY_PYTHON
    }
    return sorted(
        name
        for name in known.keys() | present.keys()
        if name not in present or known.get(name) != _sha256(present[name])
    )


def _recorded(record: Path) -> dict[str, str]:
    """Hash by file name, for the files of the four packages."""
    with record.open(encoding="utf-8", newline="") as lines:
        return {
            name: digest
            for name, digest, _size in csv.reader(lines)
            if name.split("/")[0] in PACKAGES and Path(name).suffix not in MADE_BY_PYTHON
        }


def _sha256(path: Path) -> str:
    """The hash in RECORD's own form: ``sha256=`` and base64url without padding."""
    digest = hashlib.sha256(path.read_bytes()).digest()
    return "sha256=" + base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")
