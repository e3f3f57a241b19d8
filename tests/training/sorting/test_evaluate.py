"""Figures of a sorter against values worked out by hand and against their laws; all by mass."""

import numpy as np
import pytest

from models.interfaces.answers import Answer
from models.sorting.values import oracle_bins, value_matrix
from training.sorting.evaluate import (
    AnalysedPieces,
    Decided,
    by_bin,
    by_element,
    lost_by_cause,
    lots_over_limit,
    lots_over_sd_limit,
    measured,
    over_lots,
    sds_of_lots,
    value_metrics,
)

A, B, C, OTHER = range(4)
BIN_A, BIN_BC, REST = range(3)


def pieces(classes, mass=None, lots=None, x=0.5):
    classes = np.array(classes)
    n = len(classes)
    mass = np.ones(n) if mass is None else np.array(mass, dtype=float)
    lots = np.full(n, "L-1", dtype=object) if lots is None else np.array(lots, dtype=object)
    return AnalysedPieces(classes, mass, lots, np.column_stack([np.broadcast_to(x, n), np.ones(n)]))


def decided(predictions, bins, expected=None, refused=None, sure=1.0):
    predictions, bins = np.array(predictions), np.array(bins)
    p = np.full((len(predictions), 4), (1 - sure) / 3)
    p[np.arange(len(predictions)), predictions] = sure
    expected = bins if expected is None else np.array(expected)
    refused = np.zeros(len(predictions), dtype=bool) if refused is None else np.array(refused)
    return Decided(p, bins, expected, refused, {})


def test_a_perfect_sorter_has_perfect_figures(toy_sorting_seed):
    rng = np.random.default_rng(1)
    real = pieces(rng.integers(0, 4, 300), rng.lognormal(3, 1, 300), rng.choice(["L-1", "L-2", "L-3"], 300))
    bins = oracle_bins(value_matrix(toy_sorting_seed), real.classes)
    result = measured(toy_sorting_seed, decided(real.classes, bins), real)
    for name in ("accuracy", "accuracy_count", "value_share", "purity", "recovery", "refused_other"):
        assert result[name] == pytest.approx(1.0), name
    for name in ("log_loss", "ece", "lots_over_limit", "loss_misclassified", "loss_uncertainty", "loss_lot_limit"):
        assert result[name] == pytest.approx(0.0, abs=1e-12), name
    assert result["accuracy_low"] == result["accuracy_high"] == 1.0
    assert result["lots"] == 3


def test_a_heavy_mistake_weighs_more_than_a_light_one(toy_sorting_seed):
    real = pieces([A, B, B, C], mass=[700, 100, 100, 100])
    heavy = measured(toy_sorting_seed, decided([B, B, B, C], [BIN_BC] * 4), real)
    light = measured(toy_sorting_seed, decided([A, B, B, A], [BIN_A, BIN_BC, BIN_BC, BIN_A]), real)
    assert heavy["accuracy"] == pytest.approx(0.3)
    assert light["accuracy"] == pytest.approx(0.9)
    assert heavy["accuracy_count"] == light["accuracy_count"] == 0.75


def test_a_piece_of_twice_the_mass_counts_as_two_and_the_unit_does_not_matter(toy_sorting_seed):
    once = measured(toy_sorting_seed, decided([A, B], [BIN_A, BIN_A], sure=0.7), pieces([A, C], mass=[200, 100]))
    twice = measured(
        toy_sorting_seed, decided([A, A, B], [BIN_A, BIN_A, BIN_A], sure=0.7), pieces([A, A, C], mass=[1, 1, 1])
    )
    for name in set(once) - {"accuracy_count"}:
        assert once[name] == pytest.approx(twice[name], nan_ok=True), name


def test_purity_and_recovery_of_a_worked_example(toy_sorting_seed):
    """Bin a gets 6 g of a and 2 g of c; bin bc gets 3 g of b and 1 g of a; 4 g of c stay on the belt."""
    real = pieces([A, C, B, A, C, OTHER], mass=[6, 2, 3, 1, 4, 5])
    bins = np.array([BIN_A, BIN_A, BIN_BC, BIN_BC, REST, REST])
    result = by_bin(value_matrix(toy_sorting_seed), REST, ["bin_a", "bin_bc", "rest"], decided([A] * 6, bins), real)
    assert result["bin_a_purity"] == pytest.approx(6 / 8)
    assert result["bin_a_recovery"] == pytest.approx(6 / 7)
    assert result["bin_bc_purity"] == pytest.approx(3 / 4)
    assert result["bin_bc_recovery"] == pytest.approx(3 / 9)
    assert result["purity"] == pytest.approx(9 / 12)
    assert result["recovery"] == pytest.approx(9 / 16)
    assert "rest_purity" not in result


def test_a_bin_that_gets_nothing_has_no_purity(toy_sorting_seed):
    result = measured(toy_sorting_seed, decided([A, A], [REST, REST]), pieces([A, A], lots=["L-1", "L-2"]))
    assert np.isnan(result["bin_a_purity"])
    assert np.isnan(result["purity_low"])
    assert result["bin_a_recovery"] == 0.0


def test_value_is_in_dollars_a_tonne_and_as_a_share_of_the_oracle(toy_sorting_seed):
    """Of 4 kg: 1 kg of a in bin a (2 $/kg), 1 kg of b there (-1), 2 kg of c carried on (0.3); best 2, 1.5, 1.2."""
    real = pieces([A, B, C], mass=[1000, 1000, 2000])
    result = value_metrics(value_matrix(toy_sorting_seed), REST, decided([A] * 3, [BIN_A, BIN_A, REST]), real)
    assert result["value"] == pytest.approx(1000 * (2.0 - 1.0 + 2 * 0.3) / 4)
    assert result["oracle_value"] == pytest.approx(1000 * (2.0 + 1.5 + 2 * 1.2) / 4)
    assert result["pass_value"] == pytest.approx(1000 * 0.3)
    assert result["value_share"] == pytest.approx(1.6 / 5.9)


@pytest.mark.parametrize(
    ("predictions", "bin_", "expected", "refused", "cause", "lost"),
    [
        (B, BIN_BC, BIN_BC, False, "misclassified", 2.0 - 0.4),
        (A, REST, REST, False, "uncertainty", 2.0 - 0.3),
        (OTHER, REST, REST, True, "rejected unknown", 2.0 - 0.3),
        (A, REST, BIN_A, False, "lot limit", 2.0 - 0.3),
    ],
)
def test_each_loss_has_its_cause(toy_sorting_seed, predictions, bin_, expected, refused, cause, lost):
    result = lost_by_cause(
        value_matrix(toy_sorting_seed), 0.0, REST, decided([predictions], [bin_], [expected], [refused]), pieces([A])
    )
    assert result.pop(cause) == pytest.approx(1000 * lost)
    assert set(result.values()) == {0.0}


def test_causes_add_up_to_what_the_oracle_has_more(toy_sorting_seed):
    rng = np.random.default_rng(4)
    real = pieces(rng.integers(0, 4, 500), rng.lognormal(3, 1, 500))
    bins, expected, predictions = rng.integers(0, 3, 500), rng.integers(0, 3, 500), rng.integers(0, 4, 500)
    made = decided(predictions, bins, expected, rng.random(500) < 0.2)
    values = value_matrix(toy_sorting_seed)
    lost, cash = lost_by_cause(values, 0.02, REST, made, real), value_metrics(values, REST, made, real)
    carried = lost.pop("co-ejection")
    assert sum(lost.values()) == pytest.approx(cash["oracle_value"] - cash["value"])
    assert carried == pytest.approx(lost_by_cause(values, 0.04, REST, made, real)["co-ejection"] / 2)


def test_what_is_carried_along_into_a_bin_loses_its_own_place(toy_sorting_seed):
    """Half the mass is a in bin a, half b in bin bc: a unit ejected takes 0.1 of both along into either bin."""
    lost = lost_by_cause(
        value_matrix(toy_sorting_seed), 0.1, REST, decided([A, B], [BIN_A, BIN_BC]), pieces([A, B], [1, 1])
    )
    retained = (2.0 + 1.5) / 2
    into_a, into_bc = (2.0 - 1.0) / 2, (0.4 + 1.5) / 2
    assert lost["co-ejection"] == pytest.approx(1000 * 0.1 * (0.5 * (retained - into_a) + 0.5 * (retained - into_bc)))


def test_a_lot_is_over_a_limit_by_the_mean_of_its_bin_with_co_ejected_pieces(toy_sorting_seed):
    """Bin a may hold 0.9 wt% of x on average; 0.02 of co-ejected mass brings the lot's mean of x along."""
    lots = ["L-1", "L-1", "L-2", "L-2", "L-3", "L-3"]
    x = np.array([0.5, 1.2, 0.5, 1.4, 0.89, 5.0])
    real = pieces([A] * 6, mass=[1, 1, 1, 1, 1, 1], lots=lots, x=x)
    bins = [BIN_A, BIN_A, BIN_A, BIN_A, BIN_A, REST]
    # L-1 0.85 and L-2 0.95 wherever co-ejected pieces come from; L-3 (0.89 + 0.02 · 2.945) / 1.02 = 0.930
    assert lots_over_limit(toy_sorting_seed, decided([A] * 6, bins), real).tolist() == [False, True, True]


def test_a_lot_is_over_a_limit_of_its_spread_by_the_pieces_of_its_bin(toy_spread_seed, toy_sorting_seed):
    """Lots of two pieces in bin a, ± 0.29 and ± 0.31 about 0.5; with 0.02 of the same along they scatter as much."""
    x = np.array([0.21, 0.79, 0.19, 0.81, 0.5, 5.0])
    real = pieces([A] * 6, lots=["L-1", "L-1", "L-2", "L-2", "L-3", "L-3"], x=x)
    made = decided([A] * 6, [BIN_A] * 5 + [REST])
    sds = sds_of_lots(toy_spread_seed, made, real)
    np.testing.assert_allclose(sds[:2, BIN_A, 0], [0.29, 0.31], rtol=1e-12)
    assert lots_over_sd_limit(toy_spread_seed, made, real).tolist() == [False, True, True]  # 2 % of 2.75 along in L-3
    assert lots_over_limit(toy_sorting_seed, made, real).tolist() == [False] * 3
    assert lots_over_limit(toy_spread_seed, made, real).tolist() == [False, True, True]
    assert measured(toy_spread_seed, made, real)["lots_over_sd_limit"] == pytest.approx(2 / 3)
    assert "lots_over_sd_limit" not in measured(toy_sorting_seed, made, real)


def test_elements_are_judged_by_what_the_laboratory_told(toy_sorting_seed):
    real = pieces([A] * 4, x=np.array([1.0, 2.0, np.nan, 4.0]))
    value = np.array([1.0, 3.0, 9.0, 4.0])
    predictions = Decided(np.ones((4, 4)), *(np.zeros(4, dtype=int),) * 2, np.zeros(4, dtype=bool), {})
    predictions.elements["x"] = Answer(value, value - 0.5, value + 0.5)
    result = by_element(toy_sorting_seed, predictions, real)
    assert result["x_rmse"] == pytest.approx(np.sqrt(1 / 3))
    assert result["x_coverage_90"] == result["coverage_90"] == pytest.approx(2 / 3)
    assert np.isnan(result["z_rmse"])


def test_an_interval_over_lots_is_that_of_the_mean_of_independent_lots():
    rng = np.random.default_rng(5)
    of_lot = rng.normal(0.8, 0.1, 400)
    low, high = over_lots(np.repeat(of_lot, 20), np.ones(8000), np.repeat(np.arange(400).astype(str), 20))
    half = 1.645 * of_lot.std() / np.sqrt(400)
    assert low == pytest.approx(of_lot.mean() - half, abs=0.001)
    assert high == pytest.approx(of_lot.mean() + half, abs=0.001)
    assert np.isnan(over_lots(np.ones(5), np.ones(5), np.full(5, "L-1"))).all()


def test_truth_adds_its_metrics_and_changes_no_other(toy_sorting_seed):
    real, made = pieces([A, B, C, C], mass=[1, 2, 3, 4]), decided([A, B, C, B], [BIN_A, BIN_BC, BIN_BC, BIN_BC])
    without = measured(toy_sorting_seed, made, real)
    result = measured(toy_sorting_seed, made, real, np.array([A, B, np.nan, B]))
    assert {name: result[name] for name in without} == pytest.approx(without, nan_ok=True)
    assert result["truth_accuracy"] == 1.0
    assert result["label_errors"] == pytest.approx(4 / 7)
    assert result["truth_value_share"] == pytest.approx(1.0)


def test_all_figures_of_six_pieces(toy_sorting_seed):
    """Each piece with a fate of its own; figures by hand, 100 g in two lots."""
    real = pieces([A, A, B, C, OTHER, OTHER], [10, 20, 15, 15, 30, 10], ["L-1"] * 3 + ["L-2"] * 3, x=0.89)
    made = decided([A, B, B, C, OTHER, A], [BIN_A, BIN_BC, BIN_BC, REST, REST, BIN_A], sure=0.7)
    result = measured(toy_sorting_seed, made, real, np.array([A, A, B, B, OTHER, np.nan]))
    expected = {
        "accuracy": 0.7,
        "accuracy_count": 4 / 6,
        "log_loss": -0.7 * np.log(0.7) - 0.3 * np.log(0.1),
        "ece": 0.0,
        "value": 10 * (10 * 2 + 20 * 0.4 + 15 * 1.5 + 15 * 0.3 + 30 * 0.1 - 10 * 3),
        "oracle_value": 10 * (30 * 2 + 15 * 1.5 + 15 * 1.2 + 40 * 0.1),
        "pass_value": 10 * (60 * 0.3 + 40 * 0.1),
        "loss_misclassified": 10 * (20 * 1.6 + 10 * 3.1),
        "loss_uncertainty": 10 * 15 * 0.9,
        "loss_rejected_unknown": 0.0,
        "loss_lot_limit": 0.0,
        "purity": 25 / 55,
        "recovery": 25 / 60,
        "bin_a_purity": 10 / 20,
        "bin_a_recovery": 10 / 30,
        "bin_bc_purity": 15 / 35,
        "bin_bc_recovery": 15 / 30,
        "refused_other": 30 / 40,
        "lots": 2.0,
        "lots_over_limit": 0.0,
        "truth_accuracy": 55 / 90,
        "label_errors": 15 / 90,
        "truth_value_share": (20 + 8 + 22.5 + 4.5 + 3) / (60 + 30 * 1.5 + 3),
    }
    assert {name: result[name] for name in expected} == pytest.approx(expected, abs=1e-9)
