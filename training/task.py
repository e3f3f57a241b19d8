"""Interface of a task, so that jobs are the same for all tasks; `training.tasks` lists the tasks."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import RenderableType

from physics.arrays import FloatArray, IntArray
from seeds import Seed
from training.core.comparison import ComparisonResult
from training.core.dataset import Dataset
from training.core.fitting import AnyCandidate
from training.core.gate import Evidence
from training.core.learner import AnyLearner
from training.core.learning import PartFit
from training.core.progress import Progress
from training.core.splits import Split
from training.labels.quantities import Quantities
from training.reports.explanations import Direction
from training.reports.pictures import Picture

Columns = Mapping[str, tuple[str, str]]  # head and format of each metric
Candidates = Mapping[str, AnyCandidate]


@dataclass(frozen=True)
class Assessor:
    """Comparison of a task's models, and the evidence that the gate asks for.

    Attributes
    ----------
    check_judgeable : callable
        Takes a champion, a data set and rows; raises where these are too few to compare models on, or where the
        champion cannot be compared on them.
    verdict : callable
        Takes a champion, the rows' inputs as it wants them, a challenger, a data set and rows outside both trainings;
        returns which of the two is better.
    evidence : callable
        Takes a candidate, the baseline, a data set and its split; returns its evidence outside the training rows.
    """

    check_judgeable: Callable[[Any, Dataset, IntArray], None]
    verdict: Callable[[Any, FloatArray, Any, Dataset, IntArray], ComparisonResult]
    evidence: Callable[[Any, Any, Dataset, Split], Evidence]


@dataclass(frozen=True)
class MetricColumns:
    """Metrics of a task's tables, each with head and format, and those that stand in records.

    Attributes
    ----------
    candidates : Mapping of str to tuple
        Table of candidates, which fits a terminal.
    versions : Mapping of str to tuple
        Table of registered versions.
    published : Mapping of str to tuple
        Tables in documents.
    verdict : Mapping of str to str
        Metrics of a verdict and their labels.
    tagged : tuple of str
        The few metrics that are stored with a version and its alias moves.
    decisive : tuple of tuple
        Side ("champion" or "challenger") and metric of a verdict that go into the record of alias moves.
    """

    candidates: Columns
    versions: Columns
    published: Columns
    verdict: Mapping[str, str]
    tagged: tuple[str, ...]
    decisive: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class TaskCard:
    """Words, lines and pictures on a task's candidates: in the model card, on pages and in the terminal.

    Attributes
    ----------
    rows, units : str
        What rows and units of the table are called, in the plural.
    limits : tuple of str
        What a model must not be used for, sentence by sentence.
    pictures : tuple of Picture
        Figures of a candidate's page.
    row : callable
        Takes a seed; returns a row of its table, as text.
    heading : callable
        Takes a seed; returns what is predicted, in a few words.
    subject : callable
        Takes a data set and its split; returns target and rows, in two sentences.
    rows_used : callable
        Takes a data set and its split; returns lines on how many rows there are and how they were used.
    sections : callable
        Takes candidates, the chosen one, a data set and its split; returns sections on the candidates.
    cautions : callable
        Takes a seed, a candidate's metrics and the number of test rows; returns warnings to their reader.
    remarks : callable
        Takes candidates, the best one and a data set; returns lines below the table of candidates.
    verdict_head : callable
        Takes a seed; returns the head of the first column of a verdict's table.
    """

    rows: str
    units: str
    limits: tuple[str, ...]
    pictures: tuple[Picture, ...]
    row: Callable[[Seed], str]
    heading: Callable[[Seed], str]
    subject: Callable[[Dataset, Split], str]
    rows_used: Callable[[Dataset, Split], list[str]]
    sections: Callable[[Candidates, AnyCandidate, Dataset, Split], list[str]]
    cautions: Callable[[Seed, Mapping[str, float], int], list[str]]
    remarks: Callable[[Candidates, AnyCandidate, Dataset], list[str]]
    verdict_head: Callable[[Seed], str]


@dataclass(frozen=True)
class LabelScales:
    """Labels and predictions of a task as numbers that can be compared over time.

    Attributes
    ----------
    quantities : callable
        Takes a data set; returns its labels.
    predicted : callable
        Takes a model and inputs; returns its predictions by name as text, shape (n,) each.
    """

    quantities: Callable[[Dataset], Quantities]
    predicted: Callable[[Any, FloatArray], Mapping[str, FloatArray]]


@dataclass(frozen=True)
class DecisionTrial:
    """Closed-loop trials of a task that decides on lots.

    Attributes
    ----------
    plant_size : callable
        Takes a seed and a number of lots; returns arguments of a simulation that gives at least so many.
    outcome : callable
        Takes a model, a data set, the simulated plant and a version; returns what the model's decisions bring there.
    tables : callable
        Takes an outcome; yields what the terminal shows of it.
    """

    plant_size: Callable[[Seed, int], Mapping[str, Any]]
    outcome: Callable[[Any, Dataset, Any, int | None], Any]
    tables: Callable[[Any], Iterator[RenderableType]]


@dataclass(frozen=True)
class SetpointLoop:
    """Closed-loop set-point trials of a task whose processes may have set-points.

    Attributes
    ----------
    trial : callable
        Takes a seed, options, a simulator, a folder that keeps what is finished until all is, a progress report, and
        the cluster that runs plants or None; returns what set-points bring on simulated plants.
    tables : callable
        Takes what a trial gave; yields what the terminal shows of it.
    metrics, files : callable
        Take what a trial gave; return its figures and its files by name, for MLflow.
    """

    trial: Callable[[Seed, Mapping[str, int | None], Any, Path, Progress, str | None], Any]
    tables: Callable[[Any], Iterator[RenderableType]]
    metrics: Callable[[Any], Mapping[str, float]]
    files: Callable[[Any], Mapping[str, str]]


@dataclass(frozen=True)
class TrainingTask:
    """A task as the jobs use it; a part that it does not offer is None.

    Attributes
    ----------
    learner : Learner
        How its candidates are fitted, calibrated and measured.
    assessor : Assessor
        How its models are compared.
    card : TaskCard
        What is shown of its candidates.
    columns : MetricColumns
        Metrics of its tables and records.
    labels : LabelScales
        Its labels, compared over time.
    parts : tuple of PartFit
        Fits shared by the first target's candidates, in the order of `models.learnings`: physics, events and
        prices are about that target.
    trial : DecisionTrial, optional
        Trials of its decisions.
    loop : SetpointLoop, optional
        Trials of its set-points.
    signs : callable, optional
        Takes a model and inputs; returns which way columns move it where physics is sure of a sign, or None where what
        it computes is no sum over its inputs.
    caught_up : callable, optional
        Takes a model and a data set; returns the model with all outcomes since its training and how many, or None
        where there are none. Left out where models follow no outcomes.
    transferred : callable, optional
        Takes a model and data sets of other plants; returns the model of a further plant. Left out where models follow
        no outcomes.
    extended : callable, optional
        Takes a data set and its split; returns it with the inputs that the job adds to those of the seed.
    """

    learner: AnyLearner
    assessor: Assessor
    card: TaskCard
    columns: MetricColumns
    labels: LabelScales
    parts: tuple[PartFit[Any], ...] = ()
    trial: DecisionTrial | None = None
    loop: SetpointLoop | None = None
    signs: Callable[[Any, FloatArray], Sequence[Direction] | None] | None = None
    caught_up: Callable[[Any, Dataset], tuple[Any, int] | None] | None = None
    transferred: Callable[[Any, Sequence[Dataset]], Any] | None = None
    extended: Callable[[Dataset, Split], Dataset] | None = None
