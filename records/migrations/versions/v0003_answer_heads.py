"""Common prefixes of responses, each stored once."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table, and the column that refers to it; answers that are recorded already stay whole."""
    op.create_table(
        "answer_heads",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("answer_heads_digest", "answer_heads", ["day", "digest"], unique=True)
    op.add_column("requests", sa.Column("head", sa.BigInteger(), nullable=True))
