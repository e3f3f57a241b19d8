"""Train, calibrate and test splits by time and by whole units, never by random row."""

import hashlib
from dataclasses import dataclass

import numpy as np
import pandas as pd

from physics.arrays import BoolArray, IntArray
from seeds import Seed
from training.core.dataset import Dataset

TEST_SHARE = 0.15
# Residuals are taken on three blocks, in sequence: of a three-year history they see more than a whole year,
# so that no season alone decides how wide an interval is or which candidate is best.
CALIBRATE_SHARE = 0.15
CALIBRATE_BLOCKS = 3
# A tenth of a potline is some 26 pots, too few to distinguish a coverage of 90 % from 92 %.
HOLDOUT_SHARE = 0.20
FEWEST_UNITS_TO_HOLD_OUT = 10
FEWEST_PERIODS = 8
# With n scores the coverage of a split conformal interval has a standard deviation of about sqrt(0.09 / n):
# 0.04 at 50 rows, the least that makes a 90 % interval worth its name.
FEWEST_ROWS = {"train": 50, "calibrate": 50, "test": 20}


class SplitError(ValueError):
    """The table has too few periods or rows to be split."""


@dataclass(frozen=True)
class Split:
    """Row positions by use, oldest period first in each, and the periods that bound them.

    Attributes
    ----------
    train : ndarray of int
        Rows of the training units in the oldest periods.
    calibrate : tuple of ndarray of int
        Rows of the training units in the periods after them, in blocks: residuals on a block come from a model
        fitted on all older rows, and on no others.
    test : ndarray of int
        Rows of the training units in the latest periods.
    holdout : ndarray of int
        Rows of the held-out units in the test periods: new unit and new time.
    holdout_all : ndarray of int
        Rows of the held-out units in all periods.
    units : tuple of str
        The held-out units.
    train_from, calibrate_from, test_from, last : Timestamp
        First period of each part and the last period of all.
    """

    train: IntArray
    calibrate: tuple[IntArray, ...]
    test: IntArray
    holdout: IntArray
    holdout_all: IntArray
    units: tuple[str, ...]
    train_from: pd.Timestamp
    calibrate_from: pd.Timestamp
    test_from: pd.Timestamp
    last: pd.Timestamp

    @property
    def learnt(self) -> IntArray:
        """Train and calibrate rows, oldest first: the training rows of the model in service."""
        return np.concatenate([self.train, *self.calibrate])

    @property
    def evaluated(self) -> dict[str, IntArray]:
        """Non-empty parts that no model is trained on, by the prefix of their metrics."""
        parts = {"test": self.test, "holdout": self.holdout, "holdout_all": self.holdout_all}
        return {name: rows for name, rows in parts.items() if len(rows)}


def held_out_units(units: list[str]) -> tuple[str, ...]:
    """Units that no model learns from: those whose name has the lowest SHA-256.

    The choice looks at nothing but the name, so it cannot favour easy units and hardly moves when units are added.

    Parameters
    ----------
    units : list of str
        Names of all units.

    Returns
    -------
    tuple of str
        A fifth of the units; none where there are fewer than ten.
    """
    if len(units) < FEWEST_UNITS_TO_HOLD_OUT:
        return ()
    count = round(HOLDOUT_SHARE * len(units))
    return tuple(sorted(sorted(units, key=lambda unit: hashlib.sha256(unit.encode()).hexdigest())[:count]))


def some_units(table: pd.DataFrame, seed: Seed, most: int) -> pd.DataFrame:
    """Return the rows of whole units, up to `most` rows or one unit; all rows if they are few enough.

    Units whose name has the highest SHA-256 come first, so that those held out come last.
    """
    if len(table) <= most or seed.key is None:
        return table
    names = table[seed.key.name]
    rows = names.value_counts()
    order = sorted(rows.index, key=lambda unit: hashlib.sha256(unit.encode()).hexdigest(), reverse=True)
    count = max(1, int(np.searchsorted(np.cumsum(rows[order].to_numpy()), most, side="right")))
    return table[names.isin(order[:count])]


def split(data: Dataset, test_from: pd.Timestamp | None = None) -> Split:
    """Split a data set by period: 40 % train, 3 x 15 % calibrate, 15 % test, with units held out.

    Where rows are pieces of lots, a lot counts as one period and is never cut. A table without time is split by whole
    units, or by the order of its rows where it has none. A row's `previous` columns may come
    from a period on the other side of a boundary. That is no leak: the value is available when the row's own period
    starts. Labels never cross.

    Parameters
    ----------
    data : Dataset
        Labelled rows.
    test_from : Timestamp, optional
        First test period; given, the older periods keep their proportions.

    Returns
    -------
    Split
        Row positions of each part.

    Raises
    ------
    SplitError
        Fewer periods or rows than an honest evaluation needs.
    """
    time = pd.Series(data.periods)
    periods = pd.DatetimeIndex(np.sort(time.unique()))
    if len(periods) < FEWEST_PERIODS:
        raise SplitError(f"{len(periods)} labelled periods: a split by time needs at least {FEWEST_PERIODS}")
    n_test = round(TEST_SHARE * len(periods)) if test_from is None else int((periods >= test_from).sum())
    n_block = max(1, round(CALIBRATE_SHARE / (1 - TEST_SHARE) * (len(periods) - n_test)))
    n_train = len(periods) - n_test - CALIBRATE_BLOCKS * n_block
    if n_test < 1 or n_train < 1:
        raise SplitError(f"{len(periods) - n_test} periods before the {n_test} to judge on leave none to learn from")
    starts = periods[[0, *range(n_train, len(periods) - n_test + 1, n_block)]]
    part = np.searchsorted(starts, time.to_numpy(), side="right") - 1  # 0 train, 1 to 3 calibrate, 4 test
    units: tuple[str, ...] = ()
    held_out = np.zeros(len(time), dtype=bool)
    if data.seed.has_unit_and_time:  # without time parts have whole units of their own
        units = held_out_units(sorted(set(data.units)))
        held_out = pd.Series(data.units).isin(units).to_numpy()
    oldest_first = np.argsort(time.to_numpy(), kind="stable")

    def rows(mask: BoolArray) -> IntArray:
        return oldest_first[mask[oldest_first]]

    last = CALIBRATE_BLOCKS + 1
    parts = Split(
        train=rows((part == 0) & ~held_out),
        calibrate=tuple(rows((part == block) & ~held_out) for block in range(1, last)),
        test=rows((part == last) & ~held_out),
        holdout=rows((part == last) & held_out),
        holdout_all=rows(held_out),
        units=units,
        train_from=starts[0],
        calibrate_from=starts[1],
        test_from=starts[last],
        last=periods[-1],
    )
    _check_rows(parts)
    return parts


def _check_rows(parts: Split) -> None:
    counts = {"train": len(parts.train), "calibrate": sum(map(len, parts.calibrate)), "test": len(parts.test)}
    lines = [f"{n} labelled rows to {name}, expected {FEWEST_ROWS[name]}" for name, n in counts.items()]
    few = [text for text, (name, n) in zip(lines, counts.items(), strict=True) if n < FEWEST_ROWS[name]]
    if few:
        raise SplitError("too few rows: " + "; ".join(few) + " or more")
