"""Signing out: the session ends on the server, and the browser forgets its name."""

from __future__ import annotations

from fastapi import Response

from gateway.access.people import EVERYBODY
from gateway.console.desk import SIGN_IN, Desk, Visit
from gateway.console.sessions import COOKIE
from gateway.events import Event, emit

SIGN_OUT = "/console/sign-out"


def add(desk: Desk) -> None:
    """Put it in."""

    @desk.post(SIGN_OUT, *EVERYBODY)
    def _leave(visit: Visit) -> Response:
        desk.sessions.end(visit.request.cookies[COOKIE])
        emit(Event.SIGNED_OUT)
        answer = visit.see(SIGN_IN)
        answer.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="lax")
        return answer
