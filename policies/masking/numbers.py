"""Check digits and areas: whether a number can be what it looks like.

NHS number: NHS Data Dictionary, modulus 11. Cards: ISO/IEC 7812 (Luhn). IBAN: ISO 13616 (mod 97).
Postcode: the areas that Royal Mail uses, inward letters without C I K M O V (BS 7666).
"""

from __future__ import annotations

_NHS_DIGITS = 10
_CARD_DIGITS = range(13, 20)
_IBAN_SIGNS = range(15, 35)
_OCTET = 256
_NINE = 9
AREAS = frozenset({
    "AB", "AL", "B", "BA", "BB", "BD", "BF", "BH", "BL", "BN", "BR", "BS", "BT", "BX", "CA", "CB", "CF",
    "CH", "CM", "CO", "CR", "CT", "CV", "CW", "DA", "DD", "DE", "DG", "DH", "DL", "DN", "DT", "DY", "E",
    "EC", "EH", "EN", "EX", "FK", "FY", "G", "GL", "GU", "GY", "HA", "HD", "HG", "HP", "HR", "HS", "HU",
    "HX", "IG", "IM", "IP", "IV", "JE", "KA", "KT", "KW", "KY", "L", "LA", "LD", "LE", "LL", "LN", "LS",
    "LU", "M", "ME", "MK", "ML", "N", "NE", "NG", "NN", "NP", "NR", "NW", "OL", "OX", "PA", "PE", "PH",
    "PL", "PO", "PR", "RG", "RH", "RM", "S", "SA", "SE", "SG", "SK", "SL", "SM", "SN", "SO", "SP", "SR",
    "SS", "ST", "SW", "SY", "TA", "TD", "TF", "TN", "TQ", "TR", "TS", "TW", "UB", "W", "WA", "WC", "WD",
    "WF", "WN", "WR", "WS", "WV", "YO", "ZE",
})  # fmt: skip
"""Postcode areas."""


def digits_of(text: str) -> str:
    """Return the digits of a text."""
    return "".join(one for one in text if one in "0123456789")


def is_nhs_number(digits: str) -> bool:
    """Whether ten digits end in their check digit (modulus 11)."""
    if len(digits) != _NHS_DIGITS:
        return False
    total = sum(int(one) * (_NHS_DIGITS - place) for place, one in enumerate(digits[:-1]))
    return (11 - total % 11) % 11 == int(digits[-1])


def is_card(digits: str) -> bool:
    """Whether 13 to 19 digits fulfil Luhn's sum."""
    if len(digits) not in _CARD_DIGITS:
        return False
    total = 0
    for place, one in enumerate(reversed(digits)):
        doubled = int(one) * (1 + place % 2)
        total += doubled - _NINE * (doubled > _NINE)
    return total % 10 == 0


def is_iban(text: str) -> bool:
    """Whether letters and digits fulfil ISO 7064 mod 97-10."""
    signs = "".join(one for one in text.upper() if one.isascii() and one.isalnum())
    if len(signs) not in _IBAN_SIGNS:
        return False
    return int("".join(str(int(one, 36)) for one in signs[4:] + signs[:4])) % 97 == 1


def is_address_of_ip(text: str) -> bool:
    """Whether four numbers are octets."""
    return all(int(part) < _OCTET for part in text.split("."))


def telephone_of(text: str) -> str | None:
    """Return a British telephone number's digits from its 0 on; None where it is none."""
    digits = digits_of(text)
    for prefix in ("0044", "44"):
        rest = digits.removeprefix(prefix).removeprefix("0")
        if digits.startswith(prefix) and len(rest) in (9, 10):
            return "0" + rest
    return digits if digits.startswith("0") and len(digits) in (10, 11) else None
