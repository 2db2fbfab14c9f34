"""The catalogue of SI 2007/1831 against the table of law.md §2, paragraph by paragraph."""

from __future__ import annotations

import pytest

from policies.lists import packaged_lists
from tests.support.requirements import law

POLICE = {"chief_officer_of_police"}
FIRE = {
    "london_fire_commissioner",
    "combined_fire_authority",
    "section_4a_fire_authority",
    "metropolitan_fire_authority",
}
COUNCIL = {
    "county_council",
    "district_council",
    "london_borough_council",
    "city_of_london",
    "welsh_principal_council",
}
HEALTH = {"primary_care_trust", "local_health_board"}
FOUR = {"time", "date", "location"}
INJURED = {
    f"{who}_{how}"
    for who in ("adults", "children")
    for how in ("killed", "seriously_injured", "slightly_injured")
}
GOLDEN = {
    1: (POLICE, {"category", *FOUR}, "National Incident Category List, NSIR", "2007/08", 3),
    2: (POLICE, {"sub_category", *FOUR}, "Home Office Notifiable Offences List", "2007-06-22", 9),
    3: (FIRE, FOUR, "Fire Statistics United Kingdom", "2005", 5),
    4: (FIRE, {"time", "date", "purported_location"}, "Fire Statistics United Kingdom", "2005", 0),
    5: (COUNCIL, {*FOUR, *INJURED}, None, None, 0),
    6: (COUNCIL, {"age", "gender", "school_name", "school_address", "reason"}, None, None, 2),
    7: (COUNCIL, FOUR, "Best Value Performance Indicators", "2005/06", 0),
    8: (
        COUNCIL,
        {"category", *FOUR},
        "National Incident Category List, NSIR, or any system that the authority used",
        "2007-06-22",
        2,
    ),
    9: (
        HEALTH,
        {"outward_postcode", "date", "sub_category"},
        "ICD-10: X85–Y09, F10–F19, T51, Y90, Y91",
        None,
        4,
    ),
    10: (
        HEALTH,
        {"outward_postcode", "date"},
        "Department of Health handbook §2.2",
        "2005-12",
        0,
    ),
    11: (HEALTH, {"count"}, None, None, 2),
    12: (HEALTH, {"location", "time", "date", "category"}, "the holder's own", None, 0),
}
"""Who holds it, which fields, by which list, frozen when, under how many lettered heads."""


@law("L11")
@pytest.mark.parametrize("number", range(1, 13))
def test_each_paragraph_is_as_the_regulations_have_it(number: int) -> None:
    one = packaged_lists().prescribed.paragraphs[number]

    assert (
        set(one.holder_kinds),
        set(one.fields),
        one.code_list,
        one.frozen_at,
        len(one.items),
    ) == GOLDEN[number]


@law("L11")
def test_what_feeds_yield_is_taken_under_four_paragraphs_and_health_waits_for_a_lawyer() -> None:
    prescribed = packaged_lists().prescribed

    assert {
        one.number: [kind.value for kind in one.incident_kinds] for one in prescribed.paragraph
    } == {
        **{number: [] for number in (3, 4, 5, 6, 9, 10, 11, 12)},
        1: ["asb_incident", "other_prescribed"],
        2: ["crime"],
        7: ["asb_incident", "crime", "other_prescribed"],
        8: ["asb_incident"],
    }
    waiting = {one.number for one in prescribed.paragraph if one.holder_status != "clear"}
    assert waiting == {9, 10, 11, 12}
    assert prescribed.crowd == 5
