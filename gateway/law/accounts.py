"""Accounts of people: added, changed, disabled, each with one leaf. A change ends the account's sessions.

The leaf holds the account's id, its partner and its roles; the name stands in the table alone.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Self

from gateway.access.people import Person
from gateway.errors import GatewayError, NotFound
from gateway.law.register import Act
from gateway.ledger.leaf import Operation, Value, leaf
from gateway.store import tables as t
from gateway.store.reading import Reader
from gateway.store.tx import Tx


class AccountDisabled(GatewayError):
    """403: the account was disabled, or is of another way to sign in."""

    code, status = "account.disabled", 403
    title = "This account may not sign in here."
    remedy = "Ask the gateway's administrator to enable it."


class AccountKind(StrEnum):
    """How its holder proves who they are."""

    LOCAL = "local"
    """By a password that is kept here as argon2id."""
    OIDC = "oidc"
    """By the organisation's own sign-in."""


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may sign in."""

    person: Person
    kind: AccountKind
    active: bool
    secret: str | None
    """argon2id of the password; None where the organisation's own sign-in is asked."""

    @classmethod
    def of(cls, row: dict[str, object]) -> Self:
        """Read a row of the table."""
        secret = row["secret"]
        return cls(
            Person.model_validate_json(str(row["body"])),
            AccountKind(str(row["kind"])),
            bool(row["active"]),
            None if secret is None else str(secret),
        )


def accounts(reader: Reader) -> list[Account]:
    """Return every account, by id."""
    return [Account.of(row) for row in reader.accounts()]


def account_of(reader: Reader, account: str) -> Account | None:
    """Return the account of an id; None where there is none."""
    found = reader.accounts(account)
    return Account.of(found[0]) if found else None


def put_account(
    person: Person,
    act: Act,
    now: datetime,
    *,
    kind: AccountKind = AccountKind.LOCAL,
    secret: str | None = None,
) -> Callable[[Tx], None]:
    """Return the job that adds an account, or changes the one that has its id; it may sign in then.

    Args:
        person: Who it is.
        act: Who does it.
        now: When.
        kind: How they prove who they are.
        secret: argon2id of the password; None leaves the known one.
    """

    def job(tx: Tx) -> None:
        known = tx.one(t.ACCOUNT, {"id": person.account})
        values = {
            "kind": kind.value,
            "body": person.model_dump_json(),
            "active": True,
            "secret": secret if secret is not None or known is None else known["secret"],
            "changed": int(now.timestamp()),
        }
        if known is None:
            tx.add(t.ACCOUNT, [{"id": person.account, **values}])
        else:
            tx.change(t.ACCOUNT, {"id": person.account}, values)
            tx.remove(t.SESSION, {"account": person.account})
        _seal(tx, person, act, "added" if known is None else "changed")

    return job


def set_active(account: str, act: Act, now: datetime, *, active: bool) -> Callable[[Tx], None]:
    """Return the job that disables an account and ends its sessions in the same commit, or enables it.

    The job raises:
        NotFound: There is none.
    """

    def job(tx: Tx) -> None:
        known = _known(tx, account)
        changed = {"active": active, "changed": int(now.timestamp())}
        tx.change(t.ACCOUNT, {"id": account}, changed)
        tx.remove(t.SESSION, {"account": account})
        change = "enabled" if active else "disabled"
        _seal(tx, known.person, act, change)

    return job


def change_password(account: str, secret: str, act: Act, now: datetime) -> Callable[[Tx], None]:
    """Return the job that gives a local account another password and ends its sessions.

    The job raises:
        NotFound: There is no local account of this id.
    """

    def job(tx: Tx) -> None:
        known = _known(tx, account)
        if known.kind is not AccountKind.LOCAL:
            raise NotFound
        tx.change(t.ACCOUNT, {"id": account}, {"secret": secret, "changed": int(now.timestamp())})
        tx.remove(t.SESSION, {"account": account})
        _seal(tx, known.person, act, "password")

    return job


def must_be_active(tx: Tx, account: str) -> None:
    """Let an account pass that is not disabled, as of this very commit.

    Raises:
        AccountDisabled: It is.
    """
    row = tx.one(t.ACCOUNT, {"id": account})
    if row is not None and not row["active"]:
        raise AccountDisabled


def _known(tx: Tx, account: str) -> Account:
    row = tx.one(t.ACCOUNT, {"id": account})
    if row is None:
        raise NotFound
    return Account.of(row)


def account_sha256(row: Sequence[object]) -> str:
    """Return the hash by which an account's row stands in the ledger.

    Args:
        row: id, kind, body, active, secret, changed, as the table holds them.
    """
    stored = [int(value) if isinstance(value, bool) else value for value in row]
    return sha256(json.dumps(stored, separators=(",", ":")).encode("utf-8")).hexdigest()


def _seal(tx: Tx, person: Person, act: Act, change: str) -> None:
    row = tx.one(t.ACCOUNT, {"id": person.account}) or {}
    content: dict[str, Value] = {
        "account": person.account,
        "change": change,
        "roles": sorted(person.roles),
        "method": row["kind"],
        "active": bool(row["active"]),
        "content_sha256": account_sha256([row[column.name] for column in t.ACCOUNT.columns]),
    }
    if person.partner is not None:
        content["partner"] = person.partner
    tx.seal(leaf(Operation.ACCOUNT, at=act.stamp, actor=act.actor, nonce=act.nonce, **content))
