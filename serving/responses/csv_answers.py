"""Predictions as CSV: computed, checked and recorded as a table, and sent as a spreadsheet opens it."""

from __future__ import annotations

import io
from http import HTTPStatus
from typing import Any

import msgspec
from fastapi import Request, Response

from models.uncertainty.intervals import CoverageError
from operations.catalogue import predictions_of
from operations.forms.faults import MOST_FAULTS, RequestDefect, invalid, shown
from operations.forms.fields import Record
from operations.forms.include import INCLUDE
from operations.forms.values import QUALITY
from operations.predictions.payloads import Payloads
from operations.predictions.pieces.lots import LOTS
from serving.hot_reload.champions import Champions
from serving.middleware.admission import Load
from serving.middleware.context import count_rows
from serving.responses.blocks import uncovered
from serving.responses.process_response import head_of, served_of, status_to_answer
from serving.responses.recording import Recorder, RequestMetadata
from serving.responses.tables import options_of
from serving.responses.threads import in_thread
from serving.wire.bodies import ARROW, CSV, JSON, read_checked
from serving.wire.problems import ProblemError

MEDIA_TYPE = f"{CSV}; charset=utf-8"
_BESIDE = ("model", "coverage", "interval", "guarantee")  # fields next to the rows that CSV repeats in each row


def wants_csv(request: Request, kind: str) -> bool:
    """Return whether the response is CSV: as the body, unless the client accepts the other alone.

    Raises
    ------
    ProblemError
        406 if the client of a CSV body accepts neither.
    """
    given = request.headers.get("accept")
    if kind == JSON and (given is None or CSV not in given):
        return False
    accepted = {one.partition(";")[0].strip().lower() for one in (given or "*/*").split(",")}
    if kind == JSON:
        return CSV in accepted and JSON not in accepted
    if accepted & {"*/*", "text/*", CSV}:
        return True
    if accepted & {JSON, "application/*"}:
        return False
    detail = f"a table as {CSV} is answered as {CSV} or {JSON}, which this request does not accept"
    fault = RequestDefect(field="accept", value=shown(given), expected=f"{CSV} or {JSON}")
    raise ProblemError(HTTPStatus.NOT_ACCEPTABLE, detail, [fault])


async def csv_as_json(request: Request, payloads: Payloads, most_bytes: int) -> bytes:
    """Body of a request as JSON that says what its CSV and its address say."""
    from serving.wire.csv_tables import parsed_csv

    options = options_of(request, payloads)
    body = await read_checked(request, most_bytes)

    def converted() -> bytes:
        return msgspec.json.encode({**options, "rows": parsed_csv(body, payloads).to_pylist()})

    return await in_thread(converted)


async def csv_answer(
    request: Request, named: RequestMetadata, champions: Champions, recorder: Recorder, load: Load, most_bytes: int
) -> Response:
    """Answer to a request of CSV, or of JSON without earlier periods, as CSV.

    Raises
    ------
    ProblemError
        What is wrong with the request, or why nothing answers.
    """
    recorder.check(named.client)
    offers, status = await status_to_answer(named.process, champions)
    taken, served = offers.predictions, served_of(named.process, status, champions)
    options = options_of(request, taken) if named.kind == CSV else None
    body = await read_checked(request, most_bytes)

    def made() -> tuple[bytes, list[bytes], bytes]:
        # Arrow's library is loaded by the first table, not by every service that starts.
        from serving.wire.arrow import answered, stream
        from serving.wire.arrow_checks import check
        from serving.wire.arrow_tables import Table
        from serving.wire.csv_tables import parsed_csv, written_csv

        fields = options
        if fields is None:
            rows, fields = _rows_of_json(body, taken)
        else:
            rows = parsed_csv(body, taken)
        _check_words(fields)
        table = Table(_stream_of(rows), ARROW, None)
        count = check(table, taken)
        if count > taken.max_rows:
            expected = f"at most {taken.max_rows} rows; send more as {ARROW}"
            raise invalid([RequestDefect(field="rows", value=count, bound=taken.max_rows, expected=expected)])
        count_rows(count)
        head = {**head_of(named.process, served, fields), "id": named.id}
        blocks = list(answered(table, count, taken, predictions_of(taken.seed), served.model, fields))
        pieces = [piece for pieces in stream(iter(blocks), head) for piece in pieces]
        last = blocks[-1]
        around = {name: one for name, one in {**head, **last[1], **last[2]}.items() if name in _BESIDE}
        return _stream_of(rows), pieces, written_csv([block[0] for block in blocks], named.id, around)

    async with load.heavy.turn():
        try:
            sent, pieces, text = await in_thread(made)
        except CoverageError as error:
            raise uncovered((options or {}).get("coverage", 0.9), error) from None
    named.kind = ARROW  # records have the forms of JSON and Arrow
    await recorder.keep(named, served, sent, pieces)
    return recorder.named(named, Response(text, media_type=MEDIA_TYPE))


def _rows_of_json(body: bytes, payloads: Payloads) -> tuple[Any, Record]:
    """Rows of a request of JSON as a table, and its other fields."""
    import pyarrow as pa

    rows, request = payloads.read(body)
    expected = "no such field in a request that is answered as CSV; accept application/json"
    faults = [RequestDefect(field="history", expected=expected)] if request.get("history") else []
    faults += [RequestDefect(row=i, field=QUALITY, expected=expected) for i, row in enumerate(rows) if QUALITY in row]
    if faults:
        raise invalid(faults[: MOST_FAULTS + 1])
    names = [column.name for column in (*payloads.seed.identity, *payloads.seed.inputs)]
    return pa.Table.from_pylist([{name: row[name] for name in names if name in row} for row in rows]), request


def _check_words(request: Record) -> None:
    if LOTS in request[INCLUDE]:
        raise invalid([RequestDefect(field=INCLUDE, value=LOTS, expected="a part of CSV; lots are in JSON and Arrow")])


def _stream_of(table: Any) -> bytes:
    import pyarrow as pa

    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue()
