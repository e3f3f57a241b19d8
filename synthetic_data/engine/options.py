"""Options of a run: checked, filled up from the seed's [plant], set-points by hand as arrays."""

from __future__ import annotations

import numpy as np
import pandas as pd

from seeds import Seed
from synthetic_data.engine.plan import RunPlan, Setpoints, SimulationError, plant_of
from synthetic_data.engine.simulator import simulator_of


def plan_run(
    seed: Seed,
    *,
    units: int | None = None,
    years: float | None = None,
    rng_seed: int | None = None,
    setpoints: pd.DataFrame | None = None,
) -> RunPlan:
    """Check the options and fill them up from the seed's [plant].

    Raises
    ------
    SimulationError
        An option is out of range, the seed has no plant, no simulator or lacks a parameter that its simulator needs, or
        `setpoints` does not fit the run.
    """
    simulator_of(seed).check(seed)
    plant = plant_of(seed)
    made = RunPlan(
        seed,
        plant.units if units is None else units,
        plant.years if years is None else years,
        plant.rng_seed if rng_seed is None else rng_seed,
        Setpoints((), {}),
    )
    for name, value, least in (("units", made.units, 1), ("years", made.years, 0), ("rng_seed", made.rng_seed, 0)):
        if not value >= least or (name == "years" and value == 0):
            raise SimulationError(
                f"{name}: got {value}: expected {'more than 0' if name == 'years' else f'{least} or more'}"
            )
    if setpoints is None:
        return made
    return RunPlan(seed, made.units, made.years, made.rng_seed, read_setpoints(made, setpoints))


def read_setpoints(run: RunPlan, frame: pd.DataFrame) -> Setpoints:
    """Read set-points from a DataFrame with key, time and set-point columns, as arrays by period."""
    key, time = run.seed.key, run.seed.clock.name
    if key is None:
        raise SimulationError(f"{run.seed.process.name}: a process without units takes no set-points by unit")
    known = {column.name: column for column in run.seed.by_role("setpoint")}
    columns = tuple(name for name in frame.columns if name not in (key.name, time))
    faults = [f"setpoints.{name}: expected one of {', '.join(known)}" for name in columns if name not in known]
    faults += [f"set-points: column {name} is missing" for name in (key.name, time) if name not in frame.columns]
    if faults:
        raise SimulationError("\n".join(faults))
    simulator = simulator_of(run.seed)
    unit_of = {simulator.unit_name(unit): unit for unit in range(run.units)}
    period_of = {pd.Timestamp(run.period_start(period)): period for period in range(run.periods)}
    units, periods = frame[key.name].map(unit_of), frame[time].map(period_of)
    for name, result in ((key.name, units), (time, periods)):
        if result.isna().any():
            raise SimulationError(
                f"setpoints.{name}: got {frame[name][result.isna()].iloc[0]}: this run has no such value"
            )
    if frame.duplicated([key.name, time]).any():
        raise SimulationError(f"set-points: the same {key.name} and {time} stand in two rows")
    values = frame[list(columns)].to_numpy(np.float64)
    for name, column in zip(columns, values.T, strict=True):
        low, high = known[name].limits
        outside = (column < low) | (column > high)
        if outside.any():
            raise SimulationError(f"setpoints.{name}: got {column[outside][0]:g}: expected {low:g} to {high:g}")
    unit_numbers, period_numbers = units.to_numpy(np.intp), periods.to_numpy(np.intp)
    order = np.argsort(period_numbers, kind="stable")
    given, starts = np.unique(period_numbers[order], return_index=True)
    cut = [np.split(part[order], starts)[1:] for part in (unit_numbers, values)]  # by period, rows in their order
    by_period = dict(zip(given.tolist(), zip(*cut, strict=True), strict=True))
    return Setpoints(columns, by_period)
