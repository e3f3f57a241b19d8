"""Indexes of requests and outcomes by period first, then by unit."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_COLUMNS: list[sa.ColumnClause[Any]] = [sa.column(name) for name in ("process", "period", "unit", "number", "row")]


def upgrade() -> None:
    """Order both by period before unit; rows stay what they are."""
    made = op.create_table(
        "asked_periods",
        sa.Column("process", sa.String(64), primary_key=True),
        sa.Column("period", sa.String(32), primary_key=True),
        sa.Column("unit", sa.String(200), primary_key=True),
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
        sa.Column("row", sa.Integer(), primary_key=True, autoincrement=False),
        sqlite_with_rowid=False,
    )
    rows = sa.select(*_COLUMNS).select_from(sa.table("asked_units")).order_by(*_COLUMNS)
    op.execute(made.insert().from_select(_COLUMNS, rows))
    op.drop_table("asked_units")
    op.rename_table("asked_periods", "asked_units")
    op.drop_index("outcomes_unit", "outcomes")
    op.create_index("outcomes_period", "outcomes", ["process", "period", "unit", "number"])
