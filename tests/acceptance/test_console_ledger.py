"""The ledger's and the health page: what a lead reads there, takes away, and checks without us."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest

from gateway.audit.checkpoints import ORIGIN
from gateway.demo.story_ledger import tell
from gateway.ledger.checkpoint import Checkpoint, make_checkpoint
from tests.support.commands import Shell
from tests.support.house import rows
from tests.support.requirements import law
from tests.support.server import RunningGateway, running_gateway
from tests.support.signed_in import ADMINISTRATOR, FIRE_AUDITOR, LEAD, signed_in

LEDGER, HEALTH = "/console/ledger", "/console/health"


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningGateway]:
    with running_gateway(tmp_path_factory.mktemp("ledger")) as running:
        running.usual()
        running.push("police-nsir", "police-system", rows(3))
        running.pull("fire-17a", "fire-system")
        running.service.publish()
        yield running


@law("L37")
def test_a_proof_taken_from_the_page_is_checked_without_the_gateway(
    gateway: RunningGateway, tmp_path: Path
) -> None:
    lead, house = signed_in(gateway, LEAD), gateway.house
    page = lead.get(LEDGER)
    note = unescape(
        re.findall(r'<pre[^>]*id="checkpoint-text"[^>]*>(.*?)</pre>', page.text, re.DOTALL)[0]
    )
    key = unescape(re.findall(r'<pre[^>]*id="key"[^>]*>(.*?)</pre>', page.text, re.DOTALL)[0])
    gateway.push("police-nsir", "police-system", rows(2, begin=5))
    gateway.service.publish()
    size = house.reader.head().ledger_size
    held = lead.post(f"{LEDGER}/since", {"checkpoint": note})
    given = lead.post(f"{LEDGER}/proof", {"entry": "3", "older": note})
    file, older = tmp_path / "proof.json", tmp_path / "older"
    file.write_text(given.text)
    older.write_text(note)
    taken = lead.post(f"{LEDGER}/checkpoint")
    (tmp_path / "checkpoint").write_text(taken.text)

    assert "begins with exactly the" in held.text
    assert given.headers["content-disposition"] == 'attachment; filename="proof-of-entry-3.json"'
    leaf = house.reader.leaf(size)
    assert leaf is not None
    said = json.loads(leaf[0])
    assert (said["operation"], said["method"], said["count"]) == ("checkpoint", "proof", 3)
    assert said["actor"] == LEAD.account
    nowhere = Shell(tmp_path / "nowhere")
    checked = nowhere(
        *("receipt", "verify", "--key", key, "--proof", str(file), "--checkpoint", str(older))
    )
    assert checked.code == 0, checked.err
    assert "the ledger extends your checkpoint" in checked.out
    whole = Shell(house.home)("verify", "--checkpoint", tmp_path / "checkpoint")
    assert whole.code == 0, whole.out


def test_a_checkpoint_of_another_past_does_not_hold(gateway: RunningGateway) -> None:
    lead, key = signed_in(gateway, LEAD), gateway.house.keys.ledger_key
    other = make_checkpoint(Checkpoint(ORIGIN, 3, b"o" * 32), key)
    longer = make_checkpoint(Checkpoint(ORIGIN, 10_000, b"o" * 32), key)

    assert (
        "are not those that the checkpoint signs"
        in lead.post(f"{LEDGER}/since", {"checkpoint": other}).text
    )
    assert "its end is missing" in lead.post(f"{LEDGER}/since", {"checkpoint": longer}).text


@pytest.mark.parametrize(
    ("what", "form"),
    [
        ("since", {"checkpoint": "not one"}),
        ("proof", {"entry": "all of them"}),
        ("proof", {"entry": "9999999"}),
        ("proof", {"entry": "2", "older": "not one"}),
    ],
)
def test_a_form_that_cannot_be_done_keeps_what_was_typed(
    gateway: RunningGateway, what: str, form: dict[str, str]
) -> None:
    answer = signed_in(gateway, LEAD).post(f"{LEDGER}/{what}", form)

    assert answer.status_code == 422
    assert "Nothing was changed." in answer.text
    assert all(typed in answer.text for typed in form.values())


def test_an_auditor_takes_the_proofs_of_his_own_entries_and_no_withheld_counts(
    gateway: RunningGateway,
) -> None:
    auditor, reader = signed_in(gateway, FIRE_AUDITOR), gateway.house.reader
    given = {}
    for index in range(reader.head().ledger_size):
        leaf = reader.leaf(index)
        assert leaf is not None
        said = json.loads(leaf[0])
        if said["operation"] in {"release", "push"}:
            answer = auditor.post(f"{LEDGER}/proof", {"entry": str(index)})
            given[index] = (said.get("recipient"), answer.status_code)
            if answer.status_code == 200:
                assert "leaf" not in answer.json()

    assert {status for whose, status in given.values() if whose == "llr-fire"} == {200}
    assert {status for whose, status in given.values() if whose != "llr-fire"} == {422}


def test_everything_is_verified_at_a_button(gateway: RunningGateway) -> None:
    lead = signed_in(gateway, ADMINISTRATOR)
    before = lead.get(f"{LEDGER}/verify")
    begun = lead.post(f"{LEDGER}/verify")
    for _ in range(200):
        shown = lead.get(f"{LEDGER}/verify")
        if "rows of the log are read" not in shown.text:
            break
        time.sleep(0.05)

    assert "Nothing was verified" in before.text
    assert (begun.status_code, begun.headers["location"]) == (303, f"{LEDGER}/verify")
    assert "Whole" in shown.text
    assert "See what the last one found" in lead.get(LEDGER).text


def test_the_health_page_says_that_all_is_well(gateway: RunningGateway) -> None:
    shown = signed_in(gateway, LEAD).get(HEALTH)

    assert "Releases go. Nothing stops them." in shown.text
    for word in ("Works", "Agrees", "Published", "Last heard", "Not heard", "Ledger key"):
        assert word in shown.text, word


def test_the_demonstration_tells_of_a_proof_that_was_taken(gateway: RunningGateway) -> None:
    house = gateway.house
    before = house.reader.head().ledger_size

    assert tell(house) == {}

    found = [house.reader.leaf(index) for index in range(before, house.reader.head().ledger_size)]
    said = [json.loads(leaf[0]) for leaf in found if leaf is not None]
    assert [one["method"] for one in said if one["operation"] == "checkpoint"] == [
        "checkpoint",
        "proof",
    ]
    newest = house.reader.newest_checkpoint()
    assert newest is not None
    assert newest[0] == house.reader.head().ledger_size


def test_the_first_page_asks_before_anything_stops(gateway: RunningGateway) -> None:
    folder, away = gateway.house.home / "checkpoints", gateway.house.home / "away"
    folder.rename(away)
    folder.write_text("in the way")
    gateway.service.publish()
    lead, auditor = signed_in(gateway, LEAD), signed_in(gateway, FIRE_AUDITOR)

    home = lead.get("/console").text
    assert "Checkpoints of the ledger cannot be published" in home
    assert "releases stop at" in home
    assert "cannot be published" not in auditor.get("/console").text
    assert "Releases stop at" in lead.get(HEALTH).text
    assert gateway.pull("fire-17a", "fire-system").status_code == 200

    folder.unlink()
    away.rename(folder)
    gateway.service.publish()
    assert "cannot be published" not in lead.get("/console").text
