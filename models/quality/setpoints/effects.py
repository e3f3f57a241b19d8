"""Effects of set-point moves on contents and defects: physical prior, updated by plant history."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from models.processes.lookup import physics_of
from models.quality.censoring import score
from models.quality.linear import LotLines
from models.table.inputs import by_name, input_names, medians
from physics.arrays import FloatArray, IntArray
from physics.special import expit
from seeds import Column, Seed

FOLDS = 5  # stretches of time, each of which is predicted by models of the others
ODDS_SD = 0.3  # prior of what a step does to the log-odds of a defect: a third more or less (assumed)
PARTS = 8  # of a step, in which moves of history are counted
FARTHEST = 8  # steps that are counted
FACTOR_SD = 2.0  # prior of the factor of physics' shift by history: at most about twice as much (assumed)
SHARES = (-1.0, -0.5, -0.25, 0.25, 0.5, 1.0)  # of a step
_ROUNDING = 1e-9
_TREES = {"num_leaves": 8, "learning_rate": 0.1, "min_data_in_leaf": 20, "verbose": -1, "num_threads": 1, "seed": 0}
_TREE_COUNT = 60


@dataclass(frozen=True, eq=False)
class Effects:
    """Effects of K set-points on outputs: logarithms of E contents, log-odds of D defects.

    Of a move, physics says a shift of each logarithm; history shows a factor of that shift, and an offset for each unit
    of the set-point besides, both 0 until lots show more.

    Attributes
    ----------
    seed : Seed
        The process.
    fill : ndarray, shape (k,)
        What physics takes for a missing input: its median.
    shown : ndarray, shape (E + D, 2 K)
        Factor of each set-point's physics, then offset of each set-point, by history.
    covariance : ndarray, shape (E + D, 2 K, 2 K)
        Of `shown`.
    trials : ndarray of int, shape (K, 2, FARTHEST PARTS)
        Past lots whose set-point was below, or above, the expected setting by 1, 2, ... PARTS of a step or more.
    """

    seed: Seed
    fill: FloatArray
    shown: FloatArray
    covariance: FloatArray
    trials: IntArray

    def of_moves(self, X: FloatArray, moved: FloatArray, normals: FloatArray) -> FloatArray:
        """Return draws of the output shifts by set-point moves, shape (d, n, E + D).

        The less favourable counts of what physics says and what history shows. So an impurity falls only where both say
        so, and what physics says nothing of, as a defect, may rise and never falls.

        Parameters
        ----------
        X, moved : ndarray, shape (n, k)
            Inputs before and after the moves.
        normals : ndarray, shape (d, E + D)
            Standard normal numbers; 0 for what is most probable.
        """
        shift = _physics(self.seed, self.fill, X, moved)
        terms = _terms(shift, _setpoints(self.seed, moved) - _setpoints(self.seed, X))
        mean = np.einsum("nqt,qt->nq", terms, self.shown)
        sd = np.sqrt(np.maximum(np.einsum("nqs,qst,nqt->nq", terms, self.covariance, terms), 0.0))
        shifts: FloatArray = np.maximum(shift.sum(axis=2), mean + sd * normals[:, None, :])
        return shifts

    def support(self, setpoint: int, move: float) -> int:
        """Return the number of past lots with a set-point moved as far in the same direction."""
        parts = math.ceil(PARTS * abs(move) / (setpoints_of(self.seed)[setpoint].step or 1.0) - _ROUNDING)
        if not 0 < parts <= self.trials.shape[2]:
            return 0
        return int(self.trials[setpoint, int(move > 0), parts - 1])

    def state(self) -> dict[str, Any]:
        """Return the state as JSON values; all but the seed."""
        return {
            "fill": listed(self.fill),
            "shown": self.shown.tolist(),
            "covariance": self.covariance.tolist(),
            "trials": self.trials.tolist(),
        }

    @classmethod
    def from_state(cls, state: Mapping[str, Any], seed: Seed) -> Self:
        """Restore from the values that `state` returned."""
        fill, shown, covariance = (np.array(state[name], dtype=np.float64) for name in ("fill", "shown", "covariance"))
        return cls(seed, fill, shown, covariance, np.array(state["trials"], dtype=np.intp))


def listed(values: FloatArray) -> Any:
    """Numbers as JSON values: NaN, which JSON has not, is null."""
    cells = values.astype(object)
    cells[np.isnan(values)] = None
    return cells.tolist()


def setpoints_of(seed: Seed) -> tuple[Column, ...]:
    """Return the numeric set-points that may be recommended, in the seed's order."""
    return tuple(setpoint for setpoint in seed.by_role("setpoint") if setpoint.is_number)


def learn_effects(
    seed: Seed, X: FloatArray, Y: FloatArray, units: npt.NDArray[Any], periods: npt.NDArray[np.datetime64]
) -> Effects:
    """Effects by physics and by past lots.

    Operators move a set-point for reasons that also act on the lot. So both set-points and outputs are predicted
    from what was known when the lot began, each stretch of time by models of the other stretches, and only what is left
    over of the outputs is regressed on the residuals of the set-points [1]_. Residuals of one unit, and those of one
    period, hang together; the evidence counts for as much less as their sums scatter more than independent ones would.

    Parameters
    ----------
    seed : Seed
        The process.
    X : ndarray, shape (n, k)
        Inputs of past lots, rows sorted by time.
    Y : ndarray, shape (n, E + D)
        Reported contents and defects.
    units, periods : ndarray, shape (n,)
        Unit and start of each lot.

    References
    ----------
    .. [1] V. Chernozhukov and others (2018). Double/debiased machine learning for treatment and structural parameters.
       The Econometrics Journal 21, C1-C68. arXiv 1608.00060.
    """
    defects, fill = len(seed.defects), medians(X, [column.typical_value for column in seed.inputs])
    columns = np.flatnonzero([column.role == "before" for column in seed.inputs])
    setpoints, expected = _setpoints(seed, X), np.empty((len(X), len(setpoints_of(seed))))
    raw, spread = np.empty(Y.shape), np.empty(Y.shape)
    for fold in np.array_split(np.arange(len(X)), FOLDS):
        others = np.delete(np.arange(len(X)), fold)
        expected[fold] = np.column_stack([_expected(X[:, columns], setpoint, others, fold) for setpoint in setpoints.T])
        lines = LotLines(defects).fit(X[np.ix_(others, columns)], Y[others])
        raw[fold], spread[fold] = lines.predict(X[np.ix_(fold, columns)]), lines.spread_
    expected_inputs = X.copy()
    expected_inputs[:, setpoint_places(seed)] = expected
    terms = _terms(_physics(seed, fill, expected_inputs, X), setpoints - expected)
    left, weight = _left_over(Y, raw, spread, defects)
    known = ~np.isnan(Y) & ~np.asarray(np.isnan(setpoints).any(axis=1))[:, None]
    steps = np.array([setpoint.step or 1.0 for setpoint in setpoints_of(seed)])
    fitted = [
        _fitted(terms[k, q], left[k, q], weight[k, q], [units[k], periods[k]], steps, q >= Y.shape[1] - defects)
        for q, k in enumerate(known.T)
    ]
    shown, covariance = (np.array(part) for part in zip(*fitted, strict=True))
    return Effects(seed, fill, shown, covariance, _trials((setpoints - expected) / steps))


def _trials(left: FloatArray) -> IntArray:
    """Return numbers of lots by distance from the expected setting in step parts, (K, 2, FARTHEST PARTS).

    `left` holds the residual of each set-point, shape (n, K) [steps]; NaN if unknown.
    """
    sizes = np.arange(1, FARTHEST * PARTS + 1) / PARTS
    counts = [[np.sum(sign * setpoint[:, None] >= sizes, axis=0) for sign in (-1.0, 1.0)] for setpoint in left.T]
    return np.array(counts, dtype=np.intp)


def setpoint_places(seed: Seed) -> list[int]:
    """Return the input indices of the set-points, in the seed's order of these."""
    names = input_names(seed)
    return [names.index(setpoint.name) for setpoint in setpoints_of(seed)]


def _setpoints(seed: Seed, X: FloatArray) -> FloatArray:
    return X[:, setpoint_places(seed)]


def _expected(before: FloatArray, setpoint: FloatArray, others: IntArray, fold: IntArray) -> FloatArray:
    """Return expected operator settings in a fold's lots, predicted from readings in the other folds."""
    import lightgbm

    rows = others[~np.isnan(setpoint[others])]
    trees = lightgbm.train(_TREES, lightgbm.Dataset(before[rows], setpoint[rows]), num_boost_round=_TREE_COUNT)
    return np.asarray(trees.predict(before[fold], num_threads=1))


def _physics(seed: Seed, fill: FloatArray, X: FloatArray, moved: FloatArray) -> FloatArray:
    """Return log shifts of outputs by physics for each set-point, shape (n, E + D, K); 0 if unknown."""
    places, outputs = setpoint_places(seed), len(seed.elements) + len(seed.defects)
    shift = np.zeros((len(X), outputs, len(places)))
    here = np.where(np.isnan(X), fill, X)
    there = np.where(np.isnan(moved), fill, moved)
    before = _contents(seed, here)
    for k, place in enumerate(places):
        if np.array_equal(here[:, place], there[:, place]):
            continue
        turned = here.copy()
        turned[:, place] = there[:, place]
        with np.errstate(all="ignore"):
            change = np.log(_contents(seed, turned) / before)
        shift[:, : len(seed.elements), k] = np.where(np.isfinite(change), change, 0.0)
    return shift


def _contents(seed: Seed, X: FloatArray) -> FloatArray:
    """Contents by physics, shape (n, E); NaN where it states none."""
    physics = physics_of(seed)
    with np.errstate(all="ignore"):
        contents = physics.contents(by_name(X, input_names(seed))) if physics and physics.gives("contents") else {}
    nothing = np.full(len(X), np.nan)
    return np.column_stack([np.broadcast_to(contents.get(one.name, nothing), len(X)) for one in seed.elements])


def _terms(shift: FloatArray, change: FloatArray) -> FloatArray:
    """Return the regressors of each output's 2 K coefficients, shape (n, E + D, 2 K)."""
    offsets = np.broadcast_to(change[:, None, :], (len(change), shift.shape[1], change.shape[1]))
    return np.concatenate([shift, offsets], axis=2)


def _left_over(Y: FloatArray, raw: FloatArray, spread: FloatArray, defects: int) -> tuple[FloatArray, FloatArray]:
    """Outputs less what readings alone predict, on log scale, and the weight of each, shape (n, E + D)."""
    contents = Y.shape[1] - defects
    weight, left = 1.0 / spread**2, np.zeros(Y.shape)
    # Of what is below a limit the error that is expected there.
    left[:, :contents] = spread[:, :contents] ** 2 * score(Y[:, :contents], raw[:, :contents], spread[:, :contents])[0]
    p = expit(raw[:, contents:])
    weight[:, contents:] = p * (1.0 - p)
    left[:, contents:] = (Y[:, contents:] - p) / weight[:, contents:]
    return left, weight


def _fitted(
    terms: FloatArray,
    left: FloatArray,
    weight: FloatArray,
    groups: list[npt.NDArray[Any]],
    steps: FloatArray,
    defect: bool,
) -> tuple[FloatArray, FloatArray]:
    """Coefficients of one output and their covariance, with a prior about 0.

    A step is assumed to move a content by about one of its spreads at most, and a defect by about ODDS_SD.
    """
    spread = ODDS_SD if defect else float(1.0 / np.sqrt(np.mean(weight)))
    prior = np.diag(np.concatenate([np.full(len(steps), FACTOR_SD**-2), (steps / spread) ** 2]))
    information, seen = terms.T @ (weight[:, None] * terms), terms.T @ (weight * left)
    first = np.linalg.solve(prior + information, seen)
    lots = _lots_for_one(terms, weight * (left - terms @ first), groups)
    covariance = np.asarray(np.linalg.inv(prior + information / lots), dtype=np.float64)
    return np.asarray(covariance @ seen / lots), covariance


def _lots_for_one(terms: FloatArray, pull: FloatArray, groups: list[npt.NDArray[Any]]) -> float:
    """Return the mean design effect over coefficients: variance of group sums over independent lots'."""
    pulls = terms * pull[:, None]
    alone = np.sum(pulls**2, axis=0)
    used = alone > 0
    if not used.any():
        return 1.0
    extra = sum(np.mean(np.sum(total**2, axis=0)[used] / alone[used]) - 1.0 for total in _sums(pulls, groups))
    return max(1.0, 1.0 + float(extra))


def _sums(pulls: FloatArray, groups: list[npt.NDArray[Any]]) -> Iterator[FloatArray]:
    for group in groups:
        _, number = np.unique(group, return_inverse=True)
        total = np.zeros((number.max() + 1, pulls.shape[1]))
        np.add.at(total, number, pulls)
        yield total


def candidate_moves(seed: Seed, X: FloatArray, low: FloatArray, high: FloatArray) -> Iterator[FloatArray]:
    """Yield inputs after moves of one set-point: parts of a step, within bounds and history.

    Parameters
    ----------
    seed : Seed
        The process.
    X : ndarray, shape (n, k)
        Inputs with the set-points as planned.
    low, high : ndarray, shape (K,)
        Range of each set-point that history supports.
    """
    for setpoint, place, bottom, top in zip(setpoints_of(seed), setpoint_places(seed), low, high, strict=True):
        bounds = setpoint.bounds or setpoint.limits
        for share in SHARES:
            moved = X.copy()
            target = X[:, place] + share * (setpoint.step or 0.0)
            least, most = max(bottom, bounds[0]), min(top, bounds[1])
            moved[:, place] = np.where((target >= least) & (target <= most), target, X[:, place])
            yield moved
