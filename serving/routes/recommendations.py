"""Recommended set-points: plans and history in, advice out. Nothing is set."""

from __future__ import annotations

import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request, Response

from models.interfaces.learning import SETPOINTS
from models.learnings import learnt_by
from models.setpoints.errors import SetpointError
from operations.forms.faults import Fault, invalid
from operations.forms.payloads import PREDICTIONS, Payloads
from operations.tasks import task_of
from serving.hot_reload.champions import Champions, Served
from serving.middleware.admission import Load
from serving.responses.process_response import abilities, advised, served_of, status_of
from serving.responses.raw_route import Direct
from serving.responses.recording import Asked, Recorder
from serving.responses.threads import in_thread
from serving.wire.bodies import read_body
from serving.wire.problems import ProblemError, described


def router(payloads: Payloads, champions: Champions, most_bytes: int, recorder: Recorder, load: Load) -> APIRouter:
    """Routes of one process's set-points; none where nobody says what its knobs do."""
    process, offered = payloads.seed.process, payloads.setpoints
    routes = APIRouter(tags=["set-points"], route_class=Direct)
    if offered is None:
        return routes
    for name, verb in offered.verbs.items():
        routes.add_api_route(
            f"/v1/{process.name}/{name}",
            _endpoint(name, process.name, champions, most_bytes, recorder, load),
            methods=["POST"],
            response_model=verb.answer,
            responses=described(400, 404, 413, 415, 422, 429, 503, 507),
            operation_id=f"{name.replace('-', '_')}_{process.name}",
            summary=verb.summary,
            description=verb.about,
        )
    for name, why in offered.without.items():
        path = f"/v1/{process.name}/{name}"
        routes.add_api_route(path, _not_offered(path, why, payloads), methods=["POST"], include_in_schema=False)
    return routes


def _not_offered(path: str, why: str, payloads: Payloads) -> Callable[[Request], Response]:
    async def endpoint(request: Request) -> Response:
        raise ProblemError(HTTPStatus.NOT_FOUND, f"nothing is at {path}: {why}; {abilities(payloads)}")

    return endpoint  # type: ignore[return-value]


def _endpoint(
    name: str, process: str, champions: Champions, most_bytes: int, recorder: Recorder, load: Load
) -> Callable[[Request], Response]:
    async def endpoint(request: Request) -> Response:
        asked = Asked.of(request, process, name)
        body = await read_body(request, most_bytes)
        # Weighing moves takes seconds where a line is long: always in a thread, so that others do not wait for it.
        async with load.heavy.turn():
            response, served = await in_thread(_answer, name, body, process, champions)
        return await recorder.answered(asked, served, body, response)

    return endpoint  # type: ignore[return-value]


def _answer(name: str, body: bytes, process: str, champions: Champions) -> tuple[Response, Served]:
    payloads, status = status_of(process, champions)
    offered, task = payloads.setpoints, task_of(payloads.seed).recommendations
    if offered is None or task is None or name not in offered.verbs:
        raise ProblemError(HTTPStatus.NOT_FOUND, f"no set-points are recommended: {abilities(payloads)}")
    asked = task.read(offered, name, body)
    served = served_of(process, status, champions)
    model = _setpoints(served, payloads)
    try:
        answered = task.answered(offered, name, model, asked)
    except SetpointError as error:
        raise invalid([_fault(error)]) from None
    return advised(payloads, served, answered), served


def _fault(error: SetpointError) -> Fault:
    """A fault from an error that says `place: got value: expected this`, or from its words alone."""
    said = re.fullmatch(r"(\S+): got (.+?): expected (.+)", str(error))
    if said is None:
        return Fault(expected=str(error))
    place, value, expected = said.groups()
    return Fault(field=place.replace("economics.", "prices."), value=value, expected=expected)


def _setpoints(served: Served, payloads: Payloads) -> Any:
    """The set-point model of a version; ProblemError 404 where its history taught none."""
    model = learnt_by(served.model, SETPOINTS)
    if model is None:
        why = served.model.refusals.get(SETPOINTS) or "it was trained without them; train again"
        detail = f"version {served.champion.version} of {payloads.seed.process.name} recommends no set-points: {why}"
        raise ProblemError(HTTPStatus.NOT_FOUND, f"{detail}; {abilities(payloads, [PREDICTIONS])}")
    return model
