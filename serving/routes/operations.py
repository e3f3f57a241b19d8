"""Routes of the operations that processes offer: one loop over the catalogue."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from operations.catalogue import Offers, operations_of
from operations.operation import AdviceOperation, Form, NotLearntError, Operation
from operations.predictions.energy.forms import ENERGY, basis_kind
from operations.predictions.operation import Predictions
from records.database import Database
from serving.hot_reload.champions import Champions, Served
from serving.middleware.admission import Load
from serving.middleware.authorization import PAGE
from serving.responses import energy, outcomes, pages, predictions
from serving.responses.process_response import abilities, advised, paths, served_of, status_of
from serving.responses.raw_route import Direct, Endpoint
from serving.responses.recording import Recorder, RequestMetadata
from serving.responses.tables import BINARY, KINDS, about_tables
from serving.responses.threads import in_thread
from serving.wire.bodies import ARROW, read_body
from serving.wire.problems import ProblemError, described


def router(
    offers: Offers,
    champions: Champions,
    most_bytes: int,
    recorder: Recorder,
    load: Load,
    database: Database | None = None,
) -> APIRouter:
    """Routes of one process's operations; all but its offers is shared by all processes."""
    routes = APIRouter(route_class=Direct)
    for operation in operations_of(offers.seed):
        form, path = offers.forms.get(operation.name), _path(operation, offers)
        _add_page(routes, operation, form, path, offers, load, database)
        if form is None:
            if (reason := operation.why_not(offers.seed)) is not None:
                endpoint = _not_offered(path, reason, offers)
                routes.add_api_route(path, endpoint, methods=["POST"], include_in_schema=False)
            continue
        if isinstance(operation, AdviceOperation):
            endpoint = _advice(operation, offers.seed.process.name, champions, most_bytes, recorder, load)
        elif operation.rows == "each":
            endpoint = predictions.endpoint(offers.predictions, champions, most_bytes, recorder, load)
        else:
            endpoint = outcomes.endpoint(offers.outcomes, most_bytes, database, recorder, load)
        routes.add_api_route(
            path,
            endpoint,
            methods=["POST"],
            response_model=form.answer,
            tags=[operation.tag],
            responses=_responses(operation),
            operation_id=f"{operation.operation_id}_{offers.seed.process.name}",
            summary=form.summary,
            description=form.description + (about_tables(offers.predictions) if operation.rows == "each" else ""),
        )
    _add_energy(routes, offers, champions)
    return routes


def _add_energy(routes: APIRouter, offers: Offers, champions: Champions) -> None:
    """Add the basis of energy; without accounts of energy, a route that states so."""
    (path,), seed = paths(offers, [ENERGY]), offers.seed
    if energy.accounting_of(offers) is None:
        endpoint = _not_offered(path, energy.NOT_ACCOUNTED, offers)
        routes.add_api_route(path, endpoint, methods=["GET", "HEAD"], include_in_schema=False)
        return
    endpoint = energy.endpoint(seed.process.name, champions)
    routes.add_api_route(
        path,
        endpoint,
        methods=["GET"],
        response_model=basis_kind(seed),
        tags=[Predictions.tag],
        responses=described(404, 503),
        operation_id=f"energy_{seed.process.name}",
        summary=f"Factors and norms of energy: {seed.process.title}",
        description=f"Factors and norms that `{ENERGY}` in predictions rests on; they are the same in all responses.",
    )
    routes.add_api_route(path, endpoint, methods=["HEAD"], include_in_schema=False)


def _add_page(
    routes: APIRouter,
    operation: Operation[Any],
    form: Form | None,
    path: str,
    offers: Offers,
    load: Load,
    database: Database | None,
) -> None:
    """Add the page of an operation's responses; where there is none, a route that states the reason."""
    address, process = f"{path}/{PAGE}", offers.seed.process.name
    reason = operation.why_not(offers.seed) if form is None else operation.unrecorded
    if reason is not None:
        endpoint = _not_offered(address, reason, offers)
        routes.add_api_route(address, endpoint, methods=["GET", "HEAD"], include_in_schema=False)
    elif form is not None:
        endpoint = pages.endpoint(operation, form, path, database, load)
        routes.add_api_route(
            address,
            endpoint,
            methods=["GET"],
            response_class=HTMLResponse,
            response_model=None,
            tags=[operation.tag],
            responses=described(404, 422, 503),
            operation_id=f"{operation.operation_id}_page_{process}",
            summary=f"Page of a recorded response: {form.summary}",
            description="A recorded response as one HTML page for people, without a script. It needs the role operate.",
            openapi_extra={"parameters": pages.PARAMETERS},
        )
        routes.add_api_route(address, endpoint, methods=["HEAD"], include_in_schema=False)


def bodies(offers: Offers) -> Iterator[tuple[str, Form, dict[str, Any]]]:
    """Address and form of each operation of a process, and accepted bodies other than JSON."""
    for operation in operations_of(offers.seed):
        if (form := offers.forms.get(operation.name)) is not None:
            tables = {kind: {"schema": BINARY} for kind in KINDS} if operation.rows == "each" else {}
            yield _path(operation, offers), form, tables


def _path(operation: Operation[Any], offers: Offers) -> str:
    (path,) = paths(offers, [operation.name])
    return path


def _responses(operation: Operation[Any]) -> dict[int | str, dict[str, Any]]:
    """Statuses of an operation as OpenAPI lists them."""
    if operation.rows == "each":
        return {**described(400, 406, 413, 415, 422, 429, 503, 507), 200: {"content": {ARROW: {"schema": BINARY}}}}
    missing = [404] if operation.rows == "together" else []
    return described(400, *missing, 413, 415, 422, 429, 503, 507)


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
        async with load.heavy.turn():
            response, served = await in_thread(_answer, operation, body, process, champions)
        return await recorder.answered(metadata, served, body, response)

    return endpoint


def _answer(
    operation: AdviceOperation[Any, Any], body: bytes, process: str, champions: Champions
) -> tuple[Response, Served | None]:
    offers, status = status_of(process, champions)
    form = offers.forms.get(operation.name)
    if form is None:  # the seed has changed since the route was found
        raise ProblemError(HTTPStatus.NOT_FOUND, f"{operation.lacking}: {abilities(offers)}")
    request = operation.read(form, body)
    served = served_of(process, status, champions) if operation.uses_model else None
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
