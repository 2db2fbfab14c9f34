"""One spelling for homes and telephone numbers: what meets, and what must never meet."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.premises import premises, telephones
from policies.subject_addresses import looked_up_at
from policies.subject_keys import SubjectKind, SubjectText, subject_texts
from policies.subject_search.scored import ADDRESS, DOOR, EXCHANGED
from schemas.matching import MatchKey

SAME_HOME = (
    (
        ("Flat 2, 14 Example Road, Loughborough", "LE11 9ZZ"),
        ("14 EXAMPLE RD FLAT 2 LE119ZZ", None),
        ("FLT 2 14 Exampel Rd", "le11 9zz"),
        ("2/14 Example Road", "LE11 9ZZ"),
        ("Apt. 2, No. 14 Example Rd.", "LE11 9ZZ"),
        ("Flat No 02, 14, Example Road LE11  9ZZ", "LE11 9ZZ"),
        ("F2, 14 Example Road", "LE11 9ZZ"),
        ("Flat2 14 Exmaple Rd", "LE11 9ZZ"),
        ("2, 14 Example Road", "LE11 9ZZ"),
        ("14 (2) Example Road", "LE11 9ZZ"),
        ("Bedsit 2, 14 Example Road", "LE11 9ZZ"),
    ),
    (
        ("14A Example Road", "LE11 9ZZ"),
        ("Flat A, 14 Example Road", "LE11 9ZZ"),
        ("14 a example rd", "LE11 9ZZ"),
        ("14/A Example Road", "LE11 9ZZ"),
        ("A/14 Example Road", "LE11 9ZZ"),
    ),
    (
        ("Ground Floor Flat, 14 Example Road", "LE11 9ZZ"),
        ("GFF 14 Example Road", "LE11 9ZZ"),
        ("14 Example Road, grnd flr", "LE11 9ZZ"),
    ),
    (("3 Example Court", "LE11 9ZZ"), ("Flat 3, Example Court", "LE11 9ZZ")),
    (("Rose Cottage, Sample Lane", "LE11 9ZZ"), ("ROSE COTTAGE", "LE11 9ZZ")),
    (("The Old Forge, Sample Lane", "LE11 9ZZ"), ("OLD FORGE SAMPLE LN", "LE11 9ZZ")),
    (("23 Sample Lane", "LE11 9ZZ"), ("Sample Lane, No. 23, Loughborough", "LE11 9ZZ")),
    (("12 St. Mary’s Road", "LE11 9ZZ"), ("12 Saint Marys Rd", "LE11 9ZZ")),
    (("5 20th", "LE11 9ZZ"), ("No 5 20TH", "LE11 9ZZ")),
)
NO_HOME = (
    ("EXAMPLE LANE J/W SAMPLE ROAD", "LE11 9ZZ"),
    ("Outside 14 Example Road", "LE11 9ZZ"),
    ("Sample Road", "LE11 9ZZ"),
    ("House", "LE11 9ZZ"),
    ("14", "LE11 9ZZ"),
    ("Flat 2", "LE11 9ZZ"),
    ("Flat", "LE11 9ZZ"),
    ("14 Example Road", None),
    (None, "LE11 9ZZ"),
    (None, None),
)


@pytest.mark.parametrize("spellings", SAME_HOME)
def test_spellings_of_one_home_meet(
    spellings: tuple[tuple[str, str | None], ...],
) -> None:
    assert len({premises(*one) for one in spellings}) == 1
    assert premises(*spellings[0]) is not None


def test_different_homes_never_meet() -> None:
    homes = [premises(*spellings[0]) for spellings in SAME_HOME]
    homes += [
        premises(f"Flat {flat}, {house} Example Road", f"LE{area} 9ZZ")
        for flat in (1, 11, 111)
        for house in (1, 4, 11, 41)
        for area in (11, 12)
    ]
    homes += [premises(f"{house} Sample Road", "LE11 9ZZ") for house in ("1", "11", "1A", "1-3")]
    streets = ("The Green", "The Crescent", "St John’s Road", "St Luke’s Road", "St")
    homes += [premises(f"12 {street}", "LE11 9ZZ") for street in streets]
    homes += [premises(f"F{flat}, 14 Sample Road", "LE11 9ZZ") for flat in (1, 3)]
    homes += [premises("First Floor Flat, 14 Example Road", "LE11 9ZZ")]

    assert None not in homes
    assert all(one != other for one, other in combinations(homes, 2))


@pytest.mark.parametrize(("address", "postcode"), NO_HOME)
def test_what_names_no_home_by_itself_gives_nothing(
    address: str | None, postcode: str | None
) -> None:
    assert premises(address, postcode) is None


@pytest.mark.parametrize(
    "written",
    [
        "01632 960101",
        "(01632) 960-101",
        "+44 (0)1632 960101",
        "+441632960101",
        "0044 1632 960101",
        "441632960101",
        "1632960101",
        "01632960101 ext 4",
        "tel: 01632 960 101",
        "01632 960101 after 6pm",
        "01632960101 #4",
        "01632960101.0",
    ],
)
def test_spellings_of_one_number_meet(written: str) -> None:
    assert telephones(written) == ("+441632960101",)


def test_a_cell_may_hold_several_numbers_or_none() -> None:
    both = ("+447700900123", "+441632960102")
    assert telephones("07700 900123 / 01632 960102; 07700900123") == both
    assert telephones("07700900123/01632960102") == both
    assert telephones("mob 07700900123 home 01632960102") == both
    assert telephones("07700 900123 (01632) 960102") == both
    assert telephones("+1 202 555 0100") == ("+12025550100",)
    for none in (None, "", "n/a", "960101", "+1", "0632 960101 1234", "0432 960101"):
        assert telephones(none) == ()


def test_a_sealed_half_gives_what_its_place_and_each_of_its_people_have() -> None:
    body = {
        "uprn": 100000000001,
        "address_text": "14 Example Road",
        "postcode": "LE11 9ZZ",
        "contact": "01632 960101",
        "people": [
            {"role": "caller", "telephone": "07700 900123"},
            {"role": "subject", "name": "P Example", "address": "Rose Cottage LE11 9ZZ"},
        ],
    }
    kind = SubjectKind
    assert subject_texts(body) == (
        SubjectText(0, kind.UPRN, "100000000001"),
        SubjectText(0, kind.ADDRESS, "LE119ZZ::14:E125"),
        SubjectText(0, kind.PHONE, "+441632960101"),
        SubjectText(1, kind.PHONE, "+447700900123"),
        SubjectText(2, kind.ADDRESS, "LE119ZZ::ROSE COTTAGE:"),
        SubjectText(2, kind.NAME_INITIAL, "p|EKSMPL"),
    )
    named = {"premises_name": "Sample House, 2 Example Road", "postcode": "LE11 9ZZ"}
    assert [one.kind for one in subject_texts(named)] == [kind.ADDRESS]
    without = {"address_text": "14 Example Road, Sileby"}
    assert subject_texts(without) == (SubjectText(0, kind.DOOR, ":14:E125"),)
    assert subject_texts({}) == ()


def test_a_question_proposes_by_door_and_by_flat_and_house_exchanged_and_matching_never_does() -> (
    None
):
    record = {"address_text": "14/2 Example Road, Sileby"}
    asked = {
        (kind, text): why for kind, text, why in looked_up_at("Flat 2, 14 Example Rd", "LE11 9ZZ")
    }
    found = [asked.get((one.kind.value, one.text)) for one in subject_texts(record)]
    told = subject_texts({**record, "postcode": "LE11 9ZZ"})

    assert found == [EXCHANGED]
    assert [asked.get((one.kind.value, one.text)) for one in told] == [EXCHANGED]
    assert {why for _, _, why in looked_up_at("3 Example Road, LE11 9ZZ", None)} == {ADDRESS, DOOR}
    assert {why for _, _, why in looked_up_at("3 Example Road", None)} == {DOOR}
    assert list(looked_up_at("Example Road", "LE11 9ZZ")) == []
    assert not {SubjectKind.DOOR.value} & set(MatchKey)


@given(st.text(max_size=60), st.none() | st.text(max_size=10))
def test_any_text_is_read(text: str, postcode: str | None) -> None:
    assert premises(text, postcode) == premises(text.lower(), postcode) or not text.isascii()
    assert all(number.startswith("+") for number in telephones(text))
