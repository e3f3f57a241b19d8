from types import SimpleNamespace

import lightgbm
import numpy as np
import pytest

from models.estimators.boosted_classes import ROUNDS_OF_FEW, BoostedClasses
from models.estimators.boosting import FEWEST_HELD_BACK, FEWEST_ROWS_FOR_THREADS


def made(n: int = 1500, rng_seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Classes 0, 1 and 3 of four, which no straight line parts, with gaps."""
    rng = np.random.default_rng(rng_seed)
    X = rng.normal(size=(n, 4))
    codes = np.where(X[:, 0] * X[:, 1] > 0, 0, np.where(X[:, 2] > 0, 1, 3))
    X[rng.random(X.shape) < 0.03] = np.nan
    return X, codes.astype(float)


def rounds(fitted: BoostedClasses) -> int:
    return fitted.booster_.num_trees() // fitted.n_classes


def test_it_tells_classes_apart_and_gives_those_it_has_not_seen_nothing() -> None:
    fitted = BoostedClasses(4, n_jobs=1).fit(*made())
    X, codes = made(rng_seed=1)
    p = fitted.predict_proba(X)
    assert (p.argmax(axis=1) == codes).mean() > 0.85
    np.testing.assert_array_equal(p[:, 2], 0.0)
    np.testing.assert_allclose(p.sum(axis=1), 1.0, rtol=1e-12)


def test_rounds_are_chosen_on_the_newest_rows() -> None:
    X, codes = made()
    newest = int(0.2 * len(codes))
    turned = codes.copy()
    turned[-newest:] = np.roll([0, 1, 3], 1)[np.searchsorted([0, 1, 3], codes[-newest:])]
    assert rounds(BoostedClasses(4, n_jobs=1).fit(X, codes)) > 20
    assert rounds(BoostedClasses(4, n_jobs=1).fit(X, turned)) < 5


def test_a_class_of_the_newest_rows_alone_is_learnt() -> None:
    X, codes = made()
    codes[-200:] = 2.0
    X[-200:, 3] = 20.0
    p = BoostedClasses(4, n_jobs=1).fit(X, codes).predict_proba(X[-200:])
    assert (p.argmax(axis=1) == 2).all()


def test_few_rows_hold_nothing_back() -> None:
    X, codes = made(n=int(FEWEST_HELD_BACK / 0.2) - 1)
    assert rounds(BoostedClasses(4, n_jobs=1).fit(X, codes)) == ROUNDS_OF_FEW


def test_threads_change_nothing() -> None:
    X, codes = made(n=FEWEST_ROWS_FOR_THREADS + 44)
    one, two = (BoostedClasses(4, n_jobs=jobs).fit(X, codes).predict_proba(X) for jobs in (1, 2))
    np.testing.assert_array_equal(one, two)


def test_a_single_class_is_certain() -> None:
    X, _ = made(n=60)
    np.testing.assert_allclose(
        BoostedClasses(3, n_jobs=1).fit(X, np.ones(60)).predict_proba(X), [[0, 1, 0]] * 60, atol=1e-12
    )


def test_probabilities_are_those_of_the_native_predictor() -> None:
    X, codes = made()
    fitted = BoostedClasses(4, n_jobs=1).fit(X, np.where(codes == 0, 2.0, codes))
    native = lightgbm.Booster(model_str=fitted.booster_.text).predict(X)
    assert fitted.predict_proba(X)[:, 1:] == pytest.approx(native[:, 1:], abs=0)


def test_defaults():
    assert BoostedClasses(4).get_params() == {
        **{"n_classes": 4, "held_back": 0.2, "most_rounds": 120, "patience": 15, "learning_rate": 0.1},
        **{"num_leaves": 15, "min_child_samples": 30, "feature_fraction": 0.5, "bagging_fraction": 0.8},
        **{"lambda_l2": 5.0, "random_state": 0, "n_jobs": -1, "categories": None},
    }


@pytest.mark.parametrize(("best", "grown"), [(0, 1), (1, 1), (7, 7)])
def test_the_newest_fifth_chooses_the_number_of_rounds(monkeypatch: pytest.MonkeyPatch, best: int, grown: int) -> None:
    calls, patience, train = [], [], lightgbm.train

    def noted(settings, data, **how):
        calls.append((data, how))
        if "valid_sets" in how:
            return SimpleNamespace(best_iteration=best)
        return train(settings, data, **how)

    monkeypatch.setattr(lightgbm, "train", noted)
    monkeypatch.setattr(lightgbm, "early_stopping", lambda rounds, **how: patience.append((rounds, how)))
    X, codes = made(100)
    fitted = BoostedClasses(4, n_jobs=1, patience=9, most_rounds=77).fit(X, codes)
    (old, first), (whole, second) = calls
    assert (first["num_boost_round"], second["num_boost_round"]) == (77, grown)
    assert patience == [(9, {"verbose": False})]
    (new,) = first["valid_sets"]
    assert new.reference is old
    np.testing.assert_array_equal(old.get_label(), codes[:80])
    np.testing.assert_array_equal(new.get_label(), codes[80:])
    np.testing.assert_array_equal(whole.get_label(), codes)
    assert fitted.seen_.tolist() == [True, True, False, True]
    calls.clear()
    BoostedClasses(4, n_jobs=1).fit(X[:99], codes[:99])
    assert [how["num_boost_round"] for _, how in calls] == [20]
    assert (ROUNDS_OF_FEW, FEWEST_HELD_BACK) == (20, 20)


@pytest.mark.parametrize(("n", "jobs", "threads"), [(255, 4, 1), (256, 4, 4), (256, -1, 0)])
def test_few_rows_are_answered_by_one_thread(n: int, jobs: int, threads: int) -> None:
    X, codes = made(300)
    fitted, used = BoostedClasses(4, n_jobs=1, most_rounds=2).fit(X, codes), []
    fitted.n_jobs = jobs

    def predict(X, num_threads):
        used.append(num_threads)
        return np.full((len(X), 4), 0.25)

    fitted.booster_ = SimpleNamespace(predict=predict)
    np.testing.assert_array_equal(fitted.predict_proba(X[:n])[0], [0.25, 0.25, 0.0, 0.25])
    assert used == [threads]
