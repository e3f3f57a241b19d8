"""Data of the quality report on a period of lots: decisions, costs, charts, alarms."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np

from models.interfaces.answers import COVERAGE, Answer
from models.quality.assessment import Assessment
from models.quality.by_pattern import assessed_by_pattern, contents_by_pattern
from models.quality.decision import ACTIONS, Costs, earned, oracle
from models.quality.grades import Limits
from models.quality.model import QualityModel
from models.quality.outcomes import costs_of, covered
from models.quality.remedy import NearestLimit, Remedy
from models.table.reading import digest, read_table
from models.tasks import task_of
from monitoring.charts.control import ChartError
from monitoring.report.alarms import AlarmEvent, events_of
from monitoring.report.indices import LimitIndices, indices
from monitoring.report.lots import PredictedLots
from monitoring.report.residual_charts import (
    Charts,
    ReferencePeriod,
    charts_of,
    lag_correlation,
    reference_of,
    residuals,
)
from monitoring.report.sampling import Sampling, sampling
from physics.arrays import BoolArray, FloatArray
from registry.loading.agreement import check_names
from registry.promotion import champion_of
from registry.settings import StoreSettings
from registry.tracking import Tracking
from registry.versions import RegistryError, Version
from seeds import Seed


class PeriodError(ValueError):
    """A report that cannot be made: no graded lots, none in the period, or a period upside down."""


@dataclass(frozen=True)
class Action:
    """Results of the lots of one decision.

    Attributes
    ----------
    lots, known : int
        How many, and of how many the grade is known.
    cost : float
        Against an oracle, mean of the known ones [$/t]; NaN where none is known.
    """

    lots: int
    known: int
    cost: float


@dataclass(frozen=True)
class Defect:
    """A defect in a period.

    Attributes
    ----------
    inspected : int
        Lots that were looked at.
    expected, found : float
        How many of them should have it by the model, and have it.
    """

    inspected: int
    expected: float
    found: int


@dataclass(frozen=True, eq=False)
class QualityPeriod:
    """Report data of a period of n lots.

    Attributes
    ----------
    seed : Seed
        The process; whose limits, costs and causes count.
    model, version : QualityModel and Version
        The champion.
    first, last : date
        The period, both days within.
    data_digest : str
        Of the whole table.
    lots : PredictedLots
        The lots, assayed or not, in the order of time.
    judged : Assessment
        What the model says of them and does with them.
    answers : Mapping of str to Answer
        Predicted contents with their joint intervals.
    nearest, remedies : list
        Nearest limit of each lot, and the most effective set-point move, or None.
    costs : Mapping of str to float
        As `costs_of` gives them; NaN where no lot's grade is known.
    actions : Mapping of str to Action
        By decision.
    covered : tuple of int
        Assayed lots whose contents all lie in their intervals, and assayed lots.
    defects : Mapping of str to Defect
        By defect.
    reference : ReferencePeriod or None
        What charts compare with.
    charts : Charts or None
        None where there is no reference.
    charts_why : ChartError or None
        Why there is none.
    alikeness : tuple of float
        Rank correlation of a lot with the unit's lot before, median of the elements: of contents, of residuals.
    events : list of AlarmEvent
        Alarms.
    indices : list of LimitIndices
        Capability against each limit of the intended grade.
    sampling : Sampling or None
        What a standard would ask for; None for a single lot.
    """

    seed: Seed
    model: QualityModel
    version: Version
    first: dt.date
    last: dt.date
    data_digest: str
    lots: PredictedLots
    judged: Assessment
    answers: Mapping[str, Answer]
    nearest: list[NearestLimit]
    remedies: list[Remedy | None]
    costs: Mapping[str, float]
    actions: Mapping[str, Action]
    covered: tuple[int, int]
    defects: Mapping[str, Defect]
    reference: ReferencePeriod | None
    charts: Charts | None
    charts_why: ChartError | None
    alikeness: tuple[float, float]
    events: list[AlarmEvent]
    indices: list[LimitIndices]
    sampling: Sampling | None


def quality_period(
    seed: Seed, data: Path, settings: StoreSettings, first: dt.date | None = None, last: dt.date | None = None
) -> QualityPeriod:
    """Predict a period's lots with the champion and compare the decisions with the assays.

    Parameters
    ----------
    seed : Seed
        A process that grades its lots.
    data : Path
        CSV or Parquet file, or a folder of them: the period and the stretch before it.
    settings : StoreSettings
        Where MLflow keeps the champion.
    first, last : date, optional
        The period, both days within; by default up to the newest lot, from the first of its month.

    Returns
    -------
    QualityPeriod

    Raises
    ------
    PeriodError
        The process grades no lots, the period is upside down or holds none.
    TableError
        The table breaks the contract.
    RegistryError, TrackingError
        There is no champion, it cannot be read, or it was trained with a seed of other elements, defects or grades.
    """
    process = seed.process.name
    if not seed.grades:
        raise PeriodError(f"{process}: a report needs a process that grades its lots: its seed has no [quality]")
    if first is not None and last is not None and last < first:
        raise PeriodError(f"period: got {first} to {last}: expected the first day not to be after the last")
    tracking = Tracking(settings)
    version = champion_of(process, tracking.versions(process))
    loaded = tracking.model(version)
    if not isinstance(loaded, task_of(seed).model):
        raise RegistryError(f"{process}: version {version.number} grades no lots; train on the seed as it is")
    model = cast(QualityModel, loaded)
    check_names(model.seed, seed)
    table = read_table(data, seed).table
    every = PredictedLots.of(table, model, seed)
    first, last = _days(every, first, last)
    within = (every.time >= np.datetime64(first)) & (every.time < np.datetime64(last + dt.timedelta(days=1)))
    if not within.any():
        held_days = f"{every.time[0].astype('datetime64[D]')} to {every.time[-1].astype('datetime64[D]')}"
        raise PeriodError(f"{process}: no lots from {first} to {last}: the table holds {held_days}")
    earlier = every[every.time < np.datetime64(first)]
    return period_of(seed, model, version, every[within], earlier, first, last, digest(table))


def period_of(
    seed: Seed,
    model: QualityModel,
    version: Version,
    lots: PredictedLots,
    earlier: PredictedLots,
    first: dt.date,
    last: dt.date,
    data_digest: str,
) -> QualityPeriod:
    """Return the report data of lots and of earlier lots for comparison (parameters: `QualityPeriod`)."""
    assessment = assessed_by_pattern(model, lots.X, lots.raw)
    costs, answers = Costs.of(seed), contents_by_pattern(model, lots.X, assessment.logs, COVERAGE)
    spread = model.scatter.spread
    reference, charts, reason, alike = None, None, None, (np.nan, np.nan)
    events: list[AlarmEvent] = []
    try:
        reference = reference_of(earlier, spread)
    except ChartError as fault:
        reason = fault
    else:
        charts = charts_of(lots, reference, spread)
        events = events_of(seed, lots, charts, reference, spread)
        alike = _alikeness(reference.lots, spread)
    known = np.asarray(~np.isnan(lots.found.kept).any(axis=1))
    return QualityPeriod(
        seed=seed,
        model=model,
        version=version,
        first=first,
        last=last,
        data_digest=data_digest,
        lots=lots,
        judged=assessment,
        answers=answers,
        nearest=model.nearest(assessment),
        remedies=model.remedies(lots.X, assessment),
        costs=costs_of(assessment.decided, lots.found.kept, costs),
        actions=_actions(assessment, lots, costs, known),
        covered=_covered(seed, lots, answers),
        defects=_defects(seed, assessment, lots),
        reference=reference,
        charts=charts,
        charts_why=reason,
        alikeness=alike,
        events=events,
        indices=indices(lots, Limits.of(seed), costs.intended),
        sampling=sampling(len(lots), seed.quality_rules.alpha.value),
    )


def _days(lots: PredictedLots, first: dt.date | None, last: dt.date | None) -> tuple[dt.date, dt.date]:
    """First and last day of the period, defaults filled in."""
    last = last or lots.time[-1].astype("datetime64[D]").item()
    first = first or last.replace(day=1)
    if last < first:
        raise PeriodError(f"period: got {first} to {last}, the newest lot's day: expected the first not to be after it")
    return first, last


def _alikeness(lots: PredictedLots, spread: FloatArray) -> tuple[float, float]:
    contents = np.where(np.isnan(lots.found.reported), np.nan, np.abs(lots.found.reported))
    correlations = [lag_correlation(lots, values) for values in (contents, residuals(lots, spread))]
    of_contents, of_residuals = (
        float(np.median(one[~np.isnan(one)])) if np.isfinite(one).any() else np.nan for one in correlations
    )
    return of_contents, of_residuals


def _actions(assessment: Assessment, lots: PredictedLots, costs: Costs, known: BoolArray) -> dict[str, Action]:
    satisfied, action = lots.found.kept, assessment.decided.actions(costs)
    lost = oracle(satisfied, costs) - earned(assessment.decided, satisfied, costs)
    actions = {}
    for number, name in enumerate(ACTIONS):
        own = action == number
        counted = own & known
        cost = float(lost[counted].mean()) if counted.any() else float("nan")
        actions[name] = Action(int(own.sum()), int(counted.sum()), cost)
    return actions


def _covered(seed: Seed, lots: PredictedLots, answers: Mapping[str, Answer]) -> tuple[int, int]:
    inside = np.ones(len(lots), dtype=np.bool_)
    for element, label in zip(seed.elements, lots.found.reported.T, strict=True):
        inside &= np.isnan(label) | covered(label, answers[element.name])
    return int((inside & lots.assayed).sum()), int(lots.assayed.sum())


def _defects(seed: Seed, assessment: Assessment, lots: PredictedLots) -> dict[str, Defect]:
    defects = {}
    for d, name in enumerate(seed.defects):
        seen = lots.found.defects[:, d]
        known = ~np.isnan(seen)
        defects[name] = Defect(int(known.sum()), float(assessment.defects[known, d].sum()), int(seen[known].sum()))
    return defects
