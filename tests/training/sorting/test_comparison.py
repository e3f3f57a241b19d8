"""The rule that lets a new sorter take over."""

import json
from dataclasses import replace

import numpy as np
import pytest

from models.sorting.values import oracle_bins, value_matrix
from models.table.contract import check
from models.tasks import build
from registry.versions import RegistryError
from training.core.comparison import ComparisonError, ModelLosses
from training.core.dataset import dataset_of
from training.core.fitting import fit_candidate
from training.core.splits import split
from training.sorting.columns import COLUMNS
from training.sorting.comparison import _side, _unsound, blocks_of, check_judgeable, verdict
from training.sorting.evaluate import AnalysedPieces, Decided
from training.sorting.fit import SortingLearner, pieces_of

LEARNER = SortingLearner()


@pytest.fixture(scope="module")
def fitted(toy_sorting_seed, toy_sorting_frame):
    """The bar and the trees, fitted to the oldest of 120 lots; the judge rows are the newest."""
    data = dataset_of(check(toy_sorting_frame(lots=120, pieces=40), toy_sorting_seed), toy_sorting_seed)
    starts = np.sort(data.periods.unique())
    parts = split(data, test_from=starts[-30])
    result = {
        name: fit_candidate(LEARNER, name, build(toy_sorting_seed)[name], data, parts, {}, None, lambda action: None)
        for name in ("majority", "lightgbm")
    }
    return data, np.flatnonzero(data.periods >= starts[-30]), result


def deciding(candidate, bins):
    """The candidate, had it put the pieces into these bins."""
    decided = candidate.answers
    made = Decided(decided.p, bins, bins, np.zeros(len(bins), dtype=bool), decided.elements)
    return replace(candidate, answers=made)


def test_a_better_sorter_is_promoted_and_a_worse_one_is_not(fitted):
    data, rows, result = fitted
    bar, trees = result["majority"], result["lightgbm"]
    better = verdict(bar.model, data.X[rows], trees, data, rows)
    worse = verdict(trees.model, data.X[rows], bar, data, rows)
    assert better.promoted
    assert better.gain_low > 0
    assert "the value lost against the oracle falls by more than" in better.why
    assert "$/t" in better.why
    assert not worse.promoted
    assert worse.gain == pytest.approx(-better.gain)
    assert (better.rows, better.units, better.blocks) == (1200, 30, 30)


def test_the_gain_is_the_difference_of_the_values(fitted):
    data, rows, result = fitted
    comparison = verdict(result["majority"].model, data.X[rows], result["lightgbm"], data, rows)
    assert comparison.gain == pytest.approx(comparison.challenger["value"] - comparison.champion["value"])
    assert comparison.gain == pytest.approx(comparison.champion["value_lost"] - comparison.challenger["value_lost"])
    assert set(COLUMNS.verdict) <= set(comparison.challenger)
    assert comparison.challenger["value_lost"] == pytest.approx(
        comparison.challenger["oracle_value"] - comparison.challenger["value"]
    )


def test_a_sorter_is_never_promoted_over_itself(fitted):
    data, rows, result = fitted
    comparison = verdict(result["lightgbm"].model, data.X[rows], result["lightgbm"], data, rows)
    assert not comparison.promoted
    assert comparison.gain == comparison.gain_low == 0.0


def test_a_better_sorter_that_breaks_limits_is_not_promoted(fitted):
    """All of metal a goes to its bin, and half of metal b with it, so that x is over its limit there."""
    data, rows, result = fitted
    pieces = pieces_of(data)
    bins = oracle_bins(value_matrix(data.seed), pieces.classes)
    bins[(pieces.classes == 1) & (np.arange(len(bins)) % 2 == 0)] = 0
    comparison = verdict(result["majority"].model, data.X[rows], deciding(result["lightgbm"], bins), data, rows)
    assert comparison.gain_low > 0
    assert comparison.challenger["lots_over_limit"] > 0.5
    assert not comparison.promoted
    over = round(30 * comparison.challenger["lots_over_limit"])
    assert comparison.why == f"better, but {over} of its 30 lots break a limit, where 10% of the lots may"


def test_broken_limits_no_worse_than_the_champions_do_not_hold_a_better_sorter_back(fitted, monkeypatch):
    data, rows, result = fitted
    pieces = pieces_of(data)
    bins = oracle_bins(value_matrix(data.seed), pieces.classes)
    bins[(pieces.classes == 1) & (np.arange(len(bins)) % 2 == 0)] = 0
    bad = np.zeros(len(bins), dtype=int)  # everything in bin a
    made = deciding(result["lightgbm"], bad).answers[rows]
    monkeypatch.setattr("training.sorting.comparison.sort_lots", lambda *_: made)
    comparison = verdict(result["majority"].model, data.X[rows], deciding(result["lightgbm"], bins), data, rows)
    assert comparison.champion["lots_over_limit"] == 1.0
    assert comparison.promoted


def test_too_few_lots_are_told_with_their_number(fitted):
    data, rows, result = fitted
    few = rows[data.periods[rows] >= np.sort(data.periods.unique())[-7]]
    with pytest.raises(ComparisonError, match=r"280 rows in 7 independent blocks .* at least 30 rows in 8 blocks"):
        check_judgeable(result["majority"].model, data, few)


def test_a_champion_of_other_bins_is_not_judged(fitted):
    data, rows, result = fitted
    model = result["majority"].model
    check_judgeable(model, data, rows)
    other = model.seed.model_copy(update={"bins": model.seed.bins[1:]})
    with pytest.raises(RegistryError, match="its bins are bin_bc, rest; expected bin_a, bin_bc, rest"):
        check_judgeable(replace(model, seed=other), data, rows)


def test_a_verdict_is_repeatable_and_is_strict_json(fitted):
    data, rows, result = fitted
    first, second = (verdict(result["majority"].model, data.X[rows], result["lightgbm"], data, rows) for _ in range(2))
    assert first == second
    assert json.loads(json.dumps(first.to_dict(), allow_nan=False))["units"] == 30


def test_what_keeps_a_sorter_back_is_more_broken_lots_than_chance_explains(toy_sorting_seed):
    """Of 40 lots 4 may break a limit; 8 or more do by chance in 4 of 100 times, 7 or more in 10."""

    def side(broken):
        return ModelLosses(np.zeros(1), {"lots": 40.0, "lots_over_limit": broken / 40})

    words = "8 of its 40 lots break a limit, where 10% of the lots may"
    assert _unsound(toy_sorting_seed, side(7), side(8)) == words
    assert _unsound(toy_sorting_seed, side(6), side(7)) is None
    assert _unsound(toy_sorting_seed, side(8), side(8)) is None
    assert _unsound(toy_sorting_seed, side(9), side(8)) is None


def test_blocks_are_lots_numbered_by_their_names(fitted):
    data, rows, _ = fitted
    result = blocks_of(data, rows[::-1])
    assert result.tolist() == np.repeat(np.arange(29, -1, -1), 40).tolist()
    assert result.dtype == np.intp


@pytest.mark.parametrize("first", [0, 1])
def test_other_bins_are_refused_whichever_side_lacks_one(fitted, first):
    data, rows, result = fitted
    seed, model = data.seed, result["majority"].model
    fewer = seed.model_copy(update={"bins": seed.bins[1:]})
    sides = [(fewer, seed), (seed, fewer)][first]
    with pytest.raises(RegistryError, match=r"its bins are .*bin_bc, rest; expected .*bin_bc, rest$"):
        check_judgeable(replace(model, seed=sides[0]), replace(data, seed=sides[1]), rows)


def test_the_loss_of_a_side_is_what_its_bins_lose_a_tonne(toy_sorting_seed):
    """Metals a, b and other in the first bin and on the belt: 2 of 2, -1 of 1.5 and 0.1 of 0.1 $/kg."""
    pieces = AnalysedPieces(
        np.array([0, 1, 3]), np.array([10.0, 30.0, 60.0]), np.array(["A", "A", "B"], dtype=object), np.full((3, 2), 0.5)
    )
    bins = np.array([0, 0, 2])
    result = _side(
        toy_sorting_seed, Decided(np.eye(4)[[0, 1, 3]], bins, bins, np.zeros(3, dtype=bool), {}), pieces, None
    )
    assert result.loss.tolist() == pytest.approx([0.0, 2500.0, 0.0])
    assert result.metrics["value_lost"] == pytest.approx(750.0)
    assert "truth_accuracy" not in result.metrics
    assert "test_x_rmse" not in result.metrics
    assert all(np.isfinite(value) for value in result.metrics.values())


def test_the_truth_of_the_judge_rows_is_reported(fitted):
    data, rows, result = fitted
    known = replace(data, truth=np.where(np.arange(len(data.y)) >= rows[0], data.y, np.nan))
    comparison = verdict(result["majority"].model, data.X[rows], result["lightgbm"], known, rows)
    assert comparison.challenger["truth_accuracy"] == pytest.approx(comparison.challenger["accuracy"])
    assert comparison.challenger["label_errors"] == 0.0
