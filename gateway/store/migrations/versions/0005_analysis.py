"""Analysis: what analysts read, and with what.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

POSITION = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add what analysis needs, one function a capability."""
    _add_forms()
    _index_orders()


def downgrade() -> None:
    """Take it away again, in reverse."""
    op.drop_index("log_reported", "log")
    op.drop_index("log_occurred", "log")
    op.drop_table("form_sent")


def _add_forms() -> None:
    """Forms that were sent, so that none is carried out twice."""
    op.create_table(
        "form_sent",
        sa.Column(
            "key_sha256",
            sa.LargeBinary(),
            nullable=False,
            comment="of the account and the form's word",
        ),
        sa.Column("at", POSITION, nullable=False, comment="seconds since 1970"),
        sa.Column(
            "location",
            sa.Text(),
            nullable=False,
            comment="where it led; empty while it is carried out",
        ),
        sa.PrimaryKeyConstraint("key_sha256"),
        comment="forms that were sent, for eight hours: a second sending is shown what came of the first",
    )


def _index_orders() -> None:
    keys = {
        "log_occurred": "coalesce(occurred_from, reported, 0)",
        "log_reported": "coalesce(reported, 0)",
    }
    recorded = sa.text("entry_kind = 'recorded'")
    for name, key in keys.items():
        op.create_index(
            name,
            "log",
            [sa.text(key), "position"],
            sqlite_where=recorded,
            postgresql_where=recorded,
        )
