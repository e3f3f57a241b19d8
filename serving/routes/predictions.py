"""Predictions: a body in, an answer or a problem out."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from models.intervals import CoverageError
from serving.bodies import read_body
from serving.explanations import check_rows
from serving.following.champions import Champions
from serving.payloads import PREDICTIONS, Payloads
from serving.problems import Fault, described, invalid
from serving.routes.answering import json_response, model_used, served_of, status_of
from serving.tasks import task_of

# A short request is answered at once; a long one goes to a thread, so that others do not wait for it. So does one that
# asks for explanations, which take many times as long as predictions.
LONGEST_AT_ONCE = 64 * 1024
EXPLAIN = b'"explain"'


def router(payloads: Payloads, champions: Champions, most_bytes: int) -> APIRouter:
    """Route of one process's predictions."""
    process = payloads.seed.process
    task = task_of(payloads.seed)

    async def predict(request: Request) -> Response:
        body = await read_body(request, most_bytes)
        if len(body) <= LONGEST_AT_ONCE and EXPLAIN not in body:
            return _answer(body, process.name, champions)
        return await run_in_threadpool(_answer, body, process.name, champions)

    routes = APIRouter(tags=["predictions"])
    routes.add_api_route(
        f"/v1/{process.name}/{PREDICTIONS}",
        predict,
        methods=["POST"],
        response_model=payloads.answer,
        responses=described(400, 413, 415, 422, 503),
        operation_id=f"predict_{process.name}",
        summary=process.title,
        description=(
            "One prediction for each row, in the rows' order. Numbers are numbers in the unit that the field states; "
            "`null` or a field left out means that the value is missing, which the model takes as it took it in "
            "training. A value out of its physical range is refused; one outside the training range is answered, "
            f"with a flag. Fields that are known only after the period are refused. {task.ABOUT}"
        ).rstrip(),
    )
    return routes


def _answer(body: bytes, process: str, champions: Champions) -> Response:
    payloads, status = status_of(process, champions)
    rows, request = payloads.read(body)
    served = served_of(process, status, champions)
    if request.get("explain"):  # a task need not offer it
        check_rows(len(rows))
    coverage = request["coverage"]
    try:
        answered = task_of(payloads.seed).predicted(payloads, served.model, rows, request)
    except CoverageError as error:
        fault = Fault(field="coverage", value=coverage, expected=f"a coverage that the model has rows for: {error}")
        raise invalid([fault]) from None
    return json_response({"process": process, "model": model_used(served), "coverage": coverage, **answered})
