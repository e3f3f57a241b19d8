"""Recommended set-points of units whose target is a number: a request read, and its answer by a set-point model."""

from __future__ import annotations

from collections.abc import Callable

from models.setpoints.experiments import experiments
from models.setpoints.frontier import pareto
from models.setpoints.line.recommender import recommend_line
from models.setpoints.model import SetpointModel
from models.setpoints.recommender import what_if
from operations.forms.fields import Record
from operations.set_points import requests
from operations.set_points.answers import advice_rows, pareto_rows, planned_rows, priced
from operations.set_points.forms import (
    ASSUMPTIONS,
    EXPERIMENTS,
    PARETO,
    RECOMMENDATIONS,
    WHAT_IF,
    SetpointPayloads,
)
from operations.set_points.line import LINE, POWER_LIMIT, line_part
from operations.set_points.moves import chosen
from operations.set_points.requests import Asked


def read(payloads: SetpointPayloads, name: str, body: bytes) -> Asked:
    """A request's body that asks by the verb of a name; see `operations.set_points.requests.read`."""
    return requests.read(payloads, payloads.verbs[name], body)


def answered(payloads: SetpointPayloads, name: str, model: SetpointModel, asked: Asked) -> Record:
    """Answer of a set-point model, but for what all answers begin with.

    Raises
    ------
    SetpointError
        Prices that cannot be, or history that the model does not know.
    RequestError
        422 where chosen moves cannot be.
    """
    prices = asked.request["prices"]
    stated = priced(model.priced(prices), model.seed)
    return {"assumptions": ASSUMPTIONS, "prices": stated, **_VERBS[name](model, asked, prices)}


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
    return planned_rows(found, model)


_VERBS: dict[str, Callable[[SetpointModel, Asked, Record], Record]] = {
    RECOMMENDATIONS: _recommendations,
    WHAT_IF: _what_if,
    PARETO: _pareto,
    EXPERIMENTS: _experiments,
}
