"""What another version of an agreement changes, field by field, and whether that tightens or loosens it.

«Loosens» is asked of the law, not of the text: could a record or a field go under the later version that
did not go under the earlier one? A condition that is named at last loosens, because tagged fields then
flow; one that is taken away tightens. What nobody has judged counts as loosening. The property that binds
it: a version that only tightens never releases what its predecessor did not.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import date
from enum import StrEnum
from typing import Any

from schemas.agreements import AFTER_SIGNING, PEOPLE, Agreement, Coverage, LegalCondition
from schemas.base import Word
from schemas.cells import Cells
from schemas.clauses import Clauses
from schemas.incident import PERSON_GROUPS
from schemas.matching import Matching
from schemas.offices import spelt
from schemas.onward import OnwardRule, OnwardSharing


class Effect(StrEnum):
    """What a change does to what may go."""

    TIGHTENS = "tightens"
    LOOSENS = "loosens"
    NEUTRAL = "neutral"


class Change(Word):
    """One term that differs between two versions."""

    field: str
    """The term, as in the document: ``coverage.kinds``."""
    effect: Effect
    says: str
    """What changed, in words: ``added``, ``longer``, ``later`` …"""
    before: str
    after: str


_Found = tuple[Effect, str, object, object]
_Judge = Callable[[Any, Any], Iterable[_Found]]
_EMPTY = "—"


def changes(before: Agreement, after: Agreement) -> tuple[Change, ...]:
    """Return what the terms of a version change against those of another, in the order of the form."""
    found = []
    for name in type(after).model_fields:
        if name in AFTER_SIGNING or name in {"id", "version", "coverage", "clauses"}:
            continue
        was, now = getattr(before, name), getattr(after, name)
        if was != now:
            found += [_change(name, one) for one in _JUDGES.get(name, _unjudged)(was, now)]
        if name == "roles":
            found += _covers(before.coverage, after.coverage)
    return (*found, *_clauses(before.clauses, after.clauses))


def loosens(before: Agreement, after: Agreement) -> bool:
    """Whether any change lets more go, or lets it go longer, than before."""
    return any(one.effect is Effect.LOOSENS for one in changes(before, after))


def predecessor(agreement: Agreement, versions: Iterable[Agreement], day: date) -> Agreement | None:
    """Return the last earlier version that every party had signed by the day: what was agreed before."""
    signed = [
        one
        for one in versions
        if one.id == agreement.id and one.version < agreement.version and one.is_signed_on(day)
    ]
    return max(signed, key=lambda one: one.version, default=None)


def loosening_is_assessed(agreement: Agreement, before: Agreement | None) -> bool:
    """Whether a version loosens nothing, or names another assessment than what was agreed before.

    Source: DPA 2018 s.64, UK GDPR art. 35(11): the assessment is reviewed when the risk changes.
    """
    if before is None or not loosens(before, agreement):
        return True
    return agreement.dpia is not None and spelt(agreement.dpia) != spelt(before.dpia)


# ---------------------------------------------------------------------- judging one term


def _change(name: str, found: _Found) -> Change:
    effect, says, was, now = found
    return Change(field=name, effect=effect, says=says, before=_text(was), after=_text(now))


def _text(value: object) -> str:
    """Return a value of a term as it is read."""
    if isinstance(value, LegalCondition):
        version = f" version {value.policy_version}" if value.policy_version else ""
        dates = f"{value.valid_from or '…'} to {value.valid_to or '…'}"
        return f"{value.condition}; {value.policy_document}{version}, in date {dates}"
    if isinstance(value, Cells):
        return f"{value.place} by {value.time}"
    if isinstance(value, Matching):
        told = f"told: {', '.join(value.signalled)}; from report {value.reports} in {value.months} months"
        second = ", or from a second partner" if value.second_partner else ""
        return f"by {', '.join(value.keys)}; {told}{second}"
    if isinstance(value, OnwardSharing):
        return " ".join((value.rule.value, *sorted(value.to)))
    if isinstance(value, Collection) and not isinstance(value, str):
        return ", ".join(sorted(map(str, value))) or _EMPTY
    return _EMPTY if value is None else str(value)


def _unjudged(was: object, now: object) -> Iterable[_Found]:
    """A term that is another one, and of which nobody can say that it is no wider."""
    yield Effect.LOOSENS, "another", was, now


def _words(was: object, now: object) -> Iterable[_Found]:
    """A text that decides nothing."""
    yield Effect.NEUTRAL, "reworded", was, now


def _statement(was: str | None, now: str | None) -> Iterable[_Found]:
    """A statement that the law asks for: without it nothing goes, or less."""
    if was is None:
        yield Effect.LOOSENS, "stated", was, now
    elif now is None:
        yield Effect.TIGHTENS, "taken away", was, now
    else:
        yield Effect.NEUTRAL, "reworded", was, now


def _list(was: Collection[Any], now: Collection[Any]) -> Iterable[_Found]:
    """An allow-list."""
    if added := set(now) - set(was):
        yield Effect.LOOSENS, "added", (), added
    if removed := set(was) - set(now):
        yield Effect.TIGHTENS, "removed", removed, ()
    if not added and not removed:
        yield Effect.NEUTRAL, "reordered", was, now


def _fields(was: tuple[str, ...], now: tuple[str, ...]) -> Iterable[_Found]:
    return _list(_spread(was), _spread(now))


def _spread(names: Iterable[str]) -> set[str]:
    """Return the fields that are listed, the people by their parts."""
    parts = {f"{PEOPLE}.{part}" for part in PERSON_GROUPS}
    return {each for name in names for each in (parts if name == PEOPLE else {name})}


def _rising(says_up: str, says_down: str) -> _Judge:
    """A term of which more, or later, is looser."""

    def judge(was: Any, now: Any) -> Iterable[_Found]:  # noqa: ANN401 - a number or a day
        up = now > was
        yield (
            Effect.LOOSENS if up else Effect.TIGHTENS,
            says_up if up else says_down,
            was,
            now,
        )

    return judge


def _falling(says_up: str, says_down: str) -> _Judge:
    """A term of which less, or earlier, is looser."""
    rising = _rising(says_down, says_up)

    def judge(was: Any, now: Any) -> Iterable[_Found]:  # noqa: ANN401 - a number or a day
        ((effect, says, after, before),) = rising(now, was)
        yield effect, says, before, after

    return judge


def _first_day(was: date | None, now: date | None) -> Iterable[_Found]:
    earlier = (now or date.min) < (was or date.min)
    yield (
        Effect.LOOSENS if earlier else Effect.TIGHTENS,
        "earlier" if earlier else "later",
        was,
        now,
    )


def _last_day(was: date | None, now: date | None) -> Iterable[_Found]:
    later = (now or date.max) > (was or date.max)
    yield Effect.LOOSENS if later else Effect.TIGHTENS, "later" if later else "earlier", was, now


def _condition(was: LegalCondition | None, now: LegalCondition | None) -> Iterable[_Found]:
    """A condition for tagged fields: they flow while its policy document is in date."""
    if was is None or now is None:
        added = was is None
        yield (
            Effect.LOOSENS if added else Effect.TIGHTENS,
            "named" if added else "taken away",
            was,
            now,
        )
        return
    earlier = (now.valid_from or date.min) < (was.valid_from or date.min)
    later = (now.valid_to or date.max) > (was.valid_to or date.max)
    if earlier or later:
        yield Effect.LOOSENS, "in date longer", was, now
    elif (was.valid_from, was.valid_to) != (now.valid_from, now.valid_to):
        yield Effect.TIGHTENS, "in date shorter", was, now
    else:
        yield Effect.NEUTRAL, "reworded", was, now


def _onward(was: OnwardSharing, now: OnwardSharing) -> Iterable[_Found]:
    nobody, named = OnwardRule.FORBIDDEN, OnwardRule.NAMED
    fewer = was.rule is named and now.rule is named and set(now.to) < set(was.to)
    if was.rule is now.rule and set(was.to) == set(now.to):
        yield Effect.NEUTRAL, "reordered", was, now
    elif now.rule is nobody or fewer:
        yield Effect.TIGHTENS, "narrower", was, now
    else:
        yield Effect.LOOSENS, "wider", was, now


def _cells(was: Cells, now: Cells) -> Iterable[_Found]:
    """The finest levels of cells: coarser ones alone let nothing go that did not go before."""
    if now.place in was.places and now.time in was.times:
        yield Effect.TIGHTENS, "coarser", was, now
    elif was.place in now.places and was.time in now.times:
        yield Effect.LOOSENS, "finer", was, now
    else:
        yield Effect.LOOSENS, "another", was, now


def _covers(was: Coverage, now: Coverage) -> list[Change]:
    """Coverage: an empty list does not narrow, and what narrows nothing releases nothing."""
    found = []
    if now.is_narrow and not was.is_narrow:
        wide = (Effect.LOOSENS, "narrow enough to be lawful at last", was.kinds, now.kinds)
        found.append(_change("coverage", wide))
    for name in type(now).model_fields:
        before, after = getattr(was, name), getattr(now, name)
        if before == after:
            continue
        if not after:
            one: list[_Found] = [(Effect.LOOSENS, "widened to all", before, after)]
        elif not before:
            one = [(Effect.TIGHTENS, "narrowed from all", before, after)]
        else:
            one = list(_list(before, after))
        found += [_change(f"coverage.{name}", each) for each in one]
    return found


def _clauses(was: Clauses, now: Clauses) -> Iterable[Change]:
    """Clauses decide about no record. One that is gone is a safeguard less: that is assessed anew."""
    for name in type(now).model_fields:
        before, after = getattr(was, name), getattr(now, name)
        if before == after:
            continue
        if before is None:
            one: _Found = (Effect.NEUTRAL, "stated", before, after)
        elif after is None:
            one = (Effect.LOOSENS, "taken away", before, after)
        else:
            one = (Effect.NEUTRAL, "reworded", before, after)
        yield _change(f"clauses.{name}", one)


def _matching(was: Matching | None, now: Matching | None) -> Iterable[_Found]:
    """A matching clause: more keys or partners, a lower threshold or a longer time tells more."""
    if was is None or now is None:
        added = was is None
        yield (
            Effect.LOOSENS if added else Effect.TIGHTENS,
            "agreed" if added else "taken away",
            was,
            now,
        )
        return
    wider = (
        not set(now.keys) <= set(was.keys)
        or not set(now.signalled) <= set(was.signalled)
        or now.reports < was.reports
        or now.months > was.months
        or now.second_partner > was.second_partner
    )
    alike = set(was.keys) == set(now.keys) and set(was.signalled) == set(now.signalled)
    same = (was.reports, was.months, was.second_partner) == (
        now.reports,
        now.months,
        now.second_partner,
    )
    if wider:
        yield Effect.LOOSENS, "wider", was, now
    elif alike and same:
        yield Effect.NEUTRAL, "reordered", was, now
    else:
        yield Effect.TIGHTENS, "narrower", was, now


_JUDGES: dict[str, _Judge] = {
    "title": _words,
    "document_sha256": _words,
    "holders": _list,
    "recipients": _list,
    "necessity": _statement,
    "dpia": _statement,
    "children": _statement,
    "crossing": _statement,
    "fields": _fields,
    "roles": _list,
    "on_behalf_of": _list,
    "handling_conditions": _list,
    "special_category": _condition,
    "offence": _condition,
    "onward": _onward,
    "marking": _rising("raised", "lowered"),  # in the order of their names
    "retention_days": _rising("longer", "shorter"),
    "review_by": _rising("later", "earlier"),
    "records_from": _falling("later", "earlier"),
    "minimum_cell": _falling("raised", "lowered"),
    "cells": _cells,
    "matching": _matching,
    "valid_from": _first_day,
    "valid_to": _last_day,
}
"""How each term is judged; power, purpose, provision, protocol, regime and any new one: another loosens."""
