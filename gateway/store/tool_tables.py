"""The table of credentials for tools that know no token: one a person and tool."""

from __future__ import annotations

from sqlalchemy import Column, Table, Text

from gateway.store.metadata import METADATA, Position

TOOL_CREDENTIAL = Table(
    "tool_credential",
    METADATA,
    Column("id", Text, primary_key=True, comment="what the tool gives as its user name"),
    Column("account", Text, nullable=False, comment="whose it is; an id of ours, never a name"),
    Column("partner", Text, nullable=False),
    Column("tool", Text, nullable=False, comment="what it was made for, such as excel"),
    Column("secret_sha256", Text, nullable=False, comment="of 32 random bytes as text"),
    Column("issued", Position, nullable=False, comment="seconds since 1970"),
    Column("expires", Position, nullable=False, comment="seconds since 1970"),
    Column("revoked", Position, comment="seconds since 1970"),
    Column("used_day", Text, comment="the last day on which it was used; working state"),
    comment="read-only credentials for analysis; each issue and revocation is a leaf with the row's hash",
)
