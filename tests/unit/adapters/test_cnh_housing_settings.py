from __future__ import annotations

import json
from typing import Any

import pytest

from adapters import source
from adapters.source import Kept, Mapped, OutOfScope, Reference, SettingsRefused
from schemas.incident import SENSITIVITY
from schemas.sensitivity import Half
from tests.unit.adapters.test_cnh_housing import EXTRACT

HOUSING = source("cnh_housing")
LOCAL = HOUSING.examples[3].settings


def refused(settings: dict[str, Any]) -> list[str]:
    with pytest.raises(SettingsRefused) as refusal:
        HOUSING.compile(settings)
    return [one.says for one in refusal.value.faults]


DIALECT = {
    "delimiter": "|",
    "encoding": "windows-1252",
    "time_formats": ["%d-%b-%Y %H.%M", "%d-%b-%Y"],
    "columns": {
        "case": "Complaint No",
        "reported": "Logged",
        "occurred": "Happened",
        "scheme": None,
        "category": "Type",
        "sub_category": "Sub Type",
        "complainant": "Reporter",
        "stage": "Action",
        "outcome": "Result",
        "hate": "Hate?",
    },
    "scheme": "sample",
    "local": [
        {
            "name": "sample",
            "version": "2026-1",
            "rows": [
                {"code": "N-01", "label": "Nuisance, noise", "default": "noise"},
                {
                    "code": "N-02",
                    "label": "Nuisance, dogs",
                    "default": "animal_related_problems",
                },
                {
                    "code": "R-01",
                    "label": "Repairs",
                    "status": "out_of_scope",
                    "reason": "repairs",
                },
            ],
        }
    ],
    "stages": {"Lettre": "warning_letter"},
    "outcomes": {"Réglé": "resolved"},
    "yes": ["ja"],
    "no": ["nein"],
}


def test_an_unseen_dialect_is_taken_by_settings_alone() -> None:
    body = (
        "Complaint No|Logged|Happened|Type|Sub Type|Reporter|Action|Result|Hate?\r\n"
        "9|03-Nov-2026|02-Nov-2026 21.30|N-01||Ms Q Example|Lettre|Réglé|nein\r\n"
        "10|03-Nov-2026||n-02||Ms Q Example|||ja\r\n"
        "11|03-Nov-2026||R-01||Ms Q Example|||\r\n"
        "12|03-Nov-2026||N-03||Ms Q Example|||\r\n"
    ).encode("windows-1252")
    mapper = HOUSING.compile(DIALECT)

    made = [mapper.map(row) for row in mapper.rows(body, "text/csv")]

    assert isinstance(made[0], Mapped)
    assert made[0].identity == Reference("9@2026-11-02T21:30")
    assert made[0].incident.typology_behaviour == "noise"
    assert made[0].incident.intervention == "warning_letter"
    assert made[0].incident.outcome_code == "resolved"
    assert isinstance(made[1], Mapped)
    assert made[1].incident.hate_incident is True
    assert made[1].incident.typology_behaviour == "animal_related_problems"
    assert made[2] == OutOfScope("repairs", Reference("11"))
    assert isinstance(made[3], Mapped)
    assert made[3].incident.source_category_code == "N-03"  # it looks like a code of the list
    assert made[3].unlisted == ("N-03",)


def test_settings_that_contradict_themselves_are_refused() -> None:
    table = {"name": "own", "version": "1", "rows": [{"code": "A", "label": "A"}]}

    assert "two local tables" in refused({"local": [table, table]})[0]
    assert "neither a packaged one" in refused({"schemes": {"HM": "no_such"}})[0]
    assert "neither a packaged one" in refused({"scheme": "no_such"})[0]
    assert "does not have" in refused({"stages": {"Brief": "letter"}})[0]
    assert "cannot stand for two" in refused({"columns": {"notes": "CaseRef"}})[0]
    assert "a time" in refused({"columns": {"reported": None, "occurred": None}})[0]
    assert "time format" in refused({"time_formats": ["%d/%m"]})[0]


def test_a_recorded_incident_is_placed_again_by_its_own_scheme() -> None:
    mapper = HOUSING.compile(LOCAL)

    hm = mapper.place_again(Kept("housemark_asb", "A", qualifiers=("loud_music",)))
    local = mapper.place_again(Kept("local:cnh", "B"))

    assert hm is not None
    assert hm.fields["typology_sub_behaviour"] == "loud_music"
    assert local is not None
    assert local.fields["typology_behaviour"] == "noise"
    assert mapper.place_again(Kept("local:gone", "B")) is None


def test_nothing_personal_of_the_extract_is_in_an_open_field() -> None:
    mapper = HOUSING.compile({})

    for row in mapper.rows(EXTRACT.encode(), "text/csv"):
        made = mapper.map(row)
        if isinstance(made, Mapped):
            dumped = made.incident.model_dump(mode="json")
            opened = {name: dumped[name] for name, s in SENSITIVITY.items() if s.half is Half.OPEN}
            assert "xample" not in json.dumps(opened)
