"""Answering for a file that is held: HEAD, GET, one range of it, and what a reader has already.

RFC 9110 §13.2.2 and §14: If-Match, If-None-Match, then Range, under If-Range. Several ranges at once are
answered with the whole, which the RFC leaves to a server.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from fastapi import Request, Response
from fastapi.responses import StreamingResponse

from gateway.analysis.downloads_refused import PreconditionFailed, RangeNotSatisfiable
from gateway.analysis.incidents_whole import Whole
from gateway.api import problems

PIECE = 1 << 20
"""Bytes that are sent between one look at the law and the next."""
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
Headers = dict[str, str]


class Span(NamedTuple):
    """Bytes of a file: the first, and the one behind the last."""

    start: int
    stop: int


class SentPart(Exception):
    """An answer ends before its end: something moved, and its reader sees the connection close."""


def etag_of(whole: Whole) -> str:
    """Return the strong tag of a file: the hash of its bytes."""
    return f'"{whole.sha256.hex()}"'


def asks_for_part(request: Request) -> bool:
    """Whether a part is asked for that must be of a file read before, whatever became of it."""
    return "range" in request.headers and "if-range" not in request.headers


def span_of(header: str | None, size: int) -> Span | None:
    """Return the one range that a header asks for; None: the whole, also where it cannot be read.

    Raises:
        RangeNotSatisfiable: It lies behind the end.
    """
    match = _RANGE.fullmatch((header or "").replace(" ", ""))
    if match is None or match.group(1) == match.group(2) == "":
        return None
    first, last = match.groups()
    if not first:
        wanted = min(int(last), size)
        if wanted == 0:
            raise RangeNotSatisfiable
        return Span(size - wanted, size)
    start = int(first)
    stop = min(int(last) + 1, size) if last else size
    if last and int(last) < start:
        return None
    if start >= size:
        raise RangeNotSatisfiable
    return Span(start, stop)


def answer(
    request: Request,
    whole: Whole,
    headers: Headers,
    media_type: str,
    may_go_on: Callable[[int], bool],
) -> Response:
    """Answer a request for a file, or for a part of it.

    Args:
        request: HEAD or GET.
        whole: The file.
        headers: What stands beside it.
        media_type: Of the file.
        may_go_on: Given how many bytes went, whether the next piece may; where not, the answer breaks off.
    """
    tag = etag_of(whole)
    headers = {**headers, "ETag": tag, "Accept-Ranges": "bytes"}
    asked = request.headers
    if "if-match" in asked and not names_tag(asked["if-match"], tag):
        raise PreconditionFailed
    if "if-none-match" in asked and names_tag(asked["if-none-match"], tag):
        return Response(None, 304, headers)
    span = None
    if asked.get("if-range", tag) == tag:
        try:
            span = span_of(asked.get("range"), whole.size)
        except RangeNotSatisfiable as error:
            refused = problems.answer(error, request)
            refused.headers["Content-Range"] = f"bytes */{whole.size}"
            return refused
    start, stop = span or Span(0, whole.size)
    headers["Content-Length"] = str(stop - start)
    if span is not None:
        headers["Content-Range"] = f"bytes {start}-{stop - 1}/{whole.size}"
    status = 200 if span is None else 206
    if request.method == "HEAD":
        return Response(None, status, headers, media_type)
    # its own descriptor: the file may be let go while this is read
    own = os.dup(whole.file.fileno())
    return StreamingResponse(_pieces(own, start, stop, may_go_on), status, headers, media_type)


def names_tag(header: str, tag: str) -> bool:
    """Whether a header names a tag, weak or strong (RFC 9110 §8.8.3.2, weak comparison)."""
    strong = tag.removeprefix("W/")
    given = (one.strip().removeprefix("W/") for one in header.split(","))
    return header.strip() == "*" or strong in given


def _pieces(file: int, start: int, stop: int, may_go_on: Callable[[int], bool]) -> Iterator[bytes]:
    at = start
    try:
        while at < stop:
            if not may_go_on(at - start):
                raise SentPart
            piece = os.pread(file, min(PIECE, stop - at), at)
            at += len(piece)
            yield piece
    finally:
        os.close(file)
