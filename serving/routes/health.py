"""Health: whether the process runs, and whether it can answer."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from dashboard.links import ModelState
from operations.forms.faults import RequestDefect, shown
from serving.hot_reload.champions import Champions
from serving.hot_reload.status import Status
from serving.middleware.context import seen_by_operators
from serving.responses.process_response import HIDDEN, troubles_shown
from serving.wire.problems import ProblemError, described


class Live(BaseModel):
    """The process runs."""

    status: Literal["live"] = "live"


class Readiness(BaseModel):
    """Readiness of one process."""

    state: ModelState
    version: Annotated[int | None, Field(description="version of the model in service; null: none")]
    reason: Annotated[str | None, Field(description="reason of no model in service or of a rejected newer version")]


class Ready(BaseModel):
    """Every champion was polled, and the service predicts for at least one process."""

    status: Annotated[
        Literal["ready", "degraded"],
        Field(description="degraded: store or seeds cannot be read, or a process has an error"),
    ]
    store: Annotated[str | None, Field(description="reason why the store cannot be read now; null: it can be read")]
    seeds: Annotated[str | None, Field(description="reason why the seeds cannot be read now; null: they can be read")]
    degraded: Annotated[
        dict[str, str],
        Field(
            description="reason by process: its champion cannot be loaded, its alias is gone, or its seed cannot be "
            "used. One that was never trained is not among them"
        ),
    ]
    processes: dict[str, Readiness]


Trouble = Callable[[], str | None]
"""Reason why the records cannot be written now; None where they can."""


def check_records(records_error: Trouble) -> None:
    """Check that the records can be written, without which nothing is answered.

    Raises
    ------
    ProblemError
        503 that says why they cannot.
    """
    reason = records_error()
    if reason is not None:
        detail = f"the records cannot be written: {seen_by_operators(reason, HIDDEN)}"
        raise ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, detail)


def router(champions: Champions, records_trouble: Trouble = lambda: None) -> APIRouter:
    """Health routes; the service is ready when every champion was polled and at least one can predict."""
    routes = APIRouter(tags=["health"])

    @routes.head("/health/live", include_in_schema=False)
    @routes.get("/health/live", operation_id="live", summary="Liveness")
    async def live() -> Live:
        return Live()

    @routes.head("/health/ready", include_in_schema=False)
    @routes.get("/health/ready", operation_id="ready", summary="Readiness", responses=described(503))
    async def ready() -> Ready:
        check_records(records_trouble)
        statuses = champions.statuses
        store, seeds = (seen_by_operators(one, HIDDEN) for one in (champions.store_trouble, champions.seeds_trouble))
        states = {name: _readiness(status) for name, status in statuses.items()}
        if not champions.has_looked:
            raise _not_ready(states, store or seeds or "not every champion was looked for yet")
        if all(one.state != "serving" for one in states.values()):
            raise _not_ready(states, store or seeds)
        degraded = {name: str(states[name].reason) for name, status in statuses.items() if _is_degraded(status)}
        return Ready(
            status="degraded" if degraded or store or seeds else "ready",
            store=store,
            seeds=seeds,
            degraded=degraded,
            processes=states,
        )

    @routes.head("/health/ready/{process}", include_in_schema=False)
    @routes.get(
        "/health/ready/{process}",
        operation_id="ready_process",
        summary="Readiness of a process",
        responses=described(404, 503),
    )
    async def ready_process(process: str) -> Readiness:
        status = champions.statuses.get(process)
        if status is None:
            raise ProblemError(HTTPStatus.NOT_FOUND, f"process '{shown(process)}' not found")
        check_records(records_trouble)
        readiness = _readiness(status)
        if readiness.state != "serving":
            raise _not_ready({process: readiness}, None)
        return readiness

    return routes


def state_of(status: Status) -> ModelState:
    """State of the model of a process."""
    if status.in_service is not None:
        return "serving"
    if status.seed_trouble is not None:
        return "seed not usable"
    return "no champion" if status.champion is None else "champion not loaded"


def _readiness(status: Status) -> Readiness:
    return Readiness(state=state_of(status), version=status.version, reason=troubles_shown(status))


def _is_degraded(status: Status) -> bool:
    was_trained = status.in_service is not None or status.champion is not None
    return status.seed_trouble is not None or (status.trouble is not None and was_trained)


def _not_ready(states: dict[str, Readiness], error_text: str | None) -> ProblemError:
    faults = [
        RequestDefect(field=name, value=one.state, expected=f"a model in service: {error_text or one.reason}")
        for name, one in states.items()
        if one.state != "serving"
    ]
    detail = error_text or "no process has a model in service; see errors"
    return ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, detail, faults)
