"""The law, exactly: returns, cells, editions, bundles, retention.

Revision ID: 0003
Revises: 0002
"""

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what the law needs, one function a capability."""


def downgrade() -> None:
    """Take it away again, in reverse."""
