"""What runs the gateway: image, compose file and units say what the program understands, with no power."""

from __future__ import annotations

import configparser
import fnmatch
import json
import re
import shutil
import subprocess
import sys
from importlib.metadata import requires
from pathlib import Path
from typing import Any

import pytest
import yaml

from gateway.cli import COMMANDS
from gateway.settings import Settings, variable
from tests.architecture.source import ROOT, tracked

DEPLOY = ROOT / "deploy"
UNITS = ("gateway.service", "gateway-work.service")
FILES = [
    path
    for path in tracked()
    if path.is_relative_to(DEPLOY)
    and not path.is_relative_to(DEPLOY / "decisions")
    and path.suffix != ".png"
]
INSTRUCTION = re.compile(r"^(FROM|COPY|USER|RUN|ENTRYPOINT|CMD) (.*)$", re.MULTILINE)
IMAGE = re.compile(r"[a-z0-9-]+(:[a-z0-9.-]+)?")
"""A plain name of an image: a registry's host would have a dot or a slash."""


def dockerfile() -> list[tuple[str, str]]:
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    return INSTRUCTION.findall(text)


@pytest.fixture(scope="module")
def compose(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The compose file as `podman-compose config` resolves it.

    It asks `podman` for its version before it reads anything; reading needs nothing else of it.
    """
    folder = tmp_path_factory.mktemp("compose")
    shutil.copy(DEPLOY / "compose.yaml", folder)
    for name in ("gateway.env", "postgres.env"):
        shutil.copy(DEPLOY / "examples" / name, folder)
    podman = folder / "podman"
    podman.write_text("#!/bin/sh\necho podman version 5.4.0\n")
    podman.chmod(0o755)
    ran = subprocess.run(
        [
            Path(sys.executable).with_name("podman-compose"),
            "--podman-path",
            podman,
            "--file",
            folder / "compose.yaml",
            "config",
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={"PATH": f"{folder}:/usr/bin:/bin"},
    )
    assert ran.returncode == 0, ran.stderr
    found: dict[str, Any] = yaml.safe_load(ran.stdout)
    return found


def unit(name: str) -> configparser.RawConfigParser:
    parser = configparser.RawConfigParser(strict=False, allow_no_value=True, comment_prefixes="#")
    parser.optionxform = str  # type: ignore[assignment,method-assign] # names keep their case
    parser.read_string((DEPLOY / name).read_text(encoding="utf-8"))
    return parser


# ------------------------------------------------------------------------------------ all of them
def test_every_setting_named_there_exists() -> None:
    known = {variable(name) for name in Settings.model_fields}
    named = {
        (path.name, found)
        for path in FILES
        for found in re.findall(r"\bGATEWAY_[A-Z_]*[A-Z]", path.read_text(encoding="utf-8"))
    }

    assert len({path for path, _ in named}) > 3
    assert {(path, found) for path, found in named if found not in known} == set()


def test_every_command_run_there_exists(compose: dict[str, Any]) -> None:
    # `work` is a name of the design's own; the part on delivery brings the command
    known = {command.name for command in COMMANDS} | {"work"}
    named = {
        unit(name).get("Service", line).split()[1]
        for name in UNITS
        for line in ("ExecStart", "ExecStartPre")
        if unit(name).has_option("Service", line)
    }
    named |= {
        service["command"][0] for service in compose["services"].values() if "command" in service
    }
    named |= {json.loads(said)[0] for word, said in dockerfile() if word == "CMD"}

    assert {"serve", "db"} <= named
    assert named <= known


# ---------------------------------------------------------------------------------------- the image
def test_the_image_file_has_no_finding() -> None:
    ran = subprocess.run(
        [Path(sys.executable).with_name("hadolint"), DEPLOY / "Dockerfile"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert (ran.returncode, ran.stdout) == (0, "")


def test_the_image_is_one_base_and_what_the_locks_pin() -> None:
    said = dockerfile()
    bases = [rest.split(" AS ")[0] for word, rest in said if word == "FROM"]
    default = re.search(r"^ARG BASE=(\S+)$", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE)
    installs = [
        part
        for word, rest in said
        if word == "RUN"
        for part in rest.split("&&")
        if " install " in part and "pip" in part
    ]

    assert set(bases) == {"${BASE}"}
    assert default is not None
    assert IMAGE.fullmatch(default[1])
    assert len(installs) == 4
    assert all("--require-hashes" in one or "--no-index --no-deps" in one for one in installs)


def test_what_builds_the_wheel_is_named_whole() -> None:
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    chosen = re.search(r"\^\((hatchling[^)]*)\)==", text)
    needed = [
        re.split(r"[ ;<>=!~\[]", one)[0]
        for one in requires("hatchling") or []
        if "python_version" not in one
    ]

    assert chosen is not None
    assert set(chosen[1].split("|")) >= {"hatchling", *needed}


def test_what_is_copied_is_there_and_let_in() -> None:
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    let_in = [line[1:] for line in lines if line.startswith("!")]
    copied = [
        source
        for word, rest in dockerfile()
        if word == "COPY" and "--from" not in rest
        for source in rest.split()[:-1]
    ]

    assert lines[0] == "*"
    for source in copied:
        assert (ROOT / source).exists(), source
        own = [source, *map(str, Path(source).parents)]
        assert any(fnmatch.fnmatch(one, entry) for one in own for entry in let_in), source
    assert not {"tests", ".git", ".venv", "deploy"} & set(let_in)


def test_the_last_stage_is_nobody_of_power() -> None:
    words = dockerfile()
    last = max(number for number, (word, _) in enumerate(words) if word == "FROM")
    users = [rest for word, rest in words[last:] if word == "USER"]

    assert users == ["10001:10001"]


# ------------------------------------------------------------------------------------------ compose
def test_every_container_reads_only_and_has_no_power(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["user"] in {"10001:10001", "999:999"}, name
        assert not service.get("privileged"), name
        assert not any(str(volume).startswith(("/", ".")) for volume in service["volumes"]), name
        assert IMAGE.fullmatch(service["image"]), name


def test_who_runs_on_is_watched_and_who_ends_is_waited_for(compose: dict[str, Any]) -> None:
    services = compose["services"]

    assert set(services) == {"setup", "serve", "work", "postgres"}
    for name in ("serve", "work", "postgres"):
        assert services[name]["healthcheck"]["test"][0] == "CMD", name
    for name in ("serve", "work"):
        waits = services[name]["depends_on"]
        assert waits["setup"]["condition"] == "service_completed_successfully"
        assert waits["postgres"]["condition"] == "service_healthy"


def test_the_database_is_on_a_network_without_a_way_out(compose: dict[str, Any]) -> None:
    assert compose["networks"]["store"]["internal"] is True
    assert set(compose["services"]["postgres"]["networks"]) == {"store"}
    ports = [port for service in compose["services"].values() for port in service.get("ports", ())]
    assert ports
    assert all(str(port).startswith("127.0.0.1:") for port in ports)


def test_no_secret_stands_in_the_compose_file_and_the_copies_are_not_committed() -> None:
    text = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")

    assert not re.search(r"password|secret|postgresql://", text, re.IGNORECASE)
    assert not [path for path in FILES if path.suffix == ".env" and path.parent == DEPLOY][1:]
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").split()
    assert {"/deploy/gateway.env", "/deploy/postgres.env"} <= set(ignored)


# ---------------------------------------------------------------------------------------- the units
@pytest.mark.parametrize("name", UNITS)
def test_a_unit_gives_the_process_its_folder_and_nothing_else(name: str) -> None:
    service = dict(unit(name)["Service"])

    yes = {
        "NoNewPrivileges",
        "ProtectHome",
        "ProtectKernelTunables",
        "ProtectKernelModules",
        "ProtectControlGroups",
        "PrivateTmp",
        "PrivateDevices",
        "RestrictNamespaces",
        "RestrictSUIDSGID",
        "LockPersonality",
        "MemoryDenyWriteExecute",
    }
    assert {key for key in yes if service.get(key) != "yes"} == set()
    assert service["ProtectSystem"] == "strict"
    assert service["CapabilityBoundingSet"] == service["AmbientCapabilities"] == ""
    assert service["User"] == "gateway"
    assert service["StateDirectory"] == "gateway"
    assert service["StateDirectoryMode"] == "0700"
    assert service["UMask"] == "0077"
    assert service["EnvironmentFile"] == "/etc/gateway/gateway.env"
    assert service["RestartPreventExitStatus"] == "78"
    assert "ReadWritePaths" not in service


def test_the_two_units_differ_in_what_they_run_alone() -> None:
    serve, work = (dict(unit(name)["Service"]) for name in UNITS)
    own = {"ExecStart", "ExecStartPre"}

    assert {k: v for k, v in serve.items() if k not in own} == {
        k: v for k, v in work.items() if k not in own
    }


def test_systemd_understands_every_line(tmp_path: Path) -> None:
    """Where there is systemd to ask; elsewhere the two tests above are what there is."""
    analyse = shutil.which("systemd-analyze")
    if analyse is None:
        return
    program = tmp_path / "gateway"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    for name in UNITS:
        text = (DEPLOY / name).read_text(encoding="utf-8")
        (tmp_path / name).write_text(text.replace("/opt/gateway/bin/gateway", str(program)))
    ran = subprocess.run(
        [analyse, "verify", *[tmp_path / name for name in UNITS]],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    ours = [line for line in ran.stderr.splitlines() if "gateway" in line]
    assert ours == []
