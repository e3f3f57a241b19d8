"""Jobs: submit, inspect and cancel. A worker runs them; the service neither trains nor moves an alias."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Any, Literal, TypeVar

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from operations.forms.decoding import parsed_json
from operations.forms.faults import RequestDefect, invalid, shown
from operations.forms.fields import WHOLE
from operations.forms.shapes import Shape
from records.database import Database, RecordsError
from records.jobs.audited import MOST_REASON, AuditedJobs
from records.jobs.queue import BusyError, Job, Jobs, JobsError, RetrainingRequest
from serving.hot_reload.champions import Champions
from serving.middleware.authorization import JOBS
from serving.middleware.context import asker
from serving.wire.bodies import read_body
from serving.wire.problems import ProblemError, described

T = TypeVar("T")

_MOST_BYTES = 64 * 1024
_PATH = f"/v1/{{process}}/{JOBS}"
_UTC = "UTC, ISO 8601; null: not yet"
_NULL_SHADOW = "UTC, ISO 8601; null: it does not"


class AskedJob(BaseModel):
    """Retraining request; all fields are optional."""

    model_config = ConfigDict(extra="forbid", title="RetrainingJobRequest")

    only_if_due: Annotated[
        bool, Field(description="whether to train only if retraining is due: by drift, or by many new rows")
    ] = False
    accept_label_shift: Annotated[
        str | None,
        Field(
            min_length=1,
            max_length=MOST_REASON,
            description="reason to train on labels that are inconsistent with history",
        ),
    ] = None
    dry_run: Annotated[bool, Field(description="whether to register and promote nothing")] = False
    shadow: Annotated[
        Annotated[int, Field(ge=1, strict=True)] | None,
        WHOLE,
        Field(description="version whose shadow period begins: the challenger; nothing is trained"),
    ] = None
    end_shadow: Annotated[
        str | None,
        Field(
            min_length=1,
            max_length=MOST_REASON,
            json_schema_extra={"pattern": r"\S"},
            description="reason to end the shadow period before its time; nothing is trained",
        ),
    ] = None


class JobProgress(BaseModel):
    """Progress of a job."""

    step: Annotated[str | None, Field(description="current step; null: not started")]
    steps_done: Annotated[int, Field(description="finished parts of this step")]
    steps_total: Annotated[int, Field(description="total parts of this step")]
    log: Annotated[list[str], Field(description="log of the finished steps")]


class JobResult(BaseModel):
    """Result of a job."""

    version: Annotated[int | None, Field(description="registered version; null: none")]
    promoted: Annotated[bool, Field(description="whether the version was promoted to champion")]
    reason: Annotated[str, Field(description="reason of the decision")]
    reasons: Annotated[list[str], Field(description="reasons why the gate rejected it; empty if it passed")]
    figures: Annotated[dict[str, float], Field(description="figures behind the decision")]
    shadow_until: Annotated[
        str | None, Field(description=f"end of its shadow period, before which it is not promoted, {_NULL_SHADOW}")
    ] = None


class RetrainingJob(BaseModel):
    """A retraining job."""

    job: str
    process: str
    state: Literal["queued", "running", "done", "failed", "cancelled"]
    request: AskedJob
    requested_by: str
    requested_at: Annotated[str, Field(description="UTC, ISO 8601")]
    started_at: Annotated[str | None, Field(description=_UTC)]
    ended_at: Annotated[str | None, Field(description=_UTC)]
    progress: JobProgress
    result: Annotated[JobResult | None, Field(description="null: not yet, or none")]
    reason: Annotated[str | None, Field(description="why it failed; null: it did not")]


class RetrainingJobs(BaseModel):
    """Retraining jobs of a process, the newest first; at most 100."""

    process: str
    jobs: list[RetrainingJob]


_ASKED = Shape(AskedJob)


def router(
    champions: Champions, jobs: Jobs, database: Database | None, refusal: Callable[[RetrainingRequest], str | None]
) -> APIRouter:
    """Routes of all processes' jobs; the door asks for the role operate.

    `refusal` gives the reason why a shadow period cannot begin or end as requested.
    """
    routes, audited = APIRouter(tags=["retraining"]), AuditedJobs(jobs, database)

    def of(process: str) -> str:
        if champions.statuses.get(process) is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return process

    async def job_by_id(process: str, job: str) -> Job:
        known = await _from(lambda: jobs.get(job))
        if known is None or known.request.process != of(process):
            raise ProblemError(HTTPStatus.NOT_FOUND, f"{process} has no retraining job of this name")
        return known

    # The body is read here, as all routes do, so that what is wrong with it is named alike.
    body = {"required": False, "content": {"application/json": {"schema": AskedJob.model_json_schema()}}}

    @routes.post(
        _PATH,
        status_code=HTTPStatus.ACCEPTED,
        operation_id="ask_for_retraining",
        summary="Submit a retraining job",
        description=(
            "A worker (`nonferrous worker`) trains a challenger on the history and on the records whose outcomes are "
            "known, and promotes it only if it is better. `Location` is the address of the job. A process has one "
            "job at a time. With `shadow` or `end_shadow`, the job begins or ends a shadow period, and trains nothing."
        ),
        responses=described(400, 404, 409, 413, 415, 422, 503),
        openapi_extra={"requestBody": body},
    )
    async def ask(process: str, request: Request, response: Response) -> RetrainingJob:
        retraining = await _asked(request)
        submitted = RetrainingRequest(of(process), asker(request.scope), **retraining.model_dump())
        _check_alone(submitted)
        if (reason := refusal(submitted)) is not None:
            raise ProblemError(HTTPStatus.CONFLICT, f"{process}: {reason}")
        job = await _from(lambda: audited.submit(submitted))
        response.headers["Location"] = f"/v1/{process}/{JOBS}/{job.id}"
        return _shown(job)

    @routes.get(
        _PATH, operation_id="retraining_jobs", summary="Retraining jobs of a process", responses=described(404, 503)
    )
    async def listed(process: str) -> RetrainingJobs:
        known = await _from(lambda: jobs.of(of(process)))
        return RetrainingJobs(process=process, jobs=[_shown(job) for job in known])

    @routes.get(
        f"{_PATH}/{{job}}",
        operation_id="retraining_job",
        summary="A retraining job: state, progress, log, result",
        responses=described(404, 503),
    )
    async def one(process: str, job: str) -> RetrainingJob:
        return _shown(await job_by_id(process, job))

    @routes.delete(
        f"{_PATH}/{{job}}",
        status_code=HTTPStatus.ACCEPTED,
        operation_id="cancel_retraining",
        summary="Cancel a retraining job",
        description="A queued job does not start, a running job ends within a minute, a finished job is unchanged.",
        responses=described(404, 503),
    )
    async def cancel(process: str, job: str, request: Request) -> RetrainingJob:
        known = await job_by_id(process, job)
        await _from(lambda: audited.cancel(known, asker(request.scope)))
        return _shown(await job_by_id(process, job))

    return routes


async def _asked(request: Request) -> AskedJob:
    """Parse the body of a retraining request; an empty one means the defaults."""
    if request.headers.get("content-length", "0") == "0" and "transfer-encoding" not in request.headers:
        return AskedJob()
    body, faults = _ASKED.read(parsed_json(await read_body(request, _MOST_BYTES)))
    if faults:
        raise invalid(faults)
    assert isinstance(body, AskedJob)
    return body


def _check_alone(request: RetrainingRequest) -> None:
    """A job trains, or begins a shadow period, or ends one with a reason."""
    if request.end_shadow is not None and not request.end_shadow.strip():
        raise invalid([RequestDefect(field="end_shadow", value=shown(request.end_shadow), expected="a reason")])
    trains = request.only_if_due or request.dry_run or request.accept_label_shift is not None
    if not request.is_training and (trains or (request.shadow is not None and request.end_shadow is not None)):
        name = "end_shadow" if request.shadow is None else "shadow"
        defect = RequestDefect(field=name, value=shown(getattr(request, name)), expected="no other field")
        raise invalid([defect])


async def _from(call: Callable[[], T]) -> T:
    """Return the result of a queue call, made off the event loop."""
    try:
        return await run_in_threadpool(call)
    except BusyError as error:
        raise ProblemError(HTTPStatus.CONFLICT, str(error)) from None
    except (JobsError, RecordsError) as error:
        raise ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, str(error), headers={"Retry-After": "5"}) from None


def _shown(job: Job) -> RetrainingJob:
    submitted, progress, result = job.request, job.progress, job.result
    fields = {name: getattr(submitted, name) for name in AskedJob.model_fields}
    return RetrainingJob(
        job=job.id,
        process=submitted.process,
        state=job.state,
        request=AskedJob(**fields),
        requested_by=submitted.by,
        requested_at=_when(job.at) or "",
        started_at=_when(job.started),
        ended_at=_when(job.ended),
        progress=JobProgress(
            step=progress.get("what"),
            steps_done=progress.get("done", 0),
            steps_total=progress.get("steps", 0),
            log=progress.get("lines", []),
        ),
        result=None if result is None else _result(result),
        reason=job.reason,
    )


def _result(result: Mapping[str, Any]) -> JobResult:
    return JobResult(reason=result["why"], **{name: value for name, value in result.items() if name != "why"})


def _when(at: int | None) -> str | None:
    return None if at is None else datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds")
