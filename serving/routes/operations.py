"""Routes of the operations that processes offer: one loop over the catalogue."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from typing import Any

from fastapi import Request, Response

from models.processes.lookup import energy_of
from operations.catalogue import Offers, operations_of
from operations.operation import AdviceOperation, NotLearntError, Operation
from operations.predictions.energy.forms import ENERGY, basis_kind
from operations.predictions.latest import latest_kind
from operations.predictions.operation import Predictions
from records.database import Database
from seeds import Seed
from serving.hot_reload.champions import Champions
from serving.hot_reload.status import Served, Status
from serving.middleware.admission import Load
from serving.middleware.authorization import LATEST, PAGE
from serving.openapi.entries import RouteDescription
from serving.responses import energy, latest, outcomes, pages, predictions
from serving.responses.deliveries import once
from serving.responses.process_response import abilities, advised, paths, served_of, status_of, status_to_answer
from serving.responses.raw_route import Direct, Endpoint
from serving.responses.recording import Recorder, RequestMetadata
from serving.responses.tables import about_tables
from serving.responses.threads import in_thread
from serving.wire.bodies import CSV, read_body
from serving.wire.problems import ProblemError

HTML = "text/html"


def routes_of(
    offers: Offers,
    champions: Champions,
    most_bytes: int,
    recorder: Recorder,
    load: Load,
    database: Database | None = None,
) -> list[Direct]:
    """Routes of one process's operations; all but its offers is shared by all processes."""
    routes = []
    for operation in operations_of(offers.seed):
        path = _path(operation, offers)
        routes += _page_routes(operation, path, offers, load, database)
        if operation.name not in offers.operations:
            if (reason := operation.why_not(offers.seed)) is not None:
                routes.append(Direct(path, _not_offered(path, reason, offers), "POST"))
            continue
        if isinstance(operation, AdviceOperation):
            endpoint = _advice(operation, offers.seed.process.name, champions, most_bytes, recorder, load)
        elif operation.rows == "each":
            endpoint = predictions.endpoint(offers, champions, most_bytes, recorder, load)
        else:
            endpoint = outcomes.endpoint(offers, most_bytes, database, recorder, load)
        if operation.unrecorded is None:
            endpoint = once(endpoint, operation.name, offers.seed.process.name, most_bytes, database)
        routes.append(Direct(path, endpoint, "POST", partial(_entry, operation, offers)))
    return [*routes, *_energy_routes(offers, champions), *_latest_routes(offers, champions, load, database)]


def _energy_routes(offers: Offers, champions: Champions) -> list[Direct]:
    """Routes of the basis of energy; without accounts of energy, routes that state so."""
    (path,), seed = paths(offers, [ENERGY]), offers.seed
    if energy_of(seed) is None:
        endpoint = _not_offered(path, energy.NOT_ACCOUNTED, offers)
        return [Direct(path, endpoint, method) for method in ("GET", "HEAD")]
    endpoint = energy.endpoint(seed.process.name, champions)
    return [Direct(path, endpoint, "GET", partial(_energy_entry, seed)), Direct(path, endpoint, "HEAD")]


def _energy_entry(seed: Seed) -> RouteDescription:
    return RouteDescription(
        id=ENERGY,
        tag=Predictions.tag,
        summary=f"Factors and norms of energy: {seed.process.title}",
        description=f"Factors and norms that `{ENERGY}` in predictions rests on; they are the same in all responses.",
        answer=basis_kind(seed),
        problems=[404, 503],
    )


def _latest_routes(offers: Offers, champions: Champions, load: Load, database: Database | None) -> list[Direct]:
    """Routes of the latest recorded predictions."""
    (path,) = paths(offers, [f"{Predictions.name}/{LATEST}"])
    endpoint = latest.endpoint(offers.seed.process.name, champions, database, load)
    return [Direct(path, endpoint, "GET", partial(_latest_entry, offers)), Direct(path, endpoint, "HEAD")]


def _latest_entry(offers: Offers) -> RouteDescription:
    return RouteDescription(
        id="latest_predictions",
        tag=Predictions.tag,
        summary=f"Latest recorded prediction of each unit: {offers.seed.process.title}",
        description=(
            "For spreadsheets and dashboards that only read. It reads the newest requests; a unit that none of them is "
            "about is left out. It needs the role operate."
        ),
        answer=latest_kind(offers.predictions),
        parameters=latest.PARAMETERS,
        returns={CSV: {"type": "string"}},
        problems=[404, 422, 503],
    )


def _entry(operation: Operation[Any], offers: Offers) -> RouteDescription:
    """Description of an operation."""
    form = offers.forms[operation.name]
    is_table = operation.rows == "each"
    missing = [404] if operation.rows == "together" else []
    refused = [400, 406, 413, 415, 422, 429, 503, 507] if is_table else [400, *missing, 413, 415, 422, 429, 503, 507]
    return RouteDescription(
        id=operation.operation_id,
        tag=operation.tag,
        summary=form.summary,
        description=form.description + (about_tables(offers.predictions) if is_table else ""),
        request=form.request,
        answer=form.answer,
        example=form.example,
        problems=refused,
    )


def _page_routes(
    operation: Operation[Any],
    path: str,
    offers: Offers,
    load: Load,
    database: Database | None,
) -> list[Direct]:
    """Routes of the page of an operation's responses; where there is none, routes that state the reason."""
    address = f"{path}/{PAGE}"
    is_offered = operation.name in offers.operations
    reason = operation.unrecorded if is_offered else operation.why_not(offers.seed)
    if reason is not None:
        endpoint = _not_offered(address, reason, offers)
        return [Direct(address, endpoint, method) for method in ("GET", "HEAD")]
    if not is_offered:
        return []
    endpoint = pages.endpoint(operation, offers, path, database, load)
    return [
        Direct(address, endpoint, "GET", partial(_page_entry, operation, offers)),
        Direct(address, endpoint, "HEAD"),
    ]


def _page_entry(operation: Operation[Any], offers: Offers) -> RouteDescription:
    return RouteDescription(
        id=f"{operation.operation_id}_page",
        tag=operation.tag,
        summary=f"Page of a recorded response: {offers.forms[operation.name].summary}",
        description="A recorded response as one HTML page for people, without a script. It needs the role operate.",
        parameters=pages.PARAMETERS,
        returns={HTML: {"type": "string"}},
        problems=[404, 422, 503],
    )


def _path(operation: Operation[Any], offers: Offers) -> str:
    (path,) = paths(offers, [operation.name])
    return path


def _not_offered(path: str, reason: str, offers: Offers) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        raise ProblemError(HTTPStatus.NOT_FOUND, f"nothing is at {path}: {reason}; {abilities(offers)}")

    return endpoint


def _advice(
    operation: AdviceOperation[Any, Any],
    process: str,
    champions: Champions,
    most_bytes: int,
    recorder: Recorder,
    load: Load,
) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        metadata = RequestMetadata.of(request, process, operation.name)
        body = await read_body(request, most_bytes)
        # Evaluating moves takes seconds where a line is long: always in a thread, so that others do not wait for it.
        offers, status = status_of(process, champions)
        if operation.uses_model:
            offers, status = await status_to_answer(process, champions)
        async with load.heavy.turn():
            response, served = await in_thread(_answer, operation, body, offers, status, champions)
        return await recorder.answered(metadata, served, body, response)

    return endpoint


def _answer(
    operation: AdviceOperation[Any, Any], body: bytes, offers: Offers, status: Status, champions: Champions
) -> tuple[Response, Served | None]:
    if operation.name not in offers.operations:  # the seed has changed since the route was found
        raise ProblemError(HTTPStatus.NOT_FOUND, f"{operation.lacking}: {abilities(offers)}")
    form = offers.forms[operation.name]
    request = operation.read(form, body)
    served = served_of(offers.seed.process.name, status, champions) if operation.uses_model else None
    trained = None if served is None else _learnt(operation, served, offers)
    return advised(offers, served, operation.answer(form, trained, request)), served


def _learnt(operation: AdviceOperation[Any, Any], served: Served, offers: Offers) -> Any:
    """The part of a version that an operation needs; ProblemError 404 where its history taught none."""
    try:
        return operation.learnt_of(served.model, "it was trained without them; train again")
    except NotLearntError as error:
        version = f"version {served.champion.version} of {offers.seed.process.name}"
        detail = f"{version} {error}; {abilities(offers, [Predictions.name])}"
        raise ProblemError(HTTPStatus.NOT_FOUND, detail) from None
