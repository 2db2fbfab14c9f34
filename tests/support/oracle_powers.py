"""The oracle on the powers beside sections 17A and 115, from law reference §1 and §6 and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from schemas.partners import Partner
from schemas.record_class import RecordClass
from schemas.subscriptions import Subscription

COUNCILS = {
    "district_council",
    "london_borough_council",
    "city_of_london",
    "welsh_principal_council",
}
POLICE = {"chief_officer_of_police"}
HEALTH_BODIES = {"integrated_care_board", "local_health_board"}
HEALTH = HEALTH_BODIES | {"nhs_england", "nhs_trust", "ambulance_trust", "primary_care_trust"}
FIRE = {
    "london_fire_commissioner",
    "combined_fire_authority",
    "section_4a_fire_authority",
    "metropolitan_fire_authority",
}
OF_THE_DUTY = (
    *(POLICE | COUNCILS | HEALTH_BODIES | FIRE),
    *("county_council", "local_policing_body", "probation_provider", "youth_offending_team"),
)
SOCIAL_LANDLORDS = {
    "non_profit_registered_provider",
    "profit_registered_provider",
    "registered_social_landlord_wales",
}
PROBATION = {"probation_provider", "probation_service_secretary_of_state"}
MAY_DISCLOSE_TO_PROBATION = (
    POLICE | COUNCILS | PROBATION | {"county_council", "government_department"}
)
GIVES_THE_RETURN = {
    *(POLICE | COUNCILS | HEALTH_BODIES),
    *("county_council", "local_policing_body"),
    *("non_profit_registered_provider", "profit_registered_provider"),
}


MAY_BE_COMPETENT = {
    *(POLICE | PROBATION | COUNCILS),
    *("county_council", "government_department", "police_service_of_scotland"),
    *("british_transport_police", "other_police_force"),
}
"""Bodies of Sch. 7, and councils when prosecuting (law reference §4); housing and health are none."""


def may_be_competent(kind: str | None, day: date) -> bool:
    """Part 3 of the Data Protection Act 2018 began on 25 May 2018."""
    return kind in MAY_BE_COMPETENT and day >= date(2018, 5, 25)


def in_force(power: str, day: date, *, enabled: bool) -> bool:
    """Section 17A since 2007, case reviews since 2014, the duty since 2023; three are off unless enabled."""
    begins = {
        "section_17a": date(2007, 8, 1),
        "asb_case_review": date(2014, 10, 20),
        "asb_case_review_request": date(2014, 10, 20),
        "serious_violence_duty": date(2023, 1, 31),
    }
    off = {"asb_data_return", "police_common_law", "offender_management"}
    return (enabled or power not in off) and day >= begins.get(power, date.min)


def own_conditions(
    asked: Subscription,
    cls: RecordClass,
    recipient: str | None,
    holder: str | None,
    *,
    co_opted: bool,
) -> dict[str, bool]:
    """What a power under an agreement asks for beside the agreement."""
    if asked.power == "asb_case_review":
        body = COUNCILS | POLICE | HEALTH_BODIES
        return {
            "recipient_is_review_body": recipient in body or co_opted,
            "case_review_is_named": asked.case_review is not None,
        }
    if asked.power == "serious_violence_duty":
        clear = cls.health_or_social_care is False and holder is not None and holder not in HEALTH
        return {
            "recipient_is_of_the_duty": recipient in OF_THE_DUTY,
            "holder_is_of_the_duty": holder in OF_THE_DUTY,
            "no_patient_information": cls.patient_information is False,
            "nothing_personal_from_health_or_social_care": asked.lane != "personal" or clear,
        }
    if asked.power == "police_common_law":
        return {"holder_is_police": holder in POLICE}
    return {
        "recipient_manages_offenders": recipient in PROBATION,
        "holder_may_disclose": holder in MAY_DISCLOSE_TO_PROBATION,
    }


def return_conditions(
    asked: Subscription, cls: RecordClass, recipient: str | None, holder: str | None
) -> dict[str, bool]:
    """What the data return asks for."""
    return {
        "recipient_is_government": recipient == "government_department",
        "lane_is_not_personal": asked.lane != "personal",
        "purpose_is_the_return": asked.purpose == "asb_data_return",
        "holder_gives_the_return": holder in GIVES_THE_RETURN,
        "kind_is_asb": cls.kind == "asb_incident",
        "not_withheld_by_crosswalk": cls.mapping_status != "withheld",
    }


def is_co_opted(one: Partner | None, day: date) -> bool:
    """Whether the review bodies have co-opted it on the day: a provider of social housing, nobody else."""
    if one is None or one.kind_on(day) not in SOCIAL_LANDLORDS:
        return False
    return any(
        (period.valid_from is None or period.valid_from <= day)
        and (period.valid_to is None or day < period.valid_to)
        for period in one.co_opted_for_case_reviews
    )


def kinds_of(
    partners: Mapping[str, Partner], recipient: str, holder: str, day: date
) -> tuple[str | None, str | None]:
    """What recipient and holder are on the day, or None off the register."""
    found = []
    for name in (recipient, holder):
        kind = partners[name].kind_on(day) if name in partners else None
        found.append(None if kind is None else kind.value)
    return found[0], found[1]


def oracle_non_personal(asked: Subscription, cls: RecordClass) -> set[str]:
    """Open data as published: the conditions that are unmet."""
    unmet = set()
    if asked.lane == "personal":
        unmet.add("lane_is_not_personal")
    if not cls.open_data:
        unmet.add("published_as_open_data")
    if len(cls.field_groups) > 0:
        unmet.add("nothing_sealed_is_held")
    if cls.marking != "OFFICIAL":
        unmet.add("marking_is_official")
    if cls.mapping_status == "withheld":
        unmet.add("not_withheld_by_crosswalk")
    if cls.handling is not None:
        unmet.add("no_handling_code")
    return {f"non_personal.{name}" for name in unmet}
