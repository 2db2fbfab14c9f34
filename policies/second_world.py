"""That nothing small can be worked out: a second world for every count of 1 to 7, or splits are left out.

Before an edition is published, every such count in it and in the editions before must keep at least two
values that fit all that was ever shown. The proof is a second world: true counts that differ by one
incident here and there, give every figure of every edition again, kept or new, and differ in that count.
Tables in three directions are no tree, so ranges carried from total to part come out too wide and would
let a determined count pass; a second world that fits cannot be wrong. It begins with every split shown.
Where no world that is tried fits, the splits that see the cheapest one are left out: that breaks no world
found before. So some splits are left out for which a longer search had found one, and none is shown that
determines a small count. Decisions 0026 and 0039.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice

from policies.edition_history import History, Seen, Span
from policies.edition_wheel import wheels_left_out
from policies.editions import Edition, Hours, Target, Truth, World, shows
from policies.world_moves import Move, Moves

_SHIFTS, _SWAPPED = 160, 12
"""Second worlds tried for one count before splits are left out: of one incident, and of two."""
_CHEAP = 8
"""What may be left out before worlds of two incidents are tried: a split or two of the finest."""
_BEYOND = 1 << 40
"""More than leaving out every split costs."""


class Unproven(ValueError):
    """A small count stays determined by what was published before, whatever is left out now."""


def next_edition(
    earlier: Sequence[Edition], truth: Truth, months: Sequence[str], hours: Hours | None = None
) -> Edition:
    """Return the edition that may be published after others of its quarter.

    Args:
        earlier: The editions of this quarter so far, oldest first.
        truth: The true counts of the months.
        months: The closed months of the quarter.
        hours: The true counts of the wheels, where the whole quarter is closed.

    Raises:
        Unproven: A small count cannot be kept from being worked out, even by leaving out every split.
    """
    draft = Edition(truth, tuple(months), hours=hours or {})
    history = History([*earlier, draft])
    splits = {
        split: number
        for number, split in enumerate(history.splits)
        if shows(draft, split) and not split.exact
    }
    for number in splits.values():
        if not history.keeps_open(number):
            history.hush(number)
    proof = _Proof(history, earlier[-1].worlds if earlier else ())
    left_out = {split for split, number in splits.items() if number in history.silent}
    left_out |= wheels_left_out([*earlier, draft])
    return replace(draft, left_out=frozenset(left_out), worlds=proof.worlds())


@dataclass(frozen=True, eq=False, slots=True)
class Fitting:
    """A second world that gives every figure again, and by how much its cells differ."""

    world: World
    changed: Mapping[int, int]

    @property
    def span(self) -> Span:
        """The editions in which it differs."""
        return self.world.first, self.world.stop

    @property
    def opens(self) -> Iterator[Target]:
        """The counts that it keeps open."""
        return ((cell, at) for cell in self.changed for at in range(*self.span))


class _Proof:
    """A second world for every small count; splits that stand in the way of one are left out."""

    def __init__(self, history: History, known: Iterable[World]) -> None:
        self._history = history
        self._moves = Moves(history)
        self._open: set[Target] = set()
        self._kept: list[Fitting] = []
        small = set(history.small())
        newest = len(history.editions)
        for world in known:
            for stop in (newest, world.stop):
                found = _fitting(history, world._replace(stop=stop))
                if found is not None:
                    self._keep(found, small)
                    break
        for target in sorted(small - self._open):
            if target not in self._open:
                self._keep(self._second_world(*target), small)

    def worlds(self) -> tuple[World, ...]:
        """Return the worlds in use."""
        return tuple(sorted({one.world for one in self._kept}))

    def _keep(self, one: Fitting, small: set[Target]) -> None:
        self._open |= small.intersection(one.opens)
        self._kept.append(one)

    def _second_world(self, cell: int, at: int) -> Fitting:
        """Return a world in which a count differs, after leaving out what would see it."""
        history = self._history
        end = len(history.editions)
        spans = tuple(dict.fromkeys([(0, end), (at, end), (0, at + 1)]))
        best: tuple[Seen, World] | None = None
        for move, seen, span in self._tried(cell, at, spans):
            best = seen, World(move, *span)
            self._most = seen.cost
            if not seen.cost:
                break
        if best is None:
            raise Unproven
        for split in best[0].splits:
            history.hush(split)
        return Fitting(best[1], history.changed(best[1].move))

    def _tried(
        self, cell: int, at: int, spans: Sequence[Span]
    ) -> Iterator[tuple[Move, Seen, Span]]:
        """Yield worlds, each with what would see it, as long as it costs less than the best so far."""
        history, moves, named = self._history, self._moves, self._history.cells[cell]
        self._most = _BEYOND
        shifts = list(islice(moves.shifts(named, at), _SHIFTS))
        for old, what in shifts:
            for span in spans:
                seen = history.shift_seen_by(old, what, span, self._most)
                if seen is not None and history.holds(old, span):
                    yield ((old, -1), (old._replace(what=what), 1)), seen, span
        # nothing dearer is tried where what was found is cheap
        others = (
            ()
            if self._most < _CHEAP
            else chain(
                moves.one_more_or_less(named, at),
                *(moves.paid_back(named, at, *one) for one in shifts[:_SWAPPED]),
            )
        )
        for move in others:
            changed = history.changed(move)
            for span in spans:
                seen = history.seen_by(changed, span, self._most)
                if seen is not None and changed.get(cell) and _holds(history, move, span):
                    yield move, seen, span


def _holds(history: History, move: Move, span: Span) -> bool:
    return all(change > 0 or history.holds(atom, span) for atom, change in move)


def _fitting(history: History, world: World) -> Fitting | None:
    """Return what a world changes, None where it does not give the same figures."""
    span = world.first, world.stop
    if not _holds(history, world.move, span):
        return None
    changed = history.changed(world.move)
    return Fitting(world, changed) if history.agrees(changed, span) else None
