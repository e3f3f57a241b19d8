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
    setpoints = list(response.SETPOINTS)
    rows = (at.age >= MIN_AGE) & np.all([np.isfinite(at.last[setpoint]) for setpoint in setpoints], axis=0)
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
    steps = {setpoint: step_of(seed, setpoint) for setpoint in setpoints}

    measured = response.measured(columns)
    trials = {setpoint: grid.rises(grid.placed(tests, seed, setpoint)) for setpoint in setpoints}
    own = {setpoint: grid.placed(advised, seed, setpoint) for setpoint in setpoints}
    left = _left(grid, at, rows, seed, measured, trials, own, response.FOLLOWING)
    use, moved = left.rows, left.moved
    blocked = {} if not evidence else _blocked(response, moved, left.outcomes, steps, at.units[use])
    if len(blocked) == len(setpoints):
        raise SetpointError("; ".join(f"{setpoint}: {reason}" for setpoint, reason in blocked.items()))

    spread = {name: float(np.nanstd(np.diff(values, axis=1))) / 2**0.5 for name, values in measured.items()}
    offsets = [(name, setpoint) for name in measured for setpoint in setpoints if (name, setpoint) not in response.SURE]
    prior = Posterior.prior(response.CONSTANTS, offsets, np.array([OFFSET_SHARE * spread[name] for name, _ in offsets]))
    model = SetpointModel(
        seed=seed,
        posterior=prior,
        expectation=expectation,
        kept=tuple(names),
        line=line,
        hold=left.hold,
        ranges={setpoint: tuple(np.nanquantile(at.plan[setpoint], (0.05, 0.95)).tolist()) for setpoint in at.plan},
        blocked=blocked,
        errors={},
        moves={setpoint: np.quantile(moved[setpoint], np.linspace(0.0, 1.0, 201)) for setpoint in setpoints},
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
    crews = {
        setpoint: at.plan[setpoint] - at.last[setpoint] - trials[setpoint][0] - advised[setpoint] for setpoint in trials
    }
    own = {setpoint: left_over(seen, values, at.units, rows) for setpoint, values in crews.items()}
    use = rows & np.all([np.isfinite(values) for values in own.values()], axis=0)
    outcomes = {name: grid.ahead(values) for name, values in measured.items()}
    held = {setpoint: grid.ahead(grid.columns[setpoint]) - at.last[setpoint] for setpoint in trials}
    typical = StateForecast.fit(
        seen, outcomes | {f"held {setpoint}": values for setpoint, values in held.items()}, rows
    )(seen)
    # A test ends by plan: the operators' response to a move is seen in the moves that are not tests.
    hold = {
        setpoint: _hold(own[setpoint][use], (held[setpoint] - typical[f"held {setpoint}"] - lasting)[use])
        for setpoint, (_, lasting) in trials.items()
    }
    residuals = {name: (values - typical[name])[use] for name, values in outcomes.items()}
    tests = {setpoint: trials[setpoint] for setpoint in trials if setpoint in following}
    tested, deviations = {}, residuals
    if tests:
        known = np.column_stack([seen, *(crews[setpoint] for setpoint in tests)])
        lasting = {setpoint: values for setpoint, (_, values) in tests.items()}
        typical = StateForecast.fit(known, outcomes | lasting, rows)(known)
        deviations = {name: (values - typical[name])[use] for name, values in outcomes.items()}
        tested = {setpoint: np.nan_to_num(values - typical[setpoint])[use] for setpoint, values in lasting.items()}
        # History does not show how long such a move stays: assumed as for the other set-points of the same operators.
        others = np.array([shares for setpoint, shares in hold.items() if setpoint not in tests])
        hold |= dict.fromkeys(tests, (float(others[:, 0].mean()), float(others[:, 1].mean())))
    return _Left(
        use,
        {setpoint: (own[setpoint] + np.nan_to_num(lasting))[use] for setpoint, (_, lasting) in trials.items()},
        hold,
        residuals,
        tested,
        {setpoint: rise[use] for setpoint, (rise, _) in tests.items()},
        deviations,
    )


def _response(seed: Seed) -> AnyResponse:
    response = response_of(seed)
    if response is None:
        raise SetpointError(f"{seed.process.name}: no physics of set-points: expected a process with a response")
    for setpoint in response.SETPOINTS:
        column = seed.column(setpoint)
        missing = [part for part in ("bounds", "step", "move_cost") if getattr(column, part) is None]
        if missing:
            raise SetpointError(f"{setpoint}: {' and '.join(missing)} missing: expected for a recommended set-point")
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
    for setpoint, column in response.SETPOINTS.items():
        steps_moved = moved[setpoint] / steps[setpoint]
        size = float(np.std(steps_moved))
        if size < LEAST_MOVE:
            blocked[setpoint] = f"history never moved it: {size:.3f} steps on average, expected {LEAST_MOVE:g} or more"
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
            blocked[setpoint] = (
                f"{column} does not follow it in this history: {slope:.3g} a step, give or take {error:.2g}"
            )
    return blocked


def _sharpened(
    model: SetpointModel,
    response: AnyResponse,
    at: UnitStates,
    left: _Left,
) -> SetpointModel:
    # A test starts from the operators' setting.
    state = model.states(
        replace(at, plan=at.plan | {setpoint: at.plan[setpoint] - rise for setpoint, rise in left.begun.items()})
    )
    moved, residuals = left.moved, left.beside
    held = model.held(moved) | left.tested
    in_force = model.in_force(moved) | {f"{setpoint} in force": np.ones(len(at)) for setpoint in left.tested}
    still = {setpoint: np.zeros(len(at)) for setpoint in moved}
    steps = {setpoint: values / model.step(setpoint) for setpoint, values in held.items()}
    few = np.linspace(0, len(at) - 1, min(SAMPLE, len(at))).astype(np.intp)
    sample = {name: values[few] for name, values in state.items()}
    ways = [
        {one: np.full(len(few), sign * model.step(one) * (one == setpoint)) for one in moved}
        for setpoint in response.TUNED
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
