"""The client against a real gateway: nothing is lost or doubled, and no rewritten ledger is believed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from adapters.synthetic_nsir import csv_bytes
from gateway.access.clients import Client, Jwks, Scope
from gateway.client.answers import PageBroken, Unexpected
from gateway.client.holdings import Holdings
from gateway.client.proof import SigningKey
from gateway.client.retries import Retries
from gateway.client.state import FileState, MemoryState, StateStore
from gateway.client.system import PartnerSystem
from gateway.client.witness import LedgerNotBelieved, NotWitnessed, NotYetSigned
from gateway.clock import SystemClock
from gateway.law.register import put_client, put_feed
from gateway.ledger.checkpoint import Checkpoint, make_checkpoint, parse_checkpoint, to_header
from schemas.feeds import FeedMode
from tests.support.nsir_rows import nsir_rows
from tests.support.server import RunningGateway, running_gateway

FEED, CSV = "police-nsir", "text/csv"
QUICK = Retries(tries=6, sleep=lambda _: None)


class Line:
    """The line to the gateway: it can be cut after the gateway has done what it was asked."""

    def __init__(self, through: httpx.HTTPTransport) -> None:
        self.through = through
        self.cut: list[str] = []
        self.mangles = False
        self.forged: str | None = None
        self.asked: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        answer = self.through.handle_request(request)
        answer.read()
        path = request.url.path.rpartition("/")[2]
        self.asked.append(path)
        if path in self.cut:
            self.cut.remove(path)
            raise httpx.ReadError("cut")
        if self.forged is not None and path == "records":
            answer.headers["Ledger-Checkpoint"] = to_header(self.forged)
        if self.mangles and path == "records":
            return httpx.Response(200, content=answer.content[:-9], headers=answer.headers)
        return answer


class Partners:
    """A gateway, and systems of its partners."""

    def __init__(self, gateway: RunningGateway) -> None:
        self.gateway = gateway
        self.through = httpx.HTTPTransport()
        self.lines: list[Line] = []
        self.keys: dict[str, SigningKey] = {}

    def system(
        self,
        partner: str,
        state: StateStore | None = None,
        scopes: frozenset[Scope] = frozenset(Scope),
        **more: Any,
    ) -> PartnerSystem:
        key = self.keys.get(f"{partner}-{len(scopes)}")
        if key is None:
            key = SigningKey(f"{partner}-{len(scopes)}", "one", SystemClock(), os.urandom)
            self.keys[key.client_id] = key
            jwks = Jwks.model_validate({"keys": [key.public_jwk()]})
            client = Client(client_id=key.client_id, partner=partner, scopes=scopes, jwks=jwks)
            house = self.gateway.house
            house.writer.run(put_client(client, house.act("operator")))
        line = Line(self.through)
        self.lines.append(line)
        return PartnerSystem(
            self.gateway.url,
            key,
            state or MemoryState(),
            retries=QUICK,
            transport=httpx.MockTransport(line),
            **more,
        )


@pytest.fixture
def partners(tmp_path: Path) -> Iterator[Partners]:
    with running_gateway(tmp_path / "home") as gateway:
        gateway.usual()
        partners = Partners(gateway)
        yield partners
        partners.through.close()


def body(seed: int, count: int) -> bytes:
    return csv_bytes(nsir_rows(count, seed))


def test_an_answer_that_was_lost_is_asked_for_again_and_doubles_nothing(partners: Partners) -> None:
    police = partners.system("leicestershire-police")
    partners.lines[-1].cut = ["records"] * 3

    result = police.push(FEED, body(1, 60), CSV)

    assert result.repeated
    assert partners.gateway.house.reader.head().log_size == result.receipt.recorded
    proved_later = police.witness
    partners.gateway.service.publish()
    assert proved_later.prove_receipt(result).says["receipt"] == result.receipt.id


def test_a_file_in_parcels_is_one_unit_and_may_be_begun_again(partners: Partners) -> None:
    council = partners.system("charnwood-bc")
    row = (
        ",2026-09,Example Police,Example Police,-1.2,52.77,On or near Example Street,E01999001,"
        "Charnwood 001A,Anti-social behaviour,,\n"
    )
    head = (
        "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,"
        "Crime type,Last outcome category,Context\n"
    )
    bodies = [(head + row * 3).encode()] * 3  # the same rows: nine incidents, not three

    first = list(council.push_parcels("police-uk", bodies, CSV, unit="2026-09"))
    again = list(council.push_parcels("police-uk", bodies, CSV, unit="2026-09"))

    assert sum(one.receipt.recorded for one in first) == 9
    assert [one.receipt for one in again] == [one.receipt for one in first]
    assert all(one.repeated for one in again)


def test_a_full_extract_in_parcels_ends_with_the_last_of_them(partners: Partners) -> None:
    house = partners.gateway.house
    feed = house.book.refresh().register.feeds[FEED][1]
    changed = feed.model_copy(update={"mode": FeedMode.FULL})
    house.writer.run(put_feed(changed, house.act("operator")))
    police = partners.system("leicestershire-police")
    rows = nsir_rows(80, 1)
    whole = [csv_bytes(rows[:40]), csv_bytes(rows[40:])]
    parts = [csv_bytes(rows[:40]), csv_bytes(rows[40:60])]

    list(police.push_parcels(FEED, whole, CSV, unit="week-1", full=True))
    asked = police.call("GET", f"/v1/feeds/{FEED}/questions").wanted().document
    list(police.push_parcels(FEED, parts, CSV, unit="week-2", full=True))
    then = police.call("GET", f"/v1/feeds/{FEED}/questions").wanted().document

    assert asked["questions"] == []
    assert then["questions"] != []


def test_pages_come_on_from_where_the_last_run_stopped_and_a_page_not_kept_comes_again(
    partners: Partners, tmp_path: Path
) -> None:
    police = partners.system("leicestershire-police")
    recorded = police.push(FEED, body(2, 120), CSV).receipt.recorded
    state = FileState(tmp_path / "fire.json")
    holdings = Holdings()

    reading = partners.system("llr-fire", state).pages("fire-17a", limit=40)
    holdings.apply(next(reading))
    crashed = next(reading)  # and the system stops before it has kept this one
    reading.close()
    for page in partners.system("llr-fire", state).pages("fire-17a", limit=40):
        if not page.is_empty and page.release == crashed.release:
            assert page.lines == crashed.lines
        holdings.apply(page)

    assert len(holdings) == recorded
    assert list(partners.system("llr-fire", state).pages("fire-17a")) == []


def test_a_pull_whose_answer_is_lost_loses_no_page(partners: Partners) -> None:
    recorded = (
        partners.system("leicestershire-police").push(FEED, body(3, 90), CSV).receipt.recorded
    )
    fire = partners.system("llr-fire")
    partners.lines[-1].cut = ["records"] * 4

    found = [len(page.records) for page in fire.pages("fire-17a", limit=30)]

    assert sum(found) == recorded
    assert found[0] == 30


def test_a_release_is_proved_byte_by_byte_and_a_changed_one_is_not(partners: Partners) -> None:
    partners.system("leicestershire-police").push(FEED, body(4, 40), CSV)
    partners.gateway.service.publish()
    fire = partners.system("llr-fire")
    page = next(fire.pages("fire-17a"))
    assert page.entry is not None
    with pytest.raises(NotYetSigned):
        fire.witness.prove_content(page.entry, list(page.lines))
    partners.gateway.service.publish()

    proved = fire.witness.prove_content(page.entry, list(page.lines))
    assert (proved.says["operation"], proved.says["number"]) == ("release", page.release)
    with pytest.raises(LedgerNotBelieved, match="other content"):
        fire.witness.prove_content(page.entry, list(page.lines[1:]))


def test_a_retraction_takes_the_record_from_what_is_held(partners: Partners) -> None:
    police, fire = partners.system("leicestershire-police"), partners.system("llr-fire")
    rows = nsir_rows(60, 5)
    police.push(FEED, csv_bytes(rows), CSV)
    holdings = Holdings()
    for page in fire.pages("fire-17a"):
        holdings.apply(page)
    before = len(holdings)

    taken = police.retract(FEED, [row["URN"] for row in rows[:10]], "recorded_in_error")
    for page in fire.pages("fire-17a"):
        holdings.apply(page)

    assert before - len(holdings) == taken.retracted > 0
    assert not fire.acknowledge("fire-17a"), "asking on had acknowledged all"


def test_an_analyst_asks_for_incidents_page_by_page_and_for_counts(partners: Partners) -> None:
    recorded = partners.system("leicestershire-police").push(FEED, body(12, 70), CSV).receipt
    fire = partners.system("llr-fire")

    found = list(fire.incidents("fire-17a", limit="20"))
    counted = fire.statistics("fire-17a", "2020-01", "2020-02", place="district", by="behaviour")

    assert len({one["id"] for one in found}) == len(found) == recorded.recorded
    assert (counted["cells"], counted["first"], counted["last"]) == ([], "2020-01", "2020-02")


def test_a_refusal_names_its_conditions(partners: Partners) -> None:
    partners.system("leicestershire-police").push(FEED, body(6, 5), CSV)
    university = partners.system("example-university")

    with pytest.raises(Unexpected) as refused:
        list(university.pages("university-17a"))
    assert refused.value.status == 403
    assert all(one["cites"] for one in refused.value.conditions)


# ---------------------------------------------------------------- the ledger


def grown(partners: Partners, fire: PartnerSystem) -> str:
    """Keep a checkpoint, let the ledger grow, publish; return the newest note."""
    partners.gateway.service.publish()
    fire.witness.newest()
    partners.system("leicestershire-police").push(FEED, body(7, 20), CSV)
    partners.gateway.service.publish()
    return str(partners.gateway.service.note)


def test_every_answer_moves_the_kept_checkpoint_on_by_a_proof(partners: Partners) -> None:
    fire = partners.system("llr-fire")
    line = partners.lines[-1]
    note = grown(partners, fire)
    before = fire.witness.kept()

    list(fire.pages("fire-17a"))

    after = fire.witness.kept()
    assert before is not None
    assert after == parse_checkpoint(note)
    assert before.size < after.size
    assert line.asked.count("consistency") == 1, "the same checkpoint again needs no proof"


@pytest.mark.parametrize(
    "forged",
    ["another root", "the same size with another root", "a shorter past", "another key", "garbage"],
)
def test_a_checkpoint_that_does_not_extend_the_one_kept_is_refused_and_the_old_one_stays(
    partners: Partners, forged: str
) -> None:
    fire = partners.system("llr-fire")
    line = partners.lines[-1]
    true = parse_checkpoint(grown(partners, fire))
    kept = fire.witness.kept()
    assert kept is not None
    keys = partners.gateway.house.keys
    notes = {
        "another root": (true.size, bytes(32)),
        "the same size with another root": (kept.size, bytes(32)),
        "a shorter past": (kept.size - 1, bytes(32)),
        "another key": (true.size, true.root),
    }
    if forged == "garbage":
        line.forged = "not a note"
    else:
        size, root = notes[forged]
        key = keys.ledger_key if forged != "another key" else Ed25519PrivateKey.generate()
        line.forged = make_checkpoint(Checkpoint(true.origin, size, root), key)

    with pytest.raises(LedgerNotBelieved):
        list(fire.pages("fire-17a"))
    assert fire.witness.kept() == kept
    line.forged = None
    assert list(fire.pages("fire-17a")), "the page that came with it was not taken, and comes again"


def test_an_older_checkpoint_of_the_same_history_is_taken_and_the_newer_one_kept(
    partners: Partners,
) -> None:
    fire = partners.system("llr-fire")
    partners.gateway.service.publish()
    older = str(partners.gateway.service.note)
    newest = parse_checkpoint(grown(partners, fire))
    fire.witness.newest()

    assert fire.witness.see(older).size < newest.size
    assert fire.witness.kept() == newest


def test_a_key_that_is_not_the_one_handed_over_is_refused(partners: Partners) -> None:
    partners.gateway.service.publish()
    other = "charnwood-gateway+00000000+" + "A" * 44
    fire = partners.system("llr-fire", ledger_key=other)
    with pytest.raises(LedgerNotBelieved):
        fire.witness.newest()

    state = MemoryState()
    partners.system("llr-fire", state).witness.newest()
    state.save("ledger.key", other)
    with pytest.raises(LedgerNotBelieved):
        partners.system("llr-fire", state).witness.newest()


def test_a_system_that_may_not_read_the_ledger_says_so_or_gives_up_checking(
    partners: Partners,
) -> None:
    partners.system("leicestershire-police").push(FEED, body(8, 10), CSV)
    partners.gateway.service.publish()
    only = frozenset({Scope.RECORDS_READ})
    with pytest.raises(NotWitnessed):
        list(partners.system("llr-fire", scopes=only).pages("fire-17a"))

    blind = partners.system("llr-fire", scopes=only, witnessing=False)
    assert list(blind.pages("fire-17a"))


def test_a_page_that_never_arrives_whole_is_given_up(partners: Partners) -> None:
    partners.system("leicestershire-police").push(FEED, body(9, 10), CSV)

    fire = partners.system("llr-fire", witnessing=False)
    partners.lines[-1].mangles = True

    with pytest.raises(PageBroken):
        list(fire.pages("fire-17a"))
    assert fire.cursor("fire-17a") is None


def test_the_example_of_the_readme_runs_as_it_stands(
    partners: Partners, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = (Path(__file__).resolve().parents[2] / "gateway" / "client" / "README.md").read_text()
    example = page.partition("```python\n")[2].partition("```")[0]
    assert len(example.splitlines()) <= 25
    key = SigningKey("fire-hub", "one", SystemClock(), os.urandom)
    jwks = Jwks.model_validate({"keys": [key.public_jwk()]})
    for client_id, partner in (("fire-hub", "llr-fire"), ("police-hub", "leicestershire-police")):
        client = Client(client_id=client_id, partner=partner, scopes=frozenset(Scope), jwks=jwks)
        house = partners.gateway.house
        house.writer.run(put_client(client, house.act("operator")))
    monkeypatch.chdir(tmp_path)
    Path("fire-hub.pem").write_bytes(key.pem())
    Path("fire-hub.pem").chmod(0o600)
    Path("incidents.csv").write_bytes(body(10, 30))
    partners.gateway.service.publish()
    vkey = partners.system("llr-fire").witness.verifier_key().line()
    assert "system.push" in example
    assert "system.pages" in example
    receiving = example.replace("result = system.push", "result = PUSHED or system.push")
    sending = example.replace('load("fire-hub"', 'load("police-hub"').replace(
        'system.pages("fire-17a")', "()"
    )
    pushed = None
    for code in (sending, receiving):  # one system sends and another receives, as in life
        space: dict[str, Any] = {"Path": Path, "os": os, "VKEY": vkey, "PUSHED": pushed}
        here = code.replace("https://gateway.example", partners.gateway.url)
        exec(compile(here, "README.md", "exec"), space)  # noqa: S102 - our own page
        pushed = space["result"]
        partners.gateway.service.publish()
    assert len(space["holdings"]) == pushed.receipt.recorded
