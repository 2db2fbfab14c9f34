"""The oracle on matching: by what a record may be compared for a partner, and what stands against it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from schemas.agreements import Agreement
from schemas.matching import Matching
from schemas.partners import Partner
from schemas.record_class import RecordClass
from schemas.subscriptions import Subscription
from tests.support.oracle_register import oracle_holder


def oracle_match(
    partners: Mapping[str, Partner],
    asked: Subscription,
    cls: RecordClass,
    key: str,
    day: date,
    named: Agreement | None,
    *,
    live: bool,
) -> frozenset[str] | None:
    """The conditions that are unmet, by their ids; None under a power that compares nothing."""
    if asked.power != "section_115":
        return None
    holder = oracle_holder(partners, cls.controller, day)
    clause = None if named is None else named.matching
    met = {
        "agreement_is_live": named is not None and live,
        "key_is_agreed": clause is not None and key in [one.value for one in clause.keys],
        "partner_is_signalled": clause is not None and asked.partner in clause.signalled,
        "holder_agreed": holder == asked.partner or (named is not None and holder in named.holders),
        "not_withheld_by_crosswalk": cls.mapping_status != "withheld",
    }
    return frozenset(f"section_115.match.{name}" for name, is_met in met.items() if not is_met)


def oracle_tells_more(was: Matching | None, now: Matching | None) -> bool:
    """Whether somebody is told more, or sooner, or of more, than before."""
    if now is None:
        return False
    if was is None:
        return True
    more = {*now.keys} - {*was.keys} or {*now.signalled} - {*was.signalled}
    sooner = now.reports < was.reports or now.months > was.months
    return bool(more) or sooner or (now.second_partner and not was.second_partner)
