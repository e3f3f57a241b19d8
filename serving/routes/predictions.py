"""Predictions: a body in, an answer or a problem out."""

from __future__ import annotations

import math
from http import HTTPStatus

import pydantic_core
from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from models.intervals import CoverageError
from registry.versions import CHAMPION
from serving.bodies import read_body
from serving.explanations import check_rows
from serving.following.champions import Champions, Status
from serving.payloads import Payloads
from serving.problems import Fault, ProblemError, described, invalid
from serving.tasks import task_of

# A short request is answered at once; a long one goes to a thread, so that others do not wait for it. So does one that
# asks for explanations, which take many times as long as predictions.
LONGEST_AT_ONCE = 64 * 1024
EXPLAIN = b'"explain"'
GONE = Status(trouble="its seed is gone")


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
        f"/v1/{process.name}/predictions",
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
    # One look: a swap while this request is answered cannot mix two models, or a model and another one's seed.
    status = champions.statuses.get(process, GONE)
    payloads, served = status.payloads, status.served
    if payloads is None:
        raise ProblemError(HTTPStatus.NOT_FOUND, f"{process} is served no more: {status.troubles}")
    rows, request = payloads.read(body)
    if served is None:
        detail = f"{process} has no model to answer with: {champions.store_trouble or status.troubles}"
        later = {"Retry-After": str(math.ceil(champions.wait))}
        raise ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, detail, headers=later)
    if request.get("explain"):  # a task need not offer it
        check_rows(len(rows))
    coverage = request["coverage"]
    try:
        answered = task_of(payloads.seed).predicted(payloads, served.model, rows, request)
    except CoverageError as error:
        fault = Fault(field="coverage", value=coverage, expected=f"a coverage that the model has rows for: {error}")
        raise invalid([fault]) from None
    answer = {
        "process": process,
        "model": {
            "version": served.champion.version,
            "alias": CHAMPION,
            "digest": served.digest,
            "baseline": served.baseline,
        },
        "coverage": coverage,
        **answered,
    }
    # NaN has no place in JSON.
    return Response(pydantic_core.to_json(answer, inf_nan_mode="null"), media_type="application/json")
