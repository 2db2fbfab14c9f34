"""UK identifiers: what is written in a form of its own, found and where possible checked.

Every pattern runs on the ``shadow`` of a text (capitals, digits for letters that stand for them) and tells
where something stands. Order is precedence: what an earlier one took, a later one does not see.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from policies.masking import numbers
from policies.masking.addresses import (
    AT_HOME,
    HOME,
    NAMED_UNIT,
    NO_NUMBERED,
    NO_STREET,
    NUMBERED,
    NUMBERED_THE,
    STREET,
    UNIT_THE,
)
from policies.masking.vehicles import VEHICLE, registration, told_registration
from policies.masking.words import Words, Worth, plain


@dataclass(frozen=True, slots=True)
class Found:
    """Where an identifier stands, and what it is."""

    start: int
    end: int
    label: str


_IN_A_STREET = frozenset(
    {"the", "st", "of", "old", "st.", "may", "will", "first", "second", "third", "fourth", "well"}
)
_MEN = frozenset({
    *("male", "males", "female", "females", "youth", "youths", "lad", "lads", "kid", "kids", "men", "women"),
    *("boys", "girls", "people", "teenagers", "children", "persons", "adults", "cars", "bikes", "vehicles"),
})  # fmt: skip
"""Who or what is counted by a number that is none of a home."""
Check = Callable[[re.Match[str], Words], str | None]
"""The label of a match, or None where it is no such thing."""

_GAP = r"[ .\-()/_*·]{0,3}"
_SIGN = r"[ .\-/_]{0,2}"
_HEX = "[0-9A-F]{1,4}"
_INWARD = "[ABD-HJLNP-UW-Z]"
_MONTH = r"(?:JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEPT?|OCT|NOV|DEC)[A-Z]{0,6}\.?"
_DAY = r"\d{1,2} ?(?:ST|ND|RD|TH)?"
_DATE = (
    r"(?:\d{4} ?[-/.] ?\d{1,2} ?[-/.] ?\d{1,2}"
    r"|\d{1,2} ?[-/.\\] ?\d{1,2} ?[-/.\\] ?(?:\d{4}|\d{2})"
    rf"|{_DAY}[ -]?(?:OF )?{_MONTH}[ ,-]{{0,2}}(?:\d{{4}}|'?\d{{2}}(?![:\d]))"
    rf"|{_MONTH} ?{_DAY},? (?:\d{{4}}|'\d{{2}}))"
)
_BORN = (
    r"(?:D ?\.? ?O ?\.? ?B\.?|DATE OF BIRTH|BIRTH ?DATE|BIRTH ?DAY|BORN(?: ON| IN)?"
    r"|Y ?\.? ?O ?\.? ?B\.?|DOBS?|BN)"
)
_TLD = (
    "(?:COM|CO|UK|ORG|NET|GOV|AC|INFO|IO|ME|EU|IE|PL|EDU|BIZ|FR|DE|IN|NHS|POLICE|US|TV|APP|DEV|XYZ)"
)
_SITE = r"(?:COM|CO\.UK|ORG|NET|GOV\.UK|ORG\.UK|AC\.UK|INFO|IO|UK)"
_DOT = r" ?(?:\.|[(\[{\"] ?DOT ?[)\]}\"]| DOT ) ?"
_AT = r"(?: ?@ ?| ?[(\[{\"] ?AT ?[)\]}\"] ?| AT )"
_NUMERAL = (
    "(?:ZERO|NOUGHT|NAUGHT|OH|O|ONE|TWO|THREE|FOUR|FIVE|SIX|SEVEN|EIGHT|NINE|NINER|DOUBLE|TREBLE"
    r"|TRIPLE|\d+)"
)
_RANK = (
    "(?:PC|WPC|PCSO|CSO|PS|DC|TDC|DS|DI|SGT|SERGEANT|INSP|INSPECTOR|CONSTABLE|OFFICER|SPC|COLLAR"
    "|SHOULDER|EPAULETTE|WARRANT)S?"
)
_REFERENCE = (
    "(?:REFS?|REFERENCE|CASE|CRIME|CR|INCIDENT|INC|URN|CAD|CRN|CRIS|NICHE|TENANCY|TEN|ACCOUNT|ACC"
    "|A/C|SR|JOB|LOGS?|SERIAL|DUPE? OF|DUPLICATE OF|LINKED TO|ALSO SEE|SEE|REPORT|TICKET|PROPERTY"
    "|PAYMENT|RENT|OIS|STORM|ATHENA|ECINS|E-CINS|NI|NINO|NHS|POLICY|LICENCE|PNC|ID|IMEI|CUSTODY)"
)


def _is(label: str) -> Check:
    return lambda _found, _words: label


def _long_number(found: re.Match[str], _: Words) -> str | None:
    digits = numbers.digits_of(found[0])
    if numbers.telephone_of(found[0]) and digits[0] in "04":
        return "telephone"
    if numbers.is_nhs_number(digits):
        return "nhs_number"
    return "card" if numbers.is_card(digits) else "number"


def _postcode(found: re.Match[str], _: Words) -> str | None:
    return "postcode" if re.sub(r"[^A-Z]", "", found["area"]) in numbers.AREAS else None


def _ip(found: re.Match[str], _: Words) -> str | None:
    return "ip_address" if numbers.is_address_of_ip(found[0]) else None


def _iban(found: re.Match[str], _: Words) -> str | None:
    return "iban" if numbers.is_iban(found[0]) else None


def _address(found: re.Match[str], words: Words) -> str | None:
    """A number and a street, where what stands between is no clause («16 YOUTHS IN THE STREET»)."""
    between = [plain(one) for one in re.findall(r"[^\W\d_][\w'-]*", found["street"])]
    clause = words.lists["function"] | words.lists["abbreviations"] | words.lists["does"]
    if any((one in clause and one not in _IN_A_STREET) or one in _MEN for one in between):
        return None
    return None if between and set(between) <= NO_NUMBERED else "address"


def _home(found: re.Match[str], _: Words) -> str | None:
    value = found["value"]
    if found[0].startswith("AT ") and re.fullmatch(r"(?:[01]\d|2[0-3])[0-5]\d", value):
        return None  # a time of day
    return "address"


def _street(found: re.Match[str], words: Words) -> str | None:
    """A street: what stands before its type is no preposition, adjective or verb."""
    last = plain(found["street"])
    if last in NO_STREET or last in words.lists["function"] or last in words.lists["abbreviations"]:
        return None
    if last in words.lists["does"] or (
        last.endswith(("ing", "ed")) and words.of(last) < Worth.EITHER
    ):
        return None
    return "street"


@dataclass(frozen=True, slots=True)
class Pattern:
    """One form: what triggers it, how it reads, what it is."""

    needs: str
    """One of these characters must stand in the text: a cheap look before a dear one."""
    reads: re.Pattern[str]
    check: Check
    holds: tuple[str, ...] = ()
    """One of these must stand in it too."""


_D = "0123456789"
_ALL = "AEIOUTN"


def _p(needs: str, check: Check | str, *reads: str) -> Pattern:
    return Pattern(
        needs, re.compile("".join(reads)), _is(check) if isinstance(check, str) else check
    )


_ONLINE = (
    _p("@", "email", rf"[\w.+'&-]+(?: ?{_DOT} ?[\w+-]+)* ?@ ?[\w-]+(?:{_DOT}[\w-]+)+"),
    Pattern(
        _ALL,
        re.compile(rf"[\w.+'-]+(?:{_DOT}[\w+'-]+)*{_AT}[\w-]+(?:{_DOT}[\w-]+)*{_DOT}{_TLD}\b"),
        _is("email"),
        (" AT ", "AT)", "AT]", "AT}", 'AT"', "AT ]", "AT )"),
    ),
    _p(":./", "link", r"(?:HTTPS?|FTP) ?: ?//\S+|\bWWW ?\.\S+"),
    _p("/", "what3words", r"///? ?[^\W\d_]{2,}\.[^\W\d_]{2,}\.[^\W\d_]{2,}"),
    _p(".", "link", rf"\b[A-Z0-9][\w-]*(?:\.[\w-]+)*\.{_SITE}\b(?:/\S*)?"),
    _p(".", "what3words", r"(?<![\w.])[^\W\d_]{3,}\.[^\W\d_]{3,}\.[^\W\d_]{3,}(?![\w.])"),
    _p("@", "handle", r"(?<!\w)@ ?\w[\w.]*"),
    Pattern(
        "._0123456789",
        re.compile(
            r"\b(?:INSTA|INSTAGRAM|SNAP|SNAPCHAT|TIKTOK|TWITTER|FB|FACEBOOK|USER ?NAME|USER|HANDLE)\b"
            r"\W{1,3}(?:IS |NAME |ACCOUNT |: ?)*(?P<value>(?=[\w.]*[._\d]\w)[\w.]{3,})"
        ),
        _is("handle"),
    ),
    _p(_D, _ip, r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])"),
    _p(
        ":",
        "ip_address",
        rf"(?<![\w:])(?:{_HEX}:){{3,7}}(?::|{_HEX}|(?::{_HEX})+)",
        rf"|(?<![\w:])(?:{_HEX}:){{1,6}}:(?:{_HEX}(?::{_HEX})*)?(?![\w:])",
    ),
)
_NUMBERS = (
    _p(
        _D,
        "date_of_birth",
        rf"\b{_BORN}\W{{0,4}}(?P<value>{_DATE}|{_DAY}[ -]?(?:OF )?{_MONTH}",
        r"|\d{1,2}[ ./-]\d{1,2}(?:[ ./-]\d{2,4})?|\d{8}|\d{6}|\d{4})",
    ),
    _p(_D, _iban, r"\b[A-Z]{2}[ -]?\d{2}(?:[ -]?[A-Z0-9]{1,4}){3,8}\b"),
    _p(
        _D,
        "driving_licence",
        r"\b[A-Z]{5}[ -]?\d{6}[ -]?[A-Z9]{2}[ -]?[A-Z0-9]{3}\b",
        r"|\b[A-Z9]{5}[ -]?\d{6}[ -]?[A-Z9]{2}[ -]?\d[A-Z]{2}\b",
    ),
    _p(_D, "national_insurance", rf"\b[A-Z]{_SIGN}[A-Z](?:{_SIGN}\d){{6}}{_SIGN}[A-D]\b"),
    _p(_D, "uprn", r"\b(?:UPRN|USRN)\W{0,3}(?:NO\.?|NUMBER|IS)?\W{0,2}(?P<value>\d[\d ]*\d)"),
    _p(_D, "passport", r"\bPASSPORT\b[^\d\n]{0,14}?(?P<value>[A-Z]?\d[\d ]{5,10}\d)"),
    _p(
        _D,
        "account",
        r"\b(?:SORT ?CODE|S/C)\W{0,3}(?P<value>\d{2}\W?\d{2}\W?\d{2}(?:[^\d\n]{0,16}\d{8})?)",
    ),
    _p(_D, "account", r"(?<!\d)\d{2}[- ]\d{2}[- ]\d{2}[^\d\n]{1,16}\d{8}(?!\d)"),
    _p(
        _D,
        "card",
        r"\bCARD\b[^\d\n]{0,12}\b(?:ENDING|ENDS|LAST)\b[^\d\n]{0,16}(?P<value>\d{4})(?!\d)",
    ),
    _p(_D, "date", rf"(?<![\w/.-]){_DATE}(?![\w/-]|\.\d)"),
    _p(
        "/-_",
        "reference",
        r"(?<![\w/-])(?!TEL|MOB)[A-Z]{1,6}[/_-](?:\d{2,4}[/_-])?\d{4,}(?![\w/-])",
    ),
    _p(_D, _long_number, rf"(?<![\w+])(?:\(?\+|\(?00)?\(?\d(?:{_GAP}\d){{6,}}(?!\d)"),
    _p(
        _D,
        _postcode,
        r"(?<![A-Z0-9])(?P<area>[A-Z](?: ?[A-Z])?)[ -]?\d(?:[ -]?[A-Z0-9])?[ .-]{0,2}",
        rf"\d ?{_INWARD} ?{_INWARD}(?![A-Z0-9])",
    ),
    _p(
        _D,
        "telephone",
        r"\b(?:TEL|TELE?PHONE|MOB|MOBILE|PHONE|CALL BACK|CONTACT|LANDLINE|EXT|NUMBER IS|FAX)\b",
        r"[^\d\n]{0,8}(?P<value>\d(?:[ .-]?\d){4,})",
    ),
)
_REFERENCES = (
    _p(
        _D,
        "collar_number",
        rf"\b{_RANK}\W{{0,3}}(?:NO\.?|NUMBERS?|NUM)?\W{{0,2}}",
        r"(?P<value>\d{1,6}[A-Z]?(?: ?(?:&|AND|,|/) ?\d{2,6})*)(?!\w|:\d)",
    ),
    _p(_D, "collar_number", rf"(?<![\w/:.-])(?P<value>\d{{2,6}})(?= ?{_RANK}\b)"),
    _p(
        _D,
        "reference",
        rf"\b{_REFERENCE}\b\W{{0,3}}(?:NO\.?|NUMBER|NUM|IS|OF|REF)?\W{{0,3}}",
        r"(?P<value>[A-Z]{0,5}[/-]?\d[\w/-]*)(?![:\w])",
    ),
    _p(
        _D,
        "vehicle",
        r"\b(?:VRM|VRN|REG|REGISTRATION|INDEX|PLATE|NUMBER ?PLATE)S?\b\W{0,3}",
        r"(?:NO\.?|NUMBER|IS|OF|MARK|PLATE|PART)?\W{0,3}",
        r"(?P<value>[A-Z]{1,3}[ -]?\d{1,4}[ -]?[A-Z]{0,3}|\d{1,4}[ -]?[A-Z]{1,3})(?![A-Z0-9])",
    ),
    _p(
        _D,
        registration,
        r"(?<![A-Z0-9])(?:[A-Z] ?[A-Z][ .-]{0,3}\d ?\d[ .-]{0,3}[A-Z] ?[A-Z] ?[A-Z]",
        r"|[A-Z](?:\d{1,3}[ .-]{0,3}| \d{2,3} )[A-Z]{3}|[A-Z]{3}[ .-]{0,3}\d{1,3}[A-Z]"
        r"|[A-Z]{2,3}[ -]{1,3}\d{1,4})(?![A-Z0-9])",
    ),
    _p(_D, "vehicle", r"(?<![A-Z0-9])(?:[A-Z] [A-Z] \d \d [A-Z] [A-Z] [A-Z])(?![A-Z0-9])"),
    _p(
        _D,
        told_registration,
        rf"\b{VEHICLE}S?\b(?: (?:AND|WAS|IS|IN|ON|PLATES?|WITH|LEFT))?\W{{1,3}}",
        r"(?P<value>(?P<letters>[A-Z]{1,3}) ?\d{1,4}|\d{1,4} ?(?P<last>[A-Z]{1,3}))(?![A-Z0-9])",
    ),
    _p(
        _D,
        told_registration,
        r"(?:LEFT|DROVE|DRIVING|DRIVEN|DRIVES|ARRIVED|GOT|OFF) (?:IN|OFF IN|AWAY IN|OFF)\W{1,3}",
        r"(?P<value>(?P<letters>[A-Z]{2,3}) ?\d{1,4}|\d{1,4} ?(?P<last>[A-Z]{2,3}))(?![A-Z0-9])",
    ),
)
_STREETS = (
    Pattern(_D, NUMBERED, _address),
    Pattern(_D, NAMED_UNIT, _address),
    Pattern(_D, NUMBERED_THE, _is("address"), (" THE ",)),
    Pattern(_D, UNIT_THE, _home, (" THE ",)),
)
_PLACES = (
    Pattern(_D, HOME, _home),
    Pattern(_D, AT_HOME, _home),
)
_REST = (
    _p(
        _D,
        "reference",
        r"(?<![\w/-])(?=[\w/-]*\d[\w/-]*\d[\w/-]*\d[\w/-]*\d)",
        r"[A-Z0-9]+(?:[/_-][A-Z0-9]+)+(?![\w-])",
    ),
    _p(_D, "number", r"(?<![\w.:£])\d{5,}(?!\w)"),
    _p(_ALL, "number", rf"\b{_NUMERAL}(?:[ ,.\-]{{1,3}}{_NUMERAL}){{5,}}\b"),
    Pattern("RSALCTGDMH", STREET, _street),
)
PATTERNS = (*_ONLINE, *_NUMBERS, *_STREETS, *_REFERENCES, *_PLACES, *_REST)
"""Every form, in the order in which they take."""


def found_in(shadow: str, words: Words, opaque: list[tuple[int, int]]) -> list[Found]:
    """Return every identifier of a text in order; they do not overlap.

    Args:
        shadow: The text as ``normal.shadow`` gives it.
        words: Decide what is a word.
        opaque: Stretches that are masks already.
    """
    signs = set(shadow)
    taken = sorted(opaque)
    found: list[Found] = []
    for pattern in PATTERNS:
        if signs.isdisjoint(pattern.needs):
            continue
        if pattern.holds and not any(one in shadow for one in pattern.holds):
            continue
        for start, end, label in _matches(pattern, shadow, words):
            if all(end <= a or start >= b for a, b in taken):
                taken.append((start, end))
                found.append(Found(start, end, label))
    return sorted(found, key=lambda one: one.start)


def _matches(pattern: Pattern, shadow: str, words: Words) -> Iterator[tuple[int, int, str]]:
    grouped = "value" in pattern.reads.groupindex
    for match in pattern.reads.finditer(shadow):
        label = pattern.check(match, words)
        if label is not None:
            start, end = match.span("value") if grouped else match.span()
            yield start, end, label
