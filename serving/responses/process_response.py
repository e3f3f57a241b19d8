"""Shared start and end of every process route: select the model or refuse, then encode the response."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import asdict
from http import HTTPStatus

import msgspec
from fastapi import Response
from starlette.responses import StreamingResponse

from models.online.received import FIXED
from models.regression.several import SeveralTargets
from models.tasks import Model
from operations.catalogue import Offers
from operations.forms.fields import MODEL, Record
from operations.forms.include import includes
from operations.predictions.together import PredictedRows
from registry.versions import CHAMPION
from serving.hot_reload.champions import Champions
from serving.hot_reload.status import Served, Status
from serving.middleware.context import seen_by_operators
from serving.wire.problems import ProblemError

_SHORT = 2  # parts of an answer to few rows: its head, and all predictions
GONE = Status(trouble="its seed file was deleted")
HIDDEN = "the log of the service and a key with the role operate say why"


def troubles_shown(status: Status, store_trouble: str | None = None) -> str | None:
    """Return a process's errors as the caller may see them: they may name files, addresses and versions."""
    return seen_by_operators(store_trouble or status.troubles, HIDDEN)


def status_of(process: str, champions: Champions) -> tuple[Offers, Status]:
    """Operations that a process offers, and its status.

    One look for one request: a swap meanwhile cannot mix two models, or a model and another one's seed.

    Raises
    ------
    ProblemError
        404 if the process is no longer served.
    """
    status = champions.statuses.get(process, GONE)
    return _offers_of(process, status), status


def _offers_of(process: str, status: Status) -> Offers:
    if status.offers is None:
        raise ProblemError(HTTPStatus.NOT_FOUND, f"{process} is no longer served: {troubles_shown(status)}")
    return status.offers


async def status_to_answer(process: str, champions: Champions) -> tuple[Offers, Status]:
    """Operations that a process offers, and its status with its model in memory.

    A model that is not in memory is loaded, and the request waits for it.

    Raises
    ------
    ProblemError
        404 if the process is no longer served.
    """
    offers, status = status_of(process, champions)
    if status.in_service is not None:
        champions.memory.note_use(process)
    if status.resting is not None:
        status = await champions.in_memory(process) or GONE
        offers = _offers_of(process, status)
    return offers, status


def served_of(process: str, status: Status, champions: Champions) -> Served:
    """The model that answers; ProblemError 503 where there is none."""
    if status.served is None:
        detail = f"{process} has no model in service: {troubles_shown(status, champions.store_trouble)}"
        later = {"Retry-After": str(math.ceil(champions.wait))}
        raise ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, detail, headers=later)
    return status.served


def model_used(served: Served) -> Record:
    """The model that answers, as answers name it."""
    return {
        "version": served.champion.version,
        "alias": CHAMPION,
        "digest": served.digest,
        "baseline": served.baseline,
    }


def head_of(process: str, served: Served, request: Record) -> Record:
    """Fields at the start of a response to rows."""
    used = {"version": served.champion.version, "baseline": served.baseline}
    return {
        "process": process,
        "model": model_used(served) if includes(request, MODEL) else used,
        "coverage": request["coverage"],
        "interval": interval_of(served.model),
    }


def interval_of(model: Model) -> Record:
    """The interval that a model answers with, as responses state it: of several targets one each."""
    if isinstance(model, SeveralTargets):
        return {target: asdict(one) for target, one in model.interval.items()}
    return asdict(getattr(model, "interval", FIXED))  # classes and pieces follow no outcomes


def advised(offers: Offers, served: Served | None, answered: Record) -> Response:
    """Response with a recommendation, of a model or of none, for users only."""
    process = offers.seed.process
    model = {} if served is None else {"model": model_used(served)}
    return json_response({"process": process.name, "task": process.task, **model, "advisory": True, **answered})


def start_of(head: Record) -> bytes:
    """Return the start of a response, from its head, before its first prediction."""
    return b"{" + _members(head) + b',"predictions":['


def part_of(block: PredictedRows, is_first: bool = True, is_last: bool = True) -> bytes:
    """Return some predictions as JSON, which with the start and the other parts are the response.

    Parameters
    ----------
    block : PredictedRows
        Response to some rows; fields behind its predictions belong to the last part.
    is_first, is_last : bool
        Whether the predictions are the first and the last of the response.
    """
    predictions = msgspec.json.encode(block.predictions)[1:-1]
    closed = b"]" + (b"," + _members(block.after) if block.after else b"") + b"}" if is_last else b""
    return (b"" if is_first else b",") + predictions + closed


def _members(record: Record) -> bytes:
    """Fields of an object as JSON, without its brackets."""
    return msgspec.json.encode(record)[1:-1]


def joined_answer(parts: Sequence[bytes]) -> Response:
    """Response that carries an answer of which all parts are made; those of a long one go out one by one."""
    if len(parts) <= _SHORT:
        return Response(b"".join(parts), media_type="application/json")
    size = {"content-length": str(sum(map(len, parts)))}
    return StreamingResponse(_each(parts), headers=size, media_type="application/json")


async def _each(parts: Sequence[bytes]) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


def json_response(answer: Record) -> Response:
    """Response that carries an answer; NaN has no place in JSON."""
    return Response(msgspec.json.encode(answer), media_type="application/json")


def paths(offers: Offers, operations: Iterable[str] | None = None) -> list[str]:
    """Addresses of a process's operations, by default of all."""
    name = offers.seed.process.name
    return [f"/v1/{name}/{operation}" for operation in (offers.operations if operations is None else operations)]


def abilities(offers: Offers, operations: Iterable[str] | None = None) -> str:
    """Task and operations of a process as text; by default all operations."""
    answers = ", ".join(paths(offers, operations))
    return f"{offers.seed.process.name} is of the task {offers.seed.process.task} and answers POST {answers}"
