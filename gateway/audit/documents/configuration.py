"""The configuration of one moment, as documents read it: law, register, requests, systems, settings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic_core import to_jsonable_python

from gateway.access.clients import Client
from gateway.audit.documents.bound import Bound
from gateway.law.book import Edition
from gateway.settings import Settings, variable
from gateway.store.publishing import edition_list, editions_of
from gateway.store.reading import Reader
from policies.edition_text import Row, read_shown
from policies.law import Law
from schemas.agreements import Agreement, in_force
from schemas.feeds import Feed
from schemas.partners import Partner
from schemas.powers import Protocol
from schemas.subscriptions import Subscription


@dataclass(frozen=True, slots=True)
class PublishedEdition:
    """One edition of counts, as readers are shown it."""

    quarter: str
    number: int
    at: int
    """Seconds since 1970."""
    leaf: int
    """Its entry in the ledger."""
    rows: Sequence[Row]


@dataclass(frozen=True, slots=True)
class Configuration:
    """What is configured on a day. Immutable."""

    day: date
    law: Law
    feeds: Mapping[str, Feed]
    subscriptions: Mapping[str, Subscription]
    """Standing requests; what was decided case by case stands in the register of requests."""
    systems: Mapping[str, Client]
    settings: Settings
    edition: PublishedEdition | None = None

    @property
    def partners(self) -> Mapping[str, Partner]:
        """The register of partners."""
        return {one.id: one for one in self.law.register.partners}

    @property
    def protocols(self) -> Mapping[str, Protocol]:
        """The partnership's protocols."""
        return {one.id: one for one in self.law.protocols}

    def agreement(self, name: str, version: int | None = None) -> Agreement | None:
        """Return a version of an agreement; the one that speaks on the day where none is named."""
        known = [one for one in self.law.agreements if one.id == name]
        if version is None:
            return in_force(known, self.day)
        return next((one for one in known if one.version == version), None)

    def speaking(self) -> tuple[Agreement, ...]:
        """Return of every agreement the version that speaks on the day."""
        names = dict.fromkeys(one.id for one in self.law.agreements)
        return tuple(one for one in map(self.agreement, names) if one is not None)

    def name_of(self, partner: str) -> str:
        """Return what a partner is called; its id where it is not on the register."""
        known = self.partners.get(partner)
        return partner if known is None else known.name

    # ------------------------------------------------------------------ bound
    def of_settings(self) -> Bound:
        """Bind the settings."""
        return Bound(
            "/settings", self.settings, "Record it as a setting: GATEWAY_… in the environment."
        )

    def of_setting(self, name: str) -> Bound:
        """Bind one setting, so that what is missing is named."""
        return Bound("/settings", self.settings, f"Record it here: set {variable(name)}.")

    def of_partner(self, name: str) -> Bound:
        """Bind a partner; one that is not on the register stands with its id alone."""
        partner = self.partners.get(name)
        if partner is None:
            record = f"It is not on the register: add {name} at /console/partners."
            return Bound(f"/partners/{name}", None, record)
        return Bound(
            f"/partners/{name}", partner, f"Record it here: /console/partners/{name}/change."
        )

    def of_agreement(self, one: Agreement) -> Bound:
        """Bind a version of an agreement."""
        place = f"/agreements/{one.id}/{one.version}"
        return Bound(place, one, f"Record it here: /console/agreements/{one.id}.")

    def of_feed(self, name: str) -> Bound:
        """Bind a feed."""
        record = f"Record it here: `gateway feed add` for {name}."
        return Bound(f"/feeds/{name}", self.feeds[name], record)

    def of_subscription(self, name: str) -> Bound:
        """Bind a standing request."""
        record = f"Record it here: `gateway subscription add` for {name}."
        return Bound(f"/subscriptions/{name}", self.subscriptions[name], record)

    def of_protocol(self, name: str) -> Bound:
        """Bind a protocol."""
        record = f"Record it here: `gateway protocol add` for {name}."
        return Bound(f"/protocols/{name}", self.protocols[name], record)

    def of_system(self, name: str) -> Bound:
        """Bind a partner's system."""
        record = f"Record it here: `gateway partner system add` for {name}."
        return Bound(f"/systems/{name}", self.systems[name], record)

    def plain(self) -> dict[str, Any]:
        """Return all of it as JSON, each part under the first half of its pointer."""
        agreements: dict[str, dict[str, Any]] = {}
        for one in self.law.agreements:
            agreements.setdefault(one.id, {})[str(one.version)] = to_jsonable_python(one)
        return {
            "settings": {
                name: to_jsonable_python(getattr(self.settings, name))
                for name in type(self.settings).model_fields
                if name != "database_url"
            },
            "partners": to_jsonable_python(dict(self.partners)),
            "protocols": to_jsonable_python(dict(self.protocols)),
            "agreements": agreements,
            "feeds": to_jsonable_python(dict(self.feeds)),
            "subscriptions": to_jsonable_python(dict(self.subscriptions)),
            "systems": to_jsonable_python(dict(self.systems)),
        }


def configuration_of(
    reader: Reader, edition: Edition, settings: Settings, day: date, quarter: str | None = None
) -> Configuration:
    """Read what is configured.

    Args:
        reader: The store.
        edition: The law in force, with the register.
        settings: Of this process.
        day: The day that documents speak of, in Europe/London.
        quarter: Of the published counts that a document quotes; none where absent.
    """
    bodies = reader.bodies("subscription").values()
    asked = map(Subscription.model_validate_json, bodies)
    register = edition.register
    return Configuration(
        day=day,
        law=edition.law,
        feeds={name: feed for name, (_, feed) in sorted(register.feeds.items())},
        subscriptions={
            one.id: one for one in sorted(asked, key=lambda one: one.id) if one.request is None
        },
        systems=dict(sorted(register.clients.items())),
        settings=settings,
        edition=None if quarter is None else _newest(reader, quarter),
    )


def published_quarters(reader: Reader) -> tuple[str, ...]:
    """Return the quarters of which counts are published, the newest first."""
    with reader.connection() as connection:
        known: Iterable[str] = (row["quarter"] for row in edition_list(connection))
        return tuple(sorted(set(known), reverse=True))


def _newest(reader: Reader, quarter: str) -> PublishedEdition | None:
    with reader.connection() as connection:
        rows = editions_of(connection, quarter)
    if not rows:
        return None
    last = rows[-1]
    return PublishedEdition(
        quarter, last["number"], last["at"], last["leaf"], read_shown(last["shown"])
    )
