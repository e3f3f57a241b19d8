"""Requests, answers and predictions of processes whose target is a class."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, Field

from models.classification.model import ClassificationModel
from operations.forms.fields import Record, record, title
from operations.forms.payloads import Payloads, TaskFields, payloads_of
from operations.forms.rows import flag_readings, matrix, with_ids
from operations.predictions.explanations import OF_CLASS, asked, class_explanations, explanation, optional
from seeds import Seed

ABOUT = (
    "`class_set` has the classes that hold the right one with the probability `coverage`, the most probable first; it "
    "is never empty. With `explain` the logarithm of how much more probable the class is than the next is cut into "
    "what each input contributed."
)
NOT = "predicts no class alone"


class ClassificationInfo(BaseModel):
    """What a process that predicts a class predicts."""

    target: Annotated[str, Field(description="field of a prediction that holds the class")]
    classes: list[str]


def info(seed: Seed, model: ClassificationModel | None) -> ClassificationInfo:
    """What a process predicts, by its seed."""
    return ClassificationInfo(target=seed.target.name, classes=list(seed.classes))


def payloads(seed: Seed, max_rows: int) -> Payloads:
    """Request and answer of a seed's process; see `operations.forms.payloads.payloads_of`.

    Raises
    ------
    ValueError
        A key, time or target of the seed is called as something else in a prediction is.
    """
    share: Any = Annotated[float, Field(ge=0, le=1, json_schema_extra={"x-unit": "1"})]
    p = record(f"{title(seed)}ClassProbabilities", "Probability of each class.", dict.fromkeys(seed.classes, share))
    one: Any = Literal[seed.classes]
    likeliest = Annotated[one, Field(description=f"the most probable class: {seed.target.meaning}")]
    beside = {
        "class_probabilities": Annotated[p, Field(description="calibrated; they sum to 1")],
        "class_set": Annotated[
            list[one],
            Field(min_length=1, description="classes that hold the right one with the probability `coverage`"),
        ],
        "explanation": optional(explanation(seed), OF_CLASS),
    }
    if seed.target.name in beside:
        text = f"column '{seed.target.name}': a prediction uses this name itself"
        raise ValueError(f"seed {seed.process.name}: {text}")
    return payloads_of(
        seed,
        max_rows,
        TaskFields(
            row="One period of one unit",
            unit="A-001",
            time="2026-11-01" if seed.is_daily else "2026-11-01T06:00",
            predicted={seed.target.name: likeliest, **beside},
            request={"explain": asked()},
            example={"explain": False},
        ),
    )


def predicted(
    payloads: Payloads, model: ClassificationModel, rows: Sequence[Record], request: Record
) -> dict[str, Any]:
    """Predictions of a model; see `operations.predictions.numbers.predictions.predicted`.

    Parameters
    ----------
    payloads : Payloads
        What the process takes and gives.
    model : ClassificationModel
        The model.
    rows : sequence of dict, length n
        Rows that `Payloads.read` has passed.
    request : dict
        The request around them.

    Returns
    -------
    dict
        As `Payloads.answer` describes it, process and model left out.

    Raises
    ------
    CoverageError
        The model was calibrated on too few rows for the coverage.
    """
    X, classes, target = matrix(rows, model.seed), payloads.seed.classes, payloads.seed.target.name
    p = model.probabilities(X)
    order = np.argsort(-p, axis=1, kind="stable")  # the most probable class first
    inside = np.take_along_axis(model.sets(p, request["coverage"]), order, axis=1)
    flags = model.flags(X)
    flag_readings(rows, model.seed, flags)
    whys: list[Record] = [{} for _ in rows]
    if request["explain"]:
        whys = [{"explanation": why} for why in class_explanations(model, X, p, payloads.seed, flags)]
    answered = zip(
        with_ids(rows, payloads.echoed, request), p.tolist(), order.tolist(), inside.tolist(), whys, flags, strict=True
    )
    return {
        "predictions": [
            {
                **name,
                target: classes[ranked[0]],
                "class_probabilities": dict(zip(classes, shares, strict=True)),
                "class_set": [classes[k] for k, held in zip(ranked, holds, strict=True) if held],
                **why,
                "flags": words,
            }
            for name, shares, ranked, holds, why, words in answered
        ]
    }
