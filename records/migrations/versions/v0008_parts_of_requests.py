"""Part of a request that is noted in the index of units and periods."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the column; requests that are noted already are noted whole."""
    op.add_column("asked_upto", sa.Column("slots", sa.Integer(), nullable=True))
