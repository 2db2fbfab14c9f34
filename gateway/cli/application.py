"""What a server runs: the interface and the pages, behind the guard."""

from __future__ import annotations

from gateway.access.clients import Scope
from gateway.api.app import create_app, guarded
from gateway.api.service import Service
from gateway.console import app as console
from gateway.console.faults import dressed
from gateway.guard import Guard
from gateway.settings import Settings


def application(service: Service, settings: Settings) -> Guard:
    """Return interface and pages as one application, behind its guard."""

    def signed_in(authorization: str | None) -> bool:
        access = service.verifier.verify_header(authorization)
        service.quota(access.partner)
        return Scope.FEED_WRITE in access.scopes

    app = create_app(service)
    pages = console.install(app, service.house, settings, signed_in=signed_in)
    return guarded(app, settings, dress=dressed(pages), form=console.TRY)
