"""Training of warnings: scores on older rows, calibration on later ones, never on test rows."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from models.setpoints.situations import UnitPeriodGrid
from models.warnings.calibration import Platt
from models.warnings.events import counted
from models.warnings.features import WarningFeatures, known
from models.warnings.missing_inputs import EventRows
from models.warnings.model import MIN_AGE, EventModel, WarningError, WarningModel
from models.warnings.scores import SCORES, LineScore, TreeScore, mean_score
from physics.arrays import BoolArray, FloatArray, IntArray
from seeds import Seed, WarningEvent

if TYPE_CHECKING:
    import pandas as pd

FEWEST_EVENTS = 20  # to learn from, and again to calibrate on: with fewer a probability is a guess
FEWEST_PERIODS = 4  # with events: common causes affect all units in the same period


@dataclass(frozen=True)
class Blocks:
    """Split of rows by time and by whole units.

    Attributes
    ----------
    calibrate_from : tuple of Timestamp
        First period of each calibrate block, oldest first; what is older than the first is train.
    test_from : Timestamp
        First period excluded from training.
    held_out : tuple of str
        Units excluded from training.
    """

    calibrate_from: tuple[pd.Timestamp, ...]
    test_from: pd.Timestamp
    held_out: tuple[str, ...] = ()


def learn(table: pd.DataFrame, seed: Seed, blocks: Blocks) -> WarningModel:
    """Learn to warn of the seed's events.

    Parameters
    ----------
    table : DataFrame
        Rows that keep the contract, one a unit and period.
    seed : Seed
        The process, with events.
    blocks : Blocks
        Split of the rows.

    Returns
    -------
    WarningModel

    Raises
    ------
    WarningError
        The seed names no event, or no event could be fitted.
    """
    if not seed.warnings:
        raise WarningError(f"{seed.process.name}: its seed names no [[warnings]]")
    grid = UnitPeriodGrid.of(table, seed)
    at = known(grid, seed)
    may = (at.age >= MIN_AGE) & ~np.isin(grid.units, blocks.held_out)[at.units]
    # First period of each block, and of the test at the end.
    edges = [int(grid.starts.searchsorted(start)) for start in (*blocks.calibrate_from, blocks.test_from)]
    events: dict[str, EventModel] = {}
    refused: dict[str, str] = {}
    for event in seed.warnings:
        y = counted(event, grid, seed)[grid.there]
        try:
            events[event.name] = _learnt(event, at, y, may & np.isfinite(y), edges)
        except WarningError as error:
            refused[event.name] = str(error)
    if not events:
        raise WarningError("; ".join(f"{name}: {reason}" for name, reason in refused.items()))
    return WarningModel(seed, at.names, events, refused)


def _learnt(event: WarningEvent, at: WarningFeatures, y: FloatArray, may: BoolArray, edges: list[int]) -> EventModel:
    """Model of one event; WarningError where history says too little of it."""
    # A row's training outcomes must be over before the rows start that its model is used for.
    over = at.periods + event.horizon - 1
    calibrate = may & (at.periods >= edges[0]) & (over < edges[-1])
    for action, rows in (("learn from", may & (over < edges[0])), ("calibrate on", calibrate)):
        _check(action, y[rows], at.periods[rows])
    X = at.of(event)
    scored = {name: np.full(len(y), np.nan) for name in SCORES}
    for start, end in itertools.pairwise(edges):
        older, block = may & (over < start), may & (at.periods >= start) & (over < end)
        if not block.any():
            continue
        weight = row_weight(y[older], at.periods[older])
        known, events, new = X[older], y[older], X[block]
        line, trees = LineScore.fit(known, events, weight)(new), TreeScore.fit(known, events, weight)(new)
        for name, score in {"linear": line, "lightgbm": trees, "linear_lightgbm": mean_score(line, trees)}.items():
            scored[name][block] = score
    rows = np.isfinite(next(iter(scored.values())))
    weight = row_weight(y[rows], at.periods[rows])
    fitted = {name: Platt.fit(score[rows], y[rows], weight) for name, score in scored.items()}
    losses = {name: log_loss(fitted[name](score[rows]), y[rows]) for name, score in scored.items()}
    name = min(losses, key=lambda one: losses[one])
    if losses[name] >= log_loss(np.full(rows.sum(), y[rows].mean()), y[rows]):
        raise WarningError(
            "event cannot be predicted: no input known at the start of a period improves on its frequency"
        )
    is_training = may & (over < edges[-1])
    final = SCORES[name].fit(X[is_training], y[is_training], row_weight(y[is_training], at.periods[is_training]))
    platt, out_of_time = fitted[name], scored[name][rows]
    missing = EventRows.of(X[rows], platt.log_odds(out_of_time), y[rows], lambda new: platt.slope * final.parts(new))
    return EventModel(event, name, final, platt, int(is_training.sum()), int(y[is_training].sum()), weight, missing)


def row_weight(y: FloatArray, periods: IntArray) -> float:
    """Return the effective weight of a row [1], below 1 as units share common causes.

    The inverse of the overdispersion by Pearson's statistic: how much more the events of a period vary than if units
    were independent; at most 1.
    """
    number = np.unique(periods, return_inverse=True)[1]
    rows, events, rate = np.bincount(number), np.bincount(number, y), y.mean()
    excess = (events - rows * rate) ** 2 / (rows * rate * (1.0 - rate))
    return float(1.0 / max(1.0, excess.mean()))


def _check(action: str, y: FloatArray, periods: np.ndarray) -> None:
    """Raise where events, or rows without one, are too few or all of a few periods."""
    events, without, spread = int(y.sum()), int((1.0 - y).sum()), len(np.unique(periods[y == 1.0]))
    if min(events, without) < FEWEST_EVENTS or spread < FEWEST_PERIODS:
        raise WarningError(
            f"got {events} events of {spread} periods in {len(y)} rows to {action}: expected at least {FEWEST_EVENTS} "
            f"of {FEWEST_PERIODS} periods, and as many rows without one"
        )


def log_loss(p: FloatArray, y: FloatArray) -> float:
    """Mean logarithmic loss of probabilities strictly between 0 and 1."""
    return float(-np.mean(y * np.log(p) + (1.0 - y) * np.log1p(-p)))
