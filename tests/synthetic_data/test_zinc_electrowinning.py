"""The simulated cell house: balances that close, counterfactuals, operators, faults, what is known when."""

import itertools

import numpy as np
import pandas as pd
import pytest

from physics.electrochemistry import ZINC_EQUIVALENT, specific_energy
from physics.winning.balances import ACID_PER_ZINC, HYDROGEN_THERMONEUTRAL, ZINC_THERMONEUTRAL
from seeds import load
from synthetic_data import begin, replay
from synthetic_data.cell_house import cell
from synthetic_data.engine.economics import economic_value
from synthetic_data.engine.plan import SimulationError
from tests.synthetic_data.stated import with_parameters

KEYS = ["unit", "period_start"]
HOURS = 24.0


@pytest.fixture(scope="module")
def seed():
    return load("zinc_electrowinning")


@pytest.fixture(scope="module")
def year(seed):
    return replay(seed, units=10, years=0.4)


@pytest.fixture(scope="module")
def truth(year):
    return year.truth


def test_charge_makes_zinc_or_hydrogen_or_passes(truth):
    shares = 0.01 * truth["current_efficiency"] + truth["hydrogen_share"] + truth["passed_share"]
    assert shares.to_numpy() == pytest.approx(1.0, abs=1e-12)
    assert truth["zinc_made"].to_numpy() == pytest.approx(
        ZINC_EQUIVALENT * truth["line_current"] * 0.01 * truth["current_efficiency"], rel=1e-12
    )


def test_zinc_is_fed_spent_kept_or_deposited(truth):
    zinc_stored = truth["zinc_fed"] - truth["zinc_spent"] - truth["zinc_made"]
    assert zinc_stored.to_numpy() == pytest.approx(truth["zinc_gained"], abs=1e-9)


def test_acid_is_freed_by_zinc_and_leaves_with_the_spent(truth):
    acid_stored = ACID_PER_ZINC * truth["zinc_made"] - truth["acid_spent"]
    assert acid_stored.to_numpy() == pytest.approx(truth["acid_gained"], abs=1e-9)


def test_water_is_fed_spent_or_evaporated(truth):
    out = truth["spent"] + truth["water_evaporated"]
    assert truth["feed"].to_numpy() == pytest.approx(out, rel=1e-12)


def test_heat_is_removed_or_stored(truth):
    heat_stored = truth["heat_released"] - truth["heat_removed"]
    assert heat_stored.to_numpy() == pytest.approx(truth["heat_stored"], abs=1e-9)


def test_energy_is_bound_in_zinc_and_hydrogen_or_set_free(truth):
    bound = ZINC_THERMONEUTRAL * 0.01 * truth["current_efficiency"] + HYDROGEN_THERMONEUTRAL * truth["hydrogen_share"]
    power = truth["heat_released"] + truth["line_current"] * bound
    assert (truth["energy"] / HOURS).to_numpy() == pytest.approx(power, rel=1e-12)


def test_zinc_comes_off_or_stays_on_the_plates(truth):
    made = truth["stripped"] + truth["stuck_gained"]
    assert (HOURS * truth["zinc_made"]).to_numpy() == pytest.approx(made, rel=1e-12)
    assert (truth["stuck_gained"] != 0.0).any()


def test_specific_energy_is_voltage_over_efficiency(truth):
    by_energy = 1e3 * truth["energy"] / (HOURS * truth["zinc_made"])
    by_voltage = specific_energy(truth["cell_voltage"], truth["current_efficiency"], ZINC_EQUIVALENT)
    assert by_energy.to_numpy() == pytest.approx(by_voltage, rel=1e-9)


def test_contents_do_not_run_away(truth):
    for name in ("zinc_gained", "acid_gained"):
        drift = 48.0 * truth.groupby("unit")[name].sum() / 9.0  # g/L over the year
        assert drift.abs().max() < 30.0


@pytest.mark.long("simulates many plants")
def test_zinc_in_the_cells_stays_possible_at_all_ends_of_the_setpoints_and_in_all_faults(seed, monkeypatch):
    """Step by step: a cell that starves makes hydrogen instead; zinc that nothing takes out is without acid beside it.

    All sulphate, counted as zinc, stays below a saturated solution: 36.6 % of zinc sulphate at 25 °C (handbooks), which
    is 213 g/L of zinc at 1.44 kg/L.
    """
    often = {f"{kind}_rate": 60.0 for kind in ("ingress", "cooling", "curtailment", "blocked_feed", "sticking")}
    long = {"ingress_short": 48.0, "cooling_short": 24.0, "curtailment_short": 10.0, "blocked_feed_short": 8.0}
    disturbed = with_parameters(seed, **often, **long)
    ends = []

    def recorded(p, groups, *others, step=cell.step):
        result = step(p, groups, *others)
        ends.append((groups.zinc.min(), (groups.zinc + groups.acid / ACID_PER_ZINC).max()))
        return result

    monkeypatch.setattr(cell, "step", recorded)
    setpoints = seed.by_role("setpoint")
    for corner in itertools.product((0, 1), repeat=len(setpoints)):
        running = begin(disturbed, units=12, years=0.1)
        for _ in range(15):
            running.step(
                running.plan().assign(**{k.name: k.bounds[end] for k, end in zip(setpoints, corner, strict=True)})
            )
    assert min(least for least, _ in ends) > 5.0
    assert max(most for _, most in ends) < 213.0


def moved(seed, year, setpoint, by):
    """Truth after a set-point was moved in all rows and the others held, less the truth of the history."""
    setpoints = year.table[[*KEYS, *(column.name for column in seed.by_role("setpoint"))]].copy()
    setpoints[setpoint] += by
    other = replay(seed, units=10, years=0.4, setpoints=setpoints).truth.set_index(KEYS)
    return (other - year.truth.set_index(KEYS)).mean()


def test_replay_with_the_same_setpoints_changes_nothing(seed, year):
    setpoints = year.table[[*KEYS, *(column.name for column in seed.by_role("setpoint"))]]
    again = replay(seed, units=10, years=0.4, setpoints=setpoints)
    pd.testing.assert_frame_equal(again.truth, year.truth)
    pd.testing.assert_frame_equal(again.table, year.table)


def test_a_hot_summer_warms_the_cells_and_costs_efficiency(seed):
    """The same draws without seasons: what differs in July and August is the weather alone."""
    weather = {"units": 10, "years": 1.0}
    hot = replay(seed, **weather).truth.set_index(KEYS)
    mild = replay(with_parameters(seed, ambient_swing=0.0), **weather).truth.set_index(KEYS)
    change = (hot - mild)[["cell_temperature", "current_efficiency"]].groupby(level="period_start").mean()
    summer = change[change.index.month.isin([7, 8])].mean()
    winter = change[change.index.month.isin([1, 2])].mean()
    assert 1.0 < summer["cell_temperature"] < 4.0
    assert summer["current_efficiency"] / summer["cell_temperature"] == pytest.approx(-0.27, abs=0.08)
    assert abs(winter["current_efficiency"]) < 0.05  # cold water is throttled


@pytest.mark.parametrize(
    ("contents", "low", "high"),
    [
        ({"cobalt": 0.2, "nickel": 0.05, "antimony": 0.01, "germanium": 0.005, "copper": 0.1}, 89.0, 93.0),
        ({"cobalt": 0.6, "nickel": 0.175, "antimony": 0.03, "germanium": 0.0225, "copper": 0.2}, 85.0, 89.0),
        ({"cobalt": 1.0, "nickel": 0.3, "antimony": 0.05, "germanium": 0.04, "copper": 0.3}, 75.0, 85.0),
        ({"cobalt": 1.0, "nickel": 1.0, "antimony": 0.1, "germanium": 0.05, "copper": 0.2}, 60.0, 85.0),
    ],
    ids=("low", "middle", "high", "limits of Chinese plants"),
)
def test_a_house_runs_on_all_traces_of_practice_together(seed, contents, low, high):
    changed = {f"feed_{name}": content for name, content in contents.items()}
    changed |= {f"{fault}_rate": 0.0 for fault in ("ingress", "cooling", "curtailment")}
    truth = replay(with_parameters(seed, **changed), units=6, years=0.2).truth
    assert low < truth["current_efficiency"].mean() < high
    assert truth["current_efficiency"].min() > 20.0


def test_a_warmer_cell_conducts_better_and_makes_less(seed, year):
    change = moved(seed, year, "temperature_target", 1.0)
    assert change["cell_temperature"] == pytest.approx(1.0, abs=0.1)
    assert -0.4 < change["current_efficiency"] < -0.15
    assert change["cell_voltage"] < 0.0


def test_more_acid_for_the_zinc_makes_less(seed, year):
    change = moved(seed, year, "acid_zinc_target", 0.2)
    assert change["zinc_in_cell"] < 0.0 < change["acid_in_cell"]
    # Wark's law: 10 % loss times the relative rise of the ratio
    assert change["current_efficiency"] == pytest.approx(-9.0 * 0.2 / 3.1, abs=0.25)


def test_more_current_makes_more_zinc_at_more_volts(seed, year):
    change = moved(seed, year, "line_current_target", 5.0)
    assert change["line_current"] == pytest.approx(5.0, rel=0.01)
    assert change["zinc_made"] > 4.0
    assert 0.02 < change["cell_voltage"] < 0.04  # 0.05 V for 10 kA by the worked sweep


def test_set_point_tests_are_random_pairs_on_some_groups(seed):
    truth = replay(seed, units=100, years=0.3).truth
    tests = truth.pivot(index="period_start", columns="unit", values="temperature_target_test")
    testing = (tests != 0).any()
    assert 0.03 < testing.mean() < 0.16
    held = tests.loc[:, testing]
    assert set(np.unique(held)) == {-1.0, 1.0}
    assert abs(held.to_numpy().mean()) < 0.3


def test_operators_confound_the_history(year):
    table, truth = year.table, year.truth
    means = table.assign(true=truth["current_efficiency"]).groupby("unit")[["true", "glue_dose"]].mean()
    assert means["true"].corr(means["glue_dose"]) < -0.3


def test_an_ingress_costs_efficiency_and_shows_before_the_assay(seed):
    plant = replay(seed, units=6, years=3)
    ingress = plant.events[plant.events["kind"] == "ingress"]
    assert len(ingress) >= 6
    assert (ingress["onset"] < ingress["detected"]).all()
    assert (ingress["detected"] <= ingress["end"]).all()
    rows = plant.table.assign(true=plant.truth["current_efficiency"])
    by_cycle = rows.groupby("period_start")[["true", "purification_potential", "antimony"]].mean()
    long = ingress[ingress["end"] - ingress["onset"] > pd.Timedelta(hours=24)]
    hit = [by_cycle.index[by_cycle.index <= onset].max() for onset in long["onset"]]
    assert by_cycle.loc[hit, "purification_potential"].mean() > by_cycle["purification_potential"].mean() + 5.0
    assert by_cycle.loc[hit, "true"].mean() < by_cycle["true"].mean() - 1.0


def test_a_stop_is_at_holding_current(seed):
    plant = replay(seed, units=4, years=2)
    stops = plant.events[plant.events["kind"] == "curtailment"]
    assert len(stops) >= 8
    assert plant.truth["line_current"].min() < 0.95 * plant.truth["line_current"].median()
    assert (plant.truth["current_efficiency"] > 50.0).all()


def test_assays_below_the_limit_are_minus_the_limit(year):
    result = 0
    for name in ("antimony", "germanium", "antimony_in_hand", "germanium_in_hand"):
        below = year.table[name] < 0.0
        assert (year.table.loc[below, name] == -4.0).all()
        assert year.table.loc[~below, name].min() >= 4.0
        result += below.sum()
    assert result > 0


def test_stepping_is_replaying(seed, year):
    running = begin(seed, units=10, years=0.4)
    for _ in range(3):
        running.step()
    third = running.step().table
    same = year.table[year.table["period_start"] == third["period_start"].iloc[0]].reset_index(drop=True)
    known = [column for column in same if column in third and third[column].notna().all()]
    pd.testing.assert_frame_equal(third[known], same[known])
    assert third["current_efficiency"].isna().all() == (seed.wait("current_efficiency") > 1)


def test_another_future_shares_what_is_known_and_nothing_else(seed):
    running = begin(seed, units=10, years=0.5)
    for _ in range(4):
        running.step()
    other = running.fork(7)
    pd.testing.assert_frame_equal(running.known(), other.known())
    pd.testing.assert_frame_equal(running.plan(), other.plan())
    own, theirs = running.step().truth, other.step().truth
    assert not np.allclose(own["current_efficiency"], theirs["current_efficiency"])
    pd.testing.assert_frame_equal(running.fork().step().truth, running.step().truth)


def test_one_current_for_all_cells(seed):
    running = begin(seed, units=3, years=0.2)
    plan = running.plan()
    plan["line_current_target"] = [99.0, 100.0, 100.0]
    with pytest.raises(SimulationError, match=r"got 99 and 100 in one period: expected one value"):
        running.step(plan)


def test_the_margin_is_metal_less_what_it_took(seed, truth):
    flows = economic_value(seed, truth)
    price = {name: quantity.value for name, quantity in seed.economics.items()}
    row = truth.iloc[100]
    zinc = HOURS * row["zinc_made"] / 1000.0
    auxiliary = zinc * price["auxiliary_energy"]
    bought = row["energy"] / price["rectifier_efficiency"] + auxiliary
    expected = (
        zinc * (price["zinc_price"] - price["feed_zinc_price"])
        - HOURS * row["feed"] * price["solution_price"]
        - row["power_cost"] / price["rectifier_efficiency"]
        - auxiliary * price["power_price"]
        - zinc * row["glue"] / 1000.0 * price["glue_price"]
        - bought * price["grid_emission_factor"] / 1000.0 * price["carbon_price_indirect"]
        - row["setpoint_moves"]
    )
    assert flows["margin"].iloc[100] == pytest.approx(expected, rel=1e-12)
    assert flows["margin"].mean() > 0.0


def test_energy_in_the_valley_is_cheaper_than_flat(seed, truth):
    assert (truth["power_cost"] < seed.economics["power_price"].value * truth["energy"]).mean() > 0.95
