"""Responses of versions in shadow, stored next to the requests; never returned to clients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, case, func, select

from records.database import Database, now
from records.requests import JSON, LARGE, predictions_of
from records.schema import BATCHES, OUTCOMES, REQUEST_ROWS, REQUESTS, SHADOW_RESPONSES
from records.writing.compression import restored

_AT_ONCE = 300  # requests of one query
_ADD = "INSERT INTO shadow_responses (number, process, at, version, digest, predictions) VALUES "


@dataclass(frozen=True, slots=True)
class PendingShadowRequest:
    """A request that a version in shadow has not answered.

    Attributes
    ----------
    number, id : int, str
        Its place among all, and its name.
    kind : str
        Media type.
    request_body : bytes or None
        Its body; None where it is so long that it stands in parts.
    response_body : bytes
        First part of the response to a table, which states the request's other fields; else empty.
    """

    number: int
    id: str
    kind: str
    request_body: bytes | None
    response_body: bytes


def waiting(connection: Connection, process: str, after: int, most: int) -> list[PendingShadowRequest]:
    """The first requests for predictions behind a number, so many of them at most."""
    columns = [REQUESTS.c[name] for name in ("number", "id", "kind", "encoding")]
    body = case((_is_in_parts(), None), else_=REQUESTS.c.request_body)
    response = case((REQUESTS.c.kind == JSON, b""), else_=REQUESTS.c.response_body)
    query = select(*columns, body, response).where(*predictions_of(process), REQUESTS.c.number > after)
    rows: Any = connection.execute(query.order_by(REQUESTS.c.number).limit(most))
    return [
        PendingShadowRequest(
            number, id, kind, None if body is None else restored(body, encoding), restored(response, encoding)
        )
        for number, id, kind, encoding, body, response in rows
    ]


def _is_in_parts() -> Any:
    """Return whether the body of a request is so long that it stands in parts."""
    more = REQUESTS.alias()
    others = select(more.c.number).where(
        more.c.id == REQUESTS.c.id, more.c.part > 0, func.length(more.c.request_body) > 0
    )
    return case((REQUESTS.c.encoding.is_(None), func.length(REQUESTS.c.request_body) >= LARGE), else_=others.exists())


@dataclass(frozen=True, slots=True)
class ShadowResponse:
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


def keep(database: Database, process: str, responses: Sequence[ShadowResponse]) -> None:
    """Store responses in one statement; requests answered by another service are left out.

    The recording of clients' responses waits for this statement, so it does not wait for the disk: responses lost in a
    power cut are computed again. The thread that calls has no other statements of its own.

    Raises
    ------
    RecordsError
        The database did not do its part; nothing is kept.
    """
    at, mark = now(), "?" if database.is_sqlite else "%s"
    values = [
        value for one in responses for value in (one.number, process, at, one.version, one.digest, one.predictions)
    ]
    rows = ", ".join([f"({', '.join([mark] * 6)})"] * len(responses))
    with database.cursor() as cursor:
        cursor.execute("PRAGMA synchronous=normal" if database.is_sqlite else "SET synchronous_commit TO off")
        cursor.execute(f"{_ADD}{rows} ON CONFLICT DO NOTHING", values)


def responses_to(connection: Connection, numbers: Sequence[int]) -> dict[int, ShadowResponse]:
    """Return responses by the numbers of their requests; requests without one are left out."""
    responses = {}
    columns = [SHADOW_RESPONSES.c[name] for name in ("number", "version", "digest", "predictions")]
    for first in range(0, len(numbers), _AT_ONCE):
        which = SHADOW_RESPONSES.c.number.in_(numbers[first : first + _AT_ONCE])
        for row in connection.execute(select(*columns).where(which)):
            responses[row.number] = ShadowResponse(*row)
    return responses


def is_any(connection: Connection, process: str) -> bool:
    """Return whether any response of a version in shadow is stored."""
    one = select(SHADOW_RESPONSES.c.number).where(SHADOW_RESPONSES.c.process == process).limit(1)
    return connection.scalar(one) is not None


def newest(connection: Connection, process: str, digest: str) -> int | None:
    """Number of the newest request that a model has answered in shadow; None where it has answered none."""
    which = (SHADOW_RESPONSES.c.process == process, SHADOW_RESPONSES.c.digest == digest)
    number: int | None = connection.scalar(select(func.max(SHADOW_RESPONSES.c.number)).where(*which))
    return number


def newest_request(connection: Connection, process: str) -> int:
    """Number of the newest request for predictions of a process; 0 where there is none."""
    return int(connection.scalar(select(func.max(REQUESTS.c.number)).where(*predictions_of(process))) or 0)


def known_of_both(connection: Connection, process: str, digests: tuple[str, str], since: int) -> int:
    """Count units' periods with an outcome that a champion and a version in shadow both predicted.

    The latest request for a period of a unit counts, as in a comparison of the two.

    Parameters
    ----------
    connection : Connection
        The records.
    process : str
        The process.
    digests : tuple of two str
        Of the champion and of the version in shadow.
    since : int
        From when on batches of outcomes count [microseconds since 1970, UTC]. Older ones are of periods before.
    """
    champion, shadow = digests
    rows, other = REQUEST_ROWS.c, REQUEST_ROWS.alias().c
    latest = select(func.max(other.number)).where(
        other.process == process, other.period == rows.period, other.unit == rows.unit
    )
    slots = (
        select(rows.period, rows.unit)
        .distinct()
        .select_from(BATCHES)
        .join(OUTCOMES, OUTCOMES.c.batch == BATCHES.c.number)
        .join(REQUEST_ROWS, and_(rows.period == OUTCOMES.c.period, rows.unit == OUTCOMES.c.unit))
        .join(REQUESTS, REQUESTS.c.number == rows.number)
        .join(SHADOW_RESPONSES, SHADOW_RESPONSES.c.number == rows.number)
        .where(BATCHES.c.process == process, BATCHES.c.at >= since, BATCHES.c.withdrawn_at.is_(None))
        .where(rows.process == process, REQUESTS.c.digest == champion, SHADOW_RESPONSES.c.digest == shadow)
        .where(rows.number == latest.scalar_subquery())
    )
    return int(connection.scalar(select(func.count()).select_from(slots.subquery())) or 0)


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
