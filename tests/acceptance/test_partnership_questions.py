"""The partnership's questions over HTTP: two kinds of readers, one operation a question."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic_core import from_json

from gateway.access.clients import Scope
from gateway.analysis.editions import publish
from gateway.audit.verify import verify
from gateway.cli.statistics import desk_of
from gateway.law.area_documents import PutAreaDocument
from schemas.areas import AreaSet, SetArea
from schemas.partnership import PartnershipName
from schemas.sensitivity import Lane
from tests.support import house as houses
from tests.support.requirements import law
from tests.support.server import RunningGateway, running_gateway

PATH = "/v1/statistics/partnership"
DAYS = ("02/07/2026", "15/08/2026", "20/09/2026")


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningGateway]:
    with running_gateway(tmp_path_factory.mktemp("home")) as made:
        made.usual()
        made.system("fire-analyst", "llr-fire", frozenset({Scope.ANALYSIS_READ}))
        made.subscribe("fire-tables", "llr-fire", lane=Lane.STATISTICS)
        rows = [
            houses.row(f"p{n}", ("211", "010")[n % 4 == 0], CREATED=f"{DAYS[n % 3]} 21:47")
            | {"INCIDENT_DATE": f"{DAYS[n % 3]} 21:40"}
            for n in range(24)
        ]
        made.push("police-nsir", "police-system", rows)
        publish(desk_of(made.house), "2026Q3", "analyst", 14, dry_run=False)
        yield made


def asked(gateway: RunningGateway, name: str, **query: Any) -> Any:
    query = {"subscription": "fire-17a", "today": "2026-10-01", "level": "district"} | query
    answer = gateway.call("GET", f"{PATH}/{name}", "fire-analyst", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


@law("L41")
@pytest.mark.parametrize("name", [one.value for one in PartnershipName])
@pytest.mark.parametrize("subscription", ["fire-17a", "fire-tables"])
def test_every_question_is_answered_on_record_for_both_kinds_of_readers(
    gateway: RunningGateway, name: str, subscription: str
) -> None:
    size = gateway.house.reader.head().ledger_size
    told = asked(gateway, name, subscription=subscription)

    assert gateway.house.reader.head().ledger_size == size + 1
    assert told["leaf"] == size
    said = from_json(gateway.house.reader.leaf(size)[0])  # type: ignore[index] # it was just sealed
    assert (said["operation"], said["subscription"]) == ("table", subscription)
    assert told["says"]
    assert all(sentence.endswith(".") for sentence in told["says"])
    assert {"rules", "coverage", "areas", "as_of", "marking", "quality"} <= told.keys()
    shown = {row["rule"] for table in told["tables"] for row in table["rows"] if "rule" in row}
    assert shown <= told["rules"].keys()
    own = subscription == "fire-17a"
    assert own or "own_count" not in str(told)
    older = name in {"since-board", "since-strategic-assessment"}
    assert told["editions"] == ([] if own or older else ["2026q3.1"])
    assert not older or f"nothing is {'recorded' if own else 'published'} for" in str(told["says"])


def test_figures_are_those_of_the_records(gateway: RunningGateway) -> None:
    query = {"subscription": "fire-17a", "limit": 1_000}
    records = gateway.call("GET", "/v1/incidents", "fire-analyst", params=query).json()["records"]
    kinds = [record["kind"] for record in records]
    whole = asked(gateway, "asb-and-crime", months=3)["tables"][0]["rows"][-1]
    damage = asked(gateway, "criminal-damage", months=3)["tables"][0]["rows"]

    assert (whole["asb_incidents"], whole["crimes"]) == (
        kinds.count("asb_incident"),
        kinds.count("crime"),
    )
    assert whole["crimes"] == 6
    assert sum(row["count"] for row in damage) == sum(
        record["typology_behaviour"] == "criminal_damage_vandalism" for record in records
    )
    assert asked(gateway, "asb-and-crime", months=1, today="2099-01-01")["last"] < "2099"


def test_a_reader_of_statistics_is_told_what_is_hidden(gateway: RunningGateway) -> None:
    told = asked(gateway, "asb-and-crime", subscription="fire-tables", months=1)
    row = told["tables"][0]["rows"][0]

    assert row["asb_rule"] == "published_total"
    assert (row["crimes"], row["crime_rule"]) == (None, "hidden_1_to_7")
    assert "the figure of crime is hidden" in told["says"][0]


def test_a_month_of_which_there_is_nothing_is_no_zero(gateway: RunningGateway) -> None:
    query = {"subscription": "fire-tables", "months": 1}
    part = asked(gateway, "asb-and-crime", months=4)
    none = asked(gateway, "asb-and-crime", **query, today="2026-07-01")

    assert part["says"][0].startswith("Nothing is recorded for 2026-06: the figures are of")
    assert (none["says"], none["tables"]) == (["Nothing is published for 2026-06."], [])


def test_a_named_set_groups_the_areas_that_it_is_made_of(gateway: RunningGateway) -> None:
    areas = (SetArea(code="borough", name="The borough", members={"E07000130": 1.0}),)
    made = AreaSet(
        name="joint-action-groups",
        title="Joint Action Groups",
        kind="joint_action_group_areas",
        edition="2026",
        level="districts",
        level_edition="2024",
        areas=areas,
    )
    gateway.house.writer.run(PutAreaDocument(made, gateway.house.act("operator")))
    told = asked(gateway, "communities", set="joint-action-groups", months=3)
    rows = told["tables"][0]["rows"]

    assert {(row["area"], row["name"]) for row in rows} == {("borough", "The borough")}
    assert [row["count"] for row in rows] == [18, 6]
    assert told["areas"] == ["Joint Action Groups, 2026, of districts 2024"]
    query = {"subscription": "fire-17a"}
    for name, level, status in (("none", "lsoa", 404), ("joint-action-groups", "lsoa", 422)):
        more = query | {"set": name, "level": level}
        answer = gateway.call("GET", f"{PATH}/communities", "fire-analyst", params=more)
        assert answer.status_code == status


def test_questions_are_listed_and_others_do_not_exist(gateway: RunningGateway) -> None:
    listed = gateway.call("GET", PATH, "fire-analyst").json()["questions"]
    query = {"subscription": "fire-17a"}

    assert [one["name"] for one in listed] == [one.value for one in PartnershipName]
    assert gateway.call("GET", f"{PATH}/who", "fire-analyst", params=query).status_code == 404
    wrong = gateway.call("GET", f"{PATH}/arson", "fire-analyst", params=query | {"top": "0"})
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/query/top")


def test_the_house_is_whole(gateway: RunningGateway) -> None:
    assert verify(gateway.house.database, gateway.house.keys).findings == ()


def test_months_that_are_not_counted_are_said_to_be_left_out(gateway: RunningGateway) -> None:
    future = {"first": "2026-01", "last": "2099-12"}
    closed = {"first": "2026-01", "last": "2026-09"}
    part = {"first": "2026-02", "last": "2026-09", "period": "quarter"}
    said = [
        gateway.call(
            "GET", "/v1/statistics", "fire-analyst", params={"subscription": "fire-17a"} | months
        ).json()["left_out"]
        for months in (future, closed, part)
    ]
    assert said[1] is None
    assert said[0].startswith("Months after 2026-10 are not over")
    assert said[2].startswith("Only whole periods are counted")
