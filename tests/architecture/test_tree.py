"""What may stand in a commit."""

from __future__ import annotations

import re

from tests.architecture.source import ROOT, tracked

# Written so that this file does not match itself.
REGISTRY = re.compile(rb"(pypi|pythonhosted|npmjs|debian)\.(org|com|net)")
MACHINE = re.compile(rb"(^|[^A-Za-z0-9_.-])/(work|farm|root)/", re.MULTILINE)


def test_no_file_names_a_package_registry_or_a_path_of_one_machine() -> None:
    found = [
        str(path.relative_to(ROOT))
        for path in tracked()
        for content in (path.read_bytes(),)
        if REGISTRY.search(content) or MACHINE.search(content)
    ]

    assert found == []


def test_the_lock_that_names_hosts_is_not_committed() -> None:
    assert not [path for path in tracked() if path.name == "uv.lock"]


def test_every_dependency_is_pinned_with_hashes() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
        pins = [number for number, line in enumerate(lines) if re.match(r"[a-z0-9].*==", line)]

        assert pins, name
        assert all("--hash=sha256:" in lines[number + 1] for number in pins), name
