"""Recommended set-points: plans and history in, advice out. Nothing is set, and nothing is kept."""

from __future__ import annotations

import re
from collections.abc import Callable
from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from models.setpoints.advising import what_if
from models.setpoints.errors import SetpointError
from models.setpoints.experiments import experiments
from models.setpoints.frontier import pareto
from models.setpoints.line.advising import recommend_line
from models.setpoints.model import SetpointModel
from serving.bodies import read_body
from serving.following.champions import Champions, Served
from serving.payloads import PREDICTIONS, Payloads, Record
from serving.problems import Fault, ProblemError, described, invalid
from serving.recommendations.answers import advice_rows, pareto_rows, priced, schedule_rows
from serving.recommendations.line import LINE, POWER_LIMIT, line_part
from serving.recommendations.moves import chosen
from serving.recommendations.payloads import ASSUMPTIONS, EXPERIMENTS, PARETO, RECOMMENDATIONS, WHAT_IF
from serving.recommendations.requests import Asked, read
from serving.routes.answering import abilities, json_response, model_used, served_of, status_of


def router(payloads: Payloads, champions: Champions, most_bytes: int) -> APIRouter:
    """Routes of one process's set-points; none where no physics says what its knobs do."""
    process = payloads.seed.process
    routes = APIRouter(tags=["set-points"])
    for name, verb in ({} if payloads.setpoints is None else payloads.setpoints.verbs).items():
        routes.add_api_route(
            f"/v1/{process.name}/{name}",
            _endpoint(name, process.name, champions, most_bytes),
            methods=["POST"],
            response_model=verb.answer,
            responses=described(400, 404, 413, 415, 422, 503),
            operation_id=f"{name.replace('-', '_')}_{process.name}",
            summary=verb.summary,
            description=verb.about,
        )
    return routes


def _endpoint(name: str, process: str, champions: Champions, most_bytes: int) -> Callable[[Request], Response]:
    async def endpoint(request: Request) -> Response:
        body = await read_body(request, most_bytes)
        # Weighing moves takes seconds where a line is long: always in a thread, so that others do not wait for it.
        return await run_in_threadpool(_answer, name, body, process, champions)

    return endpoint  # type: ignore[return-value]


def _answer(name: str, body: bytes, process: str, champions: Champions) -> Response:
    payloads, status = status_of(process, champions)
    if payloads.setpoints is None:
        raise ProblemError(HTTPStatus.NOT_FOUND, f"no set-points are recommended: {abilities(payloads)}")
    asked = read(payloads.setpoints, payloads.setpoints.verbs[name], body)
    served = served_of(process, status, champions)
    model = _setpoints(served, payloads)
    prices = asked.request["prices"]
    try:
        reckoned = model.priced(prices)
        answered = _VERBS[name](model, asked, prices)
    except SetpointError as error:
        raise invalid([_fault(error)]) from None
    return json_response(
        {
            "process": process,
            "task": payloads.seed.process.task,
            "model": model_used(served),
            "advisory": True,
            "assumptions": ASSUMPTIONS,
            "prices": priced(reckoned, model.seed),
            **answered,
        }
    )


def _fault(error: SetpointError) -> Fault:
    """A fault from an error that says `place: got value: expected this`, or from its words alone."""
    said = re.fullmatch(r"(\S+): got (.+?): expected (.+)", str(error))
    if said is None:
        return Fault(expected=str(error))
    place, value, expected = said.groups()
    return Fault(field=place.replace("economics.", "prices."), value=value, expected=expected)


def _setpoints(served: Served, payloads: Payloads) -> SetpointModel:
    """The set-point model of a version; ProblemError 404 where its history taught none."""
    model: SetpointModel | None = getattr(served.model, "setpoints", None)
    if model is None:
        why = getattr(served.model, "setpoints_refusal", None) or "it was trained without them; train again"
        detail = f"version {served.champion.version} of {payloads.seed.process.name} recommends no set-points: {why}"
        raise ProblemError(HTTPStatus.NOT_FOUND, f"{detail}; {abilities(payloads, [PREDICTIONS])}")
    return model


def _recommendations(model: SetpointModel, asked: Asked, prices: Record) -> Record:
    advices, line = recommend_line(model, asked.table, prices, asked.request.get(POWER_LIMIT))
    part = {} if line is None else {LINE: line_part(line, model.seed)}
    return {RECOMMENDATIONS: advice_rows(advices, asked, model), **part}


def _what_if(model: SetpointModel, asked: Asked, prices: Record) -> Record:
    moves = chosen(asked, model.seed)
    return {"what_if": advice_rows(what_if(model, asked.table, moves, prices), asked, model)}


def _pareto(model: SetpointModel, asked: Asked, prices: Record) -> Record:
    return {PARETO: pareto_rows(pareto(model, asked.table, prices), asked, model)}


def _experiments(model: SetpointModel, asked: Asked, prices: Record) -> Record:
    # Other signs for other periods, and the same ones for a request that is sent again.
    newest = asked.table[model.seed.clock.name].max()
    found = experiments(model, asked.table, asked.request["share"], prices, newest.toordinal())
    return schedule_rows(found, model)


_VERBS: dict[str, Callable[[SetpointModel, Asked, Record], Record]] = {
    RECOMMENDATIONS: _recommendations,
    WHAT_IF: _what_if,
    PARETO: _pareto,
    EXPERIMENTS: _experiments,
}
