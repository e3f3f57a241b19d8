"""Metrics of early warnings on all rows outside the training rows, never on a sample."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from sklearn.metrics import average_precision_score

from models.setpoints.situations import UnitPeriodGrid
from models.warnings.features import known
from models.warnings.learning import Blocks
from models.warnings.model import EventModel, WarningModel, lead_time, outcomes
from physics.arrays import BoolArray, FloatArray, IntArray
from training.core.dataset import Dataset
from training.core.splits import Split

MONTH = 30.4375  # d
ROWS_AT_ONCE = 50_000  # observations have hundreds of columns
PARTS = ("test", "holdout")
"""Latest periods of units in the training rows, and of held-out units.

Older periods of held-out units are not evaluated: effects that all units share, such as the feed of a house, are known
from the training rows of other units in the same periods.
"""


def blocks_of(data: Dataset, parts: Split) -> Blocks:
    """The same use of rows as the candidates have: what they may not learn, warnings may not."""
    starts = (data.periods[rows].min() for rows in parts.calibrate if len(rows))
    return Blocks(tuple(starts), parts.test_from, parts.units)


@dataclass(frozen=True, eq=False)
class EvaluatedEvent:
    """Predictions of one event's model for all rows of a table.

    Attributes
    ----------
    units, periods : ndarray of int, shape (n,)
        Number of the unit and of the period in the table's grid.
    y : ndarray, shape (n,)
        Whether an event came within the horizon: 1, 0, or NaN if unknown or no unit is warned.
    probability, alarm : ndarray, shape (n,)
        Prediction at the start of the period, in the latest periods with known outcomes of training units, and
        whether an alarm is raised: 1 or 0.
    parts : Mapping of str to ndarray of bool, shape (n,)
        Rows that measure, by the prefix of their metrics.
    """

    units: IntArray
    periods: IntArray
    y: FloatArray
    probability: FloatArray
    alarm: FloatArray
    parts: Mapping[str, BoolArray]


def followed(model: WarningModel, data: Dataset, blocks: Blocks) -> dict[str, EvaluatedEvent]:
    """Return predictions of each event's model for a data set's rows, by the event's name."""
    whole = UnitPeriodGrid.of(data.checked, model.seed)
    parts = [_of_units(model, grid, blocks) for grid in whole.parts(ROWS_AT_ONCE)]
    predictions = {}
    for name, one in model.events.items():
        period, y, log_odds, newest, held_out = (np.concatenate([part[name][i] for part in parts]) for i in range(5))
        # Of held-out units no outcome comes in, as in the jobs.
        p = one.probability(log_odds, period, np.where(held_out, np.nan, y), newest, model.seed)
        unit, use = np.nonzero(whole.there)[0], np.isfinite(y) & newest
        by_part = dict(zip(PARTS, (use & ~held_out, use & held_out), strict=True))
        predictions[name] = EvaluatedEvent(unit, period, y, p, one.alarm(p), by_part)
    return predictions


def _of_units(model: WarningModel, grid: UnitPeriodGrid, blocks: Blocks) -> dict[str, tuple[Any, ...]]:
    """Return by event for units' rows: period, `y` as in `EvaluatedEvent`, log-odds, latest, held out."""
    at = known(grid, model.seed)
    model.check(at)
    newest = at.periods >= grid.starts.searchsorted(blocks.test_from)
    held_out = np.isin(grid.units, blocks.held_out)[at.units]
    rows_by_event = {}
    for name, one in model.events.items():
        rows_by_event[name] = at.periods, outcomes(one.event, grid, at, model.seed), one.log_odds(at), newest, held_out
    return rows_by_event


@lru_cache(maxsize=1)
def evaluated(model: WarningModel, data: Dataset, blocks: Blocks) -> dict[str, dict[str, float]]:
    """Return metrics of each event, `<part>_<metric>`; see `metrics`. Parts without rows are left out.

    A part without any event has no average precision, recall or lead time.
    """
    by_event: dict[str, dict[str, float]] = {}
    for name, one in followed(model, data, blocks).items():
        by_event[name] = {}
        for part, rows in one.parts.items():
            if rows.any():
                scores = metrics(model.events[name], one, rows, model)
                by_event[name] |= {f"{part}_{key}": value for key, value in scores.items() if np.isfinite(value)}
    return by_event


def metrics(one: EventModel, evaluation: EvaluatedEvent, rows: BoolArray, model: WarningModel) -> dict[str, float]:
    """Figures of an event on some rows.

    Returns
    -------
    dict of str to float
        `rows`, `events`, `rate` [1]; `average_precision` [1], which is `rate` for a model that knows nothing; `brier`
        and `brier_skill` [1] against the training rate; of the alarms `alarms` (share of rows), `precision`,
        `recall` [1], `false_alarms_month` (of all units of these rows) and `lead_time` [h]; `cost`, `cost_always` and
        `cost_never` [$ a unit and period]: what events and alarms cost by these alarms, with an alarm every time, and
        with none.
    """
    y, p, alarm, event = evaluation.y[rows], evaluation.probability[rows], evaluation.alarm[rows], one.event
    miss, act = event.miss_cost.value, event.alarm_cost.value
    months = len(np.unique(evaluation.periods[rows])) * model.seed.period.total_seconds() / 86400.0 / MONTH
    brier, learnt_rate = float(np.mean((p - y) ** 2)), one.events / one.rows
    caught = alarm * y
    return {
        "rows": float(len(y)),
        "events": float(y.sum()),
        "rate": float(y.mean()),
        "average_precision": float(average_precision_score(y, p)) if y.any() else float("nan"),
        "brier": brier,
        "brier_skill": 1.0 - brier / float(np.mean((learnt_rate - y) ** 2)),
        "alarms": float(alarm.mean()),
        "precision": _share(caught.sum(), alarm.sum()),
        "recall": _share(caught.sum(), y.sum()),
        "false_alarms_month": float((alarm * (1.0 - y)).sum()) / months,
        "lead_time": _mean_lead(one, evaluation, rows, model),
        "cost": float(np.mean(miss * y * (1.0 - alarm) + act * alarm)),
        "cost_always": act,
        "cost_never": float(miss * y.mean()),
    }


def _share(part: float, whole: float) -> float:
    return float(part / whole) if whole else float("nan")


def _mean_lead(one: EventModel, evaluation: EvaluatedEvent, rows: BoolArray, model: WarningModel) -> float:
    """Return the mean time from a run's first alarm to the event at its end [h]."""
    hours, length = lead_time(one.event, model.seed), model.seed.period.total_seconds() / 3600.0
    run = np.zeros(len(evaluation.y))
    for i in range(1, len(run)):
        goes_on = (
            evaluation.units[i] == evaluation.units[i - 1] and evaluation.periods[i] == evaluation.periods[i - 1] + 1
        )
        run[i] = run[i - 1] + 1 if goes_on and evaluation.alarm[i - 1] and rows[i - 1] else 0
    caught = rows & (evaluation.alarm == 1.0) & (evaluation.y == 1.0)
    return float(np.mean(hours + length * run[caught])) if caught.any() else float("nan")
