"""A step in a cell of each group: what the current makes, the voltage it takes, and the balances."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from physics.arrays import FloatArray
from physics.electrochemistry import ZINC_EQUIVALENT
from physics.winning.balances import ACID_PER_ZINC, evaporated_water, feed_for_ratio, released_heat
from physics.winning.impurities import hole_share, impurity_logarithm, induction_time
from physics.winning.kinetics import cathode_currents, hydrogen_exchange, zinc_exchange
from physics.winning.winning_voltage import (
    bath_drop,
    deposit_thickness,
    oxygen_overvoltage,
    with_bubbles,
    zinc_bath_conductivity,
    zinc_decomposition_voltage,
)
from synthetic_data.cell_house.house import STEP_HOURS
from synthetic_data.cell_house.parameters import GROUP_FAULTS, TRACES, CellHouseParameters
from synthetic_data.cell_house.state import WALKS, CellGroups

Step = dict[str, FloatArray]  # what happened in a step, by name, one value a group

_LEAST_COOLING = 0.5  # kW/K: surface and pipes
_YEAR = 365.25  # d
_NARROWEST = 1.0  # K between target and weather, within which the towers run in full


@dataclass(frozen=True)
class StepInputs:
    """Inputs of a step from the house: plain numbers, and traces of the feed [mg/L]."""

    current: float  # kA
    price: float  # $/kWh
    ambient: float  # °C
    cooling: float
    feed_zinc: float
    feed_traces: FloatArray  # in a column
    growth: float  # hours since stripping, middle of the step
    hours: float = STEP_HOURS  # length of the step


def _exponentially(
    start: FloatArray, steady: FloatArray, turnover: FloatArray, hours: float
) -> tuple[FloatArray, FloatArray]:
    """End and mean of an exponential approach: `physics.winning.balances.stirred_content` of any quantity."""
    spent = turnover * hours
    off = (start - steady) * -np.expm1(-spent)
    return start - off, steady + off / spent


@dataclass(frozen=True)
class Fixed:
    """Constants of a cycle, one value a group."""

    setpoints: Step
    sensitivity: FloatArray  # of the logarithm of impurities
    shorts: FloatArray  # logarithm of how prone a group is
    gap: FloatArray  # mm
    anode: FloatArray  # overvoltage of oxygen at 500 A/m², and the mud on it [V]
    contact: FloatArray  # 1
    aim: FloatArray  # temperature that the thermometer takes for the target [°C]
    flow: FloatArray  # feed over that of the meter [1]
    zinc_bias: FloatArray  # g/L
    acid_bias: FloatArray  # g/L

    @classmethod
    def of(cls, p: CellHouseParameters, groups: CellGroups, setpoints: Step, manganese: float) -> Fixed:
        """For a cycle that begins."""
        young = p.young_anode * np.exp(-groups.anode_age / p.anode_conditioning)
        aged = p.anode_ageing * groups.anode_age / _YEAR
        mud = p.mud_voltage * groups.mud_age * (manganese / p.manganese)
        return cls(
            setpoints,
            sensitivity=p.sensitivity_sd * groups.trait("sensitivity"),
            shorts=p.shorts_sd * groups.trait("shorts") + p.short_mud * (groups.mud_age / 30.0 - 0.5),
            gap=p.electrode_gap + p.gap_sd * groups.trait("gap"),
            anode=p.oxygen_overvoltage + young + aged + p.anode_sd * groups.trait("anode") + mud,
            contact=1.0 + p.contact_sd * groups.trait("contact"),
            aim=setpoints["temperature_target"] - p.thermometer_sd * groups.trait("thermometer"),
            flow=1.0 + p.flow_sd * groups.trait("flow"),
            zinc_bias=p.zinc_bias_sd * groups.trait("zinc_titration"),
            acid_bias=p.acid_bias_sd * groups.trait("acid_titration"),
        )


def step(p: CellHouseParameters, groups: CellGroups, fixed: Fixed, given: StepInputs, z: FloatArray) -> Step:
    """One step of all groups; `z` are normals of the readings and walks, shape (NORMALS, groups)."""
    on = np.minimum(groups.fault_left / given.hours, 1.0)
    result: Step = dict(zip(GROUP_FAULTS, on, strict=True))
    groups.fault_left = np.maximum(groups.fault_left - given.hours, 0.0)
    retained = math.exp(-given.hours / 24.0 / p.group_memory)
    groups.walks = retained * groups.walks + math.sqrt(1.0 - retained * retained) * z[: len(WALKS)]
    _cathode(p, groups, fixed, given, result)
    _voltage(p, groups, fixed, given, result)
    _heat(p, groups, fixed, given, result)
    _contents(p, groups, fixed, given, result, z[len(WALKS) :])
    return result


def _cathode(p: CellHouseParameters, groups: CellGroups, fixed: Fixed, given: StepInputs, values: Step) -> None:
    """Shares of the current: zinc, hydrogen, and what goes through shorts or turns iron over."""
    density, glue = 1e3 * given.current / p.cathode_area, fixed.setpoints["glue_dose"]
    traces = dict(zip(TRACES, groups.traces, strict=True))
    logarithm = p.sensitivity * impurity_logarithm(
        traces["cobalt"], traces["nickel"], traces["antimony"], traces["germanium"], traces["copper"], glue
    )
    logarithm = logarithm + fixed.sensitivity + p.deposit_sd * groups.walks[0]
    exchange = zinc_exchange(groups.zinc, density, glue, p.limiting_density)
    hydrogen = hydrogen_exchange(groups.acid, groups.temperature, logarithm, p.clean_density, p.apparent_activation)
    zinc, _, overvoltage = cathode_currents(density, exchange, hydrogen, groups.temperature)
    onset = induction_time(traces["cobalt"], traces["nickel"], groups.temperature, density, p.clean_time)
    holes = hole_share(given.growth, onset, p.hole_rate)
    # Short circuits: more as the deposit grows and mud gathers; patrols find most of them.
    grown = p.short_growth * (given.growth / 24.0 - 1.0)
    came = p.short_rate * given.hours / 24.0 * np.exp(grown + fixed.shorts + p.shorts_walk * groups.walks[0])
    groups.shorts = groups.shorts * math.exp(-given.hours / p.patrol_hours) + came
    passed = np.minimum(p.short_current * groups.shorts + p.iron_share, 0.5)
    share = (1.0 - passed) * (1.0 - holes) * zinc / density
    values |= {
        "impurity": logarithm, "overvoltage": overvoltage, "onset": onset, "holes": holes, "shorts": groups.shorts,
        "zinc_share": share, "hydrogen_share": 1.0 - passed - share, "passed_share": passed,
    }  # fmt: skip


def _voltage(p: CellHouseParameters, groups: CellGroups, fixed: Fixed, given: StepInputs, result: Step) -> None:
    """Voltage of a cell, term by term."""
    density, warm = 1e3 * given.current / p.cathode_area, groups.temperature
    gap = fixed.gap - deposit_thickness(density, 100.0 * result["zinc_share"], given.growth)
    bath = with_bubbles(zinc_bath_conductivity(warm, groups.zinc, groups.acid), p.gas_share)
    contact = p.contact_voltage * (fixed.contact + p.wiring_sd * groups.walks[1])
    contact = contact + p.bad_contact_voltage * result["bad_contact"]
    result["cell_voltage"] = (
        zinc_decomposition_voltage(warm, groups.zinc, groups.acid)
        + oxygen_overvoltage(density, fixed.anode, p.tafel_slope)
        + result["overvoltage"]
        + bath_drop(density, gap, bath)
        + contact * (given.current / p.nominal_current)
        - p.voltage_per_short * groups.shorts
    )


def _heat(p: CellHouseParameters, groups: CellGroups, fixed: Fixed, given: StepInputs, values: Step) -> None:
    """Heat set free against towers that hold the target, as far as the wet bulb and capacity let them."""
    heat = released_heat(given.current, values["cell_voltage"], values["zinc_share"], values["hydrogen_share"])
    wet_bulb = p.wet_bulb_mean + p.wet_bulb_slope * (given.ambient - p.ambient_mean)
    sink = min(wet_bulb, given.ambient) + p.tower_approach
    above = np.maximum(fixed.aim + p.cooling_sd * groups.walks[2] - sink, _NARROWEST)
    tower = np.minimum(np.maximum(heat / above, _LEAST_COOLING), p.tower_capacity * given.cooling)
    end, mean = _exponentially(groups.temperature, sink + heat / tower, tower / p.heat_capacity, given.hours)
    values |= {
        "heat_released": heat,
        "heat_removed": tower * (mean - sink),
        "heat_stored": p.heat_capacity / given.hours * (end - groups.temperature),
        "cell_temperature": mean,
    }
    groups.temperature = end


def _contents(
    p: CellHouseParameters, groups: CellGroups, fixed: Fixed, given: StepInputs, values: Step, z: FloatArray
) -> None:
    """Zinc, acid, water and traces of a cell; the feed follows the current and late titrations."""
    made = ZINC_EQUIVALENT * given.current * values["zinc_share"]  # kg/h
    target = fixed.setpoints["acid_zinc_target"]
    planned = ZINC_EQUIVALENT * given.current * 0.01 * p.planned_efficiency
    ordered = feed_for_ratio(planned, given.feed_zinc, target) * (1.0 + groups.trim)
    feed = ordered * fixed.flow * (1.0 - p.blocked_depth * values["blocked_feed"])
    water = np.minimum(np.maximum(evaporated_water(values["heat_removed"], p.evaporated_share), 0.0), 0.5 * feed)
    out = feed - water
    turnover = out / p.cell_volume
    zinc, acid = groups.zinc, groups.acid
    groups.zinc, zinc_mean = _exponentially(zinc, (feed * given.feed_zinc - made) / out, turnover, given.hours)
    groups.acid, acid_mean = _exponentially(acid, ACID_PER_ZINC * made / out, turnover, given.hours)
    leaving = turnover + np.array([[p[f"deposition_{name}"]] for name in TRACES])
    steady = given.feed_traces * (feed / p.cell_volume) / leaving
    groups.traces, traces_mean = _exponentially(groups.traces, steady, leaving, given.hours)
    read_zinc = zinc_mean + fixed.zinc_bias + p.zinc_titration_sd * z[0]
    read_acid = acid_mean + fixed.acid_bias + p.acid_titration_sd * z[1]
    off = read_acid / np.maximum(read_zinc, 1.0) / target - 1.0
    share = given.hours / STEP_HOURS
    trim = groups.trim + share * p.feed_gain * off - share * p.feed_return * groups.trim
    groups.trim = np.minimum(np.maximum(trim, -p.trim_most), p.trim_most)
    values |= {
        "zinc_made": made, "feed": feed, "water_evaporated": water, "spent": out, "zinc_fed": feed * given.feed_zinc,
        "zinc_in_cell": zinc_mean, "acid_in_cell": acid_mean, "zinc_reading": read_zinc, "acid_reading": read_acid,
        "zinc_gained": p.cell_volume / given.hours * (groups.zinc - zinc),
        "acid_gained": p.cell_volume / given.hours * (groups.acid - acid),
        "zinc_spent": out * zinc_mean, "acid_spent": out * acid_mean,
        "antimony_in_cell": traces_mean[TRACES.index("antimony")],
    }  # fmt: skip
