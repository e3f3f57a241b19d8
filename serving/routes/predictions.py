"""Predictions: a body in, an answer or a problem out."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from fastapi import APIRouter, Request, Response

from operations.forms.fields import Record
from operations.forms.payloads import PREDICTIONS, Payloads
from operations.tasks import task_of
from serving.hot_reload.champions import Champions, Status
from serving.middleware.admission import Load, Paces
from serving.responses.blocks import LONGEST_BODY_AT_ONCE, blocks, in_threads
from serving.responses.process_response import head_of, joined_answer, json_parts, served_of, status_of
from serving.responses.raw_route import Direct
from serving.responses.recording import Asked, Recorder
from serving.responses.tables import BINARY, KINDS, about_tables, table_answer
from serving.wire.bodies import ARROW, JSON, check_kind, read_checked
from serving.wire.problems import described

# What is short by the cost of its rows is answered at once; all else in a thread, so that others do not wait for it:
# also a body so long that parsing it takes its time, and one that asks for explanations, which take many times as long
# as predictions.
EXPLAIN = b'"explain"'


def router(payloads: Payloads, champions: Champions, most_bytes: int, recorder: Recorder, load: Load) -> APIRouter:
    """Route of one process's predictions; `recorder` and `load` are shared by all processes."""
    process = payloads.seed.process
    task = task_of(payloads.seed)
    paces = Paces()

    async def predict(request: Request) -> Response:
        kind = check_kind(request, (JSON, *KINDS))
        asked = Asked.of(request, process.name, PREDICTIONS, kind)
        if kind in KINDS:
            return await table_answer(request, asked, champions, recorder, load)
        body = await read_checked(request, most_bytes)
        taken, status = status_of(process.name, champions)
        # Each row begins with a bracket of its own: there are no more rows than these, whatever else has brackets.
        rows, pace = body.count(b"{"), paces.of(status.served and status.served.champion)
        if len(body) <= LONGEST_BODY_AT_ONCE and EXPLAIN not in body and pace.is_short(rows):
            quick = taken.quick(body)  # what it cannot take is read by what names faults, which takes its time
        else:
            quick = None
        if quick is not None:
            with pace.measured(rows):
                parts = [part for some in _parts(lambda: quick, taken, status, champions, asked.id) for part in some]
        else:
            async with load.lane(len(body)).turn():
                made = _parts(lambda: taken.read(body), taken, status, champions, asked.id)
                parts = [part for some in await in_threads(made, request, pace, rows) for part in some]
        return await recorder.answered(asked, status.served, body, joined_answer(parts), parts)

    routes = APIRouter(tags=["predictions"], route_class=Direct)
    routes.add_api_route(
        f"/v1/{process.name}/{PREDICTIONS}",
        predict,
        methods=["POST"],
        response_model=payloads.answer,
        responses={**described(400, 406, 413, 415, 422, 429, 503, 507), 200: {"content": {ARROW: {"schema": BINARY}}}},
        operation_id=f"predict_{process.name}",
        summary=process.title,
        description=(
            "One prediction for each row, in the rows' order. Numbers are numbers in the unit that the field states; "
            "`null` or a field left out means that the value is missing, which the model takes as it took it in "
            "training. A value out of its physical range is refused; one outside the training range is answered, "
            f"with a flag. Fields that are known only after the period are refused. {task.ABOUT}"
        ).rstrip()
        + about_tables(payloads),
    )
    return routes


def _parts(
    read: Callable[[], tuple[list[Record], Record]], payloads: Payloads, status: Status, champions: Champions, id: str
) -> Iterator[list[bytes]]:
    """An answer in parts of `ROWS_AT_ONCE` rows; all that can be wrong with a request is raised by the first."""
    rows, request = read()
    served = served_of(payloads.seed.process.name, status, champions)
    head = head_of(payloads.seed.process.name, served, request["coverage"])
    done = 0
    for answered in blocks(payloads, served.model, rows, request | {"id": id}):
        first, done = done, done + len(answered["predictions"])
        yield json_parts(head | answered, first == 0, done >= len(rows))
