"""Effects of a step of each set-point by ours, econml and DoubleML, on the same rows and controls."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd
from lightgbm import LGBMRegressor
from sklearn.model_selection import GroupKFold
from sklearn.multioutput import MultiOutputRegressor

from models.interfaces.response import AnyResponse
from models.setpoints.learning import FOLDS, SAMPLE, learn
from models.setpoints.model import DRAWS, MIN_AGE, step_of
from models.setpoints.situations import UnitPeriodGrid, UnitStates, situations
from physics.arrays import FloatArray
from seeds import Seed

# As `models.setpoints.learning` learns what was to be expected.
TREES = {
    **{"n_estimators": 150, "learning_rate": 0.06, "num_leaves": 15, "min_child_samples": 40, "subsample": 0.8},
    **{"subsample_freq": 1, "colsample_bytree": 0.7, "random_state": 0, "n_jobs": 1, "verbose": -1},
}

Estimates = dict[
    tuple[str, str], tuple[float, float]
]  # by set-point and outcome: effect of a step and its standard error


@dataclass(frozen=True, eq=False)
class TrainingRows:
    """Training rows of all estimators: n rows of history as of `models.setpoints.learning.learn`.

    Attributes
    ----------
    at : UnitStates
        Of the n rows.
    outcomes : dict of str to ndarray, shape (n,)
        Mean over the period and those after it, AHEAD in all; NaN where one is missing.
    moves : dict of str to ndarray, shape (n,)
        Of each set-point from the last period's to the planned [steps].
    controls : ndarray, shape (n, k)
        Values available at the start of the period, and last period's label.
    """

    at: UnitStates
    outcomes: dict[str, FloatArray]
    moves: dict[str, FloatArray]
    controls: FloatArray

    @classmethod
    def of(cls, history: pd.DataFrame, seed: Seed, response: AnyResponse) -> TrainingRows:
        """Rows of units with known last periods and known set-points."""
        grid = UnitPeriodGrid.of(history, seed)
        at = situations(grid, seed, response)
        moves = {
            setpoint: (at.plan[setpoint] - at.last[setpoint]) / step_of(seed, setpoint)
            for setpoint in response.SETPOINTS
        }
        use = (at.age >= MIN_AGE) & np.all([np.isfinite(values) for values in moves.values()], axis=0)
        late = [grid.before(grid.columns[one.name]) for one in (*seed.by_role("late"), seed.target)]
        outcomes = {name: grid.ahead(values) for name, values in response.measured(grid.in_hand(seed)).items()}
        return cls(
            at[use],
            {name: values[use] for name, values in outcomes.items()},
            {setpoint: values[use] for setpoint, values in moves.items()},
            np.column_stack([at.known, *late])[use],
        )


def ours(history: pd.DataFrame, seed: Seed, rows: TrainingRows) -> Estimates:
    """Mean over rows of what a step does, by the posterior: its mean and standard deviation over draws."""
    model = learn(history, seed)
    few = np.linspace(0, len(rows.at) - 1, min(SAMPLE, len(rows.at))).astype(np.intp)
    state, effects = model.states(rows.at[few]), {}
    for setpoint in rows.moves:
        drawn: dict[str, list[float]] = {name: [] for name in rows.outcomes}
        for theta in model.posterior.draws(DRAWS):
            ends = [
                model.outcomes(
                    state, model.still() | {setpoint: np.full((1, 1), sign * step_of(seed, setpoint))}, theta
                )
                for sign in (1.0, -1.0)
            ]
            for name, values in drawn.items():
                values.append(float(np.nanmean(ends[0][name] - ends[1][name])) / 2.0)
        effects |= {(setpoint, name): (float(np.mean(values)), float(np.std(values))) for name, values in drawn.items()}
    return effects


def linear_dml(rows: TrainingRows) -> Estimates:
    """Estimate by `econml.dml.LinearDML`: all set-points together, folds of complete units."""
    from econml.dml import LinearDML  # stands in no environment but that of this command

    estimates, treatments = {}, np.column_stack(list(rows.moves.values()))
    for name, values in rows.outcomes.items():
        known = np.isfinite(values)
        model = LinearDML(
            model_y=LGBMRegressor(**TREES),
            model_t=MultiOutputRegressor(LGBMRegressor(**TREES)),
            cv=GroupKFold(FOLDS),
            allow_missing=True,
            random_state=0,
        )
        with warnings.catch_warnings():  # what is missing is missing for the trees of all three alike
            warnings.filterwarnings("ignore", "Input contains NaN", UserWarning)
            model.fit(values[known], treatments[known], W=rows.controls[known], groups=rows.at.units[known])
        effects, errors = (np.ravel(part) for part in (model.intercept_, model.intercept__inference().stderr))
        estimates |= {
            (setpoint, name): (float(effect), float(error))
            for setpoint, effect, error in zip(rows.moves, effects, errors, strict=True)
        }
    return estimates


def double_ml(rows: TrainingRows) -> Estimates:
    """Estimate by `doubleml.DoubleMLPLR`: one set-point at a time, errors by unit."""
    from doubleml import DoubleMLData, DoubleMLPLR  # stands in no environment but that of this command

    estimates, treatments = {}, np.column_stack(list(rows.moves.values()))
    for name, values in rows.outcomes.items():
        known = np.isfinite(values)
        data = DoubleMLData.from_arrays(
            rows.controls[known],
            values[known],
            treatments[known],
            cluster_vars=rows.at.units[known],
            force_all_x_finite="allow-nan",
        )
        np.random.seed(0)  # noqa: NPY002 - DoubleML draws its folds by the global generator
        model = DoubleMLPLR(data, LGBMRegressor(**TREES), LGBMRegressor(**TREES), n_folds=FOLDS).fit()
        estimates |= {
            (setpoint, name): (float(effect), float(error))
            for setpoint, effect, error in zip(rows.moves, model.coef, model.se, strict=True)
        }
    return estimates
