"""Requests of a process that are parsed in one turn of the event loop: one call of its model."""

from __future__ import annotations

import asyncio
from contextvars import Context
from dataclasses import dataclass

from operations.catalogue import predictions_of
from operations.forms.fields import Record
from operations.predictions.payloads import Payloads
from operations.predictions.together import RequestedRows
from serving.hot_reload.status import Served
from serving.middleware.admission import CostEstimate, CostEstimates
from serving.responses.blocks import answered_together
from serving.responses.process_response import head_of, part_of, start_of

MOST_ROWS = 16
"""Rows of requests that are answered together.

A model calibrates as many patterns of missing inputs each alone in one call. With more, a response could depend on the
other requests.
"""

_OF_EACH = frozenset({"id", "rows"})  # fields of a request that was read, in which all requests differ


@dataclass(eq=False, slots=True)
class _Waiting:
    """A request that waits for its response."""

    payloads: Payloads
    served: Served
    rows: list[Record]
    request: Record
    options: Record
    response: asyncio.Future[list[bytes]]

    def is_like(self, other: _Waiting) -> bool:
        """Return whether one call of the model can answer both."""
        is_same = self.served is other.served and self.payloads is other.payloads
        return is_same and self.options == other.options


class Groups:
    """Requests of one process that wait for the end of a turn of the event loop.

    A single request waits for no other: its call follows as soon as the loop has started all that it has received.

    Parameters
    ----------
    paces : CostEstimates
        Cost of rows, which each call updates.
    """

    def __init__(self, paces: CostEstimates) -> None:
        self._paces = paces
        self._waiting: list[_Waiting] = []

    async def answered(self, payloads: Payloads, served: Served, rows: list[Record], request: Record) -> list[bytes]:
        """Return the parts of a response.

        Parameters
        ----------
        payloads : Payloads
            Requests and responses of the process.
        served : Served
            The model that answers.
        rows : list of dict
            At most MOST_ROWS rows that `Payloads.read` has passed.
        request : dict
            The request around them, with its `id`.

        Raises
        ------
        ProblemError
            422 where the model has too few rows for the coverage.
        """
        loop = asyncio.get_running_loop()
        if not self._waiting:
            self._call_soon(loop)
        own = predictions_of(payloads.seed).own_fields | _OF_EACH
        options = {name: value for name, value in request.items() if name not in own}
        one = _Waiting(payloads, served, rows, request | {"first": 0}, options, loop.create_future())
        self._waiting.append(one)
        return await one.response

    def _call_soon(self, loop: asyncio.AbstractEventLoop) -> None:
        # In a context of its own: the work is for several requests.
        loop.call_soon(self._answer, loop, context=Context())

    def _answer(self, loop: asyncio.AbstractEventLoop) -> None:
        """Answer the first group; the others follow in the next turns, with requests that have come by then."""
        group, self._waiting = self._divided([one for one in self._waiting if not one.response.done()])
        if self._waiting:
            self._call_soon(loop)
        if group:
            self._settle(group)

    def _divided(self, waiting: list[_Waiting]) -> tuple[list[_Waiting], list[_Waiting]]:
        """Return the requests that are answered with the first, in a short time, and the others."""
        group, others = waiting[:1], []
        rows = sum(len(one.rows) for one in group)
        most = 0
        for one in waiting[1:]:
            most = most or self._most(group[0])
            if rows + len(one.rows) <= most and one.is_like(group[0]):
                group.append(one)
                rows += len(one.rows)
            else:
                others.append(one)
        return group, others

    def _most(self, one: _Waiting) -> int:
        """Return how many rows may be answered with a request in a short time, at least 1."""
        pace = self._pace(one)
        return next((rows for rows in range(MOST_ROWS, 1, -1) if pace.is_short(rows)), 1)

    def _pace(self, one: _Waiting) -> CostEstimate:
        return self._paces.of(one.served.champion)

    def _settle(self, group: list[_Waiting]) -> None:
        """Answer requests together, or each alone if that fails: an error belongs to one request."""
        first, rows = group[0], sum(len(one.rows) for one in group)
        try:
            with self._pace(first).measured(rows):
                responses = _responses(group)
        except Exception as error:
            if len(group) == 1:
                first.response.set_exception(error)
                return
            for one in group:
                self._settle([one])
            return
        for one, parts in zip(group, responses, strict=True):
            one.response.set_result(parts)


def _responses(group: list[_Waiting]) -> list[list[bytes]]:
    """Return the parts of each response."""
    first = group[0]
    start = start_of(head_of(first.payloads.seed.process.name, first.served, first.request))
    requests = [RequestedRows(one.rows, one.request) for one in group]
    answers = answered_together(first.payloads, first.served.model, requests)
    return [[start, part_of(answer)] for answer in answers]
