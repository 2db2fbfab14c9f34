"""Finding somebody's records: names in every spelling, birthdays, narratives, and how near each is."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from policies.subject_keys import subject_texts
from policies.subject_search.asked import BORN_SWAPPED, SubjectAsked, looked_up
from policies.subject_search.keys import (
    MOST_MENTIONS,
    Key,
    SubjectKey,
    of_birth,
    of_name,
    of_text,
    swapped,
)
from policies.subject_search.names import MOST_WORDS, name_words
from policies.subject_search.scored import (
    NEARNESS_SAYS,
    OTHER_BIRTH,
    REASON_SAYS,
    TELEPHONE,
    UPRN,
    Nearness,
    scored,
)
from schemas.codes import Kind, MappingStatus, SubjectRole
from schemas.incident import Incident, LogEntry, Person

SUBJECT = SubjectAsked(names=("Zoë Catherine McAllister-Jones",), born=date(1984, 3, 12))
SPELLINGS = (
    "Zoë Catherine McAllister-Jones",
    "McAllister-Jones, Zoë",
    "ZOE MCALLISTER JONES",
    "Z. McAllister-Jones",
    "Zoey MacAllister",
    "Zoe Mc Allister",
    "Mrs Z C McAllister",
    "Zoe McAllsiter",
    "Zo\u0065\u0308 Macalister",
    "Зоя Макалістер",
    "Katherine McAllister",
    "Dr. Zoë Jones",
    "zoe m’callister",
    "Cathryn Jones",
)
LOOK_ALIKES = (
    "Paul Jones",
    "Zoe Smith",
    "Ian McAllister",
    "Catherine Bell",
    "Zara Macmillan",
)


def body(**more: Any) -> Incident:
    return Incident(kind=Kind.ASB_INCIDENT, mapping_status=MappingStatus.MAPPED, **more)


def keys_of(**more: Any) -> set[Key]:
    """What of a record may be looked up by names, birthdays and mentions."""
    said = body(**more).model_dump(mode="json", exclude_defaults=True)
    ours = set(SubjectKey)
    texts = subject_texts(said)
    return {Key(SubjectKey(one.kind.value), one.text) for one in texts if one.kind.value in ours}


def common(name: str, asked: SubjectAsked = SUBJECT) -> set[str]:
    person = Person(role=SubjectRole.CALLER, name=name)
    wanted = looked_up(asked)
    return {wanted[key] for key in keys_of(people=(person,)) if key in wanted}


@pytest.mark.parametrize("name", SPELLINGS)
def test_every_spelling_of_a_name_has_a_key_in_common(name: str) -> None:
    assert common(name), name_words(name)


@pytest.mark.parametrize("name", LOOK_ALIKES)
def test_who_shares_one_name_or_a_sound_of_it_is_not_near(name: str) -> None:
    assert scored(common(name), other_birth=False).nearness is not Nearness.NEAR


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Dr Zoë O’Connor-Lloyd", ("zoe", "oconnor", "lloyd")),
        ("Mc Allister, Ian", ("mcallister", "ian")),
        ("O Li", ("o", "li")),
        ("o", ("o",)),
        ("Łukasz Żółć", ("lukasz", "zolc")),
        ("Þór Straße", ("thor", "strasse")),
        ("Ωμεγα ΑΘΗΝΑ", ("omega", "athina")),
        ("Володимир", ("volodymyr",)),
        ("山田", ()),
        ("a b c d e f g", tuple("abcdef")),
    ],
)
def test_a_name_is_words_of_one_alphabet(name: str, words: tuple[str, ...]) -> None:
    assert name_words(name) == words
    assert len(words) <= MOST_WORDS


@given(st.permutations(["Ada", "Grace", "Example"]))
def test_the_order_of_names_makes_no_difference_to_what_is_found(names: list[str]) -> None:
    kinds = {SubjectKey.FULL_NAME, SubjectKey.NAMES, SubjectKey.SOUND, SubjectKey.INITIAL}
    wanted = {one for one in of_name("Ada Grace Example") if one.kind in kinds}

    assert {one for one in of_name(" ".join(names)) if one.kind in kinds} == wanted


def test_a_single_word_meets_only_who_has_one_name() -> None:
    asked = SubjectAsked(names=("Examplo",))

    for alone in ("EXAMPLO", "Miss Examplo", "Examplo Examplo", "E Examplo", "Exampla", "Exmaplo"):
        assert common(alone, asked), alone
    for other in ("Ada Examplo", "A Examplo", "Ada", ""):
        assert not common(other, asked), other
    assert not common("Mrs McAllister")


def test_a_middle_initial_is_not_taken_for_the_beginning_of_the_surname() -> None:
    assert common("J D Lloyd", SubjectAsked(names=("Jane Diana Lloyd",)))
    assert common("Ada O Sample", SubjectAsked(names=("Ada Sample",)))
    assert common("Ada Example", SubjectAsked(names=("Ada O’Example",)))
    assert not common("Ian O’Example", SubjectAsked(names=("Ada O’Example",)))


def test_short_names_that_sound_like_many_are_found_by_the_word() -> None:
    assert {key.text for key in of_name("J Li") if key.kind is SubjectKey.INITIAL} == {"j|li"}


def test_a_birthday_is_found_with_day_and_month_exchanged() -> None:
    wanted = looked_up(SUBJECT)

    assert wanted[of_birth(date(1984, 3, 12))] == SubjectKey.BORN.value
    assert wanted[of_birth(date(1984, 12, 3))] == BORN_SWAPPED
    assert swapped(date(1984, 3, 13)) is None
    assert swapped(date(1984, 3, 3)) is None
    assert len(looked_up(SubjectAsked(born=date(1984, 3, 13)))) == 1
    assert of_birth(date(1984, 3, 12)) not in looked_up(SubjectAsked(names=SUBJECT.names))


@pytest.mark.parametrize(
    "text",
    [
        "Spoke to Mrs Zoe McAllister, who was calm.",
        "SPOKE TO ZOE MCALLISTER",
        "nothing here\nand Jones, Zoe at the door",
        "Mrs McAllister-Jones (Zoe) is away",
        "spoke to zoe mcallister, calm",
        "visited Zoe. Jones says no",
    ],
)
def test_a_mention_in_a_narrative_is_found(text: str) -> None:
    wanted = looked_up(SUBJECT)
    in_text = {wanted[key] for key in keys_of(description=text) if key in wanted}
    in_log = keys_of(log_entries=(LogEntry(text=text),))

    assert SubjectKey.MENTION.value in in_text
    assert in_log == keys_of(description=text)


def test_a_text_gives_so_many_keys_and_no_more() -> None:
    text = " ".join(f"Ab{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(300))

    assert MOST_MENTIONS <= len(of_text(text)) <= MOST_MENTIONS + 1
    assert of_text("so it is, he said to me: o k, T P") == frozenset()
    assert of_text("Dr Who; 山田 山田 said") == frozenset()


def test_a_record_of_nobody_has_no_key() -> None:
    nobody = Person(role=SubjectRole.CALLER)
    born = Person(role=SubjectRole.CALLER, date_of_birth=date(1984, 3, 12))

    assert keys_of(people=(nobody,)) == set()
    assert keys_of(people=(born,)) == {of_birth(date(1984, 3, 12))}


@pytest.mark.parametrize("asked", [{}, {"names": ("A. B.",)}, {"names": ("Ada Example",) * 9}])
def test_a_question_asks_for_something(asked: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        SubjectAsked(**asked)


def test_what_tells_of_the_same_counts_once_and_another_birthday_counts_against() -> None:
    near = scored({"name", "name_pair", "name_initial", "born"}, other_birth=False)
    other = scored({"name", "name_pair"}, other_birth=True)
    far = scored({"name_initial"}, other_birth=True)
    most = scored({"name", "born", UPRN, TELEPHONE}, other_birth=False)

    assert (near.score, near.why, near.nearness) == (85, ("name", "born"), Nearness.NEAR)
    assert (other.score, other.why) == (30, ("name", OTHER_BIRTH))
    assert other.nearness is Nearness.POSSIBLE
    assert (far.score, far.nearness) == (0, Nearness.FAR)
    assert most.score == 100
    more = scored(["name_pair"] * 3, other_birth=False)
    assert more.score - scored(["name_pair"], other_birth=False).score == 10
    assert set(NEARNESS_SAYS) == set(Nearness)
    assert OTHER_BIRTH in REASON_SAYS
