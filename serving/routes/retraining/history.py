"""Promotion history from the audit log: version, time, actor and reason."""

from __future__ import annotations

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from records.audit import Entry, of_process
from records.database import Database, RecordsError
from serving.hot_reload.champions import Champions
from serving.middleware.authorization import HISTORY
from serving.responses.process_response import status_of
from serving.wire.problems import ProblemError, described


class HistoryEntry(BaseModel):
    """Something that was done about a process."""

    sequence: Annotated[int, Field(description="counts the entries of the audit, whatever the clock says")]
    at: Annotated[str, Field(description="UTC, ISO 8601")]
    actor: str
    action: Annotated[str, Field(description="promotion, rollback, correction, withdrawal ...")]
    subject: Annotated[str, Field(description="of what")]
    reason: str
    figures: Annotated[dict[str, Any], Field(description="what was known then")]


class HistoryResponse(BaseModel):
    """Changes of a process, the latest first."""

    process: str
    entries: list[HistoryEntry]


def router(champions: Champions, database: Database | None) -> APIRouter:
    """Route of all processes; requires the role operate, since users are named."""
    routes = APIRouter(tags=["retraining"])

    @routes.get(
        f"/v1/{{process}}/{HISTORY}",
        operation_id="history",
        summary="Promotion history",
        responses=described(404, 503),
    )
    async def history(process: str) -> HistoryResponse:
        status_of(process, champions)
        return HistoryResponse(process=process, entries=await run_in_threadpool(_entries, process, database))

    return routes


def _entries(process: str, database: Database | None) -> list[HistoryEntry]:
    if database is None:
        raise ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, "this service keeps no records, so it has no history")
    try:
        with database.read() as connection:
            return [_shown(one) for one in reversed(of_process(connection, process))]
    except RecordsError as error:
        raise ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, str(error), headers={"Retry-After": "5"}) from None


def _shown(entry: Entry) -> HistoryEntry:
    at = datetime.fromtimestamp(entry.at / 1e6, UTC).isoformat(timespec="milliseconds")
    return HistoryEntry(
        sequence=entry.number,
        at=at,
        actor=entry.actor,
        action=entry.action,
        subject=entry.subject,
        reason=entry.reason,
        figures=dict(entry.figures),
    )
