"""History is confounded: an optimiser on a plain prediction model loses against the operators, an oracle gains.

The plain model learns current efficiency from all columns of two years. In the third year the naive optimiser moves
each pot's set-points within bounds and one step so that the predicted margin is largest, with what is measured during
the period held at its observed values. The same plant is then run with these set-points on the same random numbers.

The oracle knows what each of a few moves gives each pot on average over some futures, holds the best one for three
periods, and is judged in other futures of the same state.
"""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from lightgbm import LGBMRegressor

from physics.electrochemistry import ALUMINIUM_EQUIVALENT, metal_mass
from seeds import Seed, load
from synthetic_data import Running, SimulatedRun, begin, replay
from synthetic_data.potline.margin import margin

KEYS = ["unit", "period_start"]
SETPOINTS = ["voltage_setpoint", "excess_alf3_target", "metal_level_target"]  # the current is the line's
YEAR, HELD = 12, 3  # periods
HOURS = 24
ALUMINA_PER_METAL = 1.92  # kg/kg, as plants reckon


def starts(plant: SimulatedRun) -> np.ndarray:
    return np.sort(plant.table["period_start"].unique())


def with_previous(seed: Seed, table: pd.DataFrame) -> pd.DataFrame:
    """The table with the columns of earlier periods, as its reader makes them where no row is missing."""
    made = {
        column.name: table.groupby("unit")[column.previous.column].shift(column.previous.periods)
        for column in seed.columns
        if column.previous is not None
    }
    return table.assign(**made)


def moved(seed: Seed, rows: pd.DataFrame, steps: tuple[float, ...]) -> pd.DataFrame:
    """Rows with the set-points moved by shares of their largest step, within bounds."""
    setpoints = {
        name: (rows[name] + share * seed.column(name).step).clip(*seed.column(name).bounds)
        for name, share in zip(SETPOINTS, steps, strict=True)
    }
    return rows.assign(**setpoints)


def predicted_margin(seed: Seed, model: LGBMRegressor, observed: pd.DataFrame, rows: pd.DataFrame) -> pd.Series:
    """Metal less alumina and power at the predicted efficiency; the cell voltage follows its set-point."""
    price = {name: quantity.value for name, quantity in seed.economics.items()}
    current = rows["line_current"].fillna(rows["line_current_target"])
    efficiency = model.predict(rows[[column.name for column in seed.inputs]])
    metal = metal_mass(current.to_numpy(), HOURS, efficiency, ALUMINIUM_EQUIVALENT) / 1000
    extra = (observed["cell_voltage"] - observed["voltage_setpoint"]).fillna(0.0)
    power = current * HOURS * (rows["voltage_setpoint"] + extra) / price["rectifier_efficiency"]
    emission = price["grid_emission_factor"] * price["carbon_price_indirect"] / 1000
    value = metal * (price["aluminium_price"] - ALUMINA_PER_METAL * price["alumina_price"])
    return value - power * (price["power_price"] + emission)


def naive_setpoints(seed: Seed, plant: SimulatedRun) -> pd.DataFrame:
    """Set-points of the third year that a plain prediction model likes best."""
    table, names = with_previous(seed, plant.table), [column.name for column in seed.inputs]
    third = table["period_start"] >= starts(plant)[2 * YEAR]
    model = LGBMRegressor(n_estimators=200, learning_rate=0.05, deterministic=True, num_threads=1, verbose=-1)
    model.fit(table.loc[~third, names], table.loc[~third, seed.target.name])
    rows = table[third]
    options = [moved(seed, rows, steps) for steps in itertools.product((-1.0, -0.5, 0.0, 0.5, 1.0), repeat=3)]
    values = np.array([predicted_margin(seed, model, rows, option) for option in options])
    choices = np.array([option[SETPOINTS].to_numpy() for option in options])
    best = choices[values.argmax(axis=0), np.arange(len(rows))]
    return rows[KEYS].assign(**dict(zip(SETPOINTS, best.T, strict=True)))


def gains(seed: Seed, plant: SimulatedRun, setpoints: pd.DataFrame) -> pd.Series:
    """True margin with other set-points less that of the history, by pot and period [$/d]."""
    other = replay(seed, setpoints=setpoints)
    first, second = (
        margin(run.truth, seed).set_axis(pd.MultiIndex.from_frame(run.truth[KEYS])) for run in (other, plant)
    )
    return (first - second).dropna()


def by_pot(gain: pd.Series, since: np.datetime64, until: np.datetime64 | None = None) -> pd.Series:
    when = gain.index.get_level_values("period_start")
    inside = (when >= since) & ((when < until) if until is not None else True)
    return gain[inside].groupby("unit").mean()


@pytest.mark.long("steps a plant and learns")
def test_a_naive_optimiser_loses() -> None:
    seed = load("aluminium_reduction")
    plant = replay(seed)
    third = starts(plant)[2 * YEAR]
    naive = by_pot(gains(seed, plant, naive_setpoints(seed, plant)), third)
    assert naive.mean() < -10
    assert (naive < 0).mean() > 0.8


def course(seed: Seed, start: Running, future: int, shifts: pd.DataFrame | None = None) -> pd.Series:
    """True margin of each pot in the periods held [$/d], with shifts of the operators' own set-points by pot."""
    own, other, result = start.fork(future), start.fork(future), []
    for _ in range(HELD):
        setpoints = own.plan().set_index("unit")
        own.step()
        if shifts is not None:
            for name in shifts:
                setpoints[name] = (setpoints[name] + shifts[name].reindex(setpoints.index)).clip(
                    *seed.column(name).bounds
                )
        truth = other.step(None if shifts is None else setpoints.reset_index()).truth
        result.append(margin(truth, seed).set_axis(truth["unit"]))
    return pd.concat(result, axis=1).mean(axis=1, skipna=False)


@pytest.mark.long("steps a plant")
def test_an_oracle_gains() -> None:
    seed = load("aluminium_reduction")
    start = begin(seed)
    for _ in range(24):
        start.step()
    own = {future: course(seed, start, future) for future in range(6)}
    pots = start.plan()["unit"]
    best = pd.DataFrame(0.0, index=pots, columns=SETPOINTS)
    for name, step in zip(SETPOINTS, (0.025, 0.5, 1.0), strict=True):
        known = {0.0: pd.Series(0.0, index=pots)}
        for shift in (-step, step):
            one = pd.DataFrame({name: shift}, index=pots)
            known[shift] = sum(course(seed, start, future, one) - own[future] for future in range(3)) / 3
        best[name] = pd.DataFrame(known).fillna(-np.inf).idxmax(axis=1)
    gain = (sum(course(seed, start, future, best) - own[future] for future in range(3, 6)) / 3).dropna()
    assert gain.mean() > 2
    assert (gain > 0).mean() > 0.6
