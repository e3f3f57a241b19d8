"""Oracle policy: it has access to the simulated truth and tests moves on copies of the plant."""

import itertools
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from physics.arrays import FloatArray
from seeds import Seed
from training.setpoints.action_space import ActionSpace
from training.setpoints.choice import Choice
from training.setpoints.naive_policies import last_rows
from training.setpoints.observation import split_plan
from training.setpoints.plants import RunningPlant, TrialSimulator

FUTURES = {1: (0, 1, 2), 3: (0, 1)}  # by the periods ahead: a mean over more of them needs fewer


def value(
    running: RunningPlant,
    setpoints: pd.DataFrame | None,
    simulator: TrialSimulator,
    seed: Seed,
    periods: int,
    future: int | None = None,
) -> pd.DataFrame:
    """True means of coming periods if set-points are set in the first one and operators continue.

    Parameters
    ----------
    running : RunningPlant
        The running plant; it is not advanced.
    setpoints : DataFrame or None
        For `Running.step`; None leaves all to the operators.
    simulator : TrialSimulator
        Simulator that values the truth.
    seed : Seed
        Seed that the plant is simulated from.
    periods : int
        How many.
    future : int, optional
        In which future; by default the one that the plant meets.

    Returns
    -------
    DataFrame
        `margin` and `move_cost` by unit [$/d].
    """
    assert seed.key is not None
    copy, parts = running.fork(future), []
    for period in range(periods):
        truth = copy.step(setpoints if period == 0 else None).truth
        flows = simulator.economic_value(seed, truth)[["margin", "move_cost"]]
        parts.append(flows.set_index(pd.Index(truth[seed.key.name], name=seed.key.name)))
    return pd.concat(parts).groupby(level=0).mean()


@dataclass(frozen=True, eq=False)
class Oracle:
    """Chooses by a response surface through the true means of the coming periods at some moves.

    Attributes
    ----------
    seed : Seed
        Seed that the plant is simulated from.
    reach : ActionSpace
        Its moves, as the other policies have them.
    simulator : TrialSimulator
        Simulator that values the truth.
    periods : int
        How many periods it looks ahead, of those in FUTURES: 1 is greedy.
    """

    seed: Seed
    reach: ActionSpace
    simulator: TrialSimulator
    periods: int

    def foresee(self, running: RunningPlant, table: pd.DataFrame) -> Choice:
        """Choose moves with knowledge of future disturbances; the observation gives only the last set-points."""
        assert self.seed.key is not None
        history, planned = split_plan(table, self.seed)
        units, names = planned[self.seed.key.name].to_numpy(object), list(self.reach.names)
        plan = planned[names].to_numpy(np.float64)
        last = last_rows(history, planned, self.seed)[names].to_numpy(np.float64)
        points = _points(len(names))
        values = np.array([self._worth(running, units, point * self.reach.steps) for point in points])
        known = np.isfinite(values).all(axis=(0, 1))
        gain = np.full((len(self.reach.grid), len(units)), np.nan)
        gain[:, known] = _surface(self.reach.grid / self.reach.steps) @ _coefficients(points, values[:, :, known])
        moves, net = self.reach.best(gain, plan, last, self.periods)
        return Choice.without_interval(units, moves, net)

    def _worth(self, running: RunningPlant, units: npt.NDArray[np.object_], move: FloatArray) -> FloatArray:
        """Return true margin without cost after the same move of all units, by future [$/d]; NaN if unknown."""
        moves = np.tile(move, (len(units), 1))
        choice = Choice.without_interval(units, moves, np.zeros(len(units)))
        setpoints = choice.setpoints(running.plan(), self.seed, self.reach.names)
        parts = []
        for future in FUTURES[self.periods]:
            values = value(running, setpoints, self.simulator, self.seed, self.periods, future).reindex(units)
            parts.append((values["margin"] + values["move_cost"]).to_numpy(np.float64))
        return np.array(parts)


def _coefficients(points: FloatArray, values: FloatArray) -> FloatArray:
    """Return coefficients of each unit's surface, shape (c, n), from margins by future, shape (m, f, n).

    Faults and anode effects flip with a move, so that some futures say little of a single unit: each coefficient is
    drawn to the mean of all units, as far as it differs between futures more than between units.
    """
    count, futures, units = values.shape
    fitted = np.linalg.lstsq(_surface(points), (values - values[0]).reshape(count, -1), rcond=None)[0]
    by_future = fitted.reshape(-1, futures, units)
    own = by_future.mean(axis=1)
    line, spread = own.mean(axis=1, keepdims=True), own.var(axis=1, keepdims=True)
    noise = by_future.var(axis=1, ddof=1).mean(axis=1, keepdims=True) / futures
    shrinkage = np.where(spread > noise, 1.0 - noise / np.where(spread > noise, spread, 1.0), 0.0)
    return np.asarray(line + shrinkage * (own - line))


def _points(setpoints: int) -> FloatArray:
    """Return design points of a surface [steps]: no move, each set-point alone, each pair at its ends."""
    one = np.eye(setpoints)
    points = [np.zeros(setpoints), *(level * axis for axis in one for level in (-1.0, -0.5, 0.5, 1.0))]
    for a, b in itertools.combinations(one, 2):
        points += [sign * a + other * b for sign in (-1.0, 1.0) for other in (-1.0, 1.0)]
    return np.array(points)


def _surface(moves: FloatArray) -> FloatArray:
    """Return surface terms at moves [steps]: powers up to 3 of a set-point, and products of two."""
    pairs = [moves[:, a] * moves[:, b] for a, b in itertools.combinations(range(moves.shape[1]), 2)]
    return np.column_stack([moves, moves**2, moves**3, *pairs])
