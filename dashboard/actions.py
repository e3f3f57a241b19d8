"""Actions of users: decisions on recommendations and warnings, retraining jobs, batches of outcomes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from dashboard import access, addresses, forms
from dashboard.contents import NoPageError, PageContents
from dashboard.links import ServiceLinks, Viewer
from dashboard.rendering import respond
from dashboard.routing import Endpoint
from dashboard.state.process import ProcessState
from dashboard.state.units import UnitState
from dashboard.views.recommendations import recommendation_of
from dashboard.views.warnings import alarm_of
from records import outcomes, user_decisions
from records.database import AwayError, Database, RecordsError, now
from records.jobs.audited import AuditedJobs
from records.jobs.queue import BusyError, JobsError, RetrainingRequest
from records.user_decisions import WITH_END, Action, DecisionError, UserDecision

HOURS = (1, 2, 4, 8, 12, 24)
"""Hours for which a warning may be shelved or a recommendation postponed."""
_LONGEST_NAME = 64  # characters of a user in tables of batches and jobs
_VERSION = re.compile("[1-9][0-9]{0,8}")
_HOUR = 3600 * 10**6  # microseconds

Run = Callable[[str, str, Mapping[str, str]], None]
"""Action on a process by a user of a name, with the fields of a form."""


class ActionError(ValueError):
    """A field of a form that is none of ours."""


class RefusedError(ValueError):
    """A shadow period that cannot begin or end as requested."""


class ReplacedError(LookupError):
    """A recommendation or alarm that is no longer the present one."""


_MESSAGES: dict[type[Exception], tuple[str, HTTPStatus]] = {
    forms.FormError: ("form", HTTPStatus.FORBIDDEN),
    NoPageError: ("no_page", HTTPStatus.NOT_FOUND),
    ReplacedError: ("replaced", HTTPStatus.CONFLICT),
    BusyError: ("not_done", HTTPStatus.CONFLICT),
    JobsError: ("jobs", HTTPStatus.SERVICE_UNAVAILABLE),
    RefusedError: ("not_done", HTTPStatus.CONFLICT),
    ActionError: ("not_done", HTTPStatus.UNPROCESSABLE_ENTITY),
    DecisionError: ("not_done", HTTPStatus.UNPROCESSABLE_ENTITY),
    AwayError: ("records", HTTPStatus.SERVICE_UNAVAILABLE),
    RecordsError: ("not_done", HTTPStatus.CONFLICT),
}
"""Message and status of each error; of two that an error is of, the first one counts."""


class DecisionSubject(msgspec.Struct, frozen=True):
    """Subject of a decision as forms send it; a button states its action too."""

    unit: str
    record: str
    event: str = ""
    action: str = ""


class Actions:
    """Actions on the processes of a service.

    Parameters
    ----------
    links : ServiceLinks
        Parts of the service.
    database : Database
        The records.
    contents : PageContents
        State of the plant, from which a decision takes what it is about.
    """

    def __init__(self, links: ServiceLinks, database: Database, contents: PageContents) -> None:
        self._links, self._database, self._contents = links, database, contents

    def endpoint(self, run: Run) -> Endpoint:
        """Endpoint of an action, which leads back to the page of its form."""

        async def answer(request: Request) -> Response:
            viewer = self._links.viewer(request.scope)
            try:
                fields = await forms.read(request)
                if not viewer.may_operate:
                    return access.message(request, viewer, "no_action", HTTPStatus.FORBIDDEN)
                process = request.path_params["process"]
                if process not in self._contents.statuses(viewer):
                    raise NoPageError(process)
                user = (viewer.name or (request.client.host if request.client else ""))[:_LONGEST_NAME]
                await run_in_threadpool(run, process, user, fields)
            except tuple(_MESSAGES) as error:
                kind, status = next(one for type_, one in _MESSAGES.items() if isinstance(error, type_))
                return access.message(request, viewer, kind, status, str(error) if kind == "not_done" else "")
            return access.to(addresses.own_or_overview(fields.get("next", "")))

        return answer

    async def form(self, request: Request, viewer: Viewer) -> Response:
        """Form for a decision with a reason."""
        if not viewer.may_operate:
            return access.message(request, viewer, "no_action", HTTPStatus.FORBIDDEN)
        given = {name: request.query_params.get(name, "") for name in ("unit", "event")}
        try:
            content = await run_in_threadpool(
                self._contents.of_decision, viewer, request.path_params["process"], **given
            )
        except NoPageError:
            return access.message(request, viewer, "no_page", HTTPStatus.NOT_FOUND)
        path = addresses.own_or_overview(request.query_params.get("next", ""))
        return await run_in_threadpool(respond, request, viewer, "decide", {**content, "next": path, "hours": HOURS})

    def decide(self, process: str, user: str, fields: Mapping[str, str]) -> None:
        """Record a decision on the present recommendation of a unit, or on an alarm that is in effect."""
        try:
            choice = msgspec.json.decode(fields.get("about", "").encode(), type=DecisionSubject)
        except msgspec.DecodeError as error:
            raise ActionError(f"about: {error}") from None
        action = _action(fields.get("action") or choice.action)
        self._contents.plant.follow(0.0)  # another replica may have shown the page, and newer responses may have come
        until = now() + _hours(fields.get("hours", "")) * _HOUR if action in WITH_END else None
        with self._contents.plant.processes() as states:
            state = states.get(process)
            if state is None or choice.unit not in state.units:
                raise NoPageError(choice.unit)
            seed, subject = state.seed, _present(state, state.units[choice.unit], choice)
        identity = (seed.key, choice.unit), (seed.time, subject.period)
        row = {column.name: value for column, value in identity if column is not None}
        decision = UserDecision(
            process=process,
            unit=choice.unit,
            event=choice.event,
            period=self._links.slot(seed, row)[1],
            record=subject.record,
            action=action,
            actor=user,
            reason=fields.get("reason", "").strip(),
            until=until,
            content=subject.content,
        )
        user_decisions.record(self._database, decision)
        self._contents.plant.follow(0.0)

    def change_jobs(self, process: str, user: str, fields: Mapping[str, str]) -> None:
        """Submit a job that trains, or that begins or ends a shadow period, or cancel one."""
        action, jobs = fields.get("action", ""), self._links.jobs
        audited = AuditedJobs(jobs, self._database)
        if action == "cancel":
            job = jobs.get(fields.get("job", ""))
            if job is None or job.request.process != process:
                raise NoPageError(process)
            audited.cancel(job, user)
            return
        request = _request(action, process, user, fields)
        if (reason := self._links.shadow_refusal(request)) is not None:
            raise RefusedError(reason)
        audited.submit(request)

    def review_batch(self, process: str, user: str, fields: Mapping[str, str]) -> None:
        """Withdraw or accept a batch of outcomes."""
        action, number, reason = fields.get("action", ""), fields.get("batch", ""), fields.get("reason", "").strip()
        reviews = {"withdraw": outcomes.withdraw, "accept": outcomes.accept}
        if action not in reviews:
            raise ActionError(f"action: got {action!r}, expected withdraw or accept")
        _check_reason(reason)
        with self._database.read() as connection:
            known = {str(one.number): one.number for one in outcomes.batches(connection, process)}
        if number not in known:
            raise NoPageError(number)
        reviews[action](self._database, known[number], user, reason)


def _request(action: str, process: str, user: str, fields: Mapping[str, str]) -> RetrainingRequest:
    if action == "submit":
        only_if_due, dry_run = (fields.get(name) == "yes" for name in ("only_if_due", "dry_run"))
        return RetrainingRequest(process, user, only_if_due, None, dry_run)
    if action == "begin shadow":
        version = fields.get("version", "")
        if not _VERSION.fullmatch(version):
            raise ActionError(f"version: got {version[:40]!r}, expected the number of a version")
        return RetrainingRequest(process, user, shadow=int(version))
    if action == "end shadow":
        reason = fields.get("reason", "").strip()
        _check_reason(reason)
        return RetrainingRequest(process, user, end_shadow=reason)
    raise ActionError(f"action: got {action[:40]!r}, expected submit, cancel, begin shadow or end shadow")


def _check_reason(reason: str) -> None:
    most = user_decisions.MOST_CHARACTERS
    if not reason or len(reason) > most:
        raise ActionError(f"reason: got {len(reason)} characters, expected 1 to {most}")


def _action(text: str) -> Action:
    for known in (*user_decisions.ON_RECOMMENDATIONS, *user_decisions.ON_WARNINGS):
        if known == text:
            return known
    raise ActionError(f"action: got {text!r}, expected one of a recommendation or warning")


def _hours(text: str) -> int:
    if text not in map(str, HOURS):
        raise ActionError(f"hours: got {text!r}, expected one of {', '.join(map(str, HOURS))}")
    return int(text)


@dataclass(frozen=True)
class _PresentState:
    """Recommendation or alarm as it is now: period as sent, id of the record, and its figures."""

    period: str
    record: str
    content: Mapping[str, Any]


def _present(state: ProcessState, unit: UnitState, choice: DecisionSubject) -> _PresentState:
    if choice.event:
        alarm = alarm_of(state, unit, choice.event)
        if alarm is None:
            raise ReplacedError(choice.event)
        return _PresentState(
            alarm.period, alarm.record, {"probability": alarm.probability, "threshold": alarm.threshold}
        )
    advice = recommendation_of(state, unit)
    if advice is None or advice.response.record != choice.record:
        raise ReplacedError(choice.record)
    effects, gain = advice.content.get("effects"), advice.content.get("gain")
    return _PresentState(
        advice.response.period, choice.record, {"moves": advice.moves, "effects": effects, "gain": gain}
    )
