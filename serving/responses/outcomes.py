"""Outcomes: a batch is stored in the records, whole or not at all."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool

from operations.catalogue import Offers
from records.database import Database, RecordsError
from records.outcomes import take
from serving.middleware.admission import Load
from serving.middleware.context import asker, check_time, keep_work
from serving.outcomes.reading import read
from serving.responses.process_response import json_response
from serving.responses.raw_route import Endpoint
from serving.responses.recording import Recorder, not_recorded
from serving.wire.bodies import read_body
from serving.wire.problems import ProblemError
from system.cancellation import looking


def endpoint(offers: Offers, most_bytes: int, database: Database | None, recorder: Recorder, load: Load) -> Endpoint:
    """Endpoint of one process's outcomes; all but its offers is shared by all processes."""

    async def outcomes(request: Request) -> Response:
        body = await read_body(request, most_bytes)
        client = asker(request.scope)
        recorder.check(client)
        async with load.heavy.turn():
            return await run_in_threadpool(_answer, body, offers, database, recorder, client)

    return outcomes


def _answer(body: bytes, offers: Offers, database: Database | None, recorder: Recorder, client: str) -> Response:
    process, form = offers.seed.process.name, offers.outcomes
    if database is None:
        raise ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, "this service keeps no records, so it takes no outcomes")
    try:
        with looking(check_time):
            batch = take(database, process, client, read(form, body, database), keep_work)
    except RecordsError as error:
        raise not_recorded(error, "the outcomes could not be kept, none of them is") from None
    if batch.new_rows or batch.corrected_rows:
        recorder.count(client, len(body))
    return json_response(
        {
            "process": process,
            "batch": batch.number,
            "digest": batch.digest,
            "rows": batch.rows,
            "new_rows": batch.new_rows,
            "corrected_rows": batch.corrected_rows,
            "known": batch.unchanged_rows,
            "is_duplicate": batch.is_duplicate,
        }
    )
