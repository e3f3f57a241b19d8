"""What differs in the service between tasks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from seeds import Seed
from serving.payloads import Payloads, Record
from serving.quality import payloads as quality_payloads
from serving.quality import predictions as quality_predictions
from serving.regression import predictions as regression
from serving.sorting import payloads as sorting_payloads
from serving.sorting import predictions as sorting_predictions


@dataclass(frozen=True)
class Task:
    """How the processes of a task are answered.

    Parameters
    ----------
    payloads : callable
        Request and answer of a seed's process, for at most so many rows in one request.
    predicted : callable
        Predictions of a model of the task for the rows of a request, with what stands beside them.
    about : str
        What a request's description adds.
    """

    payloads: Callable[[Seed, int], Payloads]
    predicted: Callable[[Payloads, Any, Sequence[Record], Record], dict[str, Any]]
    about: str = ""


REGRESSION = Task(regression.payloads, regression.predicted)
SORTING = Task(sorting_payloads.payloads, sorting_predictions.predicted, sorting_payloads.ABOUT)
QUALITY = Task(quality_payloads.payloads, quality_predictions.predicted, quality_payloads.ABOUT)


def task_of(seed: Seed) -> Task:
    """Task of a seed's process."""
    if seed.process.task == "sorting":
        return SORTING
    return REGRESSION if seed.quality is None else QUALITY
