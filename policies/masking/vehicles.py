"""Registrations of vehicles: those that look like one, and those that only their neighbours tell.

Source of the forms: current (2001), prefix, suffix and dateless series of the Driver and Vehicle Licensing
Agency, from memory.
"""

from __future__ import annotations

import re

from policies.masking.words import Words, Worth

VEHICLE = (
    "(?:CAR|VAN|VEH|VEHICLE|BIKE|MOTORBIKE|MOPED|SCOOTER|LORRY|TRUCK|TAXI|QUAD|PICKUP|ESTATE|HATCHBACK"
    "|SALOON|TRANSIT|FORD|FIESTA|FOCUS|VAUXHALL|CORSA|ASTRA|BMW|AUDI|VW|GOLF|POLO|MERCEDES|TOYOTA"
    "|HONDA|NISSAN|RENAULT|CLIO|PEUGEOT|CITROEN|FIAT|KIA|HYUNDAI|SKODA|SEAT|VOLVO|MINI|TESLA)"
)
"""Words for a vehicle, after which a short pair of letters and digits is its registration."""
_COUNTED = frozenset(
    {
        *(
            "am",
            "pm",
            "hr",
            "hrs",
            "min",
            "sec",
            "day",
            "wk",
            "wks",
            "mth",
            "yr",
            "yrs",
            "mph",
            "kph",
        ),
        *(
            "ft",
            "cm",
            "mm",
            "km",
            "m",
            "yds",
            "cc",
            "kg",
            "lb",
            "l",
            "x",
            "st",
            "nd",
            "rd",
            "th",
            "no",
        ),
        *("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", "up"),
        *(
            "bed",
            "men",
            "man",
            "boy",
            "big",
            "lad",
            "car",
            "ltr",
            "gbp",
            "old",
            "new",
            "ppl",
            "pax",
        ),
    }
)
"""Words of up to three letters that stand beside a number and make it none of a registration."""


def registration(found: re.Match[str], words: Words) -> str | None:
    """A registration; with a gap before its letters, not where they are a word («A46 AND»)."""
    letters = [one.lower() for one in re.findall(r"[A-Z]+", found[0]) if len(one) > 1]
    if re.search(r"\d[ .\-]+[A-Z]|[A-Z][ .\-]+\d", found[0]) and letters:
        harmless = [words.of(one) in (Worth.HARMLESS, Worth.EITHER) for one in letters]
        prefixed = (
            re.match(r"[C-RT-Z]\d{2,3}\W", found[0]) and letters[0] not in words.lists["function"]
        )
        return None if all(harmless) and not prefixed else "vehicle"
    return "vehicle"


def told_registration(found: re.Match[str], words: Words) -> str | None:
    """A registration of letters that are also a word («CAR ABC 123»), not a number of something."""
    letters = (found["letters"] or found["last"]).lower()
    counted = letters in words.lists["function"] or letters in _COUNTED
    return None if counted else "vehicle"
