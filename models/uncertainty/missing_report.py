"""Missing inputs of rows in the order of what they cost, for responses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from models.uncertainty.distinct_rows import grouped
from physics.arrays import BoolArray, FloatArray, IntArray

MOST_NAMED = 5
RATIO_DIGITS = 2
INTERVAL, CLASS_SET = "interval {:.2f} times as wide", "set of classes {:.2f} times as large"
"""Texts of the ratio of numbers and contents, and of classes."""


@dataclass(frozen=True)
class MissingReport:
    """Missing inputs of one row.

    Attributes
    ----------
    n_missing : int
        How many inputs are missing.
    costliest : tuple of str
        At most MOST_NAMED of them, the one first that costs most.
    ratio : float
        Width of the interval, or size of the set of classes, over that of a row with all inputs [1].
    any_measured : bool
        Whether the row has any input.
    about : str
        Text of the ratio.
    """

    n_missing: int
    costliest: tuple[str, ...]
    ratio: float
    any_measured: bool
    about: str = INTERVAL

    @cached_property
    def flag(self) -> str:
        """Missing inputs and their cost as a text."""
        cost = self.about.format(self.ratio)
        if not self.any_measured:
            return f"no input was given: {cost}"
        more = self.n_missing - len(self.costliest)
        *names, last = self.costliest
        if more:
            listed = f"{', '.join(self.costliest)} and {more} other{'s' if more > 1 else ''}"
        else:
            listed = f"{', '.join(names)} and {last}" if names else last
        return f"without {listed}: {cost}"


def flagged(flags: list[list[str]], reports: Sequence[MissingReport | None]) -> list[list[str]]:
    """Return the flags of rows with those of their missing inputs added, in place."""
    for words, report in zip(flags, reports, strict=True):
        if report is not None:
            words.append(report.flag)
    return flags


def missing_reports(
    X: FloatArray, names: Sequence[str], counted: BoolArray, order: IntArray, ratio: FloatArray, about: str
) -> list[MissingReport | None]:
    """Return the missing inputs of each row; None of a row that has all inputs that count.

    None also of a row with some input whose ratio is 1 in the digits that a text shows.

    Parameters
    ----------
    X : ndarray, shape (n, k)
        Inputs; NaN is missing.
    names : sequence of k str
        Their names.
    counted : ndarray of bool, shape (k,)
        Inputs whose absence changes an interval.
    order : ndarray of int, shape (k,)
        Inputs in the order of their costs, the costliest first.
    ratio : ndarray, shape (n,)
        Width of each row's interval over that of a row with all inputs [1].
    about : str
        Text of the ratio.
    """
    reports: list[MissingReport | None] = [None] * len(X)
    missing = np.isnan(X)
    widened = (missing & counted).any(axis=1) & (np.round(ratio, RATIO_DIGITS) != 1.0)
    rows = np.flatnonzero(widened | missing.all(axis=1))
    if not len(rows):
        return reports
    for mask, part in zip(*grouped(missing[rows]), strict=True):
        total, own = int(mask.sum()), rows[part]
        named = tuple(names[j] for j in order[np.flatnonzero(mask[order])[:MOST_NAMED]].tolist())
        ratios = ratio[own].tolist()
        by_ratio = {one: MissingReport(total, named, one, total < len(names), about) for one in set(ratios)}
        for i, one in zip(own.tolist(), ratios, strict=True):
            reports[i] = by_ratio[one]
    return reports
