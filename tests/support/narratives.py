"""Narratives as they are written in the UK, invented, with everything planted that names somebody.

Nobody in them exists: telephone numbers are Ofcom's for drama, inward codes «9ZZ», names are put together
by chance. ``spelled`` writes what is planted the ways in which people write it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

GIVEN = (
    "Darren", "Tracey", "Gareth", "Siobhan", "Niamh", "Mohammed", "Aisha", "Priya", "Rajesh",
    "Gurpreet", "Harpreet", "Agnieszka", "Katarzyna", "Wojciech", "Zbigniew", "Oluwaseun", "Chidinma",
    "Kwame", "Adaeze", "Ngozi", "Callum", "Rhys", "Ffion", "Declan", "Saoirse", "Jade", "Kayleigh",
    "Tyrone", "Leroy", "Shanice", "Fatima", "Yusuf", "Bogdan", "Ionela", "Mark", "Rose", "Grant",
    "Will", "Hope", "Grace", "Bill", "Sue", "Pat", "Rob", "Frank", "Dawn", "Joy", "Carol", "Jack",
    "Ruby", "Poppy", "Gaz", "Shazza", "Daz",
)  # fmt: skip
FAMILY = (
    "Kowalczyk", "Wisniewska", "Nowakowski", "O'Sullivan", "O'Brien", "McAllister", "Patel", "Singh",
    "Kaur", "Hussain", "Begum", "Chaudhry", "Okonkwo", "Adeyemi", "Mensah", "Boateng", "Nguyen",
    "Popescu", "Smith", "Jones", "Whitehouse", "Clarke", "Sparrow", "Partridge", "Hill", "White",
    "Brown", "Young", "Hunter", "Baker", "Cook", "Woods", "King", "Price", "Bell", "Stone", "Fox",
    "Rice", "Wood-Jones", "Smith-Patel", "Featherstonehaugh", "Ramsbottom", "Longbottom",
)  # fmt: skip
FIRST, LAST = "{first}", "{last}"
FRAMES = (
    "INFT {who} STATES {n} YOUTHS ARE THROWING STONES AT CARS",
    "CALLER MRS {last} SAYS HER NEIGHBOUR {who} IS PLAYING LOUD MUSIC AGAIN",
    "MALE NAMED {who} WAS SHOUTING AND SWEARING OUTSIDE THE SHOPS",
    "SPOKE TO {who} WHO RINGS BACK IF IT HAPPENS AGAIN, NFA",
    "PC 1234 {last} ATTENDED, AREA SEARCHED, NO TRACE OF OFFENDERS",
    "MR {last} HAS REPORTED DOG FOULING ON THE FOOTPATH BY THE SCHOOL",
    "TENANT {who} DENIES THE NOISE AND SAYS THE COMPLAINT IS MALICIOUS",
    "{who} LIVES THERE WITH HER SON AND TWO DOGS",
    "SUSPECT IS {who}, DOB 01/02/1990, MALE, SLIM BUILD, GREY HOODIE",
    "INFORMANT AND HIS PARTNER {who} ARE FRIGHTENED TO LEAVE THE HOUSE",
)
MIXED = (
    "I spoke to {who} about the rubbish in the garden and he agreed to clear it by Friday.",
    "The complainant says that {who} from the flat above has parties every weekend.",
    "Dear Sir, my neighbour {who} keeps burning waste in the garden and the smoke is terrible.",
    "Visited the property with Mrs {last}; no answer, card left.",
    "Diary sheets from Ms {last} show banging and shouting on eight nights.",
    "Her brother {who} was seen dealing drugs in the stairwell.",
    "Email received from {who} regarding the abandoned car outside the garages.",
    "Police confirm that {who} was arrested and bailed not to enter the street.",
)
HARMLESS = (
    "YOUTHS ON MOPEDS RIDING ON THE PAVEMENT, NO HELMETS, NEARLY HIT A CHILD",
    "GROUP OF ABOUT 20 DRINKING AND SHOUTING NEAR THE SWINGS, BOTTLES SMASHED",
    "LARGE AMOUNT OF RUBBISH AND A MATTRESS DUMPED IN THE ALLEYWAY BEHIND THE SHOPS",
    "ONGOING NEIGHBOUR DISPUTE RE PARKING, BOTH PARTIES ADVISED, NFA POLICE",
    "SMELL OF CANNABIS COMING FROM THE FLAT BELOW, HAPPENS EVERY NIGHT",
    "INFT IS ELDERLY AND VULNERABLE, FEELS INTIMIDATED, WANTS CALL BACK BEFORE 2100HRS",
    "VEH LEFT FOR 2 WEEKS WITH FLAT TYRES, NO TAX, CAUSING AN OBSTRUCTION TO BUSES",
    "FIREWORKS BEING LET OFF IN THE STREET, ONE WENT UNDER A CAR, NO INJURIES",
    "The music was so loud that the windows were shaking and we could not sleep.",
    "Officers attended and moved the group on; patrols will continue over the weekend.",
    "The tenant was warned that any further breach may lead to legal action by the council.",
    "Graffiti on the wall of the community centre, offensive words, photo taken.",
    "Kids kicking a ball against the garage doors every evening until it gets dark.",
    "Two males were seen taking drugs in the stairwell, needles left on the landing.",
)


@dataclass(frozen=True)
class Told:
    """A narrative, and the pieces of it that must not be in what leaves."""

    text: str
    planted: tuple[str, ...]


def names(draw: random.Random) -> tuple[str, str]:
    """Return a given and a family name."""
    return draw.choice(GIVEN), draw.choice(FAMILY)


def told(draw: random.Random) -> Told:
    """Invent a narrative in which somebody is named."""
    first, last = names(draw)
    frame = draw.choice(FRAMES + MIXED)
    full = f"{first} {last}"
    text = frame.format(who=full, last=last, n=draw.randint(2, 9))
    planted = [last] + ([first] if "{who}" in frame else [])
    if frame in FRAMES:
        text, planted = text.upper(), [one.upper() for one in planted]
    return Told(text, tuple(planted))


def _vehicle(draw: random.Random) -> str:
    return draw.choice(("AB12 CDE", "A123 BCD", "BCD 123E", "YKJ 421", "XIB 2345", "FG61 ZXW"))


def _nhs(draw: random.Random) -> str:
    while True:
        nine = [draw.randint(0, 9) for _ in range(9)]
        check = (11 - sum(one * (10 - at) for at, one in enumerate(nine)) % 11) % 11
        if check < 10:
            digits = "".join(map(str, [*nine, check]))
            return f"{digits[:3]} {digits[3:6]} {digits[6:]}"


IDENTIFIERS: dict[str, Callable[[random.Random], str]] = {
    "mobile": lambda draw: f"07700 900{draw.randint(100, 999)}",
    "landline": lambda draw: f"01632 960{draw.randint(100, 999)}",
    "abroad": lambda draw: f"+44 7700 900{draw.randint(100, 999)}",
    "postcode": lambda draw: f"{draw.choice(('LE11', 'M1', 'SW1A', 'B33', 'CR2'))} 9ZZ",
    "vehicle": _vehicle,
    "nhs": _nhs,
    "national insurance": lambda draw: f"AB {draw.randint(10, 99)} 34 5{draw.randint(0, 9)} C",
    "email": lambda draw: f"{draw.choice(GIVEN).lower()}.x{draw.randint(1, 99)}@example.org",
    "born": lambda draw: (
        f"{draw.randint(1, 28):02d}/0{draw.randint(1, 9)}/19{draw.randint(30, 99)}"
    ),
    "driving licence": lambda draw: f"MORGA{draw.randint(600000, 799999)}SM9IJ",
    "card": lambda _: "4111 1111 1111 1111",
    "iban": lambda _: "GB82 WEST 1234 5698 7654 32",
    "ip": lambda draw: f"192.0.2.{draw.randint(1, 254)}",
    "uprn": lambda draw: f"1000{draw.randint(10000000, 99999999)}",
    "account": lambda draw: f"12-34-56 {draw.randint(10000000, 99999999)}",
}
"""What is planted, by name."""
_FRAMES_OF = {
    "born": "MALE DOB {it} SEEN IN THE AREA",
    "uprn": "PROPERTY UPRN {it} IS VOID",
    "account": "SORT CODE AND ACCOUNT {it} GIVEN FOR REFUND",
}


def spelled(text: str, kind: str) -> Iterator[str]:
    """Yield the ways in which an identifier is written."""
    yield text
    yield text.lower()
    yield text.upper()
    yield text.replace(" ", "")
    yield text.replace(" ", "  ")
    yield text.replace(" ", "\u00a0")
    yield "\u200b".join(text)
    yield "".join(chr(ord(one) + 0xFEE0) if one.isalnum() else one for one in text)
    if kind != "email":
        yield text.replace(" ", "-")
    if kind in ("mobile", "landline", "nhs", "card", "account"):
        yield text.replace(" ", ".")
        yield text.replace("0", "O")
        yield " ".join(text.replace(" ", "").replace("-", ""))
    if kind == "mobile":
        yield "0044" + text[1:]
        yield "+44 (0)" + text[1:]
        yield text.replace("1", "l")
        said = "oh one two three four five six seven eight nine".split()  # noqa: SIM905
        yield " ".join(said[int(one)] for one in text if one != " ")
    if kind == "email":
        yield text.replace("@", " at ").replace(".org", " dot org")
        yield text.replace("@", "(at)").replace(".org", "(dot)org")
        yield text.replace("@", " @ ")


def identified(draw: random.Random) -> Iterator[tuple[str, Told]]:
    """Yield narratives with one identifier in each of its spellings."""
    for kind, make in IDENTIFIERS.items():
        it = make(draw)
        frame = _FRAMES_OF.get(kind, "CALL BACK ON {it} RE YOUTHS IN THE PARK")
        for spelling in dict.fromkeys(spelled(it, kind)):
            yield kind, Told(frame.format(it=spelling), (spelling,))
