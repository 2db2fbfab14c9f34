"""The page where people sign in: by a local account, or by their organisation's own sign-in.

An unknown account and a wrong password get the same page after the same work. The session's name is new at
each sign-in, whatever the browser brought.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response

from gateway.access.passwords import LONGEST, matches, warm
from gateway.assembly import House
from gateway.console.desk import SIGN_IN
from gateway.console.origin import own_page_only
from gateway.console.rendered import Pages
from gateway.console.sessions import COOKIE, Sessions
from gateway.console.typed import typed_in
from gateway.errors import NotFound
from gateway.events import Event, emit
from gateway.law.accounts import Account, AccountKind, account_of
from gateway.law.throttle import Throttle
from gateway.settings import Settings

_BACK = re.compile(r"/console(/(?!\.)[A-Za-z0-9._~-]+)*")
_WRONG = "The account and the password do not belong together. Check both and try again."
_WAIT = (
    "Too many tries failed. Wait a quarter of an hour, or ask the administrator for a new password."
)


@dataclass(frozen=True, slots=True)
class Signing:
    """Answers the page and its form."""

    house: House
    settings: Settings
    pages: Pages
    sessions: Sessions
    throttle: Throttle

    def router(self) -> APIRouter:
        """Return the routes; they are open to everybody."""
        router = APIRouter(include_in_schema=False)

        @router.get(SIGN_IN)
        async def page(request: Request) -> Response:
            return await asyncio.to_thread(self.page, back_of(request.query_params.get("to")))

        @router.post(SIGN_IN)
        async def form(request: Request) -> Response:
            own_page_only(request)
            if not self.settings.local_accounts:
                raise NotFound
            typed = (await typed_in(request, most_fields=10, most_files=0)).first
            address = request.client.host if request.client else ""
            before = request.cookies.get(COOKIE)
            return await asyncio.to_thread(self.tried, typed, address, before)

        return router

    def page(
        self,
        back: str = "/console",
        *,
        status: int = 200,
        fault: str = "",
        account: str = "",
    ) -> Response:
        """Return the page, with what was wrong and the account that was typed."""
        warm()
        return self.pages.page(
            "sign_in.html",
            status,
            back=back,
            fault=fault,
            account=account,
            local=self.settings.local_accounts,
            organisation=self.settings.oidc_issuer is not None,
            demonstration=self.settings.demonstration,
        )

    def tried(self, typed: Mapping[str, str], address: str, before: str | None) -> Response:
        """Judge what was typed: a session, or the page again."""
        account, password = typed.get("account", "").strip(), typed.get("password", "")
        back = back_of(typed.get("to"))
        if not self.throttle.lets_try(account, address):
            emit(Event.SIGN_IN_REFUSED, method="local", reason="throttled")
            return self.page(back, status=429, fault=_WAIT, account=account[:LONGEST])
        found = self._judged(account, password)
        if found is None:
            emit(Event.SIGN_IN_REFUSED, method="local", reason="not-matched")
            self.throttle.failed(account, address)
            return self.page(back, status=422, fault=_WRONG, account=account[:LONGEST])
        self.throttle.succeeded(account)
        return self.sessions.opened(found.person, "local", back, before)

    def _judged(self, account: str, password: str) -> Account | None:
        """Return the account whose password it is; the work is the same for every answer."""
        found = account_of(self.house.reader, account)
        local = found is not None and found.kind is AccountKind.LOCAL and found.active
        kept = found.secret if found is not None and local else None
        well = matches(kept, password[: LONGEST + 1])
        return found if well and len(password) <= LONGEST else None


def back_of(asked: str | None) -> str:
    """Return where somebody goes after signing in: a page of the console, and nowhere else."""
    return asked if asked and _BACK.fullmatch(asked) else "/console"
