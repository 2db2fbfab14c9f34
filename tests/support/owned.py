"""Real ids of a gateway that was lived in, and whose each is: what roles × routes × ids are asked of.

Read from the tables and written by hand here, beside what the pages and routes look up for themselves.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pydantic_core import from_json

from gateway.access.people import Person, Role
from gateway.assembly import House
from gateway.audit.request_desk import requests_of
from gateway.audit.returns import matrix
from gateway.clock import london_day
from gateway.demo.history import COUNCIL_CASES
from gateway.demo.stage import COUNCIL, FIRE, FIRE_17A, POLICE
from gateway.errors import GatewayError
from gateway.law.accounts import put_account
from gateway.law.register import put_partner
from gateway.settings import Settings
from policies.periods import Quarter
from policies.subject_search.asked import SubjectAsked
from schemas.corrections import Reporting, Wrong
from schemas.requests import Asking
from tests.support import tools

PARTNERS = (POLICE, COUNCIL, FIRE)
QUARTER = "2026Q3"
WITH_PARTNER = (Role.NOMINATED_PERSON, Role.PARTNER_AUDITOR, Role.ANALYST)
Parties = frozenset[str]
EVERYBODY: Parties = frozenset(PARTNERS)
NOBODY: Parties = frozenset()


def cast() -> list[Person]:
    """Somebody of each role of each partner, and of the roles that have none."""
    found = [
        Person(account=f"{partner}-{role.value.replace('_', '-')}", name="Robin Example", partner=partner,
               office="An office", roles=frozenset({role}))
        for partner in PARTNERS
        for role in WITH_PARTNER
    ]  # fmt: skip
    return [
        *found,
        Person(account="ig-lead", name="Robin Example", roles=frozenset({Role.IG_LEAD})),
        Person(account="a-keeper", name="Robin Example", roles=frozenset({Role.ADMINISTRATOR})),
    ]


@dataclass(frozen=True, slots=True)
class Owned:
    """The parts of a path, and the partners whose people may have what stands there."""

    parts: dict[str, str]
    parties: Parties
    auditors: Parties | None = None
    """Whose auditors may, where not all parties' may."""

    def may(self, person: Person) -> bool:
        """Whether somebody whom the route opens to may have it: who has no partner has all of it."""
        if person.partner is None:
            return True
        is_auditor = person.has(Role.PARTNER_AUDITOR) and self.auditors is not None
        return person.partner in ((self.auditors or NOBODY) if is_auditor else self.parties)


def more_happens(house: House) -> None:
    """Add to the demonstration's quarter what only one partner has in it, so that each kind has two."""
    day = london_day(house.clock)
    for partner in (POLICE, COUNCIL):
        account = f"{partner}-nominated-person"
        person = next(one for one in cast() if one.account == account)
        house.subject_desk.cases.open(person, SubjectAsked(names=("Ada Sampleson",)), day)
    fire = house.book.refresh().register.partners[FIRE]
    named = fire.model_copy(update={"nominated_person": "Head of Prevention"})
    house.writer.run(put_partner(named, house.act("ig-lead")))
    desk = requests_of(house, Settings(home=house.home))
    subject = {"kind": "person", "name": "Di Example"}
    why = "Crews are called to the address again and again and must know whom they meet."
    for holder, asker in ((COUNCIL, FIRE), (POLICE, FIRE)):
        said = {"holder": holder, "subject": subject, "why": why, "provision": "s17"}
        said |= {"purpose": "preventing_crime_and_disorder", "necessity": "necessary"}
        desk.ask(asker, f"{asker}-system", Asking.model_validate(said))
    _report_on_the_councils(house)
    for partner in (POLICE, COUNCIL):
        person = next(one for one in cast() if one.account == f"{partner}-analyst")
        house.writer.run(put_account(person, house.act("ig-lead"), house.clock.now()))
        tools.a_credential(house, person.account)


def _report_on_the_councils(house: House) -> None:
    """Let the fire service find a record of a feed of the council's wrong."""
    query = (
        "SELECT released_id FROM disclosure WHERE subscription = 'fire-17a' ORDER BY released_id"
    )
    for name in rows(house, query):
        reporting = Reporting(id=name[0], wrong=Wrong.PLACE, words="It was the next street.")
        try:
            report, _ = house.reports.take(FIRE_17A, FIRE, f"{FIRE}-system", reporting)
        except GatewayError:
            continue
        if report.item.feed != "police-nsir":
            return
    raise AssertionError("the fire service holds nothing of the council's")


def rows(house: House, query: str) -> list[Any]:
    """Ask the store."""
    with house.reader.connection() as connection:
        return list(connection.exec_driver_sql(query))


def _senders(house: House) -> dict[str, Parties]:
    feeds = house.book.current().register.feeds
    return {
        name: frozenset({feed.controller, feed.sender or feed.controller})
        for name, (_, feed) in feeds.items()
    }


def owned(house: House) -> dict[str, list[Owned]]:
    """Return the longest beginning of a route's path → the ids that it is asked with."""
    found: dict[str, list[Owned]] = defaultdict(list)
    for fill in (_registered, _exchanged, _worked, _requested, _returned, _analysed):
        for beginning, each in fill(house):
            found[beginning].append(each)
    return found


_Found = Iterable[tuple[str, Owned]]


def _analysed(house: House) -> _Found:
    """Questions are everybody's, their answers a subscription's; a tool's credential is its owner's."""
    yield "/console/analysis/questions", Owned({"question": "asb-and-crime"}, EVERYBODY)
    query = "SELECT id, partner FROM tool_credential"
    for name, partner in rows(house, query):
        yield "/console/analysis/tools", Owned({"credential": name}, frozenset({partner}))
    query = "SELECT released_id FROM disclosure WHERE subscription = 'fire-17a' LIMIT 5"
    features = [str(one[0]) for one in rows(house, query)]
    for partner, asked in ((FIRE, FIRE_17A), (COUNCIL, COUNCIL_CASES)):
        own = frozenset({partner})
        parts = {"question": f"asb-and-crime?subscription={asked}"}
        yield "/v1/statistics/partnership", Owned(parts, own)
        for feature in features:
            yield "/ogc/collections", Owned({"collection": asked, "feature": feature}, own)


def _registered(house: House) -> _Found:
    register = house.book.refresh().register
    for one in register.agreements:
        parties = frozenset(one.parties)
        parts = {"agreement": one.id, "version": str(one.version), "part": "items"}
        yield "/console/agreements/{agreement}", Owned(parts, parties)
        yield "/v1/agreements/{agreement}", Owned(parts, parties)
        about = f"{one.id}.{one.version}"
        yield "/console/documents", Owned({"kind": "sharing-agreement", "about": about}, parties)
        yield "/v1/documents", Owned({"kind": f"sharing-agreement?about={about}"}, parties)
    for partner in PARTNERS:
        own = frozenset({partner})
        yield "/console/partners", Owned({"partner": partner}, EVERYBODY)
        for kind in ("record-of-processing", "privacy-notice"):
            yield "/console/documents", Owned({"kind": kind, "about": partner}, own)
            yield "/v1/documents", Owned({"kind": f"{kind}?about={partner}"}, NOBODY)
    for kind, about in (("impact-assessment", "gateway"), ("record-of-processing", "operator")):
        yield "/console/documents", Owned({"kind": kind, "about": about}, NOBODY)
    for feed, senders in _senders(house).items():
        yield "/console/feeds/{feed}", Owned({"feed": feed}, senders)
        yield "/v1/feeds/{feed}", Owned({"feed": feed}, senders)


def _exchanged(house: House) -> _Found:
    senders = _senders(house)
    for name, partner in rows(house, "SELECT id, partner FROM subscription"):
        parts, own = {"subscription": name}, frozenset({partner})
        yield "/console/subscriptions", Owned(parts, own)
        yield "/console/deliveries", Owned(parts, own)
        yield "/v1/subscriptions", Owned(parts, own)
    query = (
        "SELECT s.id, s.partner, max(r.number) FROM release r JOIN subscription s"
        " ON s.id = r.subscription GROUP BY s.id, s.partner"
    )
    for name, partner, number in rows(house, query):
        parts = {"subscription": name, "release": str(number)}
        yield "/console/disclosures", Owned(parts, frozenset({partner}))
    query = (
        "SELECT f.name, max(p.receipt_id) FROM push p JOIN feed f ON f.id = p.feed GROUP BY f.name"
    )
    for feed, receipt in rows(house, query):
        for asked, own in senders.items():
            shown = own if asked == feed else NOBODY
            parts = {"feed": asked, "receipt": receipt}
            yield "/v1/feeds/{feed}/receipts", Owned(parts, shown)
    for index, leaf in rows(house, 'SELECT "index", leaf FROM ledger'):
        said = from_json(bytes(leaf))
        parties = frozenset({said.get("partner"), said.get("recipient")}) - {None}
        yield "/v1/ledger/entries", Owned({"index": str(index)}, parties)


def _worked(house: House) -> _Found:
    senders = _senders(house)
    for case, partner in rows(
        house, "SELECT case_id, partner FROM subject_case_step WHERE number = 1"
    ):
        yield "/console/subject-access", Owned({"case": case}, frozenset({partner} - {None}))
    for name, kind in rows(house, "SELECT DISTINCT proceeding, kind FROM proceeding_step"):
        if kind.startswith("breach"):
            yield "/console/breaches", Owned({"breach": name, "step": "fact"}, NOBODY)
        else:
            yield "/console/off-boarding", Owned({"off_boarding": name}, NOBODY)
    for item, kind, feed in rows(
        house, "SELECT item, kind, feed FROM correction_step WHERE number = 1"
    ):
        if kind == "report":
            yield "/console/corrections", Owned({"report": item}, senders[feed])
            for asked, own in senders.items():
                shown = own if asked == feed else NOBODY
                parts = {"feed": asked, "correction": item}
                yield "/v1/feeds/{feed}/corrections/{correction}", Owned(parts, shown)
        else:
            yield "/console/recalls", Owned({"case": item, "step": "closed"}, NOBODY)
    for (job,) in rows(house, "SELECT id FROM simulation_job"):
        yield "/console/simulate", Owned({"job": job}, NOBODY)
    for number in (2, 12):
        yield "/console/questions", Owned({"number": str(number)}, NOBODY)
        yield "/v1/questions", Owned({"number": str(number)}, EVERYBODY)


def _requested(house: House) -> _Found:
    for name, asker, holder in rows(house, "SELECT id, partner, holder FROM disclosure_request"):
        parts, both = {"request": name}, frozenset({asker, holder})
        for path in ("/console/requests/{request}", "/v1/requests/{request}"):
            yield path, Owned(parts, both)
        for path in ("/console/requests/{request}/decide", "/console/requests/{request}/review"):
            yield path, Owned(parts, frozenset({holder}))
        yield "/v1/requests/{request}/answer", Owned(parts, frozenset({holder}))
        for last in ("withdraw", "collect"):
            yield f"/console/requests/{{request}}/{last}", Owned(parts, frozenset({asker}))
        for last in ("withdrawal", "records"):
            yield f"/v1/requests/{{request}}/{last}", Owned(parts, frozenset({asker}))
    holders: dict[str, set[str]] = defaultdict(set)
    for signal, controller in rows(house, "SELECT signal, controller FROM signal_record"):
        holders[signal].add(controller)
    for name, told in rows(house, "SELECT id, partner FROM signal"):
        parts, of = {"signal": name}, frozenset(holders[name])
        yield "/console/signals/{signal}", Owned(parts, of | {told}, frozenset({told}))
        yield "/console/signals/{signal}/open", Owned(parts, of)
        yield "/console/signals/{signal}/decide", Owned(parts, of)


def _returned(house: House) -> _Found:
    for cell in matrix(house.return_desk, Quarter.parse(QUARTER)).cells:
        owed = frozenset(one.recipient for one in cell.owed)
        parts = {
            "quarter": QUARTER,
            "authority": cell.authority,
            "paragraph": str(cell.paragraph.number),
        }
        path, own = "/console/returns/{quarter}/{authority}", frozenset({cell.authority})
        yield f"{path}/{{paragraph}}", Owned(parts, own | owed)
        yield f"{path}/make", Owned(parts, own)
        yield f"{path}/send", Owned(parts, own)
        for recipient in sorted(owed & EVERYBODY):
            yield (
                f"{path}/{{paragraph}}/{{recipient}}",
                Owned(parts | {"recipient": recipient}, own),
            )
        parts = {"quarter": QUARTER, "holder": cell.authority, "paragraph": parts["paragraph"]}
        yield "/v1/returns/section-17a", Owned(parts, owed)
