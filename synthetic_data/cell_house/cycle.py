"""Steps of a strip cycle: each group of a block through cell and balances, and the results."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from physics.arrays import FloatArray
from physics.electrochemistry import ZINC_EQUIVALENT
from physics.winning.balances import hydrogen_mass
from synthetic_data.cell_house import cell
from synthetic_data.cell_house.house import STEP_HOURS, Cycle
from synthetic_data.cell_house.parameters import GROUP_FAULTS, CellHouseParameters
from synthetic_data.cell_house.state import WALKS, CellGroups

Values = dict[str, FloatArray]

NORMALS = len(WALKS) + 2  # and both titrations
# Means over the steps, which go to truth.parquet under the same names; of masses and heat a rate a cell.
TRUE_MEANS = (
    "impurity", "overvoltage", "onset", "holes", "shorts", "cell_temperature", "zinc_in_cell",
    "acid_in_cell", "zinc_made", "zinc_fed", "zinc_spent", "zinc_gained", "acid_spent", "acid_gained", "feed", "spent",
    "water_evaporated", "heat_released", "heat_removed", "heat_stored", "antimony_in_cell", *GROUP_FAULTS,
)  # fmt: skip
READ_MEANS = ("zinc_reading", "acid_reading")
_HOURS = 24.0  # h/d


def run(
    groups: CellGroups, house: Cycle, setpoints: Values, normals: FloatArray, lasts: FloatArray,
    hours: float = STEP_HOURS, watch: list[cell.Step] | None = None,
) -> Values:  # fmt: skip
    """Step all groups through a cycle; `normals` is (steps, NORMALS, groups), `lasts` as in `faults`.

    Each step lasts so many hours; what happened in it is added to `watch`.
    """
    p, steps = house.parameters, len(house.current)
    fixed = cell.Fixed.of(p, groups, setpoints, house.manganese)
    result = np.empty((steps, len(_FOUND), len(groups.zinc)))
    for s, given in enumerate(_given(house, hours)):
        groups.fault_left = np.maximum(groups.fault_left, lasts[s])
        step = cell.step(p, groups, fixed, given, normals[s])
        for values, name in zip(result[s], _FOUND, strict=True):
            values[:] = step[name]
    if watch is not None:
        watch += [dict(zip(_FOUND, one, strict=True)) for one in result]
    current, many = house.current[:, None], len(TRUE_MEANS) + len(READ_MEANS)
    voltage, hydrogen, passed = (current * result[:, k] for k in range(many, many + 3))
    cost = voltage * house.price[:, None]
    # In three dimensions, so that each is summed step after step.
    totals = 0.0 + np.add.reduce(result[:, :many])
    energy, hydrogen, passed, cost = 0.0 + np.add.reduce(np.stack((voltage, hydrogen, passed, cost), axis=1))
    means = dict(zip((*TRUE_MEANS, *READ_MEANS), totals / steps, strict=True))
    charge = float(np.cumsum(house.current)[-1])
    means["line_current"] = np.full_like(energy, charge / steps)
    means["cell_voltage"] = energy / charge  # weighted with the current, so that energy is its product with charge
    means["energy"] = _HOURS * energy / steps  # kWh/d
    means["power_cost"] = _HOURS * cost / steps  # $/d
    means["hydrogen_share"] = hydrogen / charge  # of the charge, as the two below
    means["passed_share"] = passed / charge
    means["hydrogen"] = hydrogen_mass(means["line_current"], _HOURS, means["hydrogen_share"])  # kg/d
    means["current_efficiency"] = 100.0 * means["zinc_made"] / (ZINC_EQUIVALENT * means["line_current"])
    means["lead_in_zinc"] = _lead(p, groups, house, means)
    return means


_FOUND = (*TRUE_MEANS, *READ_MEANS, "cell_voltage", "hydrogen_share", "passed_share")


def _given(house: Cycle, hours: float) -> Iterator[cell.StepInputs]:
    """Inputs of each step, which lasts so many hours."""
    growth = (np.arange(len(house.current)) + 0.5) * hours
    own = (house.current, house.price, house.ambient, house.cooling, house.feed_zinc)
    for numbers, traces, grown in zip(np.column_stack(own).tolist(), house.feed_traces, growth.tolist(), strict=True):
        current, price, ambient, cooling, feed_zinc = numbers
        yield cell.StepInputs(current, price, ambient, cooling, feed_zinc, traces[:, None], grown, hours)


def _lead(p: CellHouseParameters, groups: CellGroups, house: Cycle, means: Values) -> FloatArray:
    """Lead in the zinc [ppm]: anodes lose more if warm, new, without manganese layer or in chloride."""
    bare = 1.0 + p.lead_bare * max(0.0, p.manganese_needed - house.manganese)
    young = 1.0 + p.lead_young * np.exp(-groups.anode_age / p.anode_conditioning)
    warm = np.exp(p.lead_per_kelvin * (means["cell_temperature"] - p.temperature))
    salt = float(np.exp(p.lead_per_chloride * (house.chloride - p.chloride)))
    result: FloatArray = p.lead * bare * salt * young * warm
    return result


def strip(p: CellHouseParameters, groups: CellGroups, made: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Zinc that comes off the plates and what more stays on them than before, both of a cycle [kg]."""
    sticks = groups.fault_left[GROUP_FAULTS.index("sticking")] > 0.0
    stays = np.where(sticks, p.sticking_share, 0.0) * (made + groups.stuck)
    gained = stays - groups.stuck
    groups.stuck = stays
    return made - gained, gained


def age(p: CellHouseParameters, groups: CellGroups, days: float) -> None:
    """Age anodes, clean those that are due, and replace those at the end of their life."""
    groups.mud_age = np.where(groups.mud_age + days >= p.cleaning_interval, 0.0, groups.mud_age + days)
    groups.anode_age = np.where(groups.anode_age + days >= p.anode_life, 0.0, groups.anode_age + days)
