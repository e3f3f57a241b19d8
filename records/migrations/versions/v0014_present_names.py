"""Present names of tables and columns."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_TABLES = {
    "answer_heads": "response_prefixes",
    "asked_units": "request_rows",
    "asked_upto": "request_index_state",
    "shadow_answers": "shadow_responses",
}
_COLUMNS = {
    "requests": {"asked": "request_body", "answer": "response_body", "head": "response_prefix"},
    "request_index_state": {"number": "last_request"},
    "outcome_batches": {"withdrawn_why": "withdrawn_reason", "accepted_why": "accepted_reason"},
    "states": {"upto": "last_outcome"},
    "keys": {"made_at": "created_at", "ends_at": "expires_at"},
    "audit": {"who": "actor", "what": "action", "why": "reason"},
}
_INDEXES = (
    ("response_prefixes", "answer_heads_digest", ["day", "digest"], True),
    ("shadow_responses", "shadow_answers_digest", ["process", "digest", "number"], False),
)
_OF_POSTGRESQL = (
    "ALTER INDEX answer_heads_pkey RENAME TO response_prefixes_pkey",
    "ALTER INDEX asked_periods_pkey RENAME TO request_rows_pkey",
    "ALTER INDEX asked_upto_pkey RENAME TO request_index_state_pkey",
    "ALTER INDEX shadow_answers_pkey RENAME TO shadow_responses_pkey",
    "ALTER SEQUENCE answer_heads_number_seq RENAME TO response_prefixes_number_seq",
)
"""Keys and the sequence, which PostgreSQL does not rename with their table; SQLite names none of them."""


def upgrade() -> None:
    """Rename in place; no row is written, and the audit's hashes cover values only."""
    for before, now in _TABLES.items():
        op.rename_table(before, now)
    for table, columns in _COLUMNS.items():
        for before, now in columns.items():
            op.alter_column(table, before, new_column_name=now)
    for table, index, columns_of_index, unique in _INDEXES:
        op.drop_index(index, table)
        op.create_index(f"{table}_digest", table, columns_of_index, unique=unique)
    if op.get_bind().dialect.name == "postgresql":
        for statement in _OF_POSTGRESQL:
            op.execute(statement)
