"""What becomes of narratives, sentence by sentence. Everybody in them is invented."""

from __future__ import annotations

import pytest

from policies.masking.judged import Level
from policies.masking.narrative import LONGEST, Masked, mask
from policies.masking.words import packaged_words
from schemas.released import NarrativeWithheld as Withheld

WORDS = packaged_words()


def masked(text: str, level: Level = Level.STRICT) -> str | None:
    return mask(text, WORDS, level=level).text


@pytest.mark.parametrize(
    "text",
    [
        "INFT STATES YOUTHS THROWING FIREWORKS AT CARS",
        "2147HRS: MALE WHITE SLIM BUILD 20S WEARING GREY HOODIE SEEN TRYING CAR DOORS. IC1. NFA",
        "CALLER WILL RING BACK. MAY NEED AN INTERPRETER",
        "3 X YOUTHS ON MOPEDS O/S SHOPS ON THE A46, 4TH CALL TODAY, ASB CAR REQUESTED",
        "Diary sheets returned x3, noise nuisance from upstairs at night until 2am.",
        "Youths Throwing Fireworks At The Cars In The Street",
        "the lads were chasing each other on quad bikes and swearing at the neighbours",
        "SPOKE TO CALLER RE BINS, NOT HAPPY WITH THE COUNCIL. UNABLE TO ROB THE SHOP",
        "He said the police were on their way and I should stay in.",
    ],
)
def test_what_is_harmless_passes_whole(text: str) -> None:
    assert masked(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "INFT MARK WHITE STATES MALE KNOWN AS SMUDGE IS O/S NO 22 AGAIN",
            "INFT [name] STATES MALE KNOWN AS [name] IS O/S [address] AGAIN",
        ),
        (
            "NEIGHBOUR AT NO 16 (C EXAMPLE DOB 01/01/90) SHOUTING ABUSE",
            "NEIGHBOUR AT [address] ([name] DOB [date_of_birth]) SHOUTING ABUSE",
        ),
        (
            "PC 1234 HILL HERE, PCSO 9876 SPARROW ALSO. LOG 418 REFERS",
            "PC [collar_number] [name] HERE, PCSO [collar_number] [name] ALSO. LOG [reference] REFERS",
        ),
        (
            "Spoke to Mrs Okonkwo-Smith at 14a Example Close, her neighbour Dave plays music.",
            "Spoke to Mrs [name] at [address], her neighbour [name] plays music.",
        ),
        (
            "spoke to mark at no 12, he said priya from flat 3 was there, tel o77oo 9oo123",
            "spoke to [name] at [address], he said [name] from [address] was there, tel [telephone]",
        ),
        (
            "SPOKE TO SUE ABOUT THE BINS. SUE STATES HER HUSBAND BILL IS ILL",
            "SPOKE TO [name] ABOUT THE BINS. [name] STATES HER HUSBAND [name] IS ILL",
        ),
        ("Will said he saw it. Rose was there.", "[name] said he saw it. [name] was there."),
        ("MOVED TO SYNTHETIC RD J/W EXAMPLE ST", "MOVED TO [street] J/W [street]"),
        ("J O H N WAS THERE WITH D.J. OKAFOR", "[name] WAS THERE WITH [name]"),
        ("SHOUTING AT KOWALSKI 46", "SHOUTING AT [name] [address]"),
    ],
)
def test_people_and_what_belongs_to_them_are_masked(text: str, expected: str) -> None:
    assert masked(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("JOHN\nSmith was HERE WITH THE LADS today", "[name]\n[name] was HERE WITH THE LADS today"),
        ("He met A. Hill and the DEALER there.", "He met [name] and the [name] there."),
        ("They told Father Christmas. ROSE IS OLD", "They told Father [name] IS OLD"),
        ("Sparrow Jones rang. Hedgehog", "[name] rang. Hedgehog"),
        ("MR SO AND SO, MRS ATTENDED", "MR SO AND SO, MRS ATTENDED"),
        ("KNOWN AS THE BOSS, GOES BY RAZOR", "KNOWN AS THE [name], GOES BY [name]"),
        (
            "BLOCK C STAIRWELL, T SHIRT, 3 X LADS",
            "BLOCK C STAIRWELL, T SHIRT, 3 X LADS",
        ),
        ("He saw the Manager in his Ford.", "He saw the Manager in his Ford."),
        ("He said GET OUT NOW to them", "He said GET OUT NOW to them"),
        ("J [name] RANG, A [name] AND A. [name]", "[name] RANG, A [name] AND [name]"),
        ("He took b home", "He took b home"),
        ("ALIAS THE TEAPOT", "ALIAS THE [name]"),
        ("KOWALSKI-TABLE RANG", "[name] RANG"),
        ("SMITH J AND K EXAMPLE AND MR A WHITE", "[name] AND [name] AND MR [name]"),
        (
            "ON THE A46 BUT NOT A46, LE11 OR ZQ99",
            "ON THE A46 BUT NOT [reference], [postcode] OR [reference]",
        ),
        ("WHITE-KOWALSKI AND KOWALSKI-WHITE RANG", "[name] AND [name] RANG"),
        ("MALE IS YOUNG, SUSPECT IS PAT SPARROW", "MALE IS YOUNG, SUSPECT IS [name]"),
        ("THE DRIVER WAS BAKER, NOT A COOK", "THE DRIVER WAS [name], NOT A COOK"),
        ("SPOKEN TO ROB AND TRIED TO ROB HIM", "SPOKEN TO [name] AND TRIED TO ROB HIM"),
        ("DARREN GRANT, DARREN MAY BE IN", "[name], [name] MAY BE IN"),
        ("16 YOUTHS IN THE STREET, 3 SIDE ROAD", "16 YOUTHS IN THE STREET, 3 SIDE ROAD"),
        ("AT 2147 AT 21 EXAMPLE", "AT 2147 AT [address] EXAMPLE"),
        (
            "CLOSED ROAD, LEAVING DRIVE, IN EXAMPLE DRIVE",
            "CLOSED ROAD, LEAVING DRIVE, IN [street]",
        ),
        ("N.F.A. AND N/O/K, QUX/Z", "N.F.A. AND N/O/K, [word]/Z"),
        ("A46 AND ABC 123 BUT XKJ 123", "[reference] AND ABC 123 BUT [vehicle]"),
        ("1.2.3.999 OR 10.1.2.3", "1.2.3.999 OR [ip_address]"),
        ("straße in ﬁne weather", "[word] in fine weather"),
        ("07700 900123 OK, INSTA SHAZ.X.91", "[telephone] OK, INSTA [handle]"),
    ],
)
def test_places_decide(text: str, expected: str) -> None:
    assert masked(text) == expected


def test_a_mask_stays_as_it_is_and_says_nothing_of_length() -> None:
    once = masked("INFT ZEBEDEE FFOULKES-O'HARA STATES THAT ANNE KNOWS")

    assert once == "INFT [name] STATES THAT [name] KNOWS"
    assert masked(once) == once


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("A" * (LONGEST + 1), Withheld.TOO_LONG),
        ("caf\ufffd", Withheld.UNDECODABLE),
        ("bell\x07", Withheld.UNDECODABLE),
        ("Sąsiedzi znowu hałasują w nocy i krzyczą na dzieci", Withheld.OTHER_LANGUAGE),
        ("Сосед снова шумит ночью", Withheld.OTHER_LANGUAGE),
    ],
)
def test_what_cannot_be_judged_is_withheld_whole(text: str, reason: Withheld) -> None:
    assert mask(text, WORDS) == Masked(None, reason)


def test_a_text_that_does_not_settle_within_its_bound_is_withheld() -> None:
    assert mask("SEEN WITH DARREN", WORDS, passes=1) == Masked(None, Withheld.TOO_MUCH_WORK)
    assert mask("SEEN", WORDS, passes=1) == Masked("SEEN")


def test_each_level_hides_what_the_one_before_hides_and_more() -> None:
    text = "Seen by Sparrow and Zebedee near the apiary, tel 01632 960123"

    assert [masked(text, level) for level in Level] == [
        "Seen by Sparrow and Zebedee near the apiary, tel [telephone]",
        "Seen by Sparrow and [name] near the apiary, tel [telephone]",
        "Seen by [name] and [name] near the apiary, tel [telephone]",
        "Seen by [name] and [name] near the [word], tel [telephone]",
    ]
