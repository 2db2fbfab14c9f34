"""Receiving what the gateway pushes: signatures by Standard Webhooks, ``v1`` (HMAC) and ``v1a`` (Ed25519).

Header ``webhook-signature`` holds one signature or several, blanks between; one good one under a key that
the receiver holds is enough, so that keys can be changed. Signed is ``id.timestamp.body``.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from gateway.client.answers import ClientError
from gateway.client.pages import Page, read_page
from gateway.clock import Clock

TOLERANCE_SECONDS = 300
"""How far the sender's timestamp may be from the receiver's clock (Standard Webhooks)."""

SECRET, PUBLIC = "whsec_", "whpk_"


class SignatureRefused(ClientError):
    """What arrived is not signed by a key that the receiver holds, or is too old. Answer 401 or 400."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"The delivery is refused: {what}.",
            "Check the receiver's clock and its keys (`gateway endpoint`); do not read the body.",
        )


@dataclass(frozen=True, slots=True)
class Receiver:
    """Checks and reads deliveries.

    ``keys`` are the texts that the gateway's operator handed over: ``whsec_…`` for v1, ``whpk_…`` for v1a;
    during a change of keys the old one and the new one.
    """

    keys: tuple[str, ...]
    clock: Clock

    def receive(self, headers: Mapping[str, str], body: bytes) -> Page:
        """Check a delivery and read it. Answer 2xx when the page is kept: that acknowledges it.

        A delivery may come twice, under the same ``webhook-id``; ``Holdings`` takes that.

        Args:
            headers: Of the request; names in any case.
            body: As it arrived, byte by byte.

        Raises:
            SignatureRefused: It is not from the gateway, or not from now.
            PageBroken: It is signed, and is no page.
        """
        named = {name.lower(): value for name, value in headers.items()}
        self.check(named, body)
        return read_page(body, named.get("content-type", ""))

    def check(self, named: Mapping[str, str], body: bytes) -> str:
        """Check a delivery's signature; return its ``webhook-id``.

        Args:
            named: Headers by lower-case name.
            body: As it arrived.

        Raises:
            SignatureRefused: As ``receive``.
        """
        found = [named.get(f"webhook-{name}", "") for name in ("id", "timestamp", "signature")]
        message_id, stamp, signatures = found
        if not all(found) or not stamp.isascii() or not stamp.isdigit():
            raise SignatureRefused("its headers are not whole")
        if abs(self.clock.now().timestamp() - int(stamp)) > TOLERANCE_SECONDS:
            raise SignatureRefused("its time is too far from ours")
        signed = f"{message_id}.{stamp}.".encode() + body
        given = [one.partition(",") for one in signatures.split(" ")]
        if not any(
            _is_by(key, version, text, signed) for key in self.keys for version, _, text in given
        ):
            raise SignatureRefused("no signature is by a key that we hold")
        return message_id


def _is_by(key: str, version: str, text: str, signed: bytes) -> bool:
    """Whether a signature is by a key; one of another kind, or malformed, is not."""
    try:
        signature = base64.b64decode(text, validate=True)
        if key.startswith(SECRET) and version == "v1":
            secret = base64.b64decode(key.removeprefix(SECRET), validate=True)
            return hmac.compare_digest(hmac.digest(secret, signed, "sha256"), signature)
        if key.startswith(PUBLIC) and version == "v1a":
            public = base64.b64decode(key.removeprefix(PUBLIC), validate=True)
            Ed25519PublicKey.from_public_bytes(public).verify(signature, signed)
            return True
    except (binascii.Error, ValueError, InvalidSignature):
        return False
    return False
