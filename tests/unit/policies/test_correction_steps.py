"""The guided steps of a correction: what may follow what, the clock, and what recipients must do."""

from __future__ import annotations

from datetime import date
from itertools import product

import pytest

from policies.correction_steps import (
    KIND_SAYS,
    ORDERS,
    ORIGIN_SAYS,
    REASON_SAYS,
    REFUSAL_SAYS,
    REPORT_SAYS,
    STEP_DOES,
    STEP_SAYS,
    WRONG_SAYS,
    clock_of,
    must_do,
    next_steps,
    says_kind,
)
from schemas.corrections import CaseKind, CaseStep, Origin, RefusalReason, ReportStep, Wrong
from schemas.released import REASONS, NoticeKind
from tests.support.requirements import law

S, K = CaseStep, CaseKind
SUBJECT, OPERATOR = Origin.SUBJECT, Origin.OPERATOR


def offered(kind: CaseKind, origin: Origin, *taken: CaseStep) -> set[CaseStep]:
    return set(next_steps(kind, origin, (S.OPENED, *taken)))


def test_every_code_has_a_sentence_and_every_order_a_reason_of_its_kind() -> None:
    for codes, says in (
        (CaseKind, KIND_SAYS),
        (Origin, ORIGIN_SAYS),
        (CaseStep, STEP_SAYS),
        (ReportStep, REPORT_SAYS),
        (Wrong, WRONG_SAYS),
        (RefusalReason, REFUSAL_SAYS),
    ):
        assert set(says) == set(codes)
    by_itself = {S.OPENED, S.ESCALATED, S.WORDS_READ, S.WORDS_ERASED}
    assert set(STEP_DOES) == set(CaseStep) - by_itself
    assert all(must_do(kind) and says_kind(kind.value) for kind in NoticeKind)
    assert {one.value for words in REASONS.values() for one in words} == set(REASON_SAYS)
    for order in ORDERS.values():
        assert isinstance(order.reason, REASONS[order.notice])


def test_a_contest_is_restricted_first_and_lifted_or_corrected_after() -> None:
    begun = offered(K.CONTEST, SUBJECT)
    assert begun == {S.SENT_TO_SOURCE, S.RESTRICTED, S.REFUSED, S.CLARIFICATION_ASKED, S.EXTENDED}
    restricted = offered(K.CONTEST, SUBJECT, S.RESTRICTED)
    assert {S.LIFTED, S.SUBJECT_TOLD} <= restricted
    assert not {S.RESTRICTED, S.CLOSED} & restricted
    assert S.CLOSED in offered(K.CONTEST, SUBJECT, S.RESTRICTED, S.LIFTED, S.SUBJECT_TOLD)
    again = offered(K.CONTEST, SUBJECT, S.RESTRICTED, S.LIFTED)
    assert S.RESTRICTED in again


def test_what_is_settled_offers_no_other_order() -> None:
    assert offered(K.ERASURE, OPERATOR) == {S.RESTRICTED, S.ERASED, S.REFUSED}
    assert offered(K.ERASURE, OPERATOR, S.RESTRICTED) == {S.ERASED, S.REFUSED, S.CLOSED}
    assert offered(K.ERASURE, OPERATOR, S.ERASED) == {S.CLOSED}
    assert offered(K.RECALL, OPERATOR, S.RETRACTED, S.ESCALATED) == {S.CLOSED}
    assert offered(K.RECTIFICATION, OPERATOR, S.RESTRICTED, S.REFUSED) == {S.LIFTED, S.CLOSED}
    assert offered(K.RETRACTION, OPERATOR, S.RETRACTED, S.CLOSED) == set()
    assert offered(K.RESTRICTION, SUBJECT, S.CLARIFICATION_ASKED) == {S.CLARIFICATION_CAME}
    came = (S.CLARIFICATION_ASKED, S.CLARIFICATION_CAME, S.EXTENDED)
    assert offered(K.RESTRICTION, SUBJECT, *came) == {
        S.RESTRICTED,
        S.REFUSED,
        S.CLARIFICATION_ASKED,
    }


@pytest.mark.parametrize(("kind", "origin"), list(product(CaseKind, Origin)))
def test_every_walk_ends_closed_and_no_person_is_left_untold(
    kind: CaseKind, origin: Origin
) -> None:
    ends: list[tuple[CaseStep, ...]] = []

    def walk(taken: tuple[CaseStep, ...]) -> None:
        following = next_steps(kind, origin, taken)
        if not following:
            ends.append(taken)
        elif len(taken) < 6:
            for step in following:
                walk((*taken, step))

    walk((S.OPENED,))
    assert ends
    assert all(taken[-1] is S.CLOSED for taken in ends)
    if origin is SUBJECT:
        assert all(S.SUBJECT_TOLD in taken for taken in ends)


@law("L39")
def test_the_clock_is_that_of_a_request_and_stands_while_something_is_asked() -> None:
    received, today = date(2026, 11, 23), date(2026, 12, 1)
    assert clock_of(received, [(S.OPENED, received)], today).due.due == date(2026, 12, 23)
    asked = [(S.CLARIFICATION_ASKED, date(2026, 11, 25))]
    stands = clock_of(received, asked, today)
    # six days on from 23 December is a Tuesday
    assert (stands.stands, stands.due.due) == (True, date(2026, 12, 29))
    came = [*asked, (S.CLARIFICATION_CAME, date(2026, 11, 27))]
    runs = clock_of(received, [*came, (S.CLARIFICATION_CAME, today)], today)
    # two days on is Christmas Day, the next working day is the 29th: the 28th is a substitute day
    assert (runs.stands, runs.due.due) == (False, date(2026, 12, 29))
    extended = clock_of(received, [(S.EXTENDED, today)], today)
    assert extended.due.due == date(2027, 2, 23)
