"""The whole journey: agreements, endpoints, questions, roll-ups, postcodes, holds, leases.

Revision ID: 0002
Revises: 0001
"""

from collections import Counter
from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

POSITION = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

LONDON = ZoneInfo("Europe/London")
AREAS = ("lsoa_code", "msoa_code", "ward_code", "district_code")

PARTIAL_INDEXES = (
    ("incident_erased", "incident", ["feed"], "state = 'erased'"),
    ("log_corrections", "log", ["position"], "entry_kind <> 'recorded'"),
    ("rollup_empty", "rollup", ["class_id"], "number = 0"),
    ("log_corrected", "log", ["incident", "position"], "entry_kind <> 'recorded'"),
)


def upgrade() -> None:
    # --- the law
    op.create_table(
        "agreement",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", "version"),
    )
    op.create_table(
        "hold",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("at", POSITION, nullable=False),
        sa.PrimaryKeyConstraint("name"),
        comment="while a row stands nothing is released, until an operator lifts it",
    )
    # --- delivery
    op.add_column("subscription", sa.Column("lease_owner", sa.Text(), nullable=True))
    op.add_column("subscription", sa.Column("lease_until", POSITION, nullable=True))
    op.add_column("delivery", sa.Column("next_at", POSITION, nullable=True))
    op.add_column("delivery", sa.Column("first_tried_at", POSITION, nullable=True))
    op.add_column("delivery", sa.Column("outcome", sa.Text(), nullable=True))
    op.create_table(
        "endpoint",
        sa.Column("subscription", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False, comment="active, paused, disabled"),
        sa.Column("failing_since", POSITION, nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("opens_at", POSITION, nullable=True, comment="until when the breaker is open"),
        sa.Column("replay_next", POSITION, nullable=True),
        sa.Column("replay_to", POSITION, nullable=True),
        sa.ForeignKeyConstraint(["subscription"], ["subscription.id"]),
        sa.PrimaryKeyConstraint("subscription"),
        comment="where a push subscription is sent; working state beside what an operator set",
    )
    op.create_table(
        "webhook_secret",
        sa.Column("subscription", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", POSITION, nullable=False),
        sa.Column("expires_at", POSITION, nullable=True),
        sa.ForeignKeyConstraint(["subscription"], ["subscription.id"]),
        sa.PrimaryKeyConstraint("subscription", "number"),
        comment="Standard Webhooks secrets under the key-encryption key",
    )
    op.create_table(
        "webhook_key",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("created_at", POSITION, nullable=False),
        sa.Column("expires_at", POSITION, nullable=True),
        sa.PrimaryKeyConstraint("number"),
        comment="which of the key ring's webhook signing keys are in use",
    )
    # --- intake
    op.create_table(
        "question",
        sa.Column("id", POSITION, nullable=False),
        sa.Column("feed", sa.Integer(), nullable=False),
        sa.Column("incident", POSITION, nullable=False),
        sa.Column("receipt_id", sa.Text(), nullable=False),
        sa.Column("asks", sa.Text(), nullable=False, comment="absent-from-full-extract"),
        sa.Column("raised_at", POSITION, nullable=False),
        sa.Column("answered_at", POSITION, nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["feed"], ["feed.id"]),
        sa.ForeignKeyConstraint(["receipt_id"], ["push.receipt_id"]),
        sa.PrimaryKeyConstraint("id"),
        comment="what a full extract leaves open; never a deletion",
    )
    op.create_index("question_open", "question", ["feed", "answered_at"])
    op.create_table(
        "place_count",
        sa.Column("quarter", sa.Text(), nullable=False, comment="of the incidents' first report"),
        sa.Column("place", sa.LargeBinary(), nullable=False),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("quarter", "place"),
        comment="how many incidents a keyed, unnamed place of one feed had in one quarter",
    )
    op.add_column("log", sa.Column("repeat_at_place", sa.Text(), nullable=True))
    op.create_table(
        "rollup",
        sa.Column("class_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("sub_behaviour", sa.Text(), nullable=False),
        *[sa.Column(area, sa.Text(), nullable=False) for area in AREAS],
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("class_id", "month", "sub_behaviour", *AREAS),
        comment="how many current, live versions there are; kept in the recording transaction",
    )
    op.create_index("rollup_month", "rollup", ["month", "district_code"])
    # --- places
    op.add_column("geography", sa.Column("notes", sa.Text(), nullable=True))
    op.add_column("geography_point", sa.Column("addresses", sa.Integer(), nullable=True))
    op.create_table(
        "geography_postcode",
        sa.Column("geography", sa.Integer(), nullable=False),
        sa.Column("postcode", sa.Text(), nullable=False),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.Column("latitude", sa.Float(), nullable=True),
        *[sa.Column(area, sa.Text(), nullable=True) for area in AREAS],
        sa.ForeignKeyConstraint(["geography"], ["geography.id"]),
        sa.PrimaryKeyConstraint("geography", "postcode"),
    )
    # --- corrections
    for name, table, columns, condition in PARTIAL_INDEXES:
        where = sa.text(condition)
        op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)
    _count_what_stands()


def _count_what_stands() -> None:
    """Fill the roll-ups from the log as it is."""
    counted: Counter[tuple[object, ...]] = Counter()
    rows = op.get_bind().execute(
        sa.text(
            "SELECT l.class_id, coalesce(l.reported, l.occurred_from), l.typology_sub_behaviour, "
            "l.lsoa_code, l.msoa_code, l.ward_code, l.district_code FROM incident i "
            "JOIN log l ON l.position = i.position WHERE i.state = 'live'"
        )
    )
    for class_id, at, *texts in rows:
        month = "" if at is None else datetime.fromtimestamp(at, LONDON).strftime("%Y-%m")
        counted[(class_id, month, *(text or "" for text in texts))] += 1
    names = ("class_id", "month", "sub_behaviour", *AREAS, "number")
    cells = [dict(zip(names, (*cell, number), strict=True)) for cell, number in counted.items()]
    if cells:
        op.bulk_insert(sa.table("rollup", *map(sa.column, names)), cells)


def downgrade() -> None:
    for name, table, _, _ in PARTIAL_INDEXES:
        op.drop_index(name, table)
    for table in ("geography_postcode", "rollup", "place_count", "question"):
        op.drop_table(table)
    for table in ("webhook_key", "webhook_secret", "endpoint", "hold", "agreement"):
        op.drop_table(table)
    for table, column in (
        ("geography_point", "addresses"),
        ("geography", "notes"),
        ("log", "repeat_at_place"),
        ("delivery", "outcome"),
        ("delivery", "first_tried_at"),
        ("delivery", "next_at"),
        ("subscription", "lease_until"),
        ("subscription", "lease_owner"),
    ):
        with op.batch_alter_table(table) as changed:
            changed.drop_column(column)
