"""The three forms of a page say the same, and none that was cut off passes for whole."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.client.answers import PageBroken
from gateway.client.pages import Page, read_page
from gateway.release.disclosed import content_hash
from gateway.release.sent import Page as Sent
from gateway.release.sent import PageForm, quality, written
from schemas.codes import Kind, MappingStatus, TimePrecision
from schemas.released import DepersonalisedIncident, Notice, NoticeKind, Place, PlaceLevel


def name(number: int) -> str:
    return f"r1.2026Q4.{number:022}"


def record(number: int, version: int = 1, label: str = '«Lärm» \\ " \u2028 :x') -> bytes:
    place = Place(level=PlaceLevel.MAP_POINT, longitude=-1.2059 - number / 7, latitude=52.77)
    made = DepersonalisedIncident(
        id=name(number),
        version=version,
        source="police-nsir",
        controller="leicestershire-police",
        kind=Kind.ASB_INCIDENT,
        occurred="2026-10-31T21:00+00:00",
        time_precision=TimePrecision.HOUR,
        place=place,
        mapping_status=MappingStatus.UNCLASSIFIED,
        source_category_label=label,
    )
    return made.model_dump_json(exclude_defaults=True).encode()


def notice(number: int) -> bytes:
    made = Notice(id=name(number), version=1, kind=NoticeKind.RETRACTED)
    return made.model_dump_json(exclude_defaults=True).encode()


def sent(records: int, notices: int, entry: int | None = None) -> Sent:
    return Sent(
        subscription="fire-17a",
        release=3,
        cursor="3.tag",
        begun_at="2.tag",
        quality=quality("2026-11-23T12:00:00Z"),
        marking="OFFICIAL",
        stamp="2026-11-23T12:00:00Z",
        notices=[notice(n) for n in range(notices)],
        records=[record(100 + n) for n in range(records)],
        entry=entry,
    )


def rendered(page: Sent, form: PageForm, upto: int | None = None) -> bytes:
    look: Any = lambda index: upto is None or index < upto  # noqa: E731 - one line
    return b"".join(written(page, form, look, lambda _: None))


def same(page: Page) -> tuple[Any, ...]:
    return (page.release, page.cursor, page.complete, page.notices, page.records, page.lines)


@given(st.integers(0, 5), st.integers(0, 3), st.none() | st.integers(0, 6))
def test_a_page_says_the_same_in_each_form(records: int, notices: int, upto: int | None) -> None:
    page = sent(records, notices, entry=17)
    read = [read_page(rendered(page, form, upto), form.value) for form in PageForm]

    assert same(read[0]) == same(read[1]) == same(read[2])
    assert read[0].complete == (upto is None or upto >= records)
    assert read[0].cursor == ("3.tag" if read[0].complete else "2.tag")
    assert read[0].entry == 17
    assert read[0].is_empty == (not read[0].lines)
    if read[0].complete:
        assert content_hash(list(read[0].lines)) == content_hash([*page.notices, *page.records])
        assert [one.id for one in read[0].incidents()] == [name(100 + n) for n in range(records)]


@pytest.mark.parametrize("form", PageForm)
def test_a_page_that_was_cut_off_anywhere_is_not_taken_for_whole(form: PageForm) -> None:
    whole = rendered(sent(2, 1), form)
    for end in range(len(whole.rstrip())):
        with pytest.raises(PageBroken):
            read_page(whole[:end], form.value)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", "application/json"),
        (b"{}", "application/json"),
        (b"[]", "application/cloudevents-batch+json"),
        (b'[{"specversion":"0.3","type":"x","data":{}}]', "application/cloudevents-batch+json"),
        (b"{}\n{}", "application/x-ndjson"),
        (b"<html>", "text/html"),
        (b"[1]", "application/json"),
        (b"null", "application/cloudevents-batch+json"),
    ],
)
def test_what_is_no_page_is_said_to_be_none(content: bytes, kind: str) -> None:
    with pytest.raises(PageBroken):
        read_page(content, kind)


def test_records_of_another_lane_are_not_read_as_depersonalised() -> None:
    page = read_page(rendered(sent(1, 0), PageForm.JSON), "application/json")
    other = {**page.records[0], "people": []}
    with pytest.raises(PageBroken):
        Page(**{f: getattr(page, f) for f in page.__slots__} | {"records": (other,)}).incidents()
