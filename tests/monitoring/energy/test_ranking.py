"""Units ranked, and what differs in the best tenth of the rows."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import median_abs_deviation

from models.interfaces.energy import COMPREHENSIVE
from models.processes.direct_current_energy import DIRECT
from monitoring.energy.month import energy_month
from monitoring.energy.ranking import FEWEST_ROWS, differences, ranked
from seeds import Seed, load


@pytest.fixture(scope="module")
def month(plant):
    """A whole month of 12 groups of cells, some 180 rows."""
    seed, data = load("zinc_electrowinning"), plant("zinc_electrowinning")
    newest = pd.Period(energy_month(seed, data).month, "M")
    return energy_month(seed, data, f"{newest - 1}")


def test_units_stand_by_energy_and_their_metal_is_all_of_it(month):
    units = ranked(month)
    energies = [one.comprehensive for one in units]
    assert energies == sorted(energies)
    assert {one.unit for one in units} == set(month.units)
    assert sum(one.product for one in units) == pytest.approx(month.product.sum())
    assert sum(one.rows for one in units) == len(month.table)
    mean = sum(one.product * one.first for one in units) / sum(one.product for one in units)
    assert mean == pytest.approx(month.mean(month.account.boundaries[DIRECT]))


def test_the_doubt_is_that_of_the_label(month):
    noise = month.seed.targets["current_efficiency"].label_noise
    for one in ranked(month):
        # 100 kWh/t of auxiliaries do not depend on the efficiency
        expected = 1.645 * noise.value / one.measured * (one.comprehensive - 100) / np.sqrt(one.rows)
        assert one.doubt == pytest.approx(expected, rel=1e-9)
    targets = {"current_efficiency": month.seed.targets["current_efficiency"].model_copy(update={"label_noise": None})}
    silent = replace(month, seed=month.seed.model_copy(update={"targets": month.seed.targets | targets}))
    assert all(np.isnan(one.doubt) for one in ranked(silent))


def test_the_doubt_of_fuel_is_that_of_its_label_as_it_is(plant):
    for one in ranked(energy_month(load("alumina_refining"), plant("alumina_refining"))):
        assert one.doubt == pytest.approx(1.645 * 0.25 / np.sqrt(one.rows), rel=1e-9)
        assert one.first == pytest.approx(one.measured, rel=1e-12)
        assert one.comprehensive == pytest.approx(one.first + 0.792, rel=1e-9)  # 220 kWh/t


def changed(month, **columns):
    return replace(month, columns={**month.columns, **columns})


def test_a_column_in_which_the_best_differ_is_found_with_its_size(month):
    energy = month.account.boundaries[COMPREHENSIVE]
    noise = np.random.default_rng(1).normal(0, 1, len(energy))
    best = energy <= np.quantile(energy, 0.1)
    lower = np.where(best, 36.0, 38.0) + 0.2 * noise
    result = {one.column: one for one in differences(changed(month, cell_temperature=lower))}
    one = result["cell_temperature"]
    assert one.best - one.others == pytest.approx(-2, abs=0.15)
    assert one.low <= one.best - one.others <= one.high < 0
    spread = median_abs_deviation(lower[~best], scale="normal")
    assert one.spreads == pytest.approx((one.best - one.others) / spread, rel=1e-4)
    assert not one.in_the_sum
    sizes = [abs(other.spreads) for other in result.values()]
    assert sizes == sorted(sizes, reverse=True)


def test_pure_chance_is_left_out_as_often_as_promised(month):
    rng, alone = np.random.default_rng(2), [month.seed.key, month.seed.column("glue_dose"), month.seed.target]
    parts = {field: getattr(month.seed, field) for field in Seed.model_fields}
    bare = replace(month, seed=Seed.model_construct(**parts | {"columns": alone}))
    seen = sum(len(differences(changed(bare, glue_dose=rng.normal(0.2, 0.02, len(month.table))))) for _ in range(40))
    assert seen <= 10  # a tenth is expected


def test_what_energy_is_computed_from_is_marked(month):
    marked = {one.column for one in differences(month) if one.in_the_sum}
    assert marked <= set(month.physics.NEEDED)
    assert "cell_voltage" in marked


def test_few_rows_are_not_compared(month):
    few = FEWEST_ROWS - 1
    boundaries = {name: values[:few] for name, values in month.account.boundaries.items()}
    assert differences(replace(month, account=replace(month.account, boundaries=boundaries))) == []
