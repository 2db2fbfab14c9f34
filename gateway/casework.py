"""Corrections put together: what cases are worked with, and what looks after them on a clock."""

from __future__ import annotations

from datetime import timedelta

from gateway.assembly import House
from gateway.audit.cases import Cases
from gateway.audit.correction_round import CorrectionRound
from gateway.settings import Settings


def cases_of(house: House, settings: Settings) -> Cases:
    """Return what corrections are worked with, by the set times."""
    return Cases(
        reader=house.reader,
        writer=house.writer,
        book=house.book,
        keys=house.keys,
        clock=house.clock,
        random=house.random,
        new_id=house.new_id,
        desk_of=house.desk,
        erasures=house.erasures,
        reports=house.reports,
        overdue=timedelta(days=settings.notice_overdue_days),
        escalation=timedelta(days=settings.escalation_days),
    )


def correction_round_of(house: House, settings: Settings) -> CorrectionRound:
    """Return what escalates corrections and destroys what was said in them, on a clock."""
    return CorrectionRound(
        cases_of(house, settings), timedelta(days=settings.correction_words_days)
    )
