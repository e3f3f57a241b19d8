"""Reference page of the errors of the API, from the problem details and statuses of the service."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel

from operations.catalogue import offered
from operations.forms.faults import MOST_FAULTS, RequestDefect, RequestError
from seeds import load
from serving.wire.problems import MEDIA_TYPE, Problem, phrase

CAUSES: Mapping[HTTPStatus, str] = {
    HTTPStatus.BAD_REQUEST: "The body cannot be read, or the client closed the connection.",
    HTTPStatus.UNAUTHORIZED: "The API key is absent, unknown, revoked or expired.",
    HTTPStatus.FORBIDDEN: "The API key lacks the role of the request.",
    HTTPStatus.NOT_FOUND: "The path, the process or the version does not exist, or the process lacks the operation.",
    HTTPStatus.METHOD_NOT_ALLOWED: "The path has another method; `Allow` lists it.",
    HTTPStatus.NOT_ACCEPTABLE: "A table is returned as Arrow only, and `Accept` excludes it.",
    HTTPStatus.REQUEST_TIMEOUT: "Headers or body arrived too slowly.",
    HTTPStatus.CONFLICT: "The process has a retraining job already.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The body or the decoded table is too large; split its rows.",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "`Content-Type` or `Content-Encoding` is not supported.",
    HTTPStatus.MISDIRECTED_REQUEST: "The `Host` is not a name of the service; see `NONFERROUS_ALLOWED_HOSTS`.",
    HTTPStatus.UNPROCESSABLE_ENTITY: "The body can be read and its content is wrong; `errors` names each value.",
    HTTPStatus.TOO_MANY_REQUESTS: "A limit of the client is reached; send the request again after `Retry-After`.",
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE: "The headers are too long.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "A defect of the service; its log contains the cause.",
    HTTPStatus.SERVICE_UNAVAILABLE: "No model, records or capacity now, or a timeout; send the request again later.",
    HTTPStatus.INSUFFICIENT_STORAGE: "The disk of the records is full.",
}
"""Cause of each status that the service returns; a test compares the statuses with the code."""

PROCESS = "aluminium_reduction"
PATH = f"/v1/{PROCESS}/predictions"
EXAMPLE = b'{"rows": [{"unit": "A-001", "period_start": "2026-11-01", "bath_temperature": 96.5}]}'


def page() -> str:
    """Return the page: shape of an error, then causes by status."""
    lines = [
        "# API errors",
        "",
        f'An error is a body of the type `{MEDIA_TYPE}` (RFC 9457). Under `/v2` it is `{{"error": TEXT}}`, as the',
        "Open Inference Protocol defines it. OpenAPI lists the statuses of each operation.",
        "",
        "## Fields",
        "",
        *_fields(Problem),
        "",
        f"Each entry of `errors` names one wrong value. At most {MOST_FAULTS} are listed:",
        "",
        *_fields(RequestDefect),
        "",
        "## Example",
        "",
        f"`POST {PATH}` with a temperature in the wrong unit:",
        "",
        "```json",
        json.dumps(example().model_dump(), indent=2, ensure_ascii=False),
        "```",
        "",
        "## Statuses",
        "",
        *(f"- {one.value} {phrase(one)}: {cause}" for one, cause in CAUSES.items()),
    ]
    return "\n".join(lines).rstrip() + "\n"


def example() -> Problem:
    """Return the problem of a request with one value outside its range."""
    try:
        offered(load(PROCESS), 1).predictions.read(EXAMPLE)
    except RequestError as error:
        status = error.status
        return Problem(
            title=phrase(status), status=status, detail=error.detail, instance=PATH, errors=list(error.faults)
        )
    raise AssertionError("the value is outside its range")


def _fields(kind: type[BaseModel]) -> Iterator[str]:
    """List of fields with types and descriptions."""
    for name, schema in kind.model_json_schema()["properties"].items():
        described = f": {schema['description']}" if "description" in schema else ""
        yield f"- `{name}` ({_type(schema)}){described}"


def _type(schema: Mapping[str, Any]) -> str:
    if "anyOf" in schema:
        return " or ".join(map(_type, schema["anyOf"]))
    return str(schema["type"])
