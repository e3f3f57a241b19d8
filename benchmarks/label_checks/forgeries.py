"""Manipulations of the labels of some periods by a faulty or dishonest laboratory."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from physics.arrays import FloatArray, IntArray

Forgery = Callable[[FloatArray, IntArray, IntArray, IntArray, np.random.Generator], FloatArray]
"""Function that returns manipulated labels of the marked rows.

Takes the labels of all rows, shape (n, m), the number of each row's unit and period, a mask of the manipulated rows,
and a random generator.
"""


def constant(
    labels: FloatArray, unit: IntArray, period: IntArray, rows: IntArray, rng: np.random.Generator
) -> FloatArray:
    """The usual value in every row."""
    return np.broadcast_to(np.nanmedian(labels, axis=0), labels[rows].shape)


def raised(
    labels: FloatArray, unit: IntArray, period: IntArray, rows: IntArray, rng: np.random.Generator
) -> FloatArray:
    """One and a half standard deviations too much."""
    return labels[rows] + 1.5 * np.nanstd(labels, axis=0)


def shuffled(
    labels: FloatArray, unit: IntArray, period: IntArray, rows: IntArray, rng: np.random.Generator
) -> FloatArray:
    """Each row has the labels of another."""
    return labels[rng.permutation(rows)]


def moved(by: int) -> Forgery:
    """Each row has the labels of so many periods before in its unit, its own where there are none."""

    def forge(
        labels: FloatArray, unit: IntArray, period: IntArray, rows: IntArray, rng: np.random.Generator
    ) -> FloatArray:
        place = np.full((unit.max() + 1, period.max() + 1), -1)
        place[unit, period] = np.arange(len(unit))
        before = period[rows] - by
        inside = (before >= 0) & (before < place.shape[1])
        other = np.where(inside, place[unit[rows], np.clip(before, 0, place.shape[1] - 1)], -1)
        return labels[np.where(other < 0, rows, other)]

    return forge


def replayed(
    labels: FloatArray, unit: IntArray, period: IntArray, rows: IntArray, rng: np.random.Generator
) -> FloatArray:
    """Labels of the periods before, as many as are manipulated."""
    return moved(len(np.unique(period[rows])))(labels, unit, period, rows, rng)


def of_one_unit(
    labels: FloatArray, unit: IntArray, period: IntArray, rows: IntArray, rng: np.random.Generator
) -> FloatArray:
    """All units have the labels of the first."""
    first = {int(period[row]): row for row in rows[::-1]}
    return labels[[first[int(period[row])] for row in rows]]


def random(share: float) -> Forgery:
    """A share of the rows has values drawn from between the lowest and the highest that were ever seen."""

    def forge(
        labels: FloatArray, unit: IntArray, period: IntArray, rows: IntArray, rng: np.random.Generator
    ) -> FloatArray:
        low, high = np.nanmin(labels, axis=0), np.nanmax(labels, axis=0)
        is_forged = rng.random(len(rows)) < share
        return np.where(is_forged[:, None], rng.uniform(low, high, (len(rows), labels.shape[1])), labels[rows])

    return forge


FORGERIES: dict[str, Forgery] = {
    "all labels the usual value": constant,
    "all labels 1.5 standard deviations too high": raised,
    "labels shuffled among the rows": shuffled,
    "labels a period late": moved(1),
    "labels a period early": moved(-1),
    "a file of the periods before, replayed": replayed,
    "the labels of one unit in all": of_one_unit,
    "a tenth of the labels random": random(0.1),
    "half of the labels random": random(0.5),
}
