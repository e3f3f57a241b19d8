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
"""Requests and their answers, byte for byte; long bodies stand in several parts. An answer is its head, if any, then
`answer`; `encoding` says how `asked` and `answer` of this part are compressed, and is null where they are not."""

HEADS = _counted(
    "answer_heads",
    Column("day", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("content", LargeBinary, nullable=False),
    Index("answer_heads_digest", "day", "digest", unique=True),
)
"""What answers of a day begin with, each once."""

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
"""What a version in shadow answers to a request, by the request's number: predictions with their ids, as JSON."""

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
"""In which row of which request a unit's period was asked for; filled when outcomes look for their predictions.

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
"""Up to which request `asked_units` is filled, and with how many of its units' periods; all of them where it is null.
"""

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
"""Batches of outcomes as they were sent; models follow one that a person has accepted however odd it is."""

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
"""What became known of a unit's period. The newest of a batch that is not withdrawn counts; none is ever changed."""

STATES = Table(
    "states",
    metadata,
    Column("process", String(64), primary_key=True),
    Column("digest", String(71), primary_key=True),
    Column("upto", BigInteger, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("content", Text, nullable=False),
)
"""What a model has taken up of the outcomes since its training."""

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
"""API keys by their SHA-256; roles and processes are separated by commas, no process means all of them."""

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
"""What people and jobs did, each entry bound to the one before by its hash."""

MONITORING = _counted(
    "monitoring",
    Column("process", String(64), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("figures", Text, nullable=False),
    Column("content", Text, nullable=False),
    Index("monitoring_process", "process", "number"),
)
"""What was seen of a process each time it was looked at; the figures are what is scraped of it."""

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
