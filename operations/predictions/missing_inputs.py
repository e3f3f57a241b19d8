"""Missing inputs of a row in its prediction: those that cost most, and the width that they cost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, NotRequired

from pydantic import BaseModel, Field

from models.uncertainty.missing_report import MOST_NAMED, MissingReport
from operations.forms.digits import ALL, DIGITS
from operations.forms.fields import Record
from operations.forms.include import INCLUDE, includes

MISSING = "missing_inputs"  # field of a prediction, and word of `include`
COSTLIEST = "costliest"  # part of the field that the word adds
ABOUT = "the names of the costliest missing inputs"


class MissingInputsOfRow(BaseModel):
    """Missing inputs of a row that widen its intervals, or enlarge its set of classes."""

    count: Annotated[int, Field(description="how many inputs are missing")]
    costliest: Annotated[
        list[str],
        Field(
            default=[],
            max_length=MOST_NAMED,
            description="some of them, the one first whose absence alone widens most; present only with "
            f"`{MISSING}` in `{INCLUDE}`",
        ),
    ]
    interval_ratio: Annotated[
        float,
        Field(
            description="width of the interval over that of a row with all inputs, mean of several contents; of a "
            "class the size of the set of classes [1]"
        ),
    ]
    any_measured: Annotated[bool, Field(description="false: no input was given, so the row has no measurement")]


def missing_field() -> Any:
    """Type of the field of a prediction."""
    about = "left out where the row has all inputs that its interval depends on"
    return NotRequired[Annotated[MissingInputsOfRow, Field(description=about)]]


def _ratio(ratio: float, request: Record) -> float:
    """Ratio to a thousandth, unless the request has all digits."""
    return ratio if request.get(DIGITS, ALL) == ALL else round(ratio, 3)


def add_missing(reports: Sequence[MissingReport | None], rows: Sequence[Record], request: Record) -> None:
    """Add the field to rows, in place, where a model calibrated for missing inputs reports any."""
    with_names = includes(request, MISSING)
    for row, report in zip(rows, reports, strict=True):
        if report is not None:
            row[MISSING] = {
                "count": report.n_missing,
                **({COSTLIEST: list(report.costliest)} if with_names else {}),
                "interval_ratio": _ratio(report.ratio, request),
                "any_measured": report.any_measured,
            }
