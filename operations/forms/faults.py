"""Faults of a request: place, value found, violated bound and expected value."""

from __future__ import annotations

import math
from collections.abc import Sequence
from http import HTTPStatus
from itertools import takewhile
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

MOST_FAULTS = 100
_LONGEST_VALUE = 100


class RequestDefect(BaseModel):
    """One thing wrong with a request."""

    model_config = ConfigDict(frozen=True)

    row: Annotated[int | None, Field(description="index into `rows`, from 0; null where no row is meant")] = None
    field: Annotated[str | None, Field(description="name of the field; null where none is meant")] = None
    value: Annotated[
        float | int | bool | str | None, Field(description="what was got; long or nested values are cut")
    ] = None
    bound: Annotated[float | None, Field(description="the limit that was passed, in the field's unit")] = None
    expected: Annotated[str, Field(description="what would have been right")]


class RequestError(Exception):
    """A request that cannot be answered as it is.

    Parameters
    ----------
    detail : str
        What is wrong with it.
    faults : sequence of RequestDefect
        Each single fault, as far as the request can be read.
    status : HTTPStatus
        400 where it cannot be read, 413 where it is too large, 422 where its content is wrong.
    """

    def __init__(
        self, detail: str, faults: Sequence[RequestDefect] = (), status: HTTPStatus = HTTPStatus.UNPROCESSABLE_ENTITY
    ) -> None:
        super().__init__(detail)
        self.detail, self.faults, self.status = detail, tuple(faults), status


def shown(value: Any) -> float | int | bool | str | None:
    """Return a value as JSON can carry it: numbers, booleans and null unchanged, others as cut text."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    if isinstance(value, int) and abs(value) < 2**53:
        return value
    text = str(_beginning(value, [_LONGEST_VALUE]))
    return text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 3] + "..."


def _beginning(value: Any, left: list[int]) -> Any:
    """Return a value whose text begins as that of `value`, to avoid the text of ten thousand rows.

    So many values are `left` to be kept; each has two characters at least.
    """
    left[0] -= 1
    if isinstance(value, str):
        return value[: _LONGEST_VALUE + 1]
    if isinstance(value, list):
        return [_beginning(one, left) for one in takewhile(lambda _: left[0] > 0, value)]
    if isinstance(value, dict):
        first_items = takewhile(lambda _: left[0] > 0, value.items())
        return {_beginning(name, left): _beginning(one, left) for name, one in first_items}
    return value


def invalid(faults: Sequence[RequestDefect]) -> RequestError:
    """A request whose JSON is sound and whose content is not."""
    if len(faults) > MOST_FAULTS:
        text = f"the request has more than {MOST_FAULTS} faults, the first of them in errors"
    else:
        text = f"the request has {len(faults)} {'fault' if len(faults) == 1 else 'faults'}, see errors"
    return RequestError(text, faults[:MOST_FAULTS])


def within(place: str, fault: RequestDefect) -> RequestDefect:
    """A fault in a part of the request that stands at a place."""
    return fault.model_copy(update={"field": ".".join(filter(None, (place, fault.field)))})
