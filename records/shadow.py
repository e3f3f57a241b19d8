"""Responses of versions in shadow, stored next to the requests; never returned to clients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, case, func, select

from records.database import Database, now
from records.requests import JSON, LARGE, predictions_of
from records.schema import REQUESTS, SHADOW_ANSWERS
from records.writing.compression import restored

_AT_ONCE = 300  # requests of one query
_ADD = "INSERT INTO shadow_answers (number, process, at, version, digest, predictions) VALUES "


@dataclass(frozen=True, slots=True)
class PendingShadowRequest:
    """A request that a version in shadow has not answered.

    Attributes
    ----------
    number, id : int, str
        Its place among all, and its name.
    kind : str
        Media type.
    asked : bytes or None
        Its body; None where it is so long that it stands in parts.
    answer : bytes
        First part of the response to a table, which states the request's other fields; else empty.
    """

    number: int
    id: str
    kind: str
    asked: bytes | None
    answer: bytes


def waiting(connection: Connection, process: str, after: int, most: int) -> list[PendingShadowRequest]:
    """The first requests for predictions behind a number, so many of them at most."""
    columns = [REQUESTS.c[name] for name in ("number", "id", "kind", "encoding")]
    body = case((_is_in_parts(), None), else_=REQUESTS.c.asked)
    answer = case((REQUESTS.c.kind == JSON, b""), else_=REQUESTS.c.answer)
    query = select(*columns, body, answer).where(*predictions_of(process), REQUESTS.c.number > after)
    rows: Any = connection.execute(query.order_by(REQUESTS.c.number).limit(most))
    return [
        PendingShadowRequest(
            number, id, kind, None if body is None else restored(body, encoding), restored(answer, encoding)
        )
        for number, id, kind, encoding, body, answer in rows
    ]


def _is_in_parts() -> Any:
    """Return whether the body of a request is so long that it stands in parts."""
    more = REQUESTS.alias()
    others = select(more.c.number).where(more.c.id == REQUESTS.c.id, more.c.part > 0, func.length(more.c.asked) > 0)
    return case((REQUESTS.c.encoding.is_(None), func.length(REQUESTS.c.asked) >= LARGE), else_=others.exists())


@dataclass(frozen=True, slots=True)
class ShadowAnswer:
    """Response of a version in shadow to a request.

    Attributes
    ----------
    number : int
        The request's.
    version, digest : int, str
        The model that answers.
    predictions : bytes
        A list as JSON, in the order of the request's rows; each prediction has the id that the client's has.
    """

    number: int
    version: int
    digest: str
    predictions: bytes


def keep(database: Database, process: str, answers: Sequence[ShadowAnswer]) -> None:
    """Store responses in one statement; requests answered by another service are left out.

    The recording of clients' responses waits for this statement, so it does not wait for the disk: responses lost in a
    power cut are computed again. The thread that calls has no other statements of its own.

    Raises
    ------
    RecordsError
        The database did not do its part; nothing is kept.
    """
    at, mark = now(), "?" if database.is_sqlite else "%s"
    values = [value for a in answers for value in (a.number, process, at, a.version, a.digest, a.predictions)]
    rows = ", ".join([f"({', '.join([mark] * 6)})"] * len(answers))
    with database.cursor() as cursor:
        cursor.execute("PRAGMA synchronous=normal" if database.is_sqlite else "SET synchronous_commit TO off")
        cursor.execute(f"{_ADD}{rows} ON CONFLICT DO NOTHING", values)


def answers_to(connection: Connection, numbers: Sequence[int]) -> dict[int, ShadowAnswer]:
    """Answers to requests by the requests' numbers; requests without one are left out."""
    answers = {}
    columns = [SHADOW_ANSWERS.c[name] for name in ("number", "version", "digest", "predictions")]
    for first in range(0, len(numbers), _AT_ONCE):
        which = SHADOW_ANSWERS.c.number.in_(numbers[first : first + _AT_ONCE])
        for row in connection.execute(select(*columns).where(which)):
            answers[row.number] = ShadowAnswer(*row)
    return answers


def is_any(connection: Connection, process: str) -> bool:
    """Return whether any response of a version in shadow is stored."""
    one = select(SHADOW_ANSWERS.c.number).where(SHADOW_ANSWERS.c.process == process).limit(1)
    return connection.scalar(one) is not None


def newest(connection: Connection, process: str, digest: str) -> int | None:
    """Number of the newest request that a model has answered in shadow; None where it has answered none."""
    which = (SHADOW_ANSWERS.c.process == process, SHADOW_ANSWERS.c.digest == digest)
    number: int | None = connection.scalar(select(func.max(SHADOW_ANSWERS.c.number)).where(*which))
    return number


def newest_request(connection: Connection, process: str) -> int:
    """Number of the newest request for predictions of a process; 0 where there is none."""
    return int(connection.scalar(select(func.max(REQUESTS.c.number)).where(*predictions_of(process))) or 0)


def dropped(connection: Connection, process: str, after: int, most: int) -> tuple[int, int]:
    """Count requests after a number that are older than the latest `most`; return the last of them too.

    Returns
    -------
    tuple of int
        How many, and the number of the last of them; 0 and `after` where none is.
    """
    waiting = (*predictions_of(process), REQUESTS.c.number > after)
    last = connection.scalar(
        select(REQUESTS.c.number).where(*waiting).order_by(REQUESTS.c.number.desc()).offset(most).limit(1)
    )
    if last is None:
        return 0, after
    count = connection.scalar(select(func.count()).select_from(REQUESTS).where(*waiting, REQUESTS.c.number <= last))
    return int(count or 0), int(last)
