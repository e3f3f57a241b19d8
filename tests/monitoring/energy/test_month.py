"""A month's energy and carbon from a table: which rows count, means over metal, and what is refused."""

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from models.table.contract import TableError
from models.table.reading import read_table
from monitoring.energy.month import EnergyError, energy_month, stand
from monitoring.energy.page import page
from seeds import load

PROCESSES = ("aluminium_reduction", "copper_electrorefining", "zinc_electrowinning", "alumina_refining")


@pytest.fixture(params=PROCESSES)
def process(request):
    return request.param


def test_rows_of_the_month_whose_energy_is_known_count(process, plant):
    seed, data = load(process), plant(process)
    month = energy_month(seed, data)
    table = read_table(data, seed).table
    own = table[table[seed.clock.name].dt.strftime("%Y-%m") == month.month]
    assert len(month.table) + month.left_out == len(own)
    assert month.table[month.physics.TARGET].notna().all()
    assert np.isfinite(month.account.scopes["total"]).all()
    assert set(month.factors) >= {"grid_emission_factor"}


def test_means_are_over_the_product(process, plant):
    month = energy_month(load(process), plant(process))
    first = month.account.boundaries[month.physics.KIND.first]
    expected = (first * month.product).sum() / month.product.sum()
    assert month.mean(first) == pytest.approx(expected, rel=1e-12)
    assert month.mean(np.where(np.arange(len(first)) == 0, np.nan, 1.0)) == pytest.approx(1.0)
    assert np.isnan(month.mean(np.full(len(first), np.nan)))


def test_a_tiered_price_is_that_of_the_mean_consumption(plant):
    """A plant pays for its mean of the period; rows are charged alone in no document."""
    seed = load("aluminium_reduction")
    assert energy_month(seed, plant("aluminium_reduction")).tiers == {}
    economics = seed.economics | {"tier_year": seed.economics["tier_year"].model_copy(update={"value": 2025.0})}
    month = energy_month(seed.model_copy(update={"economics": economics}), plant("aluminium_reduction"))
    consumption = month.mean(month.account.boundaries["comprehensive"]) + 130.0
    surcharge = 0.139 * 0.01 * np.ceil((consumption - 13300.0) / 20.0)
    assert month.tiers["consumption"] == pytest.approx(consumption, rel=1e-12)
    assert month.tiers["surcharge"] == pytest.approx(surcharge, rel=1e-12)
    assert month.tiers["cost"] == pytest.approx(consumption * surcharge, rel=1e-12)
    assert f"Tiered power price by the rule of 2025: the liquid metal takes {consumption:,.0f} kWh/t" in page(month)


def test_another_month_is_asked_for_by_its_name(process, plant):
    seed, data = load(process), plant(process)
    newest = energy_month(seed, data)
    before = f"{pd.Period(newest.month, 'M') - 2}"
    assert energy_month(seed, data, before).month == before
    assert energy_month(seed, data, newest.month).product.sum() == newest.product.sum()


def test_a_month_may_be_written_with_one_digit(plant):
    seed, data = load("zinc_electrowinning"), plant("zinc_electrowinning")
    assert energy_month(seed, data, "2023-3").month == "2023-03"


def test_a_stopped_group_makes_no_metal_and_does_not_count(plant, tmp_path):
    seed, path = load("zinc_electrowinning"), tmp_path / "rows.parquet"
    frame = pd.read_parquet(plant("zinc_electrowinning") / "table.parquet")
    stopped = frame["unit"] == frame["unit"].iloc[0]
    frame.assign(line_current=frame["line_current"].mask(stopped, 0.0)).to_parquet(path)
    month = energy_month(seed, path)
    assert frame["unit"].iloc[0] not in set(month.units)
    assert month.left_out >= 1
    assert (month.product > 0).all()


def test_what_a_reader_of_the_table_should_know_is_kept(plant, tmp_path):
    seed, path = load("zinc_electrowinning"), tmp_path / "rows.parquet"
    frame = pd.read_parquet(plant("zinc_electrowinning") / "table.parquet")
    rows = np.arange(len(frame)) % 40 == 0
    frame.assign(cell_voltage=frame["cell_voltage"].mask(rows, 1e3 * frame["cell_voltage"])).to_parquet(path)
    month = energy_month(seed, path)
    assert month.set_aside == (rows & frame["cell_voltage"].notna()).sum()
    assert any("cell_voltage" in caution and "mV for V" in caution for caution in month.cautions)


@pytest.mark.parametrize("month", ["2024", "2024-13", "May", "2024-05-01", ""])
def test_what_is_no_month_is_refused(plant, month):
    with pytest.raises(EnergyError, match=re.escape(f"month: got '{month}': expected one such as 2025-12")):
        energy_month(load("zinc_electrowinning"), plant("zinc_electrowinning"), month)


def test_a_month_without_rows_names_those_that_the_table_holds(plant):
    expected = r"no row of 1999-01 whose energy is known: expected a month of \d{4}-\d\d to \d{4}-\d\d"
    with pytest.raises(EnergyError, match=expected):
        energy_month(load("zinc_electrowinning"), plant("zinc_electrowinning"), "1999-01")


def test_a_process_whose_energy_is_not_accounted_for_is_named(plant):
    with pytest.raises(EnergyError, match="zinc_leach_filter: its energy is not accounted for"):
        energy_month(load("zinc_leach_filter"), plant("zinc_electrowinning"))


def test_a_table_without_voltage_has_no_energy(plant, tmp_path):
    seed = load("zinc_electrowinning")
    frame = pd.read_parquet(plant("zinc_electrowinning") / "table.parquet").assign(cell_voltage=np.nan)
    frame.to_parquet(tmp_path / "rows.parquet")
    with pytest.raises(EnergyError, match="no row has metal and all of current_efficiency, line_current, cell_voltage"):
        energy_month(seed, tmp_path / "rows.parquet")


def test_auxiliaries_in_megawatt_hours_are_noticed(plant):
    seed = load("zinc_electrowinning")
    wrong = seed.economics["auxiliary_energy"].model_copy(update={"value": 0.1, "unit": "MWh/t"})
    spoilt = seed.model_copy(update={"economics": seed.economics | {"auxiliary_energy": wrong}})
    with pytest.raises(EnergyError, match=r"auxiliary_energy\.unit: got 'MWh/t': expected 'kWh/t'"):
        energy_month(spoilt, plant("zinc_electrowinning"))


def test_a_voltage_in_millivolts_is_noticed(plant, tmp_path):
    frame = pd.read_parquet(plant("zinc_electrowinning") / "table.parquet")
    frame.assign(cell_voltage=1e3 * frame["cell_voltage"]).to_parquet(tmp_path / "rows.parquet")
    with pytest.raises(TableError, match=r"cell_voltage.*a slip of units\?"):
        energy_month(load("zinc_electrowinning"), tmp_path / "rows.parquet")


def test_the_grade_of_a_month_is_that_of_its_mean():
    (norm, _) = load("copper_electrorefining").norms  # 70, 85, 110 kgce/t
    for energy, grade, following, distance in (
        (63.8, "1", None, np.nan),
        (70.0, "1", None, np.nan),
        (71.0, "2", "1", 1.0),
        (100.0, "3", "2", 15.0),
        (130.0, None, "3", 20.0),
    ):
        result = stand(norm, energy)
        assert (result.grade, result.following) == (grade, following)
        assert result.distance == pytest.approx(distance, nan_ok=True)


def test_a_month_stands_where_its_energy_and_what_is_counted_elsewhere_do(plant):
    month = energy_month(load("zinc_electrowinning"), plant("zinc_electrowinning"))
    one = month.standings[0]
    assert one.energy == pytest.approx(month.mean(month.account.coal_equivalent) + 170)
    bare = replace(month, seed=month.seed.model_copy(update={"norms": []}))
    assert bare.standings == []
