"""Latest recorded predictions of a process by unit, as JSON or CSV."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from fastapi import Request, Response

from operations.forms.faults import RequestDefect, invalid, shown
from operations.forms.shapes import no_such
from records.database import Database, RecordsError
from serving.hot_reload.champions import Champions
from serving.middleware.admission import Load
from serving.responses.csv_answers import MEDIA_TYPE
from serving.responses.process_response import json_response, status_of
from serving.responses.raw_route import Endpoint
from serving.responses.recording import not_readable
from serving.responses.threads import in_thread
from serving.wire.bodies import CSV
from serving.wire.problems import ProblemError

FORMAT = "format"
FORMATS = ("json", "csv")
PARAMETERS = [
    {
        "name": FORMAT,
        "in": "query",
        "required": False,
        "description": "form of the response; left out: the one that the header Accept names, else json",
        "schema": {"type": "string", "enum": list(FORMATS)},
    }
]
"""Parameters of the address in OpenAPI."""


def endpoint(process: str, champions: Champions, database: Database | None, load: Load) -> Endpoint:
    """Endpoint of the latest predictions of one process."""

    async def read(request: Request) -> Response:
        as_csv = _is_csv(request)
        offers, _ = status_of(process, champions)
        if database is None:
            raise ProblemError(HTTPStatus.NOT_FOUND, "no prediction is recorded: this service keeps no records")
        async with load.heavy.turn():
            return await in_thread(_response, process, offers.seed, database, as_csv)

    return read


def _is_csv(request: Request) -> bool:
    """Return whether a request asks for CSV; RequestError for anything else in its address."""
    given = request.query_params.multi_items()
    faults = [
        RequestDefect(field=name, value=shown(value), expected=no_such("field", name, [FORMAT]))
        for name, value in given
        if name != FORMAT
    ]
    faults += [
        RequestDefect(field=name, value=shown(value), expected=" or ".join(FORMATS))
        for name, value in given
        if name == FORMAT and value not in FORMATS
    ]
    if faults:
        raise invalid(faults)
    return given[-1][1] == "csv" if given else CSV in request.headers.get("accept", "")


def _response(process: str, seed: Any, database: Database, as_csv: bool) -> Response:
    from serving.outcomes.latest import MOST_REQUESTS, MOST_ROWS, latest  # Arrow's library is loaded by the first table

    try:
        known = latest(database, seed)
    except RecordsError:
        raise not_readable() from None
    if as_csv:
        from serving.wire.csv_tables import csv_of, flat

        return Response(csv_of([flat(row) for row in known.rows]), media_type=MEDIA_TYPE)
    since = {"since": known.since, "most_requests": MOST_REQUESTS, "most_rows": MOST_ROWS}
    return json_response({"process": process, **since, "predictions": known.rows})
