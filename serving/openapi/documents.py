"""OpenAPI documents: one of the whole service, and one of each process with its types."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from fastapi.openapi.utils import get_openapi
from starlette.routing import BaseRoute

from operations.catalogue import Offers
from operations.forms.fields import title
from operations.predictions.payloads import MODEL_OF_PREDICTIONS
from serving.openapi.entries import Json, RouteDescription
from serving.openapi.schemas import REFERENCE, schemas_of, without_titles
from serving.responses.raw_route import Direct
from serving.wire.problems import Problem

Own = Mapping[str, tuple[Offers, Sequence[Direct]]]
"""Operations and routes of each process, by its name."""

PROCESS = "process"
_ANSWER, _MODEL = "OperationResponse", "model"


def address(process: str) -> str:
    """Path of the document of a process."""
    return f"/v1/{process}/openapi.json"


def of_process(offers: Offers, routes: Iterable[Direct], info: Json) -> Json:
    """Document of a process: its routes, with the types of its columns.

    Parameters
    ----------
    offers : Offers
        Operations of the process.
    routes : iterable of Direct
        Its routes.
    info : dict
        Title, version and description of the service.
    """
    entries = {(route.path, route.method.lower()): _entry(route) for route in _described(routes)}
    types: dict[tuple[str, str, str], Any] = {("", "", ""): Problem}
    for (path, method), entry in entries.items():
        bodies = {"request": entry.request, "answer": entry.answer}
        types |= {(path, method, part): kind for part, kind in bodies.items() if kind is not None}
    schemas, named = schemas_of(types, title(offers.seed))
    paths: Json = {}
    for (path, method), entry in entries.items():
        request, answer = (schemas.get((path, method, part)) for part in ("request", "answer"))
        paths.setdefault(path, {})[method] = entry.item(request, answer, entry.example)
    process = offers.seed.process
    own = {**info, "title": f"{info['title']}: {process.title}"}
    own["description"] = f"Operations of `{process.name}`. `/openapi.json` describes the rest of the service."
    return {"openapi": "3.1.0", "info": own, "paths": paths, "components": {"schemas": named}}


def of_service(own: Own, in_service: Collection[str], routes: Sequence[BaseRoute], info: Json) -> Json:
    """Document of the whole service: each route of the processes once, without their columns.

    Parameters
    ----------
    own : Mapping of str to (Offers, routes)
        The processes.
    in_service : collection of str
        Those with a model in service, which stand first.
    routes : sequence of BaseRoute
        Routes that belong to no process.
    info : dict
        Title, version and description of the service.
    """
    names = sorted(own, key=lambda name: (name not in in_service, name))
    shared: dict[tuple[str, str], dict[str, Direct]] = {}
    for name in names:
        for route in _described(own[name][1]):
            path = route.path.replace(f"/{name}/", f"/{{{PROCESS}}}/", 1)
            shared.setdefault((path, route.method.lower()), {})[name] = route
    schemas, named = schemas_of({_MODEL: MODEL_OF_PREDICTIONS, "problem": Problem})
    paths: Json = {}
    fields: dict[str, None] = {}
    for (path, method), offering in shared.items():
        entry = _entry(next(iter(offering.values())))
        if entry.example is not None:
            fields[_rows_field(entry.example)] = None
        paths.setdefault(path, {})[method] = _generic(entry, list(offering))
    others = get_openapi(**info, routes=routes, separate_input_output_schemas=False)
    lines = (f"- `{address(name)}`{'' if name in in_service else ' (no model in service)'}\n" for name in names)
    about = (
        f"{info['description']}\n\nThis document describes all routes without the columns of a process. A process has "
        f"a document of its own with all types:\n\n{''.join(lines)}"
    )
    named |= {_request_name(field): _request(field) for field in fields} | {_ANSWER: _answer(schemas[_MODEL])}
    return {
        **others,
        "info": {**info, "description": about},
        "paths": paths | without_titles(others["paths"]),
        "components": {"schemas": named | without_titles(others.get("components", {"schemas": {}}))["schemas"]},
    }


def _described(routes: Iterable[Direct]) -> list[Direct]:
    return [route for route in routes if route.entry is not None]


def _entry(route: Direct) -> RouteDescription:
    assert route.entry is not None
    return route.entry()


def _rows_field(example: Json) -> str:
    """Field of a request that holds its rows, which stands first: `rows` or `outcomes`."""
    return next(iter(example))


def _generic(entry: RouteDescription, offering: Sequence[str]) -> Json:
    """Operation object of an operation that these processes offer."""
    parameter = {
        "name": PROCESS,
        "in": "path",
        "required": True,
        "description": f"one of: {', '.join(offering)}",
        "schema": {"type": "string"},
        "example": offering[0],
    }
    request = None if entry.example is None else {"$ref": REFERENCE + _request_name(_rows_field(entry.example))}
    made = entry.item(request, None if entry.answer is None else {"$ref": REFERENCE + _ANSWER})
    made["summary"] = entry.id.replace("_", " ").capitalize()
    made["description"] = "The document of the process states the fields of its request and its response."
    made["parameters"] = [parameter, *made.get("parameters", ())]
    return made


def _request_name(field: str) -> str:
    return f"{field.capitalize()}Request"


def _request(field: str) -> Json:
    """Schema of a request of any process."""
    rows = {"type": "array", "minItems": 1, "items": {"type": "object", "additionalProperties": True}}
    return {
        "type": "object",
        "description": "A request. The document of the process states the columns of a row and the other fields.",
        "required": [field],
        "properties": {field: rows},
        "additionalProperties": True,
    }


def _answer(model: Json) -> Json:
    """Schema of a response of any process."""
    return {
        "type": "object",
        "description": "A response. The document of the process states its other fields.",
        "required": [PROCESS],
        "properties": {PROCESS: {"type": "string"}, _MODEL: model},
        "additionalProperties": True,
    }
