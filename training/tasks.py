"""What differs between the tasks of a process: how a candidate is fitted, measured, shown and judged."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, TypeVar

from physics.arrays import FloatArray, IntArray
from seeds import Seed
from training.dataset import Dataset
from training.fitting import Candidate
from training.judge import Verdict
from training.quality import card as quality_card
from training.quality import columns as quality_report
from training.quality import fit as quality_fitting
from training.quality import judge as quality_judge
from training.quality import plots as quality_plots
from training.quality.fit import QualityCandidate
from training.regression import card as regression_card
from training.regression import columns as regression_report
from training.regression import fit as regression_fitting
from training.regression import judge as regression_judge
from training.regression import plots as regression_plots
from training.regression.evaluate import cautions
from training.reports.pictures import Picture
from training.sorting import card as sorting_card
from training.sorting import columns as sorting_report
from training.sorting import fit as sorting_fitting
from training.sorting import judge as sorting_judge
from training.sorting import plots as sorting_plots
from training.sorting.fit import SortingCandidate
from training.splits import Split

C = TypeVar("C", bound=Candidate)


@dataclass(frozen=True)
class Task(Generic[C]):
    """One task's part in jobs that are the same for all.

    Attributes
    ----------
    steps : int
        Steps that fitting one candidate reports.
    selected_by : str
        Metric on the calibrate rows that selects; the lowest wins.
    row, heading : callable
        What a row of a process's table is, in words; what is predicted, in a few.
    rows, units : str
        What a row and a unit of the table are called, in the plural.
    check_split : callable
        Raises where the split leaves too little for the task, before hours of learning.
    fit : callable
        Fits one candidate: name, estimator, data, split, info, what the bar to beat says (None: this is the bar), and
        whom to tell of the steps.
    best : callable
        The candidate to register.
    tagged : tuple of str
        The few metrics that stand beside a version and its alias moves.
    columns, published : Mapping of str to tuple of str
        Metrics of the table of candidates, which fits a terminal, and of the README, with their heads and formats.
    cautions : callable
        What a reader of a candidate's metrics should be told in words.
    remarks : callable
        Lines below the table of candidates: what its columns mean, and what is known of the labels.
    subject : callable
        What a page of pictures is about, in a sentence or two.
    pictures : tuple of Picture
        The page's figures.
    rows_used, sections : callable
        Parts of the model card: how many rows there are and how they were used, line by line; the candidates, their
        figures and what these rest on.
    limits : tuple of str
        What the model must not be used for.
    check_judgeable : callable
        Raises where these rows are too few to judge on, or the champion cannot be judged by them.
    verdict : callable
        Champion against challenger on rows that neither has learnt: the champion, its inputs of the rows, the
        challenger, data, rows.
    verdict_head : callable
        What the first column of a verdict's table says.
    verdict_rows : Mapping of str to str
        Metrics of a verdict and what they are called.
    decisive : tuple of tuple of str
        Side ("champion" or "challenger") and metric of a verdict that go into the record of alias moves.
    """

    steps: int
    selected_by: str
    row: Callable[[Seed], str]
    heading: Callable[[Seed], str]
    rows: str
    units: str
    check_split: Callable[[Dataset, Split], None]
    fit: Callable[[str, Any, Dataset, Split, Mapping[str, Any], FloatArray | None, Callable[[str], None]], C]
    best: Callable[[Mapping[str, C]], C]
    tagged: tuple[str, ...]
    columns: Mapping[str, tuple[str, str]]
    published: Mapping[str, tuple[str, str]]
    cautions: Callable[[Mapping[str, float]], list[str]]
    remarks: Callable[[Mapping[str, C], C, Dataset], list[str]]
    subject: Callable[[Dataset, Split], str]
    pictures: tuple[Picture, ...]
    rows_used: Callable[[Dataset, Split], list[str]]
    sections: Callable[[Mapping[str, C], C, Dataset, Split], list[str]]
    limits: tuple[str, ...]
    check_judgeable: Callable[[Any, Dataset, IntArray], None]
    verdict: Callable[[Any, FloatArray, C, Dataset, IntArray], Verdict]
    verdict_head: Callable[[Seed], str]
    verdict_rows: Mapping[str, str]
    decisive: tuple[tuple[str, str], ...]

    def figures(self, metrics: Mapping[str, float]) -> dict[str, float]:
        """The few figures that stand beside a version and its alias moves."""
        return {name: metrics[name] for name in self.tagged if name in metrics}


REGRESSION = Task(
    steps=regression_fitting.STEPS,
    selected_by=regression_fitting.SELECTED_BY,
    row=regression_card.row,
    heading=regression_card.heading,
    rows="rows",
    units="units",
    check_split=lambda data, parts: None,
    fit=regression_fitting.fit_candidate,
    best=regression_fitting.best_of,
    tagged=regression_report.TAGGED,
    columns=regression_report.COLUMNS,
    published=regression_report.PUBLISHED,
    cautions=cautions,
    remarks=regression_report.remarks,
    subject=regression_card.subject,
    pictures=regression_plots.PICTURES,
    rows_used=regression_card.rows_used,
    sections=regression_card.sections,
    limits=regression_card.LIMITS,
    check_judgeable=regression_judge.check_judgeable,
    verdict=regression_judge.verdict,
    verdict_head=regression_report.verdict_head,
    verdict_rows=regression_report.JUDGED,
    decisive=regression_report.DECISIVE,
)


def _sorting(seed: Seed) -> Task[SortingCandidate]:
    return Task(
        steps=sorting_fitting.STEPS,
        selected_by=sorting_fitting.SELECTED_BY,
        row=sorting_card.row,
        heading=sorting_card.heading,
        rows="pieces",
        units="lots",
        check_split=sorting_fitting.check_lots,
        fit=sorting_fitting.fit_candidate,
        best=sorting_fitting.best_of,
        tagged=sorting_report.TAGGED,
        columns=sorting_report.COLUMNS,
        published=sorting_report.PUBLISHED,
        cautions=partial(sorting_report.cautions, seed),
        remarks=sorting_report.remarks,
        subject=sorting_card.subject,
        pictures=sorting_plots.PICTURES,
        rows_used=sorting_card.rows_used,
        sections=sorting_card.sections,
        limits=sorting_card.LIMITS,
        check_judgeable=sorting_judge.check_judgeable,
        verdict=sorting_judge.verdict,
        verdict_head=sorting_report.verdict_head,
        verdict_rows=sorting_report.JUDGED,
        decisive=sorting_report.DECISIVE,
    )


def _quality(seed: Seed) -> Task[QualityCandidate]:
    return Task(
        steps=quality_fitting.STEPS,
        selected_by=quality_fitting.SELECTED_BY,
        row=quality_card.row,
        heading=quality_card.heading,
        rows="lots",
        units="units",
        check_split=quality_fitting.check_lots,
        fit=quality_fitting.fit_candidate,
        best=quality_fitting.best_of,
        tagged=quality_report.TAGGED,
        columns=quality_report.COLUMNS,
        published=quality_report.PUBLISHED,
        cautions=partial(quality_report.cautions, seed),
        remarks=quality_report.remarks,
        subject=quality_card.subject,
        pictures=quality_plots.PICTURES,
        rows_used=quality_card.rows_used,
        sections=quality_card.sections,
        limits=quality_card.LIMITS,
        check_judgeable=quality_judge.check_judgeable,
        verdict=quality_judge.verdict,
        verdict_head=quality_report.verdict_head,
        verdict_rows=quality_report.JUDGED,
        decisive=quality_report.DECISIVE,
    )


def task_of(seed: Seed) -> Task[Any]:
    """The task of a process: it sorts or grades lots where its seed says so, and predicts a number otherwise."""
    if seed.process.task == "sorting":
        return _sorting(seed)
    return REGRESSION if seed.quality is None else _quality(seed)
