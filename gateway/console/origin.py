"""Who may send a form: only our own page, in a browser that says so."""

from __future__ import annotations

from urllib.parse import urlsplit

from fastapi import Request

from gateway.errors import GatewayError


class OtherOrigin(GatewayError):
    """403: another site's page sent the form, or nobody says whose it was."""

    code, status = "console.other_origin", 403
    title = "The form was not sent from a page of this gateway."
    remedy = "Open the gateway's own page and send the form from there."


def own_page_only(request: Request) -> None:
    """Let a form pass that a page of ours sent.

    ``Sec-Fetch-Site`` is set by the browser and by no page; where a browser is too old for it, ``Origin``
    must name the host that was asked.

    Raises:
        OtherOrigin: It was sent from elsewhere, or neither header stands.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        if site != "same-origin":
            raise OtherOrigin
        return
    origin = urlsplit(request.headers.get("origin", ""))
    if not origin.netloc or origin.netloc != request.headers.get("host"):
        raise OtherOrigin
