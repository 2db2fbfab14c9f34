"""The tables of people who sign in: accounts, sessions, sign-ins under way.

Each change of an account is a leaf with the row's hash; the other four are working state, outside verify.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Integer, LargeBinary, Table, Text

from gateway.store.metadata import METADATA, Position

ACCOUNT = Table(
    "account",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False, comment="local or oidc"),
    Column("body", Text, nullable=False, comment="who it is (gateway.access.people.Person)"),
    Column("active", Boolean, nullable=False),
    Column("secret", Text, comment="argon2id of a local account's password, with its parameters"),
    Column("changed", Position, nullable=False, comment="seconds since 1970"),
    comment="people who may sign in: local accounts, and whoever came from the organisation's own",
)

SESSION = Table(
    "session",
    METADATA,
    Column("id_sha256", LargeBinary, primary_key=True),
    Column("account", Text, nullable=False, index=True),
    Column("body", Text, nullable=False),
    Column("began", Position, nullable=False, comment="seconds since 1970"),
    Column("seen", Position, nullable=False, comment="seconds since 1970"),
    comment="who is signed in (gateway.access.people.Person); of the cookie only its SHA-256",
)

SIGN_IN = Table(
    "sign_in",
    METADATA,
    Column("id_sha256", LargeBinary, primary_key=True),
    Column("body", Text, nullable=False, comment="state, nonce and PKCE verifier"),
    Column("began", Position, nullable=False, comment="seconds since 1970"),
    comment="browsers sent to the organisation's own sign-in and not back yet; each is used once",
)

SIGN_IN_FAILURE = Table(
    "sign_in_failure",
    METADATA,
    Column("key_sha256", LargeBinary, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("last", Position, nullable=False, comment="seconds since 1970"),
    comment="sign-ins that failed, by account and by address, as hashes; what the throttle counts",
)

FORM_SENT = Table(
    "form_sent",
    METADATA,
    Column(
        "key_sha256", LargeBinary, primary_key=True, comment="of the account and the form's word"
    ),
    Column("at", Position, nullable=False, comment="seconds since 1970"),
    Column("location", Text, nullable=False, comment="where it led; empty while it is carried out"),
    comment="forms that were sent, for eight hours: a second sending is shown what came of the first",
)
