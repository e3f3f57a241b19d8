"""Rows of several requests that one call of a model predicts, and the response to each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from typing import TypeVar

from operations.forms.fields import Record
from operations.forms.rows import with_ids
from operations.predictions.payloads import Payloads

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class RequestedRows:
    """Rows of one request, all or some of them, and the request around them.

    Attributes
    ----------
    rows : sequence of dict, length n
        Rows that `Payloads.read` has passed.
    request : dict
        The request: its `id`, the number of its rows before these as `first`, and `PredictedRows.carried` of those.
    """

    rows: Sequence[Record]
    request: Record


@dataclass(frozen=True, eq=False)
class PredictedRows:
    """Response to the rows of one request.

    Attributes
    ----------
    predictions : list of n dict
        The prediction of each row.
    after : dict
        Fields of the response behind its predictions.
    carried : dict
        Additional or changed fields of the request for its next rows, if any follow.
    """

    predictions: list[Record]
    after: Record = field(default_factory=dict)
    carried: Record = field(default_factory=dict)

    @property
    def fields(self) -> Record:
        """Predictions and the fields behind them."""
        return {"predictions": self.predictions, **self.after}


def slices(requests: Sequence[RequestedRows]) -> list[slice]:
    """Return the place of each request's rows among those of all."""
    ends = accumulate((len(one.rows) for one in requests), initial=0)
    return [slice(first, end) for first, end in pairwise(ends)]


def divided(values: list[T], requests: Sequence[RequestedRows]) -> list[list[T]]:
    """Return the values of each request's rows from those of all rows."""
    return [values] if len(requests) == 1 else [values[place] for place in slices(requests)]


def rows_of(requests: Sequence[RequestedRows]) -> list[Record]:
    """Return the rows of all requests in their order."""
    return [row for one in requests for row in one.rows]


def names_of(requests: Sequence[RequestedRows], payloads: Payloads) -> list[Record]:
    """Return the beginning of each prediction; see `with_ids`."""
    return [name for one in requests for name in with_ids(one.rows, payloads.repeated(one.request), one.request)]
