"""The oracle on another version: what it lets go that the one before it did not, told from the law."""

from __future__ import annotations

import unicodedata
from datetime import date

from schemas.agreements import Agreement, Coverage, LegalCondition
from tests.support.oracle_cells import oracle_finer
from tests.support.oracle_matching import oracle_tells_more

CYRILLIC_AND_FIGURES = {"\u043e": "o", "\u0440": "p", "0": "o", "1": "l", "i": "l"}
EARLIEST, LATEST = date(1, 1, 1), date(9999, 12, 31)


def one_reading(office: str) -> str:
    """An office as somebody reads it: two people, not one under two spellings."""
    letters = unicodedata.normalize("NFKD", office).lower()
    seen = [CYRILLIC_AND_FIGURES.get(each, each) for each in letters]
    return "".join(each for each in seen if each.isalpha() or each.isdigit())


def oracle_assessed(now: Agreement, was: Agreement | None) -> bool:
    """A looser version has an assessment of its own."""
    if was is None or not oracle_loosens(was, now):
        return True
    own, old = (now.dpia or "").strip().lower(), (was.dpia or "").strip().lower()
    return own not in {"", old}


def oracle_loosens(was: Agreement, now: Agreement) -> bool:
    """Whether anything may go, or be kept, under the later one and not under the earlier one."""
    return (
        any(getattr(was, name) != getattr(now, name) for name in WHAT_IT_IS)
        or any(getattr(now, name) and not getattr(was, name) for name in REASONS)
        or any(not set(getattr(now, name)) <= set(getattr(was, name)) for name in LISTS)
        or not _fields(now) <= _fields(was)
        or _wider(was.coverage, now.coverage)
        or _flows_more(was.special_category, now.special_category)
        or _flows_more(was.offence, now.offence)
        or (now.marking == "OFFICIAL-SENSITIVE" and was.marking == "OFFICIAL")
        or now.minimum_cell < was.minimum_cell
        or oracle_finer(now.cells, was.cells)
        or now.retention_days > was.retention_days
        or now.review_by > was.review_by
        or now.records_from < was.records_from
        or (now.valid_from or EARLIEST) < (was.valid_from or EARLIEST)
        or (now.valid_to or LATEST) > (was.valid_to or LATEST)
        or _passed_on_more(was, now)
        or oracle_tells_more(was.matching, now.matching)
        or any(
            before and not after
            for (_, before), (_, after) in zip(was.clauses, now.clauses, strict=True)
        )
    )


WHAT_IT_IS = ("power", "purpose", "provision", "protocol", "recipient_regime")
REASONS = ("necessity", "dpia", "children", "crossing")
LISTS = ("holders", "recipients", "roles", "handling_conditions")
PARTS = (
    *("name", "date_of_birth", "address", "telephone", "email", "tenancy_reference"),
    "under_18",
)


def _fields(one: Agreement) -> set[str]:
    listed = set(one.fields)
    if "people" in listed:
        listed |= {f"people.{part}" for part in PARTS}
    return listed - {"people"}


def _wider(was: Coverage, now: Coverage) -> bool:
    for name in ("sources", "kinds", "behaviours", "cases"):
        old, new = set(getattr(was, name)), set(getattr(now, name))
        if old and (not new or not new <= old):
            return True
    return now.is_narrow and not was.is_narrow


def _flows_more(was: LegalCondition | None, now: LegalCondition | None) -> bool:
    if now is None:
        return False
    if was is None:
        return True
    return (now.valid_from or EARLIEST) < (was.valid_from or EARLIEST) or (
        now.valid_to or LATEST
    ) > (was.valid_to or LATEST)


def _passed_on_more(was: Agreement, now: Agreement) -> bool:
    if now.onward.rule == "forbidden" or now.onward == was.onward:
        return False
    named = was.onward.rule == now.onward.rule == "named"
    return not (named and set(now.onward.to) <= set(was.onward.to))


def oracle_passed_on(origin: Agreement | None, holder: str, recipient: str) -> bool:
    """Who received it may give it back, or on to those whom its origin named."""
    if origin is None or holder not in origin.recipients:
        return False
    return recipient in origin.holders or recipient in origin.onward.to
