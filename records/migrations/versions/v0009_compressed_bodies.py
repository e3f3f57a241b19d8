"""Compression of bodies."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the column; bodies that are recorded already are not compressed."""
    op.add_column("requests", sa.Column("encoding", sa.String(16), nullable=True))
