"""Requests that are delivered again: the first response is given once more, and nothing else changes.

A client that gets no response cannot know whether its request arrived. It makes an id before it sends the request, and
sends both again.
"""

from __future__ import annotations

from http import HTTPStatus

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool

from records import responses
from records.database import Database, RecordsError
from serving.middleware.context import asker
from serving.responses.csv_answers import wants_csv
from serving.responses.raw_route import Endpoint
from serving.responses.recording import RECORD, id_fault, not_readable, stated_id
from serving.wire.bodies import ARROW, CSV, JSON, PARQUET, read_body
from serving.wire.problems import ProblemError

NAME = RECORD.decode()
_LATER = {"Retry-After": "1"}


def once(endpoint: Endpoint, operation: str, process: str, most_bytes: int, database: Database | None) -> Endpoint:
    """Endpoint that computes the response to a stated id once, as long as the service keeps records.

    Parameters
    ----------
    endpoint : Endpoint
        Computes and records a response.
    operation, process : str
        Its operation and process.
    most_bytes : int
        Largest body [byte].
    database : Database or None
        Records; None if the service keeps none.
    """
    under_way: set[str] = set()

    async def delivered(request: Request) -> Response:
        id = stated_id(request)
        if id is None or database is None:
            return await endpoint(request)
        if _is_table(request):
            raise id_fault(id, "no id from the client: a table has the id that its response states")
        if id in under_way:
            detail = f"{NAME} {id}: the first delivery is being answered; send it again later"
            raise ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, detail, headers=_LATER)
        under_way.add(id)
        try:
            known = await run_in_threadpool(_known, database, id)
            if known is None:
                return await endpoint(request)
            body = await read_body(request, most_bytes)
            if not known.is_same(asker(request.scope), process, operation, body):
                raise id_fault(id, "an id of no other request")
            content = await run_in_threadpool(_content, database, known)
            return Response(content, media_type=JSON, headers={NAME: id})
        finally:
            under_way.discard(id)

    return delivered


def _is_table(request: Request) -> bool:
    """Return whether request or response is a table, which is recorded in another form than it is sent."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind in (ARROW, CSV, PARQUET) or wants_csv(request, JSON)


def _known(database: Database, id: str) -> responses.FirstDelivery | None:
    try:
        with database.read() as connection:
            return responses.first_delivery(connection, id)
    except RecordsError:
        raise not_readable("; send the request again later") from None


def _content(database: Database, known: responses.FirstDelivery) -> bytes:
    try:
        with database.read() as connection:
            return b"".join(responses.body(connection, known.response))
    except RecordsError:
        raise not_readable("; send the request again later") from None
