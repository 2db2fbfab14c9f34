"""Documents of Open311: JSON and XML as real servers write them."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from adapters import source
from adapters.coverage import coverage
from adapters.source import BodyUnreadable, Mapped, OutOfScope, Reference
from adapters.tabular import BrokenRow
from tests.support.real_data import real

STREET = source("street_management")
MAPPER = STREET.compile({})
REPORT = dict(STREET.examples[1].given)
XML = "application/xml"
DOCUMENT = """\
<?xml version="1.0" encoding="UTF-8"?>
<service_requests>
  <!-- order of elements varies -->
  <request>
    <lat>52.766026</lat><long>-1.215938</long>
    <service_name>Graffiti</service_name><service_code>G-01</service_code>
    <requested_datetime>2026-10-24T18:05:11+01:00</requested_datetime>
    <description/><updated_datetime/>
    <agency_responsible><recipient>Example Council</recipient></agency_responsible>
    <service_request_id>101</service_request_id>
  </request>
  <request><service_request_id>102</service_request_id><service_code>Pothole</service_code></request>
</service_requests>
"""


def refused(body: str | bytes, media_type: str = XML) -> str:
    data = body.encode() if isinstance(body, str) else body
    with pytest.raises(BodyUnreadable) as refusal:
        MAPPER.rows(data, media_type)
    return refusal.value.code


def refused_json(document: Any) -> str:
    with pytest.raises(BodyUnreadable) as refusal:
        MAPPER.rows_of(document)
    return refusal.value.code


# --- XML


def test_requests_in_xml_are_read_whatever_the_order_of_their_elements() -> None:
    rows = list(MAPPER.rows(DOCUMENT.encode(), "text/xml; charset=utf-8"))
    first = MAPPER.map(rows[0])

    assert isinstance(first, Mapped)
    assert first.identity == Reference("101")
    assert first.incident.typology_sub_behaviour == "graffiti"
    assert (first.incident.description, first.incident.source_updated_at) == (None, None)
    assert MAPPER.map(rows[1]) == OutOfScope("highways", Reference("102"))


def test_a_request_alone_and_a_namespace_are_read() -> None:
    inside = "<service_request_id>7</service_request_id><service_code>Pothole</service_code>"
    one = f'<request xmlns="urn:x">{inside}</request>'

    assert [MAPPER.map(row) for row in MAPPER.rows(one.encode(), XML)] == [
        OutOfScope("highways", Reference("7"))
    ]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ('<!DOCTYPE r [<!ENTITY a "aaaa">]><service_requests>&a;</service_requests>', "body.xml_doctype"),
        ('<!DOCTYPE r SYSTEM "file:///etc/hostname"><service_requests/>', "body.xml_doctype"),
        ("<!DOCTYPE service_requests><service_requests/>", "body.xml_doctype"),
        ("<service_requests>&nothing;</service_requests>", "body.xml_malformed"),
        ("<service_requests><request></service_requests>", "body.xml_malformed"),
        ("", "body.xml_malformed"),
        ("<a>" * 400 + "</a>" * 400, "body.xml_malformed"),
        ("<services><service/></services>", "body.service_list"),
        ("<errors><error><code>404</code></error></errors>", "body.not_requests"),
    ],
)  # fmt: skip
def test_any_other_document_is_refused_with_a_code(body: str, code: str) -> None:
    assert refused(body) == code


def test_a_doctype_hidden_in_another_encoding_is_refused_all_the_same() -> None:
    hidden = (
        '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE r [<!ENTITY a "b">]><service_requests/>'
    )

    assert refused(hidden.encode("utf-16")) == "body.xml_doctype"


def test_a_charset_that_nobody_knows_is_refused() -> None:
    assert refused("<service_requests/>", "application/xml; charset=no-such") == (
        "body.charset_unknown"
    )


def test_the_charset_of_the_media_type_counts_more_than_the_documents() -> None:
    text = "<request><service_request_id>é</service_request_id></request>"
    declared = f'<?xml version="1.0" encoding="UTF-8"?>{text}'

    latin = list(MAPPER.rows(declared.encode("latin-1"), "text/xml; charset=iso-8859-1"))
    marked = list(MAPPER.rows(b"\xef\xbb\xbf" + text.encode(), "text/xml; charset=iso-8859-1"))

    assert latin[0]["service_request_id"] == marked[0]["service_request_id"] == "é"


def test_an_element_that_stands_twice_is_a_list() -> None:
    body = "<request><a>1</a><a>2</a><a>3</a></request>"

    assert dict(next(iter(MAPPER.rows(body.encode(), XML)))) == {"a": ["1", "2", "3"]}


# --- JSON


@pytest.mark.parametrize(
    "document",
    [
        REPORT,
        [REPORT],
        {"service_requests": [REPORT]},
        {"service_requests": {"request": [REPORT]}},
        {"requests": [REPORT], "count": 1},
        {"request": REPORT},
        [{"request": REPORT}],
    ],
)
def test_requests_in_json_are_found_in_every_wrapper_that_servers_use(document: Any) -> None:
    assert MAPPER.rows_of(document) == [REPORT]


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ([{"service_code": "1", "service_name": "a", "metadata": False}], "body.service_list"),
        ({"services": []}, "body.service_list"),
        ({"errors": [{"code": 404}]}, "body.not_requests"),
        ("a text", "json.not_rows"),
        ({"service_requests": 7}, "json.not_rows"),
    ],
)
def test_any_other_json_is_refused_with_a_code(document: Any, code: str) -> None:
    assert refused_json(document) == code


def test_a_member_that_is_no_request_is_a_broken_row() -> None:
    rows = MAPPER.rows_of([REPORT, 7, {"request": 1}])

    assert [type(row) for row in rows] == [dict, BrokenRow, dict]


def test_what_a_server_adds_is_counted_and_not_taken() -> None:
    made = MAPPER.map({**REPORT, "council_notes": "Mr Example again"})

    assert isinstance(made, Mapped)
    assert "unlisted_columns" in made.dropped
    assert "again" not in made.incident.model_dump_json()


def test_open311_columns_are_taken_from_a_delimited_file_too() -> None:
    body = b"service_request_id,service_code,requested_datetime\r\n7,Graffiti,2026-10-24\r\n8,Pothole,\r\n"

    made = [MAPPER.map(row) for row in MAPPER.rows(body, "text/csv")]

    assert isinstance(made[0], Mapped)
    assert made[1] == OutOfScope("highways", Reference("8"))


def test_a_header_of_neither_layout_is_refused_by_the_back_offices_columns() -> None:
    assert refused("a,b\n1,2\n", "text/csv") == "header.column_missing"


# --- recorded from real servers

OUTSIDE = Counter({("/long", "place.outside_great_britain"): 1})


@pytest.mark.real_data
@pytest.mark.parametrize(("name", "rows"), [("requests_many.xml", 2), ("requests_single.xml", 1)])
def test_toronto_in_xml_ends_in_quarantine_row_by_row(name: str, rows: int) -> None:
    body = real(f"open311/open311status_{name}").read_bytes()

    counted = coverage(MAPPER, MAPPER.rows(body, XML))

    assert counted.received == rows
    assert counted.outcomes == Counter(quarantined=rows)
    assert counted.faults == Counter({("/long", "place.outside_great_britain"): rows})


@pytest.mark.real_data
def test_chicago_in_json_ends_in_a_bucket_row_by_row() -> None:
    body = real("open311/open311status_service_requests.json").read_bytes()

    counted = coverage(MAPPER, MAPPER.rows_of(json.loads(body)))

    assert counted.outcomes == Counter(out_of_scope=1, quarantined=1)
    assert counted.reasons == Counter(lighting=1)
    assert counted.faults == OUTSIDE


@pytest.mark.real_data
def test_lists_of_services_are_told_from_requests_and_refused() -> None:
    listed = real("open311/open311status_service_list.json").read_bytes()
    giessen = real("open311/open311status_services_giessen.xml").read_bytes()

    assert refused_json(json.loads(listed)) == "body.service_list"
    assert refused(giessen) == "body.service_list"
