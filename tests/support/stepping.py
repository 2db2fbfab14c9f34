"""Lets something happen between any two steps of a delivery, and keeps what the last looks then said.

A step is a call of one of the functions that a delivery is made of, or a reading of the clock: each is
wrapped, and before the one with a given number the thing happens, once.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

from pydantic_core import from_json

from gateway.assembly import House
from gateway.net.egress import Line
from gateway.release import forms, pull, windows
from gateway.release.look import Look
from gateway.release.pull import Pulled

FUNCTIONS = (
    (pull, ("decide_classes", "release_row", "disclosed_in", "candidates_at")),
    (windows, ("read_window",)),
    (forms, ("treat_under_115",)),
    (Look, ("whole",)),
    (Line, ("post",)),
)


@dataclass
class Stepper:
    """Counts steps; before number ``at`` lets ``happens`` happen."""

    at: int
    happens: Callable[[], None]
    steps: int = 0
    fired: bool = False
    looked: list[tuple[bool, bool, int]] = field(default_factory=list)
    """Of each look: whether it began after the thing, what it said, the agreement's version."""
    _busy: bool = False
    _pages: dict[int, Pulled] = field(default_factory=dict)

    def step(self) -> None:
        """Count a step; what the thing itself does, and what the writer does, are none."""
        if self._busy or threading.current_thread().name == "writer":
            return
        if self.steps == self.at:
            self._busy = True
            self.happens()
            self._busy, self.fired = False, True
        self.steps += 1

    def before(self, real: Callable[..., Any]) -> Callable[..., Any]:
        """Wrap a function as a step."""

        def stepped(*arguments: Any, **named: Any) -> Any:
            self.step()
            return real(*arguments, **named)

        return stepped

    def page(self, real: Callable[..., Pulled]) -> Callable[..., Pulled]:
        """Wrap what makes a page, to know which page a look is for."""

        def made(*arguments: Any, **named: Any) -> Pulled:
            self.step()
            pulled = real(*arguments, **named)
            self._pages[id(pulled.look)] = pulled
            return pulled

        return made

    def look(self, real: Callable[[Look, int], bool]) -> Callable[[Look, int], bool]:
        """Wrap the look before each record."""

        def looks(look: Look, index: int) -> bool:
            self.step()
            after, says = self.fired, real(look, index)
            record = from_json(self._pages[id(look)].page.records[index])
            self.looked.append((after, says, record["agreement_version"]))
            return says

        return looks

    @property
    def sent(self) -> int:
        """Records that a look let go before the thing happened."""
        return sum(says and not after for after, says, _ in self.looked)

    def sent_after(self, *versions: int) -> int:
        """Records of these versions of the agreement that a look let go after it."""
        return sum(after and says and of in versions for after, says, of in self.looked)


@contextmanager
def stepping(house: House, at: int, happens: Callable[[], None]) -> Iterator[Stepper]:
    """Step whatever is delivered inside, in this house."""
    stepper = Stepper(at, happens)
    singles: tuple[tuple[Any, str], ...] = (
        (house.reader, "subscription"),
        (house.book, "for_release"),
        (house.writer, "submit"),
        (house.clock, "now"),
    )
    patched = [*singles, *((owner, name) for owner, names in FUNCTIONS for name in names)]
    replaced = [
        patch.object(owner, name, _stepped(stepper, owner, name)) for owner, name in patched
    ]
    replaced += [
        patch.object(house.door, "_pulled", stepper.page(house.door._pulled)),
        patch.object(Look, "__call__", stepper.look(Look.__call__)),
    ]
    for one in replaced:
        one.start()
    try:
        yield stepper
    finally:
        for one in reversed(replaced):
            one.stop()


def _stepped(stepper: Stepper, owner: object, name: str) -> Callable[..., Any]:
    return stepper.before(getattr(owner, name))
