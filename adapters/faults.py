"""What a row can get wrong: every rule has a code and one sentence, and no sentence holds a value."""

from __future__ import annotations

from typing import Final

from schemas.receipts import FieldFault

RULES: Final[dict[str, str]] = {
    "assertion.missing": "A narrative that would be kept is said to be neither fact nor opinion.",
    "assertion.unreadable": "A narrative is fact or opinion.",
    "area.unreadable": "An area code is a letter and eight digits, as the ONS writes it.",
    "code.not_in_list": "The value is none of the list that this field takes.",
    "code.missing": "The row names no opening, closing or class code, so it cannot be placed.",
    "field.not_accepted": "The value does not fit this field of the common schema.",
    "flag.not_in_list": "The flag is none of the words that the settings give for yes and no.",
    "grading.not_of_scheme": "A grade or handling code is none of the grading scheme of the row.",
    "grading.scheme_missing": "A grade or handling code is given, and no scheme: 3x5x2 or 5x5x5.",
    "grading.scheme_unreadable": "A grading scheme is 3x5x2 or 5x5x5.",
    "id.unreadable": "An id is one that `gateway prepare` made.",
    "json.too_deep": "A row nests deeper than this source does.",
    "marking.above_official_sensitive": "SECRET and above are not accepted; nothing was kept.",
    "marking.unreadable": "The marking is neither OFFICIAL nor OFFICIAL-SENSITIVE.",
    "mopi.unreadable": "A MoPI group is 1, 2, 3 or 4.",
    "month.unreadable": "A month is written YYYY-MM.",
    "person.born_unreadable": "A date of birth is written YYYY-MM-DD or DD/MM/YYYY.",
    "person.role_missing": "Somebody is named and not what they are to the incident (DPA 2018 s.38(3)).",
    "person.role_unknown": "A role is complainant, victim, witness, subject, caller or convicted.",
    "place.axes_swapped": "Easting and northing lie in the area of this feed only if exchanged.",
    "place.half_a_point": "One coordinate of the pair is missing.",
    "place.outside_area": "The point lies outside the area that the settings give this feed.",
    "place.outside_great_britain": "The point lies outside Great Britain.",
    "place.unreadable": "A coordinate is a plain number.",
    "reference.missing": "The row has no reference of its own, so it could not be corrected later.",
    "reference.too_long": "A reference has at most 64 characters.",
    "row.field_too_long": "A field has at most 10,000 characters.",
    "row.not_an_object": "A row is a JSON object with one member a column.",
    "row.not_in_encoding": "The row holds bytes that its encoding does not know.",
    "row.quote_not_closed": "A quotation mark opens here and never closes: the rest was not read.",
    "row.too_few_fields": "The row has fewer fields than the header.",
    "row.too_many_fields": "The row has more fields than the header.",
    "text.not_allowed": "Text holds no NUL and no lone surrogate.",
    "text.too_long": "The text is longer than this field of the common schema.",
    "time.does_not_exist": "The clocks went forward over this time: it did not exist that night.",
    "time.ends_before_it_begins": "The incident ends before it begins.",
    "time.missing": "The row has neither a time of the incident nor one of the report.",
    "time.out_of_range": "The year lies outside 1996 to 2099.",
    "time.too_fine": "A prepared record states its times to the hour at the finest.",
    "time.unreadable": "The time has none of the formats that the settings name.",
    "value.not_a_scalar": "The value is a list or an object where one plain value stands.",
    "value.not_finite": "The number is not finite.",
}
"""Every rule of every source, with the sentence that its sender reads."""


BODY_RULES: Final[dict[str, str]] = {
    "body.charset_unknown": "Its character set is none that is read here: send UTF-8.",
    "body.empty": "It holds no record.",
    "body.nul": "It holds NUL bytes, so it is no delimited text: UTF-16 perhaps, or a spreadsheet.",
    "body.service_list": "It lists services, not requests: send what the requests address answers.",
    "body.not_requests": "It holds no service requests: its outermost name is another one.",
    "body.xml_doctype": "XML with a document type declaration is not read.",
    "body.xml_malformed": "It is not well-formed XML, or larger or deeper than is read.",
    "header.column_missing": "The header lacks this column, which the feed needs.",
    "header.column_twice": "The header names this column twice.",
    "header.unreadable": "The first line cannot be read as a header of column names.",
    "json.not_rows": "It is JSON, but neither a row nor a list of rows as this feed has them.",
}
"""Every rule of a whole body, with the sentence that its sender reads."""


class UnreadableError(Exception):
    """A reader could not make sense of a field. Carries the rule only, never what it read.

    Raises:
        KeyError: At construction, when the rule is not in ``RULES``.
    """

    def __init__(self, rule: str) -> None:
        super().__init__(RULES[rule])
        self.rule = rule


def pointer_to(column: str) -> str:
    """JSON Pointer (RFC 6901) to a column by the name that the feed's settings give it."""
    return "/" + column.replace("~", "~0").replace("/", "~1")


def fault(column: str, rule: str) -> FieldFault:
    """Name the column and the rule it broke; an empty column name points at the whole row."""
    return FieldFault(pointer=pointer_to(column) if column else "", rule=rule, says=RULES[rule])
