"""Recorded bytes of each client and day."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; what was recorded before is not counted."""
    op.create_table(
        "recorded_bytes",
        sa.Column("day", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("client", sa.String(64), primary_key=True),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
    )
