"""Why a record goes or stays, in the policy's own words."""

from __future__ import annotations

from datetime import date

from policies.allowance import FieldFate, fates
from policies.law import POWER_UNCERTAIN, Law
from schemas.base import Word
from schemas.decisions import Condition, Decision
from schemas.record_class import RecordClass
from schemas.sensitivity import Lane
from schemas.subscriptions import Subscription

FLAGS = {
    "protocol_not_live": (
        "The holder has no signed information-sharing protocol in force (SI 2007/1830 reg 4(1)–(3)). "
        "That does not stop section 17A, which is a duty of the Act."
    ),
    "agreement_review_overdue": (
        "The agreement's review is overdue. It stops 30 days after the day on which it was due."
    ),
    POWER_UNCERTAIN: "What is known of this power is not confirmed; ask a lawyer before it is used.",
}
"""What each flag of a decision means."""


class Explanation(Word):
    """A decision with the words of the permit it rests on."""

    decision: Decision
    basis: str | None
    """The permit in its own words, with its section; None where no permit speaks for the power."""
    flags: tuple[str, ...]
    """Each flag of the decision as a sentence."""
    fields: tuple[FieldFate, ...] = ()
    """In the personal lane, what becomes of each sealed field, and why."""


def explain(
    law: Law, subscription: Subscription, record_class: RecordClass, day: date
) -> Explanation:
    """Say which conditions are met and unmet for one subscription, one record class and one day."""
    decision = law.decide(subscription, record_class, day)
    permit = law.bundle.permits.get(subscription.power)
    return Explanation(
        decision=decision,
        basis=None if permit is None else f"{permit.says} ({permit.cites})",
        flags=tuple(_flag(law, decision, flag) for flag in decision.flags),
        fields=(
            fates(law, subscription, record_class, day)
            if subscription.lane is Lane.PERSONAL
            else ()
        ),
    )


def _flag(law: Law, decision: Decision, flag: str) -> str:
    """Return a flag as a sentence, with the power's own doubt where that is what it is about."""
    doubt = law.lists.powers.by_code[decision.power].uncertain
    return f"{FLAGS[flag]} {doubt}" if flag == POWER_UNCERTAIN else FLAGS[flag]


def rendered(explanation: Explanation) -> str:
    """Return an explanation as plain text, a line a condition, for a terminal."""
    decision = explanation.decision
    asked = (decision.power.value, f"{decision.lane.value} lane", decision.day.isoformat())
    lines = [
        " · ".join((decision.outcome.value.upper(), *asked)),
        f"Basis: {explanation.basis or 'none'}",
        *_listed("Unmet", "✗", decision.unmet),
        *_listed("Met", "✓", decision.met),
    ]
    lines += [f"  ! {name}: the policy could not be evaluated" for name in decision.errors]
    lines += [f"Flag: {flag}" for flag in explanation.flags]
    lines += _fields(explanation)
    lines.append(f"Law: {decision.snapshot}")
    return "\n".join(lines) + "\n"


def _fields(explanation: Explanation) -> list[str]:
    """Say of each sealed field whether it would leave; of none where the record does not go."""
    if not explanation.fields:
        return []
    leaving = [one.field for one in explanation.fields if one.leaves]
    goes = "would leave" if not explanation.decision.releases else "leave"
    lines = [f"Fields that {goes}: {', '.join(leaving) or 'none'}", "Stripped:"]
    return lines + [
        f"  – {one.field}: {' '.join(one.why)}" for one in explanation.fields if not one.leaves
    ]


def _listed(title: str, sign: str, conditions: tuple[Condition, ...]) -> list[str]:
    if not conditions:
        return []
    rows = [
        f"  {sign} {condition.says} [{condition.cites}; {condition.id}]" for condition in conditions
    ]
    return [f"{title} ({len(conditions)}):", *rows]
