"""Operators of precipitation lines: orders, routine, safe tests, reactions to yesterday's readings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from physics.arrays import FloatArray
from seeds import Seed
from synthetic_data.engine.plan import RunPlan, UnitBlock
from synthetic_data.plant import set_points
from synthetic_data.plant.set_points import Setting
from synthetic_data.precipitation.circuit import Days, Values
from synthetic_data.precipitation.parameters import PrecipitationParameters

# Set-points and the step in which each is written down.
SETPOINTS = {
    "fill_temperature": 0.1,
    "end_temperature": 0.1,
    "seed_solids": 1.0,
    "fine_seed_ratio": 0.005,
    "flow": 1.0,
    "digestion_temperature": 0.1,
    "lime_dose": 0.1,
    "evaporation_rate": 0.01,
    "calciner_temperature": 1.0,
}
TESTED = ("fill_temperature", "end_temperature", "seed_solids", "fine_seed_ratio", "calciner_temperature")
UNIFORMS = 2 * len(TESTED)  # of a day: whether each is tested, and which way
_MOST_FINES, _MOST_YIELD, _MOST_BEHIND = 8.0, 4.0, 0.04  # largest deviations with a reaction: points, g/L, 1


@dataclass
class OperatorView:
    """Operators' view of yesterday, a line each: fines [%], yield [g/L], coldest end [°C], backlog [1]."""

    fines: FloatArray
    harvest: FloatArray
    coldest: FloatArray
    behind: FloatArray


def setting(
    seed: Seed, p: PrecipitationParameters, plan: RunPlan, days: Days, block: UnitBlock, held: FloatArray
) -> Setting:
    """Bounds, tests by duration, (UNIFORMS, days, lines), and manual values of some days."""
    bounds = {name: set_points.bounds(seed, name) for name in SETPOINTS}
    on, signs = held[: len(TESTED)] > 0.0, held[len(TESTED) :]
    tests = {name: p[f"test_{name}"] * on[i] * signs[i] for i, name in enumerate(TESTED)}
    return Setting(bounds, tests, set_points.manual_setpoints(plan, block, days.first, days.count), SETPOINTS)


def testing(p: PrecipitationParameters, uniforms: FloatArray) -> FloatArray:
    """Uniform numbers whose sign, below or above a half, says of each test whether it runs and which way."""
    runs = np.where(uniforms[: len(TESTED)] < p.test_share, 0.9, 0.1)
    return np.concatenate([runs, uniforms[len(TESTED) :]])


def wishes(p: PrecipitationParameters, state: Values, traits: Values, habits: Values) -> Values:
    """Operators' targets before yesterday's readings, shape (days, lines) each."""
    own = {
        name: p[f"line_{name}_sd"] * traits[name] + p[f"habit_{name}"] * habits[name]
        for name in SETPOINTS
        if name != "flow"
    }
    silica = state["bauxite_reactive_silica"] - p.bauxite_silica
    return {
        "fill_temperature": p.fill_temperature + own["fill_temperature"],
        "end_temperature": p.end_temperature + own["end_temperature"],
        "seed_solids": p.seed_solids + own["seed_solids"],
        "fine_seed_ratio": p.fine_seed_ratio + own["fine_seed_ratio"],
        "flow": state["order"] * (1.0 + p.line_flow_sd * traits["flow"] + p.habit_flow * habits["flow"]),
        "digestion_temperature": p.digestion_temperature + own["digestion_temperature"],
        "lime_dose": p.lime_dose + p.lime_answer * silica + own["lime_dose"],
        "evaporation_rate": p.dilution + own["evaporation_rate"],
        "calciner_temperature": p.calciner_temperature + own["calciner_temperature"],
    }


def answered(
    p: PrecipitationParameters,
    target: Values,
    t: int,
    seen: OperatorView,
    ratio: FloatArray,
    caustic: FloatArray,
    desired: FloatArray,
) -> Values:
    """Targets of a day after operators have read yesterday's fines, yield, tonnage, and the liquor.

    Parameters
    ----------
    p
        Parameters in force.
    target
        Before, shape (days, lines) each.
    t
        The day's place.
    seen
        What is known of yesterday.
    ratio, caustic
        A/C and caustic of the green liquor as titrated [1, g/L].
    desired
        Caustic that is wanted [g/L].
    """
    fine = np.minimum(np.maximum(seen.fines - p.usual_fines, -_MOST_FINES), _MOST_FINES)
    low = np.minimum(np.maximum(p.usual_yield - seen.harvest, -_MOST_YIELD), _MOST_YIELD)
    rich = ratio - p.usual_ratio
    return {
        "fill_temperature": target["fill_temperature"][t] + p.fill_per_fines * fine,
        "fine_seed_ratio": target["fine_seed_ratio"][t] + p.fine_seed_per_fines * fine,
        # No operator sets an end that the coolers could not reach yesterday.
        "end_temperature": np.maximum(target["end_temperature"][t] - p.end_per_yield * low, seen.coldest),
        "flow": target["flow"][t] * (1.0 + p.flow_per_ratio * rich + p.flow_per_behind * seen.behind),
        "digestion_temperature": target["digestion_temperature"][t] - p.digestion_per_ratio * rich,
        "evaporation_rate": target["evaporation_rate"][t] + p.evaporation_per_caustic * (desired - caustic),
    }


def now_behind(p: PrecipitationParameters, before: FloatArray, ordered: FloatArray, made: FloatArray) -> FloatArray:
    """Tonnage that a line is behind its order after a day [1]: it is forgotten within weeks."""
    result: FloatArray = p.behind_kept * before + (1.0 - p.behind_kept) * (1.0 - made / ordered)
    return np.minimum(np.maximum(result, -_MOST_BEHIND), _MOST_BEHIND)
