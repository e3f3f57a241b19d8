"""Groups of cells: rows put together again from what the parts of a crop give."""

import numpy as np
import pytest

from seeds import load
from synthetic_data.engine.options import plan_run
from synthetic_data.engine.plan import UnitBlock
from synthetic_data.plant.random_walks import next_walk
from synthetic_data.plant.set_points import SetpointOperator
from synthetic_data.tankhouse import instruments, operators
from synthetic_data.tankhouse.circuit import stretches
from synthetic_data.tankhouse.groups import TankhouseGroups
from tests.synthetic_data.stated import typical_plant

GROUPS = 4


@pytest.fixture(scope="module")
def run():
    """Plan, the first stretch of weeks and its table and truth."""
    plan = plan_run(typical_plant(load("copper_cathode")), units=GROUPS, years=1.0, rng_seed=3)
    groups = TankhouseGroups(plan, UnitBlock(0, 0, GROUPS))
    weeks = next(iter(stretches(plan)))
    return plan, weeks, *groups.segment(weeks)


@pytest.fixture(scope="module")
def numbers(run):
    """Random numbers of the block, drawn again."""
    plan, weeks, *_ = run
    normals, uniforms = plan.block_stream(UnitBlock(0, 0, GROUPS)).spawn(2)
    fixed, u = normals.standard_normal((4 + 4 + 5 + 18, GROUPS)), uniforms.random((4, GROUPS))
    sizes = {"loads": 18, "walks": 5, "crop_normals": 13, "habits": 6, "judgement": 1, "errors": 25}
    z = normals.standard_normal((weeks.count, sum(sizes.values()), GROUPS)).transpose(1, 0, 2)
    parts = dict(zip(sizes, np.split(z, np.cumsum(list(sizes.values()))[:-1]), strict=True))
    counts = {"load": 3, "fault": 12, "test": 3, "defect": 2, "losses": 21}
    v = uniforms.random((weeks.count, sum(counts.values()), GROUPS), dtype=np.float32).transpose(1, 0, 2)
    parts |= dict(zip(counts, np.split(v, np.cumsum(list(counts.values()))[:-1]), strict=True))
    return fixed, u, parts


def test_age_and_place_in_the_load(run, numbers):
    _, weeks, table, _, _ = run
    p, (_, u, _) = weeks.parameters, numbers
    number = weeks.first + np.arange(weeks.count)[:, None]
    interval = p.overhaul_least + (p.overhaul_most - p.overhaul_least) * u[2]
    age = np.mod(interval * u[3] + 7.0 * number, interval)
    np.testing.assert_allclose(table["group_age"], np.round(age))
    np.testing.assert_allclose(table["anode_age"], 7.0 * np.mod(number + np.floor(3.0 * u[1]), 3))
    np.testing.assert_allclose(table["ambient_temperature"], np.round(weeks.state["ambient_temperature"], 1))


def test_set_points_are_the_operators_own(run, numbers):
    plan, weeks, table, truth, _ = run
    p, (fixed, u, parts) = weeks.parameters, numbers
    testing = (u[0] < p.test_share).astype(float)
    setting = operators.setting(p, plan, weeks, UnitBlock(0, 0, GROUPS), testing, parts["test"])
    for name, target in operators.orders(p, weeks, fixed[4:8], parts["habits"]).items():
        assert np.array_equal(table[name], setting.used(name, target)), name
    for name, test in setting.tests.items():
        assert np.array_equal(truth[f"{name}_test"], test)


def test_hidden_states_belong_to_each_other(run, numbers):
    _, weeks, table, truth, _ = run
    p, (fixed, _, parts) = weeks.parameters, numbers
    temperature = (
        table["electrolyte_temperature"] - weeks.state["cooling"] + p.temperature_luck * parts["crop_normals"][7]
    )
    np.testing.assert_allclose(truth["true_temperature"], temperature, rtol=1e-9)
    error, rough = truth["true_squared_error"], truth["true_roughness"]
    # Glue's own part of the squared error, by the best dose that the group has.
    best = p.glue_best * np.exp(p.glue_group_sd * fixed[0]) / weeks.state["glue_activity"]
    dose = np.maximum(table["glue_dose"], p.additive_least) * np.exp(-0.08 * (temperature - 64.0))
    thiourea = np.maximum(table["thiourea_dose"], p.additive_least) * np.exp(-0.08 * (temperature - 64.0))
    other = p.thiourea_weight * np.log(thiourea / p.thiourea_best) ** 2
    other = other + p.chloride_weight * np.log(truth["true_chloride"] / p.chloride_best) ** 2
    np.testing.assert_allclose(error, np.log(dose / best) ** 2 + other, rtol=1e-6)
    walk = fixed[8:13]
    for t in range(weeks.count):
        walk = next_walk(walk, parts["walks"][:, t], p.group_memory)
        hidden = p.rough_walk * walk[0] + p.rough_luck * parts["crop_normals"][0, t]
        known = p.roughness_per_polarisation * np.log(truth["true_polarisation"][t] / p.usual_polarisation)
        known = known + p.roughness_per_solids * np.log(truth["true_solids"][t] / p.suspended_solids)
        known = known + p.error_weight * error[t] / (1.0 + error[t]) + hidden + p.alignment_sd * fixed[3]
        remaining = np.log(rough[t]) - known  # bent plates and wear
        worn = p.alignment_wear * (table["group_age"][t] / _interval(p, numbers) - 0.5)
        quiet = np.abs(remaining - worn) < 0.01 * abs(p.alignment_wear) + 1e-6
        assert quiet.mean() >= 0.5
        assert (remaining - worn >= -0.02).all()  # faults roughen


def _interval(p, numbers):
    return p.overhaul_least + (p.overhaul_most - p.overhaul_least) * numbers[1][2]


def test_the_crew_answers_the_last_crop(run, numbers):
    plan, weeks, table, truth, _ = run
    p, (_, u, parts) = weeks.parameters, numbers
    testing = (u[0] < p.test_share).astype(float)
    setting = operators.setting(p, plan, weeks, UnitBlock(0, 0, GROUPS), testing, parts["test"])
    crew = SetpointOperator("glue_dose", np.full(GROUPS, p.glue_dose), np.zeros(GROUPS))
    for t in range(weeks.count):
        habit = p.habit_glue * parts["habits"][2, t]
        used = crew.choose(p.glue_answer, p.glue_return, weeks.state["glue"][t], habit, setting, t)
        assert np.array_equal(table["glue_dose"][t], used)
        crew.seen = np.log(truth["true_roughness"][t]) + p.judgement_sd * parts["judgement"][0, t]


def test_inspection_and_laboratory(run, numbers):
    _, weeks, table, truth, _ = run
    parts = numbers[2]
    for i, name in enumerate(("nodules", "soiling")):
        assert np.array_equal(table[name], (parts["defect"][i] < truth[name]).astype(float))
    assays = instruments.assays(weeks.parameters, truth, weeks.laboratory, parts["errors"][5:])
    for element, values in assays.items():
        assert np.array_equal(table[element], values)
