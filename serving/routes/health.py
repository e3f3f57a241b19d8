"""Health: whether the process runs, and whether it can answer."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from serving.champions import Champions, Status
from serving.problems import Fault, ProblemError, described


class Live(BaseModel):
    """The process runs."""

    status: Literal["live"] = "live"


class Readiness(BaseModel):
    """How ready one process is."""

    state: Literal["answers", "champion not loaded", "no champion"]
    version: Annotated[int | None, Field(description="version of the model that answers; null: none does")]
    trouble: Annotated[str | None, Field(description="why no model answers, or why a newer one was refused")]


class Ready(BaseModel):
    """The service answers."""

    status: Literal["ready"] = "ready"
    store: Annotated[str | None, Field(description="why the store cannot be read at the moment; null: it can")]
    processes: dict[str, Readiness]


def router(champions: Champions) -> APIRouter:
    """Routes of health; ready means that every process with a champion has a loaded model, and one at least has."""
    routes = APIRouter(tags=["health"])

    @routes.head("/health/live", include_in_schema=False)
    @routes.get("/health/live", operation_id="live", summary="The service runs")
    async def live() -> Live:
        return Live()

    @routes.head("/health/ready", include_in_schema=False)
    @routes.get("/health/ready", operation_id="ready", summary="The service can answer", responses=described(503))
    async def ready() -> Ready:
        statuses = champions.statuses
        found = {name: _readiness(status) for name, status in statuses.items()}
        states = {readiness.state for readiness in found.values()}
        if "answers" not in states or "champion not loaded" in states:
            raise _not_ready(found, champions.store_trouble)
        return Ready(store=champions.store_trouble, processes=found)

    return routes


def _readiness(status: Status) -> Readiness:
    if status.served is not None:
        return Readiness(state="answers", version=status.served.champion.version, trouble=status.trouble)
    state = "no champion" if status.champion is None else "champion not loaded"
    return Readiness(state=state, version=None, trouble=status.trouble)


def _not_ready(found: dict[str, Readiness], store: str | None) -> ProblemError:
    faults = [
        Fault(field=name, value=one.state, expected=f"a model that answers: {store or one.trouble}")
        for name, one in found.items()
        if one.version is None
    ]
    detail = store or "a champion is not loaded, or there is none at all; see errors"
    return ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, detail, faults)
