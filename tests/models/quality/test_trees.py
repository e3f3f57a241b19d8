"""Trees on what lines leave over of contents and defects of lots."""

from types import SimpleNamespace

import lightgbm
import numpy as np
import pytest
from sklearn.base import clone

from models.estimators import booster
from models.quality import trees
from models.quality.linear import LotLines
from models.quality.trees import LotTrees

LIMIT = 0.4
QUICK = LotTrees(n_jobs=1, learning_rate=0.1, most_trees=150)


def law(X: np.ndarray) -> np.ndarray:
    """Logarithm of a content that no straight line tells."""
    return 0.2 + 0.9 * np.sin(2 * X[:, 0]) * (X[:, 1] > 0) + 0.3 * X[:, 2]


def lots(n: int = 1200, rng_seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Inputs, true contents with their scatter, and what a laboratory with a limit reports of them."""
    rng = np.random.default_rng(rng_seed)
    X = rng.standard_normal((n, 4))
    logs = law(X) + 0.3 * rng.standard_normal(n)
    return X, np.exp(logs)[:, None], np.where(logs < LIMIT, -np.exp(LIMIT), np.exp(logs))[:, None]


def error(fitted: LotTrees | LotLines) -> float:
    """Root mean square error of the logarithm against the law, on new lots."""
    X = np.random.default_rng(9).standard_normal((4000, 4))
    return float(np.sqrt(np.mean((fitted.predict(X)[:, 0] - law(X)) ** 2)))


@pytest.fixture(scope="module")
def fitted() -> LotTrees:
    X, _, reported = lots()
    return clone(QUICK).fit(X, reported)


def test_limits_taken_for_limits_tell_more_than_taken_for_contents(fitted: LotTrees) -> None:
    X, contents, reported = lots()
    assert (reported < 0).mean() > 0.6
    of_limits, of_seen = (
        error(clone(QUICK).fit(X, np.where(reported < 0, share * LIMIT, reported)))
        for share in (np.exp(LIMIT) / LIMIT, np.nan)
    )
    assert error(fitted) < 0.7 * of_limits
    assert error(fitted) < 0.7 * of_seen
    assert error(clone(QUICK).fit(X, contents)) < error(fitted)


def test_trees_find_what_a_line_leaves_over(fitted: LotTrees) -> None:
    X, contents, reported = lots()
    assert error(fitted) < 0.8 * error(LotLines().fit(X, reported))
    # With nothing below the limit the scatter of 0.3 is what remains to be told.
    assert error(clone(QUICK).fit(X, contents)) < 0.2


def test_an_output_that_is_a_line_is_left_to_it() -> None:
    rng = np.random.default_rng(1)
    X = rng.standard_normal((600, 3))
    Y = np.exp(0.5 * X[:, 0] + 0.3 * rng.standard_normal(600))[:, None]
    grown = clone(QUICK).fit(X, Y)
    assert grown.boosters_[0].num_trees() < 20
    new = rng.standard_normal((2000, 3))
    assert np.sqrt(np.mean((grown.predict(new)[:, 0] - 0.5 * new[:, 0]) ** 2)) < 0.1


def test_defects_get_probabilities_that_lines_cannot_tell() -> None:
    rng = np.random.default_rng(2)
    X = rng.standard_normal((3000, 3))
    risky = X[:, 0] * X[:, 1] > 0
    true = np.where(risky, 0.27, 0.02)
    seen = (rng.random(3000) < true).astype(np.float64)
    p, of_line = (
        1 / (1 + np.exp(-one.fit(X, seen[:, None]).predict(X)[:, 0]))
        for one in (LotTrees(defects=1, n_jobs=1, most_trees=60), LotLines(defects=1))
    )
    assert p.mean() == pytest.approx(seen.mean(), abs=3 * seen.std() / np.sqrt(3000))
    assert p[risky].mean() > 3 * p[~risky].mean()
    assert of_line[risky].mean() < 1.2 * of_line[~risky].mean()
    assert np.mean((p - true) ** 2) < 0.3 * np.mean((of_line - true) ** 2)


def test_it_learns_the_same_again_and_another_seed_draws_otherwise(fitted: LotTrees) -> None:
    X, _, reported = lots()
    again = clone(QUICK).fit(X, reported)
    assert again.boosters_[0].text == fitted.boosters_[0].text
    other = clone(QUICK).set_params(random_state=1).fit(X, reported)
    assert np.abs(other.predict(X) - fitted.predict(X)).max() > 1e-3


def test_the_number_of_threads_has_no_effect() -> None:
    X, _, reported = lots(400)
    one, two = (clone(QUICK).set_params(n_jobs=n, most_trees=10).fit(X, reported).predict(X) for n in (1, 2))
    np.testing.assert_array_equal(one, two)


def test_a_row_does_not_depend_on_the_others(fitted: LotTrees) -> None:
    X = lots(300)[0]
    X[5] = np.nan
    alone = np.vstack([fitted.predict(X[i : i + 1]) for i in range(len(X))])
    np.testing.assert_array_equal(fitted.predict(X), alone)


def alike(one: np.ndarray, other: np.ndarray) -> None:
    """Equal but for the order in which a product of matrices takes sums."""
    np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-14)


def test_outputs_do_not_disturb_each_other() -> None:
    X, contents, reported = lots(500)
    together = clone(QUICK).fit(X, np.column_stack([reported, contents]))
    for output, label in enumerate((reported, contents)):
        alike(together.predict(X)[:, output], clone(QUICK).fit(X, label).predict(X)[:, 0])


def test_missing_labels_are_left_out_output_by_output() -> None:
    X, contents, _ = lots()
    holed = contents.copy()
    holed[::2] = np.nan
    assert error(clone(QUICK).fit(X, holed)) < 0.25
    # What is written in place of a label that is missing cannot matter: nothing is.
    wild = np.column_stack([holed, contents])
    alike(clone(QUICK).fit(X, wild).predict(X)[:, 0], clone(QUICK).fit(X, holed).predict(X)[:, 0])


@pytest.mark.parametrize("known", [slice(500, None), slice(None, 450)], ids=["newest lots", "older lots"])
def test_labels_of_a_part_of_the_time_are_learnt_without_a_choice_of_trees(known: slice) -> None:
    X, contents, _ = lots(600)
    part = np.full_like(contents, np.nan)
    part[known] = contents[known]
    fitted = clone(QUICK).fit(X, part)
    assert [booster.num_trees() for booster in fitted.boosters_] == [1]
    assert np.isfinite(fitted.predict(X)).all()


def test_inputs_and_labels_are_not_mutated() -> None:
    X, _, reported = lots(400)
    X[::7, 1] = np.nan
    X_before, before = X.copy(), reported.copy()
    clone(QUICK).fit(X, reported).predict(X)
    np.testing.assert_array_equal(X, X_before)
    np.testing.assert_array_equal(reported, before)


@pytest.mark.parametrize("n", [2, 5, 30, 90])
def test_few_lots_are_left_to_the_lines(n: int) -> None:
    X, _, reported = lots(n)
    Y = np.column_stack([reported, np.arange(n) == 0])
    fitted = LotTrees(defects=1, n_jobs=1).fit(X, Y)
    assert [booster.num_trees() for booster in fitted.boosters_] == [1, 1]
    assert np.isfinite(fitted.predict(X)).all()
    if n < 40:
        np.testing.assert_array_equal(fitted.predict(X), LotLines(defects=1).fit(X, Y).predict(X))


def test_inputs_that_tell_nothing_are_survived() -> None:
    _, _, reported = lots(300)
    for X in (np.full((300, 2), np.nan), np.full((300, 2), 7.0)):
        predictions = clone(QUICK).fit(X, reported).predict(X)
        assert np.ptp(predictions) < 1e-9
        # All lots have the law's mean, 0.2: the sine's is 0.
        assert predictions[0, 0] == pytest.approx(0.2, abs=0.2)


def test_an_element_that_was_never_above_its_limit_is_told_below_it() -> None:
    X, _, _ = lots(400)
    predictions = clone(QUICK).fit(X, np.full((400, 1), -0.5)).predict(X)
    assert (predictions < np.log(0.5) - 2).all()
    assert np.isfinite(predictions).all()


def test_an_output_without_any_label_is_told() -> None:
    X, _, reported = lots(100)
    with pytest.raises(ValueError, match=r"Y: outputs \[1\] have no label"):
        clone(QUICK).fit(X, np.column_stack([reported, np.full(100, np.nan)]))


def test_defaults():
    assert LotTrees().get_params() == {
        **{"defects": 0, "held_back": 0.2, "most_trees": 300, "patience": 15, "learning_rate": 0.1},
        **{"num_leaves": 8, "min_child_samples": 40, "feature_fraction": 0.5, "bagging_fraction": 0.8},
        **{"lambda_l2": 5.0, "random_state": 0, "n_jobs": -1, "categories": None},
    }


@pytest.mark.parametrize(("best", "grown"), [(0, 1), (1, 1), (7, 7)])
def test_the_newest_fifth_chooses_the_number_of_trees(monkeypatch: pytest.MonkeyPatch, best: int, grown: int) -> None:
    """Of a content and a defect; labels live in the objectives and metrics, so the sets hold zeros."""
    calls, patience, train = [], [], lightgbm.train

    def noted(settings, data, **how):
        calls.append((settings, data, how))
        if "valid_sets" in how:
            return SimpleNamespace(best_iteration=best)
        return train(settings, data, **how)

    monkeypatch.setattr(lightgbm, "train", noted)
    monkeypatch.setattr(lightgbm, "early_stopping", lambda rounds, **how: patience.append((rounds, how)))
    rng = np.random.default_rng(0)
    X = rng.standard_normal((100, 2))
    Y = np.column_stack([np.exp(0.3 * X[:, 0]), rng.random(100) < 0.4])
    LotTrees(1, n_jobs=1, patience=9, most_trees=77).fit(X, Y)
    assert [how["num_boost_round"] for _, _, how in calls] == [77, 77, grown, grown]
    assert patience == [(9, {"verbose": False})] * 2
    old, (new,) = calls[0][1], calls[0][2]["valid_sets"]
    assert new.reference is old
    assert (old.num_data(), len(new.get_label()), calls[2][1].num_data()) == (80, 20, 100)
    assert not new.get_label().any()
    assert not old.get_label().any()
    assert calls[0][0]["feature_pre_filter"] is False
    # The metric is the mean loss of the newest rows, less being better.
    name, loss, larger_is_better = calls[0][2]["feval"](np.zeros(20), None)
    assert (name, larger_is_better) == ("loss", False)
    lines = LotLines(1, 0.2).fit(X[:80], Y[:80])
    kind = trees.ContentLoss(float(lines.spread_[0]))
    assert loss == pytest.approx(float(np.mean(kind.loss(Y[80:, 0], lines.predict(X[80:])[:, 0]))), rel=1e-9)
    gradient, _ = calls[2][0]["objective"](np.full(100, 0.5), None)
    whole = LotLines(1, 0.2).fit(X, Y)
    expected, _ = trees.ContentLoss(float(whole.spread_[0])).steps(Y[:, 0], whole.predict(X)[:, 0] + 0.5)
    np.testing.assert_allclose(gradient, expected, rtol=1e-9)


def test_few_rows_or_an_output_without_old_labels_grow_one_tree() -> None:
    rng = np.random.default_rng(0)
    X = rng.standard_normal((100, 2))
    Y = np.exp(X[:, :1])
    grown = LotTrees(n_jobs=1)._numbers
    assert grown(X[:99], Y[:99]) == [1]
    late = np.column_stack([Y[:, 0], np.where(np.arange(100) < 80, np.nan, 1.5)])
    assert grown(X, late) == [1, 1]


@pytest.mark.parametrize(("n", "jobs", "threads"), [(255, 4, 1), (256, 4, 4), (256, -1, 0)])
def test_few_rows_are_answered_by_one_thread(n: int, jobs: int, threads: int) -> None:
    X = np.random.default_rng(0).standard_normal((300, 2))
    fitted, used = LotTrees(n_jobs=1, most_trees=2).fit(X, np.exp(X[:, :1])), []
    fitted.n_jobs = jobs

    def predict(X, raw_score, num_threads):
        used.append((raw_score, num_threads))
        return np.ones(len(X))

    fitted.boosters_ = [SimpleNamespace(predict=predict)]
    np.testing.assert_allclose(fitted.predict(X[:n]), fitted.lines_.predict(X[:n]) + 1.0, rtol=1e-12)
    assert used == [(True, threads)]


def test_nothing_of_a_booster_is_made_again_for_the_next_row(fitted: LotTrees, monkeypatch: pytest.MonkeyPatch) -> None:
    """LightGBM's own package copies all parameters of every booster with every call."""
    X = np.random.default_rng(3).standard_normal((5, 4))
    expected = [fitted.predict(X[i : i + 1]) for i in range(5)]
    monkeypatch.setattr(booster, "_OneRow", lambda *_: pytest.fail("made again"))
    np.testing.assert_array_equal([fitted.predict(X[i : i + 1]) for i in range(5)], expected)
