"""What a person is told of a record about them: their own part, in plain words, and nobody else's.

Of the people of a row only the one that is the person; of the row's own fields those that can be nobody
else's; narratives masked but for their names (``policies.masking``). Rights of others: DPA 2018
s.45(4)(e), Sch 2 para 16; UK GDPR art. 15(4).
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

from policies.masking.narrative import mask
from policies.masking.parties import Agreed, agreed
from policies.masking.words import packaged_words
from policies.premises import premises
from policies.subject_search.asked import SubjectAsked
from schemas.incident import Incident, Person
from schemas.powers import Power
from schemas.sensitivity import Lane

FIELD_SAYS = MappingProxyType(
    {
        "people.name": "your name",
        "people.date_of_birth": "your date of birth",
        "people.address": "your address",
        "people.telephone": "your telephone number",
        "people.email": "your e-mail address",
        "people.tenancy_reference": "your tenancy reference",
        "people.under_18": "whether you are under 18",
        "occurred_from": "when it happened, to the minute",
        "occurred_to": "when it ended, to the minute",
        "reported_at": "when it was reported, to the minute",
        "source_updated_at": "when the source last changed the record",
        "easting": "the exact point",
        "northing": "the exact point",
        "longitude": "the exact point",
        "latitude": "the exact point",
        "uprn": "the number of the property (UPRN)",
        "usrn": "the number of the street (USRN)",
        "address_text": "the address of the place",
        "premises_name": "the name of the premises",
        "postcode": "the postcode",
        "beat_code": "the police beat",
        "source_reference": "the source’s own reference",
        "case_reference": "the reference of the case",
        "outcome_code": "the outcome",
        "intervention": "what was done about it",
        "grounds": "the grounds of a hate incident",
        "hate_incident": "whether it was a hate incident",
        "repeat_flag": "whether somebody called before",
        "vulnerability_flag": "whether somebody is marked as vulnerable",
        "child_flag": "whether a child is concerned",
        "contact": "a telephone number or address given with the report",
        "vehicle_registration": "a vehicle’s registration",
        "officer": "the officer",
        "description": "what was said, with everybody masked who does not leave beside it",
        "log_entries": "the call log, masked likewise",
    }
)
"""Fields of the sealed half as a person reads them."""

POWER_SAYS = MappingProxyType(
    {
        Power.SECTION_115.value: "Section 115 of the Crime and Disorder Act 1998: to tell it where that is "
        "necessary or expedient for a provision of the Act",
        Power.SECTION_17A.value: "Section 17A of the Crime and Disorder Act 1998: a duty to share "
        "information with no personal data in it",
        Power.NON_PERSONAL.value: "No power is needed: it names nobody",
        Power.SECTION_115_REQUEST.value: "Section 115 of the Crime and Disorder Act 1998: asked for by the "
        "recipient, and decided for this one case",
        Power.ASB_CASE_REVIEW.value: "Anti-social Behaviour, Crime and Policing Act 2014, Schedule 4 "
        "paragraph 7: for a review of a case of anti-social behaviour",
        Power.ASB_CASE_REVIEW_REQUEST.value: "Anti-social Behaviour, Crime and Policing Act 2014, Schedule 4 "
        "paragraph 7: asked for by the recipient for one review of a case",
        Power.SERIOUS_VIOLENCE_DUTY.value: "Police, Crime, Sentencing and Courts Act 2022, section 16: "
        "the duty to prevent serious violence",
        Power.ASB_DATA_RETURN.value: "Crime and Policing Act: data on anti-social behaviour for the "
        "Secretary of State",
        Power.POLICE_COMMON_LAW.value: "The common law power of the police to tell it for a policing purpose",
        Power.OFFENDER_MANAGEMENT.value: "Offender Management Act 2007, section 14",
    }
)
"""Every power in words for the person concerned."""

LANE_SAYS = MappingProxyType(
    {
        Lane.PERSONAL.value: "with personal data",
        Lane.DEPERSONALISED.value: "without your name, address, references or words, as one incident among "
        "others",
        Lane.STATISTICS.value: "counted in a table",
    }
)
"""In which form it left."""

_ROWS_OWN = (
    "contact",
    "repeat_flag",
    "vulnerability_flag",
    "hate_incident",
    "grounds",
    "child_flag",
)
"""Fields of a row that are of the only person in it."""


def own_part(incident: Incident, part: int, asked: SubjectAsked) -> dict[str, Any]:
    """Return what of a record is about the person, as JSON.

    Args:
        incident: The opened record.
        part: Which of its people they are, from 1; 0 where none of them is: the record mentions them, or
            is about their home.
        asked: What the person told of themselves.
    """
    there = 0 < part <= len(incident.people)
    person = incident.people[part - 1] if there else None
    told: dict[str, Any] = {}
    if person is not None:
        told["you"] = person.model_dump(mode="json", exclude_none=True)
    names = [*asked.names, *([person.name] if person and person.name else [])]
    others = [one.name for one in incident.people if one is not person and one.name]
    homes = [*asked.addresses, *([person.address] if person and person.address else [])]
    kept = _kept(names, others, homes, asked, person)
    if _is_home(incident, homes):
        told["place"] = incident.address_text or incident.premises_name
    if person is not None and len(incident.people) == 1:
        told |= incident.model_dump(mode="json", include=set(_ROWS_OWN), exclude_defaults=True)
    if incident.description is not None:
        told["description"] = _text(incident.description, kept)
    if incident.log_entries:
        told["log_entries"] = [_text(entry.text, kept) for entry in incident.log_entries]
    return told


def _kept(
    names: list[str],
    others: list[str],
    homes: list[str],
    asked: SubjectAsked,
    person: Person | None,
) -> Agreed:
    values = [*asked.telephones]
    values += [value for value in (person and person.telephone, person and person.email) if value]
    return agreed(names, others, values, homes, packaged_words())


def _is_home(incident: Incident, homes: list[str]) -> bool:
    """Whether the place of a record is one of the person's own addresses."""
    here = premises(incident.address_text or incident.premises_name, incident.postcode)
    return here is not None and here in [premises(one, None) for one in homes]


def _text(text: str, kept: Agreed) -> dict[str, str]:
    masked = mask(text, packaged_words(), kept)
    if masked.text is None:
        return {"withheld": masked.withheld.value if masked.withheld else "withheld"}
    return {"text": masked.text}
