"""Rounding of quantities to the digits that their intervals justify."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field

from models.interfaces.answers import Answer
from physics.arrays import FloatArray

DIGITS = "digits"
BY_INTERVAL, ALL = "interval", "all"
PARTS_OF_WIDTH = 100.0  # an interval's width over the largest step to which it is rounded [1]

_MOST_DECIMALS = 15
_STEPS = np.array([float(f"1e-{d}") for d in range(_MOST_DECIMALS, -1, -1)])  # ascending
_PARTS = np.array([10.0**d for d in (_MOST_DECIMALS, *range(_MOST_DECIMALS, -1, -1))])  # of 1, one more in front
_MOST_PARTS = 1e15  # beyond it a number has no digit left to round


def digits_field() -> Any:
    """Type of the field of a request that chooses the digits of quantities."""
    about = (
        f"`{BY_INTERVAL}`: value, low and high are rounded to the same decimal place, at most a hundredth of the "
        f"interval's width; `{ALL}`: not rounded"
    )
    return Annotated[Literal["interval", "all"], Field(default=BY_INTERVAL, description=about)]


def in_digits(answers: Mapping[str, Answer], request: Mapping[str, Any]) -> Mapping[str, Answer]:
    """Return quantities in the digits that a request asks for.

    Parameters
    ----------
    answers : Mapping of str to Answer
        Quantities of n rows.
    request : Mapping
        The request around the rows; without the field nothing is rounded.
    """
    if request.get(DIGITS, ALL) == ALL or not answers:
        return answers
    ends = ends_in_digits(np.array([[one.value, one.low, one.high] for one in answers.values()]), request)
    return {name: Answer(*one) for name, one in zip(answers, ends, strict=True)}


def ends_in_digits(ends: FloatArray, request: Mapping[str, Any]) -> FloatArray:
    """Return value and ends of q quantities, shape (q, 3, n), in the digits of a request.

    The decimal place is the first whose step is at most a hundredth of the width, and at least the unit place. The
    width is twice the shorter side of the value, so that a small number in a skewed interval keeps its digits; without
    a shorter side, it is that of the interval. Rounding moves a number by less than 0.5 % of the interval's width, and
    preserves the order of the ends and the value. A quantity without a width, or of infinite width, is not rounded.
    """
    if request.get(DIGITS, ALL) == ALL:
        return ends
    with np.errstate(invalid="ignore"):  # the difference of two infinite ends
        side = np.minimum(ends[:, 0] - ends[:, 1], ends[:, 2] - ends[:, 0])
        width = np.where(side > 0, 2 * side, ends[:, 2] - ends[:, 1])
    parts = _PARTS[np.searchsorted(_STEPS, width / PARTS_OF_WIDTH, side="right")][:, None]
    scaled = ends * parts
    is_rounded = (np.abs(scaled) < _MOST_PARTS) & (0 < width)[:, None] & np.isfinite(width)[:, None]
    return np.where(is_rounded, np.rint(scaled) / parts, ends)
