"""The simulated crystallisers: mass closes, crews answer what they see, regimes and faults show where they fall."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from physics.purification.vacuum import PRESSURES
from synthetic_data import SimulatedRun
from synthetic_data.crystallisers.lots import RETURN
from synthetic_data.crystallisers.operators import REVIEW
from tests.synthetic_data.graded import GradedPlant

KEYS = ["crystalliser", "lot_start"]
ELEMENTS = tuple(PRESSURES)


@pytest.fixture(scope="module")
def works(graded: Callable[[str], GradedPlant]) -> GradedPlant:
    return graded("high_purity_gallium")


@pytest.fixture(scope="module")
def plant(works: GradedPlant) -> SimulatedRun:
    """The refinery over all of its time."""
    return works.whole


# ---------------------------------------------------------------- mass


def test_no_crystal_holds_more_than_was_charged(plant: SimulatedRun) -> None:
    for element in ELEMENTS:
        assert (plant.truth[f"crystal_{element}"] < plant.truth[f"charged_{element}"]).all(), element
        assert (plant.truth[element] > plant.truth[f"crystal_{element}"]).all(), element


def test_what_the_vacuum_and_the_stages_leave_is_the_law_of_normal_freezing(plant: SimulatedRun) -> None:
    """Of lots that froze with a plane front, stage after stage."""
    truth, table = plant.truth, plant.table
    plane = (truth["trapped"] == 0.0) & (truth["sudden"] == 0.0)
    k, g, stages = truth["segregation_iron"][plane], table["fraction_frozen"][plane], table["stages"][plane]
    mean = (1.0 - (1.0 - g) ** k) / g
    expected = truth["charged_iron"][plane] * truth["vacuum_left_iron"][plane] * mean**stages
    np.testing.assert_allclose(truth["crystal_iron"][plane], expected, rtol=1e-9)


def test_melt_that_was_left_comes_back_five_weeks_later(works: GradedPlant) -> None:
    """Another fraction frozen changes charges of later lots alone: those of the first five weeks stay."""
    typical, faster = works.history.truth, works.moved(fraction_frozen=0.05).truth
    lot = typical.groupby("crystalliser").cumcount()
    changed = ~np.isclose(typical["charged_iron"], faster["charged_iron"], rtol=1e-12)
    first = lot[changed].min()
    assert RETURN * REVIEW <= first < (RETURN + 1) * REVIEW
    assert changed[lot >= (RETURN + 1) * REVIEW].all()


# ---------------------------------------------------------------- grades


def test_more_than_iron_and_indium_fail_six_nines_at_times(works: GradedPlant, plant: SimulatedRun) -> None:
    limits = next(grade.limits for grade in works.seed.grades if grade.name == works.seed.quality_rules.intended)
    failed = {name: int((plant.truth[name] > limit.value).sum()) for name, limit in limits.items()}
    rare = {name: count for name, count in failed.items() if name not in ("iron", "indium") and count >= 5}
    assert len(rare) >= 4, failed
    assert sum(rare.values()) < failed["iron"] < 0.2 * len(plant.truth)


# ---------------------------------------------------------------- readings


def test_what_is_counted_or_assayed_is_never_missing(works: GradedPlant) -> None:
    counted = {"ordered_nines", "scrap_share", "residue_share", "returned_share", "mould_uses"}
    assert works.never_missing == counted | {f"feed_{name}" for name in ELEMENTS}


def test_no_true_charge_reaches_the_table(plant: SimulatedRun) -> None:
    for element in ELEMENTS:
        charged = plant.truth[f"charged_{element}"]
        assert not np.isclose(plant.table[f"feed_{element}"], charged, rtol=1e-12, atol=0.0).any()


def test_most_figures_of_a_pure_metal_are_less_than_signs(plant: SimulatedRun) -> None:
    below = (plant.table[list(ELEMENTS)] < 0).mean()
    assert 0.4 < below.mean() < 0.75
    assert (below[["copper", "mercury", "zinc"]] > 0.95).all()
    assert (below[["iron", "silicon"]] < 0.2).all()


# ---------------------------------------------------------------- crews


def test_crews_freeze_dirty_feed_more_often_and_more_slowly(plant: SimulatedRun) -> None:
    six = plant.table["ordered_nines"] == 6.0
    table = plant.table[six]
    dirt = np.log(table["feed_iron"].abs()) + np.log(table["feed_indium"].abs())
    assert table["stages"].corr(dirt) > 0.5
    assert table["growth_rate"].corr(dirt) < -0.1
    # The wrong sign, while a stage more lowers all contents.
    assert table["stages"].corr(np.log(table["indium"].abs())) > 0.0


def test_the_purer_grade_is_made_of_purer_metal_in_more_stages(plant: SimulatedRun) -> None:
    seven = plant.table["ordered_nines"] == 7.0
    assert 0.13 < seven.mean() < 0.21
    means = plant.table.groupby(seven)[["stages", "growth_rate", "feed_iron", "iron"]].mean()
    assert means.loc[True, "stages"] > means.loc[False, "stages"] + 1.2
    assert means.loc[True, "growth_rate"] < 0.6 * means.loc[False, "growth_rate"]
    assert means.loc[True, "iron"] < 0.3 * means.loc[False, "iron"]


def test_crews_freeze_less_after_failed_assays(works: GradedPlant, plant: SimulatedRun) -> None:
    limits = next(grade for grade in works.seed.grades if grade.name == "ga6n").limits
    sizes = plant.table[[*limits]].abs()
    failed = (sizes > [limit.value for limit in limits.values()]).any(axis=1)
    lot = plant.table.groupby("crystalliser").cumcount()
    by_review = pd.DataFrame(
        {
            "unit": plant.table["crystalliser"],
            "review": lot // REVIEW,
            "failed": failed.where(lot % REVIEW < 8),
            "fraction": plant.table["fraction_frozen"],
        }
    )
    means = by_review.groupby(["unit", "review"]).mean()
    before = means["failed"].groupby("unit").shift()
    habit = means["fraction"].groupby("unit").transform("mean")
    assert (means["fraction"] - habit).corr(before) < -0.4


# ---------------------------------------------------------------- regimes and events


def test_regimes_show_from_their_dates(works: GradedPlant, plant: SimulatedRun) -> None:
    start, plain = plant.table["lot_start"], works.plain
    after = start >= works.began("cleaner_room")
    ratio = plant.truth["true_particles"] / plain.truth["true_particles"]
    typical, clean = 3.4e5, 1.4e5
    assert ratio[after].to_numpy() == pytest.approx(clean / typical, rel=1e-9)
    assert ratio[~after].to_numpy() == pytest.approx(1.0, rel=1e-12)
    scrap = plant.table["scrap_share"] / plain.table["scrap_share"]
    assert scrap[start >= works.began("more_scrap")].median() == pytest.approx(0.36 / 0.28, rel=1e-9)


def test_another_spectrometer_moves_reports_and_not_the_metal(works: GradedPlant, plant: SimulatedRun) -> None:
    after = plant.table["lot_start"] >= works.began("spectrometer")
    moved = []
    for name in ("iron", "silicon", "indium", "aluminium"):
        seen = (plant.table[name] > 0) & (plant.truth[name] > 3.0 * works.value(f"limit_{name}"))
        ratio = np.log(plant.table[name].abs() / plant.truth[name])
        moved.append(ratio[seen & after].median() - ratio[seen & ~after].median())
    # Each element by a factor of its own, the difference of two that are off by a fifth each.
    assert 0.05 < np.std(moved) < 0.6


def test_faults_show_where_they_fall(plant: SimulatedRun) -> None:
    truth = plant.truth.set_index(KEYS)
    table = plant.table.set_index(KEYS)
    for kind, values, factor in (
        ("sudden", table["interface_score"], 1.8),
        ("mould", truth["silicon"] - truth["crystal_silicon"], 1.8),
        ("leak", table["end_pressure"], 3.0),
    ):
        events = plant.events[plant.events["kind"] == kind]
        assert len(events) >= 10, kind
        assert (events["onset"] < events["detected"]).all(), kind
        at = [(one.unit, one.onset) for one in events.itertuples()]
        assert values.loc[at].median() > factor * values.median(), kind


def test_resistance_shows_what_assays_do_not(plant: SimulatedRun) -> None:
    """Among lots of which most figures are less-than signs it still falls with the true sum."""
    few = (plant.table[list(ELEMENTS)] < 0).sum(axis=1) >= 7
    total = plant.truth.loc[few, list(ELEMENTS)].sum(axis=1)
    assert plant.table.loc[few, "resistance_ratio"].rank().corr(total.rank()) < -0.3
