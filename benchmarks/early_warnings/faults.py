"""Alarms around simulated faults: before the onset, and before the detection by operators."""

from __future__ import annotations

import numpy as np
import pandas as pd

from models.setpoints.situations import UnitPeriodGrid
from seeds import Seed
from training.warnings.evaluate import EvaluatedEvent

FEWEST = 5  # faults of a kind
LIFT = 2.0  # times more frequent than usual, that the event is in the period of the onset or in the next
HOUR = pd.Timedelta("1h")


def beside_faults(
    seed: Seed, grid: UnitPeriodGrid, evaluated: EvaluatedEvent, faults: pd.DataFrame, first: int
) -> dict[str, dict[str, float]]:
    """Figures of each kind of fault after which an event is LIFT times as frequent, from a period on.

    A fault of the whole plant counts once for each unit.

    Returns
    -------
    dict of str to dict
        `faults` (pairs of fault and unit), `event` (share with the event), `usual` (its rate otherwise), `ahead`
        (share with an alarm at the start of the period of the onset, before it), `alarms` (share of all rows with one,
        which `ahead` reaches by chance), `after` (share with the first alarm at the start of the next period, none
        before), and medians of hours: `alarm_delay` of these alarms after the onset, `crew_delay` of the operators.
    """
    shape = grid.there.shape
    y, alarm = (np.full(shape, np.nan) for _ in range(2))
    y[evaluated.units, evaluated.periods], alarm[evaluated.units, evaluated.periods] = evaluated.y, evaluated.alarm
    newest = np.isfinite(y[:, first:])
    typical, alarms = float(y[:, first:][newest].mean()), float(alarm[:, first:][newest].mean())
    by_kind = {}
    for kind, own in faults.groupby("kind"):
        pairs = _pairs(own, grid, y, first)
        if str(kind).startswith("regime") or len(own) < FEWEST or len(pairs) < FEWEST:
            continue
        unit, period, onset, crew = pairs.T
        unit, period = unit.astype(np.intp), period.astype(np.intp)
        came = np.fmax(y[unit, period], y[unit, period + 1])
        ahead, after = alarm[unit, period] == 1.0, (alarm[unit, period] != 1.0) & (alarm[unit, period + 1] == 1.0)
        if np.nanmean(came) < LIFT * typical:
            continue
        length = seed.period / HOUR
        delays = (period + 1) * length - onset
        figures = {
            "faults": float(len(pairs)),
            "event": float(np.nanmean(came)),
            "usual": typical,
            "ahead": float(ahead.mean()),
            "alarms": alarms,
            "after": float(after.mean()),
            "alarm_delay": float(np.median(delays[after])) if after.any() else float("nan"),
            "crew_delay": float(np.median(crew)),
        }
        by_kind[str(kind)] = {name: value for name, value in figures.items() if np.isfinite(value)}
    return by_kind


def _pairs(faults: pd.DataFrame, grid: UnitPeriodGrid, y: np.ndarray, first: int) -> np.ndarray:
    """Unit, period and time of the onset [h after the first start], operators' delay [h] of each pair."""
    number = {name: i for i, name in enumerate(grid.units.tolist())}
    length = (grid.starts[1] - grid.starts[0]) / HOUR
    pairs = []
    for name, onset, detected in faults[["unit", "onset", "detected"]].itertuples(index=False):
        hours = (onset - grid.starts[0]) / HOUR
        period = int(hours // length)
        units = range(len(grid.units)) if pd.isna(name) else [number[name]] if name in number else []
        if first <= period < y.shape[1] - 1:
            pairs += [(u, period, hours, (detected - onset) / HOUR) for u in units if np.isfinite(y[u, period])]
    return np.array(pairs, dtype=np.float64).reshape(-1, 4)
