"""A file that a page hands over: first a leaf with its hash, then the file."""

from __future__ import annotations

from hashlib import sha256

from fastapi import Response

from gateway.console.desk import Visit
from gateway.ledger.leaf import Operation, leaf


def handed(
    visit: Visit, content: str, name: str, kind: str, about: str, media: str = "text/plain"
) -> Response:
    """Note in the ledger that a file is handed over, and return it.

    Args:
        visit: To whom.
        content: The file.
        name: What it is called.
        kind: What it is, for the ledger: ``proof``, ``certificate``.
        about: What it is about: an id of ours.
        media: Its media type; the encoding is UTF-8.
    """
    act = visit.house.act(visit.person.account)
    signed = leaf(
        Operation.DOCUMENT,
        at=act.stamp,
        actor=act.actor,
        nonce=act.nonce,
        kind=kind,
        content_sha256=sha256(content.encode()).hexdigest(),
        document=about,
        format=media.rpartition("/")[2],
        partner=visit.person.partner,
    )
    visit.house.writer.run(lambda tx: tx.seal(signed))
    return attached(content.encode(), name, f"{media}; charset=utf-8")


def attached(content: bytes, name: str, media: str) -> Response:
    """Return a file as a download that no page can be made of."""
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    }
    return Response(content, 200, headers, media)
