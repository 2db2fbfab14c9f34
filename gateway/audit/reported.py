"""What a recipient finds wrong goes back to the source, and the source's answer back to the recipient.

DPA 2018 s.48(7): who rectifies tells the authority that the data came from. A recipient names its own id of
the record; the source is never told whose ids these are and finds its record by its own reference. What it
then sends as a revised record fans out by the notices that every correction makes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from gateway.audit.casework import (
    REPORT,
    WORDS_READ,
    Item,
    Step,
    TakeStep,
    find_item,
    items,
    open_words,
    words_hmac,
)
from gateway.clock import Clock
from gateway.errors import GatewayError, NotFound, RequestInvalid
from gateway.intake.recorded import Desk, natural_key
from gateway.keys.ring import KeyRing, RandomSource
from gateway.law.book import LawBook
from gateway.law.register import Act
from gateway.ledger.leaf import stamp
from gateway.store.casework import Standing, given_under, recorded_before, standing_of, steps_of
from gateway.store.reading import Reader
from gateway.store.writer import Writer
from policies.correction_steps import REPORT_SAYS, WRONG_SAYS
from schemas.corrections import Deciding, Reporting, ReportStep, Wrong
from schemas.problems import ProblemError

_ENDS = {"retracted": "retracted", "erased": "erased", "restricted": "restricted"}


class OtherRecord(GatewayError):
    """422: the reference names another record than the one that was reported."""

    code, status = "correction.other_record", 422
    title = "This reference is not the record that was reported; nothing was changed."
    remedy = "Ask which of your references were reported: POST …/corrections/matches."


@dataclass(frozen=True, slots=True)
class Report:
    """One report as it stands."""

    item: Item
    standing: Standing | None
    """Of its record; None where nothing is left of it."""
    recorded_at: int | None
    """When the version that was reported came from the source."""

    @property
    def state(self) -> ReportStep:
        """``reported``, ``accepted`` or ``refused``."""
        decided = self.decided
        return ReportStep.REPORTED if decided is None else ReportStep(decided.what)

    @property
    def decided(self) -> Step | None:
        """The source's answer, or None."""
        given = [
            step
            for step in self.item.steps
            if step.what in {ReportStep.ACCEPTED.value, ReportStep.REFUSED.value}
        ]
        return given[-1] if given else None

    @property
    def wrong(self) -> Wrong:
        """What is wrong."""
        return Wrong(self.item.first.said["wrong"])

    @property
    def incident(self) -> int:
        """The record in the log."""
        return int(self.item.first.said["incident"])

    @property
    def became(self) -> str | None:
        """What became of the record since: ``corrected``, ``retracted``, ``erased``, ``restricted``."""
        if self.standing is None:
            return "erased"
        if self.standing.state in _ENDS:
            return _ENDS[self.standing.state]
        return "corrected" if self.standing.version > self.item.first.said["version"] else None

    def document(self, *, source: bool) -> dict[str, Any]:
        """Return it as JSON, for the source or for the recipient that reported it."""
        first, decided = self.item.first, self.decided
        said: dict[str, Any] = {
            "correction": self.item.id,
            "feed": self.item.feed,
            "wrong": self.wrong.value,
            "says": WRONG_SAYS[self.wrong],
            "state": self.state.value,
            "state_says": REPORT_SAYS[self.state],
            "reported_at": stamp(first.at),
            "decided_at": None if decided is None else stamp(decided.at),
            "reason": None if decided is None else decided.said.get("reason"),
            "became": self.became,
            "entry": first.leaf,
        }
        if source:
            came = (
                None if self.recorded_at is None else datetime.fromtimestamp(self.recorded_at, UTC)
            )
            said |= {
                "by": first.said.get("recipient"),
                "recorded_at": None if came is None else stamp(came),
                "has_words": first.has_words,
            }
        else:
            del said["feed"]
            said |= {"id": first.said["released_id"], "version": first.said["version"]}
        return said


@dataclass(frozen=True, slots=True)
class Reports:
    """Takes reports in, and lets sources answer them."""

    reader: Reader
    writer: Writer
    book: LawBook
    keys: KeyRing
    clock: Clock
    random: RandomSource
    new_id: Callable[[], str]

    # ------------------------------------------------------------------ the recipient
    def take(
        self, subscription: str, partner: str, actor: str, reporting: Reporting
    ) -> tuple[Report, bool]:
        """Take in what a recipient finds wrong; return the report, and whether it is new.

        Args:
            subscription: Under which it holds the record.
            partner: The caller's; somebody else's subscription does not exist for it.
            actor: The calling system or person, for the ledger.
            reporting: Its own id of the record, and what is wrong.

        Raises:
            NotFound: There is no such subscription of this partner, or the id is none that it was given.
            StoreUnavailable: It could not be committed.
        """
        if self.reader.subscription(subscription, partner) is None:
            raise NotFound
        with self.reader.connection() as connection:
            given = given_under(connection, subscription, reporting.id)
            open_ones = items(steps_of(connection, REPORT, subscription=subscription))
        feeds = dict(self.book.current().register.feeds.values())
        if given is None or given.feed not in feeds:
            raise NotFound
        known = self._known(open_ones, reporting)
        if known is not None:
            return self._standing([known])[0], False
        said = {
            "released_id": reporting.id,
            "recipient": partner,
            "incident": given.incident,
            "version": given.version,
            "wrong": reporting.wrong.value,
        }
        told = {"recipient": partner, "subscription": subscription, "version": given.version}
        about = (feeds[given.feed].name, subscription)
        return self._begin(about, said, told, actor, reporting.words), True

    def _known(self, open_ones: Sequence[Item], reporting: Reporting) -> Item | None:
        """Return the same report where it was made and not answered: a lost answer makes no second one."""
        for item in open_ones:
            said = item.first.said
            words = reporting.words
            hashed = None if words is None else words_hmac(self.keys, item.id, words.encode())
            same = (said["released_id"], said["wrong"], said.get("words_hmac"))
            answered = item.of(ReportStep.ACCEPTED) or item.of(ReportStep.REFUSED)
            if not answered and same == (reporting.id, reporting.wrong.value, hashed):
                return item
        return None

    def send_to_source(
        self,
        feed: str,
        case: str,
        incident: int,
        version: int,
        wrong: Wrong,
        actor: str,
        words: str | None,
    ) -> Report:
        """Tell a source what a case of ours says of its record, as a recipient would."""
        said = {"case": case, "incident": incident, "version": version, "wrong": wrong.value}
        return self._begin((feed, None), said, {"version": version}, actor, words)

    def _begin(
        self,
        about: tuple[str, str | None],
        said: dict[str, Any],
        told: dict[str, Any],
        actor: str,
        words: str | None,
    ) -> Report:
        job = TakeStep(
            self.keys,
            self.random,
            REPORT,
            self.new_id(),
            ReportStep.REPORTED.value,
            said,
            self._act(actor),
            lambda steps: not steps,
            about=about,
            words=words,
            told={"reason": said["wrong"], **told},
        )
        self.writer.run(job)
        return self.find(job.item)

    # ------------------------------------------------------------------ reading
    def of_subscription(self, subscription: str, partner: str) -> list[Report]:
        """Return what a recipient reported, the newest first (raises ``NotFound`` as ``take``)."""
        if self.reader.subscription(subscription, partner) is None:
            raise NotFound
        with self.reader.connection() as connection:
            found = items(steps_of(connection, REPORT, subscription=subscription))
        return self._standing(found)[::-1]

    def of_feeds(self, feeds: Collection[str] | None = None) -> list[Report]:
        """Return what was reported about records of feeds, or of every feed; the newest first."""
        listed = None if feeds is None else sorted(feeds)
        with self.reader.connection() as connection:
            found = items(steps_of(connection, REPORT, feeds=listed))
        return self._standing(found)[::-1]

    def find(self, report: str, feeds: Collection[str] | None = None) -> Report:
        """Return one report about records of feeds (raises ``NotFound``: there is none)."""
        found = find_item(self.reader, REPORT, report)
        if found is None or (feeds is not None and found.feed not in feeds):
            raise NotFound
        return self._standing([found])[0]

    def matches(self, feed: str, desk: Desk, references: Sequence[str]) -> list[list[str]]:
        """Return, for each reference of a source, the reports about its record that wait for an answer."""
        waiting: dict[bytes, list[str]] = {}
        for report in reversed(self.of_feeds([feed])):
            if report.state is ReportStep.REPORTED and report.standing is not None:
                waiting.setdefault(report.standing.natural_key, []).append(report.item.id)
        return [waiting.get(natural_key(desk, one), []) for one in references]

    def _standing(self, found: Sequence[Item]) -> list[Report]:
        with self.reader.connection() as connection:
            standing = standing_of(
                connection, list({int(item.first.said["incident"]) for item in found})
            )
            return [
                Report(
                    item,
                    standing.get(item.first.said["incident"]),
                    recorded_before(
                        connection, item.first.said["incident"], item.first.said["version"]
                    ),
                )
                for item in found
            ]

    # ------------------------------------------------------------------ the source
    def decide(
        self, report: Report, actor: str, partner: str, said: Deciding, desk: Desk
    ) -> Report:
        """Accept or refuse a report.

        Args:
            report: Of a feed that the caller sends.
            actor: The source's system or nominated person.
            partner: The source.
            said: Its answer. A refusal has a reason; a reference that is given must be the record's.
            desk: Of the feed.

        Raises:
            OtherRecord: The reference names another record.
            RequestInvalid: It is refused without a reason.
            CorrectionRefused: It was answered before.
        """
        refused = said.outcome == ReportStep.REFUSED.value
        if refused and said.reason is None:
            says = "A refusal has a reason, one of the list; whoever reported it is told."
            fault = ProblemError(pointer="/reason", rule="correction.reason", says=says)
            raise RequestInvalid(errors=(fault,))
        if said.reference is not None and (
            report.standing is None
            or natural_key(desk, said.reference) != report.standing.natural_key
        ):
            raise OtherRecord
        reason = said.reason.value if said.reason is not None and refused else None
        self._step(
            report,
            said.outcome,
            {"reason": reason} if reason else {},
            actor,
            lambda steps: all(
                step.what not in {ReportStep.ACCEPTED.value, ReportStep.REFUSED.value}
                for step in steps
            ),
            words=said.words,
            told={"partner": partner, "reason": reason},
        )
        return self.find(report.item.id)

    def read_words(self, report: Report, actor: str, partner: str | None, reason: str) -> list[str]:
        """Note that somebody reads what was said, and return it.

        Args:
            report: Which.
            actor: Who reads it; their right was looked at by whoever calls.
            partner: For whom.
            reason: A code, for the ledger.
        """
        if not report.item.has_words:
            return []
        told = {"partner": partner, "reason": reason}
        self._step(report, WORDS_READ, {"reason": reason}, actor, bool, told=told)
        return [words for _, words in open_words(self.reader, self.keys, REPORT, report.item.id)]

    def _step(
        self,
        report: Report,
        what: str,
        said: dict[str, Any],
        actor: str,
        fits: Callable[[tuple[Step, ...]], bool],
        *,
        words: str | None = None,
        told: dict[str, Any],
    ) -> None:
        job = TakeStep(
            self.keys,
            self.random,
            REPORT,
            report.item.id,
            what,
            said,
            self._act(actor),
            fits,
            words=words,
        )
        self.writer.run(replace(job, told=told))

    def _act(self, actor: str) -> Act:
        return Act(actor, stamp(self.clock.now()), self.random(16).hex())
