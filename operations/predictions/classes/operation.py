"""Predictions of a class as an operation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, Field

from models.classification.model import ClassificationModel
from operations.forms.columns import CheckedRows, Columns, Described
from operations.forms.fields import Record
from operations.predictions.classes.columns import columns, described
from operations.predictions.classes.predictions import answered
from operations.predictions.operation import Predictions
from operations.predictions.payloads import Payloads, TaskFields
from operations.predictions.probabilities import ABOUT, PROBABILITIES, probabilities_field
from operations.predictions.together import PredictedRows, RequestedRows
from seeds import Seed


class ClassificationInfo(BaseModel):
    """Information on a process that predicts a class."""

    target: Annotated[str, Field(description="field of a prediction that holds the class")]
    classes: list[str]


class ClassPredictions(Predictions):
    """Predictions of processes whose target is a class."""

    about: ClassVar[str] = (
        "`class_set` has the classes that hold the right one with the probability `coverage`, the most probable first; "
        "it is never empty. With `explanation` the logarithm of how much more probable the class is than the next is "
        "cut into what each input contributed."
    )
    listed: ClassVar[type[BaseModel] | None] = ClassificationInfo
    not_listed: ClassVar[str] = "predicts no class alone"

    def fields(self, seed: Seed) -> TaskFields:
        """The class, its probabilities and the set of classes."""
        one: Any = Literal[seed.classes]
        most_probable = Annotated[one, Field(description=f"the most probable class: {seed.target.description}")]
        extra = {
            PROBABILITIES: probabilities_field(seed),
            "class_set": Annotated[
                list[one],
                Field(min_length=1, description="classes that hold the right one with the probability `coverage`"),
            ],
        }
        if seed.target.name in extra:
            text = f"column '{seed.target.name}': a prediction uses this name itself"
            raise ValueError(f"seed {seed.process.name}: {text}")
        return TaskFields(
            row="One period of one unit",
            unit="A-001",
            time="2026-11-01" if seed.is_daily else "2026-11-01T06:00",
            predicted={seed.target.name: most_probable, **extra},
            words={PROBABILITIES: ABOUT},
        )

    def answered(
        self, form: Payloads, model: ClassificationModel, requests: Sequence[RequestedRows]
    ) -> list[PredictedRows]:
        """The most probable class of each row."""
        return answered(form, model, requests)

    def columns(self, form: Payloads, model: ClassificationModel, block: CheckedRows, request: Record) -> Columns:
        """Class, probabilities and set of classes."""
        return columns(form, model, block, request)

    def described(self, form: Payloads) -> Described:
        """Class, probabilities and set of classes."""
        return described(form)

    def info(self, seed: Seed, model: ClassificationModel | None) -> ClassificationInfo:
        """Target and classes, by the seed."""
        return ClassificationInfo(target=seed.target.name, classes=list(seed.classes))
