"""A recipient holds the newest version of what it may hold, however pages and notices come."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from gateway.client.holdings import TAKES_AWAY, Holdings
from schemas.released import Notice, NoticeKind
from tests.unit.client.test_pages import name


@dataclass(frozen=True)
class Page:
    """As much of a page as holdings look at."""

    notices: tuple[Notice, ...] = ()
    records: tuple[dict[str, object], ...] = ()


def page(*records: tuple[int, int]) -> Page:
    return Page(records=tuple({"id": name(n), "version": v} for n, v in records))


def told(number: int, version: int, kind: NoticeKind) -> Page:
    return Page(notices=(Notice(id=name(number), version=version, kind=kind),))


def versions(holdings: Holdings) -> dict[str, object]:
    return {one["id"]: one["version"] for one in holdings}


@given(st.lists(st.lists(st.tuples(st.integers(0, 4), st.integers(1, 5)), max_size=6), max_size=6))
def test_the_newest_version_wins_whatever_comes_again(sent: list[list[tuple[int, int]]]) -> None:
    holdings = Holdings()
    new = sum(holdings.apply(page(*records)) for records in [*sent, *reversed(sent), *sent])  # type: ignore[arg-type] # stands for a page

    newest: dict[str, int] = {}
    for number, version in (one for records in sent for one in records):
        newest[name(number)] = max(version, newest.get(name(number), 0))
    assert versions(holdings) == newest
    assert len(holdings) == len(newest) <= new


def test_what_a_notice_took_away_does_not_come_back_with_an_old_page() -> None:
    for kind in TAKES_AWAY:
        holdings = Holdings()
        for one in (page((1, 1), (2, 1)), told(1, 1, kind), page((1, 1), (2, 1))):
            holdings.apply(one)  # type: ignore[arg-type] # stands for a page
        assert versions(holdings) == {name(2): 1}
        holdings.apply(page((1, 2)))  # type: ignore[arg-type] # stands for a page
        assert versions(holdings) == {name(1): 2, name(2): 1}


def test_a_lifting_lets_the_same_version_in_again() -> None:
    holdings = Holdings()
    lifted = Page(notices=told(1, 1, NoticeKind.LIFTED).notices, records=page((1, 1)).records)
    for one in (page((1, 1)), told(1, 1, NoticeKind.RESTRICTED), lifted):
        holdings.apply(one)  # type: ignore[arg-type] # stands for a page

    assert versions(holdings) == {name(1): 1}


def test_a_notice_of_a_correction_keeps_what_is_held_until_the_correction_comes() -> None:
    holdings = Holdings()
    for one in (page((1, 1)), told(1, 1, NoticeKind.CORRECTED)):
        holdings.apply(one)  # type: ignore[arg-type] # stands for a page
    assert versions(holdings) == {name(1): 1}
