"""Probabilities of classes as part of a prediction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import Field

from operations.forms.columns import Values, shares
from operations.forms.fields import Record, record, title
from operations.forms.include import includes, only_with
from physics.arrays import FloatArray
from seeds import Seed

PROBABILITIES = "class_probabilities"
ABOUT = "calibrated probability of each class; they sum to 1"


def probabilities_field(seed: Seed) -> Any:
    """Type of the field of a prediction."""
    share: Any = Annotated[float, Field(ge=0, le=1, json_schema_extra={"x-unit": "1"})]
    kind = record(f"{title(seed)}ClassProbabilities", "Probability of each class.", dict.fromkeys(seed.classes, share))
    return only_with(kind, PROBABILITIES, ABOUT)


def probability_rows(p: FloatArray, classes: Sequence[str], request: Record) -> list[Record]:
    """Field of each row, if the request includes it.

    Parameters
    ----------
    p : ndarray, shape (n, K)
        Probabilities of the K classes.
    classes : sequence of K str
        Their names.
    request : dict
        The request around the rows.
    """
    if not includes(request, PROBABILITIES):
        return [{}] * len(p)
    return [{PROBABILITIES: dict(zip(classes, row, strict=True))} for row in p.tolist()]


def probability_columns(p: FloatArray, classes: Sequence[str], request: Record) -> dict[str, Values]:
    """A column of each class, if the request includes them; parameters as of `probability_rows`."""
    return shares(classes, p) if includes(request, PROBABILITIES) else {}
