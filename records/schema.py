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
    Column("asked", LargeBinary, nullable=False),
    Column("answer", LargeBinary, nullable=False),
    Column("encoding", String(16)),
    Column("head", BigInteger),
    Index("requests_id", "id", "part", unique=True),
    Index("requests_operation", "process", "operation", "number"),
)
"""Requests and their responses, byte for byte; long bodies are stored in several parts.

A response is its prefix, if any, followed by `answer`. `encoding` is the compression of `asked` and `answer` of this
part; null means none.
"""

HEADS = _counted(
    "answer_heads",
    Column("day", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("content", LargeBinary, nullable=False),
    Index("answer_heads_digest", "day", "digest", unique=True),
)
"""Common prefixes of the responses of a day, each once."""

SHADOW_ANSWERS = Table(
    "shadow_answers",
    metadata,
    Column("number", _Number, primary_key=True, autoincrement=False),
    Column("process", String(64), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("version", Integer, nullable=False),
    Column("digest", String(71), nullable=False),
    Column("predictions", LargeBinary, nullable=False),
    Index("shadow_answers_digest", "process", "digest", "number"),
)
"""Responses of versions in shadow by the request's number: predictions with their ids, as JSON."""

ASKED_UNITS = Table(
    "asked_units",
    metadata,
    Column("process", String(64), primary_key=True),
    Column("period", String(32), primary_key=True),
    Column("unit", String(200), primary_key=True),
    Column("number", _Number, primary_key=True),
    Column("row", Integer, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)
"""Request and row of each predicted period of a unit; filled when outcomes are matched.

Periods come before units, here and in the index of outcomes: what is asked of a period then is written side by side,
and not into a page of each unit.
"""

ASKED_UPTO = Table(
    "asked_upto",
    metadata,
    Column("process", String(64), primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("slots", Integer),
)
"""Last request in `asked_units` and the number of its indexed slots; null means all of them."""

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
    Column("withdrawn_why", Text),
    Column("accepted_at", BigInteger),
    Column("accepted_by", String(64)),
    Column("accepted_why", Text),
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
    Column("upto", BigInteger, nullable=False),
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
    Column("made_at", BigInteger, nullable=False),
    Column("ends_at", BigInteger),
    Column("revoked_at", BigInteger),
    Column("used_at", BigInteger),
)
"""API keys by SHA-256. Roles and processes are separated by commas; no process means all of them."""

AUDIT = Table(
    "audit",
    metadata,
    Column("number", _Number, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("who", String(200), nullable=False),
    Column("what", String(32), nullable=False),
    Column("subject", String(200), nullable=False),
    Column("why", Text, nullable=False),
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
