"""An independent oracle of the law in plain Python.

It is written from the statute's facts (reference ``law.md`` §1–§3), not from the Cedar files, and reads
neither them nor ``policies/data``: two authors must agree, or a test turns red.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from schemas.agreements import Agreement
from schemas.decisions import Outcome
from schemas.partners import Partner
from schemas.powers import Protocol
from schemas.record_class import RecordClass
from schemas.subscriptions import Subscription
from tests.support.oracle_cells import oracle_cells
from tests.support.oracle_changes import one_reading, oracle_assessed, oracle_passed_on
from tests.support.oracle_grading import oracle_grading
from tests.support.oracle_lists import LIVE_PROVISIONS, PURPOSES_OF
from tests.support.oracle_powers import (
    in_force,
    is_co_opted,
    kinds_of,
    may_be_competent,
    oracle_non_personal,
    own_conditions,
    return_conditions,
)
from tests.support.oracle_register import (
    agent_of,
    has_post,
    inside,
    kind_of,
    listed_115,
    oracle_holder,
    oracle_relevant,
    within_115,
)
from tests.support.oracle_requests import OF_REQUESTS, oracle_request

OF_THE_ACT = {"section_17a_duty", "crime_and_disorder_strategy", "preventing_crime_and_disorder"}


def oracle(
    partners: Mapping[str, Partner],
    asked: Subscription,
    cls: RecordClass,
    day: date,
    agreements: Iterable[Agreement] = (),
    protocols: Iterable[Protocol] = (),
    *,
    enabled: bool = False,
) -> tuple[Outcome, frozenset[str]]:
    """What the law says, and the ids of the conditions that are unmet."""
    known = tuple(agreements)
    named = oracle_agreement(asked, known, day) if asked.power in PURPOSES_OF else None
    unmet = _everywhere(partners, asked, cls, day, named, enabled=enabled)
    if not _goes_on(partners, asked, cls, day, known):
        unmet.add("everywhere.onward_sharing_is_allowed")
    if asked.power == "section_17a":
        unmet |= _oracle_17a(partners, asked, cls, day)
    elif asked.power == "non_personal":
        unmet |= oracle_non_personal(asked, cls)
    elif asked.power == "asb_data_return":
        unmet |= oracle_return(partners, asked, cls, day)
    elif asked.power in OF_REQUESTS:
        unmet |= oracle_request(partners, asked, cls, day, protocols)
    else:
        if asked.power == "section_115":
            unmet |= oracle_115(partners, asked, cls, day, named, protocols)
        else:
            unmet |= oracle_other(partners, asked, cls, day, named)
        if named is None or not oracle_assessed(named, _agreed_before(named, known, day)):
            unmet.add(f"{asked.power.value}.loosening_is_assessed")
    return (Outcome.WITHHOLD if unmet else Outcome.RELEASE), frozenset(unmet)


def _everywhere(
    partners: Mapping[str, Partner],
    asked: Subscription,
    cls: RecordClass,
    day: date,
    named: Agreement | None,
    *,
    enabled: bool,
) -> set[str]:
    unmet: set[str] = set()
    if kind_of(partners.get(asked.partner), day) is None:
        unmet.add("everywhere.recipient_on_register")
    if not in_force(asked.power, day, enabled=enabled):
        unmet.add("everywhere.power_in_force")
    if asked.lane == "personal" and asked.power in NEVER_PERSONAL:
        unmet.add("everywhere.personal_only_under_a_power_for_it")
    unmet |= oracle_cells(asked, named, relevant=oracle_relevant(partners.get(asked.partner), day))
    if cls.marking not in {"OFFICIAL", "OFFICIAL-SENSITIVE"}:
        unmet.add("everywhere.marking_within_official")
    takes_on = () if named is None else named.handling_conditions
    recipient_kind = kind_of(partners.get(asked.partner), day)
    grading = oracle_grading(asked, cls, recipient_kind, takes_on)
    return unmet | {f"everywhere.{name}" for name in grading}


def _goes_on(
    partners: Mapping[str, Partner],
    asked: Subscription,
    cls: RecordClass,
    day: date,
    known: Iterable[Agreement],
) -> bool:
    """Nobody passes on by name what it received, but to whom its origin's live agreement allows."""
    if asked.lane != "personal" or cls.received_under is None:
        return True
    source = asked.model_copy(update={"agreement": cls.received_under})
    origin = oracle_agreement(source, known, day)
    holder = oracle_holder(partners, cls.controller, day)
    stands = origin is not None and oracle_live(origin, day)
    return stands and oracle_passed_on(origin, holder, asked.partner)


def _oracle_17a(
    partners: Mapping[str, Partner], asked: Subscription, cls: RecordClass, day: date
) -> set[str]:
    unmet = set()
    holder = oracle_holder(partners, cls.controller, day)
    held_by = partners.get(holder)
    if not oracle_relevant(partners.get(asked.partner), day):
        unmet.add("recipient_is_relevant_authority")
    if asked.lane == "personal":
        unmet.add("lane_is_not_personal")
    if asked.purpose.value not in OF_THE_ACT:
        unmet.add("purpose_is_of_the_act")
    if not oracle_relevant(held_by, day):
        unmet.add("holder_is_relevant_authority")
    if holder == asked.partner:
        unmet.add("recipient_is_not_holder")
    if held_by is not None and any(inside(one, day) for one in held_by.withholds_section_17a):
        unmet.add("holder_has_not_withheld")
    if len(cls.si_paragraphs) == 0:
        unmet.add("information_is_prescribed")
    if asked.lane == "depersonalised" and set(cls.si_paragraphs) == {7}:
        unmet.add("racial_alone_by_return_only")
    if cls.mapping_status == "withheld":
        unmet.add("not_withheld_by_crosswalk")
    return {f"section_17a.{name}" for name in unmet}


# ------------------------------------------------------------------ the oracle on the other powers


def oracle_other(
    partners: Mapping[str, Partner],
    asked: Subscription,
    cls: RecordClass,
    day: date,
    named: Agreement | None,
) -> set[str]:
    """The conditions of a power under an agreement that needs no protocol, by their ids."""
    holder = oracle_holder(partners, cls.controller, day)
    kinds = kinds_of(partners, asked.partner, holder, day)
    co_opted = is_co_opted(partners.get(asked.partner), day)
    competent = may_be_competent(kinds[0], day)
    met = {
        **_about_agreement(asked, holder, day, named),
        **_about_record(asked, cls, named, competent=competent),
        **own_conditions(asked, cls, *kinds, co_opted=co_opted),
        "recipient_is_not_holder": holder != asked.partner,
    }
    met.pop("provision_is_live")
    return {f"{asked.power.value}.{name}" for name, is_met in met.items() if not is_met}


def oracle_return(
    partners: Mapping[str, Partner], asked: Subscription, cls: RecordClass, day: date
) -> set[str]:
    """The conditions of the data return that are unmet, by their ids."""
    holder = oracle_holder(partners, cls.controller, day)
    kinds = kinds_of(partners, asked.partner, holder, day)
    met = return_conditions(asked, cls, *kinds)
    return {f"asb_data_return.{name}" for name, is_met in met.items() if not is_met}


# ------------------------------------------------------------------ the oracle on section 115


def oracle_agreement(
    asked: Subscription, agreements: Iterable[Agreement], day: date
) -> Agreement | None:
    """The version that speaks: the latest that was signed and had begun, else the latest."""
    found = None
    for one in sorted(agreements, key=lambda each: each.version):
        if one.id != asked.agreement:
            continue
        if found is None or _begun(one, day) or not _begun(found, day):
            found = one
    return found


def _begun(one: Agreement, day: date) -> bool:
    return _signed(one, day) and (one.valid_from is None or one.valid_from <= day)


def _signed(one: Agreement, day: date) -> bool:
    """Every party, by its own office, under these very terms."""
    by_party: dict[str, str] = {}
    taken: set[str] = set()
    for signature in sorted(one.signatures, key=lambda each: each.signed_on):
        if signature.terms_sha256 != one.terms_sha256 or signature.signed_on > day:
            continue
        if signature.party in by_party or signature.party not in one.holders + one.recipients:
            continue
        office = one_reading(signature.office)
        if office and office not in taken:
            by_party[signature.party] = office
        taken.add(office)
    return len(by_party) == len(set(one.holders + one.recipients))


def _agreed_before(
    named: Agreement, agreements: Iterable[Agreement], day: date
) -> Agreement | None:
    """The last version before it that all had signed."""
    earlier = [one for one in agreements if one.id == named.id and one.version < named.version]
    return next((one for one in reversed(earlier) if _signed(one, day)), None)


def oracle_live(one: Agreement, day: date) -> bool:
    if one.terminated is not None and day >= one.terminated.on:
        return False
    if (day - one.review_by).days > 30 or (one.valid_to is not None and day >= one.valid_to):
        return False
    stopped = any(inside(suspension, day) for suspension in one.suspensions)
    return _begun(one, day) and not stopped


def _agency_agreed(
    partners: Mapping[str, Partner], name: str, day: date, named: Agreement | None
) -> bool:
    """Section 115(1)(b): acting on its behalf, and the agreement says for whom (law reference §1)."""
    said = set() if named is None else set(named.on_behalf_of)
    return len(said & agent_of(partners, name, day)) > 0


NEVER_PERSONAL = {"section_17a", "non_personal", "asb_data_return"}


def oracle_115(
    partners: Mapping[str, Partner],
    asked: Subscription,
    cls: RecordClass,
    day: date,
    named: Agreement | None,
    protocols: Iterable[Protocol],
) -> set[str]:
    """The conditions of section 115 that are unmet, by their ids."""
    holder = oracle_holder(partners, cls.controller, day)
    competent = may_be_competent(kind_of(partners.get(asked.partner), day), day)
    met = {
        **_about_parties(partners, asked.partner, holder, day, named),
        **_about_protocol(asked.partner, holder, day, named, protocols),
        **_about_agreement(asked, holder, day, named),
        **_about_record(asked, cls, named, competent=competent),
    }
    return {f"section_115.{name}" for name, is_met in met.items() if not is_met}


def _about_parties(
    partners: Mapping[str, Partner],
    recipient: str,
    holder: str,
    day: date,
    named: Agreement | None,
) -> dict[str, bool]:
    held_by = partners.get(holder)
    declines = () if held_by is None else held_by.withholds_section_115
    return {
        "recipient_is_relevant_authority": within_115(partners, recipient, day),
        "agency_is_agreed": listed_115(partners.get(recipient), day)
        or _agency_agreed(partners, recipient, day, named),
        "recipient_has_nominated_person": has_post(partners.get(recipient)),
        "holder_has_nominated_person": has_post(held_by),
        "holder_has_not_declined": not any(inside(one, day) for one in declines),
        "recipient_is_not_holder": holder != recipient,
    }


def _about_protocol(
    recipient: str,
    holder: str,
    day: date,
    named: Agreement | None,
    protocols: Iterable[Protocol],
) -> dict[str, bool]:
    under = [one for one in protocols if named is not None and one.id == named.protocol]
    in_force, parties = False, ()
    for one in under:
        parties = one.parties
        signed = {signature.party for signature in one.signatures if signature.signed_on <= day}
        whole = len(parties) > 0 and signed >= set(parties)
        in_force = one.covers_section_115 and inside(one, day) and whole
    return {
        "protocol_is_in_force": in_force,
        "recipient_is_party_to_protocol": recipient in parties,
        "holder_is_party_to_protocol": holder in parties,
    }


def _about_agreement(
    asked: Subscription, holder: str, day: date, named: Agreement | None
) -> dict[str, bool]:
    if named is None:
        return dict.fromkeys(OF_AN_AGREEMENT, False)
    covers = named.coverage
    of_act = asked.purpose in PURPOSES_OF[asked.power.value]
    some_behaviours = 0 < len(set(covers.behaviours)) < BEHAVIOURS
    some_kinds = 0 < len(set(covers.kinds)) < KINDS
    return {
        "agreement_is_known": True,
        "agreement_rests_on_power": named.power == asked.power,
        "agreement_names_recipient": asked.partner in named.recipients,
        "agreement_names_holder": holder in named.holders,
        "agreement_is_signed": _signed(named, day),
        "agreement_is_live": oracle_live(named, day),
        "purpose_is_agreed": of_act and asked.purpose == named.purpose,
        "provision_is_live": named.provision in LIVE_PROVISIONS,
        "necessity_is_stated": named.necessity is not None,
        "dpia_is_named": named.dpia is not None,
        "narrower_than_all": covers.cases != () or some_behaviours or some_kinds,
    }


BEHAVIOURS, KINDS = 16, 3
OF_AN_AGREEMENT = (
    *("agreement_is_known", "agreement_names_recipient", "agreement_names_holder"),
    "agreement_rests_on_power",
    *("agreement_is_signed", "agreement_is_live", "purpose_is_agreed", "provision_is_live"),
    *("necessity_is_stated", "dpia_is_named", "narrower_than_all", "agreement_covers_record"),
    *("regime_crossing_is_authorised", "marking_is_agreed"),
)


def _about_record(
    asked: Subscription, cls: RecordClass, named: Agreement | None, *, competent: bool
) -> dict[str, bool]:
    always = {
        "not_withheld_by_crosswalk": cls.mapping_status != "withheld",
    }
    child = cls.child and asked.lane == "personal"
    if named is None:
        return {**always, "children_have_a_reason": not child}
    covers = named.coverage
    for_enforcement = competent and named.recipient_regime == "law_enforcement"
    stays = cls.regime == "general" or for_enforcement
    return {
        **always,
        "agreement_covers_record": (cls.source in covers.sources or covers.sources == ())
        and (cls.kind in covers.kinds or covers.kinds == ())
        and (cls.typology_behaviour in covers.behaviours or covers.behaviours == ())
        and (cls.case in covers.cases or covers.cases == ()),
        "regime_crossing_is_authorised": stays or named.crossing is not None,
        "children_have_a_reason": not child or named.children is not None,
        "marking_is_agreed": cls.marking == "OFFICIAL" or named.marking == "OFFICIAL-SENSITIVE",
    }
