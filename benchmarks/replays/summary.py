"""Summary of a replay in a few figures."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import binom

from benchmarks.replays.run import COVERAGE, Stepped
from benchmarks.replays.tasks import cost_unit, task_of
from reporting.markdown import number
from seeds import Seed

WINDOW = pd.Timedelta(days=90)
LOW, BACK = 0.80, 0.87
"""Coverage that no window may be under, and that it must be back above within 30 days of outcomes."""


@dataclass(frozen=True)
class Summary:
    """A play in figures.

    Attributes
    ----------
    way : str
        When the model was trained again.
    steps : int
        Replayed steps.
    trainings, promotions : int
        How often it was, and how many of these were promoted.
    error : float
        Mean error to the truth over all rows, as the task has it.
    covered : float
        Share of all labels in their intervals, as the task has it.
    lowest : float
        The lowest such share of any 90 days; of all if fewer were replayed.
    longest : float
        The longest time that the share of steps stayed below 87 % after outcomes of the first of them had come in [d].
    lost : float or None
        Mean cost of the decisions on all rows; None where nothing is decided.
    released, broken : int
        Lots that were released without an assay in a grade with limits, and those of them that break it.
    """

    way: str
    steps: int
    trainings: int
    promotions: int
    error: float
    covered: float
    lowest: float
    longest: float
    lost: float | None = None
    released: int = 0
    broken: int = 0


def summary(way: str, steps: Sequence[Stepped]) -> Summary:
    """Figures of a play.

    Parameters
    ----------
    way : str
        When the model was trained again.
    steps : sequence of Stepped
        One at least.
    """
    start = pd.DatetimeIndex([one.start for one in steps])
    rows, known = (np.array([getattr(one, name) for one in steps]) for name in ("rows", "known"))
    error, covered = (np.array([getattr(one, name) for one in steps]) for name in ("error", "covered"))
    length = start[1:] - start[:-1]
    ends = start + (length.min() if len(length) else WINDOW)
    whole = start[(start == start[0]) | (start + WINDOW <= ends[-1])]
    windows = [(start >= first) & (ends <= first + WINDOW) for first in whole]
    lost = [one.lost for one in steps if one.lost is not None]
    shares = [float((covered * known)[one].sum() / known[one].sum()) for one in windows if known[one].sum()]
    return Summary(
        way=way,
        steps=len(steps),
        trainings=sum(bool(one.job) for one in steps),
        promotions=sum(one.promoted is not None for one in steps),
        error=float(np.average(error, weights=rows)),
        covered=float(np.average(covered, weights=known)),
        lowest=min(shares),
        longest=_longest_below(ends, covered),
        lost=float(np.average(lost, weights=rows)) if lost else None,
        released=sum(one.released for one in steps),
        broken=sum(one.broken for one in steps),
    )


def in_words(one: Summary, seed: Seed) -> str:
    """A play in one line."""
    line = (
        f"{one.way}: {one.trainings} trainings, {one.promotions} promotions, error to the simulated truth "
        f"{one.error:.4g} {task_of(seed).unit(seed)}".rstrip()
        + f", coverage {one.covered:.1%}, in the worst 90 days {one.lowest:.1%}"
    )
    if one.lost is not None:
        line += f", cost of decisions {number(one.lost, 4)} {cost_unit(seed)}"
    if one.released:
        line += f", {one.broken} of {one.released} released lots violate their grade"
    return line


def _longest_below(ends: pd.DatetimeIndex, covered: np.ndarray) -> float:
    """Longest run of steps below, without its first, whose outcomes arrive only at its end."""
    longest, since = 0.0, None
    for last, share in zip(ends, covered, strict=True):
        since = None if share >= BACK else since or last
        if since is not None:
            longest = max(longest, (last - since) / pd.Timedelta(days=1))
    return longest


def chance_below(known: Sequence[int], steps: int) -> float:
    """Probability of more than so many steps in a row below BACK for intervals with nominal coverage.

    Each label is covered by itself, with a probability of COVERAGE. What it says of a play: of few labels a step, good
    intervals are below for longer by chance alone.

    Parameters
    ----------
    known : sequence of int
        Labels of each step.
    steps : int
        How many in a row are allowed.
    """
    run = np.zeros(steps + 1)  # probability of each number of steps below so far, of those that were never too many
    run[0] = 1.0
    for labels in known:
        below = float(binom.cdf(math.ceil(BACK * labels) - 1, labels, COVERAGE))
        run = np.concatenate([[run.sum() * (1.0 - below)], run[:-1] * below])
    return 1.0 - float(run.sum())
