"""What a person is told of a record: their own part, and nobody else's."""

from __future__ import annotations

from datetime import date
from typing import Any

from policies.subject_answer import FIELD_SAYS, LANE_SAYS, POWER_SAYS, own_part
from policies.subject_search.asked import SubjectAsked
from schemas.codes import Kind, MappingStatus, SubjectRole
from schemas.incident import NARRATIVES, PERSON_GROUPS, SENSITIVITY, Incident, LogEntry, Person
from schemas.powers import Power
from schemas.sensitivity import Half, Lane

ASKED = SubjectAsked(
    names=("Zoe Example",), telephones=("07700 900123",), addresses=("12 Example Road LE11 9ZZ",)
)
ZOE = Person(
    role=SubjectRole.CALLER,
    name="Zoe Example",
    telephone="07700 900123",
    date_of_birth=date(1984, 3, 12),
)
OTHER = Person(role=SubjectRole.SUBJECT, name="Ian Sampleton", telephone="07700 900456")


def record(**more: Any) -> Incident:
    said: dict[str, Any] = {"kind": Kind.ASB_INCIDENT, "mapping_status": MappingStatus.MAPPED}
    return Incident(**{**said, **more})


def test_the_other_people_of_a_row_are_left_out_and_masked_in_what_was_said() -> None:
    text = (
        "Zoe Example rang from 07700 900123 and says Ian Sampleton shouted at her again last night."
    )
    told = own_part(record(people=(OTHER, ZOE), description=text, contact="07700 900456"), 2, ASKED)

    assert told["you"]["name"] == "Zoe Example"
    assert "Sampleton" not in str(told)
    assert "900456" not in str(told)
    assert "Zoe Example" in told["description"]["text"]
    assert "contact" not in told


def test_a_row_of_one_person_is_theirs() -> None:
    told = own_part(
        record(people=(ZOE,), contact="07700 900123", repeat_flag=True, hate_incident=None),
        1,
        ASKED,
    )

    assert (told["contact"], told["repeat_flag"]) == ("07700 900123", True)
    assert "hate_incident" not in told


def test_a_mention_tells_what_was_said_and_nobody_of_the_row() -> None:
    entry = LogEntry(text="Spoke with Zoe Example at the door, she was calm and went inside again.")
    told = own_part(record(people=(OTHER,), log_entries=(entry,)), 0, ASKED)

    assert "you" not in told
    assert "Zoe Example" in told["log_entries"][0]["text"]
    assert own_part(record(people=(OTHER,)), 2, ASKED) == {}


def test_a_text_that_cannot_be_masked_is_withheld_whole() -> None:
    told = own_part(record(description="\x00\x01\x02"), 0, ASKED)

    assert set(told["description"]) == {"withheld"}


def test_the_place_is_told_where_it_is_their_home() -> None:
    home = record(people=(ZOE,), address_text="12 Example Rd", postcode="LE11 9ZZ")
    lived = ZOE.model_copy(update={"address": "3 Sample Lane LE11 9ZZ", "name": None})
    there = record(people=(lived,), premises_name="3 Sample Lane", postcode="LE11 9ZZ")
    elsewhere = record(people=(ZOE,), address_text="9 Other Street", postcode="LE11 9ZZ")

    assert own_part(home, 1, ASKED)["place"] == "12 Example Rd"
    assert own_part(there, 1, ASKED)["place"] == "3 Sample Lane"
    assert "place" not in own_part(elsewhere, 1, ASKED)


def test_every_field_that_may_leave_has_its_words() -> None:
    sealed = {name for name, one in SENSITIVITY.items() if one.half is Half.SEALED}
    parts = {f"people.{part}" for part in PERSON_GROUPS}

    assert (sealed - {"people", "media_url"}) | parts == set(FIELD_SAYS)
    assert set(NARRATIVES) < set(FIELD_SAYS)
    assert set(LANE_SAYS) == {lane.value for lane in Lane}
    assert POWER_SAYS.keys() == {power.value for power in Power}
