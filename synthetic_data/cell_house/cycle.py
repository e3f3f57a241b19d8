"""The steps of a strip cycle: every group of a block stepped through cell and balances, and what they leave."""

from __future__ import annotations

import numpy as np

from physics.arrays import FloatArray
from physics.electrochemistry import ZINC_EQUIVALENT
from physics.winning.balances import hydrogen_mass
from synthetic_data.cell_house import cell
from synthetic_data.cell_house.house import STEP_HOURS, Cycle
from synthetic_data.cell_house.parameters import CellHouseParameters
from synthetic_data.cell_house.state import FAULTS, WALKS, Groups

Values = dict[str, FloatArray]

NORMALS = len(WALKS) + 2  # and both titrations
# Means over the steps, which go to truth.parquet under the same names; of masses and heat a rate a cell.
TRUE_MEANS = (
    "impurity", "overvoltage", "onset", "holes", "shorts", "cell_temperature", "zinc_in_cell",
    "acid_in_cell", "zinc_made", "zinc_fed", "zinc_spent", "zinc_gained", "acid_spent", "acid_gained", "feed", "spent",
    "water_evaporated", "heat_released", "heat_removed", "heat_stored", "antimony_in_cell", *FAULTS,
)  # fmt: skip
READ_MEANS = ("zinc_reading", "acid_reading")
_HOURS = 24.0  # h/d


def run(
    groups: Groups, house: Cycle, knobs: Values, normals: FloatArray, lasts: FloatArray,
    hours: float = STEP_HOURS, watch: list[cell.Step] | None = None,
) -> Values:  # fmt: skip
    """Step all groups through a cycle; `normals` of shape (steps, NORMALS, groups), `lasts` as of `faults.begun`.

    Each step lasts so many hours; what happened in it is added to `watch`.
    """
    p, steps = house.parameters, len(house.current)
    sums = {name: np.zeros(len(groups.zinc)) for name in (*TRUE_MEANS, *READ_MEANS)}
    charge, energy, cost, hydrogen, passed = (np.zeros(len(groups.zinc)) for _ in range(5))
    fixed = cell.Fixed.of(p, groups, knobs, house.manganese)
    for s in range(steps):
        groups.fault_left = np.maximum(groups.fault_left, lasts[s])
        current = float(house.current[s])
        given = cell.Given(
            current, float(house.price[s]), float(house.ambient[s]), float(house.cooling[s]),
            float(house.feed_zinc[s]), house.feed_traces[s], (s + 0.5) * hours,
            hours,
        )  # fmt: skip
        found = cell.step(p, groups, fixed, given, normals[s])
        if watch is not None:
            watch.append(found)
        for name, total in sums.items():
            total += found[name]
        power = current * found["cell_voltage"]
        charge += current
        energy += power
        cost += power * given.price
        hydrogen += current * found["hydrogen_share"]
        passed += current * found["passed_share"]
    means = {name: total / steps for name, total in sums.items()}
    means["line_current"] = charge / steps
    means["cell_voltage"] = energy / charge  # weighted with the current, so that energy is its product with charge
    means["energy"] = _HOURS * energy / steps  # kWh/d
    means["power_cost"] = _HOURS * cost / steps  # $/d
    means["hydrogen_share"] = hydrogen / charge  # of the charge, as the two below
    means["passed_share"] = passed / charge
    means["hydrogen"] = hydrogen_mass(means["line_current"], _HOURS, means["hydrogen_share"])  # kg/d
    means["current_efficiency"] = 100.0 * means["zinc_made"] / (ZINC_EQUIVALENT * means["line_current"])
    means["lead_in_zinc"] = _lead(p, groups, house, means)
    return means


def _lead(p: CellHouseParameters, groups: Groups, house: Cycle, means: Values) -> FloatArray:
    """Lead in the zinc [ppm]: anodes lose more when warm, bare of manganese, in chloride, and when they are new."""
    bare = 1.0 + p.lead_bare * max(0.0, p.manganese_needed - house.manganese)
    young = 1.0 + p.lead_young * np.exp(-groups.anode_age / p.anode_conditioning)
    warm = np.exp(p.lead_per_kelvin * (means["cell_temperature"] - p.temperature))
    salt = float(np.exp(p.lead_per_chloride * (house.chloride - p.chloride)))
    found: FloatArray = p.lead * bare * salt * young * warm
    return found


def strip(p: CellHouseParameters, groups: Groups, made: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Zinc that comes off the plates and what more stays on them than before, both of a cycle [kg]."""
    stays = np.where(groups.fault_left[FAULTS.index("sticking")] > 0.0, p.sticking_share, 0.0) * (made + groups.stuck)
    gained = stays - groups.stuck
    groups.stuck = stays
    return made - gained, gained


def age(p: CellHouseParameters, groups: Groups, days: float) -> None:
    """Let anodes age, clean those whose turn it is, and replace those at the end of their life."""
    groups.mud_age = np.where(groups.mud_age + days >= p.cleaning_interval, 0.0, groups.mud_age + days)
    groups.anode_age = np.where(groups.anode_age + days >= p.anode_life, 0.0, groups.anode_age + days)
