"""The desk of each feed: all that its pushes need, kept while law, register and day stay."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date

from adapters import sources
from adapters.source import Mapper, SettingsRefused
from gateway.errors import FeedHasNoAdapter, NotFound
from gateway.intake.loaded import load_places
from gateway.intake.places import Places
from gateway.intake.recorded import Desk
from gateway.keys.ring import KeyRing
from gateway.law.book import Edition
from gateway.store.reading import Reader
from policies.keeping import keeping
from policies.recorder import Recorder
from schemas.feeds import Feed
from schemas.incident import SENSITIVITY
from schemas.sensitivity import Half, Lane

RandomSource = Callable[[int], bytes]


@dataclass(slots=True)
class Desks:
    """Makes the desk of each feed, and keeps it while law, register and day stay."""

    reader: Reader
    keys: KeyRing
    random: RandomSource
    _mappers: dict[str, tuple[Feed, Mapper]] = field(default_factory=dict)
    _desks: dict[str, tuple[int, date, Desk]] = field(default_factory=dict)
    _places: tuple[int, Places] | None = None

    def desk(self, feed_name: str, edition: Edition, day: date) -> Desk:
        """Return all that a push to a feed needs.

        Raises:
            NotFound: There is no such feed.
            FeedHasNoAdapter: It is registered, but nothing installed reads it.
        """
        known = self._desks.get(feed_name)
        if known is not None and known[:2] == (edition.epoch, day):
            return known[2]
        found = edition.register.feeds.get(feed_name)
        if found is None:
            raise NotFound
        desk = self._desk(*found, edition, day)
        self._desks[feed_name] = (edition.epoch, day, desk)
        return desk

    def _desk(self, feed_id: int, feed: Feed, edition: Edition, day: date) -> Desk:
        controller = edition.register.partners.get(feed.controller)
        kind = None if controller is None else controller.kind_on(day)
        table = edition.law.treatments[Lane.DEPERSONALISED]
        keep = keeping(edition.law, feed, day)
        mapper = self._mapper(feed)
        return Desk(
            feed_id=feed_id,
            feed=feed,
            mapper=mapper,
            recorder=Recorder(feed, kind, table, mapper.listed),
            law=edition.law,
            law_epoch=edition.epoch,
            keeping=keep,
            ends_here=tuple(
                name
                for name, line in table.lines.items()
                if SENSITIVITY[name].half is Half.SEALED and not line.keeps
            ),
            places=self.places(edition),
            keys=self.keys,
            random=self.random,
        )

    def _mapper(self, feed: Feed) -> Mapper:
        known = self._mappers.get(feed.name)
        if known is not None and known[0] == feed:
            return known[1]
        source = sources().get(feed.adapter)
        if source is None:
            raise FeedHasNoAdapter
        try:
            mapper = source.compile(feed.settings)
        except SettingsRefused as refusal:
            raise FeedHasNoAdapter from refusal
        self._mappers[feed.name] = (feed, mapper)
        return mapper

    def places(self, edition: Edition) -> Places:
        """Return the loaded geography; loading a new edition raises the law's epoch."""
        if self._places is None or self._places[0] != edition.epoch:
            self._places = (
                edition.epoch,
                load_places(self.reader, district_names(edition.register.feeds.values())),
            )
        return self._places[1]


def district_names(feeds: Iterable[tuple[int, Feed]]) -> dict[str, str]:
    """Return GSS code → name of the districts that feeds come from."""
    return {
        feed.district_code: feed.district_name
        for _, feed in feeds
        if feed.district_code is not None and feed.district_name is not None
    }
