"""Acceptance of batches of outcomes pending review: actor, time and reason."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; no batch was accepted so far."""
    op.add_column("outcome_batches", sa.Column("accepted_at", sa.BigInteger()))
    op.add_column("outcome_batches", sa.Column("accepted_by", sa.String(64)))
    op.add_column("outcome_batches", sa.Column("accepted_why", sa.Text()))
