"""More scenario cards: bodies on days when there were such bodies, and agreements as lawyers word them.

They were written by somebody who had the form alone, and are what the rules of that day got wrong.
"""

from __future__ import annotations

from typing import Any

from tests.spec.described_cards import APD, LISTED, RELEASE, Card, _to

SAYS_S17 = "section_115.provision_is_live"
DUE = "section_17a.recipient_is_relevant_authority"
CO_OPTED = "asb_case_review.recipient_is_review_body"


def _on(day: str, kind: str) -> dict[str, Any]:
    """The base case on a day of the past."""
    year = int(day[:4])
    dates = {
        "agreement.valid_from": f"{year - 1}-01-01",
        "agreement.review_by": f"{year + 1}-01-01",
    }
    return {**_to(kind), "day": day, **dates}


def _named(**more: Any) -> dict[str, Any]:
    """The base case, naming one person."""
    return {"fields": ["people.name"], **more}


BODIES = [
    Card("a probation trust in 2013", "(eb), «historic»", "case", _on("2013-06-01", "probation_trust"),
         RELEASE),
    Card("a probation trust today", "dissolved by SI 2014/2704", "case", _to("probation_trust"),
         unmet=(LISTED,)),
    Card("a probation trust on its last day", "dissolved on 31.10.2014", "case",
         _on("2014-10-30", "probation_trust"), RELEASE),
    Card("a probation trust the day after", "dissolved on 31.10.2014", "case",
         _on("2014-10-31", "probation_trust"), unmet=(LISTED,)),
    Card("a probation board in 2005", "(e), «historic»", "case", _on("2005-06-01", "local_probation_board"),
         RELEASE),
    Card("a probation board today", "(e), «historic»", "case", _to("local_probation_board"), unmet=(LISTED,)),
    Card("a care board before there were any", "established on 1.7.2022", "case",
         _on("2022-06-30", "integrated_care_board"), unmet=(LISTED,)),
    Card("a care board on its first day", "established on 1.7.2022", "case",
         _on("2022-07-01", "integrated_care_board"), RELEASE),
    Card("NHS England in 2010", "SI 2013/160", "case", _on("2010-06-01", "nhs_england"), unmet=(LISTED,)),
    Card("a primary care trust in 2010", "SI 2007/1831 paras 9 to 12 bind it as an authority", "case",
         _on("2010-06-01", "primary_care_trust"), RELEASE),
    Card("a primary care trust in 2014", "abolished on 1.4.2013", "case",
         _on("2014-06-01", "primary_care_trust"), unmet=(LISTED,)),
    Card("a police and crime commissioner in 2010", "the first took office in 2012", "case",
         _on("2010-06-01", "local_policing_body"), unmet=(LISTED,)),
    Card("a probation trust under 17A today", "17A(5): for the time being", "duty", _to("probation_trust"),
         unmet=(DUE,)),
    Card("a review: a co-opted charity", "s.105: providers of social housing are co-opted", "review",
         _to("charity", co_opted_for_case_reviews=True), unmet=(CO_OPTED,)),
    Card("a review: a co-opted landlord for profit", "s.105: a provider of social housing, profit or not",
         "review", _to("profit_registered_provider", co_opted_for_case_reviews=True), RELEASE),
]  # fmt: skip
WORDS = [
    Card("a subsection", "«any provision of this Act»", "case", {"agreement.provision": "s.17(1)(a)"},
         RELEASE),
    Card("a section in full", "the same", "case",
         {"agreement.provision": "Section 17 of the Crime and Disorder Act 1998"}, RELEASE),
    Card("the Act's short name", "the same", "case", {"agreement.provision": "s.17 CDA 1998"}, RELEASE),
    Card("a section of another Act", "a provision of THIS Act", "case",
         {"agreement.provision": "s.17 Housing Act 1985"}, unmet=(SAYS_S17,)),
    Card("a subsection of a repealed section", "ss.1 to 4 are repealed", "case",
         {"agreement.provision": "s.1(1) CDA 1998"}, unmet=(SAYS_S17,)),
    Card("the power as its own purpose", "s.115 is the power", "case", {"agreement.provision": "s.115(1)"},
         unmet=(SAYS_S17,)),
]  # fmt: skip
PEOPLE = [
    Card("a convicted tenant, no outcome agreed", "art. 10: a condition, not another field", "case",
         _named(subject_roles=["convicted"], **{"agreement.roles": ["convicted"], "agreement.offence": APD}),
         RELEASE, leaves=("people.name",)),
    Card("a suspect of a crime, no outcome agreed", "art. 10: a condition, not another field", "case",
         _named(kind="crime", subject_roles=["subject"], **{"agreement.roles": ["subject"],
                "agreement.offence": APD, "agreement.coverage": {"kinds": ["crime"]}}), RELEASE,
         leaves=("people.name",)),
    Card("a suspect of a crime, the policy document out of date", "art. 10", "case",
         _named(kind="crime", subject_roles=["subject"], **{"agreement.roles": ["subject"],
                "agreement.offence": {**APD, "valid_to": "2026-01-01"},
                "agreement.coverage": {"kinds": ["crime"]}}),
         unmet=("described.role_may_be_named",)),
    Card("a convicted tenant without the condition", "art. 10", "case",
         _named(subject_roles=["convicted"], **{"agreement.roles": ["convicted"]}),
         unmet=("described.role_may_be_named",)),
    Card("depersonalised, no crossing recorded", "s.36(4): depersonalising is a use too", "case",
         {"fields": ["kind", "place"], "lane": "depersonalised", "agreement.crossing": None},
         unmet=("section_115.regime_crossing_is_authorised",)),
]  # fmt: skip
ENFORCES = {"agreement.crossing": None, "agreement.recipient_regime": "law_enforcement"}
CROSSING = "section_115.regime_crossing_is_authorised"
REGIMES = [
    Card("a housing association that says it enforces the law", "§4: housing is under the UK GDPR", "case",
         {**_to("non_profit_registered_provider"), **ENFORCES}, unmet=(CROSSING,)),
    Card("the same, the crossing recorded", "s.36(4)", "case",
         {**_to("non_profit_registered_provider"), "agreement.recipient_regime": "law_enforcement"}, RELEASE),
    Card("a health board that says it enforces the law", "§4: no Sch. 7 body, no such function", "case",
         {**_to("integrated_care_board"), **ENFORCES}, unmet=(CROSSING,)),
    Card("a fire authority, likewise", "§4: fire safety alone is not what this is for", "case",
         {**_to("combined_fire_authority"), **ENFORCES}, unmet=(CROSSING,)),
    Card("an ALMO for a council that prosecutes", "s.30: who has the function, not who acts for it", "case",
         {**_to("arms_length_management_organisation", acts_on_behalf_of={"kind": "district_council"}),
          "agreement.on_behalf_of": True, **ENFORCES}, unmet=(CROSSING,)),
    Card("a landlord in a case review, likewise", "§4", "review", ENFORCES,
         unmet=("asb_case_review.regime_crossing_is_authorised",)),
    Card("a council that prosecutes", "§4: Part 3 when prosecuting", "case", ENFORCES, RELEASE),
    Card("the Scottish force enforces the law", "Sch. 7", "case",
         {**_to("police_service_of_scotland"), **ENFORCES}, RELEASE),
    Card("a private provider of probation enforces the law", "Sch. 7", "case",
         {**_to("probation_provider"), **ENFORCES}, RELEASE),
    Card("a council before Part 3 began", "Part 3 is of 2018", "case",
         {**ENFORCES, "day": "2017-01-01", "agreement.valid_from": None, "agreement.review_by": "2017-12-01"},
         unmet=(CROSSING,)),
]  # fmt: skip
GRADES = [
    Card("a source of grade 4 in 3x5x2", "§6: sources 1 to 3", "case",
         {"handling": "P", "grading": {"scheme": "3x5x2", "source": "4", "intelligence": "A"}},
         unmet=("everywhere.grading_is_of_one_scheme",)),
]  # fmt: skip
CARDS_OF_BODIES = (*BODIES, *WORDS, *PEOPLE, *REGIMES, *GRADES)
