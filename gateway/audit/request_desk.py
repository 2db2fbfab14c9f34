"""What takes the steps of requests, made of a house and of the times that are set."""

from __future__ import annotations

from typing import Protocol

from gateway.audit.request_rules import RequestRules
from gateway.audit.requests import Requests
from gateway.clock import Clock
from gateway.keys.ring import KeyRing, RandomSource
from gateway.law.book import LawBook
from gateway.settings import Settings
from gateway.store.reading import Reader
from gateway.store.writer import Writer


class Keeper(Protocol):
    """What a house has of what requests need."""

    @property
    def reader(self) -> Reader:
        """Reads."""
        ...

    @property
    def writer(self) -> Writer:
        """Commits."""
        ...

    @property
    def book(self) -> LawBook:
        """The law in force."""
        ...

    @property
    def keys(self) -> KeyRing:
        """Secrets."""
        ...

    @property
    def clock(self) -> Clock:
        """The present instant."""
        ...

    @property
    def random(self) -> RandomSource:
        """Random bytes."""
        ...


def requests_of(house: Keeper, settings: Settings) -> Requests:
    """Return what takes every step of requests for disclosure."""
    rules = RequestRules(
        settings.request_answer_working_days,
        settings.request_review_hours,
        settings.request_collect_days,
        settings.request_recipient_days,
        settings.request_keep_days,
    )
    return Requests(
        house.reader, house.writer, house.book, house.keys, house.clock, house.random, rules
    )
