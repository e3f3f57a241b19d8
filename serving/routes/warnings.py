"""Early warnings: history and periods to come in, probabilities and alarms out."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Request, Response

from models.interfaces.learning import WARNINGS as WARNINGS_LEARNT
from models.learnings import learnt_by
from models.warnings.model import WarningModel
from operations.forms.payloads import PREDICTIONS, WARNINGS, Payloads
from operations.warnings.answers import answered, read
from operations.warnings.forms import ABOUT
from serving.hot_reload.champions import Champions, Served
from serving.middleware.admission import Load
from serving.responses.process_response import abilities, advised, served_of, status_of
from serving.responses.raw_route import Direct
from serving.responses.recording import Asked, Recorder
from serving.responses.threads import in_thread
from serving.wire.bodies import read_body
from serving.wire.problems import ProblemError, described


def router(payloads: Payloads, champions: Champions, most_bytes: int, recorder: Recorder, load: Load) -> APIRouter:
    """Route of one process's warnings; none where its seed names no event."""
    process, offered = payloads.seed.process, payloads.warnings
    routes = APIRouter(tags=["warnings"], route_class=Direct)
    if offered is None:
        return routes

    async def warn(request: Request) -> Response:
        asked = Asked.of(request, process.name, WARNINGS)
        body = await read_body(request, most_bytes)
        async with load.heavy.turn():
            response, served = await in_thread(_answer, body, process.name, champions)
        return await recorder.answered(asked, served, body, response)

    routes.add_api_route(
        f"/v1/{process.name}/{WARNINGS}",
        warn,
        methods=["POST"],
        response_model=offered.answer,
        responses=described(400, 404, 413, 415, 422, 429, 503, 507),
        operation_id=f"warnings_{process.name}",
        summary=f"Early warnings: {process.title}",
        description=ABOUT,
    )
    return routes


def _answer(body: bytes, process: str, champions: Champions) -> tuple[Response, Served]:
    payloads, status = status_of(process, champions)
    if payloads.warnings is None:  # the seed has changed since the route was found
        raise ProblemError(HTTPStatus.NOT_FOUND, f"no warnings are given: {abilities(payloads)}")
    asked = read(payloads.warnings, body)
    served = served_of(process, status, champions)
    model = _warnings(served, payloads)
    return advised(payloads, served, answered(model, asked)), served


def _warnings(served: Served, payloads: Payloads) -> WarningModel:
    """The warnings of a version; ProblemError 404 where its history taught none."""
    model: WarningModel | None = learnt_by(served.model, WARNINGS_LEARNT)
    if model is None:
        why = served.model.refusals.get(WARNINGS_LEARNT) or "it was trained without them; train again"
        detail = f"version {served.champion.version} of {payloads.seed.process.name} gives no warnings: {why}"
        raise ProblemError(HTTPStatus.NOT_FOUND, f"{detail}; {abilities(payloads, [PREDICTIONS])}")
    return model
