"""Policy bundles on their way into force: proposed, approved by two people, in force, withdrawn.

A step names the office that took it, a post and never a person. Documents stand beside it by hash.
"""

from __future__ import annotations

from enum import StrEnum

from schemas.agreements import CaseKey, Mention, Statement
from schemas.base import Word
from schemas.offices import looks

APPROVALS = 2
"""People who must approve a bundle before it is used."""


class BundleChange(StrEnum):
    """What was done to a policy bundle."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    WITHDRAWN = "withdrawn"


class BundleState(StrEnum):
    """Where a policy bundle stands."""

    PROPOSED = "proposed"
    """Fewer than two people have approved it."""
    IN_FORCE = "in_force"
    FORMER = "former"
    """It was in force; two people may approve it again."""
    WITHDRAWN = "withdrawn"


class BundleStep(Word):
    """One step, and who took it."""

    change: BundleChange
    office: Mention
    reason: Statement | None = None
    at: str
    """The instant, ISO 8601 in UTC."""
    epoch: int | None = None
    """The law's epoch that began with this step, where it put the bundle in force."""


class PolicyBundle(Word):
    """A stored policy bundle: its documents by hash, and every step in its order."""

    sha256: CaseKey
    documents: dict[str, CaseKey]
    """Name of each document → SHA-256 of its text."""
    steps: tuple[BundleStep, ...]

    @property
    def in_force_since(self) -> int | None:
        """The law's epoch at which it last came into force; None where it never did."""
        return max((one.epoch for one in self.steps if one.epoch is not None), default=None)

    @property
    def approvals(self) -> tuple[BundleStep, ...]:
        """Approvals that count now: since it was last proposed, withdrawn, or put in force."""
        standing: list[BundleStep] = []
        for one in self.steps:
            counts = one.change is BundleChange.APPROVED and one.epoch is None
            standing = [*standing, one] if counts else []
        return tuple(standing)

    def state(self, in_force: str | None) -> BundleState:
        """Where it stands, given the hash of the bundle that is in force."""
        if self.sha256 == in_force:
            return BundleState.IN_FORCE
        if self.steps[-1].change is BundleChange.WITHDRAWN:
            return BundleState.WITHDRAWN
        return BundleState.PROPOSED if self.in_force_since is None else BundleState.FORMER

    def was_approved_by(self, office: str) -> bool:
        """Whether an office that reads like this one has given an approval that counts now."""
        return looks(office) in {looks(one.office) for one in self.approvals}
