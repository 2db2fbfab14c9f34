"""Evidence: who is signed in, requests, signals, subject access, receipts.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

POSITION = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add what evidence needs, one function a capability."""
    _add_sessions()


def downgrade() -> None:
    """Take it away again, in reverse."""
    op.drop_table("session")


def _add_sessions() -> None:
    """People who are signed in."""
    op.create_table(
        "session",
        sa.Column("id_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("began", POSITION, nullable=False, comment="seconds since 1970"),
        sa.Column("seen", POSITION, nullable=False, comment="seconds since 1970"),
        sa.PrimaryKeyConstraint("id_sha256"),
        comment="who is signed in (gateway.access.people.Person); of the cookie only its SHA-256",
    )
