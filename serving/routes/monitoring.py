"""Monitoring routes: Prometheus metrics of the service, and the latest drift check of a process."""

from __future__ import annotations

import datetime as dt
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from records.database import Database, RecordsError
from records.monitoring import newest
from serving.hot_reload.champions import Champions
from serving.middleware.authorization import METRICS
from serving.responses.process_response import json_response, status_of
from serving.telemetry.metrics import Metrics
from serving.wire.problems import ProblemError, described


class MonitoringResponse(BaseModel):
    """Latest monitoring result of a process; additional fields hold its figures."""

    model_config = ConfigDict(extra="allow")

    process: str
    at: Annotated[str, Field(description="time of the check, UTC")]
    version: Annotated[int, Field(description="champion that was checked")]
    digest: str
    first_period: Annotated[str, Field(description="start of the first period with predicted rows")]
    last_period: Annotated[str, Field(description="start of the latest such period")]
    rows: Annotated[int, Field(description="predicted rows")]
    known: Annotated[int, Field(description="predicted rows with a known outcome")]
    last_labelled_period: Annotated[str | None, Field(description="start of the latest period with an outcome")]
    drifted: Annotated[bool, Field(description="whether errors or inputs exceed their limits")]
    reasons: Annotated[list[str], Field(description="reasons, and further observations")]
    next_steps: Annotated[list[str], Field(description="recommended actions, the most urgent first")]


def metrics(counted: Metrics) -> APIRouter:
    """Route of the metrics; requires the role operate."""
    routes = APIRouter(include_in_schema=False)

    @routes.head(METRICS)
    @routes.get(METRICS)
    async def scrape() -> Response:
        text, kind = await run_in_threadpool(counted.text)
        return Response(text, media_type=kind)

    return routes


def router(champions: Champions, database: Database | None) -> APIRouter:
    """Route of all processes; requires the role operate, since units are named."""
    routes = APIRouter(tags=["monitoring"])

    @routes.head("/v1/{process}/monitoring", include_in_schema=False)
    @routes.get(
        "/v1/{process}/monitoring",
        operation_id="monitoring",
        summary="Drift of errors, inputs and sensors",
        description=(
            "What was seen of the process when it was looked at last (`nonferrous monitor`): errors, bias and coverage "
            "over time, by unit and version; inputs compared with the training rows; sensors; recommended actions."
        ),
        response_model=MonitoringResponse,
        responses=described(404, 503),
    )
    async def monitoring(process: str) -> Response:
        status_of(process, champions)
        return json_response(await run_in_threadpool(_seen, process, database))

    return routes


def _seen(process: str, database: Database | None) -> dict[str, Any]:
    if database is None:
        raise ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, "this service keeps no records, so nothing is watched")
    try:
        with database.read() as connection:
            seen = newest(connection, process)
    except RecordsError:
        detail = "what was seen of the process cannot be read now"
        raise ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, detail, headers={"Retry-After": "1"}) from None
    if seen is None:
        detail = f"{process} was not looked at yet: nonferrous monitor {process}"
        raise ProblemError(HTTPStatus.NOT_FOUND, detail)
    at = dt.datetime.fromtimestamp(seen.at / 1e6, dt.UTC).isoformat(timespec="seconds")
    return {"process": process, "at": at, **{name: one for name, one in seen.content.items() if name != "process"}}
