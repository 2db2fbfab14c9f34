"""Credentials for tools that know no token, such as Excel and QGIS: one a person and tool, read-only.

Each opens the questions of analysis by HTTP Basic, and nothing else. It ends by itself, by revocation, and
with its person's account. Of the password a SHA-256 is kept: it is 32 random bytes, which nobody searches.
"""

from __future__ import annotations

import base64
import hmac
import json
import re
from binascii import Error as NotBase64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Self

from gateway.access.clients import Scope, hash_secret, new_secret
from gateway.access.verify import Access
from gateway.clock import Clock, london_day
from gateway.errors import GatewayError, NotAuthenticated, NotFound, ToolThrottled
from gateway.law.accounts import account_of
from gateway.law.register import Act
from gateway.law.throttle import Throttle
from gateway.ledger.leaf import Operation, leaf, stamp
from gateway.store import tables as t
from gateway.store.reading import Reader
from gateway.store.tx import Tx
from gateway.store.writer import Writer
from schemas.partners import Partner

SCOPES = frozenset({Scope.ANALYSIS_READ})
"""What a credential opens, whatever its person may open."""
TOOL = re.compile(r"[a-z][a-z-]{0,30}")
"""What a tool may be called."""
_ID = re.compile(r"tool-[a-p]{24}")
_LONGEST_HEADER = 512
_DAY = timedelta(days=1)


class CredentialRefused(GatewayError):
    """409: nobody may have such a credential."""

    code, status = "tool_credential.refused", 409
    title = (
        "A credential is for an active account that acts for a partner, lives a limited time, and its tool"
        " has a name of small letters."
    )
    remedy = "See `gateway account list`, and GATEWAY_TOOL_CREDENTIAL_DAYS for the longest life."


@dataclass(frozen=True, slots=True)
class ToolCredential:
    """One credential, without its password."""

    id: str
    account: str
    partner: str
    tool: str
    issued: datetime
    expires: datetime
    revoked: datetime | None
    used_day: str | None
    """The last day on which it was used, in Europe/London."""

    @classmethod
    def of(cls, row: dict[str, Any]) -> Self:
        """Read a row of the table."""
        revoked = row["revoked"]
        return cls(
            row["id"],
            row["account"],
            row["partner"],
            row["tool"],
            datetime.fromtimestamp(row["issued"], UTC),
            datetime.fromtimestamp(row["expires"], UTC),
            None if revoked is None else datetime.fromtimestamp(revoked, UTC),
            row["used_day"],
        )

    def works(self, now: datetime) -> bool:
        """Whether it is neither revoked nor over."""
        return self.revoked is None and now < self.expires


@dataclass(frozen=True, slots=True)
class Issued:
    """A new credential; the password is shown once and kept nowhere."""

    credential: ToolCredential
    password: str


def issue(
    reader: Reader,
    writer: Writer,
    account: str,
    tool: str,
    days: int,
    *,
    longest: int,
    act: Act,
    now: datetime,
    random: Callable[[int], bytes],
) -> Issued:
    """Issue a credential for a person's tool, with one leaf.

    Args:
        reader: The store.
        writer: The store.
        account: Whose; the account must be active and act for a partner.
        tool: What for, such as ``excel``.
        days: How long it lives.
        longest: How long one may live (``Settings.tool_credential_days``).
        act: Who issues it.
        now: When.
        random: Where its name and password come from.

    Raises:
        CredentialRefused: There is no such account, or it lives too long, or the tool is called oddly.
    """
    known = account_of(reader, account)
    partner = None if known is None or not known.active else known.person.partner
    if partner is None or not 0 < days <= longest or not TOOL.fullmatch(tool):
        raise CredentialRefused
    password, digest = new_secret(random)
    row = {
        "id": _name(random(12)),
        "account": account,
        "partner": partner,
        "tool": tool,
        "secret_sha256": digest,
        "issued": int(now.timestamp()),
        "expires": int((now + days * _DAY).timestamp()),
        "revoked": None,
        "used_day": None,
    }

    def job(tx: Tx) -> None:
        tx.add(t.TOOL_CREDENTIAL, [row])
        _seal(tx, row, act, "issued")

    writer.run(job)
    return Issued(ToolCredential.of(row), password)


def _name(drawn: bytes) -> str:
    """Return a name of letters alone, so that nothing in it reads as a number of somebody's."""
    return "tool-" + "".join(chr(97 + half) for byte in drawn for half in (byte >> 4, byte & 15))


def revoke(name: str, act: Act, now: datetime, account: str | None = None) -> Callable[[Tx], None]:
    """Return the job that revokes a credential; one that is revoked already stays as it is.

    Args:
        name: Its id.
        act: Who revokes it.
        now: When.
        account: Whose it must be; None: anybody's.

    The job raises:
        NotFound: There is none of this id, or it is somebody else's.
    """

    def job(tx: Tx) -> None:
        row = tx.one(t.TOOL_CREDENTIAL, {"id": name})
        if row is None or account not in {None, row["account"]}:
            raise NotFound
        if row["revoked"] is None:
            row["revoked"] = int(now.timestamp())
            tx.change(t.TOOL_CREDENTIAL, {"id": name}, {"revoked": row["revoked"]})
            _seal(tx, row, act, "revoked")

    return job


def working(tx: Tx, partner: str) -> list[str]:
    """Return the ids of a partner's credentials that are not revoked, within a transaction."""
    rows = tx.every(t.TOOL_CREDENTIAL, {"partner": partner})
    return [row["id"] for row in rows if row["revoked"] is None]


def tool_credentials(reader: Reader, account: str | None = None) -> list[ToolCredential]:
    """Return every credential, newest first, or an account's."""
    return [ToolCredential.of(row) for row in reader.tool_credentials(account=account)]


def _seal(tx: Tx, row: dict[str, Any], act: Act, change: str) -> None:
    tx.seal(
        leaf(
            Operation.TOOL_CREDENTIAL,
            at=act.stamp,
            actor=act.actor,
            nonce=act.nonce,
            client=row["id"],
            account=row["account"],
            partner=row["partner"],
            tool=row["tool"],
            change=change,
            scopes=sorted(SCOPES),
            expires_at=stamp(datetime.fromtimestamp(row["expires"], UTC)),
            content_sha256=credential_sha256([row[name] for name in _HASHED]),
        )
    )


_HASHED = tuple(column.name for column in t.TOOL_CREDENTIAL.columns if column.name != "used_day")


def credential_sha256(row: Sequence[object]) -> str:
    """Return the hash by which a credential's row stands in the ledger.

    Args:
        row: Every column but ``used_day``, in the table's order.
    """
    return sha256(json.dumps(list(row), separators=(",", ":")).encode("utf-8")).hexdigest()


@dataclass(frozen=True, slots=True)
class ToolAccess:
    """Reads the header Authorization of a tool."""

    reader: Reader
    writer: Writer
    clock: Clock
    throttle: Throttle

    def verify(self, authorization: str, address: str) -> Access:
        """Read the value of an ``Authorization`` header of the scheme Basic (RFC 7617).

        Args:
            authorization: As it came.
            address: From where, for the throttle.

        Raises:
            NotAuthenticated: Whatever is wrong with it; which, is not said.
            ToolThrottled: Too many wrong ones came of this name or address.
        """
        name, password = _read(authorization)
        if not self.throttle.lets_try(name, address):
            raise ToolThrottled
        now = self.clock.now()
        found = self.reader.tool_credentials(name) if _ID.fullmatch(name) else []
        row = found[0] if found else None
        kept = "" if row is None else row["secret_sha256"]
        is_right = hmac.compare_digest(hash_secret(password), kept)
        credential = None if row is None else ToolCredential.of(row)
        if credential is None or not is_right:
            self.throttle.failed(name, address)
            raise NotAuthenticated
        if not credential.works(now) or not self._may(credential):
            raise NotAuthenticated
        self.throttle.forgive(name)
        self._used(credential)
        return Access(credential.id, credential.partner, SCOPES, credential.expires)

    def _may(self, credential: ToolCredential) -> bool:
        """Whether its person's account is active still, for the same partner, which is on the register."""
        known = account_of(self.reader, credential.account)
        if known is None or not known.active or known.person.partner != credential.partner:
            return False
        body = self.reader.bodies("partner").get(credential.partner)
        return body is not None and Partner.model_validate_json(body).covers(london_day(self.clock))

    def _used(self, credential: ToolCredential) -> None:
        day = london_day(self.clock).isoformat()
        if credential.used_day != day:
            where = {"id": credential.id}
            self.writer.run(lambda tx: tx.change(t.TOOL_CREDENTIAL, where, {"used_day": day}))


def _read(authorization: str) -> tuple[str, str]:
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic" or len(authorization) > _LONGEST_HEADER:
        raise NotAuthenticated
    try:
        name, colon, password = (
            base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
        )
    except (NotBase64, ValueError):
        raise NotAuthenticated from None
    if not colon:
        raise NotAuthenticated
    return name, password
