"""Addresses: a number before a street, a numbered home, the name of a street."""

from __future__ import annotations

import re

STREET_TYPES = {
    "RD": "ROAD", "ST": "STREET", "STR": "STREET", "AVE": "AVENUE", "AV": "AVENUE", "CL": "CLOSE",
    "CLO": "CLOSE", "DR": "DRIVE", "DRV": "DRIVE", "LN": "LANE", "CRES": "CRESCENT", "CRS": "CRESCENT",
    "CT": "COURT", "CRT": "COURT", "GDNS": "GARDENS", "GDN": "GARDENS", "GRN": "GREEN", "GR": "GROVE",
    "GRV": "GROVE", "PL": "PLACE", "SQ": "SQUARE", "TER": "TERRACE", "TERR": "TERRACE", "HSE": "HOUSE",
    "HO": "HOUSE", "PDE": "PARADE", "WLK": "WALK", "WY": "WAY", "YD": "YARD", "BLDG": "BUILDING",
    "BLDGS": "BUILDINGS", "CTG": "COTTAGE", "FLT": "FLAT", "APT": "FLAT", "APARTMENT": "FLAT", "PK":
    "PARK", "TCE": "TERRACE", "AVN": "AVENUE", "BLVD": "BOULEVARD", "COTT": "COTTAGE",
}  # fmt: skip
"""Short for long, as addresses are written."""
_TYPES = (
    "ROAD", "STREET", "AVENUE", "CLOSE", "DRIVE", "LANE", "CRESCENT", "COURT", "GARDENS", "GARDEN",
    "GREEN", "GROVE", "PLACE", "SQUARE", "TERRACE", "HOUSE", "PARADE", "WALK", "WAY", "YARD",
    "BUILDING", "BUILDINGS", "COTTAGE", "COTTAGES", "MEWS", "ROW", "RISE", "VIEW", "GATE", "HILL",
    "PARK", "LODGE", "VILLAS", "MANSIONS", "TOWER", "TOWERS", "HEIGHTS", "POINT", "END", "CIRCUS",
    "BROADWAY", "VALE", "DALE", "MOUNT", "BANK", "FIELD", "FIELDS", "MEADOW", "WHARF", "QUAY", "SIDE",
    "LEA", "LEAS", "FOLD", "CROFT", "ORCHARD", "ARCADE", "BOULEVARD", "EMBANKMENT", "ESPLANADE",
    "PROMENADE", "PASSAGE", "FARM", "MILL", "ACRE", "ACRES", "CROSS", "BARN", "BARNS", "LAWNS", "DENE",
    "COPSE", "BRAE", "WYND", "CAUSEWAY", "PADDOCK", "PADDOCKS", "SPINNEY", "HOLLOW", "GLEN", "STRAND",
    "PARKWAY", "BROW", "COMMON", "GRANGE", "MANOR", "HALL", "WOOD", "RIDGE", "CHASE", "FLATS", "COURTS",
    "MALTINGS", "GARTH", "NOOK", "PIECE", "MARKET",
)  # fmt: skip
TYPE = "|".join(
    sorted({*_TYPES, *STREET_TYPES} - {"FLT", "APT", "APARTMENT"}, key=len, reverse=True)
)
_UNIT = r"(?:FLATS?|FLT|APT|APARTMENT|UNIT|ROOM|RM|PLOT|BEDSIT|MAISONETTE|BLOCK|BLK)"
_HOME = r"(?:\d{1,4}(?: ?[A-H]\b)?)"
_HOMES = rf"{_HOME}(?: ?(?:,|&|AND|OR|/|-|TO) ?(?:{_HOME})(?![\w:]))*"
_UNITS = (
    r"(?! ?(?:AM|PM|HRS?|HOURS?|MINS?|MINUTES?|SECS?|YRS?|YEARS?|YO|Y/O|YR|DAYS?|WEEKS?|WKS?|MONTHS?"
    r"|MTHS?|O'?CLOCK|TIMES?|X|PEOPLE|PERSONS?|PPL|MALES?|FEMALES?|YOUTHS?|LADS|KIDS|MEN|BOYS|GIRLS"
    r"|CALLS|CARS|VEHS?|VEHICLES|MPH|METRES|MTRS|M|OFFICERS|OCCASIONS|ST|ND|RD|TH|TONIGHT|LAST|THIS"
    r"|IN THE|EACH|EVERY|PERCENT|FT|FOOT|FEET|UNITS|BAGS|DOGS)\b|[:.]\d|%|\w)"
)
_WORD = r"[^\W\d_][\w'.-]*"
_NO = r"(?:NO|NOS|NUM|NUMBERS?|HOUSE|DOOR)"
_IN = rf"(?:\b{_UNIT}[ .,#]*(?:\d{{1,4}} ?[A-H]?\b[ ,]*)?)?"
_MORE = r"(?: (?:MEWS|COURT|CT|HOUSE|HSE|STREET|ST|ROAD|RD|LANE|LN|AVENUE|AVE|GARDENS|FLATS)\b)?"
NUMBERED = re.compile(
    rf"(?<![\w.:£/]){_IN}(?:\b{_NO}[.:#]? ?)?(?:\d{{1,2}}/\d{{1,2}}[ ,]+)?{_HOMES}[ ,]+"
    rf"(?P<street>(?:THE |OLD |ST\.? )?{_WORD}(?:[ ]+{_WORD}){{0,3}}?)[ ,]+(?:{TYPE})\b\.?{_MORE}"
)
"""«14 EXAMPLE CLOSE», «FLAT 2, 14A EXAMPLE RD»; ``street`` is what stands between."""
NAMED_UNIT = re.compile(
    rf"\b{_UNIT}[ .,#]*\d{{1,4}} ?[A-H]?[ ,]+"
    rf"(?P<street>{_WORD}(?: {_WORD}){{0,2}}?)[ ,]+(?:{TYPE})\b\.?"
)
"""«FLAT 2 EXAMPLE HSE»."""
NUMBERED_THE = re.compile(
    rf"(?<![\w.:£/]){_IN}(?:\b{_NO}[.:#]? ?)?(?<!\d)\d{{1,3}} ?[A-H]?,? THE (?:{TYPE})\b\.?"
)
"""«7 THE GREEN», «FLAT 2, 14 THE CRESCENT»."""
UNIT_THE = re.compile(
    rf"\b(?P<value>{_UNIT}[ .,#]*\d{{1,4}} ?[A-H]?,? THE (?:OLD |NEW )?{_WORD}\b)"
    r"(?! (?:IS|WAS|ARE|WERE|HAS|HAVE|HAD)\b)"
)
"""«FLAT 3 THE MALTINGS», not «FLAT 3 THE MUSIC IS»."""
HOME = re.compile(
    rf"(?<![\w/])(?P<value>(?:{_NO}|{_UNIT})\b[.:#]? ?(?:NO\.? ?|NUMBER )?#?{_HOMES}){_UNITS}"
)
"""«NO 16», «FLAT 2B», «NUMBERS 14 AND 16»."""
AT_HOME = re.compile(
    r"\b(?:AT|LIVES?|LIVING|RESIDES?|RESIDING|O/S|R/O|REAR OF|OUTSIDE|OPP|OPPOSITE|BEHIND|NEXT TO"
    r"|NEXT DOOR TO|NEIGHBOURS?|OCC|OCCUPIERS? OF|ADDRESS|ADDR?)"
    rf"(?: AT| IS)?[:.]? ?#?(?P<value>{_HOMES}){_UNITS}"
)
"""«LIVES AT 16», «O/S 22»."""
STREET = re.compile(
    r"(?<![\w/'.-])(?:(?:OLD|NEW|UPPER|LOWER|GREAT|LITTLE|NORTH|SOUTH|EAST|WEST|ST\.?|SAINT) )?"
    r"(?P<street>[^\W\d_][\w'-]*) "
    r"(?:ROAD|RD|STREET|ST|AVENUE|AVE|CRESCENT|CRES|LANE|LN|GARDENS|GDNS|CL|DRIVE|TERRACE|TERR|TCE"
    r"|COTTAGES?|HSE|CT|CLOSE|MEWS|LODGE|(?:VIEW|COURT|HOUSE|TOWER) FLATS)\b(?! ?\.? ?\d)"
)
"""«SYNTHETIC RD», «OLD MARKET ST»: a street without a number; ``street`` is the word before its type."""
NO_STREET = frozenset({
    "high", "main", "busy", "side", "back", "dirt", "ring", "slip", "same", "other", "next", "this",
    "that", "whole", "public", "private", "residential", "quiet", "dead", "end", "cross", "off", "on",
    "down", "up", "into", "across", "the", "a", "an", "our", "my", "his", "her", "their", "your", "one",
    "way", "middle", "old", "new", "of", "in", "to", "from", "at", "by", "near", "and", "or", "no",
    "any", "some", "every", "own", "top", "bottom", "front", "rear", "far", "opposite", "outside",
    "along", "over", "under", "between", "behind", "towards", "major", "minor", "wrong", "very", "so",
    "too", "stay", "get", "come", "came", "keeps", "kept", "is", "was", "be", "not", "really", "fairly",
    "quite", "long", "narrow", "single", "track", "country", "service", "access", "school", "test",
    "hard", "could", "can", "will", "would", "unable", "disk", "sex", "fast", "bus", "cycle", "both",
    "all", "two", "three", "several", "which", "what", "closed", "open",
})  # fmt: skip
"""What stands before «road» or «close» and is no name of one."""
NO_NUMBERED = NO_STREET - {
    *("high", "main", "ring", "back", "cross", "end", "way", "middle", "old", "new", "top", "bottom", "far"),
    *("long", "narrow", "country", "school", "will", "bus", "track", "quiet", "private", "service"),
}  # fmt: skip
"""The same where a number stands before («22 WILL STREET», «1 LONG ROAD»)."""


def long_form(text: str) -> list[str]:
    """Return an address as words: capitals, no punctuation, short forms written out."""
    words = re.findall(r"[^\W_]+", text.upper().replace("'", ""))
    return [STREET_TYPES.get(word, word) for word in words]
