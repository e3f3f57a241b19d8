"""Explanations of predictions: fields of requests and responses, and rows made of contributions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar, Protocol

import numpy as np
from pydantic import Field

from models.explanations import Parts, explained_classes
from models.processes.causes import by_cause
from operations.forms.faults import RequestDefect, invalid
from operations.forms.fields import Record, record, title
from operations.forms.include import only_with
from operations.predictions.options import AddedFields, Addition, ResponsePart
from physics.arrays import FloatArray
from seeds import Seed

EXPLANATION = "explanation"  # word of `include`, and field of a prediction of one quantity
# Cutting one prediction of a thousand trees takes 10 to 20 ms.
MOST_EXPLAINED = 100
OF_CLASS = "what each input contributed to ln(p/q) of the most probable class and the next"
NO_PARTS = "not explained: what this candidate computes is no sum over its inputs"


class ClassModel(Protocol):
    """Parts of a model of classes that explain it."""

    @property
    def estimator(self) -> Any:
        """The fitted estimator."""

    @property
    def temperature(self) -> float:
        """Temperature by which its probabilities were calibrated."""


class Explanations(Addition):
    """Explanations as one process has them.

    Parameters
    ----------
    seed : Seed
        The process.
    predicted : dict of str to type
        Field of a prediction that holds them.
    """

    name: ClassVar[str] = EXPLANATION
    about = f"what each input contributed to the prediction; at most {MOST_EXPLAINED} rows, none of a table"
    is_slow: ClassVar[bool] = True

    def __init__(self, seed: Seed, predicted: Record) -> None:
        self.seed = seed
        self.fields = AddedFields(predicted=predicted)

    def check(self, rows: int) -> None:
        """Reject a request for more explanations than one response may contain; RequestError."""
        if rows > MOST_EXPLAINED:
            expected = f"at most {MOST_EXPLAINED} rows with explanations; send several requests"
            raise invalid([RequestDefect(field="rows", value=rows, bound=MOST_EXPLAINED, expected=expected)])


class ClassExplanations(Explanations):
    """Reasons for the most probable class against the next; predicted are the probabilities, shape (n, K)."""

    def rows(
        self, model: Any, X: FloatArray, predicted: Any, request: Record, flags: list[list[str]]
    ) -> Sequence[Record]:
        """The explanation of each row."""
        reasons = class_explanations(model, X, predicted, self.seed, flags)
        return [{EXPLANATION: reason} for reason in reasons]


class ExplainClass(ResponsePart):
    """Explanations of the most probable class."""

    def of(self, seed: Seed) -> ClassExplanations:
        """Return the explanations of any process with classes."""
        return ClassExplanations(seed, {EXPLANATION: only_with(explanation(seed), EXPLANATION, OF_CLASS)})


def explanation(seed: Seed) -> Any:
    """Type of an explanation of one quantity; null where there is none."""
    part = Field(description="in the unit of what is explained")
    contribution: Any = record(
        f"{title(seed)}Contribution",
        "What one input, or a quantity that physics computes from inputs, contributed.",
        {
            "input": Annotated[str, Field(description="its name")],
            "value": Annotated[float | str | None, Field(description="its value in this row; null: missing")],
            "unit": Annotated[str, Field(description="unit of the value")],
            "contribution": Annotated[float, part],
        },
    )
    cause: Any = record(
        f"{title(seed)}Cause",
        "What the inputs and computed quantities of one physical cause contributed together.",
        {"cause": str, "contribution": Annotated[float, part]},
    )
    kind: Any = record(
        f"{title(seed)}Explanation",
        "A quantity as a sum: base and contributions give its value.",
        {
            "quantity": str,
            "unit": str,
            "base_value": Annotated[float, Field(description="what the model says of an average row [the same unit]")],
            "contributions": Annotated[list[contribution], Field(description="the largest first")],
            "causes": Annotated[
                list[cause] | None,
                Field(description="the contributions by physical cause; null: none are known of the process"),
            ],
        },
    )
    return kind | None


def explanations(
    parts: Parts | None, seed: Seed, quantities: Sequence[tuple[str, str]], flags: list[list[str]]
) -> list[Record | None]:
    """Explanations row by row; flags name rows without one.

    Parameters
    ----------
    parts : Parts or None
        Predictions of n rows cut into parts; None where the candidate has none.
    seed : Seed
        The process.
    quantities : sequence of n tuples of str
        What is explained of each row, and its unit.
    flags : list of list of str
        Flags of the n rows, which are added to.
    """
    if parts is None:
        for words in flags:
            if NO_PARTS not in words:
                words.append(NO_PARTS)
        return [None] * len(flags)
    causes = by_cause(seed, parts.names, parts.contributions)
    order = np.argsort(-np.abs(parts.contributions), axis=1, kind="stable")
    texts = {column.name: column.values for column in seed.inputs if column.values}
    explained: list[Record | None] = []
    for i, (quantity, unit) in enumerate(quantities):
        if not np.isfinite(parts.base[i]):
            explained.append(None)  # there is no such quantity in this row
            continue
        explained.append(
            {
                "quantity": quantity,
                "unit": unit,
                "base_value": float(parts.base[i]),
                "contributions": [
                    {
                        "input": parts.names[j],
                        "value": _value(parts.values[i, j], texts.get(parts.names[j])),
                        "unit": parts.units[j],
                        "contribution": float(parts.contributions[i, j]),
                    }
                    for j in order[i].tolist()
                ],
                "causes": None if causes is None else _causes(causes, i),
            }
        )
    return explained


def class_explanations(
    model: ClassModel, X: FloatArray, p: FloatArray, seed: Seed, flags: list[list[str]]
) -> list[Record | None]:
    """Explain for each row why its class is more probable than the next; p are the served probabilities."""
    explained = explained_classes(model.estimator, X, p, model.temperature, seed)
    parts, pairs = (None, np.zeros((len(X), 2), np.intp)) if explained is None else explained
    quantities = [(f"ln(p({seed.classes[one]})/p({seed.classes[other]}))", "1") for one, other in pairs]
    return explanations(parts, seed, quantities, flags)


def _value(value: float, texts: Sequence[str] | None) -> float | str | None:
    if np.isnan(value):
        return None
    return float(value) if texts is None else texts[int(value)]


def _causes(sums: Mapping[str, FloatArray], i: int) -> list[Record]:
    order = sorted(sums, key=lambda cause: -abs(sums[cause][i]))
    return [{"cause": cause, "contribution": float(sums[cause][i])} for cause in order]
