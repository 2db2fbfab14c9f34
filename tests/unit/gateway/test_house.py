"""A stranger's package never stands in for the law."""

from __future__ import annotations

import base64
import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gateway import house

ROOT = Path(__file__).resolve().parents[3]
CONFIGURATION = 78


def start(*first: Path) -> subprocess.CompletedProcess[str]:
    """Start the program from the checkout with the given folders first on the path."""
    path = [str(folder) for folder in (*first, ROOT)]
    code = f"import sys; sys.path[:0] = {path!r}; from gateway.__main__ import main; main()"
    return subprocess.run(
        [sys.executable, "-P", "-c", code, "--version"], check=False, capture_output=True, text=True
    )


def test_the_gateway_starts_where_all_four_packages_are_its_own() -> None:
    started = start()

    assert (started.returncode, started.stderr) == (0, "")
    assert started.stdout.startswith("gateway ")


@pytest.mark.parametrize("package", ["policies", "schemas", "adapters"])
def test_a_strangers_package_first_on_the_path_stops_the_start(
    tmp_path: Path, package: str
) -> None:
    (tmp_path / package).mkdir()
    (tmp_path / package / "__init__.py").write_text("raise SystemExit('the stranger ran')\n")

    started = start(tmp_path)

    assert started.returncode == CONFIGURATION
    assert f"«{package}»" in started.stderr
    assert "the stranger ran" not in started.stderr
    assert started.stderr.count("\n") == 1


def test_a_folder_that_only_joins_our_package_is_a_stranger_too(tmp_path: Path) -> None:
    copy = tmp_path / "ours"
    for package in house.PACKAGES:
        shutil.copytree(ROOT / package, copy / package)
    shutil.rmtree(copy / "policies")
    (tmp_path / "theirs" / "policies").mkdir(parents=True)
    code = f"import sys; sys.path[:0] = [{str(copy)!r}, {str(tmp_path / 'theirs')!r}]; "

    started = subprocess.run(
        [
            sys.executable,
            "-P",
            "-c",
            code + "from gateway.__main__ import main; main()",
            "--version",
        ],
        check=False,
        capture_output=True,
        text=True,
    )

    assert started.returncode == CONFIGURATION


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """A small installation: two packages with one file each, and our RECORD of them."""
    record = ["charnwood_gateway-0.1.0.dist-info/RECORD,,"]
    for package in house.PACKAGES:
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").write_text(f'"""{package}."""\n')
        digest = hashlib.sha256((tmp_path / package / "__init__.py").read_bytes()).digest()
        encoded = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        record.append(f"{package}/__init__.py,sha256={encoded},1")
    information = tmp_path / "charnwood_gateway-0.1.0.dist-info"
    information.mkdir()
    (information / "RECORD").write_text("\n".join(record) + "\n")
    return tmp_path


def test_an_installation_as_it_was_made_is_whole(installed: Path) -> None:
    (installed / "policies" / "__pycache__").mkdir()
    (installed / "policies" / "__pycache__" / "x.cpython-311.pyc").write_bytes(b"made by Python")

    assert house.altered_files(installed) == []


def test_an_overwritten_a_missing_and_an_added_file_are_found(installed: Path) -> None:
    (installed / "policies" / "__init__.py").write_text("# the stranger's\n")
    (installed / "adapters" / "__init__.py").unlink()
    (installed / "policies" / "extra.cedar").write_text("permit (principal, action, resource);\n")

    assert house.altered_files(installed) == [
        "adapters/__init__.py",
        "policies/__init__.py",
        "policies/extra.cedar",
    ]


def test_a_checkout_has_no_record_and_an_editable_install_records_none_of_our_files(
    installed: Path,
) -> None:
    record = installed / "charnwood_gateway-0.1.0.dist-info" / "RECORD"
    record.write_text("charnwood_gateway.pth,sha256=x,1\n")
    assert house.altered_files(installed) == []

    record.unlink()
    assert house.altered_files(installed) == []


def test_altered_files_stop_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(house, "altered_files", lambda _home: ["policies/__init__.py"])

    with pytest.raises(house.RefusesToStart) as refused:
        house.check()

    assert "policies/__init__.py" in refused.value.sentence
    assert refused.value.exit_code == CONFIGURATION
