"""Errors for a browser: the same problem, as a page. Systems go on getting problem documents."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic_core import from_json
from starlette.exceptions import HTTPException

from gateway.console.rendered import Pages
from gateway.errors import GatewayError

FOR_SYSTEMS = ("/v1/", "/oauth/", "/.well-known/")
_PLAIN = frozenset({"/healthz", "/readyz", "/metrics", "/openapi.json"})
_LENGTH = b"content-length"
Dressed = tuple[Iterable[tuple[bytes, bytes]], bytes]
Handler = Callable[[Request, Exception], Response | Awaitable[Response]]


def wants_page(scope: MutableMapping[str, Any]) -> bool:
    """Return whether whoever asks reads pages: a browser, and no address of the interface."""
    path: str = scope["path"]
    if path.startswith(FOR_SYSTEMS) or path in _PLAIN:
        return False
    accepted = (value for name, value in scope["headers"] if name.lower() == b"accept")
    return any(b"text/html" in value.lower() for value in accepted)


def fault_page(pages: Pages, status: int, problem: bytes) -> Response:
    """Return a problem document as a page: its sentence and its remedy, and nothing else."""
    told = from_json(problem)
    return pages.page("fault.html", status, title=told["title"], remedy=told.get("remedy", ""))


def install(app: FastAPI, pages: Pages) -> None:
    """Give browsers a page wherever the application answers with a problem document."""
    for kind in (GatewayError, RequestValidationError, HTTPException, Exception):
        app.exception_handlers[kind] = _for_browsers(app.exception_handlers[kind], pages)


def _for_browsers(stated: Any, pages: Pages) -> Handler:  # noqa: ANN401 - Starlette's own handlers
    async def handler(request: Request, error: Exception) -> Response:
        answer: Response = await stated(request, error)
        if not wants_page(request.scope) or not pages.built.whole:
            return answer
        page = fault_page(pages, answer.status_code, bytes(answer.body))
        for name in ("Retry-After", "Allow"):
            if name in answer.headers:
                page.headers[name] = answer.headers[name]
        return page

    return handler


def dressed(pages: Pages) -> Callable[[MutableMapping[str, Any], int, bytes], Dressed | None]:
    """Return what the guard asks with its own problems: the page for a browser, or None."""

    def dress(scope: MutableMapping[str, Any], status: int, problem: bytes) -> Dressed | None:
        if not wants_page(scope) or not pages.built.whole:
            return None
        page = fault_page(pages, status, problem)
        return [(n, v) for n, v in page.raw_headers if n != _LENGTH], bytes(page.body)

    return dress
