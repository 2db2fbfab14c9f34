"""What ``gateway simulate`` does, apart from its options: its help imports nothing of this."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from gateway.assembly import House
from gateway.audit.policy_bundles import documents_of
from gateway.audit.simulated import (
    Draft,
    LogSimulation,
    draft_of_agreement,
    draft_of_documents,
    draft_of_partner,
    simulated,
)
from gateway.cli import Exit
from gateway.cli.agreement import hashed_cases
from gateway.cli.agreement_shown import tell_change, tell_conditions
from gateway.cli.documents import toml_of, word_of
from gateway.cli.home import change, own_house
from gateway.cli.policies import checked, texts_in
from gateway.cli.terminal import Stopped, say, say_json
from gateway.clock import london_day
from gateway.errors import NotFound
from gateway.law.book import Edition
from policies.refusals import PolicyRefused
from schemas.agreements import Agreement
from schemas.partners import Partner
from schemas.simulations import Comparison

_ONE = "Give one of --policies, --agreement and --partner."


def tell_changes(
    policies: Path | None,
    agreement: Path | None,
    partner: Path | None,
    since: str | None,
    actor: str,
    *,
    as_json: bool,
) -> None:
    """Simulate one draft.

    Raises:
        Stopped: None or several were given, or one that cannot be read.
    """
    if sum(given is not None for given in (policies, agreement, partner)) != 1:
        raise Stopped(_ONE, "See `gateway simulate --help`.", Exit.USAGE)
    first = _day(since)
    with own_house() as house:
        edition, day = house.book.refresh(), london_day(house.clock)
        if policies is not None:
            draft = _of_policies(house, edition, policies, day)
        elif agreement is not None:
            document = hashed_cases(toml_of(agreement), house.keys.natural_key)
            wanted = word_of(Agreement, document)
            draft = draft_of_agreement(house.reader, edition, wanted, day)
        else:
            draft = draft_of_partner(edition, word_of(Partner, toml_of(partner or Path())), day)
        found = simulated(house.reader, house.book, edition, draft, first)
        change(house, actor, lambda act: LogSimulation(draft, found, first, act))
    if as_json:
        say_json(found.model_dump(mode="json"))
        return
    _tell(found)


def _of_policies(house: House, edition: Edition, named: Path, day: date) -> Draft:
    if named.is_dir():
        return draft_of_documents(edition, checked(texts_in(named)), day)
    try:
        return draft_of_documents(edition, documents_of(house.reader, str(named)), day)
    except NotFound:
        raise Stopped(
            "There is no such folder, and no policy bundle of that hash.",
            "See `gateway policies list`.",
        ) from None
    except PolicyRefused:
        raise Stopped(
            "The stored policy bundle is not whole.", "See `gateway policies show`."
        ) from None


def _day(text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        raise Stopped("--since is not a day.", "Write it as 2026-07-01.", Exit.USAGE) from None


def _tell(found: Comparison) -> None:
    say(
        f"Of {found.records:,} recorded, of {found.classes:,} classes, judged by {found.day}:"
        f" {found.newly_leaves:,} would newly leave, {found.newly_stops:,} newly stop,"
        f" {found.other_fields:,} leave with other fields. Nothing was sent."
    )
    unmoved = [one.subscription for one in found.subscriptions if not one.changes]
    for one in found.subscriptions:
        if one.changes:
            tell_change(one)
    tell_conditions(found)
    for treated in found.treatments:
        say(
            f"In the {treated.lane} lane {treated.field}: {treated.before or 'not treated'} → "
            f"{treated.after or 'not treated'}, from the next recording on."
        )
    if unmoved:
        say(f"Nothing changes for: {', '.join(unmoved)}")
