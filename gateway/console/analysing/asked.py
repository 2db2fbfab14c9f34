"""From an address to a question: whose figures are read, what was asked, and who is told to ask otherwise."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from fastapi import Response
from pydantic import ValidationError

from gateway.access.people import Person
from gateway.analysis.editions import is_read_from_editions
from gateway.analysis.entitled import Desk as AnalysisDesk
from gateway.analysis.pivots import refuse_pivots
from gateway.analysis.several import Beside, Tables, ask_for_tables
from gateway.analysis.statistics import last_closed
from gateway.assembly import House
from gateway.clock import london_day
from gateway.console.desk import Handler, Visit
from gateway.errors import LawRefuses, NotFound, RequestInvalid
from gateway.release.windows import leaves_in_cells
from schemas.analysis_pages import PageQuestion
from schemas.base import Word, own_words
from schemas.counted import StatisticsQuestion
from schemas.powers import Purpose
from schemas.sensitivity import Lane
from schemas.subscriptions import Subscription

Q = TypeVar("Q", bound=PageQuestion)
REFUSED = "analysis/refused.html"
_LANES = (Lane.DEPERSONALISED, Lane.STATISTICS)
LANE_SAYS = {
    Lane.DEPERSONALISED: "counts of your own records",
    Lane.STATISTICS: "published editions",
}


@dataclass(frozen=True, slots=True)
class Asking(Generic[Q]):
    """One page's question, and with what it is answered."""

    visit: Visit
    question: Q
    subscription: Subscription
    choices: tuple[Subscription, ...]

    @property
    def last(self) -> str:
        """The last month counted."""
        closed = last_closed(london_day(self.visit.house.clock))
        return min(self.question.last or closed, closed)

    def about(self, **asked: Any) -> StatisticsQuestion:  # noqa: ANN401 - the question checks them
        """Return a question under the page's subscription."""
        return StatisticsQuestion.model_validate({"subscription": self.subscription.id, **asked})

    def answered(self, **questions: StatisticsQuestion) -> Tables:
        """Ask everything that a page shows: one operation in the ledger."""
        return self.answered_beside(None, questions)

    def answered_beside(
        self, beside: Beside | None, questions: Mapping[str, StatisticsQuestion]
    ) -> Tables:
        """Ask the same, and count a reader's own records otherwise beside it."""
        person = self.visit.person
        return ask_for_tables(
            desk_of(self.visit.house),
            self.subscription.id,
            questions,
            person.partner or "",
            person.account,
            beside,
        )


def desk_of(house: House) -> AnalysisDesk:
    """Return what questions are answered with."""
    return AnalysisDesk(
        house.reader, house.writer, house.book, house.keys, house.clock, house.random
    )


def page_of(
    template: str,
    form: type[Q],
    told: Callable[[Asking[Q]], dict[str, Any]],
    refusing: str = REFUSED,
    order: Callable[[Subscription], tuple[bool, bool]] | None = None,
) -> Handler:
    """Return the handler of a page.

    Args:
        template: Of the page.
        form: What its address takes.
        told: Returns what the template shows; it asks once.
        refusing: The page where the law refuses.
        order: By which the first subscription is chosen; else by what it is asked for.
    """

    def handler(visit: Visit) -> Response:
        refuse_pivots(visit.request.query_params.multi_items(), form.model_fields)
        choices = subscriptions_of(visit.house, visit.person)
        if order is not None:
            choices = tuple(sorted(choices, key=order))
        if not choices:
            return visit.page("analysis/none.html", has_partner=visit.person.partner is not None)
        given = {name: value for name, value in visit.request.query_params.multi_items() if value}
        try:
            question = form.model_validate_strings(given)
        except ValidationError as refused:
            return visit.page("analysis/not_asked.html", 422, faults=faults_of(refused, form))
        closed = last_closed(london_day(visit.house.clock))
        if question.last is not None and question.last > closed:
            faults = [f"last: that month is not over; the last that is over is {closed}."]
            return visit.page("analysis/not_asked.html", 422, faults=faults)
        named = question.subscription
        chosen = next((one for one in choices if named in {None, one.id}), None)
        if chosen is None:
            raise NotFound
        asking = Asking(visit, question, chosen, choices)
        shown: dict[str, Any] = {
            "choices": choices,
            "chosen": chosen,
            "lanes": LANE_SAYS,
            "asked": question,
            "here": visit.request.url.path,
        }
        try:
            return visit.page(template, **shown, **told(asking))
        except RequestInvalid as refusal:
            faults = [one.says for one in refusal.errors]
            return visit.page("analysis/not_asked.html", 422, faults=faults)
        except LawRefuses as refusal:
            conditions = (refusal.extra or {}).get("conditions", ())
            # a page with words of its own for it opens to who may ask, and says what is wanting
            opens = refusing != REFUSED and named is None
            return visit.page(refusing, 200 if opens else 403, conditions=conditions, **shown)

    return handler


def counts_himself(one: Subscription) -> bool:
    """Whether a reader may have the records, and so any count of them; else he reads published editions."""
    return not is_read_from_editions(one)


def subscriptions_of(house: House, person: Person) -> tuple[Subscription, ...]:
    """Return what somebody may read figures under: of his own organisation, the widest first."""
    if person.partner is None:
        return ()
    every = map(Subscription.model_validate_json, house.reader.bodies("subscription").values())
    mine = [
        one
        for one in every
        if one.partner == person.partner and one.lane in _LANES and not leaves_in_cells(one)
    ]
    return tuple(sorted(mine, key=_narrowness))


def _narrowness(one: Subscription) -> tuple[bool, bool, int, str]:
    """First what is asked for to plan by, then records before editions, then what has fewest filters."""
    asked = one.filter
    narrowed = sum(bool(part) for part in (asked.sources, asked.kinds, asked.behaviours))
    plans = one.purpose is Purpose.CRIME_AND_DISORDER_STRATEGY
    return not plans, one.lane is Lane.STATISTICS, narrowed, one.id


def faults_of(refused: ValidationError, form: type[Word]) -> list[str]:
    """Say what is wrong, by the names of the form and never by what was given."""
    faults = refused.errors(include_input=False, include_url=False)
    said = {
        f"{str(fault['loc'][0]).replace('_', ' ')}: {own_words(fault) or 'it does not fit.'}"
        for fault in faults
        if fault["loc"] and fault["loc"][0] in form.model_fields
    }
    known = len(said) == len({fault["loc"][:1] for fault in faults})
    return [*sorted(said), *([] if known else ["A parameter is unknown."])]


def query_of(question: Word, path: str = "/v1/statistics") -> str:
    """Return the address at which the interface answers the same."""
    dumped: Mapping[str, Any] = question.model_dump(mode="json", exclude_defaults=True)
    said = {
        name: ",".join(value) if isinstance(value, list) else value
        for name, value in dumped.items()
    }
    return f"{path}?" + "&".join(f"{name}={value}" for name, value in said.items())
