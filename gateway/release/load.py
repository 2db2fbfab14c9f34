"""How much a courier takes at a time, and what it lets gather."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.release.disclosed import Draft

STRETCH = 1_000
"""Positions without anything for a push subscription that it lets gather before they are committed."""


@dataclass(frozen=True, slots=True)
class Load:
    """How much a courier takes at a time."""

    actor: str
    limit: int
    """Records and notices at most."""
    most: int
    """Bytes of the rendered batch at most; one record that is larger goes alone."""
    settle: bool = False
    """Commit an empty stretch now, however short: an account of everything so far."""

    def can_wait(self, draft: Draft) -> bool:
        """Whether a draft holds nothing, and too little of it to be worth a commit."""
        stretch = draft.window.to_position - draft.after
        return not draft.lines and not self.settle and stretch < STRETCH
