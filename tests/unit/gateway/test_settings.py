"""Settings come from one place, with safe defaults, and a misspelt one stops the start."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gateway import settings

ROOT = Path(__file__).resolve().parents[3]
SECRET = "canary-7f3a"


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for key in list(os.environ):
        if key.upper().startswith(settings.PREFIX):
            monkeypatch.delenv(key)


def test_the_defaults_listen_here_only() -> None:
    loaded = settings.load()

    assert (loaded.host, loaded.port) == ("127.0.0.1", 8115)
    assert loaded.database_url is None
    assert loaded.sqlite_path == loaded.home / "gateway.sqlite3"


def test_the_example_file_is_the_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    example = (ROOT / "deploy" / "settings.example.env").read_text(encoding="utf-8")
    defaults = settings.load()

    for line in example.splitlines():
        if line and not line.startswith("#"):
            name, _, value = line.partition("=")
            monkeypatch.setenv(name, value)

    assert example == settings.example()
    assert settings.load() == defaults


def test_an_unknown_setting_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATEWAY_PUSH_LIMIT", SECRET)

    with pytest.raises(settings.SettingsRefused) as refused:
        settings.load()

    assert refused.value.exit_code == 78
    assert "GATEWAY_PUSH_LIMIT" in refused.value.sentence
    assert SECRET not in refused.value.sentence


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GATEWAY_PORT", SECRET),
        ("GATEWAY_PORT", "70000"),
        ("GATEWAY_TOKEN_LIFETIME_SECONDS", "601"),
        ("GATEWAY_PUBLIC_URL", f"http://user:{SECRET}@host/path"),
        ("GATEWAY_LOG_LEVEL", SECRET),
        ("GATEWAY_DATABASE_URL", f"mysql://gateway:{SECRET}@127.0.0.1/gateway"),
        ("GATEWAY_BODY_DEADLINE_SECONDS", "0"),
    ],
)
def test_a_value_that_does_not_fit_names_the_setting_and_never_the_value(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(settings.SettingsRefused) as refused:
        settings.load()

    assert name in refused.value.sentence
    assert value not in refused.value.sentence
    assert SECRET not in repr(refused.value.__cause__)


def test_the_database_password_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"postgresql://gateway:{SECRET}@127.0.0.1/gateway"
    monkeypatch.setenv("GATEWAY_DATABASE_URL", url)

    loaded = settings.load()

    assert loaded.database_url is not None
    assert loaded.database_url.get_secret_value() == url
    assert SECRET not in repr(loaded)
    assert SECRET not in loaded.model_dump_json()


def test_every_setting_says_what_it_is() -> None:
    assert [n for n, f in settings.Settings.model_fields.items() if not f.description] == []
