from __future__ import annotations

from typing import Any

import pytest

from adapters import source
from adapters.source import Excluded, Kept, Mapped, OutOfScope, Reference, SettingsRefused

STREET = source("street_management")
DIALECT = {
    "delimiter": "\t",
    "encoding": "windows-1252",
    "time_formats": ["%d.%m.%Y %H:%M"],
    "back_office": {
        "reference": "Nr",
        "reported": "Gemeldet",
        "code": "Art",
        "label": None,
        "easting": "X",
        "northing": "Y",
        "closing": "Ergebnis",
        "land_type": "Ort",
    },
    "own": {
        "name": "muster",
        "version": "7",
        "replaces": True,
        "rows": [
            {"code": "A1", "label": "Wilder Müll", "default": "litter_rubbish"},
            {"code": "A2", "label": "Laterne", "status": "out_of_scope", "reason": "lighting"},
        ],
    },
    "excluded": {"doppelt": "duplicate"},
    "land_types": {"Straße": "highway"},
}


def test_an_unseen_dialect_is_taken_by_settings_alone() -> None:
    body = (
        "Nr\tGemeldet\tArt\tX\tY\tErgebnis\tOrt\r\n"
        "1\t26.10.2026 08:55\tA1\t453000\t319000\t\tStraße\r\n"
        "2\t26.10.2026 08:56\tA2\t\t\t\t\r\n"
        "3\t26.10.2026 08:57\ta1\t\t\tDoppelt\t\r\n"
    ).encode("windows-1252")
    mapper = STREET.compile(DIALECT)

    made = [mapper.map(row) for row in mapper.rows(body, "text/csv")]

    assert isinstance(made[0], Mapped)
    assert made[0].incident.source_category_scheme == "open311:muster"
    assert made[0].incident.fly_tip is not None
    assert made[0].incident.fly_tip.land_type == "highway"
    assert made[1:] == [
        OutOfScope("lighting", Reference("2")),
        Excluded("duplicate", Reference("3")),
    ]
    assert mapper.place_again(Kept("open311:muster", "A1")) is not None
    assert mapper.place_again(Kept("pcn", "27")) is not None
    assert mapper.place_again(Kept("no_such", "graffiti")) is None


@pytest.mark.parametrize(
    "settings",
    [
        {"sizes": {"huge": "no_such"}},
        {"open311": {"code": None, "label": None}},
        {"scheme": "no_such"},
        {"back_office": {"title": "SRRef"}},
    ],
)
def test_settings_that_cannot_stand_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(SettingsRefused):
        STREET.compile(settings)
