"""A set-point model from a plant's history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from models.interfaces.response import AnyResponse
from models.processes.lookup import response_of
from models.setpoints.errors import SetpointError
from models.setpoints.evidence import OFFSET_SHARE, Posterior, posterior
from models.setpoints.expectation import StateForecast
from models.setpoints.limits import LIMIT_QUANTILES
from models.setpoints.model import MIN_AGE, SetpointModel, step_of
from models.setpoints.situations import SMOOTH, UnitPeriodGrid, UnitStates, situations
from physics.arrays import BoolArray, FloatArray, IntArray
from seeds import Seed

if TYPE_CHECKING:
    import pandas as pd

FEWEST_ROWS = 500  # of units whose last periods are known
FEWEST_UNITS = 8  # cross-fitted in FOLDS, and errors are counted by unit
LEAST_MOVE = 0.02  # steps that a set-point must have moved on average, beyond the expected move
DIRECT = 5.0  # standard errors by which a set-point's own column must have followed it
CREW = 0.002  # of the margin that a step is worth at most, on average over units: operators know their line
SAMPLE = 1500  # rows that the belief in operators is counted on
FOLDS = 4  # of units
_TREES: dict[str, Any] = {
    "n_estimators": 150,
    "learning_rate": 0.06,
    "num_leaves": 15,
    "min_child_samples": 40,
    "subsample": 0.8,
    "subsample_freq": 1,
    "colsample_bytree": 0.7,
    "random_state": 0,
    "n_jobs": 1,
    "verbose": -1,
}


def learn(
    table: pd.DataFrame,
    seed: Seed,
    tests: pd.DataFrame | None = None,
    advised: pd.DataFrame | None = None,
    evidence: bool = True,
) -> SetpointModel:
    """Fit the effects of set-point moves.

    Parameters
    ----------
    table : DataFrame
        Rows that keep the contract, one a unit and period.
    seed : Seed
        The process.
    tests : DataFrame, optional
        Key, time and a column a set-point: its randomised test move in that period.
    advised : DataFrame, optional
        The same with the moves that followed advice when that period began, which are no matter of chance.
    evidence : bool
        Whether history sharpens the physics; without it the model is physics as assumed.

    Returns
    -------
    SetpointModel

    Raises
    ------
    SetpointError
        The process has no physics of its set-points, one lacks bounds or the cost of a move, history is too short, or
        it has no set-point whose move was followed.
    """
    seed = seed.for_first
    response = _response(seed)
    grid = UnitPeriodGrid.of(table, seed)
    at = situations(grid, seed, response)
    knobs = list(response.KNOBS)
    rows = (at.age >= MIN_AGE) & np.all([np.isfinite(at.last[knob]) for knob in knobs], axis=0)
    if rows.sum() < FEWEST_ROWS or len(np.unique(at.units[rows])) < FEWEST_UNITS:
        raise SetpointError(
            f"got {int(rows.sum())} rows of {len(np.unique(at.units[rows]))} units with {MIN_AGE} periods before them: "
            f"expected at least {FEWEST_ROWS} rows of {FEWEST_UNITS} units to learn what set-points bring"
        )
    columns = grid.in_hand(seed)
    names = [name for name in at.names if not name.startswith(response.DRIVEN)]
    known = at.known[:, [at.names.index(name) for name in names]]
    hidden = response.hidden(columns)
    later = {name: grid.ahead(values) for name, values in hidden.items()}
    expectation = StateForecast.fit(known, later, rows)
    expected = expectation(known)
    line = response.line(
        {name: at.of(f"{name} {SMOOTH}")[rows] for name in hidden},
        at.units[rows],
        {name: float(np.nanstd(values[rows] - expected[name][rows])) for name, values in later.items()},
    )
    steps = {knob: step_of(seed, knob) for knob in knobs}

    measured = response.measured(columns)
    trials = {knob: grid.rises(grid.placed(tests, seed, knob)) for knob in knobs}
    own = {knob: grid.placed(advised, seed, knob) for knob in knobs}
    left = _left(grid, at, rows, seed, measured, trials, own, response.FOLLOWING)
    use, moved = left.rows, left.moved
    blocked = {} if not evidence else _blocked(response, moved, left.outcomes, steps, at.units[use])
    if len(blocked) == len(knobs):
        raise SetpointError("; ".join(f"{knob}: {reason}" for knob, reason in blocked.items()))

    spread = {name: float(np.nanstd(np.diff(values, axis=1))) / 2**0.5 for name, values in measured.items()}
    offsets = [(name, knob) for name in measured for knob in knobs if (name, knob) not in response.SURE]
    prior = Posterior.prior(response.CONSTANTS, offsets, np.array([OFFSET_SHARE * spread[name] for name, _ in offsets]))
    model = SetpointModel(
        seed=seed,
        posterior=prior,
        expectation=expectation,
        kept=tuple(names),
        line=line,
        hold=left.hold,
        ranges={knob: tuple(np.nanquantile(at.plan[knob], (0.05, 0.95)).tolist()) for knob in at.plan},
        blocked=blocked,
        errors={},
        moves={knob: np.quantile(moved[knob], np.linspace(0.0, 1.0, 201)) for knob in knobs},
        rows=int(use.sum()),
    )
    if evidence:
        model = _sharpened(model, response, at[use], left)
    return model.with_errors(
        at[use], {name: values[grid.there][use] for name, values in measured.items()}, LIMIT_QUANTILES
    )


@dataclass(frozen=True, eq=False)
class _Left:
    """Residuals of moves and outcomes after subtraction of known effects, for n of the rows.

    Attributes
    ----------
    rows : ndarray of bool
        Which of all rows these are.
    moved : dict of str to ndarray, shape (n,)
        Randomised moves, as moves that last [unit of the set-point].
    hold : dict of str to (float, float)
        As of `SetpointModel`.
    outcomes : dict of str to ndarray, shape (n,)
        NaN where unknown.
    tested, begun : dict of str to ndarray, shape (n,)
        Of tests of set-points whose operators' own moves are no trials: mean persisting part over the periods of
        the outcome, and the part that began with the first [unit of the set-point].
    beside : dict of str to ndarray, shape (n,)
        Outcomes after those moves are taken off as well.
    """

    rows: BoolArray
    moved: dict[str, FloatArray]
    hold: dict[str, tuple[float, float]]
    outcomes: dict[str, FloatArray]
    tested: dict[str, FloatArray]
    begun: dict[str, FloatArray]
    beside: dict[str, FloatArray]


def _left(
    grid: UnitPeriodGrid,
    at: UnitStates,
    rows: BoolArray,
    seed: Seed,
    measured: Mapping[str, FloatArray],
    trials: Mapping[str, tuple[FloatArray, FloatArray]],
    advised: Mapping[str, FloatArray],
    following: frozenset[str],
) -> _Left:
    # Operators saw the last period's label and what it is computed from too.
    seen = np.column_stack(
        [at.known, *(grid.before(grid.columns[one.name]) for one in (*seed.by_role("late"), seed.target))]
    )
    crews = {knob: at.plan[knob] - at.last[knob] - trials[knob][0] - advised[knob] for knob in trials}
    own = {knob: left_over(seen, values, at.units, rows) for knob, values in crews.items()}
    use = rows & np.all([np.isfinite(values) for values in own.values()], axis=0)
    outcomes = {name: grid.ahead(values) for name, values in measured.items()}
    held = {knob: grid.ahead(grid.columns[knob]) - at.last[knob] for knob in trials}
    typical = StateForecast.fit(seen, outcomes | {f"held {knob}": values for knob, values in held.items()}, rows)(seen)
    # A test ends by plan: the operators' response to a move is seen in the moves that are not tests.
    hold = {
        knob: _hold(own[knob][use], (held[knob] - typical[f"held {knob}"] - lasting)[use])
        for knob, (_, lasting) in trials.items()
    }
    residuals = {name: (values - typical[name])[use] for name, values in outcomes.items()}
    tests = {knob: trials[knob] for knob in trials if knob in following}
    tested, beside = {}, residuals
    if tests:
        known = np.column_stack([seen, *(crews[knob] for knob in tests)])
        lasting = {knob: values for knob, (_, values) in tests.items()}
        typical = StateForecast.fit(known, outcomes | lasting, rows)(known)
        beside = {name: (values - typical[name])[use] for name, values in outcomes.items()}
        tested = {knob: np.nan_to_num(values - typical[knob])[use] for knob, values in lasting.items()}
        # History does not show how long such a move stays: assumed as for the other set-points of the same operators.
        others = np.array([shares for knob, shares in hold.items() if knob not in tests])
        hold |= dict.fromkeys(tests, (float(others[:, 0].mean()), float(others[:, 1].mean())))
    return _Left(
        use,
        {knob: (own[knob] + np.nan_to_num(lasting))[use] for knob, (_, lasting) in trials.items()},
        hold,
        residuals,
        tested,
        {knob: rise[use] for knob, (rise, _) in tests.items()},
        beside,
    )


def _response(seed: Seed) -> AnyResponse:
    response = response_of(seed)
    if response is None:
        raise SetpointError(f"{seed.process.name}: no physics of set-points: expected a process with a response")
    for knob in response.KNOBS:
        column = seed.column(knob)
        missing = [part for part in ("bounds", "step", "move_cost") if getattr(column, part) is None]
        if missing:
            raise SetpointError(f"{knob}: {' and '.join(missing)} missing: expected for a recommended set-point")
    return response


def _hold(moves: FloatArray, held: FloatArray) -> tuple[float, float]:
    """Return the mean fraction of a move down, and of one up, that persists over its outcome's periods.

    1 if there was no move: operators are assumed to leave it.
    """
    shares = []
    for way in (moves < 0.0, moves > 0.0):
        x, y = moves[way & np.isfinite(held)], held[way & np.isfinite(held)]
        shares.append(float(np.clip(x @ y / (x @ x), 0.1, 1.0)) if x.any() else 1.0)
    return shares[0], shares[1]


def _blocked(
    response: AnyResponse,
    moved: Mapping[str, FloatArray],
    residuals: Mapping[str, FloatArray],
    steps: Mapping[str, float],
    units: np.ndarray,
) -> dict[str, str]:
    """Return the set-points whose effects history does not identify, with the reason of each."""
    blocked = {}
    for knob, column in response.KNOBS.items():
        steps_moved = moved[knob] / steps[knob]
        size = float(np.std(steps_moved))
        if size < LEAST_MOVE:
            blocked[knob] = f"history never moved it: {size:.3f} steps on average, expected {LEAST_MOVE:g} or more"
            continue
        known = np.isfinite(residuals[column])
        x, y = (
            steps_moved[known] - steps_moved[known].mean(),
            residuals[column][known] - residuals[column][known].mean(),
        )
        slope = float(x @ y / (x @ x))
        score = np.bincount(units[known], x * (y - slope * x))
        error = float(np.sqrt(score @ score)) / float(x @ x)
        if slope < DIRECT * error:
            blocked[knob] = f"{column} does not follow it in this history: {slope:.3g} a step, give or take {error:.2g}"
    return blocked


def _sharpened(
    model: SetpointModel,
    response: AnyResponse,
    at: UnitStates,
    left: _Left,
) -> SetpointModel:
    # A test starts from the operators' setting.
    state = model.states(replace(at, plan=at.plan | {knob: at.plan[knob] - rise for knob, rise in left.begun.items()}))
    moved, residuals = left.moved, left.beside
    held = model.held(moved) | left.tested
    in_force = model.in_force(moved) | {f"{knob} in force": np.ones(len(at)) for knob in left.tested}
    still = {knob: np.zeros(len(at)) for knob in moved}
    steps = {knob: values / model.step(knob) for knob, values in held.items()}
    few = np.linspace(0, len(at) - 1, min(SAMPLE, len(at))).astype(np.intp)
    sample = {name: values[few] for name, values in state.items()}
    ways = [
        {one: np.full(len(few), sign * model.step(one) * (one == knob)) for one in moved}
        for knob in response.TUNED
        for sign in (1.0, -1.0)
    ]

    # Vectors that differ in their offsets alone have the same physics: that of the newest two is at hand.
    @lru_cache(maxsize=2)
    def physics_of_moves(constants: tuple[float, ...]) -> tuple[Mapping[str, FloatArray], Mapping[str, FloatArray]]:
        known = model.line | in_force | _named(model, constants)
        return response.respond(state, held, known), response.respond(state, still, known)

    @lru_cache(maxsize=2)
    def physics_of_ways(constants: tuple[float, ...]) -> list[Mapping[str, FloatArray]]:
        known = _named(model, constants)
        return [response.respond(sample, model.held(way), model.line | model.in_force(way) | known) for way in ways]

    def effects(theta: FloatArray) -> dict[str, FloatArray]:
        after, before = physics_of_moves(_constants(model, theta))
        added = model.posterior.shift(theta, steps)
        return {name: after[name] - before[name] + added.get(name, 0.0) for name in residuals}

    def slopes(theta: FloatArray) -> tuple[FloatArray, float]:
        columns, margin = [], 0.0
        physics = physics_of_ways(_constants(model, theta))
        ends = [
            model.money(model.with_offsets(one, model.held(way), theta), model.economics)
            for one, way in zip(physics, ways, strict=True)
        ]
        for up, down in zip(ends[::2], ends[1::2], strict=True):
            columns.append(float(np.mean(up - down)) / 2.0)
            margin = abs(float(np.mean(up + down))) / 2.0
        return np.array(columns), CREW * margin

    updated = posterior(model.posterior, effects, steps, residuals, at.units, slopes)
    noise = float(np.nanstd(residuals[model.seed.target.name])) * _worth_of_point(model, sample)
    return replace(model, posterior=updated, noise=noise)


def _constants(model: SetpointModel, theta: FloatArray) -> tuple[float, ...]:
    """Values of the constants of a vector, in the order of their names in the model."""
    return tuple(float(value) for value in model.posterior.values(theta).values())


def _named(model: SetpointModel, constants: tuple[float, ...]) -> dict[str, float]:
    return dict(zip((one.name for one in model.posterior.constants), constants, strict=True))


def _worth_of_point(model: SetpointModel, state: Mapping[str, FloatArray]) -> float:
    """Money that a unit of the target is worth on average [money a unit and day]."""
    outcomes = model.outcomes(state, model.still(), model.posterior.mean)
    label = model.seed.target.name
    more = model.response.money(outcomes | {label: outcomes[label] + 1.0}, model.economics)
    return float(np.mean(more - model.response.money(outcomes, model.economics)))


def left_over(known: FloatArray, values: FloatArray, units: IntArray, rows: BoolArray) -> FloatArray:
    """Return out-of-fold residuals of values, folds by unit; NaN for rows outside the folds."""
    import lightgbm

    out, fold = np.full(len(values), np.nan), units % FOLDS
    rows = rows & np.isfinite(values)
    for part in range(FOLDS):
        fit, others = rows & (fold != part), rows & (fold == part)
        if fit.any() and others.any():
            trees = lightgbm.LGBMRegressor(**_TREES).fit(known[fit], values[fit])
            out[others] = values[others] - np.asarray(trees.predict(known[others]))
    return out
