"""The simulated potline: balances close, directions are right, instruments and events are what a plant has."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import synthetic_data
from physics.electrochemistry import ALUMINIUM_EQUIVALENT, specific_energy
from physics.reduction.anode_effect import mean_voltage
from seeds import Quantity, Seed, load
from synthetic_data import SimulatedRun, replay
from synthetic_data.potline.faults import KINDS
from synthetic_data.potline.state import WALKS
from tests.synthetic_data.stated import with_parameters

KEYS = ["unit", "period_start"]
DAYS, HOURS = 30, 24


@pytest.fixture(scope="module")
def seed() -> Seed:
    return load("aluminium_reduction")


@pytest.fixture(scope="module")
def plant(seed: Seed) -> SimulatedRun:
    """A line over two years: both regimes of raw materials, the new thermocouples, restarts."""
    return replay(seed, units=132, years=2.0)


def closes(left: pd.Series, right: pd.Series, scale: pd.Series, share: float) -> None:
    assert ((left - right).abs() / scale).max() < share


# ---------------------------------------------------------------- balances


def test_metal_is_faradays(plant: SimulatedRun) -> None:
    truth = plant.truth
    charge = ALUMINIUM_EQUIVALENT * truth["line_current"] * HOURS
    closes(truth["metal_produced"], charge * truth["current_efficiency"] / 100, truth["metal_produced"], 1e-12)


def test_metal_closes(plant: SimulatedRun) -> None:
    truth = plant.truth
    gained = truth["metal_produced"] - truth["metal_tapped"]
    closes(truth["metal_mass_gained"], gained, truth["metal_produced"], 1e-9)


def test_alumina_consumed_is_1_889_times_the_metal(plant: SimulatedRun) -> None:
    truth = plant.truth
    closes(truth["alumina_consumed"], 1.889 * truth["metal_produced"], truth["alumina_consumed"], 1e-3)


def test_alumina_closes_over_bath_and_sludge(plant: SimulatedRun) -> None:
    truth = plant.truth
    stored = truth["alumina_mass_gained"] + truth["sludge_mass_gained"]
    came = truth["alumina_dissolving"] + truth["alumina_poured"] - truth["alumina_consumed"]
    closes(stored, came, truth["alumina_consumed"], 1e-9)


def test_alf3_closes(plant: SimulatedRun) -> None:
    truth = plant.truth
    came = truth["alf3_arriving"] + truth["alf3_poured"] - truth["alf3_consumed"]
    closes(truth["alf3_mass_gained"], came, truth["alf3_consumed"], 1e-9)


def test_bath_closes_over_melt_and_ledge(plant: SimulatedRun) -> None:
    truth = plant.truth
    came = truth["bath_added"] + truth["alf3_arriving"] - truth["alf3_consumed"]
    closes(truth["bath_mass_gained"] + truth["ledge_mass_gained"], came, truth["alf3_consumed"], 1e-9)


def test_heat_closes_with_what_the_ledge_conducts(plant: SimulatedRun) -> None:
    truth = plant.truth
    out = truth["heat_top"] + truth["heat_wall"] + truth["heat_stored"]
    closes(truth["heat_in"], out, truth["heat_in"], 0.01)


def test_specific_energy_is_2980_volts_over_efficiency(plant: SimulatedRun) -> None:
    truth = plant.truth
    volts = mean_voltage(truth["cell_voltage"].to_numpy(), truth["ae_minutes"].to_numpy(), 1.0, 25.0)
    expected = specific_energy(volts, truth["current_efficiency"].to_numpy(), ALUMINIUM_EQUIVALENT)
    closes(1000 * truth["energy"] / truth["metal_produced"], pd.Series(expected), pd.Series(expected), 1e-3)


# ---------------------------------------------------------------- table


def test_table_has_the_seeds_columns_and_no_truth(seed: Seed, plant: SimulatedRun) -> None:
    made_by_reader = {column.name for column in seed.columns if column.previous is not None}
    assert set(plant.table.columns) == {column.name for column in seed.columns} - made_by_reader
    assert seed.target.name in plant.truth.columns
    assert not plant.table[seed.target.name].equals(plant.truth[seed.target.name])


def test_table_and_truth_have_the_same_sorted_rows(plant: SimulatedRun) -> None:
    pd.testing.assert_frame_equal(plant.table[KEYS], plant.truth[KEYS])
    pd.testing.assert_frame_equal(plant.table[KEYS], plant.table[KEYS].sort_values(KEYS, ignore_index=True))
    assert not plant.table.duplicated(KEYS).any()


def test_every_value_is_within_its_physical_range(seed: Seed, plant: SimulatedRun) -> None:
    for column in seed.columns:
        if column.is_number and column.previous is None:
            low, high = column.limits
            values = plant.table[column.name].dropna()
            assert values.between(low, high).all(), column.name


def test_truth_is_finite_and_plausible(plant: SimulatedRun) -> None:
    truth = plant.truth
    assert np.isfinite(truth.drop(columns=KEYS).to_numpy()).all()
    assert truth["current_efficiency"].max() <= 96.5
    assert truth["cell_voltage"].min() >= 3.6


def test_readings_are_missing_one_to_five_per_cent_and_setpoints_and_label_never(
    seed: Seed, plant: SimulatedRun
) -> None:
    single = plant.table.groupby("period_start").nunique().max() > 1
    assert not plant.table[[c.name for c in seed.by_role("setpoint", "target", "late")]].isna().any().any()
    for column in seed.by_role("before", "during"):
        if column.previous is None and column.name != "pot_age" and single[column.name]:
            assert 0.01 < plant.table[column.name].isna().mean() < 0.05, column.name


def test_label_is_the_balance_of_the_late_columns(plant: SimulatedRun) -> None:
    table = plant.table.dropna(subset=["line_current"])
    made = table["metal_tapped"] + table["metal_inventory_change"]
    charge = ALUMINIUM_EQUIVALENT * table["line_current"] * HOURS
    closes(100 * made / charge, table["current_efficiency"], table["current_efficiency"], 0.005)


def test_errors_of_the_level_cancel_from_period_to_period(plant: SimulatedRun) -> None:
    """A reading that closes one period opens the next, so errors of successive labels are opposed."""
    error = plant.table["current_efficiency"] - plant.truth["current_efficiency"]
    after = error.groupby(plant.table["unit"]).shift(-1)
    assert error.corr(after) == pytest.approx(-0.5, abs=0.1)


def test_all_pots_carry_the_same_current(plant: SimulatedRun) -> None:
    assert (plant.truth.groupby("period_start")["line_current"].nunique() == 1).all()
    assert (plant.table.groupby("period_start")["line_current_target"].nunique() == 1).all()


def test_two_currents_in_one_period_are_refused(seed: Seed, plant: SimulatedRun) -> None:
    setpoints = plant.table.loc[plant.table["period_start"] == plant.table["period_start"].min(), KEYS]
    setpoints = setpoints.assign(line_current_target=400.0)
    setpoints.iloc[0, -1] = 405.0
    with pytest.raises(ValueError, match=r"setpoints.line_current_target: got 400 and 405 in one period"):
        replay(seed, units=132, years=2.0, setpoints=setpoints)


def test_a_current_set_by_hand_moves_the_whole_line(seed: Seed) -> None:
    history = replay(seed, units=12, years=0.2)
    setpoints = history.table[KEYS].assign(line_current_target=408.0)
    other = replay(seed, units=12, years=0.2, setpoints=setpoints)
    assert (other.table["line_current_target"] == 408.0).all()
    gain = other.truth["metal_produced"].mean() / history.truth["metal_produced"].mean()
    assert gain == pytest.approx(408.0 / history.table["line_current_target"].mean(), abs=0.01)


# ---------------------------------------------------------------- what the plant does


def test_truth_falls_with_temperature_noise_and_anode_effects(plant: SimulatedRun) -> None:
    """At equal other causes, in settled pots."""
    truth = plant.truth[(plant.table["pot_age"] > 150).to_numpy()]
    causes = ["bath_temperature", "excess_alf3", "voltage_noise", "ae_count", "spike", "sick", "loss_factor"]
    scaled = (truth[causes] - truth[causes].mean()) / truth[causes].std()
    effect = dict(zip(causes, np.linalg.lstsq(scaled, truth["current_efficiency"], rcond=None)[0], strict=True))
    for name in ("bath_temperature", "voltage_noise", "ae_count", "spike", "sick", "loss_factor"):
        assert effect[name] < 0, name


def test_alf3_at_fixed_superheat_raises_efficiency(plant: SimulatedRun) -> None:
    truth = plant.truth[(plant.table["pot_age"] > 150).to_numpy()]
    causes = ["excess_alf3", "superheat", "voltage_noise", "sludge", "loss_factor", "metal_level"]
    centred = truth[causes] - truth[causes].mean()
    assert np.linalg.lstsq(centred, truth["current_efficiency"], rcond=None)[0][0] > 0


def test_noise_grows_fast_below_the_stability_limit(plant: SimulatedRun) -> None:
    truth = plant.truth
    bands = pd.cut(truth["acd_margin"], [-np.inf, 0, 1, 2, 4, np.inf])
    noise = truth.groupby(bands, observed=True)["voltage_noise"].mean()
    assert noise.is_monotonic_decreasing
    steps = -noise.diff().dropna()
    assert steps.iloc[0] > 1.5 * steps.iloc[-1]  # of bands a millimetre wide below, two above


def test_cold_pots_gather_sludge_and_lose_efficiency(seed: Seed) -> None:
    cold, typical = (replay(with_parameters(seed, cold_rate=rate), units=66, years=0.6).truth for rate in (6.0, 0.0))
    assert cold["sludge"].mean() > 1.2 * typical["sludge"].mean()
    assert cold["current_efficiency"].mean() < typical["current_efficiency"].mean()


def test_new_pots_are_hot_low_in_alf3_and_poor(plant: SimulatedRun) -> None:
    young, old = ((plant.table["pot_age"] < 30).to_numpy(), (plant.table["pot_age"] > 300).to_numpy())
    assert young.sum() >= 5
    names = ["bath_temperature", "excess_alf3", "current_efficiency"]
    temperature, alf3, efficiency = plant.truth.loc[young, names].mean() - plant.truth.loc[old, names].mean()
    assert temperature > 5
    assert alf3 < -1
    assert efficiency < -2


def test_operators_raise_the_voltage_of_noisy_pots(plant: SimulatedRun) -> None:
    table = plant.table[plant.table["pot_age"] > 150]
    pots = table.groupby("unit")
    step = table["voltage_setpoint"] - pots["voltage_setpoint"].shift()
    assert step.corr(pots["voltage_noise"].shift()) > 0.4


def test_set_point_tests_run_on_some_pots_and_are_independent_of_the_state(seed: Seed, plant: SimulatedRun) -> None:
    truth = plant.truth
    tested = truth.groupby("unit")["voltage_setpoint_test"].agg(lambda steps: float((steps != 0).any()))
    assert 0.02 < tested.mean() < 0.16
    rows = truth[truth["voltage_setpoint_test"] != 0]
    assert rows["voltage_setpoint_test"].abs().round(9).unique().tolist() == [seed.plant.value("test_voltage")]
    before = rows.groupby("unit")["current_efficiency"].shift()
    assert abs(rows["voltage_setpoint_test"].corr(before)) < 0.2


def test_set_point_tests_are_held_three_periods_and_then_drawn_anew(plant: SimulatedRun) -> None:
    steps = plant.truth.pivot(index="period_start", columns="unit", values="voltage_setpoint_test")
    steps = steps.loc[:, (steps != 0).any() & steps.notna().all()]
    moves = (steps.diff().iloc[1:] != 0).to_numpy()
    turned = np.flatnonzero(moves.any(axis=1)) + 1
    assert set(turned) <= set(range(3, len(steps), 3))
    assert 0.3 < moves[2::3].mean() < 0.7  # up and down are alike likely


def test_regimes_show_in_the_table_from_their_dates(seed: Seed, plant: SimulatedRun) -> None:
    starts = {regime.name: pd.Timestamp(regime.start) for regime in seed.plant.regimes}
    events = plant.events[plant.events["kind"].str.startswith("regime")].set_index("kind")["onset"]
    for name, start in starts.items():
        assert 0 <= (events[f"regime {name}"] - start).days < DAYS
    after = plant.table["period_start"] >= events["regime thermocouple_type"]
    read_low = plant.table["bath_temperature"] - plant.truth["bath_temperature"]
    shift = seed.plant.regimes[-1].change["thermocouple_bias"].value
    assert read_low[after].mean() - read_low[~after].mean() == pytest.approx(shift, abs=0.2)


def test_a_regime_with_an_unknown_parameter_is_refused(seed: Seed) -> None:
    regime = seed.plant.regimes[0].model_copy(
        update={"change": {"alumina_colour": Quantity(value=1, unit="1", source="assumed: test")}}
    )
    other = seed.model_copy(update={"plant": seed.plant.model_copy(update={"regimes": [regime]})})
    with pytest.raises(ValueError, match=r"alumina_source: changes alumina_colour, unknown in plant\.parameters"):
        replay(other, units=2, years=0.1)


# ---------------------------------------------------------------- events


def test_events_have_onset_detection_and_end(plant: SimulatedRun) -> None:
    events = plant.events
    assert {"spike", "sick", "cold", "pad", "blockage", "tap_out"} <= set(events["kind"])
    assert (events["onset"] <= events["detected"]).all()
    assert (events["detected"] <= events["end"]).all()
    line_wide = events["kind"].str.startswith("regime") | (events["kind"] == "curtailment")
    assert (events["unit"].isna() == line_wide).all()
    assert set(events["unit"].dropna()) <= {f"A-{n:03d}" for n in range(1, 133)}


def test_pots_out_of_the_line_have_no_rows(plant: SimulatedRun) -> None:
    relining = plant.events[plant.events["kind"] == "tap_out"]
    assert len(relining) >= 5
    for event in relining.itertuples():
        starts = plant.table.loc[plant.table["unit"] == event.unit, "period_start"]
        inside = (starts + pd.Timedelta(days=DAYS) > event.end - pd.Timedelta(days=1)) & (starts < event.end)
        assert not inside.any()


def test_iron_rises_before_a_tap_out(plant: SimulatedRun) -> None:
    last = plant.events[plant.events["kind"] == "tap_out"]
    rows = plant.table.merge(last[["unit", "onset"]], on="unit")
    near = (rows["onset"] - rows["period_start"]).dt.days.between(0, 40)
    far = (rows["onset"] - rows["period_start"]).dt.days.between(120, 300)
    assert rows.loc[near, "iron_in_metal"].mean() > 1.1 * rows.loc[far, "iron_in_metal"].mean()


def test_spikes_show_in_noise_and_cost_efficiency(plant: SimulatedRun) -> None:
    truth = plant.truth[(plant.table["pot_age"] > 150).to_numpy()]
    hit = truth["spike"] > 0.05
    assert truth.loc[hit, "voltage_noise"].mean() > truth.loc[~hit, "voltage_noise"].mean() + 1
    assert truth.loc[hit, "current_efficiency"].mean() < truth.loc[~hit, "current_efficiency"].mean()


# ---------------------------------------------------------------- cost of moves


def test_moving_a_setpoint_costs_what_the_seed_says(seed: Seed) -> None:
    history = replay(seed, units=12, years=0.1)
    setpoints = history.table[[*KEYS, "voltage_setpoint"]].copy()
    setpoints["voltage_setpoint"] = (setpoints["voltage_setpoint"] + 0.1).clip(upper=4.25)
    other = replay(seed, units=12, years=0.1, setpoints=setpoints)
    first = history.table["period_start"] == history.table["period_start"].min()
    moved = (other.table["voltage_setpoint"] - history.table["voltage_setpoint"])[first]
    per_volt = seed.column("voltage_setpoint").move_cost.value / DAYS
    gained = (other.truth["setpoint_moves"] - history.truth["setpoint_moves"])[first]
    assert (gained <= moved * per_volt + 1e-9).all()
    assert gained.mean() > 0.5 * moved.mean() * per_volt


def test_every_parameter_of_the_plant_is_used(seed: Seed) -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in Path(synthetic_data.__file__).parent.rglob("*.py"))
    named = set(re.findall(r"\bp\.([a-z0-9_]+)", code)) | {"warm_up_periods"}
    named |= {f"{walk}_memory" for walk in WALKS}
    named |= {f"{kind.name}_{part}" for kind in KINDS for part in ("short", "long", "seen_early", "seen_late")}
    assert set(seed.plant.parameters) - named == set()
