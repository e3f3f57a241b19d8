"""Predictions for the rows of a table: an Arrow stream or a Parquet file in, an Arrow stream out."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from http import HTTPStatus
from typing import Any

from fastapi import Request
from starlette.responses import StreamingResponse

from models.uncertainty.intervals import CoverageError
from operations.catalogue import predictions_of
from operations.forms.faults import RequestDefect, invalid, shown
from operations.forms.fields import Record
from operations.forms.include import INCLUDE, named_words
from operations.predictions.payloads import Payloads
from serving.hot_reload.champions import Champions
from serving.middleware.admission import Load
from serving.middleware.context import count_rows
from serving.responses.blocks import uncovered
from serving.responses.process_response import head_of, served_of, status_to_answer
from serving.responses.recording import Recorder, RequestMetadata
from serving.responses.threads import in_thread
from serving.wire.bodies import ARROW, CSV, PARQUET, read_table
from serving.wire.problems import ProblemError

KINDS = (ARROW, PARQUET)
_WITHOUT = ("rows", "history")  # fields of a request of JSON that a table has no place for


async def table_answer(
    request: Request, named: RequestMetadata, champions: Champions, recorder: Recorder, load: Load
) -> StreamingResponse:
    """Answer to a request whose body is a table of the kind that `named` says.

    All rows are checked before the first is answered; then they are answered block by block, each while the one before
    is recorded and goes out, so that memory does not grow with the rows and the work ends where the client goes away.
    A block goes out when it is recorded; where it cannot be, the stream ends before its end.

    Raises
    ------
    ProblemError
        What is wrong with the request, or why nothing answers.
    """
    # Arrow's library is loaded by the first table, not by every service that starts.
    from serving.wire.arrow import answered, stream
    from serving.wire.arrow_checks import check
    from serving.wire.arrow_tables import Table

    _check_accepted(request)
    recorder.check(named.client)
    process = named.process
    offers, status = await status_to_answer(process, champions)
    taken = offers.predictions
    served = served_of(process, status, champions)
    options = options_of(request, taken)
    body = await read_table(request, load.most_table)

    def begin() -> tuple[Iterator[list[bytes]], list[bytes]]:
        table = Table(body, named.kind, load.most_table)
        rows = check(table, taken)
        count_rows(rows)
        head = {**head_of(process, served, options), "id": named.id}
        chunks = stream(answered(table, rows, taken, predictions_of(taken.seed), served.model, options), head)
        return chunks, next(chunks)

    async def next_block() -> list[bytes] | None:
        async with load.heavy.turn(started=True):
            return await in_thread(next, chunks, None)

    try:
        async with load.heavy.turn():
            chunks, first = await in_thread(begin)
    except CoverageError as error:
        raise uncovered(options["coverage"], error) from None
    coming = asyncio.create_task(next_block())
    try:
        following = await recorder.keep(named, served, body, first)
    except BaseException:
        coming.cancel()
        raise

    async def parts() -> AsyncIterator[bytes]:
        nonlocal coming
        pieces, part = first, following
        try:
            while True:
                for piece in pieces:
                    yield piece
                more = await coming
                if more is None:
                    return
                pieces, coming = more, asyncio.create_task(next_block())
                part = await recorder.keep(named, served, b"", pieces, part=part)
        finally:
            coming.cancel()

    return recorder.named(named, StreamingResponse(parts(), media_type=ARROW))


def _check_accepted(request: Request) -> None:
    """Refuse a client that takes no Arrow stream: a table is answered by nothing else."""
    given = request.headers.get("accept", "*/*")
    kinds = [one.partition(";")[0].strip().lower() for one in given.split(",")]
    if not {"*/*", "application/*", ARROW}.intersection(kinds):
        fault = RequestDefect(field="accept", value=shown(given), expected=ARROW)
        detail = f"a table is answered as {ARROW} alone, which this request does not accept; rows of JSON are as JSON"
        raise ProblemError(HTTPStatus.NOT_ACCEPTABLE, detail, [fault])


def options_of(request: Request, payloads: Payloads) -> Record:
    """Query options next to the rows: fields of a JSON request by name, their values as JSON."""
    given = {name: _value(text) for name, text in request.query_params.items()}
    if INCLUDE in given:
        given[INCLUDE] = named_words(given[INCLUDE])
    faults = [
        RequestDefect(
            field=name, value=shown(given[name]), expected="no such option of a table; send such rows as JSON"
        )
        for name in _WITHOUT
        if name in given
    ]
    options, wrong = payloads.envelope.read({**given, "rows": [{}]})
    if options is None or faults:
        raise invalid([*faults, *wrong])
    if faults := payloads.not_of_tables(options):
        raise invalid(faults)
    return dict(options)


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def about_tables(payloads: Payloads) -> str:
    """OpenAPI description of tables: transfer, options and metadata of the responses."""
    options = [name for name in payloads.envelope.names if name not in _WITHOUT]
    return (
        f" A table as {ARROW} (not compressed) or {PARQUET} may replace JSON: a column for each field of "
        "a row, of the same name and within the same bounds, in any order; NaN and null are missing, times are texts, "
        "dates or timestamps of any unit. Fields of JSON other than the rows are query parameters, each value as "
        "JSON, words of `include` with commas between them: "
        f"{', '.join(options)}. The response is an Arrow stream in the rows' order, some 10,000 rows a batch; its "
        "schema states each column, with its unit in the field's metadata under `unit`. "
        "Process, model, coverage, the request's `id` and what else holds of all rows are JSON in the schema's "
        "metadata under `nonferrous`; what is known after the last row alone, in that of the last batch. Columns of "
        f"parts that `include` does not name are left out. {CSV} has the same columns in the form of the plant's "
        f"files, at most {payloads.max_rows} rows; it is answered as {CSV}, or as JSON if that is accepted."
    )
