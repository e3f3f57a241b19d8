"""The Open Inference Protocol (V2) of KServe over HTTP, with its extension for tensors as bytes."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from http import HTTPStatus
from importlib.metadata import version as installed
from typing import Any

import msgspec
from fastapi import APIRouter, Request, Response
from pydantic import TypeAdapter

from operations.forms.faults import shown
from operations.forms.fields import Record
from operations.forms.history import MADE
from operations.forms.include import INCLUDE
from operations.predictions.operation import Predictions
from operations.predictions.payloads import Payloads
from serving.hot_reload.champions import Champions
from serving.hot_reload.status import NEW, Served, Status
from serving.middleware.admission import CostEstimates, Load
from serving.open_inference.answers import Encoded
from serving.open_inference.contract import Contract, contract
from serving.open_inference.requests import LENGTH, InferenceRequest, ParsedInferenceRequest, parse_request
from serving.open_inference.schemas import (
    InferenceError,
    InferenceResponse,
    ModelDescribed,
    ModelReady,
    Server,
    ServerLive,
    ServerReady,
    TensorDescribed,
)
from serving.responses.blocks import LONGEST_BODY_AT_ONCE, blocks, in_threads
from serving.responses.process_response import (
    head_of,
    model_used,
    part_of,
    served_of,
    start_of,
    status_of,
    status_to_answer,
)
from serving.responses.recording import Recorder
from serving.responses.recording import RequestMetadata as Named
from serving.responses.threads import in_thread
from serving.routes.health import Trouble, check_records
from serving.wire.bodies import read_bytes
from serving.wire.problems import INFERENCE, ProblemError

EXTENSIONS = ["binary_tensor_data"]
ANY_VERSION = ""  # in addresses without a version; not None, since generators of clients accept no null in an address

_ABOUT = (
    "One tensor a column, of shape [n] or [n, 1], as JSON or as bytes behind it: FP64 for numbers, BYTES for the unit, "
    "the time and for texts. A column left out, null in JSON, and NaN or an empty text in bytes mean that the value is "
    "missing. Rows are checked and answered as those of `/v1` are. Outputs are the fields of a prediction there, named "
    "by their paths such as `current_efficiency.low`; a list is its JSON in a text. In bytes NaN and an empty text say "
    "what null means in JSON. Fields of a request of `/v1` other than its rows are parameters here, and those of a "
    "response are parameters of the response: objects and lists as their JSON in a text."
)


class _Contracts:
    """Tensors of each process, made at their first request and again for a changed seed."""

    def __init__(self) -> None:
        self._made: dict[str, tuple[Payloads, Contract]] = {}

    def of(self, payloads: Payloads) -> Contract:
        name = payloads.seed.process.name
        made = self._made.get(name)
        if made is None or made[0] is not payloads:
            made = self._made[name] = payloads, contract(payloads)
        return made[1]


def router(
    champions: Champions, most_bytes: int, recorder: Recorder, load: Load, records_trouble: Trouble = lambda: None
) -> APIRouter:
    """Routes of all processes, the models of the protocol; what follows `most_bytes` is shared with `/v1`."""
    refused: Any = {status: {"model": InferenceError} for status in ("4XX", "5XX")}
    routes = APIRouter(prefix=INFERENCE, tags=["open inference protocol"], responses=refused)
    contracts = _Contracts()

    def get(path: str, name: str, summary: str, endpoint: Callable[..., Any]) -> None:
        how: Any = {"summary": summary, "response_model_exclude_none": True}
        routes.add_api_route(path, endpoint, methods=["HEAD"], include_in_schema=False)
        routes.add_api_route(path, endpoint, methods=["GET"], operation_id=f"v2_{name}", **how)

    async def server() -> Server:
        return Server(name="nonferrous", version=installed("nonferrous"), extensions=EXTENSIONS)

    async def live() -> ServerLive:
        return ServerLive(live=True)

    async def model_ready(model: str, version: str = ANY_VERSION) -> ModelReady:
        _of_version(model, version, champions)
        return ModelReady(name=model, ready=True)

    def described(model: str, version: str = ANY_VERSION) -> ModelDescribed:
        payloads, number = _of_version(model, version, champions)
        known = contracts.of(payloads)
        return ModelDescribed(
            name=model,
            versions=[str(number)],
            platform="nonferrous",
            inputs=[TensorDescribed.of(one) for one in known.inputs.values()],
            outputs=[TensorDescribed.of(one.tensor) for one in known.outputs.values()],
        )

    get("", "server", "The server and what it can do", server)
    get("/health/live", "live", "The server runs", live)
    get("/health/ready", "ready", "Every model that there is answers", _ready(champions, records_trouble))
    for which, suffix in (("/models/{model}", ""), ("/models/{model}/versions/{version}", "_of_version")):
        get(which, f"model{suffix}", "Tensors of a process and the version of its model", described)
        get(f"{which}/ready", f"model_ready{suffix}", "The model answers", model_ready)
        routes.add_api_route(
            f"{which}/infer",
            _infer(champions, contracts, most_bytes, recorder, load),
            methods=["POST"],
            operation_id=f"v2_infer{suffix}",
            summary="Predictions as tensors",
            description=_ABOUT,
            response_model=InferenceResponse,
            openapi_extra={"requestBody": _body()},
        )
    return routes


def _ready(champions: Champions, records_trouble: Trouble) -> Callable[..., Any]:
    async def ready() -> ServerReady:
        check_records(records_trouble)
        statuses = champions.statuses
        waiting = [name for name, one in statuses.items() if one.in_service is None and _may_come(one)]
        if waiting or all(one.in_service is None for one in statuses.values()):
            detail = f"no model yet: {', '.join(waiting)}" if waiting else "no process has a model in service"
            raise ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, detail)
        return ServerReady(ready=True)

    return ready


def _may_come(status: Status) -> bool:
    """Return whether a champion is not in service yet, or was not polled yet."""
    return status.champion is not None or status.trouble == NEW.trouble


def _infer(
    champions: Champions, contracts: _Contracts, most_bytes: int, recorder: Recorder, load: Load
) -> Callable[..., Any]:
    paces: defaultdict[str, CostEstimates] = defaultdict(CostEstimates)

    async def infer(request: Request, model: str, version: str = ANY_VERSION) -> Response:
        _of_version(model, version, champions)
        offers, status = await status_to_answer(model, champions)
        payloads, served = offers.predictions, served_of(model, status, champions)
        named = Named.of(request, model, Predictions.name)
        body = await read_bytes(request, most_bytes)
        length = request.headers.get(LENGTH)

        def read() -> ParsedInferenceRequest:
            return parse_request(body, length, payloads, contracts.of(payloads))

        if len(body) <= LONGEST_BODY_AT_ONCE:
            parsed = read()
        else:
            async with load.heavy.turn():
                parsed = await in_thread(read)
        answer = Encoded(parsed, contracts.of(payloads))
        as_recorded = _AsRecorded()
        parts, pace = (
            _encoded(parsed, answer, payloads, served, named.id, as_recorded),
            paces[model].of(served.champion),
        )

        def made() -> Response:
            part, headers, kind = answer.response(model, model_used(served))
            return Response(part, headers=headers, media_type=kind)

        if pace.is_short(parsed.rows) and payloads.slow.isdisjoint(_words(parsed.request)):
            with pace.measured(parsed.rows):
                deque(parts, maxlen=0)
                response = made()
        else:
            async with load.lane(len(body)).turn():
                await in_threads(parts, request, pace, parsed.rows)
                response = await in_thread(made)
        return await recorder.answered(named, served, as_recorded.asked, response, as_recorded.answer)

    return infer


def _words(request: Record) -> list[str]:
    """Words of `include` of a request that is not checked yet."""
    given = request.get(INCLUDE)
    return [one for one in given if isinstance(one, str)] if isinstance(given, list) else []


def _body() -> dict[str, Any]:
    """Request body for OpenAPI with its types inline: FastAPI does not see them, as it is read from bytes."""
    schema = TypeAdapter(InferenceRequest).json_schema(ref_template="#/components/schemas/{model}")
    kinds = schema.pop("$defs")
    for kind in schema["properties"].values():
        if "items" in kind:
            kind["items"] = kinds[kind["items"]["$ref"].rpartition("/")[2]]
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def _of_version(model: str, version: str, champions: Champions) -> tuple[Payloads, int]:
    """Return a process and the requested version of its model, which is in service.

    Raises
    ------
    ProblemError
        404 where there is no such process or where another version answers, 503 where none does.
    """
    known = [name for name, one in champions.statuses.items() if one.offers is not None]
    if model not in known:
        text = f"process '{shown(model)}' not found; available: {', '.join(known) or 'none'}"
        raise ProblemError(HTTPStatus.NOT_FOUND, text)
    offers, status = status_of(model, champions)
    number = served_of(model, status, champions).champion.version if status.version is None else status.version
    if version not in (ANY_VERSION, str(number)):
        text = f"version {shown(version)} of {model} does not answer, version {number} does"
        raise ProblemError(HTTPStatus.NOT_FOUND, text)
    return offers.predictions, number


class _AsRecorded:
    """A request and its answer as those of `/v1` that say the same: records have one form."""

    def __init__(self) -> None:
        self.asked = b""
        self.answer: list[bytes] = []


def _encoded(
    parsed: ParsedInferenceRequest,
    answer: Encoded,
    payloads: Payloads,
    served: Served,
    id: str,
    as_recorded: _AsRecorded,
) -> Iterator[None]:
    """Answer block by block into tensors."""
    rows, request = parsed.read(payloads)
    as_recorded.asked = msgspec.json.encode({**request, "rows": [_as_sent(row) for row in rows]})
    head = head_of(payloads.seed.process.name, served, request)
    as_recorded.answer.append(start_of(head))
    done = 0
    for block in blocks(payloads, served.model, rows, request | {"id": id}):
        answer.add({"coverage": head["coverage"], "interval": head["interval"], **block.fields})
        first, done = done, done + len(block.predictions)
        as_recorded.answer.append(part_of(block, first == 0, done >= len(rows)))
        yield


def _as_sent(row: Record) -> Record:
    return {name: value for name, value in row.items() if name != MADE}
