"""The rule that lets a new grader of lots take over."""

import json
from dataclasses import replace

import numpy as np
import pytest

from models.quality.censoring import log_size
from models.quality.decision import Costs
from models.table.contract import check
from models.tasks import build
from registry.versions import RegistryError
from seeds.format.loader import parse
from training.core.comparison import ComparisonError, ModelLosses
from training.core.dataset import dataset_of
from training.core.fitting import fit_candidate
from training.core.splits import split
from training.quality.columns import COLUMNS
from training.quality.comparison import _unsound, check_judgeable, verdict
from training.quality.fit import QualityLearner, lots_of

LEARNER = QualityLearner()

LOW, HIGH = -2.0, 6.0  # logarithms of contents that keep every grade, and none, whatever the errors


@pytest.fixture(scope="module")
def fitted(toy_quality_seed, toy_quality_frame):
    """The bar and the line, fitted to the older of 150 periods; the judge rows are the 40 newest."""
    data = dataset_of(check(toy_quality_frame(), toy_quality_seed), toy_quality_seed)
    starts = np.sort(data.periods.unique())
    parts = split(data, test_from=starts[-40])
    result = {
        name: fit_candidate(LEARNER, name, build(toy_quality_seed)[name], data, parts, {}, None, lambda action: None)
        for name in ("persistence", "linear")
    }
    return data, np.flatnonzero(data.periods >= starts[-40]), result


class Saying:
    """An estimator that says of its rows what it was told to say."""

    def __init__(self, answers):
        self.told = answers

    def predict(self, X):
        assert len(X) == len(self.told)
        return self.told


def told_of(data, good):
    """Outputs that released the lots in `good` as prime, and no other in any grade with limits."""
    contents = np.where(good[:, None], LOW, HIGH)
    return np.column_stack([np.repeat(contents, 3, axis=1), np.zeros(len(good))])


def saying(candidate, answers):
    """The candidate, had it told this of all rows, allowed to release by it, whatever they miss."""
    return replace(
        candidate, answers=answers, predictions=answers, model=replace(candidate.model, threshold=0.5, missing=None)
    )


def promising(data, alpha):
    """The data set with another share of released lots that may be bad."""
    quality = data.seed.quality
    rules = quality.model_copy(update={"alpha": quality.alpha.model_copy(update={"value": alpha})})
    return replace(data, seed=data.seed.model_copy(update={"quality": rules}))


def test_a_better_grader_is_promoted_and_a_worse_one_is_not(fitted):
    data, rows, result = fitted
    bar, line = result["persistence"], result["linear"]
    better = verdict(bar.model, data.X[rows], line, data, rows)
    worse = verdict(line.model, data.X[rows], bar, data, rows)
    assert better.promoted
    assert better.gain_low > 0
    assert "what decisions cost falls by more than" in better.why
    assert "$/t" in better.why
    assert not worse.promoted
    assert worse.gain == pytest.approx(-better.gain)
    assert (better.rows, better.periods, better.units) == (480, 40, 12)
    assert better.blocks == 10  # of 12 units, so runs of 4 periods: the cube root of 40, rounded up


def test_the_gain_is_the_difference_of_the_costs(fitted):
    data, rows, result = fitted
    comparison = verdict(result["persistence"].model, data.X[rows], result["linear"], data, rows)
    assert comparison.gain == pytest.approx(comparison.champion["cost"] - comparison.challenger["cost"])
    assert set(COLUMNS.verdict) <= set(comparison.challenger)
    assert {name for _, name in COLUMNS.decisive} <= set(comparison.challenger)


def test_a_grader_is_never_promoted_over_itself(fitted):
    data, rows, result = fitted
    comparison = verdict(result["linear"].model, data.X[rows], result["linear"], data, rows)
    assert not comparison.promoted
    assert comparison.gain == comparison.gain_low == 0.0
    assert comparison.champion == comparison.challenger


def test_who_knows_every_assay_beats_a_line(fitted):
    """It releases just the lots that keep the intended grade, and has but doubtful ones of the others assayed."""
    data, rows, result = fitted
    good = lots_of(data).kept[:, 0] == 1
    outputs = told_of(data, good)
    outputs[~good, :3] = log_size(lots_of(data).reported[~good])
    comparison = verdict(result["linear"].model, data.X[rows], saying(result["linear"], outputs), data, rows)
    assert comparison.promoted
    assert comparison.challenger["cost"] < 0.5
    assert comparison.challenger["false_release"] == 0.0
    assert comparison.challenger["released"] == pytest.approx(good[rows].mean())


def test_a_better_grader_that_breaks_the_promise_is_not_promoted(fitted):
    """It releases all lots, whose broken ones cost less than the champion's remelting of all."""
    data, rows, result = fitted
    strict = promising(data, alpha=0.002)
    remelting = replace(result["linear"].model, estimator=Saying(told_of(data, np.zeros(len(rows), dtype=bool))))
    everything = saying(result["linear"], told_of(data, np.ones(len(data.X), dtype=bool)))
    comparison = verdict(remelting, data.X[rows], everything, strict, rows)
    bad = int((lots_of(data).kept[rows, 0] == 0).sum())
    assert comparison.gain_low > 0
    assert comparison.challenger["released_unassayed"] == 480
    assert comparison.challenger["false_release"] == pytest.approx(bad / 480)
    assert bad >= 5  # of 480, where 0.2 % let expect one
    assert not comparison.promoted
    assert comparison.why == f"better, but {bad} of the 480 lots that it releases break their grade, where 0.2% may"
    allowed = verdict(remelting, data.X[rows], everything, promising(data, alpha=0.05), rows)
    assert allowed.promoted


def test_a_broken_promise_no_worse_than_the_champions_does_not_hold_a_better_grader_back(fitted):
    """The champion releases all bad lots and few good ones, the challenger all."""
    data, rows, result = fitted
    bad = lots_of(data).kept[:, 0] == 0
    few = bad | (np.arange(len(bad)) % 4 == 0)
    champion = replace(result["linear"].model, threshold=0.5, estimator=Saying(told_of(data, few)[rows]))
    everything = saying(result["linear"], told_of(data, np.ones(len(data.X), dtype=bool)))
    comparison = verdict(champion, data.X[rows], everything, promising(data, alpha=0.002), rows)
    assert comparison.champion["false_release"] > comparison.challenger["false_release"] > 0.01
    assert comparison.promoted


def test_a_grader_that_releases_nothing_is_judged_by_its_cost(fitted):
    data, rows, result = fitted
    idle = replace(result["linear"], model=replace(result["linear"].model, threshold=np.nan))
    comparison = verdict(result["linear"].model, data.X[rows], idle, data, rows)
    assert not comparison.promoted
    assert "false_release" not in comparison.challenger
    assert comparison.challenger["released_unassayed"] == 0
    back = verdict(idle.model, data.X[rows], result["linear"], data, rows)
    assert back.promoted
    json.dumps(comparison.to_dict(), allow_nan=False)


def test_each_side_pays_what_the_seed_says_now(fitted):
    """Costs of a verdict are those of the data's seed, not of the seed that a model learnt with."""
    data, rows, result = fitted
    quality = data.seed.quality
    dear = quality.model_copy(update={"assay_cost": quality.assay_cost.model_copy(update={"value": 300.0})})
    changed = replace(data, seed=data.seed.model_copy(update={"quality": dear}))
    assert Costs.of(changed.seed).assay == pytest.approx(12.0)
    idle = replace(result["linear"].model, threshold=np.nan)
    before = verdict(idle, data.X[rows], result["linear"], data, rows)
    after = verdict(idle, data.X[rows], result["linear"], changed, rows)
    assert after.champion["cost"] - before.champion["cost"] == pytest.approx(6.0 * before.champion["assayed_share"])


# ---- what cannot be judged


def test_too_few_lots_are_told_with_their_number(fitted):
    data, rows, result = fitted
    few = rows[data.periods[rows] >= np.sort(data.periods.unique())[-3]]
    with pytest.raises(ComparisonError, match=r"36 rows in 2 independent blocks .* at least 30 rows in 8 blocks"):
        check_judgeable(result["linear"].model, data, few)


def test_lots_of_unknown_grades_do_not_count(fitted):
    data, rows, result = fitted
    table = data.table.copy()
    p_keeps = table["p"].abs() <= 6
    table.loc[p_keeps & table.index.isin(rows[5:]), "q"] = np.nan
    gaps = replace(data, table=table)
    known = int((~np.isnan(lots_of(gaps)[rows].kept).any(axis=1)).sum())
    assert 5 <= known < 30
    with pytest.raises(ComparisonError, match=rf"^{known} rows in "):
        check_judgeable(result["linear"].model, gaps, rows)
    table.loc[table.index.isin(rows), "q"] = np.nan
    none = rows[p_keeps.to_numpy()[rows]]
    with pytest.raises(ComparisonError, match=rf"^0 lots to judge on: none of the {len(none)} latest"):
        check_judgeable(result["linear"].model, replace(data, table=table), none)


def test_unknown_grades_leave_the_verdict_on_the_others(fitted):
    data, rows, result = fitted
    table = data.table.copy()
    table.loc[table.index.isin(rows[::3]), ["p", "q"]] = np.nan
    gaps = replace(data, table=table)
    subset = np.setdiff1d(rows, rows[::3])
    of_gaps = verdict(result["persistence"].model, data.X[rows], result["linear"], gaps, rows)
    of_some = verdict(result["persistence"].model, data.X[subset], result["linear"], data, subset)
    assert of_gaps == of_some


@pytest.mark.parametrize(
    ("old", "new", "predictions"),
    [
        ('"second"', '"third"', "its grades are prime, third, remelt; expected prime, second, remelt"),
        ('"crack"', '"hole"', "its defects are hole; expected crack"),
    ],
)
def test_a_champion_of_another_seed_is_not_judged(fitted, toy_quality_seed, tmp_path, old, new, predictions):
    data, rows, result = fitted
    model = result["linear"].model
    check_judgeable(model, data, rows)
    text = toy_quality_seed.text.replace(old, new).replace(f"[targets.{old[1:-1]}]", f"[targets.{new[1:-1]}]")
    other = replace(model, seed=parse(text, tmp_path / "seeds" / "toy_lots.toml"))
    with pytest.raises(RegistryError, match=f"^toy_lots: the champion was trained .* cannot be judged: {predictions}$"):
        check_judgeable(other, data, rows)


def test_a_champion_that_does_not_grade_is_not_judged(fitted, toy_seed):
    data, rows, result = fitted
    with pytest.raises(RegistryError, match="its elements are none; expected p, q, r"):
        check_judgeable(replace(result["linear"].model, seed=toy_seed), data, rows)


def test_a_verdict_is_repeatable_and_is_strict_json(fitted):
    data, rows, result = fitted
    first, second = (verdict(result["persistence"].model, data.X[rows], result["linear"], data, rows) for _ in range(2))
    assert first == second
    assert json.loads(json.dumps(first.to_dict(), allow_nan=False))["units"] == 12


def test_what_keeps_a_grader_back_is_more_broken_lots_than_chance_explains(toy_quality_seed):
    """Of 400 lots 8 may break their grade; 14 or more do by chance in 3 of 100 times, 13 or more in 6."""

    def side(lots, share=None):
        return ModelLosses(
            np.zeros(1), {"released_unassayed": lots} | ({} if share is None else {"false_release": share})
        )

    words = "14 of the 400 lots that it releases break their grade, where 2% may"
    assert _unsound(toy_quality_seed, side(400, 0.03), side(400, 14 / 400)) == words
    assert _unsound(toy_quality_seed, side(0), side(400, 14 / 400)) == words
    for champion, challenger in (
        (side(400, 0.03), side(400, 13 / 400)),
        (side(400, 14 / 400), side(400, 14 / 400)),
        (side(400, 0.04), side(400, 14 / 400)),
        (side(0), side(400)),
        (side(400, 0.01), side(400)),
    ):
        assert _unsound(toy_quality_seed, champion, challenger) is None


def test_the_truth_of_the_judge_rows_is_reported(fitted):
    data, rows, result = fitted
    assert "truth_rmse" not in verdict(result["linear"].model, data.X[rows], result["linear"], data, rows).challenger
    known = data.table[["p", "q", "r"]].abs()
    known.loc[~known.index.isin(rows)] = np.nan
    comparison = verdict(result["linear"].model, data.X[rows], result["linear"], replace(data, truth_frame=known), rows)
    assert np.isfinite(comparison.challenger["truth_rmse"])
    assert comparison.challenger["truth_rmse"] == comparison.champion["truth_rmse"]
