"""Plants at other periods than their seeds': at both ends of what they can be simulated at, and beyond."""

from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from physics.electrochemistry import COPPER_EQUIVALENT, LEAD_EQUIVALENT
from seeds import load
from seeds.format.loader import parse
from synthetic_data import begin, economic_value, replay
from synthetic_data.engine.options import plan_run
from synthetic_data.engine.plan import SimulationError
from synthetic_data.engine.simulator import simulator_of
from tests.synthetic_data.stated import SIMULATED, with_parameters

BOUNDS = {name: bounds for name in SIMULATED if (bounds := simulator_of(load(name)).period)}
ENDS = [(name, hours) for name, bounds in BOUNDS.items() for hours in sorted({bounds.low, bounds.high})]
# A column of ages in days, of what is not renewed each period, by plant.
AGES = {
    "aluminium_ingot": "tool_age",
    "aluminium_reduction": "pot_age",
    "black_mass": "screen_days",
    "copper_cathode": "anode_age",
    "copper_electrorefining": "anode_age",
    "lead_refining": "anode_age",
    "zinc_electrowinning": "mud_age",
    "zinc_ingot": "clip_age",
}
DAY = timedelta(days=1)


def at_period(name, hours):
    """The seed with a period of so many hours."""
    text = load(name).text
    (line,) = [line for line in text.splitlines() if line.startswith("period = ")]
    text = text.replace(line, f'period = {{ value = {hours:g}, unit = "h" }}')
    if name == "lead_refining" and 3 * hours > 15 * 24:  # anodes that last as long, in fewer crops
        text = text.replace("anode_crops = { value = 3", "anode_crops = { value = 2")
    return parse(text, Path(f"{name}.toml"))


def of_some_periods(seed, count=20):
    return {"units": 4, "years": (count + 0.5) * (seed.period / timedelta(days=365.25))}


def manual_setpoints(seed, size, **setpoints):
    """Set-points of all units and periods of a run."""
    plan = plan_run(seed, **size)
    units = [simulator_of(seed).unit_name(unit) for unit in range(plan.units)]
    starts = [plan.period_start(period) for period in range(plan.periods)]
    index = pd.MultiIndex.from_product([units, starts], names=[seed.key.name, seed.clock.name])
    return pd.DataFrame(setpoints, index).reset_index()


@pytest.mark.parametrize(("name", "hours"), ENDS)
def test_rows_of_another_period_are_as_far_apart_and_hold_numbers(name, hours):
    seed = at_period(name, hours)
    plant = replay(seed, **of_some_periods(seed))
    starts = plant.table.groupby(seed.key.name)[seed.clock.name].diff().dropna()
    assert (starts >= pd.Timedelta(hours=hours)).all()
    assert (starts == pd.Timedelta(hours=hours)).mean() > 0.9
    assert np.isfinite(plant.truth.select_dtypes("number")).all(axis=None)
    within = [column for column in seed.columns if column.is_number and column.name in plant.table]
    for column in within:
        values = plant.table[column.name].abs()
        assert ((values <= column.limits[1]) | values.isna()).all(), column.name


@pytest.mark.parametrize(("name", "hours"), [one for one in ENDS if one[0] in AGES])
def test_ages_grow_by_the_period(name, hours):
    seed = at_period(name, hours)
    table = replay(seed, **of_some_periods(seed, 40)).table
    grown = table.groupby(seed.key.name)[AGES[name]].diff().dropna()
    grown = grown[grown > 0.0]
    assert np.median(grown) == pytest.approx(hours / 24.0, abs=0.051 if hours < 24.0 else 1e-9)


@pytest.mark.parametrize("name", [name for name in BOUNDS if load(name).by_role("setpoint")])
def test_a_plant_of_another_period_is_stepped_as_it_is_replayed(name):
    seed = at_period(name, BOUNDS[name].low)
    size = of_some_periods(seed, 3)
    running = begin(seed, **size)
    steps = pd.concat([running.step().truth for _ in range(plan_run(seed, **size).periods)])
    steps = steps.sort_values([seed.key.name, seed.clock.name], ignore_index=True)
    pd.testing.assert_frame_equal(steps, replay(seed, **size).truth)


@pytest.mark.parametrize("name", BOUNDS)
def test_a_period_beyond_the_bounds_or_between_their_steps_is_refused(name):
    low, high, step = BOUNDS[name]
    for hours in (low - 0.5 * step, high + step, low + 0.5 * step):
        with pytest.raises(SimulationError, match=rf"^{name}: process\.period: got [0-9.]+ [dh]: expected [0-9]+ [dh]"):
            plan_run(at_period(name, hours))
    with pytest.raises(SimulationError, match=r"^lead_refining: process\.period: got 10 d: expected 1 d to 7 d, a mul"):
        plan_run(at_period("lead_refining", 240.0))


def test_anodes_that_are_gone_before_their_last_crop_ends_are_refused():
    text = at_period("lead_refining", 168.0).text.replace("anode_crops = { value = 2", "anode_crops = { value = 3")
    expected = (
        r"^lead_refining: equipment\.anode_crops: got 3 crops of 7 d: expected anodes of 15 d at most, in which they di"
    )
    with pytest.raises(SimulationError, match=expected):
        plan_run(parse(text, Path("lead_refining.toml")))
    with pytest.raises(SimulationError, match=r"equipment\.anode_crops: got 6 crops of 3 d: expected"):
        plan_run(with_parameters(load("lead_refining"), anode_crops=6.0))


# ---------------------------------------------------------------- crops that are weighed


CROPS = {
    "lead_refining": (LEAD_EQUIVALENT, (24.0, 48.0, 168.0)),
    "copper_electrorefining": (COPPER_EQUIVALENT, (24.0, 168.0)),
}


@pytest.fixture(scope="module", params=[(name, hours) for name, (_, of) in CROPS.items() for hours in of])
def crop(request):
    """Plants whose sections all get the same current, with the days of a crop."""
    name, hours = request.param
    seed = at_period(name, hours)
    size = of_some_periods(seed, 15)
    low, high = seed.column("current_density").bounds
    current = round(0.5 * (low + high))
    plant = replay(seed, setpoints=manual_setpoints(seed, size, current_density=float(current)), **size)
    return name, seed, hours / 24.0, current, plant


def test_the_charge_of_a_crop_is_the_current_times_its_days(crop):
    _, seed, days, current, plant = crop
    area = seed.plant.value("cathode_area")
    running = plant.truth["charge"] / (current * area / 1000.0 * 24.0 * days)
    assert running.max() == pytest.approx(1.0, rel=1e-12)
    assert (running > 0.0).all()
    assert running.mean() > 0.9


def test_the_mass_of_a_crop_is_faradays_of_its_charge(crop):
    name, seed, _, _, plant = crop
    truth, cells = plant.truth, seed.plant.value("cells")
    expected = cells * truth["charge"] * 0.01 * truth["current_efficiency"] * CROPS[name][0] / 1000.0
    np.testing.assert_allclose(truth["cathode_mass"], expected, rtol=1e-12)


def test_a_day_of_a_crop_is_worth_its_share_of_it(crop):
    _, seed, days, _, plant = crop
    truth = plant.truth
    result = economic_value(seed, truth)
    np.testing.assert_allclose(result["product"], 1000.0 * truth["cathode_mass"] / days, rtol=1e-12)
    energy = seed.plant.value("cells") * truth["charge"] * truth["cell_voltage"] / days
    np.testing.assert_allclose(result["energy"], energy, rtol=1e-9)


def test_what_the_electrolyte_gains_is_what_anodes_and_stripping_leave_in_the_days_of_a_crop():
    for hours in (48.0, 168.0):
        seed = at_period("lead_refining", hours)
        truth = replay(seed, units=1, years=0.5).truth
        rise = seed.plant.value("electrolyte_volume") * (truth["pb_end"] - truth["pb_start"])
        np.testing.assert_allclose(
            rise, hours / 24.0 * (truth["lead_excess"] - truth["stripped"]), rtol=1e-9, atol=1e-9
        )


def test_longer_crops_of_lead_grow_more_slime_and_more_voltage():
    means = []
    for hours in (24.0, 72.0, 168.0):
        seed = at_period("lead_refining", hours)
        size = of_some_periods(seed, 30)
        setpoints = manual_setpoints(seed, size, current_density=180.0)
        means.append(replay(seed, setpoints=setpoints, **size).truth[["slime_end", "voltage_end", "recessed"]].mean())
    result = pd.concat(means, axis=1)
    assert (result.diff(axis=1).iloc[:, 1:] > 0.0).all(axis=None)
    np.testing.assert_allclose(result.loc["recessed"] / result.loc["recessed", 0], [1.0, 3.0, 7.0], rtol=0.03)


def test_zinc_that_is_stripped_is_that_of_the_days_of_its_cycle():
    for hours in (48.0, 96.0):
        seed = at_period("zinc_electrowinning", hours)
        plant = replay(seed, units=4, years=0.4)
        stripped_mass, made = plant.table["zinc_stripped"], hours * plant.truth["zinc_made"]
        assert stripped_mass.mean() == pytest.approx(made.mean(), rel=0.02)
