"""Scenario cards: a described record each, and what the law's text says of it (law reference §1–§6).

The answers are argued from the text and not from the rules: ``why`` names the sentence. A card changes some
facts of a base card; a fact set to None is not stated.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any

from policies.description_form import EXAMPLES

CASE, DUTY, REVIEW, OPEN = EXAMPLES
"""Police → council under section 115; police → parish council under 17A; a case review; open data."""
VIOLENCE: dict[str, Any] = {
    **CASE,
    "source": {
        "controller": {"kind": "chief_officer_of_police"},
        "patient_information": False,
        "health_or_social_care": False,
    },
    "kind": "crime",
    "behaviour": None,
    "power": "serious_violence_duty",
    "purpose": "preventing_serious_violence",
    "agreement": {
        **CASE["agreement"],
        "power": "serious_violence_duty",
        "purpose": "preventing_serious_violence",
        "coverage": {"kinds": ["crime"]},
        "provision": None,
    },
    "protocol": None,
}
BASES = {"case": CASE, "duty": DUTY, "review": REVIEW, "open": OPEN, "violence": VIOLENCE}
WITHHOLD, RELEASE = "withhold", "release"


@dataclass(frozen=True)
class Card:
    """One card: its base, what differs, and the answer."""

    name: str
    why: str
    base: str
    changes: dict[str, Any] = field(default_factory=dict)
    decision: str = WITHHOLD
    unmet: tuple[str, ...] = ()
    """Ids that are among those named."""
    leaves: tuple[str, ...] | None = None
    place: str | None = None
    time: str | None = None

    @property
    def document(self) -> dict[str, Any]:
        """The description."""
        made = copy.deepcopy(BASES[self.base])
        for path, value in self.changes.items():
            *above, last = path.split(".")
            here = made
            for step in above:
                if not isinstance(here.get(step), dict):
                    here[step] = {}
                here = here[step]
            here[last] = value
        return made


def _to(kind: str, **more: Any) -> dict[str, Any]:
    return {"recipient": {"kind": kind, "nominated_person": True, **more}}


LISTED = "section_115.recipient_is_relevant_authority"
LIVE = "section_115.agreement_is_live"
AGENT = {"kind": "district_council"}
APD = {"condition": "DPA 2018 Sch. 1 para 6", "policy_document": "apd-7"}
HATE = {"fields": ["people.name", "grounds"], "agreement.fields": ["people.name", "grounds"]}

RECIPIENTS = [
    Card("a housing association", "(dza) lists non-profit providers", "case",
         _to("non_profit_registered_provider"), RELEASE),
    Card("a profit-making provider", "(dza) lists non-profit providers only", "case",
         _to("profit_registered_provider"), unmet=(LISTED,)),
    Card("an NHS trust", "not in s.115(2)", "case", _to("nhs_trust"), unmet=(LISTED,)),
    Card("an integrated care board", "(fb)", "case", _to("integrated_care_board"), RELEASE),
    Card("a university", "not in s.115(2)", "case", _to("university"), unmet=(LISTED,)),
    Card("a charity", "not in s.115(2)", "case", _to("charity"), unmet=(LISTED,)),
    Card("a parish council", "(d)(i) names parish councils", "case", _to("parish_council"), RELEASE),
    Card("a school", "not in s.115(2)", "case", _to("school"), unmet=(LISTED,)),
    Card("a newspaper", "not in s.115(2)", "case", _to("news_organisation"), unmet=(LISTED,)),
    Card("an insurer", "not in s.115(2)", "case", _to("insurer"), unmet=(LISTED,)),
    Card("a member of parliament", "not in s.115(2)", "case", _to("member_of_parliament"),
         unmet=(LISTED,)),
    Card("the transport police", "no chief officer of an E&W police area", "case",
         _to("british_transport_police"), unmet=(LISTED,)),
    Card("the Scottish force", "(b) lists it", "case",
         {**_to("police_service_of_scotland"), "agreement.recipient_regime": "law_enforcement"}, RELEASE),
    Card("the Scottish force under 17A", "17A(5): an authority in England and Wales", "duty",
         _to("police_service_of_scotland"), unmet=("section_17a.recipient_is_relevant_authority",)),
    Card("the Secretary of State's probation service", "excluded by the words of (ec)", "case",
         _to("probation_service_secretary_of_state"), unmet=(LISTED,)),
    Card("a private provider of probation", "(ec)", "case", _to("probation_provider"), RELEASE),
    Card("the fire authority today", "(i) since 2007", "case", _to("combined_fire_authority"), RELEASE),
    Card("the fire authority in 2006", "fire came in 2007 (PJA Sch 9 para 7)", "case",
         {**_to("combined_fire_authority"), "day": "2006-01-01", "agreement.valid_from": None,
          "agreement.review_by": "2006-12-01"}, unmet=(LISTED,)),
    Card("the council in 2006", "councils were listed then", "case",
         {"day": "2006-01-01", "agreement.valid_from": None, "agreement.review_by": "2006-12-01"}, RELEASE),
    Card("an ALMO by itself", "never listed itself (finding 2)", "case",
         _to("arms_length_management_organisation"), unmet=(LISTED,)),
    Card("an ALMO for its council", "s.115(1)(b), and the agreement says so", "case",
         {**_to("arms_length_management_organisation", acts_on_behalf_of=AGENT),
          "agreement.on_behalf_of": True}, RELEASE),
    Card("an ALMO for its council, the agreement silent", "§1: AND an agreement says so", "case",
         _to("arms_length_management_organisation", acts_on_behalf_of=AGENT),
         unmet=("section_115.agency_is_agreed",)),
    Card("an ALMO whose agency lapsed", "L01: agent link expired yesterday → refuse", "case",
         {**_to("arms_length_management_organisation",
                acts_on_behalf_of={**AGENT, "valid_to": "2026-11-22"}),
          "agreement.on_behalf_of": True}, unmet=(LISTED,)),
    Card("an ALMO whose agency is said to have lapsed", "L01", "case",
         {**_to("arms_length_management_organisation",
                acts_on_behalf_of={**AGENT, "status": "lapsed"}),
          "agreement.on_behalf_of": True}, unmet=(LISTED,)),
    Card("a contractor acting for a charity", "(1)(b): on behalf of a relevant authority", "case",
         {**_to("contractor", acts_on_behalf_of={"kind": "charity"}),
          "agreement.on_behalf_of": True}, unmet=(LISTED,)),
    Card("a dissolved body", "s.57(3): nobody on the register", "case",
         _to("district_council", status="dissolved"), unmet=("everywhere.recipient_on_register",)),
    Card("nobody named", "what is not stated is not there", "case", {"recipient": None},
         unmet=("everywhere.recipient_on_register", LISTED)),
]  # fmt: skip

AGREEMENTS = [
    Card("an expired agreement", "L19", "case", {"agreement.state": "expired"}, unmet=(LIVE,)),
    Card("live, but its last day has passed", "L19", "case", {"agreement.valid_to": "2026-11-23"},
         unmet=(LIVE,)),
    Card("a suspended agreement", "DESIGN: anything not live stops", "case",
         {"agreement.state": "suspended"}, unmet=(LIVE,)),
    Card("a superseded agreement", "L19", "case", {"agreement.state": "superseded"}, unmet=(LIVE,)),
    Card("a terminated agreement", "L19", "case", {"agreement.state": "terminated"}, unmet=(LIVE,)),
    Card("a draft", "L19: unsigned → refuse", "case", {"agreement.state": "draft"}, unmet=(LIVE,)),
    Card("not begun", "L19", "case", {"agreement.valid_from": "2026-12-01"}, unmet=(LIVE,)),
    Card("no state", "not stated is not there", "case", {"agreement.state": None}, unmet=(LIVE,)),
    Card("unsigned", "L19", "case", {"agreement.signed": False},
         unmet=("section_115.agreement_is_signed",)),
    Card("review overdue inside the grace", "L20: flagged, goes on", "case",
         {"agreement.review_by": "2026-11-01"}, RELEASE),
    Card("review overdue beyond the grace", "L20: hard stop", "case",
         {"agreement.review_by": "2026-10-01"}, unmet=(LIVE,)),
    Card("no review day", "ICO code: review date", "case", {"agreement.review_by": None},
         unmet=("described.agreement_has_a_review_day",)),
    Card("no retention", "ICO code; s.39(2)", "case", {"agreement.retention_days": None},
         unmet=("described.agreement_says_how_long",)),
    Card("no DPIA", "DESIGN: DPIA reference", "case", {"agreement.dpia": " "},
         unmet=("section_115.dpia_is_named",)),
    Card("no necessity", "s.115(1): necessary or expedient", "case", {"agreement.necessity": None},
         unmet=("section_115.necessity_is_stated",)),
    Card("all records", "narrower than «all»", "case", {"agreement.coverage": {}},
         unmet=("section_115.narrower_than_all",)),
    Card("another behaviour", "s.37: what was agreed", "case", {"behaviour": "begging"},
         unmet=("section_115.agreement_covers_record",)),
    Card("another kind", "s.37: what was agreed", "case", {"kind": "crime", "behaviour": None},
         unmet=("section_115.agreement_covers_record",)),
    Card("one case, and it is this", "by case", "case",
         {"agreement.coverage": {"cases": ["case 7"]}, "case": "case 7"}, RELEASE),
    Card("one case, and it is another", "by case", "case",
         {"agreement.coverage": {"cases": ["case 7"]}, "case": "case 8"},
         unmet=("section_115.agreement_covers_record",)),
    Card("no agreement", "§8 L43: no DSA → 0 records", "case", {"agreement": None},
         unmet=("section_115.agreement_is_known",)),
    Card("a purpose that is none of the Act", "s.115(1)", "case",
         {"purpose": "other", "agreement.purpose": "other"}, unmet=("section_115.purpose_is_agreed",)),
    Card("another purpose than agreed", "s.36(1)", "case", {"purpose": "crime_and_disorder_strategy"},
         unmet=("section_115.purpose_is_agreed",)),
    Card("a repealed provision", "L04: s1 is repealed", "case", {"agreement.provision": "s1"},
         unmet=("section_115.provision_is_live",)),
    Card("a blank provision", "L04", "case", {"agreement.provision": " "},
         unmet=("section_115.provision_is_live",)),
    Card("the protocol lapsed", "L17", "case", {"protocol.in_force": False},
         unmet=("section_115.protocol_is_in_force",)),
    Card("no protocol", "L17", "case", {"protocol": None},
         unmet=("section_115.protocol_is_in_force",)),
    Card("the protocol lapsed, under 17A", "L17: 17A goes on", "duty", {"protocol": {"in_force": False}},
         RELEASE),
    Card("the source declines", "L05: a power", "case", {"source.controller.declines": True},
         unmet=("section_115.holder_has_not_declined",)),
    Card("no crossing recorded", "s.36(4), L21", "case", {"agreement.crossing": None},
         unmet=("section_115.regime_crossing_is_authorised",)),
    Card("the council's own record needs no crossing", "§4: council civil ASB is UK GDPR", "case",
         {"source": {"controller": {"kind": "district_council", "nominated_person": True}},
          **_to("chief_officer_of_police"), "agreement.crossing": None}, RELEASE),
    Card("one agreed under another power", "§1: each gateway its own", "case",
         {"agreement.power": "police_common_law"}, unmet=("section_115.agreement_rests_on_power",)),
    Card("no nominated person at the recipient", "SI 2007/1830 reg 4(3)", "case",
         _to("district_council", nominated_person=False),
         unmet=("section_115.recipient_has_nominated_person",)),
    Card("another body's record", "L59", "case", {"source.received_from": {"kind": "nhs_trust"}},
         unmet=("described.may_be_passed_on",)),
    Card("another body's record, named", "L59: unless the DSA allows", "case",
         {"source.received_from": {"kind": "combined_fire_authority"}, "agreement.onward": "named"},
         RELEASE),
    Card("recorded before the agreement reaches back", "records_from", "case",
         {"agreement.records_from": "2026-06-01", "recorded_on": "2026-05-31"},
         unmet=("described.record_is_of_the_agreed_time",)),
    Card("kept too long", "s.39(2): shortest wins", "case",
         {"agreement.retention_days": 30, "recorded_on": "2026-09-01"},
         unmet=("described.record_is_of_the_agreed_time",)),
]  # fmt: skip

RECORDS = [
    Card("SECRET", "L53: refused", "case", {"marking": "SECRET"},
         unmet=("everywhere.marking_within_official",)),
    Card("TOP SECRET under 17A", "L53", "duty", {"marking": "TOP SECRET"},
         unmet=("everywhere.marking_within_official",)),
    Card("OFFICIAL-SENSITIVE as agreed", "L53", "case", {"marking": "OFFICIAL-SENSITIVE"}, RELEASE),
    Card("OFFICIAL-SENSITIVE, not agreed", "L53", "case",
         {"marking": "OFFICIAL-SENSITIVE", "agreement.marking": "OFFICIAL"},
         unmet=("section_115.marking_is_agreed",)),
    Card("handling P", "L54: lawful sharing permitted", "case", {"handling": "P"}, RELEASE),
    Card("handling C", "L54: conditions must be met", "case", {"handling": "C"},
         unmet=("everywhere.handling_permits",)),
    Card("handling C, conditions taken on", "L54: machine-met", "case",
         {"handling": "C", "handling_conditions": ["no_onward_sharing"],
          "agreement.handling_conditions": ["no_onward_sharing"]}, RELEASE),
    Card("suspected to be false", "L54: E refused", "case",
         {"handling": "P", "grading": {"scheme": "3x5x2", "source": "1", "intelligence": "E"}},
         unmet=("everywhere.not_suspected_false",)),
    Card("a grading without a handling code", "L54: unknown refused", "case",
         {"grading": {"scheme": "3x5x2", "source": "1", "intelligence": "A"}},
         unmet=("everywhere.handling_permits",)),
    Card("5x5x5 handling 1 to a council", "L55: only 2", "case", {"handling": "1"},
         unmet=("everywhere.handling_permits",)),
    Card("5x5x5 handling 2 to a council", "L55", "case", {"handling": "2"}, RELEASE),
    Card("5x5x5 handling 4", "L55: originating force only", "case", {"handling": "4"},
         unmet=("everywhere.handling_permits",)),
    Card("5x5x5 called 3x5x2", "§6: no silent conversion", "case",
         {"handling": "2", "grading": {"scheme": "3x5x2", "source": "1", "intelligence": "A"}},
         unmet=("everywhere.grading_is_of_one_scheme",)),
    Card("a child, no reason", "L60", "case", {"child": True},
         unmet=("section_115.children_have_a_reason",)),
    Card("a child, with a reason", "L60", "case",
         {"child": True, "agreement.children": "The family is offered support."}, RELEASE),
    Card("a child under 17A", "no personal data leaves; the place is coarser (§5)", "duty",
         {"child": True}, RELEASE, place="lsoa"),
    Card("special category without a policy document", "L22: tagged fields stop, others flow", "case",
         {**HATE, "agreement.special_category": {"condition": "Sch. 1 para 6"}}, RELEASE,
         ("section_115.see.special_category_has_condition",), leaves=("people.name",)),
    Card("special category with one", "L22", "case", {**HATE, "agreement.special_category": APD}, RELEASE,
         leaves=("people.name", "grounds")),
    Card("special category, the document out of date", "L22: current policy document", "case",
         {**HATE, "agreement.special_category": {**APD, "valid_to": "2026-11-01"}}, RELEASE,
         leaves=("people.name",)),
    Card("only special category asked, no condition", "L22: nothing else flows", "case",
         {"fields": ["grounds"], "agreement.fields": ["grounds"]},
         unmet=("section_115.see.special_category_has_condition",)),
    Card("an outcome without a condition", "art. 10", "case",
         {"fields": ["people.name", "outcome_code"], "agreement.fields": ["people.name", "outcome_code"]},
         RELEASE, leaves=("people.name",)),
    Card("an unlisted field", "L19: stripped", "case", {}, RELEASE,
         ("described.agreement_lists.people.telephone",),
         leaves=("kind", "place", "people.name", "address_text"), place="exact"),
    Card("only unlisted fields", "L23", "case", {"fields": ["people.telephone"]},
         unmet=("described.agreement_lists.people.telephone",)),
    Card("a witness who is not agreed", "s.38(3): a third party", "case",
         {"subject_roles": ["witness"]}, RELEASE, ("described.role_may_be_named",),
         leaves=("kind", "place", "address_text")),
    Card("people without a role", "L25", "case", {"subject_roles": []}, RELEASE,
         leaves=("kind", "place", "address_text")),
    Card("a suspect of a crime without a condition", "art. 10: an allegation", "case",
         {"kind": "crime", "behaviour": None, "agreement.coverage": {"kinds": ["crime"]},
          "subject_roles": ["subject"], "agreement.roles": ["subject"], "fields": ["people.name"]},
         unmet=("described.role_may_be_named",)),
    Card("no exact place agreed", "§5 P: as agreed, else as depersonalised", "case",
         {"fields": ["people.name", "place", "postcode"]}, RELEASE, place="map_point", time="hour"),
    Card("the exact time", "§5 P: time exact", "case", {"fields": ["occurred_from"]}, RELEASE,
         place="map_point", time="minute"),
    Card("restricted", "L29", "case", {"state": "restricted"}, unmet=("described.record_is_live",)),
    Card("contested, under 17A", "L29: out of every lane", "duty", {"state": "contested"},
         unmet=("described.record_is_live",)),
    Card("erased open data", "L29", "open", {"state": "erased"}, unmet=("described.record_is_live",)),
    Card("a domestic incident", "DESIGN: excluded", "case", {"domestic": True},
         unmet=("section_115.not_withheld_by_crosswalk",)),
    Card("a domestic incident under 17A", "DESIGN: excluded", "duty", {"domestic": True},
         unmet=("section_17a.not_withheld_by_crosswalk",)),
    Card("no kind", "not stated is not there", "duty", {"kind": None},
         unmet=("described.kind_is_stated",)),
    Card("no power", "s.35(2)", "case", {"power": None}, unmet=("described.power_is_named",)),
    Card("no source", "not stated is not there", "case", {"source": None},
         unmet=("described.holder_is_on_register",)),
    Card("a review, no source", "not stated is not there", "review", {"source": None},
         unmet=("described.holder_is_on_register",)),
    Card("a holder that was dissolved", "nobody answers for the record", "case",
         {"source.controller.status": "dissolved"}, unmet=("described.holder_is_on_register",)),
]  # fmt: skip

DUTIES = [
    Card("17A to a parish council", "17A(1), (5), (d)(i); §5 D", "duty", {}, RELEASE,
         place="map_point", time="hour"),
    Card("17A to the housing association", "(dza), E&W", "duty", _to("non_profit_registered_provider"),
         RELEASE),
    Card("17A to a university", "17A(5)", "duty", _to("university"),
         unmet=("section_17a.recipient_is_relevant_authority",)),
    Card("17A to an agent", "17A(5): an authority, no agent", "duty",
         _to("contractor", acts_on_behalf_of=AGENT),
         unmet=("section_17a.recipient_is_relevant_authority",)),
    Card("17A, a name asked for", "17A(4); L21: a personal field → refuse", "duty",
         {"fields": ["kind", "place", "people.name"]}, unmet=("section_17a.lane_is_not_personal",)),
    Card("17A in the depersonalised lane, a name asked for", "L08: the form has no such field", "duty",
         {"fields": ["kind", "place", "people.name"], "lane": "depersonalised"}, RELEASE,
         leaves=("kind", "place")),
    Card("17A from a housing association", "finding 4: nothing is prescribed for it", "duty",
         {"source": {"controller": {"kind": "non_profit_registered_provider"}}},
         unmet=("section_17a.information_is_prescribed",)),
    Card("17A from the council: ASB", "para 8", "duty",
         {"source": {"controller": {"kind": "district_council"}}}, RELEASE),
    Card("17A from the council: a crime", "no paragraph for it", "duty",
         {"source": {"controller": {"kind": "district_council"}}, "kind": "crime", "behaviour": None},
         unmet=("section_17a.information_is_prescribed",)),
    Card("17A from the police: a transport incident", "para 1 takes transport in", "duty",
         {"kind": "other_prescribed", "behaviour": None}, RELEASE),
    Card("17A from the police: a crime", "para 2", "duty", {"kind": "crime", "behaviour": None}, RELEASE),
    Card("a racial incident of the council under 17A", "para 7: ward or coarser (§5)", "duty",
         {"source": {"controller": {"kind": "district_council"}}, "grounds": ["race"],
          "behaviour": "intimidation_harassment"}, RELEASE, place="ward"),
    Card("prostitution under 17A", "§5: sensitive → LSOA", "duty", {"behaviour": "prostitution"}, RELEASE,
         place="lsoa"),
    Card("no map point", "§5: else LSOA", "duty", {"map_point": False}, RELEASE, place="lsoa"),
    Card("the place known by ward", "never finer than known", "duty", {"place_known": "ward"}, RELEASE,
         place="ward"),
    Card("statistics under 17A", "§5 A: LSOA, month", "duty", {"lane": "statistics"}, RELEASE,
         place="lsoa", time="month"),
    Card("17A before it was in force", "in force 1.8.2007", "duty", {"day": "2007-07-31"},
         unmet=("everywhere.power_in_force",)),
    Card("17A on its first day", "in force 1.8.2007", "duty", {"day": "2007-08-01"}, RELEASE),
    Card("17A to itself", "«to all other relevant authorities»: two bodies of a kind are two", "duty",
         _to("chief_officer_of_police"), RELEASE),
    Card("17A, intelligence of an untested source", "§6: only with its grading shown", "duty",
         {"handling": "P", "grading": {"scheme": "3x5x2", "source": "2", "intelligence": "B"}},
         unmet=("everywhere.grading_is_shown",)),
    Card("open data to a university", "no power needed", "open", {}, RELEASE, place="map_point",
         time="month"),
    Card("open data to the police transport force", "anyone", "open", _to("british_transport_police"),
         RELEASE),
    Card("a personal field as non-personal", "L21", "open", {"fields": ["place", "people.name"]},
         unmet=("non_personal.lane_is_not_personal",)),
    Card("not open data", "confidence may bind", "open", {"source.open_data": False},
         unmet=("non_personal.published_as_open_data",)),
    Card("a review without its id", "L57", "review", {"case_review": " "},
         unmet=("asb_case_review.case_review_is_named",)),
    Card("a review: a landlord that is not co-opted", "s.105: co-opted", "review",
         _to("non_profit_registered_provider"), unmet=("asb_case_review.recipient_is_review_body",)),
    Card("a review: the council", "s.105", "review", _to("district_council"), RELEASE),
    Card("a review: a charity", "s.105", "review", _to("charity"),
         unmet=("asb_case_review.recipient_is_review_body",)),
    Card("a review before the Act", "2014 Act", "review",
         {"day": "2013-01-01", "agreement.valid_from": None}, unmet=("everywhere.power_in_force",)),
    Card("serious violence: police to council", "s.16", "violence", {}, RELEASE),
    Card("serious violence: patient information", "L58", "violence",
         {"source.patient_information": True}, unmet=("serious_violence_duty.no_patient_information",)),
    Card("serious violence: nobody says whether of patients", "not stated is not there", "violence",
         {"source.patient_information": None}, unmet=("serious_violence_duty.no_patient_information",)),
    Card("serious violence: personal, from social care", "s.16(4)", "violence",
         {"source.health_or_social_care": True},
         unmet=("serious_violence_duty.nothing_personal_from_health_or_social_care",)),
    Card("serious violence: personal, from the care board", "s.16(4)", "violence",
         {"source.controller.kind": "integrated_care_board", "source.health_or_social_care": False},
         unmet=("serious_violence_duty.nothing_personal_from_health_or_social_care",)),
    Card("serious violence: to a charity", "no authority of the duty", "violence", _to("charity"),
         unmet=("serious_violence_duty.recipient_is_of_the_duty",)),
    Card("the ASB data return", "§6: off until confirmed", "duty",
         {"power": "asb_data_return", "purpose": "asb_data_return", **_to("government_department")},
         unmet=("everywhere.power_in_force",)),
    Card("offender management", "«mem»: off until confirmed", "case",
         {**_to("probation_service_secretary_of_state"), "power": "offender_management",
          "purpose": "managing_offenders", "agreement.power": "offender_management",
          "agreement.purpose": "managing_offenders"}, unmet=("everywhere.power_in_force",)),
    Card("the police at common law", "off until confirmed", "case",
         {"power": "police_common_law", "purpose": "policing", "agreement.power": "police_common_law",
          "agreement.purpose": "policing"}, unmet=("everywhere.power_in_force",)),
]  # fmt: skip
CARDS = (*RECIPIENTS, *AGREEMENTS, *RECORDS, *DUTIES)
