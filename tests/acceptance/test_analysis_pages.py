"""The analysts' pages against the interface: no figure in a page that its own addresses do not give."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import product
from random import Random
from typing import Any

import pytest
from lxml import html
from pydantic_core import from_json

from gateway.access.clients import Scope
from gateway.access.people import Person, Role
from gateway.analysis.editions import publish
from gateway.cli.statistics import desk_of
from gateway.console.marks import MARK_SAYS
from gateway.demo.geography import load_invented_geography
from gateway.law.area_documents import area_sets
from policies.stages import NOT_PRESCRIBED
from schemas.powers import Power, Purpose
from schemas.sensitivity import Lane
from tests.support import house as houses
from tests.support.fitted import onto, put_fit
from tests.support.pages import demonstration
from tests.support.server import RunningGateway
from tests.support.signed_in import Reading, signed_in

pytestmark = pytest.mark.on_sqlite
ANALYST = Person(
    account="fire-analyst", name="Jo Specimen", partner="llr-fire", roles=frozenset({Role.ANALYST})
)
CODES = ("211", "213", "202", "215", "206", "010")
PAGES = ("", "/map", "/behaviour", "/place", "/compare", "/quality")
HIDDEN = "hidden (1 to 7)"
_NUMBER = re.compile(r"[0-9][0-9,]*")


def sent(number: int) -> dict[str, str]:
    """One of 60 rows of six behaviours in two quarters; some behaviours are rare."""
    day = ("02/09/2026", "15/09/2026", "20/05/2026")[number % 3]
    code = CODES[0] if number % 4 else CODES[number // 4 % len(CODES)]
    return houses.row(
        f"p{number}", code, CREATED=f"{day} 21:47", INCIDENT_DATE=f"{day} {number % 24:02}:40"
    )


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningGateway]:
    with demonstration(tmp_path_factory.mktemp("home")) as made:
        load_invented_geography(made.house, "operator")
        put_fit(made)
        made.usual()
        made.system("fire-tool", "llr-fire", frozenset({Scope.ANALYSIS_READ}))
        made.subscribe("fire-tables", "llr-fire", lane=Lane.STATISTICS)
        made.push("police-nsir", "police-system", [sent(number) for number in range(60)])
        for quarter in ("2026Q2", "2026Q3"):
            publish(desk_of(made.house), quarter, "analyst", 14, dry_run=False)
        yield made


@pytest.fixture(scope="module")
def reading(gateway: RunningGateway) -> Reading:
    return signed_in(gateway, ANALYST)


def asked(seed: int) -> str:
    """Return the address of one page, drawn."""
    drawn = Random(seed)
    page = drawn.choice(PAGES)
    query = {
        "subscription": drawn.choice(("fire-17a", "fire-tables")),
        "kind": drawn.choice(("asb_incident", "asb_incident", "crime")),
        "last": drawn.choice(("2026-09", "2026-05", "2026-10", "")),
    }
    if page in {"/map", "/place", "/compare"}:
        query["level"] = drawn.choice(("lsoa", "district", "ward"))
        if query["level"] == "lsoa":
            query["set"] = drawn.choice(("", "groups", "priority"))
    if page in {"", "/map", "/compare"}:
        query["period"] = drawn.choice(("month", "quarter"))
    if page == "/behaviour":
        query["area"] = drawn.choice(("", "disregard_for_community", "misuse_of_public_space"))
    return f"/console/analysis{page}?" + "&".join(f"{name}={one}" for name, one in query.items())


def given(gateway: RunningGateway, query: str) -> set[str]:
    """Return every figure that the interface's answer gives: its counts, and sums of what it shows."""
    answer = gateway.call("GET", query, "fire-tool")
    assert answer.status_code == 200, answer.text
    sums: Counter[Any] = Counter()
    hidden: set[Any] = set()
    found = {"0"}
    for cell in answer.json()["cells"]:
        period, place, behaviour = (cell[name] or "" for name in ("period", "place", "behaviour"))
        for part in product({place, ""}, {behaviour, ""}, {cell["split"] or "", ""}):
            for known in product({bool(place), None}, {bool(behaviour), None}):
                key = (cell["kind"], period, *part, *known)
                sums[key] += cell["count"] or 0
                if cell["count"] is None:
                    hidden.add(key)
        if cell["value"] is not None:
            found.add(f"{cell['value']:,.2f}")
    for one in answer.json()["coverage"] or ():
        found |= {f"{value:,}" for value in one.values() if isinstance(value, int)}
        found.add(f"{one['mapped_share']:.0%}")
    return found | {f"{number:,}" for key, number in sums.items() if key not in hidden}


def shown(page: html.HtmlElement) -> Iterator[str]:
    """Yield every figure of a page: cells of its tables but ranks and changes, and titles of pictures."""
    for table in page.xpath("//table"):
        heads = [one.text_content() for one in table.xpath("./thead/tr/*")]
        if "Rule" in heads:
            continue
        for row in table.xpath("./tbody/tr"):
            for head, cell in zip(heads[1:], row.xpath("./td"), strict=True):
                if head not in {"Rank", "Share"} and not head.startswith("Than "):
                    yield cell.text_content().strip()
    for title in page.xpath("//*[local-name()='svg']//*[local-name()='title']"):
        if title.get("id") is None:
            yield title.text_content().rpartition(": ")[2].strip()


def test_every_figure_of_a_page_is_one_that_its_own_addresses_give(
    gateway: RunningGateway,
    reading: Reading,
    count: Callable[[int], int],
    proved: Callable[..., None],
) -> None:
    seen, hidden, pages = 0, 0, count(1_500)
    for seed in range(pages):
        address = asked(seed)
        answer = reading.get(address)
        assert answer.status_code == 200, (address, answer.text[:300])
        page = html.fromstring(answer.text)
        queries = [one.text_content() for one in page.xpath("//code[@class='question__url']")]
        assert queries or "Nothing was counted" in answer.text, address
        known = {"0.00"}.union(
            *(given(gateway, one) for one in queries)
        )  # the rate of what has none
        for figure in shown(page):
            number = figure.removeprefix("about ")
            if _NUMBER.fullmatch(number) or "." in number:
                assert number in known, (address, figure)
                seen += 1
            hidden += figure.startswith("hidden")

    assert seen > 10 * pages
    assert hidden > 0
    proved("analysis-pages", pages=pages, figures=seen, hidden=hidden, differ=0)


def test_a_page_is_one_entry_of_the_ledger_under_the_analysts_account(
    gateway: RunningGateway, reading: Reading
) -> None:
    for page in PAGES:
        before = gateway.house.reader.head().ledger_size
        answer = reading.get(f"/console/analysis{page}?subscription=fire-17a")
        assert answer.status_code == 200
        assert gateway.house.reader.head().ledger_size == before + 1, page
        found = gateway.house.reader.leaf(before)
        assert found is not None
        said = from_json(found[0])
        assert (said["operation"], said["actor"]) == ("table", "fire-analyst")
        assert (said["recipient"], said["subscription"]) == ("llr-fire", "fire-17a")


def test_a_reader_of_editions_is_shown_no_small_count_in_any_source(reading: Reading) -> None:
    """Of each behaviour there are 1 to 7 by month but of one: none of them stands in a page."""
    address = "/console/analysis/behaviour?subscription=fire-tables&last=2026-09&area="
    texts = [reading.get(address + area).text for area in ("", "misuse_of_public_space")]

    assert any(HIDDEN in text for text in texts)
    for text in texts:
        page = html.fromstring(text)
        figures = [one for one in shown(page) if _NUMBER.fullmatch(one)]
        assert not {one for one in figures if 0 < int(one.replace(",", "")) <= 7}
        for table in page.xpath("//table[.//td[contains(., '†')]]"):
            assert MARK_SAYS["†"] in table.getparent().getnext().text_content()


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("?subscription=none-such", 404),
        ("?subscription=council-asb", 404),
        ("?colour=red", 422),
        ("?last=October", 422),
        ("/place?place=Ada", 422),
        ("?caller_name=Ada", 400),
        ("/questions/none-such", 404),
    ],
)
def test_what_is_no_question_of_ones_own_is_refused_and_never_repeated(
    reading: Reading, query: str, status: int
) -> None:
    answer = reading.get(f"/console/analysis{query}")

    assert answer.status_code == status
    for value in ("none-such", "colour", "October", "Ada"):
        assert value not in answer.text.replace("October 2026", "")


def test_without_a_subscription_the_page_says_what_to_do(gateway: RunningGateway) -> None:
    for partner in (None, "llr-pcc"):
        nobody = ANALYST.model_copy(update={"account": "other-analyst", "partner": partner})
        answer = signed_in(gateway, nobody).get("/console/analysis")
        assert answer.status_code == 200
        assert "Ask the" in answer.text


def test_a_month_that_is_not_over_and_a_time_before_the_feed_are_told(reading: Reading) -> None:
    future = reading.get("/console/analysis?last=2030-01")
    first = reading.get("/console/analysis?subscription=fire-17a&last=2026-05").text

    assert future.status_code == 422
    assert "that month is not over" in future.text
    assert "Not comparable</strong> with April 2026: nothing recorded" in first
    assert "anti-social behaviour incidents, May 2026" in first
    assert reading.get("/console/analysis/place?place=E01999998").status_code == 404
    assert "&amp;last=2026-09" in reading.get("/console/analysis/compare?last=2026-09").text
    assert reading.get("/console/analysis/place?place=E05000001").status_code == 200


def test_a_tool_gets_a_password_once_and_loses_it(
    gateway: RunningGateway, reading: Reading
) -> None:
    from gateway.law.accounts import put_account  # noqa: PLC0415 - of this test alone

    house = gateway.house
    house.writer.run(put_account(ANALYST, house.act("operator"), house.clock.now()))
    assert (
        "This password is shown once" in reading.post("/console/analysis/tools", {"tool": "r"}).text
    )
    made = reading.post("/console/analysis/tools", {"tool": "excel"})
    page = html.fromstring(made.text)
    name, password = (page.get_element_by_id(f"tool-{one}").text for one in ("name", "password"))
    query = "/v1/statistics?subscription=fire-17a&place=district&first=2026-05&last=2026-09"

    read = gateway.http.get(gateway.url + query, auth=(name, password))
    assert read.status_code == 200
    assert password not in reading.get("/console/analysis/tools").text
    assert password not in reading.get("/console/analysis/downloads").text
    assert reading.post(f"/console/analysis/tools/{name}/revoke").status_code == 303
    assert gateway.http.get(gateway.url + query, auth=(name, password)).status_code == 401
    assert reading.post("/console/analysis/tools", {"tool": "No Tool"}).status_code == 422


SPAN = "first=2026-04&last=2026-09"


def told(gateway: RunningGateway, query: str, status: int = 200) -> Any:
    answer = gateway.call("GET", f"/v1/statistics?{SPAN}&{query}", "fire-tool")
    assert answer.status_code == status, answer.text
    return answer.json()


def by_area(cells: list[Any], area_of: dict[str, str]) -> dict[tuple[str, ...], int | None]:
    """Add shown cells up by area, by hand: what has a hidden part has no number."""
    found: dict[tuple[str, ...], int | None] = {}
    for one in cells:
        if one["place"] in area_of:
            key = one["kind"], one["period"], area_of[one["place"]]
            so_far = found.get(key, 0)
            found[key] = None if None in {so_far, one["count"]} else so_far + one["count"]
    return found


@pytest.mark.parametrize("subscription", ["fire-17a", "fire-tables"])
@pytest.mark.parametrize("period", ["month", "quarter"])
def test_counts_by_a_named_set_are_sums_of_what_the_reader_is_shown(
    gateway: RunningGateway, subscription: str, period: str
) -> None:
    base = f"subscription={subscription}&period={period}"
    cells = told(gateway, base)["cells"]
    for kept in area_sets(gateway.house.reader):
        area_of = {code: area.code for area in kept.areas for code in area.members}
        answer = told(gateway, f"{base}&set={kept.name}")
        found = {
            (one["kind"], one["period"], one["place"]): one["count"]
            for one in answer["cells"]
            if one["place"] is not None
        }
        assert found == by_area(cells, area_of)
        assert kept.name == "priority" or found
        assert answer["areas"]["says"].startswith(f"{kept.title}, {kept.edition}, made of lsoa")
        assert {one["name"] for one in answer["areas"]["areas"]} == {x.name for x in kept.areas}
        if subscription == "fire-17a":
            rows = [one["rows"] for one in answer["coverage"] if one["place"] is not None]
            assert sum(rows) == sum(number or 0 for number in found.values())


def test_figures_go_onto_another_edition_whole_and_say_what_was_moved(
    gateway: RunningGateway,
) -> None:
    after = onto(gateway)
    base = "subscription=fire-17a"
    assert "is not kept" in str(told(gateway, f"{base}&on=2032", 422))
    for one in (base, "subscription=fire-tables"):
        moved = told(gateway, f"{one}&on=2031&measure=rate")
        found = {(c["kind"], c["period"], c["place"]): c["count"] for c in moved["cells"]}
        assert found == by_area(told(gateway, one)["cells"], after)
        for cell in moved["cells"]:
            assert cell["says"].endswith("; 25 % was moved")
            lived = sum(1_200 + int(c[-3:]) * 37 % 800 for c in after if after[c] == cell["place"])
            assert cell["count"] is None or cell["value"] == cell["count"] * 1000 / lived
        assert "2031 LSOAs" in moved["areas"]["says"]


@pytest.mark.parametrize(
    ("query", "status", "says"),
    [
        ("set=groups&place=ward", 422, "cuts across wards"),
        ("set=none-such", 404, ""),
        ("set=groups&place=none", 422, ""),
        ("set=groups&on=2031", 422, ""),
        ("on=2021-invented", 422, "as they stand"),
        ("on=2031&place=msoa", 422, "is loaded"),
    ],
)
def test_areas_that_cannot_be_made_are_refused_with_the_reason(
    gateway: RunningGateway, query: str, status: int, says: str
) -> None:
    assert says in str(told(gateway, f"subscription=fire-17a&{query}", status))


def test_pages_compare_by_a_named_set_or_another_edition_and_say_what_was_carried(
    reading: Reading,
) -> None:
    base = "subscription=fire-17a&kind=asb_incident&period=quarter&last=2026-09"
    for page in ("map", "compare", "place"):
        text = reading.get(f"/console/analysis/{page}?{base.replace('&period=quarter', '')}").text
        assert "Joint Action Group areas" in text
        assert "2031" in text
    by_set = reading.get(f"/console/analysis/compare?{base}&set=groups").text
    carried = reading.get(f"/console/analysis/compare?{base}&on=2031").text
    place = reading.get("/console/analysis/place?subscription=fire-17a&set=groups&place=north-west")
    refused = reading.get(f"/console/analysis/map?{base}&set=groups&level=ward")

    heads = [
        [one.text_content() for one in html.fromstring(text).xpath("//table[1]/thead//th")]
        for text in (by_set, carried)
    ]
    assert ["Carried" in one for one in heads] == [False, True]
    assert "North west" in by_set
    assert "set=groups" in by_set
    assert "25 % was moved" in carried
    assert "North west" in html.fromstring(place.text).xpath("//h1")[0].text_content()
    assert refused.status_code == 422
    assert "cuts across wards" in refused.text


def test_squares_and_points_hold_what_leaves_at_a_point_and_the_rest_is_counted_beside(
    gateway: RunningGateway, reading: Reading
) -> None:
    base = "/console/analysis/map?subscription=fire-17a&last=2026-09&period=quarter"
    query = {"subscription": "fire-17a", "kind": "asb_incident", "limit": 1_000}
    query |= {"first": "2026-07-01", "last": "2026-09-30"}
    records = gateway.call("GET", "/v1/incidents", "fire-tool", params=query).json()["records"]
    at = sum(one["place"]["level"] == "map_point" for one in records)
    for drawing in ("squares_1_km", "squares_500_m", "points"):
        before = gateway.house.reader.head().ledger_size
        answer = reading.get(f"{base}&drawn={drawing}")
        assert answer.status_code == 200, answer.text
        assert gateway.house.reader.head().ledger_size == before + 1
        rows = html.fromstring(answer.text).xpath("(//table)[1]/tbody/tr/td")
        figures = [int(one.text_content()) for one in rows if one.text_content().strip().isdigit()]
        assert at > 0
        assert sum(figures) == at, (at, figures)
        assert f"{len(records) - at} more leave at an area or at no place" in answer.text
    other = reading.get(base.replace("fire-17a", "fire-tables") + "&drawn=points")
    assert other.status_code == 403


def test_stages_of_intervention_are_shown_or_the_reason_why_not(
    gateway: RunningGateway, reading: Reading
) -> None:
    purpose = Purpose.PUBLIC_INFORMATION
    gateway.subscribe("fire-open", "llr-fire", power=Power.NON_PERSONAL, purpose=purpose)
    address = "/console/analysis/behaviour?last=2026-09&subscription="
    for name in ("fire-17a", "fire-tables"):
        assert NOT_PRESCRIBED["says"] in reading.get(address + name).text, name
    told = reading.get(f"{address}fire-open").text
    assert "Nothing was counted for this quarter." in told
