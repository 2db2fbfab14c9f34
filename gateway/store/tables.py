"""The tables. One start for both engines; changed by migration and decision record only."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
)

from gateway.store.anchor_tables import ANCHOR
from gateway.store.cell_tables import KEPT_BACK
from gateway.store.consultation_tables import CONSULTATION, CONSULTED
from gateway.store.correction_tables import CORRECTION_STEP
from gateway.store.count_tables import (
    GEOGRAPHY_POPULATION,
    PLACE_COUNT,
    ROLLUP,
    ROLLUP_CHANGE,
    ROLLUP_HOUR,
    UNIT_COUNT,
)
from gateway.store.edition_tables import EDITION
from gateway.store.endpoint_tables import ENDPOINT, WEBHOOK_KEY, WEBHOOK_SECRET
from gateway.store.log_order import index_orders
from gateway.store.metadata import (
    IS_CORRECTION,
    IS_ERASED,
    METADATA,
    Position,
    partial_index,
)
from gateway.store.people_tables import ACCOUNT, FORM_SENT, SESSION, SIGN_IN, SIGN_IN_FAILURE
from gateway.store.place_tables import (
    GEOGRAPHY,
    GEOGRAPHY_AREA,
    GEOGRAPHY_DOCUMENT,
    GEOGRAPHY_POINT,
    GEOGRAPHY_POSTCODE,
)
from gateway.store.policy_tables import POLICY_BUNDLE
from gateway.store.proceeding_tables import PROCEEDING_STEP
from gateway.store.request_tables import DISCLOSURE_REQUEST, DISCLOSURE_REQUEST_STEP
from gateway.store.retention_tables import RETENTION_ERASED, RETENTION_HELD, RETENTION_HOLD
from gateway.store.return_tables import RETURN_FILE, RETURN_ROW, RETURN_TABLE
from gateway.store.signal_tables import MATCHING_MARK, SIGNAL, SIGNAL_RECORD, SIGNAL_STEP
from gateway.store.simulation_tables import SIMULATION_JOB
from gateway.store.subject_case_tables import SUBJECT_CASE_STEP
from gateway.store.subject_tables import SUBJECT_INDEX, SUBJECT_KEY
from gateway.store.tool_tables import TOOL_CREDENTIAL

__all__ = [
    "ACCOUNT",
    "ANCHOR",
    "CONSULTATION",
    "CONSULTED",
    "CORRECTION_STEP",
    "DISCLOSURE_REQUEST",
    "DISCLOSURE_REQUEST_STEP",
    "EDITION",
    "ENDPOINT",
    "FORM_SENT",
    "GEOGRAPHY",
    "GEOGRAPHY_AREA",
    "GEOGRAPHY_DOCUMENT",
    "GEOGRAPHY_POINT",
    "GEOGRAPHY_POPULATION",
    "GEOGRAPHY_POSTCODE",
    "KEPT_BACK",
    "MATCHING_MARK",
    "METADATA",
    "PLACE_COUNT",
    "POLICY_BUNDLE",
    "PROCEEDING_STEP",
    "RETENTION_ERASED",
    "RETENTION_HELD",
    "RETENTION_HOLD",
    "RETURN_FILE",
    "RETURN_ROW",
    "RETURN_TABLE",
    "ROLLUP",
    "ROLLUP_CHANGE",
    "ROLLUP_HOUR",
    "SESSION",
    "SIGNAL",
    "SIGNAL_RECORD",
    "SIGNAL_STEP",
    "SIGN_IN",
    "SIGN_IN_FAILURE",
    "SIMULATION_JOB",
    "SUBJECT_CASE_STEP",
    "SUBJECT_INDEX",
    "SUBJECT_KEY",
    "TOOL_CREDENTIAL",
    "UNIT_COUNT",
    "WEBHOOK_KEY",
    "WEBHOOK_SECRET",
    "Position",
]

HEAD = Table(
    "head",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("log_size", Position, nullable=False),
    Column("ledger_size", Position, nullable=False),
    Column("law_epoch", Position, nullable=False),
    comment="one row: how far the log and the ledger go, and which law is in force",
)

PARTNER = Table(
    "partner",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("body", Text, nullable=False),
)

PROTOCOL = Table(
    "protocol",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("body", Text, nullable=False),
)

AGREEMENT = Table(
    "agreement",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("body", Text, nullable=False),
)

CLIENT = Table(
    "client",
    METADATA,
    Column("client_id", Text, primary_key=True),
    Column("partner", Text, ForeignKey("partner.id"), nullable=False),
    Column("body", Text, nullable=False),
    comment="systems that may ask for tokens; a secret is kept as its SHA-256 only",
)

ASSERTION = Table(
    "assertion",
    METADATA,
    Column("client_id", Text, primary_key=True),
    Column("jti_sha256", LargeBinary, primary_key=True),
    Column("expires", Position, nullable=False),
    comment="client assertions already used (RFC 7523 §3, jti once)",
)

FEED = Table(
    "feed",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("body", Text, nullable=False),
)

RECORD_CLASS = Table(
    "record_class",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("sha256", LargeBinary, nullable=False, unique=True),
    Column("canonical_json", Text, nullable=False),
)

INCIDENT = Table(
    "incident",
    METADATA,
    Column("id", Position, primary_key=True, autoincrement=False),
    Column("feed", Integer, ForeignKey("feed.id"), nullable=False),
    Column("natural_key", LargeBinary, nullable=False),
    Column("version", Integer, nullable=False),
    Column("position", Position, nullable=False),
    Column("content_hmac", LargeBinary, nullable=False),
    Column("state", Text, nullable=False),
    Column("quarter", Text, nullable=False),
    Column("updated", Position, comment="when the source last changed it; orders late arrivals"),
    UniqueConstraint("feed", "natural_key", name="incident_natural_key"),
    partial_index("incident_erased", "feed", where=IS_ERASED),
    comment="where each incident stands; id is the position of its first version",
)

LOG = Table(
    "log",
    METADATA,
    Column("position", Position, primary_key=True, autoincrement=False),
    Column("incident", Position, nullable=False),
    Column("version", Integer, nullable=False),
    Column("entry_kind", Text, nullable=False),
    Column("class_id", Integer, nullable=False),
    Column("recorded_at", Position, nullable=False),
    Column("occurred_from", Position),
    Column("occurred_to", Position),
    Column("reported", Position),
    Column("time_precision", Text),
    Column("kind", Text),
    Column("typology_area", Text),
    Column("typology_behaviour", Text),
    Column("typology_sub_behaviour", Text),
    Column("mapping_status", Text),
    Column("point_longitude", Float),
    Column("point_latitude", Float),
    Column("lsoa_code", Text),
    Column("msoa_code", Text),
    Column("ward_code", Text),
    Column("district_code", Text),
    Column("detail", Text),
    Column("reason", Text),
    Column("repeat_at_place", Text),
    Column("content_hmac", LargeBinary),
    Column("inner_hash", LargeBinary, nullable=False),
    Index("log_incident", "incident", "version"),
    partial_index("log_corrections", "position", where=IS_CORRECTION),
    partial_index("log_corrected", "incident", "position", where=IS_CORRECTION),
    comment="append only: versions, and what happened to them; positions are contiguous from 1",
)
index_orders(LOG)

SEALED = Table(
    "sealed",
    METADATA,
    Column("position", Position, primary_key=True, autoincrement=False),
    Column("wrapped_secret", LargeBinary, nullable=False),
    Column("ciphertext", LargeBinary),
    comment="the version's secret under the key-encryption key; the sealed half where one is kept",
)

PUSH = Table(
    "push",
    METADATA,
    Column("receipt_id", Text, primary_key=True),
    Column("client_id", Text, nullable=False),
    Column("feed", Integer, ForeignKey("feed.id"), nullable=False),
    Column("key_hmac", LargeBinary),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("answer", Text, nullable=False),
    Column("first_position", Position),
    Column("last_position", Position),
    Column("leaf", Position, nullable=False, unique=True),
    Column("at", Position, nullable=False),
    UniqueConstraint("client_id", "key_hmac", name="push_idempotency"),
)

QUESTION = Table(
    "question",
    METADATA,
    Column("id", Position, primary_key=True),
    Column("feed", Integer, ForeignKey("feed.id"), nullable=False),
    Column("incident", Position, nullable=False),
    Column("receipt_id", Text, ForeignKey("push.receipt_id"), nullable=False),
    Column("asks", Text, nullable=False, comment="absent-from-full-extract"),
    Column("raised_at", Position, nullable=False),
    Column("answered_at", Position),
    Column("answer", Text),
    Index("question_open", "feed", "answered_at"),
    comment="what a full extract leaves open; never a deletion",
)

HOLD = Table(
    "hold",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("body", Text, nullable=False),
    Column("at", Position, nullable=False),
    comment="while one stands nothing is released; a lifted one is kept, with who lifted it",
)

QUARANTINE = Table(
    "quarantine",
    METADATA,
    Column("receipt_id", Text, ForeignKey("push.receipt_id"), primary_key=True),
    Column("row", Integer, primary_key=True),
    Column("feed", Integer, ForeignKey("feed.id"), nullable=False),
    Column("faults", Text, nullable=False),
    Column("natural_key", LargeBinary),
    Column("at", Position, nullable=False),
    Column("resolved_at", Position),
    Index("quarantine_open", "feed", "resolved_at"),
    Index("quarantine_key", "feed", "natural_key"),
    comment="row numbers, fields and rules; never a row",
)

LEDGER = Table(
    "ledger",
    METADATA,
    Column("index", Position, primary_key=True, autoincrement=False),
    Column("leaf", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)

LEDGER_NODE = Table(
    "ledger_node",
    METADATA,
    Column("level", Integer, primary_key=True, autoincrement=False),
    Column("index", Position, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary, nullable=False),
    comment="hashes of complete subtrees above the leaves (RFC 9162 §2.1)",
)

CHECKPOINT = Table(
    "checkpoint",
    METADATA,
    Column("size", Position, primary_key=True, autoincrement=False),
    Column("note", Text, nullable=False),
    Column("at", Position, nullable=False),
)

SNAPSHOT = Table(
    "snapshot",
    METADATA,
    Column("sha256", Text, primary_key=True),
    Column("parts", Text, nullable=False),
    comment="name of each part of the law → SHA-256 of its text",
)

SNAPSHOT_PART = Table(
    "snapshot_part",
    METADATA,
    Column("sha256", Text, primary_key=True),
    Column("text", Text, nullable=False),
)

SUBSCRIPTION = Table(
    "subscription",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("partner", Text, ForeignKey("partner.id"), nullable=False),
    Column("body", Text, nullable=False),
    Column("decided_to", Position, nullable=False),
    Column("last_release", Position, nullable=False),
    Column("acknowledged", Position, nullable=False),
    Column("pending", Position),
    Column("row_version", Integer, nullable=False),
    Column(
        "lease_owner", Text, comment="the worker that sends for it; judged by the database clock"
    ),
    Column("lease_until", Position, comment="milliseconds since 1970 by the database clock"),
)

RELEASE = Table(
    "release",
    METADATA,
    Column("subscription", Text, ForeignKey("subscription.id"), primary_key=True),
    Column("number", Position, primary_key=True, autoincrement=False),
    Column("from_position", Position, nullable=False),
    Column("to_position", Position, nullable=False),
    Column("snapshot", Text, ForeignKey("snapshot.sha256"), nullable=False),
    Column("law_epoch", Position, nullable=False),
    Column("day", Text, nullable=False),
    Column("at", Position, nullable=False),
    Column("counts", Text, nullable=False),
    Column("content_hash", LargeBinary, nullable=False),
    Column("leaf", Position, nullable=False, unique=True),
)

DISCLOSURE = Table(
    "disclosure",
    METADATA,
    Column("subscription", Text, primary_key=True),
    Column("number", Position, primary_key=True, autoincrement=False),
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("incident", Position, nullable=False),
    Column("version", Integer, nullable=False),
    Column("position", Position, nullable=False),
    Column("released_id", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("reason", Text),
    Index("disclosure_incident", "incident", "subscription"),
    comment="one incident version, or one notice about it, in one release",
)

DELIVERY = Table(
    "delivery",
    METADATA,
    Column("subscription", Text, primary_key=True),
    Column("number", Position, primary_key=True, autoincrement=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("at", Position, nullable=False),
    Column("next_at", Position, comment="when it is tried again, seconds since 1970"),
    Column("first_tried_at", Position),
    Column("outcome", Text, comment="code of the last attempt's outcome, such as http-503"),
    comment="working state, outside verify; its final states are leaves",
)
