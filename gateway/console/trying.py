"""«Try your own file»: what would become of its rows. Held in memory for one answer and stored nowhere."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Any

from fastapi import Request, Response
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from adapters import sources
from adapters.source import SettingsRefused
from gateway.clock import london_day
from gateway.console.first import LARGEST_FILE, MEBIBYTE, Console
from gateway.console.origin import own_page_only
from gateway.console.typed import only_utf_8
from gateway.errors import (
    BodyTooLarge,
    BodyUnreadable,
    FeedHasNoAdapter,
    GatewayError,
    MediaTypeNotTaken,
    NotFound,
    TooManyRecords,
)
from gateway.intake.received import media_type_of
from gateway.intake.trial import Bench, Trial, try_body
from schemas.feeds import Feed

ROWS = 10_000
FRAME = 16 * 1024
"""Bytes for what stands round the file in the form."""


class _InMemory(MultiPartParser):
    """Keeps a whole form in memory: not even a temporary file of it is written."""

    spool_max_size = LARGEST_FILE + 2 * FRAME


class TryingClosed(GatewayError):
    """403: nobody is signed in, and this is no demonstration."""

    code, status = "console.trying_closed", 403
    title = "A file may be tried here in the demonstration, or by a system that is signed in."
    remedy = "Run `gateway feed try FILE` where the file is; it shows the same and sends nothing."


@dataclass(slots=True)
class Trying:
    """The route, which works on a few files at a time."""

    console: Console
    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(2))

    async def __call__(self, request: Request) -> Response:
        """Try the file that was sent and show what became of its rows."""
        authorization = request.headers.get("authorization")
        if not self.console.may_try(authorization):
            raise TryingClosed
        if authorization is None:
            own_page_only(request)
        feed = None
        try:
            feed, name, content = await _sent(request)
            async with self.turns:
                trial = await asyncio.to_thread(self._tried, feed, name, content)
        except (BodyTooLarge, BodyUnreadable, MediaTypeNotTaken, TooManyRecords) as refusal:
            return self._page(refusal.status, {"refusal": refusal, "trial": None, "feed": feed})
        return self._page(200, {"refusal": None, "trial": trial, "feed": feed})

    def _page(self, status: int, values: dict[str, Any]) -> Response:
        feeds = self.console.feeds()
        more = {"feeds": feeds, "largest": LARGEST_FILE // MEBIBYTE}
        return self.console.pages.page("tried.html", status, **{"feed": None, **values, **more})

    def _tried(self, name: str, file_name: str, content: bytes) -> Trial:
        media_type = media_type_of(file_name)
        if media_type is None:
            raise MediaTypeNotTaken
        bench = self._bench(name)
        trial = Trial(bench.source.name)
        try_body(content, media_type, bench, trial, self.console.house.random, ROWS)
        return trial

    def _bench(self, name: str) -> Bench:
        house = self.console.house
        edition = house.book.current()
        found = edition.register.feeds.get(name)
        if found is None:
            raise NotFound
        feed: Feed = found[1]
        source = sources().get(feed.adapter)
        if source is None:
            raise FeedHasNoAdapter
        try:
            mapper = source.compile(feed.settings)
        except SettingsRefused as refusal:
            raise FeedHasNoAdapter from refusal
        day = london_day(house.clock)
        controller = edition.register.partners.get(feed.controller)
        kind = None if controller is None else controller.kind_on(day)
        return Bench(feed, source, mapper, house.desks.places(edition), kind)


async def _sent(request: Request) -> tuple[str, str, bytes]:
    """Return feed, file name and content of the form.

    Raises:
        BodyTooLarge: It is larger than a file that is tried.
        BodyUnreadable: It is not the form, or no file was chosen.
    """
    body = await _whole(request)

    async def once() -> AsyncGenerator[bytes, None]:
        yield body

    only_utf_8(request)
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise BodyUnreadable
    try:
        form = await _InMemory(request.headers, once(), max_files=1, max_fields=1).parse()
    except MultiPartException:
        raise BodyUnreadable from None
    try:
        sent, feed = form.get("file"), form.get("feed")
        if not isinstance(sent, UploadFile) or not sent.filename or not isinstance(feed, str):
            raise BodyUnreadable
        return feed, sent.filename, await sent.read()
    finally:
        await form.close()


async def _whole(request: Request) -> bytes:
    """Read the body; what is too large is read to its end and thrown away, so that the answer arrives."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size <= LARGEST_FILE + FRAME:
            parts.append(part)
    if size > LARGEST_FILE + FRAME:
        raise BodyTooLarge
    return b"".join(parts)
