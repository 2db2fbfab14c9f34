"""The oracle on linking: whether a record may be put beside others, and what stands against it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from schemas.agreements import Agreement
from schemas.partners import Partner
from schemas.powers import Protocol
from schemas.record_class import RecordClass
from schemas.subscriptions import Subscription
from tests.support.oracle_register import inside, oracle_holder


def oracle_link(
    partners: Mapping[str, Partner],
    asked: Subscription,
    cls: RecordClass,
    day: date,
    named: Agreement | None,
    protocols: Iterable[Protocol],
    *,
    live: bool,
) -> frozenset[str] | None:
    """The conditions that are unmet, by their ids; None under a power that links nothing."""
    if asked.power not in {"section_17a", "section_115"}:
        return None
    holder = oracle_holder(partners, cls.controller, day)
    said_yes: set[str] = set()
    for one in protocols:
        of_power = getattr(one, f"covers_{asked.power.value}")
        signed = {each.party for each in one.signatures if each.signed_on <= day}
        in_force = bool(one.parties) and inside(one, day) and set(one.parties) <= signed
        if of_power and in_force and asked.partner in one.parties:
            said_yes.update(each for each in one.linking if each in one.parties)
    met = {
        "lane_is_depersonalised": asked.lane == "depersonalised",
        "controller_allowed_it": holder == asked.partner or holder in said_yes,
        "not_sensitive": not cls.sensitive,
        "not_withheld_by_crosswalk": cls.mapping_status != "withheld",
    }
    if asked.power == "section_17a":
        met["recipient_is_party"] = bool(said_yes)
    else:
        met["agreement_is_live"] = named is not None and live
    return frozenset(f"{asked.power.value}.link.{name}" for name, ok in met.items() if not ok)
