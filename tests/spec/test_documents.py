"""Her documents state what is configured and nothing else: every field is changed, and they follow."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from pydantic import BaseModel

from gateway.access.clients import Client
from gateway.audit.documents import accessibility, assessment, counts, privacy, processing, sharing
from gateway.audit.documents.configuration import Configuration
from gateway.audit.documents.html import whole
from gateway.audit.documents.kinds import KINDS
from gateway.audit.documents.model import Document
from gateway.audit.documents.unstated import UNSTATED
from gateway.settings import Settings
from schemas.agreements import Agreement
from schemas.feeds import Feed
from schemas.partners import Contacts, Partner
from schemas.powers import Protocol
from schemas.subscriptions import Subscription
from tests.support.configured import (
    AGREED,
    COUNCIL,
    EDITION,
    POLICE,
    agreement,
    configuration,
    law_of,
    others,
)
from tests.support.requirements import law

FORMS: tuple[type[BaseModel], ...] = (
    *(Agreement, Partner, Protocol, Feed, Subscription, Client, Settings),
)
IDENTITY = frozenset({"id", "version", "name_of_feed", "client_id"})
"""What stands in the pointer itself: another value is another thing."""
PLACES = {
    "Agreement": f"/agreements/{AGREED}/1",
    "Partner": f"/partners/{POLICE}",
    "Protocol": "/protocols/charnwood",
    "Feed": "/feeds/police-nsir",
    "Subscription": "/subscriptions/council-115",
    "Client": "/systems/police-system",
    "Settings": "/settings",
}


def made(given: Configuration) -> list[Document]:
    """Every document that there can be, but that of counts."""
    return [kind.make(given, about) for kind in KINDS.values() for about in kind.about(given)]


def said(documents: list[Document]) -> dict[str, set[tuple[str, str]]]:
    """Pointer → what is said of it: text and value."""
    found: dict[str, set[tuple[str, str]]] = {}
    for document in documents:
        for one in document.statements():
            found.setdefault(one.pointer, set()).add((one.text, json.dumps(one.value)))
    return found


def at(plain: Any, pointer: str) -> Any:
    """The value of a configuration at a pointer; None where there is nothing."""
    for name in pointer.strip("/").split("/"):
        plain = plain.get(name) if isinstance(plain, dict) else None
    return plain


def contradictions(given: Configuration, documents: list[Document]) -> list[str]:
    plain = given.plain()
    return [
        pointer
        for pointer, texts in said(documents).items()
        if {value for _, value in texts} != {json.dumps(at(plain, pointer))}
    ]


@cache
def whole_one() -> tuple[Configuration, dict[str, set[tuple[str, str]]]]:
    given = configuration()
    return given, said(made(given))


def word_of(given: Configuration, form: str) -> BaseModel:
    words: dict[str, BaseModel] = {
        "Agreement": given.law.agreements[0],
        "Partner": given.partners[POLICE],
        "Protocol": given.law.protocols[0],
        "Feed": given.feeds["police-nsir"],
        "Subscription": given.subscriptions["council-115"],
        "Client": given.systems["police-system"],
        "Settings": given.settings,
    }
    return words[form]


def with_other(given: Configuration, other: Any) -> Configuration:
    """The configuration with one part in place of the one it had."""
    law = given.law
    partners = dict(given.partners)
    match other:
        case Partner():
            partners[POLICE] = other
            return replace(given, law=law_of(partners.values(), law.protocols, law.agreements))
        case Protocol():
            return replace(given, law=law_of(partners.values(), (other,), law.agreements))
        case Agreement():
            return replace(given, law=law_of(partners.values(), law.protocols, (other,)))
        case Feed():
            return replace(given, feeds={"police-nsir": other})
        case Subscription():
            return replace(given, subscriptions={"council-115": other})
        case Client():
            return replace(given, systems={"police-system": other})
        case _:
            return replace(given, settings=other)


def changed(only: str) -> Iterator[tuple[str, Any]]:
    """Every configuration that differs in one value of a form: the path of it, and the part with it."""
    given, _ = whole_one()
    for form in FORMS:
        if form.__name__ != only:
            continue
        skipped = (
            frozenset(UNSTATED[form.__name__].keys())
            | IDENTITY
            | ({"name"} if form is Feed else set())
        )
        yield from others(word_of(given, form.__name__), frozenset(skipped))


@pytest.mark.parametrize("form", [form.__name__ for form in FORMS])
def test_every_field_that_is_configured_is_stated_or_left_out_with_a_reason(form: str) -> None:
    given, stated = whole_one()
    place = PLACES[form]
    fields = set(type(word_of(given, form)).model_fields)
    told = {
        pointer.removeprefix(place + "/").split("/")[0]
        for pointer in stated
        if pointer.startswith(place + "/")
    }

    assert fields - told - UNSTATED[form].keys() == set()
    assert UNSTATED[form].keys() <= fields - told
    assert all(reason.endswith(".") for reason in UNSTATED[form].values())


@pytest.mark.parametrize("form", [form.__name__ for form in FORMS])
def test_whatever_is_changed_the_statements_change_with_it_and_none_contradicts(form: str) -> None:
    _, before = whole_one()
    tried = 0
    for path, other in changed(form):
        given = with_other(whole_one()[0], other)
        documents = made(given)
        after = said(documents)
        place = f"{PLACES[form]}/{path}"
        stated = [one for one in before if place == one or place.startswith(f"{one}/")]
        assert stated, f"no document states {place}"
        for pointer in stated:
            was, now = before[pointer], after.get(pointer, set())
            assert was.isdisjoint(now), f"{pointer} reads as before {path} changed"
            assert {text for text, _ in was}.isdisjoint({text for text, _ in now}), pointer
        assert contradictions(given, documents) == [], path
        tried += 1
    assert tried >= 4


def test_nothing_contradicts_the_configuration_that_it_is_made_from() -> None:
    given, _ = whole_one()

    assert contradictions(given, made(given)) == []


def test_what_nobody_recorded_is_said_to_be_missing_and_where_to_record_it() -> None:
    given = configuration()
    bare = with_other(given, Partner(id=POLICE, name="The police", kinds=()))
    bare = with_other(bare, Settings())
    bare = with_other(bare, agreement(clauses={}, necessity=None, dpia=None))
    missing = {one.pointer: one.remedy for document in made(bare) for one in document.missing}

    assert (
        "/console/partners/police/change"
        in missing["/partners/police/contacts/data_protection_officer"]
    )
    assert missing["/settings/operator"] == "Record it here: set GATEWAY_OPERATOR."
    assert f"/console/agreements/{AGREED}" in missing[f"/agreements/{AGREED}/1/clauses/staff"]
    assert not [
        one
        for document in made(bare)
        for one in document.missing
        if one.text != "Not yet recorded."
    ]
    stranger = replace(given, settings=given.settings.model_copy(update={"operator": "stranger"}))
    assert (
        "not on the register"
        in {
            one.pointer: one.remedy
            for one in accessibility.accessibility_statement(stranger).missing
        }["/partners/stranger/name"]
    )


# ---------------------------------------------------------------------- records of processing

NOT_IN_THE_RECORD: dict[str, dict[str, str]] = {
    "feeds": {
        **dict.fromkeys(("name", "settings", "mode", "sender"), "how it is sent"),
        **dict.fromkeys(("district_code", "district_name", "open_data_licence"), "of the rows"),
        **dict.fromkeys(("depersonalised_marking", "received_under"), "stated by the assessment"),
        **dict.fromkeys(
            ("patient_information", "health_or_social_care"), "stated by the assessment"
        ),
    },
    "agreements": {
        **dict.fromkeys(("id", "version", "protocol", "dpia"), "stated by the agreement"),
        **dict.fromkeys(("handling_conditions", "document_sha256", "signatures"), "its life"),
        **dict.fromkeys(("suspensions", "terminated", "documents"), "its life"),
        **dict.fromkeys(("valid_from", "valid_to"), "its life"),
    },
    "subscriptions": dict.fromkeys(
        ("mode", "filter", "case_review", "minimum_cell", "cells", "version", "request"),
        "how it is sent",
    ),
}
"""Fields that section 61 does not ask for, each in another document."""


@law("L42")
def test_record_of_processing_and_configuration_differ_in_nothing() -> None:
    given = configuration()
    files = [processing.as_processor(given).json()]
    files += [processing.as_controller(given, name).json() for name in given.partners]
    read = [one for file in files for one in _statements(json.loads(file))]
    plain = given.plain()
    wanted = {
        f"{place}/{field}"
        for part, words in (
            ("feeds", {f"/feeds/{name}": one for name, one in plain["feeds"].items()}),
            (
                "subscriptions",
                {f"/subscriptions/{n}": one for n, one in plain["subscriptions"].items()},
            ),
            ("agreements", {f"/agreements/{AGREED}/1": plain["agreements"][AGREED]["1"]}),
        )
        for place, one in words.items()
        for field in one.keys() - NOT_IN_THE_RECORD[part].keys()
    }
    stated = {
        "/".join(pointer.split("/")[: 4 + pointer.startswith("/agreements/")])
        for pointer in (one["pointer"] for one in read)
        if pointer.split("/")[1] in NOT_IN_THE_RECORD
    }

    assert stated ^ wanted == set()
    assert [one["pointer"] for one in read if one["value"] != at(plain, one["pointer"])] == []


def _statements(document: Any) -> Iterator[dict[str, Any]]:
    for section in document["sections"]:
        for block in section["blocks"]:
            for cell in [one for row in block.get("rows", [[block]]) for one in row]:
                if "pointer" in cell:
                    yield cell


@law("L42")
def test_a_record_has_the_eleven_items_of_a_controller_and_the_six_of_a_processor() -> None:
    given = configuration()
    ids = [one.id for one in processing.as_controller(given, COUNCIL).sections]

    assert ids == [*"abcdefghijk", "42"]
    assert [one.id for one in processing.as_processor(given).sections] == [*"abcdef"]


# ---------------------------------------------------------------------- the others


def test_an_agreement_has_every_heading_of_the_code() -> None:
    given = configuration()
    document = sharing.sharing_agreement(given, given.law.agreements[0])

    assert [one.id for one in document.sections] == [
        *("document", "parties", "purpose", "onward", "roles", "items", "basis", "rights"),
        *("accuracy", "retention", "security", "staff", "breach", "complaints", "review"),
        *("ending", "assessment", "signatures"),
    ]
    text = whole(document).decode()
    assert text.count("For council: signature") == 1, "who has not signed signs on paper"
    assert "For police: signature" not in text
    assert whole(document) == whole(document)
    assert "https://" not in text.replace("https://example.org", "")


def test_the_picture_says_in_words_and_in_a_table_what_it_draws() -> None:
    given = configuration()
    document = assessment.impact_assessment(given)
    text = whole(document).decode()

    assert text.count('role="img" aria-labelledby="flow-title flow-says"') == 1
    assert "0 of 1 flows run today" in text
    assert "stroke-dasharray" in text
    assert "The flows in the picture" in text
    assert "stopped: " in text


def test_an_answer_with_statistics_names_the_rule_of_every_hidden_figure() -> None:
    document = counts.statistics_answer(configuration(), EDITION)
    lines = [
        row
        for section in document.sections
        for block in section.blocks
        for row in getattr(block, "rows", ())
        if len(row) == 5
    ]

    assert [(row[3].text, row[4].text.partition(":")[0]) for row in lines] == [
        ("31", "published_total"),
        ("hidden", "hidden_1_to_7"),
        ("hidden", "split_left_out"),
    ]
    assert all(": " in row[4].text for row in lines if row[3].text == "hidden")


def test_every_text_is_escaped() -> None:
    given = with_other(configuration(), agreement(necessity="<script>&"))
    text = whole(sharing.sharing_agreement(given, given.law.agreements[0])).decode()

    assert "<script>" not in text
    assert "&lt;script&gt;&amp;" in text


def test_a_privacy_notice_names_what_is_given_and_to_whom() -> None:
    text = whole(privacy.privacy_notice(configuration(), POLICE)).decode()

    assert "people: name; address text" in text
    assert "council" in text


def test_what_is_recorded_is_taken_away_as_toml_and_reads_back_as_the_same() -> None:
    given, _ = whole_one()
    for one in given.partners.values():
        assert Partner.model_validate(tomllib.loads(one.toml())) == one
    agreed = given.law.agreements[0]
    assert Agreement.model_validate(tomllib.loads(agreed.toml())) == agreed


def test_what_was_stored_before_still_reads() -> None:
    given, _ = whole_one()
    partner = given.partners[POLICE].model_dump(mode="json")
    for name in ("address", "ico_registration", "privacy_notice", "contacts"):
        del partner[name]
    assert Partner.model_validate(partner).contacts == Contacts()
    assert "clauses" not in agreement(clauses={}).model_dump(exclude_defaults=True)
