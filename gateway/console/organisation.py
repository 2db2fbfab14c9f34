"""Signing in by the organisation's own sign-in (OpenID Connect, code flow with PKCE, state and nonce).

State, nonce and verifier stay on the server under a cookie of their own, are used once and for ten minutes.
Groups become roles and a partner by the settings; somebody in none of them is told so and not let in.
"""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from authlib.integrations.base_client import OAuthError
from fastapi import APIRouter, Request, Response
from joserfc.errors import JoseError

from gateway.access.people import GroupRole, Person
from gateway.assembly import House
from gateway.console.issuer import LEEWAY_SECONDS, Issuer
from gateway.console.rendered import Pages
from gateway.console.sessions import COOKIE, Sessions
from gateway.console.signing import back_of
from gateway.events import Event, emit
from gateway.intake.wire import strict_json
from gateway.law.accounts import (
    AccountDisabled,
    AccountKind,
    account_of,
    must_be_active,
    put_account,
)
from gateway.net.fetching import FetchFailed
from gateway.net.target import TargetRefused
from gateway.settings import Settings
from gateway.store import tables as t
from gateway.store.tx import Tx

BEGIN, BACK = "/console/sign-in/organisation", "/console/sign-in/organisation/back"
BEGUN_COOKIE = "__Host-gateway-sign-in"
BEGUN_SECONDS = 10 * 60
_LONGEST_NAME = 100
_SAYS = {
    "not-believed": "What came back does not belong to a sign-in that this browser began a moment ago, or it"
    " is not from your organisation. Start again; if it stays, tell the administrator.",
    "denied": "Your organisation’s sign-in did not let you in.",
    "no-role": "Your organisation knows you, but none of your groups has a role here. Ask the gateway’s"
    " administrator which group you need to be in.",
    "two-partners": "Your groups act for more than one organisation, and a role here acts for one. Ask the"
    " gateway’s administrator to put your groups in order.",
    "disabled": "This account was disabled here. Ask the gateway’s administrator to enable it.",
    "unreachable": "Your organisation’s sign-in does not answer. Try again in a minute.",
}
_STATUS = {"unreachable": 503}


class NotSignedIn(Exception):
    """Somebody is not let in; ``reason`` is a code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Organisation:
    """Sends browsers to the issuer, and judges what they bring back."""

    house: House
    settings: Settings
    pages: Pages
    sessions: Sessions
    issuer: Issuer

    def router(self) -> APIRouter:
        """Return the two routes; they are open to everybody."""
        router = APIRouter(include_in_schema=False)

        @router.get(BEGIN)
        async def begin(request: Request) -> Response:
            try:
                return await self._begun(request)
            except (FetchFailed, TargetRefused):
                return await asyncio.to_thread(self._refused, "unreachable")

        @router.get(BACK)
        async def back(request: Request) -> Response:
            try:
                person, onward = await self._proved(request)
                before = request.cookies.get(COOKIE)
                answer = await asyncio.to_thread(
                    self.sessions.opened, person, "oidc", onward, before
                )
            except NotSignedIn as refused:
                answer = await asyncio.to_thread(self._refused, refused.reason)
            except AccountDisabled:
                answer = await asyncio.to_thread(self._refused, "disabled")
            answer.delete_cookie(BEGUN_COOKIE, path="/", secure=True, httponly=True, samesite="lax")
            return answer

        return router

    async def _begun(self, request: Request) -> Response:
        app = await self.issuer.app()
        held: dict[str, Any] = {}
        request.scope["session"] = held
        found = await app.authorize_redirect(request, self.settings.public_url + BACK)
        name = base64.urlsafe_b64encode(self.house.random(32)).rstrip(b"=").decode()
        body = json.dumps({"held": held, "back": back_of(request.query_params.get("to"))})
        await asyncio.to_thread(self._keep, name, body)
        headers = {"Location": found.headers["location"], "Cache-Control": "no-store"}
        answer = Response(status_code=303, headers=headers)
        answer.set_cookie(
            BEGUN_COOKIE,
            name,
            max_age=BEGUN_SECONDS,
            path="/",
            secure=True,
            httponly=True,
            samesite="lax",
        )
        return answer

    async def _proved(self, request: Request) -> tuple[Person, str]:
        """Return who came back, and where they were going.

        Raises:
            NotSignedIn: With the reason why not.
            AccountDisabled: Their account was disabled.
        """
        begun = await asyncio.to_thread(self._taken, request.cookies.get(BEGUN_COOKIE))
        if begun is None or request.query_params.get("iss", self.issuer.url) != self.issuer.url:
            raise NotSignedIn("not-believed")
        request.scope["session"] = begun["held"]
        if "error" in request.query_params:
            raise NotSignedIn("denied")
        try:
            app = await self.issuer.app()
            token = await app.authorize_access_token(
                request, claims_options=self.issuer.claims(), leeway=LEEWAY_SECONDS
            )
        except (FetchFailed, TargetRefused):
            raise NotSignedIn("unreachable") from None
        except (OAuthError, JoseError, ValueError, KeyError, TypeError):
            raise NotSignedIn("not-believed") from None
        told = token.get("userinfo")
        if not told:
            raise NotSignedIn("not-believed")
        person = self.person_of(told)
        await asyncio.to_thread(self._known, person)
        return person, begun["back"]

    def person_of(self, told: Mapping[str, Any]) -> Person:
        """Return who an id token speaks of.

        Raises:
            NotSignedIn: No group of theirs has a role here, or groups of several organisations have.
        """
        named = _groups(told.get(self.settings.oidc_group_claim))
        mine = [one for one in map(GroupRole.read, self.settings.oidc_groups) if one.group in named]
        if not mine:
            raise NotSignedIn("no-role")
        partners = {one.partner for one in mine}
        if len(partners) > 1:
            raise NotSignedIn("two-partners")
        (partner,) = partners
        registered = self.house.book.current().register.partners.get(partner or "")
        return Person(
            account=account_id(self.issuer.url, str(told["sub"])),
            name=_name(told),
            partner=partner,
            office=registered.nominated_person if registered else None,
            roles=frozenset(one.role for one in mine),
        )

    def _known(self, person: Person) -> None:
        """Keep who came, so that the ledger's account can be told from the table."""
        known = account_of(self.house.reader, person.account)
        if known is not None and not known.active:
            raise AccountDisabled
        if known is None or known.person != person:
            act, now = self.house.act("organisation-sign-in"), self.house.clock.now()
            put = put_account(person, act, now, kind=AccountKind.OIDC)

            def job(tx: Tx) -> None:
                # disabled since it was read: signing in enables nobody
                must_be_active(tx, person.account)
                put(tx)

            self.house.writer.run(job)

    def _keep(self, name: str, body: str) -> None:
        now = int(self.house.clock.now().timestamp())

        def job(tx: Tx) -> None:
            tx.forget_sign_ins(now - BEGUN_SECONDS)
            tx.add(t.SIGN_IN, [{"id_sha256": _id(name), "body": body, "began": now}])

        self.house.writer.run(job)

    def _taken(self, name: str | None) -> dict[str, Any] | None:
        """Return what a browser began and forget it in one commit; None where there is nothing."""
        if not name:
            return None
        now = int(self.house.clock.now().timestamp())

        def job(tx: Tx) -> dict[str, Any] | None:
            row = tx.one(t.SIGN_IN, {"id_sha256": _id(name)})
            tx.remove(t.SIGN_IN, {"id_sha256": _id(name)})
            if row is None or now - row["began"] > BEGUN_SECONDS:
                return None
            begun: dict[str, Any] = strict_json(row["body"].encode())
            return begun

        return self.house.writer.run(job)

    def _refused(self, reason: str) -> Response:
        emit(Event.SIGN_IN_REFUSED, method="oidc", reason=reason)
        return self.pages.page(
            "sign_in_refused.html", _STATUS.get(reason, 403), says=_SAYS[reason], reason=reason
        )


def _groups(claim: object) -> set[str]:
    """Return the groups that a claim names: one text, or a list of texts; anything else names none."""
    if isinstance(claim, str):
        return {claim}
    return {one for one in claim if isinstance(one, str)} if isinstance(claim, list) else set()


def _name(told: Mapping[str, Any]) -> str:
    """Return what the pages call somebody: the first claim that is a text."""
    for claim in ("name", "preferred_username"):
        name = told.get(claim)
        if isinstance(name, str) and name.strip():
            return name[:_LONGEST_NAME]
    return "No name given"


def account_id(issuer: str, subject: str) -> str:
    """Return what the ledger calls somebody of an issuer: letters that say nothing of them."""
    digest = sha256(f"{issuer}\x00{subject}".encode("utf-8", "surrogatepass")).hexdigest()
    return "oidc-" + digest[:20].translate(str.maketrans("0123456789", "ghijklmnop"))


def _id(name: str) -> bytes:
    return sha256(name.encode("utf-8", "surrogatepass")).digest()


__all__ = ["BACK", "BEGIN", "NotSignedIn", "Organisation", "account_id"]
