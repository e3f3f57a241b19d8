"""Basis of the energy in predictions: factors and norms, which no response repeats."""

from __future__ import annotations

from fastapi import Request, Response

from operations.catalogue import Offers
from operations.predictions.energy.accounting import Accounting
from serving.hot_reload.champions import Champions
from serving.responses.process_response import json_response, model_used, served_of, status_to_answer
from serving.responses.raw_route import Endpoint

NOT_ACCOUNTED = "its energy is not accounted for"


def accounting_of(offers: Offers) -> Accounting:
    """Energy of a process that is accounted for."""
    return next(one for one in offers.predictions.options if isinstance(one, Accounting))


def endpoint(process: str, champions: Champions) -> Endpoint:
    """Endpoint of the basis of one process's energy."""

    async def basis(request: Request) -> Response:
        offers, status = await status_to_answer(process, champions)
        served, accounting = served_of(process, status, champions), accounting_of(offers)
        stated = accounting.basis(served.model.seed)
        return json_response({"process": process, "model": model_used(served), **stated})

    return basis
