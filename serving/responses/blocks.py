"""Predictions of JSON rows in blocks: on the event loop if they are short, else in threads."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from http import HTTPStatus
from itertools import islice
from typing import Any, TypeVar

from fastapi import Request

from models.uncertainty.intervals import CoverageError
from operations.catalogue import predictions_of
from operations.forms.faults import RequestDefect, RequestError, invalid
from operations.forms.fields import Record
from operations.forms.include import FOLLOWED
from operations.predictions.options import requested
from operations.predictions.payloads import Payloads
from operations.predictions.together import PredictedRows, RequestedRows
from serving.middleware.admission import CostEstimate
from serving.middleware.context import count_rows
from serving.responses.threads import in_thread
from serving.wire.problems import ProblemError

T = TypeVar("T")

LONGEST_BODY_AT_ONCE = 64 * 1024  # bytes that are parsed on the event loop
ROWS_AT_ONCE = 1000  # of a long request: their responses are objects, then bytes, before the next are started


def blocks(payloads: Payloads, model: Any, rows: list[Record], request: Record) -> Iterator[PredictedRows]:
    """Yield responses to `ROWS_AT_ONCE` rows each; the first block raises all errors of the request.

    `request` holds the request's `id` and its other fields.

    Raises
    ------
    ProblemError
        422 where rows are too many to explain, or the model has too few rows for the coverage.
    """
    check_options(payloads, request, len(rows))
    count_rows(len(rows))
    for first in range(0, len(rows), ROWS_AT_ONCE):
        block = rows[first : first + ROWS_AT_ONCE]
        part = request | {"first": first, FOLLOWED: first + len(block) < len(rows)}
        (answered,) = answered_together(payloads, model, [RequestedRows(block, part)])
        request = request | answered.carried
        yield answered


def check_options(payloads: Payloads, request: Record, rows: int) -> None:
    """Refuse a request with too many rows for a part that it includes; ProblemError 422."""
    for option in requested(payloads.options, request):
        option.check(rows)


def answered_together(payloads: Payloads, model: Any, requests: Sequence[RequestedRows]) -> list[PredictedRows]:
    """Return responses to requests with the same options.

    Raises
    ------
    ProblemError
        422 where the model has too few rows for the coverage.
    """
    try:
        return predictions_of(payloads.seed).answered(payloads, model, requests)
    except CoverageError as error:
        raise uncovered(requests[0].request["coverage"], error) from None


def uncovered(coverage: float, error: CoverageError) -> RequestError:
    """The problem of a coverage that a model has too few rows for."""
    expected = f"a coverage that the model has rows for: {error}"
    return invalid([RequestDefect(field="coverage", value=coverage, expected=expected)])


async def in_threads(parts: Iterator[T], request: Request, pace: CostEstimate, rows: int) -> list[T]:
    """Return all parts, each made in a thread while the client is connected; `pace` measures their cost.

    Raises
    ------
    ProblemError
        400 where the client hung up.
    """

    def one() -> tuple[list[T], float]:
        before = time.thread_time()
        return list(islice(parts, 1)), time.thread_time() - before

    made: list[T] = []
    seconds = 0.0
    while True:
        part, took = await in_thread(one)
        seconds += took
        if not part:
            pace.learn(rows, seconds)
            return made
        made += part
        if await request.is_disconnected():
            raise ProblemError(HTTPStatus.BAD_REQUEST, "the client hung up before its answer")
