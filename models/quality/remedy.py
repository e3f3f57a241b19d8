"""Which limit a lot comes nearest to, and which move of a knob would bring it away from there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.processes.lookup import physics_of
from models.quality.grades import Limits
from models.quality.scatter import Scatter
from models.table.inputs import by_name, input_names
from physics.arrays import FloatArray, IntArray
from seeds import Column, Seed

LEAST_GAIN = 0.1  # standard deviations that a move must gain to be worth telling


@dataclass(frozen=True)
class Nearest:
    """The limit that a lot comes nearest to.

    Attributes
    ----------
    limit : str
        The element that it bounds, or the name of a sum.
    grade : int
        Whose limit it is.
    value, highest : float
        Likeliest content or sum, and the limit [unit of the elements].
    sigma : float
        Distance of their logarithms, in standard deviations of the error; negative beyond the limit.
    """

    limit: str
    grade: int
    value: float
    highest: float
    sigma: float


@dataclass(frozen=True)
class Remedy:
    """A move of one knob that takes a lot away from its nearest limit, by physics.

    Attributes
    ----------
    knob : Column
        What is moved.
    before, after : float
        Its value in the row, and after one move as large as the seed allows [the knob's unit].
    sigma : float
        Distance of the nearest limit afterwards, as `Nearest.sigma`.
    """

    knob: Column
    before: float
    after: float
    sigma: float


def distances(logs: FloatArray, scatter: Scatter, limits: Limits) -> FloatArray:
    """Distance of each limit in standard deviations of the error, shape (n, q), by logarithms logs, shape (n, E)."""
    room = np.log(limits.highest) - np.log(limits.values(np.exp(logs)))
    found: FloatArray = room / scatter.log_sd(logs, limits)
    return found


def nearest(logs: FloatArray, grades: IntArray, far: FloatArray, limits: Limits) -> list[Nearest]:
    """Nearest limit of each lot, n in all, among those of its grade, (n,), by `distances` far."""
    which = _of_grades(far, grades, limits).argmin(axis=1)
    rows = np.arange(len(far))
    parts = (which, grades, limits.values(np.exp(logs))[rows, which], limits.highest[which], far[rows, which])
    return [
        Nearest(limits.names[q], grade, value, highest, sigma)
        for q, grade, value, highest, sigma in zip(*(part.tolist() for part in parts), strict=True)
    ]


def _of_grades(far: FloatArray, grades: IntArray, limits: Limits) -> FloatArray:
    """Distances of the limits of each lot's grade, shape (n, q); those of other grades are infinite."""
    return np.where(limits.grade == grades[:, None], far, np.inf)


def remedies(
    seed: Seed,
    X: FloatArray,
    logs: FloatArray,
    grades: IntArray,
    far: FloatArray,
    scatter: Scatter,
    limits: Limits,
) -> list[Remedy | None]:
    """For each lot the move of one knob that gains most room at the nearest limit of its grade; None where none does.

    The effect of a move is the ratio of the contents that first principles give after and before it: what history
    shows of a knob is confounded by why operators turned it.

    Parameters
    ----------
    seed : Seed
        The process; without a physics module that tells contents there is no remedy.
    X : ndarray, shape (n, k)
        Inputs in plant units.
    logs : ndarray, shape (n, E)
        Predicted logarithms of the contents.
    grades : ndarray of int, shape (n,)
        Grade whose limits count.
    far : ndarray, shape (n, q)
        What `distances` gave for the logarithms.
    scatter, limits
        Errors of the model, limits of the grades.
    """
    physics = physics_of(seed.process.name)
    names = input_names(seed)
    moves = [(knob, names.index(knob.name), way) for knob in seed.by_role("knob") for way in (-1.0, 1.0)]
    if not hasattr(physics, "contents") or not moves or not len(X):
        return [None] * len(X)
    here = _of_grades(far, grades, limits).min(axis=1)
    rows = [X, *(_moved(X, column, knob, way) for knob, column, way in moves)]
    # All moves in one call: of a single lot physics costs its calls and not its rows.
    before, *after = _contents(physics, seed, np.concatenate(rows)).reshape(len(rows), len(X), -1)
    moved_logs = (logs + _shift(before, np.array(after))).reshape(-1, logs.shape[1])
    room = _of_grades(distances(moved_logs, scatter, limits), np.tile(grades, len(moves)), limits).min(axis=1)
    gains = np.where(np.isnan(room), -np.inf, room).reshape(len(moves), len(X))
    best = gains.argmax(axis=0)
    helps = gains[best, np.arange(len(X))] > here + LEAST_GAIN
    found: list[Remedy | None] = [None] * len(X)
    for i in np.flatnonzero(helps).tolist():
        knob, column, _ = moves[best[i]]
        after_it = float(rows[1 + best[i]][i, column])
        found[i] = Remedy(knob, float(X[i, column]), after_it, float(gains[best[i], i]))
    return found


def _moved(X: FloatArray, column: int, knob: Column, way: float) -> FloatArray:
    """Inputs after one move of a knob as large as the seed allows."""
    moved = X.copy()
    low, high = knob.bounds or knob.limits
    moved[:, column] = np.minimum(np.maximum(X[:, column] + way * (knob.step or 0.0), low), high)
    return moved


def _contents(physics: object, seed: Seed, X: FloatArray) -> FloatArray:
    """Contents by physics, shape (n, E); NaN where it tells none."""
    with np.errstate(all="ignore"):
        found = physics.contents(by_name(X, input_names(seed)))  # type: ignore[attr-defined]
    contents = np.full((len(X), len(seed.elements)), np.nan)
    for e, one in enumerate(seed.elements):
        if one.name in found:
            contents[:, e] = found[one.name]
    return contents


def _shift(before: FloatArray, after: FloatArray) -> FloatArray:
    """Change of the logarithms; none where physics cannot say."""
    with np.errstate(all="ignore"):
        shift = np.log(after / before)
    return np.where(np.isfinite(shift), shift, 0.0)
