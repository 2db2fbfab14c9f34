"""Agreements, documents, register and law in the console: drafted, read, signed, stopped by real HTTP."""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from pydantic_core import from_json

from gateway.console.drafting import PARTS
from gateway.law.register import put_partner, put_protocol
from schemas.agreements import AFTER_SIGNING, Agreement
from tests.support.law import protocol
from tests.support.pages import demonstration
from tests.support.server import RunningGateway
from tests.support.signed_in import (
    ADMINISTRATOR,
    COUNCIL,
    FIRE_AUDITOR,
    LEAD,
    POLICE,
    Reading,
    signed_in,
)

pytestmark = pytest.mark.on_sqlite
ID = "police-council-noise"
BASE = f"/console/agreements/{ID}/versions/1"
STOP = f"/console/agreements/{ID}/stop"
BEGIN = {
    "template": "standing-115",
    "id": ID,
    "title": "Noise and nuisance",
    "holders": "leicestershire-police",
    "recipients": "charnwood-bc",
    "protocol": "charnwood",
}


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningGateway]:
    with demonstration(Path(tmp_path_factory.mktemp("home"))) as gateway:
        gateway.usual()
        house = gateway.house
        for person in (POLICE, COUNCIL):
            one = house.book.refresh().register.partners[str(person.partner)]
            named = one.model_copy(update={"nominated_person": person.office})
            house.writer.run(put_partner(named, house.act("operator")))
        parties = protocol(parties=("leicestershire-police", "charnwood-bc"))
        house.writer.run(put_protocol(parties, house.act("operator")))
        yield gateway


@pytest.fixture(scope="module")
def lead(gateway: RunningGateway) -> Reading:
    return signed_in(gateway, LEAD)


def leaves(gateway: RunningGateway) -> list[Any]:
    reader = gateway.house.reader
    return [from_json(bytes(reader.leaf(n)[0])) for n in range(reader.head().ledger_size)]  # type: ignore[index]


def test_a_draft_is_begun_from_a_template_and_edited_section_by_section(
    gateway: RunningGateway, lead: Reading
) -> None:
    refused = lead.post("/console/draft-agreement", {**BEGIN, "id": "Not An Id"})
    assert refused.status_code == 422
    assert "Nothing was changed" in refused.text
    assert 'value="Noise and nuisance"' in refused.text, "what was typed is kept"

    begun = lead.post("/console/draft-agreement", BEGIN)
    assert (begun.status_code, begun.headers["location"]) == (303, f"{BASE}/edit")
    assert "Change purpose and necessity" in lead.get(f"{BASE}/edit").text

    purpose = {"sent": "yes", "purpose": "preventing_crime_and_disorder", "provision": "s17"}
    worded = {**purpose, "necessity": "Case officers visit.", "dpia": "DPIA-1"}
    broken = lead.post(f"{BASE}/edit/purpose", {**worded, "provision": "s99"})
    assert broken.status_code == 422
    assert "no provision of the Act that is live" in broken.text
    assert "Case officers visit." in broken.text
    assert lead.post(f"{BASE}/edit/purpose", worded).status_code == 303
    day = {"review-by-day": "31", "review-by-month": "2", "review-by-year": "2027"}
    dates = {"sent": "yes", "retention-days": "90"}
    assert "It is no day" in lead.post(f"{BASE}/edit/dates", {**dates, **day}).text
    right = {"review-by-day": "1", "review-by-month": "2", "review-by-year": "2027"}
    assert lead.post(f"{BASE}/edit/dates", {**dates, **right}).status_code == 303
    basis = {"sent": "yes", "recipient-regime": "general", "crossing": "Civil action."}
    assert lead.post(f"{BASE}/edit/basis", basis).status_code == 303
    cover = {"sent": "yes", "coverage-kinds": "asb_incident", "case-references": "ASB 1\nASB 2"}
    assert lead.post(f"{BASE}/edit/coverage", cover).status_code == 303
    clauses = {"sent": "yes", "clauses-staff": "Trained <each> year."}
    assert lead.post(f"{BASE}/edit/clauses", clauses).status_code == 303
    stored = gateway.house.book.refresh().register.agreements[-1]
    assert stored.necessity == "Case officers visit."
    assert stored.retention_days == 90
    assert len(stored.coverage.cases) == 2
    assert (
        "Trained &lt;each&gt; year."
        in lead.get(f"/console/documents/sharing-agreement/{ID}.1").text
    )


def shown_on(reading: Reading, path: str) -> dict[str, str]:
    """The digest of what a signer is shown, and its seal."""
    found = re.findall(r'name="(shown|seal)" value="([0-9a-f]{64})"', reading.get(path).text)
    assert len(found) == 2
    return dict(found)


def test_each_party_is_shown_what_it_signs_and_signs_nothing_else(
    gateway: RunningGateway, lead: Reading
) -> None:
    police, council = signed_in(gateway, POLICE), signed_in(gateway, COUNCIL)
    assert "waits for your signature" in police.get(f"/console/agreements/{ID}").text
    shown = shown_on(police, f"{BASE}/sign")
    assert police.post(f"{BASE}/sign", shown).status_code == 422
    forged = {**shown, "shown": "0" * 64, "read": "yes"}
    assert police.post(f"{BASE}/sign", forged).status_code == 422
    assert council.post(f"{BASE}/sign", {**shown, "read": "yes"}).status_code == 422
    assert gateway.house.book.refresh().register.agreements[-1].signatures == ()
    digests = []
    for person in (police, council):
        shown = shown_on(person, f"{BASE}/sign")
        digests.append(shown["shown"])
        assert person.post(f"{BASE}/sign", {**shown, "read": "yes"}).status_code == 303
    signed = [leaf for leaf in leaves(gateway) if leaf.get("change") == "signed"]
    assert [(leaf["actor"], leaf["shown_sha256"]) for leaf in signed] == [
        ("police-nominated", digests[0]),
        ("council-nominated", digests[1]),
    ]
    assert lead.get(f"{BASE}/edit").status_code == 404, "what is signed is no draft"


def test_a_next_version_that_loosens_without_an_assessment_cannot_be_signed(
    gateway: RunningGateway, lead: Reading
) -> None:
    police, council = signed_in(gateway, POLICE), signed_in(gateway, COUNCIL)
    assert council.post(f"/console/agreements/{ID}/next").status_code == 303
    wider = {
        "sent": "yes",
        "fields": ["people.name", "people.telephone"],
        "marking": "OFFICIAL-SENSITIVE",
    }
    items = {**wider, "minimum-cell": "5", "cells-place": "lsoa", "cells-time": "day"}
    since = {"records-from-day": "25", "records-from-month": "11", "records-from-year": "2026"}
    second = f"/console/agreements/{ID}/versions/2"
    assert council.post(f"{second}/edit/items", {**items, **since}).status_code == 303
    assert (
        "names no other impact assessment" in lead.get(f"/console/agreements/{ID}/difference").text
    )
    again = shown_on(police, f"{second}/sign")
    told = police.post(f"{second}/sign", {**again, "read": "yes"})
    assert (told.status_code, "Nothing was signed" in told.text) == (422, True)


def test_a_party_stops_lifts_and_ends_it_and_another_cannot_lift_that(
    gateway: RunningGateway, lead: Reading
) -> None:
    police, council = signed_in(gateway, POLICE), signed_in(gateway, COUNCIL)
    assert police.post(STOP, {"step": "suspend"}).status_code == 422
    assert police.post(STOP, {"step": "suspend", "reason": "Looked into"}).status_code == 303
    assert "suspended" in lead.get(f"/console/agreements/{ID}").text
    assert "not suspended it" in council.get(STOP).text
    assert council.post(STOP, {"step": "resume"}).status_code == 422
    assert police.post(STOP, {"step": "resume"}).status_code == 303
    asked = police.post(STOP, {"step": "terminate", "reason": "Over"})
    assert (asked.status_code, "cannot be undone" in asked.text) == (200, True)
    ended = {"step": "terminate", "reason": "Over", "confirmed": "yes"}
    assert police.post(STOP, ended).status_code == 303
    assert "terminated" in lead.get("/console/agreements").text


def test_a_document_leaves_as_a_file_with_one_leaf_and_its_hash(
    gateway: RunningGateway, lead: Reading
) -> None:
    before = len(leaves(gateway))
    answer = lead.post("/console/documents/impact-assessment/gateway/file", {"format": "html"})
    (leaf,) = leaves(gateway)[before:]

    assert answer.headers["content-disposition"].startswith("attachment; filename=")
    assert (leaf["operation"], leaf["kind"]) == ("document", "impact-assessment")
    assert leaf["content_sha256"] == sha256(answer.content).hexdigest()
    assert (
        "The flows in the picture" in lead.get("/console/documents/impact-assessment/gateway").text
    )
    assert len(leaves(gateway)) == before + 1, "a look at the page is none"


def test_each_sees_the_documents_and_agreements_of_the_own_organisation(
    gateway: RunningGateway,
) -> None:
    council, auditor = signed_in(gateway, COUNCIL), signed_in(gateway, FIRE_AUDITOR)
    for path, status in (
        ("record-of-processing/charnwood-bc", 200),
        ("record-of-processing/leicestershire-police", 404),
        ("record-of-processing/operator", 404),
        ("impact-assessment/gateway", 404),
        ("accessibility-statement/console", 200),
        ("section-17a-annex/charnwood", 200),
        ("section-17a-annex/another", 404),
    ):
        assert council.get(f"/console/documents/{path}").status_code == status, path
    assert auditor.get(f"/console/agreements/{ID}").status_code == 404
    assert ID not in auditor.get("/console/agreements").text


def test_whose_document_a_file_is_is_said_from_its_hash_alone(lead: Reading) -> None:
    told = lead.post("/console/documents/check", files={"file": ("a.pdf", b"canary-text")})

    assert "No agreement names this file" in told.text
    assert "canary-text" not in told.text
    assert "Choose the file" in lead.post("/console/documents/check").text


def test_a_partner_is_changed_with_what_was_typed_kept_and_its_kinds_dated(
    gateway: RunningGateway, lead: Reading
) -> None:
    path = "/console/partners/llr-fire/change"
    assert "Whom to ask" in lead.get(path).text
    wrong = lead.post(path, {"name": "", "address": "1 Example Road"})
    assert (wrong.status_code, "1 Example Road" in wrong.text) == (422, True)
    no_day = {"name": "Fire", "since-day": "31", "since-month": "2", "since-year": "2026"}
    assert "It is no day" in lead.post(path, no_day).text
    no_post = lead.post(path, {"name": "Fire", "breach-email": "breach@example.org"})
    assert (no_post.status_code, "breach@example.org" in no_post.text) == (422, True)
    right = {
        "name": "Fire",
        "nominated_person": "Head of Prevention",
        "deputies": "Duty Officer\r\n\r\nNight Duty Officer",
        "data_protection_officer-post": "Data Protection Officer",
        "kind": "contractor",
        "since-day": "1",
        "since-month": "1",
        "since-year": "2027",
    }
    assert lead.post(path, right).status_code == 303
    made = gateway.house.book.refresh().register.partners["llr-fire"]
    assert made.contacts.data_protection_officer is not None
    assert made.deputies == ("Duty Officer", "Night Duty Officer")
    assert "Night Duty Officer" in lead.get(path).text
    assert [one.kind.value for one in made.kinds] == ["combined_fire_authority", "contractor"]
    assert made.kinds[0].valid_to == made.kinds[1].valid_from
    assert "Data Protection Officer" in lead.get("/console/partners/llr-fire").text
    new = {"id": "new-partner", "name": "New", "kind": "charity"}
    assert lead.post("/console/add-partner", {**new, "kind": ""}).status_code == 422
    assert (
        lead.post("/console/add-partner", new).headers["location"]
        == "/console/partners/new-partner"
    )
    assert lead.post("/console/add-partner", new).status_code == 422


def test_what_another_partner_exchanges_is_not_shown(
    gateway: RunningGateway, lead: Reading
) -> None:
    council = signed_in(gateway, COUNCIL)

    assert "fire-system" in lead.get("/console/partners/llr-fire").text
    assert "fire-system" not in council.get("/console/partners/llr-fire").text
    assert "council-system" in council.get("/console/partners/charnwood-bc").text


def test_the_law_is_told_in_its_own_words_with_counts_for_those_who_may_have_them(
    gateway: RunningGateway, lead: Reading
) -> None:
    told, plain = (
        lead.get("/console/law").text,
        signed_in(gateway, COUNCIL).get("/console/law").text,
    )
    rules = gateway.house.book.current().law.bundle.rules

    assert [one.id for one in rules.values() if not one.permits and f">{one.id}<" not in told] == []
    assert "Kept back" in told
    assert "Kept back" not in plain
    assert "Kept back" in signed_in(gateway, ADMINISTRATOR).get("/console/law").text
    asked = lead.get("/console/law/requirements").text
    assert len(re.findall(r">L\d\d<", asked)) == 62


def test_every_term_of_an_agreement_has_a_place_in_the_form_of_a_draft() -> None:
    placed = {field.name.split(".")[0] for part in PARTS for field in part.fields}
    fixed = {"id", "version", "power", "holders", "recipients", "document_sha256"}

    assert set(Agreement.model_fields) - placed - AFTER_SIGNING == fixed


def test_a_draft_agrees_on_matching_or_on_none(gateway: RunningGateway, lead: Reading) -> None:
    lead.post("/console/draft-agreement", {**BEGIN, "id": "with-matching"})
    path = "/console/agreements/with-matching/versions/1/edit/matching"
    agreed = {"sent": "yes", "matching-keys": ["uprn"], "matching-second-partner": "false"}
    alone = lead.post(path, agreed)
    assert (alone.status_code, "Recipients that are told" in alone.text) == (422, True)
    whole = {**agreed, "matching-signalled": ["charnwood-bc"], "matching-reports": "4"}
    assert lead.post(path, whole).status_code == 303
    made = next(
        one for one in gateway.house.book.refresh().register.agreements if one.id == "with-matching"
    )
    assert made.matching is not None
    assert (made.matching.reports, made.matching.second_partner) == (4, False)
    assert lead.post(path, {"sent": "yes", "matching-second-partner": "true"}).status_code == 303
    assert gateway.house.book.refresh().register.agreements[-1].matching is None


def test_whoever_begins_a_draft_changes_nobody_elses(
    gateway: RunningGateway, lead: Reading
) -> None:
    mine = {**BEGIN, "id": "between-two-others", "title": "Between two others"}
    assert lead.post("/console/draft-agreement", mine).status_code == 303
    taken = signed_in(gateway, COUNCIL).post("/console/draft-agreement", mine | {"title": "Mine"})

    assert taken.status_code == 422
    assert "There is an agreement of this id" in taken.text
    kept = [one for one in gateway.house.book.refresh().register.agreements if one.id == mine["id"]]
    assert [one.title for one in kept] == ["Between two others"]


def test_a_seal_of_other_letters_is_no_seal(gateway: RunningGateway, lead: Reading) -> None:
    mine = {**BEGIN, "id": "sealed-otherwise"}
    base = lead.post("/console/draft-agreement", mine).headers["location"].removesuffix("/edit")
    gateway.house.book.refresh()
    said = {"read": "yes", "shown": "é", "seal": "é"}
    answer = signed_in(gateway, POLICE).post(f"{base}/sign", said)
    assert answer.status_code == 422
    assert "not what you read" in answer.text
