"""Schedules of the current by the hour: rows in hand and an order in, a schedule or a problem out."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Request, Response

from operations.forms.payloads import SCHEDULES, Payloads
from operations.schedules.answers import answered
from serving.hot_reload.champions import Champions
from serving.middleware.admission import Load
from serving.responses.process_response import abilities, json_response, status_of
from serving.responses.raw_route import Direct
from serving.responses.recording import Asked, Recorder
from serving.responses.threads import in_thread
from serving.wire.bodies import read_body
from serving.wire.problems import ProblemError, described


def router(payloads: Payloads, champions: Champions, most_bytes: int, recorder: Recorder, load: Load) -> APIRouter:
    """Route of one process's schedules; none where its current follows no tariff."""
    process, offered = payloads.seed.process, payloads.schedules
    routes = APIRouter(tags=["schedules"], route_class=Direct)
    if offered is None:
        return routes

    async def schedule(request: Request) -> Response:
        asked = Asked.of(request, process.name, SCHEDULES)
        body = await read_body(request, most_bytes)
        async with load.heavy.turn():
            response = await in_thread(_answer, body, process.name, champions)
        return await recorder.answered(asked, None, body, response)

    routes.add_api_route(
        f"/v1/{process.name}/{SCHEDULES}",
        schedule,
        methods=["POST"],
        response_model=offered.answer,
        responses=described(400, 404, 413, 415, 422, 429, 503, 507),
        operation_id=f"schedule_{process.name}",
        summary=f"Current by the hour under a tariff: {process.title}",
        description=(
            "The current hour by hour that makes the metal owed at least cost, within ramps, limits of the current, "
            "heat, acid and zinc as far as the seed limits them; what limits that bind are worth; and what a current "
            "that never changes would cost. It rests on physics and on the rows, so no trained model is needed. An "
            "order that no schedule keeps is a problem whose errors say which limit, alone, would have to give way."
        ),
    )
    return routes


def _answer(body: bytes, process: str, champions: Champions) -> Response:
    payloads, _ = status_of(process, champions)
    if payloads.schedules is None:
        raise ProblemError(HTTPStatus.NOT_FOUND, f"no current follows a tariff: {abilities(payloads)}")
    return json_response(answered(payloads.schedules, body))
