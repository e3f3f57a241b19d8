"""Requests and answers, outcomes, states, keys and audit."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def _counted(name: str, *columns: sa.Column[Any] | sa.Constraint) -> None:
    number: sa.Column[int] = sa.Column("number", _NUMBER, primary_key=True, autoincrement=True)
    op.create_table(name, number, *columns, sqlite_autoincrement=True)


def _text(name: str, longest: int | None = None, nullable: bool = False, primary_key: bool = False) -> sa.Column[str]:
    kind = sa.Text() if longest is None else sa.String(longest)
    return sa.Column(name, kind, nullable=nullable, primary_key=primary_key)


def _count(name: str, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def upgrade() -> None:
    """Make the tables."""
    _counted(
        "requests",
        _text("id", 36),
        sa.Column("part", sa.Integer(), nullable=False),
        _count("at"),
        _text("client", 64),
        _text("process", 64),
        _text("operation", 32),
        sa.Column("version", sa.Integer(), nullable=False),
        _text("digest", 71),
        _text("kind", 64),
        sa.Column("asked", sa.LargeBinary(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
    )
    op.create_index("requests_id", "requests", ["id", "part"], unique=True)
    op.create_index("requests_process", "requests", ["process", "number"])
    op.create_table(
        "asked_units",
        _text("process", 64, primary_key=True),
        _text("unit", 200, primary_key=True),
        _text("period", 32, primary_key=True),
        sa.Column("number", _NUMBER, primary_key=True),
        sa.Column("row", sa.Integer(), primary_key=True, autoincrement=False),
        sqlite_with_rowid=False,
    )
    op.create_table("asked_upto", _text("process", 64, primary_key=True), _count("number"))
    _counted(
        "outcome_batches",
        _text("process", 64),
        _text("digest", 71),
        _count("at"),
        _text("client", 64),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("corrected", sa.Integer(), nullable=False),
        _count("withdrawn_at", nullable=True),
        _text("withdrawn_by", 64, nullable=True),
        _text("withdrawn_why", nullable=True),
    )
    op.create_index("outcome_batches_digest", "outcome_batches", ["process", "digest"])
    _counted(
        "outcomes",
        sa.Column("batch", _NUMBER, sa.ForeignKey("outcome_batches.number"), nullable=False),
        _text("process", 64),
        _text("unit", 200),
        _text("period", 32),
        _text("prediction", 64, nullable=True),
        _text("content"),
    )
    op.create_index("outcomes_unit", "outcomes", ["process", "unit", "period", "number"])
    op.create_index("outcomes_batch", "outcomes", ["batch"])
    op.create_table(
        "states",
        _text("process", 64, primary_key=True),
        _text("digest", 71, primary_key=True),
        _count("upto"),
        _count("revision"),
        _text("content"),
    )
    _counted(
        "keys",
        _text("prefix", 16),
        _text("digest", 64),
        _text("owner", 200),
        _text("roles", 64),
        _text("processes"),
        _count("made_at"),
        _count("ends_at", nullable=True),
        _count("revoked_at", nullable=True),
        sa.UniqueConstraint("digest"),
    )
    op.create_table(
        "audit",
        sa.Column("number", _NUMBER, primary_key=True, autoincrement=False),
        _count("at"),
        _text("who", 200),
        _text("what", 32),
        _text("subject", 200),
        _text("why"),
        _text("figures"),
        _text("before", 64),
        _text("hash", 64),
    )
