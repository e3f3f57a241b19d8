"""Predictions: a body in, an answer or a problem out."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterator
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Receive, Scope, Send

from models.intervals import CoverageError
from serving.bodies import ARROW, JSON, check_kind, read_body
from serving.bulk.load import Load, Paces
from serving.explanations import check_rows
from serving.following.champions import Champions, Served, Status
from serving.payloads import PREDICTIONS, Payloads, Record
from serving.problems import Fault, ProblemError, described, invalid
from serving.routes.answering import joined_answer, json_part, model_used, served_of, status_of
from serving.routes.tables import BINARY, KINDS, about_tables, table_answer
from serving.tasks import task_of

# What is short by the cost of its rows is answered at once; all else in a thread, so that others do not wait for it:
# also a body so long that parsing it takes its time, and one that asks for explanations, which take many times as long
# as predictions.
LONGEST_BODY_AT_ONCE = 64 * 1024
EXPLAIN = b'"explain"'
ROWS_AT_ONCE = 250  # of a long request: their answers are objects, then bytes, before the next are begun


def router(payloads: Payloads, champions: Champions, most_bytes: int, load: Load | None = None) -> APIRouter:
    """Route of one process's predictions; `load` is shared by all processes, None where this one is alone."""
    process = payloads.seed.process
    task = task_of(payloads.seed)
    shared, paces = load or Load(), Paces()

    async def predict(request: Request) -> Response:
        kind = check_kind(request, (JSON, *KINDS))
        if kind in KINDS:
            return await table_answer(request, kind, process.name, champions, shared)
        body = await read_body(request, most_bytes)
        taken, status = status_of(process.name, champions)
        parts = _parts(body, taken, status, champions)
        # Each row begins with a bracket of its own: there are no more rows than these, whatever else has brackets.
        rows, pace = body.count(b"{"), paces.of(status.served)
        if len(body) <= LONGEST_BODY_AT_ONCE and EXPLAIN not in body and pace.is_short(rows):
            with pace.measured(rows):
                return joined_answer(list(parts))
        made: list[bytes] = []
        async with shared.heavy:
            seconds = 0.0
            while True:
                part, took = await run_in_threadpool(_next, parts)
                seconds += took
                if part is None:
                    break
                made.append(part)
                if await request.is_disconnected():
                    raise ProblemError(HTTPStatus.BAD_REQUEST, "the client hung up before its answer")
        pace.learn(rows, seconds)
        return joined_answer(made)

    routes = APIRouter(tags=["predictions"])
    routes.add_api_route(
        f"/v1/{process.name}/{PREDICTIONS}",
        predict,
        methods=["POST"],
        response_model=payloads.answer,
        responses={**described(400, 406, 413, 415, 422, 503), 200: {"content": {ARROW: {"schema": BINARY}}}},
        operation_id=f"predict_{process.name}",
        summary=process.title,
        description=(
            "One prediction for each row, in the rows' order. Numbers are numbers in the unit that the field states; "
            "`null` or a field left out means that the value is missing, which the model takes as it took it in "
            "training. A value out of its physical range is refused; one outside the training range is answered, "
            f"with a flag. Fields that are known only after the period are refused. {task.ABOUT}"
        ).rstrip()
        + about_tables(payloads),
    )
    for route in routes.routes:
        assert isinstance(route, APIRoute)
        route.app = _dispatched(predict)
    return routes


def _dispatched(endpoint: Callable[[Request], Awaitable[Response]]) -> ASGIApp:
    """An endpoint that reads its request itself, without FastAPI's dispatch: a tenth of its time."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        response = await endpoint(Request(scope, receive, send))
        await response(scope, receive, send)

    return app


def _next(parts: Iterator[bytes]) -> tuple[bytes | None, float]:
    """The next part, None after the last, and what it took of this thread's time [s]."""
    before = time.thread_time()
    return next(parts, None), time.thread_time() - before


def _parts(body: bytes, payloads: Payloads, status: Status, champions: Champions) -> Iterator[bytes]:
    """An answer in parts of `ROWS_AT_ONCE` rows; all that can be wrong with a request is raised by the first."""
    rows, request = payloads.read(body)
    served = served_of(payloads.seed.process.name, status, champions)
    if request.get("explain"):  # a task need not offer it
        check_rows(len(rows))
    head = {"process": payloads.seed.process.name, "model": model_used(served), "coverage": request["coverage"]}
    for first in range(0, len(rows), ROWS_AT_ONCE):
        answered = _predicted(payloads, served, rows[first : first + ROWS_AT_ONCE], request)
        # What lots hold after these rows is what they hold before the next.
        request = request | {name: answered[name] for name in answered.keys() & request.keys()}
        yield json_part(head | answered, first == 0, first + ROWS_AT_ONCE >= len(rows))


def _predicted(payloads: Payloads, served: Served, rows: list[Record], request: Record) -> dict[str, Any]:
    try:
        return task_of(payloads.seed).predicted(payloads, served.model, rows, request)
    except CoverageError as error:
        expected = f"a coverage that the model has rows for: {error}"
        raise invalid([Fault(field="coverage", value=request["coverage"], expected=expected)]) from None
