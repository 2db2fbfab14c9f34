"""Corrections on a clock: what nobody acknowledged is escalated, and what was said is destroyed in time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from gateway.audit.cases import Cases
from gateway.audit.casework import CASE, REPORT, WORDS_ERASED, Item, TakeStep, items
from gateway.law.register import Act
from gateway.ledger.leaf import stamp
from gateway.store.casework import steps_of

_ENDS = {"closed", "accepted", "refused"}


@dataclass(frozen=True, slots=True)
class CorrectionRound:
    """Looks at every correction once a turn. Several processes may: a step is taken once."""

    cases: Cases
    keep_words: timedelta
    """After a correction is closed, how long what was said in it is kept."""

    def run_in_turn(self) -> None:
        """Do both; called on a clock (raises ``StoreUnavailable``)."""
        self.escalate()
        self.erase_words()

    def escalate(self) -> int:
        """Escalate what is owed for longer than the set days; return how many recipients it was."""
        done = 0
        for case in self.cases.all():
            for one in case.recipients:
                if one.escalate and one.subscription not in case.escalated:
                    self.cases.escalate(case, one)
                    done += 1
        return done

    def erase_words(self) -> int:
        """Destroy what was said in corrections that are over for long enough; return in how many."""
        cases = self.cases
        with cases.reader.connection() as connection:
            found = [*items(steps_of(connection, CASE)), *items(steps_of(connection, REPORT))]
        due = [item for item in found if item.has_words and self._is_over(item)]
        for item in due:
            act = Act("gateway", stamp(cases.clock.now()), cases.random(16).hex())
            step = TakeStep(
                cases.keys, cases.random, item.kind, item.id, WORDS_ERASED, {}, act, bool
            )
            cases.writer.run(step)
        return len(due)

    def _is_over(self, item: Item) -> bool:
        ended = [step.at for step in item.steps if step.what in _ENDS]
        if item.kind == CASE:
            ended = [step.at for step in item.of("closed")]
        return bool(ended) and self.cases.clock.now() - ended[-1] > self.keep_words
