"""The tasks in the jobs: what a task's package offers, so that a job is the same for all of them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import pandas as pd
from rich.console import RenderableType

from models.setpoints.advice import Estimate
from physics.arrays import FloatArray, IntArray
from seeds import Quantity, Seed
from training import classification, quality, regression, sorting
from training.advice.plans import Advised
from training.core.comparison import Verdict
from training.core.dataset import Dataset
from training.core.fitting import AnyCandidate, Learner
from training.core.gate import Evidence
from training.core.splits import Split
from training.labels.quantities import Quantities
from training.multi_target.combined import BETWEEN
from training.reports.explanations import Direction
from training.reports.pictures import Picture

Progress = Callable[[str, int, int], None]  # what is being done, steps done, steps in all
Columns = Mapping[str, tuple[str, str]]  # head and format of each metric


class Trials(Protocol):
    """Closed-loop trials of a task that decides."""

    def plant_size(self, seed: Seed, lots: int) -> Mapping[str, Any]:
        """Arguments of a simulation that gives at least so many lots."""

    def outcome(self, model: Any, data: Dataset, plant: Any, version: int | None) -> Any:
        """What a model's decisions bring on a simulated plant, of which `plant` knows what the table does not hold."""

    def tables(self, found: Any) -> Iterator[RenderableType]:
        """What the terminal shows of an outcome."""


class Loops(Protocol):
    """Closed-loop trials of a task whose processes may have knobs to set."""

    def trial(
        self, seed: Seed, options: Mapping[str, int | None], simulator: Any, folder: Path, progress: Progress
    ) -> Any:
        """What set-points bring on simulated plants; `folder` keeps what is finished until all is."""

    def tables(self, found: Any) -> Iterator[RenderableType]:
        """What the terminal shows of it."""

    def metrics(self, found: Any) -> Mapping[str, float]:
        """Its figures, for MLflow."""

    def files(self, found: Any) -> Mapping[str, str]:
        """Its files by name, for MLflow: all figures, and a page of pictures."""


class Advisers(Protocol):
    """Recommended set-points of a task for the rows of a table."""

    @property
    def GAIN(self) -> str:
        """Unit of a gain."""

    @property
    def ADDS_UP(self) -> bool:
        """Whether gains of several units have a sum; else their mean is shown."""

    @property
    def GOES_ON(self) -> str:
        """What is taken for plans where a table has none."""

    @property
    def CAPTION(self) -> str:
        """What a gain is of, in a few words."""

    def prices(self, seed: Seed) -> Mapping[str, Quantity]:
        """Prices and factors that a request may replace, by name."""

    def knob_units(self, seed: Seed) -> Mapping[str, str]:
        """Unit of each knob, by name."""

    def advised(self, model: Any, table: pd.DataFrame, seed: Seed, prices: Mapping[str, float]) -> Advised:
        """Advice on what a table plans."""

    def effects(self, advice: Any, model: Any) -> Mapping[str, tuple[Estimate, str]]:
        """Effects of moves by name, each with its unit."""

    def more(self, advice: Any) -> Mapping[str, object]:
        """What advice states beside knobs, gain, effects and limits, by its heading in a file."""


class Signs(Protocol):
    """Which way columns move a model, of a task whose physics is sure of some signs."""

    def directions(self, model: Any, X: FloatArray) -> Sequence[Direction] | None:
        """Directions of a model's columns on some rows; None where what it computes is no sum over its inputs."""


class Follow(Protocol):
    """Outcomes that models of a task follow."""

    def caught_up(self, model: Any, data: Dataset) -> tuple[Any, int] | None:
        """A model with all outcomes since its training, and how many; None where there are none."""


class Task(Learner, Protocol):
    """A task's package as the jobs use it; how its candidates are fitted stands in `Learner`."""

    @property
    def ROWS(self) -> str:
        """What a row of the table is called, in the plural."""

    @property
    def UNITS(self) -> str:
        """What a unit of the table is called, in the plural."""

    @property
    def TAGGED(self) -> tuple[str, ...]:
        """The few metrics that stand beside a version and its alias moves."""

    @property
    def COLUMNS(self) -> Columns:
        """Metrics of the table of candidates, which fits a terminal."""

    @property
    def VERSION_COLUMNS(self) -> Columns:
        """Metrics of the table of registered versions."""

    @property
    def PUBLISHED(self) -> Columns:
        """Metrics of the tables in documents."""

    @property
    def PICTURES(self) -> tuple[Picture, ...]:
        """Figures of a candidate's page."""

    @property
    def LIMITS(self) -> tuple[str, ...]:
        """What a model must not be used for, sentence by sentence."""

    @property
    def VERDICT_ROWS(self) -> Mapping[str, str]:
        """Metrics of a verdict and what they are called."""

    @property
    def DECISIVE(self) -> tuple[tuple[str, str], ...]:
        """Side ("champion" or "challenger") and metric of a verdict that go into the record of alias moves."""

    @property
    def trial(self) -> Trials | None:
        """Its closed-loop trials; None where nothing is decided."""

    @property
    def loop(self) -> Loops | None:
        """Its closed-loop trials of set-points; None where its processes have no knobs."""

    @property
    def advice(self) -> Advisers | None:
        """How set-points are recommended for a table; None where its processes have none."""

    @property
    def signs(self) -> Signs | None:
        """Directions of its models; None where physics is sure of none."""

    def check_split(self, data: Dataset, parts: Split) -> None:
        """Raise where a split leaves too little for the task, before hours of learning."""

    def row(self, seed: Seed) -> str:
        """A row of a process's table, in words."""

    def heading(self, seed: Seed) -> str:
        """What is predicted, in a few words."""

    def subject(self, data: Dataset, parts: Split) -> str:
        """Target and rows, in two sentences."""

    def rows_used(self, data: Dataset, parts: Split) -> list[str]:
        """Lines of the model card on how many rows there are and how they were used."""

    def sections(self, candidates: Any, chosen: Any, data: Dataset, parts: Split) -> list[str]:
        """Sections of the model card on the candidates, their figures and what these rest on."""

    def cautions(self, seed: Seed, metrics: Mapping[str, float], rows: int) -> list[str]:
        """Warnings to a reader of a candidate's metrics on so many test rows, in words."""

    def remarks(self, candidates: Any, best: Any, data: Dataset) -> list[str]:
        """Lines below the table of candidates: what its columns mean, and what is known of the labels."""

    def check_judgeable(self, champion: Any, data: Dataset, rows: IntArray) -> None:
        """Raise where these rows are too few to compare models on, or the champion cannot be compared on them."""

    def verdict(self, champion: Any, X: FloatArray, challenger: Any, data: Dataset, rows: IntArray) -> Verdict:
        """Champion against challenger on rows that neither has learnt; X holds them as the champion wants them."""

    @property
    def follow(self) -> Follow | None:
        """The part that lets its models follow outcomes; None where they follow none."""

    def evidence(self, candidate: Any, baseline: Any, data: Dataset, parts: Split) -> Evidence:
        """What a candidate shows beside the baseline on rows that nothing has learnt from."""

    def quantities(self, data: Dataset) -> Quantities:
        """Labels as numbers that can be compared over time."""

    def predicted_quantities(self, model: Any, X: FloatArray) -> Mapping[str, FloatArray]:
        """What a model predicts, by its name in words, as numbers that can be compared over time, shape (n,) each."""

    def verdict_head(self, seed: Seed) -> str:
        """Head of the first column of a verdict's table."""


TASKS: dict[str, Task] = {
    "regression": regression,
    "classification": classification,
    "sorting": sorting,
    "quality": quality,
}


def task_of(seed: Seed) -> Task:
    """The task of a seed's process."""
    return TASKS[seed.process.task]


def tagged(task: Task, candidate: AnyCandidate) -> dict[str, float]:
    """The few figures of a candidate that stand beside a version and its alias moves, by target if several."""
    return {name: value for name, value in candidate.metrics.items() if name.split(BETWEEN)[-1] in task.TAGGED}
