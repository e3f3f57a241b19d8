"""Predictions: a body in, an answer or a problem out, with numpy alone in between."""

from __future__ import annotations

import math
import operator
import uuid
from http import HTTPStatus
from typing import Any

import numpy as np
import numpy.typing as npt
import pydantic_core
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

from models.intervals import CoverageError
from serving.bodies import read_body
from serving.champions import ALIAS, Champions, Served
from serving.payloads import Payloads, attribute
from serving.problems import Fault, ProblemError, described, invalid

FloatArray = npt.NDArray[np.float64]

# A short request is answered at once; a long one goes to a thread, so that others do not wait for it.
LONGEST_AT_ONCE = 64 * 1024


def router(payloads: Payloads, champions: Champions, most_bytes: int) -> APIRouter:
    """Route of one process's predictions."""
    process = payloads.seed.process

    async def predict(request: Request) -> Response:
        body = await read_body(request, most_bytes)
        if len(body) <= LONGEST_AT_ONCE:
            return _answer(body, payloads, champions)
        return await run_in_threadpool(_answer, body, payloads, champions)

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
            "with a flag. Fields that are known only after the period are refused."
        ),
    )
    return routes


def _answer(body: bytes, payloads: Payloads, champions: Champions) -> Response:
    rows, coverage = payloads.read(body)
    process = payloads.seed.process.name
    # One look: a swap while this request is answered cannot mix two models.
    status = champions.statuses[process]
    if status.served is None:
        detail = f"{process} has no model to answer with: {champions.store_trouble or status.trouble}"
        later = {"Retry-After": str(math.ceil(champions.wait))}
        raise ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, detail, headers=later)
    told = predicted(payloads, status.served, rows, coverage)
    # NaN has no place in JSON.
    return Response(pydantic_core.to_json(told, inf_nan_mode="null"), media_type="application/json")


def predicted(payloads: Payloads, served: Served, rows: list[BaseModel], coverage: float) -> dict[str, Any]:
    """Answer of a model to a request.

    Parameters
    ----------
    payloads : Payloads
        What the process takes and gives.
    served : Served
        The model.
    rows : list of BaseModel
        Rows that `Payloads.read` has passed.
    coverage : float
        Share of labels that the intervals shall hold.

    Returns
    -------
    dict
        As `Payloads.answer` describes it; NaN where the model gives none.

    Raises
    ------
    ProblemError
        The model was calibrated on too few rows for the coverage.
    """
    X = _matrix(rows, served.model.names)
    try:
        answers = served.model.answer(X, coverage)
    except CoverageError as error:
        fault = Fault(field="coverage", value=coverage, expected=f"a coverage that the model has rows for: {error}")
        raise invalid([fault]) from None
    flags = served.model.flags(X, answers)
    columns = []
    for name, unit in payloads.quantities.items():
        for i in np.flatnonzero(~np.isfinite(answers[name].value)):
            flags[i].append(f"{name} not determined by these inputs")
        columns.append((name, unit, *(part.tolist() for part in answers[name])))
    echoed = [(name, attribute(name)) for name in payloads.echoed]
    predictions = [
        {
            "id": str(uuid.uuid4()),
            **{name: getattr(row, where) for name, where in echoed},
            **{
                name: {"value": value[i], "low": low[i], "high": high[i], "unit": unit}
                for name, unit, value, low, high in columns
            },
            "flags": flags[i],
        }
        for i, row in enumerate(rows)
    ]
    return {
        "process": payloads.seed.process.name,
        "model": {"version": served.champion.version, "alias": ALIAS, "digest": served.digest},
        "coverage": coverage,
        "predictions": predictions,
    }


def _matrix(rows: list[BaseModel], names: tuple[str, ...]) -> FloatArray:
    """Inputs in the model's order, shape (n, k); null and what was left out are NaN."""
    inputs = operator.attrgetter(*map(attribute, names))
    return np.array([inputs(row) for row in rows], dtype=np.float64).reshape(len(rows), len(names))
