"""Tables of the records, as the newest migration leaves them. Times are microseconds since 1970, UTC."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, MetaData, String, Table, Text

metadata = MetaData()

_Number = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts on in integers alone


def _counted(name: str, *columns: Column[object] | Index) -> Table:
    """Table whose rows are numbered in the order in which they came; no number is given twice."""
    number = Column("number", _Number, primary_key=True, autoincrement=True)
    return Table(name, metadata, number, *columns, sqlite_autoincrement=True)


REQUESTS = _counted(
    "requests",
    Column("id", String(36), nullable=False),
    Column("part", Integer, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("client", String(64), nullable=False),
    Column("process", String(64), nullable=False),
    Column("operation", String(32), nullable=False),
    Column("version", Integer, nullable=False),
    Column("digest", String(71), nullable=False),
    Column("kind", String(64), nullable=False),
    Column("request_body", LargeBinary, nullable=False),
    Column("response_body", LargeBinary, nullable=False),
    Column("encoding", String(16)),
    Column("response_prefix", BigInteger),
    Index("requests_id", "id", "part", unique=True),
    Index("requests_operation", "process", "operation", "number"),
)
"""Requests and their responses, byte for byte; long bodies are stored in several parts.

A response is its prefix, if any, followed by `response_body`. `encoding` is the compression of both bodies of this
part; null means none.
"""

RESPONSE_PREFIXES = _counted(
    "response_prefixes",
    Column("day", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("content", LargeBinary, nullable=False),
    Index("response_prefixes_digest", "day", "digest", unique=True),
)
"""Common prefixes of the responses of a day, each once."""

SHADOW_RESPONSES = Table(
    "shadow_responses",
    metadata,
    Column("number", _Number, primary_key=True, autoincrement=False),
    Column("process", String(64), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("version", Integer, nullable=False),
    Column("digest", String(71), nullable=False),
    Column("predictions", LargeBinary, nullable=False),
    Index("shadow_responses_digest", "process", "digest", "number"),
)
"""Responses of versions in shadow by the request's number: predictions with their ids, as JSON."""

REQUEST_ROWS = Table(
    "request_rows",
    metadata,
    Column("process", String(64), primary_key=True),
    Column("period", String(32), primary_key=True),
    Column("unit", String(200), primary_key=True),
    Column("number", _Number, primary_key=True),
    Column("row", Integer, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)
"""Request and row of each predicted period of a unit; filled when outcomes are matched.

Periods precede units, here and in the index of outcomes: the rows of a period are then stored next to each other, and
not in a page of each unit.
"""

REQUEST_INDEX_STATE = Table(
    "request_index_state",
    metadata,
    Column("process", String(64), primary_key=True),
    Column("last_request", BigInteger, nullable=False),
    Column("slots", Integer),
)
"""Last request in `request_rows` and the number of its indexed slots; null means all of them."""

BATCHES = _counted(
    "outcome_batches",
    Column("process", String(64), nullable=False),
    Column("digest", String(71), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("client", String(64), nullable=False),
    Column("rows", Integer, nullable=False),
    Column("corrected", Integer, nullable=False),
    Column("withdrawn_at", BigInteger),
    Column("withdrawn_by", String(64)),
    Column("withdrawn_reason", Text),
    Column("accepted_at", BigInteger),
    Column("accepted_by", String(64)),
    Column("accepted_reason", Text),
    Index("outcome_batches_digest", "process", "digest"),
)
"""Batches of outcomes as sent; models apply an anomalous batch only after its acceptance."""

OUTCOMES = _counted(
    "outcomes",
    Column("batch", _Number, ForeignKey(BATCHES.c.number), nullable=False),
    Column("process", String(64), nullable=False),
    Column("unit", String(200), nullable=False),
    Column("period", String(32), nullable=False),
    Column("prediction", String(64)),
    Column("content", Text, nullable=False),
    Index("outcomes_period", "process", "period", "unit", "number"),
    Index("outcomes_batch", "batch"),
)
"""Outcomes of units' periods, never changed; the latest one of an active batch is effective."""

STATES = Table(
    "states",
    metadata,
    Column("process", String(64), primary_key=True),
    Column("digest", String(71), primary_key=True),
    Column("last_outcome", BigInteger, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("content", Text, nullable=False),
)
"""Online state of each model: the outcomes applied since its training."""

KEYS = _counted(
    "keys",
    Column("prefix", String(16), nullable=False),
    Column("digest", String(64), nullable=False, unique=True),
    Column("owner", String(200), nullable=False),
    Column("roles", String(64), nullable=False),
    Column("processes", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger),
    Column("revoked_at", BigInteger),
    Column("used_at", BigInteger),
)
"""API keys by SHA-256. Roles and processes are separated by commas; no process means all of them."""

SESSIONS = Table(
    "sessions",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("key", String(64), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("used_at", BigInteger, nullable=False),
)
"""Sessions of users by the SHA-256 of their tokens, and the SHA-256 of the key of each."""

USER_DECISIONS = _counted(
    "user_decisions",
    Column("at", BigInteger, nullable=False),
    Column("actor", String(200), nullable=False),
    Column("process", String(64), nullable=False),
    Column("unit", String(200), nullable=False),
    Column("event", String(64), nullable=False),
    Column("period", String(32), nullable=False),
    Column("record", String(36), nullable=False),
    Column("action", String(16), nullable=False),
    Column("until", BigInteger),
    Column("reason", Text, nullable=False),
    Column("content", Text, nullable=False),
    Index("user_decisions_process", "process", "number"),
)
"""Decisions of users on recommendations, whose event is empty, and on warnings of an event; the latest one counts."""

AUDIT = Table(
    "audit",
    metadata,
    Column("number", _Number, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("actor", String(200), nullable=False),
    Column("action", String(32), nullable=False),
    Column("subject", String(200), nullable=False),
    Column("reason", Text, nullable=False),
    Column("figures", Text, nullable=False),
    Column("before", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)
"""Actions of users and jobs, each entry linked to the previous one by its hash."""

MONITORING = _counted(
    "monitoring",
    Column("process", String(64), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("figures", Text, nullable=False),
    Column("content", Text, nullable=False),
    Index("monitoring_process", "process", "number"),
)
"""Result of each check of a process; its figures are the exported metrics."""

RECORDED_BYTES = Table(
    "recorded_bytes",
    metadata,
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("client", String(64), primary_key=True),
    Column("bytes", BigInteger, nullable=False),
)
"""Bytes of each client that were recorded on each day since 1970 (UTC)."""

WRITE_PROBE = Table(
    "write_probe",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("content", LargeBinary, nullable=False),
)
"""A row that is written to see whether the records can be."""
