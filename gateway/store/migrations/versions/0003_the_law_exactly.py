"""The law, exactly: returns, cells, editions, bundles, retention.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

POSITION = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add what the law needs, one function a capability."""
    _add_returns()
    _add_policy_bundles()
    _add_cells()
    _add_editions()
    _add_retention()


def downgrade() -> None:
    """Take it away again, in reverse."""
    op.drop_table("edition")
    _drop_retention()
    op.drop_table("policy_bundle")
    op.drop_table("kept_back")
    _drop_returns()


def _add_returns() -> None:
    """Section 17A returns: files and rows."""
    op.create_table(
        "return_file",
        sa.Column("leaf", POSITION, autoincrement=False, nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("quarter", sa.Text(), nullable=False),
        sa.Column("paragraph", sa.Integer(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("snapshot", sa.Text(), nullable=False),
        sa.Column("law_epoch", POSITION, nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("log_size", POSITION, nullable=False),
        sa.Column("at", POSITION, nullable=False),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("handed_at", POSITION, nullable=True),
        sa.Column("handed_hash", sa.LargeBinary(), nullable=True),
        sa.Column("acknowledged_at", POSITION, nullable=True),
        sa.ForeignKeyConstraint(["snapshot"], ["snapshot.sha256"]),
        sa.PrimaryKeyConstraint("leaf"),
        sa.UniqueConstraint("holder", "recipient", "quarter", "paragraph", name="return_file_once"),
    )
    op.create_table(
        "return_row",
        sa.Column("leaf", POSITION, autoincrement=False, nullable=False),
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("incident", POSITION, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("position", POSITION, nullable=False),
        sa.Column("row_id", sa.Text(), nullable=False),
        sa.Column("change", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("leaf", "sequence"),
    )
    op.create_index("return_row_incident", "return_row", ["incident"])
    op.create_table(
        "return_table",
        sa.Column("leaf", POSITION, autoincrement=False, nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("quarter", sa.Text(), nullable=False),
        sa.Column("paragraph", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("at", POSITION, nullable=False),
        sa.PrimaryKeyConstraint("leaf"),
        sa.UniqueConstraint("holder", "quarter", "paragraph", name="return_table_once"),
    )


def _drop_returns() -> None:
    op.drop_table("return_table")
    op.drop_table("return_row")
    op.drop_table("return_file")


def _add_policy_bundles() -> None:
    op.create_table(
        "policy_bundle",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("leaf", POSITION, nullable=False, comment="the operation of its last step"),
        sa.PrimaryKeyConstraint("sha256"),
        sa.UniqueConstraint("leaf"),
        comment="documents by hash, and who proposed, approved and withdrew it (schemas.bundles)",
    )


def _add_cells() -> None:
    """What a release by cells keeps back."""
    op.create_table(
        "kept_back",
        sa.Column("subscription", sa.Text(), nullable=False),
        sa.Column("number", POSITION, nullable=False),
        sa.Column("offers", sa.Text(), nullable=False),
        sa.Column("more", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["subscription", "number"], ["release.subscription", "release.number"]
        ),
        sa.PrimaryKeyConstraint("subscription", "number"),
    )


def _add_editions() -> None:
    """Published tables of counts."""
    op.create_table(
        "edition",
        sa.Column("leaf", POSITION, autoincrement=False, nullable=False),
        sa.Column("quarter", sa.Text(), nullable=False, comment="such as 2026Q4"),
        sa.Column("number", sa.Integer(), nullable=False, comment="within the quarter, from 1"),
        sa.Column("at", POSITION, nullable=False),
        sa.Column("cells", sa.Integer(), nullable=False),
        sa.Column("shown", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("leaf"),
        sa.UniqueConstraint("quarter", "number", name="edition_once"),
    )


def _add_retention() -> None:
    """What retention destroyed, and what is held back from it."""
    op.create_table(
        "retention_erased",
        sa.Column("position", POSITION, autoincrement=False, nullable=False),
        sa.Column("body_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("leaf", POSITION, nullable=False),
        sa.PrimaryKeyConstraint("position"),
        comment="sealed halves that retention destroyed: the hash by which their rows still verify",
    )
    op.create_index("retention_erased_leaf", "retention_erased", ["leaf", "position"])
    op.create_table(
        "retention_hold",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("leaf", POSITION, nullable=False, comment="the operation of its last step"),
        sa.PrimaryKeyConstraint("id"),
        comment="what retention passes over, until when and why; an ended one is kept",
    )
    op.create_table(
        "retention_held",
        sa.Column("hold", sa.Text(), nullable=False),
        sa.Column("feed", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("natural_key", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("hold", "feed", "natural_key"),
        comment="the records that a hold names, by their keyed names",
    )
    op.create_index("retention_held_key", "retention_held", ["feed", "natural_key"])


def _drop_retention() -> None:
    op.drop_table("retention_held")
    op.drop_table("retention_hold")
    op.drop_table("retention_erased")
