"""What the first page shows is worked out: other rules, tables or days give another picture."""

from __future__ import annotations

import json
import os
from datetime import date
from pathlib import Path

import pytest

from adapters.synthetic_nsir import EXAMPLE
from gateway.assembly import open_house
from gateway.audit import example
from gateway.audit.checkpoints import Publisher
from gateway.audit.followed import Asked, Fate, Followed, follow
from gateway.audit.shown import example_proof, standing
from gateway.clock import FixedClock
from gateway.console.built import Built
from gateway.console.first import Console
from gateway.console.rendered import Pages
from gateway.console.words import reader
from gateway.keys.ring import KeyRing
from policies.audience import CountRule
from policies.bundle import Bundle, packaged_bundle
from policies.documents import Documents, packaged_documents
from policies.law import Law
from policies.treatments import Treatments, packaged_treatments
from schemas.agreements import AgreementState
from schemas.released import NoticeKind
from schemas.sensitivity import Lane
from tests.support.pages import NOW, need_assets

DAY = date(2026, 11, 25)


def followed(bundle: Bundle | None = None, **tables: str) -> Followed:
    """The example under the packaged rules, or others."""
    given = dict(packaged_treatments())
    given |= {Lane(lane): Treatments.load(Lane(lane), text) for lane, text in tables.items()}
    return follow(Law(bundle or packaged_bundle(), given, ()), DAY)


def fates(asked: Asked) -> dict[str, Fate]:
    return {cell.line.key: cell.fate for cell in asked.cells}


@pytest.fixture(scope="module")
def shown() -> Followed:
    return followed()


def test_every_column_of_the_row_that_has_a_value_stands_in_a_line(shown: Followed) -> None:
    told = " · ".join(line.before for line in shown.lines)

    assert [value for value in EXAMPLE.values() if value and value not in told] == []


def test_the_four_get_four_different_things(shown: Followed) -> None:
    council, fire, analyst = fates(shown.council), fates(shown.fire), fates(shown.analyst)

    assert council["caller_name"] is council["occurred"] is Fate.KEPT
    assert council["description"] is council["beat"] is Fate.DROPPED
    assert fire["caller_name"] is Fate.DROPPED
    assert fire["occurred"] is fire["easting"] is fire["address"] is Fate.COARSENED
    assert fire["reference"] is Fate.REPLACED
    assert fire["typology_behaviour"] is Fate.ADDED
    assert analyst["reference"] is Fate.DROPPED
    assert shown.analyst.notice is None
    assert shown.university.cells == ()
    assert shown.university.record is None


def test_the_analyst_sees_counts_by_the_audience_rule(shown: Followed) -> None:
    assert shown.analyst.counts == {1: (None, CountRule.HIDDEN), 23: (25, CountRule.ROUNDED)}
    assert reader(shown.analyst).gist.endswith("1 shows as «1 to 7», 23 shows as 25.")
    assert shown.fire.counts is None


def test_what_is_dropped_is_not_in_what_is_sent(shown: Followed) -> None:
    for asked in (shown.council, shown.fire, shown.analyst):
        sent = json.dumps(asked.record)
        gone = [c.line.before for c in asked.cells if c.fate is Fate.DROPPED]
        assert len(gone) >= 2
        assert [text for text in gone if len(text) > 3 and text in sent] == []


def test_each_knows_the_incident_by_another_name_and_is_told_by_it(shown: Followed) -> None:
    told = [asked.notice for asked in shown.asked if asked.notice is not None]

    assert {notice.kind for notice in told} == {NoticeKind.RETRACTED}
    assert len({notice.id for notice in told}) == len(told) == 2
    assert [notice.id for notice in told] == [
        asked.record["id"] for asked in (shown.council, shown.fire) if asked.record
    ]


def test_every_cell_names_its_rule_and_a_provision(shown: Followed) -> None:
    for asked in shown.asked:
        assert all(cell.op and cell.says and cell.cites for cell in asked.cells)


def test_another_treatment_gives_another_picture() -> None:
    text = packaged_treatments()[Lane.DEPERSONALISED].text
    counted = 'address_text = { op = "count_place", releases = "repeat_at_place" }'
    other = text.replace(counted, 'address_text = { op = "drop" }')
    assert other != text

    assert fates(followed(depersonalised=other).fire)["address"] is Fate.DROPPED


def test_without_a_permit_for_section_115_the_council_gets_nothing_and_is_told_why() -> None:
    texts = {n: t for n, t in packaged_bundle().texts.items() if n != "section_115.cedar"}
    shown = followed(Bundle.load(texts))

    assert shown.council.cells == ()
    assert "no_permit" in {condition.id for condition in shown.council.decision.unmet}
    assert shown.fire.cells


@pytest.mark.parametrize(
    ("without", "refused"),
    [
        ((), 1),
        (("section_115.cedar",), 2),
        (("section_17a.cedar",), 3),
        (("section_115.cedar", "section_17a.cedar"), 4),
    ],
)
def test_whatever_the_law_refuses_the_page_says_why(
    tmp_path: Path, without: tuple[str, ...], refused: int
) -> None:
    need_assets()
    kept = {n: t for n, t in packaged_documents().texts.items() if n[6:] not in without}
    documents = Documents.load(kept)
    with open_house(tmp_path, clock=FixedClock(NOW), documents=documents, create=True) as house:
        pages = Pages(Built(), os.urandom)
        console = Console(house, pages, demonstration=False, signed_in=lambda _: False)
        text = pages.text("first.html", **console.first_page(None))

    assert text.count("Nothing leaves") == text.count("gets nothing</h2>") == refused
    assert ("Hash of what the" in text) is (refused < 4)


@pytest.mark.parametrize("day", [date(2020, 2, 29), DAY, date(2035, 1, 1)])
def test_the_agreement_is_live_on_whatever_day_the_page_is_asked_for(day: date) -> None:
    assert example.agreement(day).state_on(day) is AgreementState.LIVE
    assert follow(Law(packaged_bundle(), packaged_treatments(), ()), day).council.cells


def test_the_proof_holds_for_what_was_sent_and_for_nothing_else(shown: Followed) -> None:
    proof = example_proof(shown)

    assert proof is not None
    assert proof.asked is shown.fire
    assert proof.proof.holds
    assert not proof.altered_holds
    assert proof.says["content_sha256"] == proof.content_sha256 != proof.altered_sha256
    assert not any(text in json.dumps(proof.says) for text in EXAMPLE.values() if len(text) > 3)


def test_the_ledger_is_shown_once_it_was_signed_and_only_as_signed(tmp_path: Path) -> None:
    with open_house(tmp_path, clock=FixedClock(NOW), create=True) as house:
        before = standing(house.reader, house.keys)
        publisher = Publisher(house.reader, house.writer, house.keys, tmp_path / "checkpoints")
        publisher.publish(int(NOW.timestamp()))
        after = standing(house.reader, house.keys)
        others = KeyRing.create(tmp_path / "other", os.urandom)

        assert before is None
        assert after is not None
        assert after.proof.holds
        assert after.proof.size == house.reader.head().ledger_size
        assert standing(house.reader, others) is None
