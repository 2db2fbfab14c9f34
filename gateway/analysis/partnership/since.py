"""What changed since the last meeting: the period that is over, the one before it, and a year before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from gateway.analysis.partnership.figures import Figures, is_beyond_chance
from gateway.analysis.partnership.periods import Months
from gateway.analysis.partnership.tables import Asked, Column, Table, Told, Value
from gateway.analysis.partnership.words import KINDS, begun, counted, listed
from policies.audience import CountRule, Shown
from policies.derived import change, relative_change
from schemas.codes import Kind

COLUMNS = (
    Column("what", "text", "A kind of incidents, a behaviour, or a place."),
    Column("name", "text", "What it is called."),
    Column("kind", "text", "What is counted; kinds are never added up."),
    Column("against", "text", "``before``: the period before; ``year_before``: a year earlier."),
    Column("now", "count", "In the period; empty where it is hidden."),
    Column("then", "count", "In the period that it is held against."),
    Column("change", "count", "The difference."),
    Column(
        "share", "number", "The difference as a part of what was; empty where that was nothing."
    ),
    Column(
        "beyond_chance", "yes_no", "Whether chance alone brings so much less than 1 time in 20."
    ),
    Column(
        "became",
        "text",
        "``new``: none before; ``gone``: none now; ``not comparable``: what it is held against is not known"
        " in full.",
    ),
    Column("rule", "text", "Why the figures are shown as they are."),
)
CAUTION = (
    "«Beyond chance» asks whether two counts that come by chance would differ so much one time in twenty."
    " Incidents come in runs and by the season, so one bad weekend can do it, or the spring; of twenty places"
    " one will be beyond chance with nothing having changed."
)
_KINDS = (Kind.ASB_INCIDENT.value, Kind.CRIME.value, Kind.OTHER_PRESCRIBED.value)


class _Against(NamedTuple):
    """What a period is held against."""

    name: str
    now: Months
    then: Months


def what_changed(asked: Asked) -> Told:
    """Compare a period with the one before and with the same a year before."""
    against = [_Against(name, asked.period, then) for name, then in asked.earlier.items()]
    totals, places, said = [], [], []
    for kind in _KINDS:
        for one in against:
            whole = asked.figures["totals"]
            known, says = _known(whole, one)
            now = asked.whole("totals", kind, one.now.names)
            if not known:
                said.append(says)
                alone = not any(_known(whole, other)[0] for other in against)
                if alone and now.number and whole.months.issuperset(one.now.names):
                    where = f"{one.now.says}{asked.says_where}"
                    said.append(f"{where}: {counted(now.number, kind)}, held against nothing.")
                if whole.months.issuperset(one.now.names):
                    totals.append(_alone(kind, kind, kind, one, now))
                continue
            then = asked.whole("totals", kind, one.then.names)
            totals.append(_row(kind, kind, kind, one, now, then))
            said.append(_says(asked, kind, one, now, then))
            if one.name == "before":
                more, sentence = _places(asked, kind, one)
                places += more
                said += sentence
    behaviours = _behaviours(asked, against)
    tables = (
        Table("totals", f"By kind{asked.says_where}, {asked.period.says}", COLUMNS, totals),
        Table(
            "behaviours",
            f"By behaviour{asked.says_where}, {asked.period.says}",
            COLUMNS,
            behaviours,
        ),
        Table(
            "places",
            f"Places that changed most{asked.says_where}, {asked.period.says}",
            COLUMNS,
            places,
        ),
    )
    return Told((*dict.fromkeys(said), CAUTION), tables)


def _known(figures: Figures, one: _Against) -> tuple[bool, str]:
    """Whether there are figures of every month of both periods, and what to say where not."""
    missing = [month for month in (*one.then.names, *one.now.names) if month not in figures.months]
    if not missing:
        return True, ""
    why = "published" if figures.published else "recorded"
    return (
        False,
        f"{one.now.says} against {one.then.says}: not comparable, nothing is {why} for {listed(missing)}.",
    )


def _row(
    what: str, name: str, kind: str, one: _Against, now: Shown, then: Shown
) -> tuple[Value, ...]:
    moved = change(now, then)
    beyond = became = None
    if now.number is not None and then.number is not None:
        beyond = is_beyond_chance(now.number, then.number, one.now.days, one.then.days)
        if now.number and not then.number:
            became = "new"
        elif then.number and not now.number:
            became = "gone"
    return (
        what,
        name,
        kind,
        one.name,
        now.number,
        then.number,
        None if moved.value is None else int(moved.value),
        relative_change(now, then).value,
        beyond,
        became,
        moved.rule.value,
    )


def _alone(what: str, name: str, kind: str, one: _Against, now: Shown) -> tuple[Value, ...]:
    """Return the row of a period that is held against one of which not every month is known."""
    nothing = (None, None, None, None)
    return (what, name, kind, one.name, now.number, *nothing, "not comparable", now.rule.value)


def _says(asked: Asked, kind: str, one: _Against, now: Shown, then: Shown) -> str:
    begins = f"{one.now.says}{asked.says_where} against {one.then.says}: "
    if now.number is None or then.number is None:
        return f"{begins}{begun(KINDS[kind])} cannot be compared: a figure is hidden."
    pair = f"{counted(now.number, kind)} after {then.number:,}"
    if now.number == then.number:
        return (
            f"{begins}{pair}, the same." if now.number else f"{begins}{counted(0, kind)} in either."
        )
    way = "more" if now.number > then.number else "fewer"
    sure = is_beyond_chance(now.number, then.number, one.now.days, one.then.days)
    chance = "beyond what chance brings" if sure else "no more than chance brings"
    return f"{begins}{pair}, {abs(now.number - then.number):,} {way}: {chance}."


def _behaviours(asked: Asked, against: list[_Against]) -> list[tuple[Value, ...]]:
    figures, rows = asked.figures["split"], []
    for one in against:
        known = _known(asked.figures["totals"], one)[0]
        if not known and not asked.figures["totals"].months.issuperset(one.now.names):
            continue
        for kind in _KINDS:
            now = asked.behaviours("split", kind, one.now.names)
            if not known:
                rows += [
                    _alone(name, name or "not told", kind, one, now[name]) for name in sorted(now)
                ]
                continue
            then = asked.behaviours("split", kind, one.then.names)
            for name in sorted(now.keys() | then.keys()):
                pair = _pair(figures, now, then, name)
                rows.append(_row(name, name or "not told", kind, one, *pair))
    return rows


def _places(asked: Asked, kind: str, one: _Against) -> tuple[list[tuple[Value, ...]], list[str]]:
    figures = asked.figures["places"]
    now, then = (asked.places("places", kind, period.names) for period in (one.now, one.then))
    pairs = {code: _pair(figures, now, then, code) for code in now.keys() | then.keys()}
    if not pairs:
        return [], []
    moves = {code: change(*pair).value for code, pair in pairs.items()}
    order = sorted(pairs, key=lambda code: (-abs(moves[code] or 0), code))
    shown = [code for code in order if moves[code]][: asked.question.top]
    rows = [_row(code, asked.name(code), kind, one, *pairs[code]) for code in shown]
    new = [code for code, (a, b) in sorted(pairs.items()) if a.number and b.number == 0]
    gone = [code for code, (a, b) in sorted(pairs.items()) if b.number and a.number == 0]
    hidden = sum(moved is None for moved in moves.values())
    says = f"{begun(KINDS[kind])}: new in {len(new)} places, gone from {len(gone)}"
    if hidden:
        says += f", and of {hidden} the change is hidden"
    return rows, [f"{says}."]


def _pair(
    figures: Figures, now: Mapping[str, Shown], then: Mapping[str, Shown], key: str
) -> tuple[Shown, Shown]:
    """Return both counts; what is not named is zero, by the rule of the one that is."""
    rule = (now.get(key) or then[key]).rule
    rule = CountRule.OWN_COUNT if rule is CountRule.OWN_COUNT else figures.sum_of(()).rule
    none = Shown(0, rule)
    return now.get(key, none), then.get(key, none)
