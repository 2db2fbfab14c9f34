"""The first tables.

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

POSITION = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "assertion",
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("jti_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("expires", POSITION, nullable=False),
        sa.PrimaryKeyConstraint("client_id", "jti_sha256"),
        comment="client assertions already used (RFC 7523 §3, jti once)",
    )
    op.create_table(
        "checkpoint",
        sa.Column("size", POSITION, autoincrement=False, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", POSITION, nullable=False),
        sa.PrimaryKeyConstraint("size"),
    )
    op.create_table(
        "delivery",
        sa.Column("subscription", sa.Text(), nullable=False),
        sa.Column("number", POSITION, autoincrement=False, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("at", POSITION, nullable=False),
        sa.PrimaryKeyConstraint("subscription", "number"),
        comment="working state, outside verify; its final states are leaves",
    )
    op.create_table(
        "disclosure",
        sa.Column("subscription", sa.Text(), nullable=False),
        sa.Column("number", POSITION, autoincrement=False, nullable=False),
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("incident", POSITION, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("position", POSITION, nullable=False),
        sa.Column("released_id", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("subscription", "number", "sequence"),
        comment="one incident version, or one notice about it, in one release",
    )
    with op.batch_alter_table("disclosure", schema=None) as batch_op:
        batch_op.create_index("disclosure_incident", ["incident", "subscription"], unique=False)

    op.create_table(
        "feed",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "geography",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("edition", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("loaded_at", POSITION, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("kind", "edition", name="geography_edition"),
    )
    op.create_table(
        "head",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("log_size", POSITION, nullable=False),
        sa.Column("ledger_size", POSITION, nullable=False),
        sa.Column("law_epoch", POSITION, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        comment="one row: how far the log and the ledger go, and which law is in force",
    )
    op.create_table(
        "ledger",
        sa.Column("index", POSITION, autoincrement=False, nullable=False),
        sa.Column("leaf", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("index"),
    )
    op.create_table(
        "ledger_node",
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("index", POSITION, autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "index"),
        comment="hashes of complete subtrees above the leaves (RFC 9162 §2.1)",
    )
    op.create_table(
        "log",
        sa.Column("position", POSITION, autoincrement=False, nullable=False),
        sa.Column("incident", POSITION, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("entry_kind", sa.Text(), nullable=False),
        sa.Column("class_id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", POSITION, nullable=False),
        sa.Column("occurred_from", POSITION, nullable=True),
        sa.Column("occurred_to", POSITION, nullable=True),
        sa.Column("reported", POSITION, nullable=True),
        sa.Column("time_precision", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("typology_area", sa.Text(), nullable=True),
        sa.Column("typology_behaviour", sa.Text(), nullable=True),
        sa.Column("typology_sub_behaviour", sa.Text(), nullable=True),
        sa.Column("mapping_status", sa.Text(), nullable=True),
        sa.Column("point_longitude", sa.Float(), nullable=True),
        sa.Column("point_latitude", sa.Float(), nullable=True),
        sa.Column("lsoa_code", sa.Text(), nullable=True),
        sa.Column("msoa_code", sa.Text(), nullable=True),
        sa.Column("ward_code", sa.Text(), nullable=True),
        sa.Column("district_code", sa.Text(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("content_hmac", sa.LargeBinary(), nullable=True),
        sa.Column("inner_hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("position"),
        comment="append only: versions, retractions; positions are contiguous from 1",
    )
    with op.batch_alter_table("log", schema=None) as batch_op:
        batch_op.create_index("log_incident", ["incident", "version"], unique=False)

    op.create_table(
        "partner",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "protocol",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "record_class",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("canonical_json", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("sha256"),
    )
    op.create_table(
        "sealed",
        sa.Column("position", POSITION, autoincrement=False, nullable=False),
        sa.Column("wrapped_secret", sa.LargeBinary(), nullable=False),
        sa.Column("ciphertext", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("position"),
        comment="the version's secret under the key-encryption key; the sealed half where one is kept",
    )
    op.create_table(
        "snapshot",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("parts", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("sha256"),
        comment="name of each part of the law → SHA-256 of its text",
    )
    op.create_table(
        "snapshot_part",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("sha256"),
    )
    op.create_table(
        "unit_count",
        sa.Column("unit", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("unit", "content"),
        comment="how often a row's content was seen in a unit (a file sent in several pushes)",
    )
    op.create_table(
        "client",
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("partner", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["partner"], ["partner.id"]),
        sa.PrimaryKeyConstraint("client_id"),
        comment="systems that may ask for tokens; a secret is kept as its SHA-256 only",
    )
    op.create_table(
        "geography_area",
        sa.Column("geography", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("wkb", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["geography"], ["geography.id"]),
        sa.PrimaryKeyConstraint("geography", "code"),
    )
    op.create_table(
        "geography_point",
        sa.Column("geography", sa.Integer(), nullable=False),
        sa.Column("longitude", sa.Float(), nullable=False),
        sa.Column("latitude", sa.Float(), nullable=False),
        sa.Column("district", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["geography"], ["geography.id"]),
        sa.PrimaryKeyConstraint("geography", "longitude", "latitude"),
    )
    op.create_table(
        "incident",
        sa.Column("id", POSITION, autoincrement=False, nullable=False),
        sa.Column("feed", sa.Integer(), nullable=False),
        sa.Column("natural_key", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("position", POSITION, nullable=False),
        sa.Column("content_hmac", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("quarter", sa.Text(), nullable=False),
        sa.Column(
            "updated",
            POSITION,
            nullable=True,
            comment="when the source last changed it; orders late arrivals",
        ),
        sa.ForeignKeyConstraint(["feed"], ["feed.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("feed", "natural_key", name="incident_natural_key"),
        comment="where each incident stands; id is the position of its first version",
    )
    op.create_table(
        "push",
        sa.Column("receipt_id", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("feed", sa.Integer(), nullable=False),
        sa.Column("key_hmac", sa.LargeBinary(), nullable=True),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("first_position", POSITION, nullable=True),
        sa.Column("last_position", POSITION, nullable=True),
        sa.Column("leaf", POSITION, nullable=False),
        sa.Column("at", POSITION, nullable=False),
        sa.ForeignKeyConstraint(["feed"], ["feed.id"]),
        sa.PrimaryKeyConstraint("receipt_id"),
        sa.UniqueConstraint("client_id", "key_hmac", name="push_idempotency"),
        sa.UniqueConstraint("leaf"),
    )
    op.create_table(
        "subscription",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("partner", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("decided_to", POSITION, nullable=False),
        sa.Column("last_release", POSITION, nullable=False),
        sa.Column("acknowledged", POSITION, nullable=False),
        sa.Column("pending", POSITION, nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["partner"], ["partner.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "quarantine",
        sa.Column("receipt_id", sa.Text(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("feed", sa.Integer(), nullable=False),
        sa.Column("faults", sa.Text(), nullable=False),
        sa.Column("natural_key", sa.LargeBinary(), nullable=True),
        sa.Column("at", POSITION, nullable=False),
        sa.Column("resolved_at", POSITION, nullable=True),
        sa.ForeignKeyConstraint(["feed"], ["feed.id"]),
        sa.ForeignKeyConstraint(["receipt_id"], ["push.receipt_id"]),
        sa.PrimaryKeyConstraint("receipt_id", "row"),
        comment="row numbers, fields and rules; never a row",
    )
    with op.batch_alter_table("quarantine", schema=None) as batch_op:
        batch_op.create_index("quarantine_key", ["feed", "natural_key"], unique=False)
        batch_op.create_index("quarantine_open", ["feed", "resolved_at"], unique=False)

    op.create_table(
        "release",
        sa.Column("subscription", sa.Text(), nullable=False),
        sa.Column("number", POSITION, autoincrement=False, nullable=False),
        sa.Column("from_position", POSITION, nullable=False),
        sa.Column("to_position", POSITION, nullable=False),
        sa.Column("snapshot", sa.Text(), nullable=False),
        sa.Column("law_epoch", POSITION, nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("at", POSITION, nullable=False),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column("leaf", POSITION, nullable=False),
        sa.ForeignKeyConstraint(["snapshot"], ["snapshot.sha256"]),
        sa.ForeignKeyConstraint(["subscription"], ["subscription.id"]),
        sa.PrimaryKeyConstraint("subscription", "number"),
        sa.UniqueConstraint("leaf"),
    )


def downgrade() -> None:
    op.drop_table("release")
    with op.batch_alter_table("quarantine", schema=None) as batch_op:
        batch_op.drop_index("quarantine_open")
        batch_op.drop_index("quarantine_key")

    op.drop_table("quarantine")
    op.drop_table("subscription")
    op.drop_table("push")
    op.drop_table("incident")
    op.drop_table("geography_point")
    op.drop_table("geography_area")
    op.drop_table("client")
    op.drop_table("unit_count")
    op.drop_table("snapshot_part")
    op.drop_table("snapshot")
    op.drop_table("sealed")
    op.drop_table("record_class")
    op.drop_table("protocol")
    op.drop_table("partner")
    with op.batch_alter_table("log", schema=None) as batch_op:
        batch_op.drop_index("log_incident")

    op.drop_table("log")
    op.drop_table("ledger_node")
    op.drop_table("ledger")
    op.drop_table("head")
    op.drop_table("geography")
    op.drop_table("feed")
    with op.batch_alter_table("disclosure", schema=None) as batch_op:
        batch_op.drop_index("disclosure_incident")

    op.drop_table("disclosure")
    op.drop_table("delivery")
    op.drop_table("checkpoint")
    op.drop_table("assertion")
