"""What boosted trees are asked for where nothing is said."""

from types import SimpleNamespace

import lightgbm
import numpy as np
import pytest

from models.regression import trees
from models.regression.trees import PENALTIES, PENALTY_OF_FEW, BoostedTrees


def test_defaults():
    assert BoostedTrees().get_params() == {
        **{"signs": None, "held_back": 0.2, "most_trees": 2000, "patience": 50, "learning_rate": 0.03},
        **{"num_leaves": 8, "min_child_samples": 20, "feature_fraction": 0.5, "bagging_fraction": 0.8},
        **{
            "lambda_l2": 5.0,
            "extra_trees": False,
            "random_state": 0,
            "n_jobs": -1,
            "categories": None,
            "log_floor": None,
        },
    }


class Search:
    """LightGBM that notes what it is asked for, and whose best number of trees on each block is told."""

    def __init__(self, patch, best):
        self.best, self.asked, self.patience, self.sets = iter(best), [], [], []
        train = lightgbm.train

        def noted(settings, data, **how):
            self.asked.append((settings, data, how))
            if "valid_sets" in how:
                return SimpleNamespace(best_iteration=next(self.best))
            return train(settings, data, **how | {"num_boost_round": 1})

        def stop(patience, **how):
            self.patience.append((patience, how))
            return None

        patch.setattr(lightgbm, "train", noted)
        patch.setattr(lightgbm, "early_stopping", stop)


def rows(n):
    rng = np.random.default_rng(0)
    X = rng.standard_normal((n, 2))
    return X, X @ [1.0, -0.5] + 0.1 * rng.standard_normal(n)


@pytest.mark.parametrize(("best", "grown"), [((0,), 1), ((1,), 1), ((7,), 7)])
def test_the_newest_fifth_chooses_the_number_of_trees(monkeypatch, best, grown):
    search, (X, y) = Search(monkeypatch, best), rows(200)
    BoostedTrees(n_jobs=1, patience=9, most_trees=77).fit(X, y)
    (*searches, (_, whole, last)) = search.asked
    sizes = []
    for _, old, how in searches:
        (new,) = how["valid_sets"]
        sizes.append((len(old.get_label()), len(new.get_label())))
        # What the line leaves over has no slope and is small.
        assert np.abs(old.get_label()).max() < 1.0
        assert new.reference is old
        assert how["num_boost_round"] == 77
    assert sizes == [(160, 40)]
    assert search.patience == [(9, {"verbose": False})]
    assert (len(whole.get_label()), last["num_boost_round"]) == (200, grown)


def test_the_newest_fifth_of_many_rows_chooses_it(monkeypatch):
    search, (X, y) = Search(monkeypatch, [7]), rows(2000)
    BoostedTrees(n_jobs=1).fit(X, y)
    (_, old, first), (_, _, second) = search.asked
    assert (len(old.get_label()), len(first["valid_sets"][0].get_label())) == (1600, 400)
    assert second["num_boost_round"] == 7


def test_just_enough_rows_are_held_back(monkeypatch):
    search, (X, y) = Search(monkeypatch, [5]), rows(100)
    BoostedTrees(n_jobs=1).fit(X, y)
    assert len(search.asked) == 2
    search.asked.clear()
    BoostedTrees(n_jobs=1).fit(X[:99], y[:99])
    ((_, _, only),) = search.asked
    assert only["num_boost_round"] == 1
    assert PENALTY_OF_FEW == 0.1


def test_the_penalty_is_that_with_the_smallest_error_of_the_later_rows(monkeypatch):
    seen = []
    fit_lines = trees.fit_lines

    def noted(X, y, signs, penalties):
        seen.append((len(y), tuple(penalties)))
        return fit_lines(X, y, signs, penalties)

    monkeypatch.setattr(trees, "fit_lines", noted)
    X, y = rows(200)
    y[160:] = y[:160].mean()  # the newest labels are level, so the heaviest penalty errs least
    fitted = BoostedTrees(n_jobs=1, most_trees=2).fit(X, y)
    every = (1e-4, 1e-3, 1e-2, 1e-1, 1.0, 10.0)
    assert seen == [(160, every), (160, (10.0,)), (200, (10.0,))]
    assert fitted.penalty_ == PENALTIES[-1] == 10.0


@pytest.mark.parametrize(("n", "jobs", "threads"), [(255, 4, 1), (256, 4, 4), (256, -1, 0)])
def test_few_rows_are_answered_by_one_thread(n, jobs, threads):
    X, y = rows(300)
    fitted = BoostedTrees(n_jobs=1, most_trees=2).fit(X, y)
    fitted.n_jobs, used = jobs, []
    fitted.booster_ = SimpleNamespace(predict=lambda X, num_threads: used.append(num_threads) or np.ones(len(X)))
    np.testing.assert_allclose(fitted.predict(X[:n]), fitted.line_.predict(X[:n]) + 1.0, rtol=1e-12)
    assert used == [threads]


def test_directions_are_asked_of_the_trees_where_there_are_any():
    settings = BoostedTrees(signs=(1, -1))._settings()
    assert settings["monotone_constraints"] == [1, -1]
    assert settings["monotone_constraints_method"] == "intermediate"
    assert settings["objective"] == "regression"
    assert "monotone_constraints" not in BoostedTrees(signs=(0, 0))._settings()
    free = BoostedTrees()
    free.n_features_in_ = 3
    assert free._directions == (0, 0, 0)


def test_one_row_tells_nothing_and_two_do():
    with pytest.raises(ValueError, match="minimum of 2"):
        BoostedTrees(n_jobs=1).fit(np.zeros((1, 2)), np.ones(1))
    assert BoostedTrees(n_jobs=1).fit(np.zeros((2, 2)), np.ones(2)).predict(np.zeros((1, 2))) == pytest.approx([1.0])
    assert BoostedTrees().__sklearn_tags__().input_tags.allow_nan is True
