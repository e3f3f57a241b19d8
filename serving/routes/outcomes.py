"""Outcomes: what became known of units' periods in, what was kept of it out."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from operations.forms.payloads import Payloads
from operations.outcomes.forms import OUTCOMES, OutcomePayloads
from records.database import Database, RecordsError
from records.outcomes import take
from serving.middleware.admission import Load
from serving.middleware.context import asker, check_time, keep_work
from serving.outcomes.reading import read
from serving.responses.process_response import json_response
from serving.responses.raw_route import Direct
from serving.responses.recording import Recorder, not_recorded
from serving.wire.bodies import read_body
from serving.wire.problems import ProblemError, described
from system.cancellation import looking


def router(payloads: Payloads, most_bytes: int, database: Database | None, recorder: Recorder, load: Load) -> APIRouter:
    """Route of one process's outcomes; what follows `most_bytes` is shared by all processes."""
    process, taken = payloads.seed.process, payloads.outcomes
    routes = APIRouter(tags=[OUTCOMES], route_class=Direct)

    async def outcomes(request: Request) -> Response:
        body = await read_body(request, most_bytes)
        client = asker(request.scope)
        recorder.check(client)
        async with load.heavy.turn():
            return await run_in_threadpool(_answer, body, taken, database, recorder, client)

    routes.add_api_route(
        f"/v1/{process.name}/{OUTCOMES}",
        outcomes,
        methods=["POST"],
        response_model=taken.answer,
        responses=described(400, 413, 415, 422, 429, 503, 507),
        operation_id=f"outcomes_{process.name}",
        summary=f"What became known later: {process.title}",
        description=(
            "Measured targets and other columns that are known only after the period, each by the id of its prediction "
            "or by unit and period; late, in any order, all columns or some. What is sent again changes nothing; a "
            "value that differs from the one before corrects it, and both are kept. One of a period that has not "
            "begun, by the clock of the service, is refused. All of a request is taken or none of it, and it is "
            "durable when it is answered. Intervals of a process that predicts numbers or grades lots follow its "
            "outcomes."
        ),
    )
    return routes


def _answer(
    body: bytes, taken: OutcomePayloads, database: Database | None, recorder: Recorder, client: str
) -> Response:
    process = taken.seed.process.name
    if database is None:
        raise ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, "this service keeps no records, so it takes no outcomes")
    try:
        with looking(check_time):
            batch = take(database, process, client, read(taken, body, database), keep_work)
    except RecordsError as error:
        raise not_recorded(error, "the outcomes could not be kept, none of them is") from None
    if batch.new or batch.corrected:
        recorder.count(client, len(body))
    return json_response(
        {
            "process": process,
            "batch": batch.number,
            "digest": batch.digest,
            "rows": batch.rows,
            "new": batch.new,
            "corrected": batch.corrected,
            "known": batch.known,
            "repeated": batch.repeated,
        }
    )
