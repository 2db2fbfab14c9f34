"""The steps by which a policy bundle comes into force, as pure functions: two people, never one twice.

A step gives the bundle as it is afterwards, or says why it may not be taken. Going back to an earlier
bundle is approving it again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from policies.agreements import StepRefused
from schemas.bundles import APPROVALS, BundleChange, BundleState, BundleStep, PolicyBundle
from schemas.offices import looks


def in_force(bundles: Iterable[PolicyBundle]) -> tuple[PolicyBundle, ...]:
    """Return every bundle that two people put in force, the one in force now first."""
    begun = [one for one in bundles if one.in_force_since is not None]
    return tuple(sorted(begun, key=lambda one: one.in_force_since or 0, reverse=True))


def proposed(
    before: PolicyBundle | None, sha256: str, documents: Mapping[str, str], step: BundleStep
) -> PolicyBundle:
    """Return a bundle as it is proposed, anew where it was withdrawn.

    Args:
        before: The bundle of that hash, where it is stored already.
        sha256: Hash of the documents.
        documents: Name of each → SHA-256 of its text.
        step: Who proposes, and why.

    Raises:
        StepRefused: It is proposed already, or was in force; the office is no office, or gives no reason.
    """
    _check_office(step.office)
    if step.reason is None:
        raise StepRefused("policies.reason", "A proposal says why.", "/reason")
    if before is None:
        return PolicyBundle(sha256=sha256, documents=dict(documents), steps=(step,))
    if before.steps[-1].change is not BundleChange.WITHDRAWN:
        says = "It is stored already: two people approve it, or it is in force."
        raise StepRefused("policies.proposed_already", says)
    return _with(before, step)


def approved(
    before: PolicyBundle, active: str | None, step: BundleStep, next_epoch: int
) -> PolicyBundle:
    """Return a bundle with one person's approval; the second puts it in force.

    Args:
        before: The bundle.
        active: Hash of the bundle in force.
        step: Who approves.
        next_epoch: The law's epoch that begins if this puts it in force.

    Raises:
        StepRefused: It is in force or withdrawn; the office is no office, or it, or one that reads like
            it, has approved already.
    """
    _check_office(step.office)
    state = before.state(active)
    if state is BundleState.IN_FORCE:
        raise StepRefused("policies.in_force", "It is in force already.")
    if state is BundleState.WITHDRAWN:
        raise StepRefused("policies.withdrawn", "It was withdrawn; propose it again first.")
    if before.was_approved_by(step.office):
        says = "This office, or one that reads like it, has approved it; two people approve."
        raise StepRefused("policies.same_person", says, "/office")
    puts_in_force = len(before.approvals) + 1 >= APPROVALS
    return _with(before, step.model_copy(update={"epoch": next_epoch if puts_in_force else None}))


def withdrawn(before: PolicyBundle, in_use: str | None, step: BundleStep) -> PolicyBundle:
    """Return a bundle that is not to be used; approvals given so far count no more.

    Args:
        before: The bundle.
        in_use: Hash of the bundle in force: of the packaged one while none was ever approved.
        step: Who withdraws, and why.

    Raises:
        StepRefused: It is in force (approve another instead) or withdrawn; the office is no office.
    """
    _check_office(step.office)
    state = before.state(in_use)
    if state is BundleState.IN_FORCE:
        says = "It is in force: approve another in its place, an earlier one or a new one."
        raise StepRefused("policies.in_force", says)
    if state is BundleState.WITHDRAWN:
        raise StepRefused("policies.withdrawn", "It is withdrawn already.")
    return _with(before, step)


def _check_office(office: str) -> None:
    if not looks(office):
        says = "An office is a post in words, such as «data protection officer»."
        raise StepRefused("policies.office", says, "/office")


def _with(before: PolicyBundle, step: BundleStep) -> PolicyBundle:
    return before.model_copy(update={"steps": (*before.steps, step)})
