"""The wheel holds the four packages, their data, and nothing else; and it runs from anywhere."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.architecture.source import PACKAGES, ROOT, tracked
from tests.support.pages import need_assets

BUILD = "from hatchling.build import build_wheel; import sys; print(build_wheel(sys.argv[1]))"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this tree, built without isolation and without a network."""
    folder = tmp_path_factory.mktemp("wheel")
    built = subprocess.run(
        [sys.executable, "-c", BUILD, str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return folder / built.stdout.strip().splitlines()[-1]


@pytest.fixture
def unpacked(wheel: Path, tmp_path: Path) -> Path:
    """The wheel as an installer would lay it out."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    return tmp_path / "site"


def run(site: Path, elsewhere: Path) -> subprocess.CompletedProcess[str]:
    """``gateway --version`` from the unpacked wheel, from another directory."""
    code = (
        "import sys; sys.path.insert(0, sys.argv.pop(1)); from gateway.__main__ import main; main()"
    )
    return subprocess.run(
        [sys.executable, "-P", "-B", "-c", code, str(site), "--version"],
        check=False,
        cwd=elsewhere,
        capture_output=True,
        text=True,
    )


def test_it_holds_the_four_names_and_no_others(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {name.split("/")[0] for name in archive.namelist()}

    assert {name for name in names if not name.endswith(".dist-info")} == set(PACKAGES)


def test_it_holds_every_file_that_the_packages_read(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        held = set(archive.namelist())
    wanted = {path.relative_to(ROOT).as_posix() for path in tracked()}

    assert {name for name in wanted if name.split("/")[0] in PACKAGES} - held == set()


def test_it_holds_what_the_pages_are_styled_with(wheel: Path) -> None:
    need_assets()
    with zipfile.ZipFile(wheel) as archive:
        held = set(archive.namelist())
    built = {path.name for path in (ROOT / "gateway" / "console" / "static").iterdir()}

    assert {f"gateway/console/static/{name}" for name in built} <= held
    assert {"manifest.json", "page.css", "govuk-frontend.css", "swagger-ui.js"} <= built


def test_it_runs_from_another_directory(unpacked: Path, tmp_path: Path) -> None:
    ran = run(unpacked, tmp_path)

    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout == "gateway 0.1.0\n"


def test_an_overwritten_package_stops_it(unpacked: Path, tmp_path: Path) -> None:
    (unpacked / "policies" / "__init__.py").write_text(
        "# a stranger's package was installed over ours\n"
    )

    ran = run(unpacked, tmp_path)

    assert ran.returncode == 78
    assert "policies/__init__.py" in ran.stderr
