"""Predictions: a body in, a response or a problem out."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from fastapi import Request, Response

from operations.catalogue import Offers
from operations.forms.fields import Record
from operations.predictions.operation import Predictions
from operations.predictions.payloads import Payloads
from serving.hot_reload.champions import Champions
from serving.hot_reload.status import Status
from serving.middleware.admission import CostEstimates, Load
from serving.middleware.context import count_rows
from serving.responses.blocks import LONGEST_BODY_AT_ONCE, blocks, check_options, in_threads
from serving.responses.csv_answers import csv_answer, csv_as_json, wants_csv
from serving.responses.groups import MOST_ROWS, Groups
from serving.responses.process_response import (
    head_of,
    joined_answer,
    part_of,
    served_of,
    start_of,
    status_of,
    status_to_answer,
)
from serving.responses.raw_route import Endpoint
from serving.responses.recording import Recorder, RequestMetadata
from serving.responses.tables import KINDS, table_answer
from serving.wire.bodies import CSV, JSON, check_kind, read_checked


def endpoint(offers: Offers, champions: Champions, most_bytes: int, recorder: Recorder, load: Load) -> Endpoint:
    """Endpoint of one process's predictions; all but its offers is shared by all processes."""
    process, paces = offers.seed.process.name, CostEstimates()
    groups = Groups(paces)
    # A request that is short by the cost of its rows runs on the event loop; others in a thread, so that none waits:
    # also a body so long that parsing it takes its time, and one that asks for a slow option.

    async def predict(request: Request) -> Response:
        kind = check_kind(request, (JSON, CSV, *KINDS))
        metadata = RequestMetadata.of(request, process, Predictions.name, kind)
        if kind in KINDS:
            return await table_answer(request, metadata, champions, recorder, load)
        if wants_csv(request, kind):
            return await csv_answer(request, metadata, champions, recorder, load, most_bytes)
        if kind == JSON:
            body = await read_checked(request, most_bytes)
        else:
            known, _ = status_of(process, champions)
            metadata.kind, body = JSON, await csv_as_json(request, known.predictions, most_bytes)
        offers, status = await status_to_answer(process, champions)
        taken = offers.predictions
        # Each row begins with its own bracket: the number of brackets bounds the number of rows.
        rows, pace = body.count(b"{"), paces.of(status.served and status.served.champion)
        quick = None
        if len(body) <= LONGEST_BODY_AT_ONCE and pace.is_short(rows) and not taken.may_be_slow(body):
            quick = taken.quick(body)  # else the slower reader, which names faults, reads it
        if quick is None:
            async with load.lane(len(body)).turn():
                made = _parts(lambda: taken.read(body), taken, status, champions, metadata.id)
                parts = [part for block in await in_threads(made, request, pace, rows) for part in block]
        elif len(quick[0]) <= MOST_ROWS:
            served, (own, around) = served_of(process, status, champions), quick
            check_options(taken, around, len(own))
            count_rows(len(own))
            parts = await groups.answered(taken, served, own, around | {"id": metadata.id})
        else:
            with pace.measured(rows):
                parts = [
                    part for block in _parts(lambda: quick, taken, status, champions, metadata.id) for part in block
                ]
        return await recorder.answered(metadata, status.served, body, joined_answer(parts), parts)

    return predict


def _parts(
    read: Callable[[], tuple[list[Record], Record]], payloads: Payloads, status: Status, champions: Champions, id: str
) -> Iterator[list[bytes]]:
    """Yield a response in parts of `ROWS_AT_ONCE` rows; the first raises all errors of the request."""
    rows, request = read()
    served = served_of(payloads.seed.process.name, status, champions)
    before = [start_of(head_of(payloads.seed.process.name, served, request))]
    done = 0
    for block in blocks(payloads, served.model, rows, request | {"id": id}):
        first, done = done, done + len(block.predictions)
        yield [*before, part_of(block, first == 0, done >= len(rows))]
        before = []
