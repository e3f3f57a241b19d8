"""Nearest limit of a lot, and the set-point move that increases the distance to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.interfaces.physics import AnyPhysics
from models.processes.lookup import physics_of
from models.quality.error_scenarios import ErrorScenarios
from models.quality.grades import Limits
from models.table.inputs import by_name, input_names
from physics.arrays import FloatArray, IntArray
from seeds import Column, Seed

LEAST_GAIN = 0.1  # standard deviations that a move must gain to be worth telling
_LOTS_AT_ONCE = 256  # with all their moves they then stay in a core's own memory


@dataclass(frozen=True)
class NearestLimit:
    """The limit that a lot comes nearest to.

    Attributes
    ----------
    limit : str
        The element that it bounds, or the name of a sum.
    grade : int
        Whose limit it is.
    value, bound : float
        Most probable content or sum, and the limit [unit of the elements].
    is_highest : bool
        Whether the limit is the highest content; else it is the least one.
    sigma : float
        Distance of their logarithms, in standard deviations of the error; negative beyond the limit.
    """

    limit: str
    grade: int
    value: float
    bound: float
    is_highest: bool
    sigma: float

    @property
    def margin(self) -> float:
        """Room up to the limit [unit of the elements]; negative beyond it."""
        return self.bound - self.value if self.is_highest else self.value - self.bound


@dataclass(frozen=True)
class Remedy:
    """Move of one set-point that increases a lot's distance to its nearest limit, by physics.

    Attributes
    ----------
    setpoint : Column
        What is moved.
    before, after : float
        Its value in the row, and after one move as large as the seed allows [the set-point's unit].
    sigma : float
        Distance of the nearest limit afterwards, as `NearestLimit.sigma`.
    """

    setpoint: Column
    before: float
    after: float
    sigma: float


def distances(
    logs: FloatArray, scatter: ErrorScenarios, limits: Limits, which: IntArray | slice = slice(None)
) -> FloatArray:
    """Return distances to limits in standard deviations, shape (n, q), from logarithms, shape (n, E).

    `which` picks limits; q are all of them without it.
    """
    number = limits.bounded[1][which]
    most_probable = np.log(scatter.likeliest(logs, limits))
    distance: FloatArray = limits.way[which] * (np.log(limits.bound[which]) - most_probable[:, number])
    distance /= scatter.log_sd(logs, limits)[:, number]
    return distance


def nearest(
    logs: FloatArray, grades: IntArray, far: FloatArray, scatter: ErrorScenarios, limits: Limits
) -> list[NearestLimit]:
    """Nearest limit of each lot, n in all, among those of its grade, (n,), by `distances` far."""
    which = _of_grades(far, grades, limits.grade).argmin(axis=1)
    rows = np.arange(len(far))
    most_probable = scatter.likeliest(logs, limits)[rows, limits.bounded[1][which]]
    is_highest = limits.way[which] > 0
    parts = (which, grades, most_probable, limits.bound[which], is_highest, far[rows, which])
    return [
        NearestLimit(limits.names[q], *of_limit)
        for q, *of_limit in zip(*(part.tolist() for part in parts), strict=True)
    ]


def _of_grades(far: FloatArray, grades: IntArray, grade: IntArray) -> FloatArray:
    """Return distances to the limits of each lot's own grade, shape (n, q); infinite for others."""
    return np.where(grade == grades[:, None], far, np.inf)


def remedies(
    seed: Seed,
    X: FloatArray,
    logs: FloatArray,
    grades: IntArray,
    far: FloatArray,
    scatter: ErrorScenarios,
    limits: Limits,
) -> list[Remedy | None]:
    """Return each lot's single move with the largest gain at its nearest limit; None if none gains.

    The effect of a move is the ratio of the contents that first principles give after and before it: what history
    shows of a set-point is confounded by why operators turned it.

    Parameters
    ----------
    seed : Seed
        The process; without physics that gives contents there is no remedy.
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
    physics, moves = physics_of(seed), _moves(seed)
    chosen: list[Remedy | None] = [None] * len(X)
    if physics is None or not physics.gives("contents") or not moves:
        return chosen
    own = np.flatnonzero(np.isin(limits.grade, grades))
    for first in range(0, len(X), _LOTS_AT_ONCE):
        lots = slice(first, first + _LOTS_AT_ONCE)
        here = _of_grades(far[lots], grades[lots], limits.grade).min(axis=1)
        moved, shift = _moved(physics, seed, X[lots], moves)
        room = distances((logs[lots] + shift).reshape(-1, logs.shape[1]), scatter, limits, own)
        room = _of_grades(room, np.tile(grades[lots], len(moves)), limits.grade[own]).min(axis=1)
        gains = np.where(np.isnan(room), -np.inf, room).reshape(moved.shape)
        best = gains.argmax(axis=0)
        most = gains[best, np.arange(len(best))]
        for i in np.flatnonzero(most > here + LEAST_GAIN).tolist():
            setpoint, column, _ = moves[best[i]]
            before, after = X[first + i, column], moved[best[i], i]
            chosen[first + i] = Remedy(setpoint, float(before), float(after), float(most[i]))
    return chosen


def _moves(seed: Seed) -> list[tuple[Column, int, float]]:
    """Return the largest allowed moves of one set-point: set-point, input column, and change."""
    names = input_names(seed)
    steps = [(setpoint, names.index(setpoint.name), setpoint.step or 0.0) for setpoint in seed.by_role("setpoint")]
    return [(setpoint, column, way * step) for setpoint, column, step in steps for way in (-1.0, 1.0)]


def _moved(
    physics: AnyPhysics, seed: Seed, X: FloatArray, moves: Sequence[tuple[Column, int, float]]
) -> tuple[FloatArray, FloatArray]:
    """Return the effects of m moves on n lots by physics.

    Returns
    -------
    ndarray, shape (m, n)
        Value of the set-point after each move, within its bounds [its unit].
    ndarray, shape (m, n, E)
        Change of the logarithms of the contents; none where physics cannot say.
    """
    columns = [column for _, column, _ in moves]
    low, high = np.array([setpoint.bounds or setpoint.limits for setpoint, _, _ in moves]).T[:, :, None]
    steps = np.array([step for _, _, step in moves])[:, None]
    moved = np.minimum(np.maximum(X.T[columns] + steps, low), high)
    # All moves in one call: of a single lot physics costs its calls and not its rows.
    rows = np.repeat(X[None], 1 + len(moves), axis=0)
    rows[np.arange(1, 1 + len(moves)), :, columns] = moved
    contents = _contents(physics, seed, rows.reshape(-1, X.shape[1])).reshape(1 + len(moves), len(X), -1)
    with np.errstate(all="ignore"):
        shift = np.log(contents[1:] / contents[0])
    return moved, np.where(np.isfinite(shift), shift, 0.0)


def _contents(physics: AnyPhysics, seed: Seed, X: FloatArray) -> FloatArray:
    """Return contents by physics, shape (n, E); NaN if physics has none."""
    with np.errstate(all="ignore"):
        by_physics = physics.contents(by_name(X, input_names(seed)))
    contents = np.full((len(X), len(seed.elements)), np.nan)
    for e, one in enumerate(seed.elements):
        if one.name in by_physics:
            contents[:, e] = by_physics[one.name]
    return contents
