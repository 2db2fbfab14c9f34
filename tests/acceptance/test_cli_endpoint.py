"""An operator says where a subscription is sent; the partner sees how its deliveries stand."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.keys import webhook
from tests.support.commands import Shell

NAME = "fire-push"
URL = "https://hooks.example.org/in"
ASKED = ("--power", "section_17a", "--purpose", "section_17a_duty", "--lane", "depersonalised")


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    made = Shell(tmp_path / "home")
    made.ok("db", "upgrade")
    made.ok("subscription", "add", "--id", NAME, "--partner", "llr-fire", "--mode", "push", *ASKED)
    return made


def endpoint(shell: Shell, *arguments: str) -> dict[str, object]:
    """Run a command about the endpoint; return its document."""
    found: dict[str, object] = shell.ok("subscription", "endpoint", *arguments, "--json").json
    return found


def test_the_secret_is_shown_once_and_rotated_with_a_grace(shell: Shell) -> None:
    first = endpoint(shell, "set", NAME, URL)
    again = endpoint(shell, "set", NAME, URL + "2")
    shown = endpoint(shell, "show", NAME)
    rotated = endpoint(shell, "rotate", NAME)
    after = endpoint(shell, "show", NAME)

    assert len(webhook.read_secret_text(str(first["secret"]))) == 32
    assert "secret" not in again
    assert shown["url"] == URL + "2"
    assert shown["state"] == "active"
    assert str(first["secret"]) not in str(shown)
    assert rotated["secret"] != first["secret"]
    assert (shown["secrets"], after["secrets"]) == (1, 2)
    webhook.read_public_text(shown["keys"][0])  # type: ignore[index] # a list
    shell.ok("verify")


def test_it_is_paused_resumed_and_disabled(shell: Shell) -> None:
    endpoint(shell, "set", NAME, URL)

    for command, state in (("pause", "paused"), ("resume", "active"), ("disable", "disabled")):
        assert state in shell.ok("subscription", "endpoint", command, NAME).out
        assert "already" in shell.ok("subscription", "endpoint", command, NAME).out
        assert endpoint(shell, "show", NAME)["state"] == state


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.org/",
        "https://127.0.0.1/",
        "https://hooks.example.org:22/",
        "nonsense",
    ],
)
def test_an_address_that_is_never_dialled_is_refused_at_once(shell: Shell, url: str) -> None:
    ran = shell("subscription", "endpoint", "set", NAME, url)

    assert ran.code == 1
    assert "egress." in ran.err
    assert url not in ran.err + ran.out


def test_what_the_operator_allows_may_be_set(shell: Shell) -> None:
    inside = Shell(shell.home, {"GATEWAY_EGRESS_ALLOW": "127.0.0.0/8"})

    assert endpoint(inside, "set", NAME, "http://127.0.0.1:9000/in")["url"]


def test_only_a_push_subscription_has_an_endpoint(shell: Shell) -> None:
    shell.ok("subscription", "add", "--id", "fire-pull", "--partner", "llr-fire", *ASKED)

    for name in ("fire-pull", "nobody"):
        assert "endpoint." in shell("subscription", "endpoint", "set", name, URL).err
    assert "no endpoint" in shell("subscription", "endpoint", "show", "fire-pull").err


def test_what_is_shown_is_read_by_people(shell: Shell) -> None:
    shell.ok("subscription", "endpoint", "set", NAME, URL)

    shown = shell.ok("subscription", "endpoint", "show", NAME).out
    partner = shell.ok("partner", "show", "charnwood-bc").out
    tables = shell.ok("db", "status").out

    assert "failing since: —\n" in shown
    assert "pending: no\n" in shown
    assert not {"None", "True", "False"} & set((shown + partner + tables).split())


def test_the_webhook_key_is_rotated_and_both_are_in_use(shell: Shell) -> None:
    endpoint(shell, "set", NAME, URL)
    before = endpoint(shell, "show", NAME)["keys"]
    new = shell.ok("keys", "rotate", "webhook", "--json").json["new"]

    assert endpoint(shell, "show", NAME)["keys"] == [new, *before]  # type: ignore[misc] # a list


def test_work_says_that_on_sqlite_serve_sends(shell: Shell) -> None:
    ran = shell("work")

    assert ran.code == 78
    assert "gateway serve" in ran.err
