"""Health: whether the process runs, and whether it can answer."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from serving.following.champions import Champions, Status
from serving.problems import Fault, ProblemError, described


class Live(BaseModel):
    """The process runs."""

    status: Literal["live"] = "live"


class Readiness(BaseModel):
    """How ready one process is."""

    state: Literal["answers", "champion not loaded", "no champion", "seed not usable"]
    version: Annotated[int | None, Field(description="version of the model that answers; null: none does")]
    trouble: Annotated[str | None, Field(description="why no model answers, or why a newer one was refused")]


class Ready(BaseModel):
    """The service answers for one process at least."""

    status: Annotated[
        Literal["ready", "degraded"],
        Field(description="degraded: store or seeds cannot be read, or a process is not as it should be"),
    ]
    store: Annotated[str | None, Field(description="why the store cannot be read at the moment; null: it can")]
    seeds: Annotated[str | None, Field(description="why the seeds cannot be read at the moment; null: they can")]
    degraded: Annotated[
        dict[str, str],
        Field(
            description="reason by process: its champion cannot be loaded, its alias is gone, or its seed cannot be "
            "used. One that was never trained is not among them"
        ),
    ]
    processes: dict[str, Readiness]


def router(champions: Champions) -> APIRouter:
    """Routes of health; the service is ready while one process at least answers."""
    routes = APIRouter(tags=["health"])

    @routes.head("/health/live", include_in_schema=False)
    @routes.get("/health/live", operation_id="live", summary="The service runs")
    async def live() -> Live:
        return Live()

    @routes.head("/health/ready", include_in_schema=False)
    @routes.get("/health/ready", operation_id="ready", summary="The service can answer", responses=described(503))
    async def ready() -> Ready:
        statuses, store, seeds = champions.statuses, champions.store_trouble, champions.seeds_trouble
        found = {name: _readiness(status) for name, status in statuses.items()}
        if all(one.state != "answers" for one in found.values()):
            raise _not_ready(found, store or seeds)
        degraded = {name: str(status.troubles) for name, status in statuses.items() if _is_degraded(status)}
        return Ready(
            status="degraded" if degraded or store or seeds else "ready",
            store=store,
            seeds=seeds,
            degraded=degraded,
            processes=found,
        )

    return routes


def _readiness(status: Status) -> Readiness:
    if status.served is not None:
        return Readiness(state="answers", version=status.served.champion.version, trouble=status.troubles)
    if status.seed_trouble is not None:
        return Readiness(state="seed not usable", version=None, trouble=status.troubles)
    state = "no champion" if status.champion is None else "champion not loaded"
    return Readiness(state=state, version=None, trouble=status.troubles)


def _is_degraded(status: Status) -> bool:
    was_trained = status.served is not None or status.champion is not None
    return status.seed_trouble is not None or (status.trouble is not None and was_trained)


def _not_ready(found: dict[str, Readiness], trouble: str | None) -> ProblemError:
    faults = [
        Fault(field=name, value=one.state, expected=f"a model that answers: {trouble or one.trouble}")
        for name, one in found.items()
    ]
    detail = trouble or "no process has a model that answers; see errors"
    return ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, detail, faults)
