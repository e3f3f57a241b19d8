"""Response of a version in shadow to a recorded request."""

from __future__ import annotations

from typing import Any

import msgspec

from operations.forms.fields import Record
from operations.forms.include import without
from operations.predictions.payloads import Payloads
from records.requests import JSON
from records.shadow import PendingShadowRequest, ShadowResponse
from serving.hot_reload.status import Served
from serving.outcomes.slots import read_table
from serving.responses.blocks import blocks


class TooLongError(ValueError):
    """A request with so many rows that a version in shadow is not asked."""


def answered(one: PendingShadowRequest, payloads: Payloads, served: Served) -> ShadowResponse:
    """The answer to a request; explanations are left out, which take many times as long as predictions.

    Raises
    ------
    TooLongError
        The request is longer than one of JSON may be.
    Exception
        Whatever a model that is broken raises.
    """
    rows, request = _read(one, payloads)
    request_of_rows = without(request | {"id": one.id}, payloads.slow)
    parts: list[Any] = []
    for block in blocks(payloads, served.model, rows, request_of_rows):
        parts += block.predictions
    return ShadowResponse(one.number, served.champion.version, served.digest, msgspec.json.encode(parts))


def _read(one: PendingShadowRequest, payloads: Payloads) -> tuple[list[Record], Record]:
    """Return the rows of a request, and its other fields."""
    if one.request_body is None:
        raise TooLongError(f"request {one.id} stands in several parts")
    if one.kind == JSON:
        return payloads.read(one.request_body)
    # Arrow's library is loaded by the first table, not by every service that starts.
    from serving.wire.arrow import coverage_of

    names = [column.name for column in (*payloads.seed.identity, *payloads.seed.inputs)]
    rows = read_table(one.request_body, one.kind, names)
    if len(rows) > payloads.max_rows:
        raise TooLongError(f"request {one.id} has {len(rows)} rows")
    return payloads.checked({"rows": rows, "coverage": coverage_of(one.response_body)})
