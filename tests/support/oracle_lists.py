"""Who is listed, which provisions are live and what each power is for, as the oracle knows it."""

from __future__ import annotations

from datetime import date

LISTED_IN_ENGLAND_AND_WALES = {
    "london_fire_commissioner",
    "combined_fire_authority",
    "section_4a_fire_authority",
    "metropolitan_fire_authority",
    "primary_care_trust",
    "chief_officer_of_police",
    "local_policing_body",
    "county_council",
    "district_council",
    "london_borough_council",
    "parish_council",
    "city_of_london",
    "welsh_principal_council",
    "community_council_wales",
    "non_profit_registered_provider",
    "registered_social_landlord_wales",
    "local_probation_board",
    "probation_trust",
    "probation_provider",
    "local_health_board",
    "nhs_england",
    "integrated_care_board",
}
LISTED_IN_SCOTLAND = {"police_service_of_scotland", "scottish_council"}
LISTED_FROM = {
    "local_probation_board": date(2001, 4, 1),
    **dict.fromkeys(("combined_fire_authority", "metropolitan_fire_authority"), date(2007, 8, 1)),
    "primary_care_trust": date(2007, 8, 1),
    **dict.fromkeys(("probation_trust", "probation_provider"), date(2008, 4, 1)),
    "non_profit_registered_provider": date(2010, 4, 1),
    "local_policing_body": date(2012, 11, 22),
    "nhs_england": date(2013, 4, 1),
    "section_4a_fire_authority": date(2017, 4, 3),
    "london_fire_commissioner": date(2018, 4, 1),
    "integrated_care_board": date(2022, 7, 1),
}
"""From when there was such a body, or it came into the list (fire: Police and Justice Act 2006)."""
LISTED_UNTIL = {
    "local_probation_board": date(2010, 4, 1),
    "primary_care_trust": date(2013, 4, 1),
    "probation_trust": date(2014, 10, 31),
}
"""From when there was none any more (trusts: SI 2014/2704)."""


def listed_on(kind: str | None, day: date) -> bool:
    """Whether section 115(2) names the kind on the day."""
    return kind in LISTED_IN_ENGLAND_AND_WALES | LISTED_IN_SCOTLAND and LISTED_FROM.get(
        kind or "", date.min
    ) <= day < LISTED_UNTIL.get(kind or "", date.max)


LIVE_PROVISIONS = {
    *("s6", "s8", "s9", "s10", "s11", "s12", "s13", "s16", "s17"),
    *("s28", "s29", "s30", "s31", "s32", "s37", "s38", "s39", "s40", "s41", "s66a"),
}
PURPOSES_OF = {
    "section_115": {"preventing_crime_and_disorder", "crime_and_disorder_strategy"},
    "asb_case_review": {"asb_case_review"},
    "serious_violence_duty": {"preventing_serious_violence"},
    "police_common_law": {"policing"},
    "offender_management": {"managing_offenders"},
}
"""Powers under an agreement, and the purposes that each knows."""
