"""Corrections on a clock: what nobody acknowledged is escalated, and what was said is destroyed in time."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from gateway.audit.cases import Cases
from gateway.audit.casework import (
    CASE,
    REPORT,
    WORDS_ERASED,
    CorrectionRefused,
    Item,
    TakeStep,
    items,
)
from gateway.audit.notices import Notices
from gateway.clock import LONDON
from gateway.keys.derive import framed
from gateway.law.register import Act
from gateway.ledger.leaf import stamp
from gateway.store.casework import given_under, standing_of, steps_of
from schemas.corrections import CaseKind, CaseOpening, CaseStep, Origin

_ADOPTED = {
    "retracted": CaseKind.RETRACTION,
    "restricted": CaseKind.RESTRICTION,
    "erased": CaseKind.ERASURE,
}
"""What a source did → the kind of case that looks after its acknowledgements."""
_AT_ONCE = 1_000
_ENDS = {"closed", "accepted", "refused"}


@dataclass(slots=True)
class CorrectionRound:
    """Looks at every correction once an hour. Several processes may: a step is taken once."""

    cases: Cases
    keep_words: timedelta
    """After a correction is closed, how long what was said in it is kept."""
    _done: int | None = None

    def run_in_turn(self) -> None:
        """Do all of it where an hour has begun; called on a clock (raises ``StoreUnavailable``)."""
        hour = int(self.cases.clock.now().timestamp()) // 3_600
        if hour == self._done:
            return
        self.adopt()
        self.escalate()
        self.erase_words()
        self._done = hour

    def adopt(self) -> int:
        """Make cases of what sources ordered by themselves and nobody acknowledged; return how many.

        A case is about the records of one feed to which the same was done and which still stand so.
        """
        cases = self.cases
        notices = Notices(cases.reader, cases.clock.now(), cases.escalation)
        late = [one for one in notices.open(overdue=True) if one.kind in _ADOPTED]
        known = {
            (incident, step)
            for case in (cases.all() if late else ())
            for incident in case.incidents
            for step in case.taken
        }
        found: dict[tuple[int, str], set[int]] = defaultdict(set)
        with cases.reader.connection() as connection:
            for one in late:
                given = given_under(connection, one.subscription, one.id)
                if given is not None and (given.incident, one.kind) not in known:
                    found[given.feed, one.kind].add(given.incident)
            ids = sorted({incident for listed in found.values() for incident in listed})
            standing = standing_of(connection, ids)
        feeds = dict(cases.book.current().register.feeds.values())
        done = 0
        for (feed, kind), incidents in sorted(found.items()):
            still = sorted(one for one in incidents if standing[one].state == kind)[:_AT_ONCE]
            if still and feed in feeds:
                done += self._adopt(feeds[feed].name, kind, still)
        return done

    def _adopt(self, feed: str, kind: str, incidents: list[int]) -> bool:
        opening = CaseOpening(
            kind=_ADOPTED[kind],
            origin=Origin.SOURCE,
            feed=feed,
            received=self.cases.clock.now().astimezone(LONDON).date(),
        )
        # the same id wherever it is worked out: of several processes one opens it
        about = framed(feed.encode(), kind.encode(), *(str(one).encode() for one in incidents))
        name = sha256(about).hexdigest()[:32]
        try:
            case = self.cases.open("gateway", opening, incidents, name)
            # it stands so already: the order changes nothing, and the case begins where the source left it
            self.cases.take(case, CaseStep(kind), "gateway")
        except CorrectionRefused:
            return False
        return True

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
