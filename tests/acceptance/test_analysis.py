"""`/v1/incidents` and `/v1/statistics`: what an analyst is answered, in which form, and what it leaves."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from pydantic_core import from_json

from gateway.access.clients import Scope
from gateway.analysis.editions import Publication, publish
from gateway.audit.verify import verify
from gateway.cli.statistics import desk_of
from gateway.errors import EditionNotClosed
from policies.audience import masked
from policies.edition_tables import CURRENT, keys_of
from schemas.counted import CountedBehaviour, CountedPlace
from schemas.released import NoticeKind
from schemas.sensitivity import Lane
from tests.support import house as houses
from tests.support.requirements import law
from tests.support.server import RunningGateway, running_gateway

PUBLISHED = [place for place in CountedPlace if place is not CountedPlace.NONE]
NOISE, LITTER = "211", "206"
DAYS = ("02/09/2026", "15/09/2026", "20/10/2026")
ANALYST = frozenset({Scope.ANALYSIS_READ})


def sent(number: int) -> dict[str, str]:
    """One of 23 rows of two behaviours, three days, two months."""
    day = DAYS[number % 3]
    return houses.row(
        f"a{number}",
        (NOISE, "213")[number % 2],
        CREATED=f"{day} 21:47",
        INCIDENT_DATE=f"{day} 21:40",
    )


@pytest.fixture(scope="module")
def gateway(store: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningGateway]:
    with running_gateway(tmp_path_factory.mktemp("home")) as made:
        made.usual()
        made.system("fire-analyst", "llr-fire", ANALYST)
        made.system("university-analyst", "example-university", ANALYST)
        made.subscribe("fire-tables", "llr-fire", lane=Lane.STATISTICS)
        made.push("police-nsir", "police-system", [sent(number) for number in range(23)])
        houses.change(made.house, NoticeKind.RESTRICTED, ["a0"])
        houses.change(made.house, NoticeKind.ERASED, ["a1"])
        made.push("police-nsir", "police-system", [sent(4) | {"CLOSING_CODE_1": "213"}])
        yield made


def asked(gateway: RunningGateway, path: str, system: str = "fire-analyst", **query: Any) -> Any:
    query = {"subscription": "fire-17a"} | query
    answer = gateway.call("GET", f"/v1/{path}", system, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def every_page(gateway: RunningGateway, **query: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    after: dict[str, str] = {}
    while True:
        page = asked(gateway, "incidents", **query, **after)
        found += page["records"]
        if page["after"] is None:
            return found
        after = {"after": page["after"]}


def problem(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].removeprefix("urn:gateway:problem:")


@law("L29")
def test_pages_hold_each_record_once_and_none_that_is_restricted_or_erased(
    gateway: RunningGateway,
) -> None:
    whole = every_page(gateway)
    pulled = gateway.pull("fire-17a", "fire-system").json()["records"]

    assert len(whole) == 21
    assert sorted(r["id"] for r in whole) == sorted(r["id"] for r in pulled)
    assert [r["version"] for r in whole].count(2) == 1
    for limit in (1, 5, 20, 21):
        assert every_page(gateway, limit=limit) == whole


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ({"kind": "asb_incident"}, 21),
        ({"kind": "crime"}, 0),
        ({"first": "2026-10-01"}, 7),
        ({"first": "2026-09-02", "last": "2026-09-02"}, 7),
        ({"last": "2026-09-01"}, 0),
        ({"place": "E07000130"}, 21),
        ({"place": "E01000001"}, 0),
        ({"area": "disregard_for_community", "limit": 2}, None),
    ],
)
def test_filters_are_what_a_reader_would_find_himself(
    gateway: RunningGateway, query: dict[str, Any], number: int | None
) -> None:
    found = every_page(gateway, **query)

    if number is not None:
        assert len(found) == number
    else:
        assert found == [r for r in every_page(gateway) if r["typology_area"] == query["area"]]


def test_behaviour_and_class_are_filters(gateway: RunningGateway) -> None:
    whole = every_page(gateway)
    for name, parameter in (("typology_behaviour", "behaviour"), ("nsir_class", "nsir_class")):
        for value, number in Counter(record.get(name) for record in whole).items():
            if value is not None:
                assert len(every_page(gateway, **{parameter: value})) == number


def test_one_question_is_one_entry_of_the_ledger_and_repeats_no_filter(
    gateway: RunningGateway,
) -> None:
    page = asked(gateway, "incidents", kind="asb_incident", limit=3)
    said = from_json(gateway.house.reader.leaf(page["leaf"])[0])  # type: ignore[index]

    assert (said["operation"], said["count"], said["recipient"]) == ("query", 3, "llr-fire")
    assert {"filter_sha256", "content_sha256", "log_size", "snapshot", "law_epoch"} <= said.keys()
    assert "asb_incident" not in str(said)


def test_a_cursor_is_of_its_own_question_only(gateway: RunningGateway) -> None:
    after = asked(gateway, "incidents", limit=3)["after"]
    for query in (
        {"after": after, "kind": "asb_incident"},
        {"after": after[:-2] + "AA"},
        {"after": "9"},
        {"after": "\u20ac"},
    ):
        answer = gateway.call(
            "GET", "/v1/incidents", "fire-analyst", params={"subscription": "fire-17a", **query}
        )
        assert problem(answer) == (400, "release.cursor_invalid")


def test_a_spreadsheet_gets_a_table(gateway: RunningGateway) -> None:
    answer = gateway.call(
        "GET",
        "/v1/incidents",
        "fire-analyst",
        params={"subscription": "fire-17a", "limit": 5},
        headers={"Accept": "text/csv"},
    )
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))

    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert len(rows) == 5
    assert answer.headers["gateway-after"]
    assert {row["source"] for row in rows} == {"police-nsir"}


@pytest.mark.parametrize(
    "query",
    [
        {"subscription": "fire-17a", "colour": "red"},
        {"subscription": "fire-17a", "kind": "Zebedee"},
        {"subscription": "fire-17a", "limit": "0"},
        {"subscription": ["fire-17a", "fire-17a"]},
        {},
    ],
)
@pytest.mark.parametrize("path", ["incidents", "statistics"])
def test_what_is_not_a_question_is_refused_without_a_value(
    gateway: RunningGateway, path: str, query: dict[str, Any]
) -> None:
    answer = gateway.call("GET", f"/v1/{path}", "fire-analyst", params=query)

    assert problem(answer) == (422, "request.invalid")
    assert "Zebedee" not in answer.text
    assert "colour" not in answer.text


MONTHS = {"first": "2026-01", "last": "2099-12"}
REVERSED = {"first": "2026-10", "last": "2026-01"}


def test_whom_the_law_refuses_is_told_why(gateway: RunningGateway) -> None:
    for path, more in (("incidents", {}), ("statistics", MONTHS)):
        for subscription, system, wanted in (
            ("university-17a", "university-analyst", (403, "law.refused")),
            ("fire-17a", "university-analyst", (404, "not_found")),
            ("none", "fire-analyst", (404, "not_found")),
        ):
            query = {"subscription": subscription, **more}
            answer = gateway.call("GET", f"/v1/{path}", system, params=query)
            assert problem(answer) == wanted
    tables = {"subscription": "fire-tables"}
    answer = gateway.call("GET", "/v1/incidents", "fire-analyst", params=tables)
    assert problem(answer) == (403, "law.refused")
    pulled = gateway.pull("fire-tables", "fire-system")
    assert problem(pulled) == (403, "law.refused")
    assert "/v1/statistics" in pulled.text


def cells(table: dict[str, Any]) -> dict[tuple[Any, ...], Any]:
    return {
        (cell["period"], cell["place"], cell["behaviour"]): cell["count"] for cell in table["cells"]
    }


def test_an_entitled_reader_sees_the_counts_he_could_make_himself(gateway: RunningGateway) -> None:
    query = {**MONTHS, "place": "district", "by": "behaviour"}
    mine = Counter(
        (r["occurred"][:7], r["typology_behaviour"])
        for r in every_page(gateway, kind="asb_incident")
    )
    table = asked(gateway, "statistics", **query)

    counted = {(p, b): n for (p, _, b), n in cells(table).items()}
    assert counted == {key: n for key, n in mine.items() if key[0] <= table["last"]}
    assert {cell["rule"] for cell in table["cells"]} == {"own_count"}


@law("L49", "L52")
def test_a_reader_of_statistics_reads_the_newest_edition_and_every_star_has_its_rule(
    gateway: RunningGateway,
) -> None:
    query = {**MONTHS, "subscription": "fire-tables", "place": "district"}
    before = asked(gateway, "statistics", **query)
    made = published(gateway, "2026Q3")
    own = cells(asked(gateway, "statistics", **query | {"subscription": "fire-17a"}))
    totals = asked(gateway, "statistics", **query)
    parts = asked(gateway, "statistics", **query, by="behaviour")
    own_parts = cells(
        asked(gateway, "statistics", **query | {"subscription": "fire-17a"}, by="behaviour")
    )

    assert before["cells"] == []
    assert made.leaf is not None
    assert totals["editions"] == ["2026q3.1"]
    assert cells(totals) == {key: n for key, n in own.items() if key[0] <= "2026-09"}
    assert {(cell["rule"], cell["edition"]) for cell in totals["cells"]} == {
        ("published_total", "2026q3.1")
    }
    assert parts["cells"]
    for cell in parts["cells"]:
        key = (cell["period"], cell["place"], cell["behaviour"])
        if cell["rule"] != "split_left_out":
            assert cell["count"] == masked(own_parts[key]).number
        assert cell["rule"] in {"hidden_1_to_7", "rounded_to_5", "split_left_out"}
    said = from_json(gateway.house.reader.leaf(parts["leaf"])[0])  # type: ignore[index]
    assert (said["operation"], said["cells"]) == ("table", len(parts["cells"]))
    assert said["editions"] == ["2026q3.1"]


def published(gateway: RunningGateway, period: str, **options: Any) -> Publication:
    return publish(desk_of(gateway.house), period, "analyst", 14, **{"dry_run": False, **options})


@law("L50")
def test_one_late_record_changes_no_figure_of_the_next_edition(gateway: RunningGateway) -> None:
    query = {**MONTHS, "subscription": "fire-tables", "by": "behaviour", "place": "district"}
    published(gateway, "2026Q3")
    first = asked(gateway, "statistics", **query)
    gateway.push("police-nsir", "police-system", [sent(24)])
    tried = published(gateway, "2026Q3", dry_run=True)
    made = published(gateway, "2026Q3")
    second = asked(gateway, "statistics", **query)

    houses.change(gateway.house, NoticeKind.RETRACTED, ["a24"])

    assert (tried.leaf, tried.rows) == (None, made.rows)
    assert cells(second) == cells(first)
    assert second["editions"] != first["editions"]


def test_whatever_a_reader_of_statistics_asks_he_is_told_a_part_of_one_edition(
    gateway: RunningGateway,
) -> None:
    """So who keeps every answer knows no more than who keeps every edition."""
    made = published(gateway, "2026Q3")
    told = set()
    for level, period, way in keys_of(CURRENT, "asb_incident"):
        split = {"wheel": "hour"}.get(way, way)
        how = {"by": way} if way in set(CountedBehaviour) else {"split": split}
        query = {**MONTHS, "subscription": "fire-tables", "place": level, "period": period, **how}
        if way == "stage":
            answer = gateway.call("GET", "/v1/statistics", "fire-analyst", params=query)
            assert (*problem(answer), "stage_is_not_prescribed" in answer.text) == (
                403,
                "law.refused",
                True,
            )
            continue
        found = asked(gateway, "statistics", **query)
        assert found["editions"] == [f"2026q3.{made.number}"]
        told |= {
            (
                *(c["kind"], c["period"], level, c["place"] or "", way),
                *((c["split"] if "split" in how else c["behaviour"]) or "", c["count"]),
            )
            for c in found["cells"]
        }

    assert told == {row[:7] for row in made.rows if row.by != "stage"}
    assert {row.by for row in made.rows} >= {"source", "nsir_class", "mapping_status", "wheel"}


def test_an_open_period_is_not_published(gateway: RunningGateway) -> None:
    with pytest.raises(EditionNotClosed):
        published(gateway, "2099-12")


@pytest.mark.parametrize("narrowed", [{"behaviours": ("noise",)}, {"sources": ("police-nsir",)}])
def test_no_filter_makes_a_table_that_could_be_subtracted(
    gateway: RunningGateway, narrowed: dict[str, tuple[str, ...]]
) -> None:
    gateway.subscribe("fire-part", "llr-fire", lane=Lane.STATISTICS, **narrowed)
    query = {**MONTHS, "subscription": "fire-part", "place": "district"}
    answer = gateway.call("GET", "/v1/statistics", "fire-analyst", params=query)

    assert problem(answer) == (403, "law.refused")
    assert "statistics.whole_totals_only" in answer.text


def test_only_closed_periods_are_counted(gateway: RunningGateway) -> None:
    table = asked(gateway, "statistics", **MONTHS, period="quarter", place="district")

    assert table["last"][5:] in {"03", "06", "09", "12"}
    assert table["last"] < table["as_of"][:7]


def test_the_house_is_whole(gateway: RunningGateway) -> None:
    assert verify(gateway.house.database, gateway.house.keys).findings == ()


@law("L29")
def test_a_restriction_before_the_answer_is_on_record_is_heeded(
    gateway: RunningGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gateway.analysis import incidents  # noqa: PLC0415 - patched

    waiting = [lambda: houses.change(gateway.house, NoticeKind.RESTRICTED, ["a2"])]
    real = incidents.treat

    def treat(*arguments: Any) -> Any:
        if waiting:
            waiting.pop()()
        return real(*arguments)

    monkeypatch.setattr(incidents, "treat", treat)
    before = gateway.pull("fire-17a", "fire-system").json()
    assert len(every_page(gateway)) == 20
    assert before["records"]


@pytest.mark.parametrize(
    ("path", "query", "place", "says"),
    [
        (
            "incidents",
            {"behaviour": "noises"},
            "/query/behaviour",
            "The typology has no such code.",
        ),
        ("incidents", {"area": "noise"}, "/query/area", "The typology has no such code."),
        ("incidents", {"limit": "1001"}, "/query/limit", "It must be at most 1000."),
        (
            "incidents",
            {"first": "1.9.2026"},
            "/query/first",
            "It is no day: write it as 2026-11-23.",
        ),
        ("incidents", {"kind": "asb"}, "/query/kind", "It is none of these: 'asb_incident', "),
        ("statistics", {"last": "2026-09"}, "/query/first", "This must be given."),
        ("incidents", {"bbox": "1,2,3"}, "/query/bbox", "A box is four numbers: west,south,"),
        ("hotspots", REVERSED, "/query", "The period ends before it begins."),
        ("statistics", REVERSED, "/query", "The period ends before it begins."),
    ],
)
def test_a_slip_in_a_question_is_told_by_place_and_limit(
    gateway: RunningGateway, path: str, query: dict[str, str], place: str, says: str
) -> None:
    """A behaviour that does not exist must not look like one of which there are no incidents."""
    query = {"subscription": "fire-17a"} | query

    answer = gateway.call("GET", f"/v1/{path}", "fire-analyst", params=query)

    assert problem(answer) == (422, "request.invalid")
    told = {error["pointer"]: error["says"] for error in answer.json()["errors"]}
    assert told[place].startswith(says)
