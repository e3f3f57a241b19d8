"""The simulated cast house: mass closes, crews answer what they see, regimes and failing pots show."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from physics.melt.metal_balance import alumina_contribution, closed_loop_recovery
from synthetic_data import SimulatedRun
from synthetic_data.cast_house.failures import Failures
from synthetic_data.cast_house.operators import REVIEW
from synthetic_data.cast_house.parameters import CastHouseParameters
from synthetic_data.cast_house.supply import STRETCH, CastHouseSupplier
from synthetic_data.engine.options import plan_run
from synthetic_data.engine.plan import UnitBlock
from tests.synthetic_data.graded import GradedPlant


@pytest.fixture(scope="module")
def works(graded: Callable[[str], GradedPlant]) -> GradedPlant:
    return graded("aluminium_ingot")


@pytest.fixture(scope="module")
def plant(works: GradedPlant) -> SimulatedRun:
    """The cast house over its two years."""
    return works.whole


# ---------------------------------------------------------------- mass


def test_iron_and_silicon_of_the_pools_close(works: GradedPlant, plant: SimulatedRun) -> None:
    exchange = works.value("pool_exchange")
    truth = plant.truth.groupby("furnace")
    for name in ("iron", "silicon"):
        for group in ("high_purity", "ordinary"):
            pool, feed = plant.truth[f"{name}_pool_{group}"], plant.truth[f"{name}_feed_{group}"]
            gained = pool - truth[f"{name}_pool_{group}"].shift()
            assert (gained - exchange * (feed - pool)).abs().max() < 1e-9 * pool.mean()


def test_iron_of_a_charge_is_that_of_pots_scrap_and_tools_less_nothing(plant: SimulatedRun) -> None:
    truth = plant.truth
    came = sum(truth[f"iron_from_{source}"] for source in ("pots", "failing", "scrap", "tools"))
    assert np.allclose(truth["fe"] * (1.0 - 0.01 * truth["melt_loss"]), came, rtol=1e-9)


def test_raw_materials_reach_the_metal_by_the_recovery_of_the_scrubbers_loop(works: GradedPlant) -> None:
    """Over two years the metal gets what the loop's balance says, whenever it comes back."""
    run = plan_run(works.seed)
    supplier = CastHouseSupplier(run)
    supplies = [supplier.advance() for _ in range(-STRETCH, run.periods, STRETCH)]
    brought = np.concatenate([supply.brought["zn"] for supply in supplies])
    share = 65.38 / (65.38 + 15.999)
    fed = alumina_contribution(np.concatenate([supply.assays["alumina_zno"] for supply in supplies]), share)
    recovery = closed_loop_recovery(works.value("metal_share_zn"), works.value("scrubber_return"))
    assert brought.mean() / fed.mean() == pytest.approx(float(recovery), rel=0.03)  # assays err by 5 %


# ---------------------------------------------------------------- readings


def test_what_is_counted_is_never_missing_and_traces_are_below_limits(works: GradedPlant, plant: SimulatedRun) -> None:
    assert works.never_missing == {"filter_age", "rotor_age", "tool_age", "pots_apart"}
    assert all((plant.table[element] < 0).any() for element in ("zn", "cu", "mg", "v", "na"))


def test_moulds_are_best_neither_cold_nor_hot(works: GradedPlant) -> None:
    typical = works.history.truth["surface"].mean()
    for by in (-40, 40):
        assert works.moved(mould_temperature=by).truth["surface"].mean() > 1.2 * typical


# ---------------------------------------------------------------- crews


def test_crews_thin_dirty_metal_so_that_history_shows_the_wrong_sign(plant: SimulatedRun) -> None:
    table = plant.table
    assert table["high_purity_share"].corr(table["pot_iron_ordinary"]) > 0.3
    assert table["fe"].corr(table["high_purity_share"]) > 0.0


def test_crews_degas_harder_after_high_density_indices_and_in_moist_air(plant: SimulatedRun) -> None:
    table = plant.table.assign(review=plant.table.groupby("furnace").cumcount() // REVIEW)
    means = table.groupby(["furnace", "review"])[["density_index", "degasser_gas"]].mean()
    furnaces = means.groupby("furnace")
    step = means["degasser_gas"] - furnaces["degasser_gas"].shift()
    worse = furnaces["density_index"].shift() - furnaces["density_index"].shift(2)
    assert step.corr(worse) > 0.4
    month = table["cast_start"].dt.month
    assert table.loc[month == 7, "degasser_gas"].mean() > table.loc[month == 1, "degasser_gas"].mean() + 0.3


# ---------------------------------------------------------------- regimes and events


def test_regimes_show_from_their_dates(works: GradedPlant, plant: SimulatedRun) -> None:
    table = plant.table
    for regime, element, factor in (("alumina_source", "ga", 1.05), ("coke_source", "ni", 1.1)):
        regime_start = works.began(regime)
        after = table["cast_start"] > regime_start + pd.Timedelta(days=60)  # raw materials and pools take their time
        before = table["cast_start"] < regime_start
        assert table.loc[after, element].mean() > factor * table.loc[before, element].mean()


def test_another_calibration_moves_reports_and_not_the_metal(works: GradedPlant, plant: SimulatedRun) -> None:
    ratio = np.log(plant.table["fe"] / plant.truth["fe"])
    after = plant.table["cast_start"] >= works.began("spectrometer")
    factor = works.changed("spectrometer", "spectrometer")
    assert ratio[after].mean() - ratio[~after].mean() == pytest.approx(
        np.log(factor / works.value("spectrometer")), abs=0.002
    )


def test_failing_pots_are_found_late_and_tapped_apart(plant: SimulatedRun) -> None:
    events = plant.events[plant.events["kind"] == "failing_pot"]
    assert len(events) > 50
    assert (events["onset"] < events["detected"]).all()
    assert (plant.table["pots_apart"] > 0).any()
    early = (plant.truth["iron_from_failing"] > 300) & (plant.table["pots_apart"] == 0)
    assert early.sum() > 50
    typical = plant.table["pot_iron_worst"].median()
    assert plant.table.loc[early, "pot_iron_worst"].median() > 2 * typical


def test_a_failing_pot_creeps_then_steps_and_is_in_every_other_cast(works: GradedPlant) -> None:
    run = plan_run(works.seed)
    failures, rng = Failures(UnitBlock(0, 0, 12), run.period_days), np.random.default_rng(2)
    p = CastHouseParameters.on_days(run, np.zeros(STRETCH))
    p.failures_a_year = np.full(STRETCH, 0.3)  # so few that two hardly ever meet
    iron = np.concatenate([failures.advance(p, i * STRETCH, STRETCH, rng).iron for i in range(6)], axis=1)
    tapped = iron > 0
    assert not (tapped[:, 1:] & tapped[:, :-1]).any()
    assert iron.max() > 7000
    assert 0.001 < tapped.mean() < 0.05
