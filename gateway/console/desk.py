"""The signed-in pages: one registry of routes with the roles that may open each.

A page is a plain function of a ``Visit``; it runs in a thread and returns a response. Modules of pages have
one function ``add(desk)`` that puts their routes in. Who is not signed in is sent to sign in; who has none
of a page's roles gets 404, as for what does not exist. A form must come from a page of ours.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request, Response

from gateway.access.people import Person, Role
from gateway.assembly import House
from gateway.clock import london_day
from gateway.console.called import called
from gateway.console.frame import frame_of
from gateway.console.once import FIELD, Once
from gateway.console.origin import own_page_only
from gateway.console.rendered import Pages
from gateway.console.sessions import COOKIE, Sessions
from gateway.console.typed import typed_in
from gateway.errors import GatewayError, NotFound
from gateway.settings import Settings

SIGN_IN = "/console/sign-in"
_FIELDS = 200
"""Fields of a form at most."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of somebody who is signed in."""

    request: Request
    person: Person
    house: House
    settings: Settings
    pages: Pages
    form: Mapping[str, str] = field(default_factory=dict)
    """What a form sent; files stand in ``files``."""
    files: Mapping[str, bytes] = field(default_factory=dict)
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Every value of every field, for boxes of which several may be ticked."""

    def part(self, name: str) -> str:
        """Return a part of the path, such as ``{request}`` (raises ``NotFound`` for a NUL: none has one)."""
        found = str(self.request.path_params[name])
        if "\x00" in found:
            raise NotFound
        return found

    def asked(self, name: str, otherwise: str = "") -> str:
        """Return a parameter of the query."""
        return self.request.query_params.get(name, otherwise)

    def page(self, template: str, status: int = 200, **values: Any) -> Response:  # noqa: ANN401
        """Return a page in the console's frame."""
        return self.pages.page_with_script(
            template,
            status,
            person=self.person,
            path=self.request.url.path,
            frame=frame_of(self.house, self.person),
            called=called(self.house),
            **values,
        )

    def see(self, path: str) -> Response:
        """Send the browser on with a GET: the answer to a form that was done."""
        return Response(status_code=303, headers={"Location": path, "Cache-Control": "no-store"})


class PartnerLeft(GatewayError):
    """403: nobody acts for an organisation that has left the register; the session is over."""

    code, status = "console.partner_left", 403
    title = "The organisation that this account acts for has left the register, so nothing is open to it."
    remedy = (
        "Ask the gateway's administrator for an account of an organisation that is on the register."
    )


Handler = Callable[[Visit], Response]


@dataclass(frozen=True, slots=True)
class Desk:
    """Where pages are registered."""

    house: House
    settings: Settings
    pages: Pages
    sessions: Sessions
    once: Once
    router: APIRouter = field(default_factory=lambda: APIRouter(include_in_schema=False))
    roles_of: dict[tuple[str, str], frozenset[Role]] = field(default_factory=dict)
    """Who may open what, by method and path."""

    def get(self, path: str, *roles: Role) -> Callable[[Handler], Handler]:
        """Register a page under a path for some roles."""
        return self._route("GET", path, roles)

    def post(self, path: str, *roles: Role, once: bool = False) -> Callable[[Handler], Handler]:
        """Register what a form does, for some roles; ``once`` where it opens or adds something."""
        return self._route("POST", path, roles, once=once)

    def _route(
        self, method: str, path: str, roles: tuple[Role, ...], *, once: bool = False
    ) -> Callable[[Handler], Handler]:
        allowed = frozenset(roles)
        self.roles_of[method, path] = allowed

        def register(handler: Handler) -> Handler:
            self.router.add_api_route(
                path,
                self._guarded(handler, allowed, once=once),
                methods=[method],
                response_model=None,
            )
            return handler

        return register

    def _guarded(
        self, handler: Handler, allowed: frozenset[Role], *, once: bool
    ) -> Callable[[Request], Awaitable[Response]]:
        async def page(request: Request) -> Response:
            person = await asyncio.to_thread(self.sessions.find, request.cookies.get(COOKIE))
            if person is None:
                return _to_sign_in(request)
            if request.method != "GET":
                own_page_only(request)
            if self._has_left(person):
                await asyncio.to_thread(self.sessions.end, request.cookies[COOKIE])
                raise PartnerLeft
            if not person.has(*allowed):
                raise NotFound
            visit = Visit(request, person, self.house, self.settings, self.pages)
            if request.method == "GET":
                return await asyncio.to_thread(handler, visit)
            visit, word = await _with_form(visit)
            if not once or not word:
                return await asyncio.to_thread(handler, visit)
            sent = partial(handler, visit)
            return await asyncio.to_thread(self.once.do, person.account, word, sent)

        return page

    def _has_left(self, person: Person) -> bool:
        """Whether somebody acts for an organisation that is not on the register, or not any more."""
        if person.partner is None:
            return False
        partner = self.house.book.current().register.partners.get(person.partner)
        ends = None if partner is None else partner.valid_to
        return partner is None or (ends is not None and ends <= london_day(self.house.clock))


async def _with_form(visit: Visit) -> tuple[Visit, str]:
    """Read a form; return it, and apart from it the word that makes it be carried out once."""
    typed = await typed_in(visit.request, most_fields=_FIELDS, most_files=2)
    texts = {name: tuple(value.strip() for value in values) for name, values in typed.texts.items()}
    word = "".join(texts.pop(FIELD, ())[:1])
    form = {name: values[0] for name, values in texts.items()}
    return replace(visit, form=form, files=typed.files, lists=texts), word


def _to_sign_in(request: Request) -> Response:
    """Send a browser to sign in and, for a page, back again."""
    back = request.url.path if request.method == "GET" else "/console"
    return Response(
        status_code=303,
        headers={"Location": f"{SIGN_IN}?to={quote(back)}", "Cache-Control": "no-store"},
    )
