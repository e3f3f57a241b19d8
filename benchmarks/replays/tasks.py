"""Task interfaces of replays: truth of a row, predictions of a model, and their evaluation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from benchmarks.replays import evaluate
from benchmarks.replays.evaluate import Answers, Evaluated
from benchmarks.replays.step import Step
from monitoring.drift.tasks import task_of as watched
from physics.arrays import FloatArray
from seeds import Seed


@dataclass(frozen=True)
class Task:
    """A task as a replay knows it.

    Attributes
    ----------
    error : str
        What an error is, as text.
    covered : str
        What a coverage is the share of, as text.
    unit : callable
        Unit of an error.
    truth : callable
        Truth of n rows from the simulator, shape (n,) or (n, E); NaN where it is not known.
    answers : callable
        What a model says of the rows of a table.
    evaluated : callable
        What such answers, or those of a service, to the rows of a step are worth.
    follows : bool
        Whether the values that a service answers, and not their intervals alone, follow the outcomes that came in.
    """

    error: str
    covered: str
    unit: Callable[[Seed], str]
    truth: Callable[[pd.DataFrame, Seed], FloatArray]
    answers: Callable[[Any, pd.DataFrame, Seed], Answers]
    evaluated: Callable[[Step, Answers, Seed], Evaluated]
    follows: bool = False


def _no_unit(seed: Seed) -> str:
    return ""


TASKS = {
    "regression": Task(
        "mean absolute error to the simulated truth",
        "labels within their intervals",
        lambda seed: seed.target.unit or "",
        evaluate.true_numbers,
        evaluate.flat_answers,
        evaluate.of_numbers,
        follows=True,
    ),
    "classification": Task(
        "share of rows with a wrong class",
        "labels within their class sets",
        _no_unit,
        evaluate.true_classes,
        evaluate.flat_answers,
        evaluate.of_classes,
    ),
    "sorting": Task(
        "share of pieces with a wrong class",
        "contents within their intervals",
        _no_unit,
        evaluate.true_classes,
        evaluate.answers_by_lot,
        evaluate.of_pieces,
    ),
    "quality": Task(
        "mean absolute error of the logarithms of contents to the simulated truth",
        "lots with all contents within their intervals",
        _no_unit,
        evaluate.true_contents,
        evaluate.flat_answers,
        evaluate.of_lots,
    ),
}


def task_of(seed: Seed) -> Task:
    """The task of a seed's process."""
    return TASKS[seed.process.task]


def cost_unit(seed: Seed) -> str:
    """Unit of what decisions cost; empty where nothing is decided."""
    return watched(seed).unit
