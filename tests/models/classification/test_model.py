"""Probabilities, sets and flags of a fitted classifier."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from mapie.classification import SplitConformalClassifier
from sklearn.linear_model import LogisticRegression

from models.classification.candidates import build
from models.classification.model import ClassificationModel, cautious_temperature, classifier
from models.estimators.temperature import tempered
from models.pyfunc import TableModel
from models.storage.model_files import load, save
from models.table.inputs import matrix
from models.uncertainty.intervals import CoverageError
from seeds import Seed


def codes_of(frame: pd.DataFrame, seed: Seed) -> np.ndarray:
    return pd.Categorical(frame["ore"], list(seed.classes)).codes.astype(np.float64)


@pytest.fixture
def model(save_toy_classifier: Callable[..., Any], tmp_path: Path) -> ClassificationModel:
    made: ClassificationModel = save_toy_classifier(tmp_path / "made")
    return made


@pytest.fixture
def fresh(toy_class_seed: Seed, toy_class_frame: Callable[..., pd.DataFrame]) -> tuple[np.ndarray, np.ndarray]:
    """Inputs and classes of 4000 rows of the same law."""
    frame = toy_class_frame(units=100, rng_seed=2)
    return matrix(frame, toy_class_seed), codes_of(frame, toy_class_seed).astype(int)


def test_probabilities_are_those_of_the_estimator_at_the_temperature(model, fresh) -> None:
    X, _ = fresh
    p = model.probabilities(X)
    np.testing.assert_allclose(p.sum(axis=1), 1.0, rtol=1e-12)
    full = ~np.isnan(X).any(axis=1)  # others have a temperature of their own
    power = model.estimator.predict_proba(X[full]) ** (1 / model.temperature)
    np.testing.assert_allclose(p[full], power / power.sum(axis=1, keepdims=True), rtol=1e-9)


@pytest.mark.parametrize("coverage", [0.5, 0.8, 0.9, 0.95, 0.99])
def test_sets_hold_the_class_as_often_as_asked_and_none_is_empty(model, fresh, coverage) -> None:
    """300 calibration rows: the coverage of such sets has a standard deviation of at most 0.03 between calibrations."""
    X, classes = fresh
    p = model.probabilities(X)
    inside = model.sets_of(X, p, coverage)
    assert inside.any(axis=1).all()
    assert inside[np.arange(len(p)), p.argmax(axis=1)].all()
    assert inside[np.arange(len(p)), classes].mean() > coverage - 3 * np.sqrt(coverage * (1 - coverage) / 300)


def test_on_average_over_calibrations_a_set_covers_what_is_asked(toy_class_seed) -> None:
    """Two classes that overlap, 39 calibration rows: 36 of 40 ranks, so 90 % by theory, for any law."""
    rng = np.random.default_rng(5)

    def drawn(n: int) -> tuple[np.ndarray, np.ndarray]:
        codes = rng.integers(0, 2, n)
        X = np.column_stack([codes + rng.standard_normal(n), rng.standard_normal((n, 2))])
        return X, codes.astype(np.float64)

    X, y = drawn(300)
    estimator = build(toy_class_seed)["linear"].fit(X, y)
    right = []
    for _ in range(300):
        X_cal, y_cal = drawn(39)
        made = classifier(toy_class_seed, "linear", estimator, X, y, X_cal, y_cal, estimator.predict_proba(X_cal), {})
        X_new, new = drawn(200)
        inside = made.sets(made.probabilities(X_new), 0.9)
        right.append(inside[np.arange(200), new.astype(int)].mean())
    # The temperature is fitted on the same rows, which costs less than the standard error of the mean, 0.003.
    assert np.mean(right) == pytest.approx(0.9, abs=0.01)


def test_sets_are_mapies_beside_the_most_probable_class(toy_class_seed, fresh) -> None:
    X, codes = fresh
    X = np.nan_to_num(X)
    X[:, 2] /= 100
    theirs = LogisticRegression().fit(X[:500], codes[:500])
    cal, new = slice(500, 900), slice(900, 1400)
    p = theirs.predict_proba(X)
    coverages = [0.7, 0.9, 0.97]
    mapie = SplitConformalClassifier(theirs, confidence_level=coverages, prefit=True, conformity_score="lac")
    mapie.conformalize(X[cal], codes[cal])
    sets = mapie.predict_set(X[new])[1]
    made = classifier(
        toy_class_seed,
        "linear",
        Plain(theirs),
        X[:500],
        codes[:500].astype(float),
        X[cal],
        codes[cal].astype(float),
        p[cal],
        {},
    )
    scores = np.sort(1 - p[cal][np.arange(400), codes[cal]])
    object.__setattr__(made.conformal, "scores", scores)  # at temperature 1, as theirs
    for i, coverage in enumerate(coverages):
        expected = sets[:, :, i] | (p[new] == p[new].max(axis=1, keepdims=True))
        np.testing.assert_array_equal(made.sets(p[new], coverage), expected)


class Plain:
    """A classifier of scikit-learn."""

    def __init__(self, estimator: Any) -> None:
        self.estimator = estimator

    def predict_proba(self, X: np.ndarray) -> np.ndarray:
        result: np.ndarray = self.estimator.predict_proba(np.nan_to_num(X))
        return result


def test_a_coverage_that_the_rows_are_too_few_for_is_refused(model, fresh) -> None:
    p = model.probabilities(fresh[0])
    with pytest.raises(CoverageError, match="needs at least 999 calibration rows, got 300"):
        model.sets(p, 0.999)


def test_where_the_calibration_never_gave_the_class_a_chance_every_class_is_in_the_set(toy_class_seed) -> None:
    X, y = np.random.default_rng(0).standard_normal((60, 3)), np.tile([0.0, 1.0], 30)
    estimator = build(toy_class_seed)["majority"].fit(X, y)
    y_cal = np.full(60, 2.0)
    made = classifier(toy_class_seed, "majority", estimator, X, y, X, y_cal, estimator.predict_proba(X), {})
    p = made.probabilities(X)
    assert not p[:, 2].any()
    assert made.sets(p, 0.9).all()
    assert np.isfinite(made.temperature)


def test_rows_that_are_all_right_make_no_certainty() -> None:
    """n rows of one confidence that are all right, and one more that is wrong: n/(n + 1)."""
    for n in (20, 100):
        p = np.tile([0.7, 0.2, 0.1], (n, 1))
        temperature = cautious_temperature(p, np.zeros(n, dtype=int))
        top = tempered(p, temperature)[0]
        assert top[0] / (top[0] + top[1]) == pytest.approx(n / (n + 1), abs=0.01)


def test_one_row_more_hardly_moves_the_temperature_of_many() -> None:
    """Outcomes drawn from the probabilities themselves: temperature 1."""
    rng = np.random.default_rng(3)
    p = rng.dirichlet([2.0, 1.0, 0.5], 20_000)
    codes = (rng.random((20_000, 1)) > p.cumsum(axis=1)).sum(axis=1)
    assert cautious_temperature(p, codes) == pytest.approx(1.0, abs=0.03)


def test_flags_name_what_is_missing_outside_and_unlike_anything(model) -> None:
    typical, anomalous = [0.0, 0.0, 100.0], [12.0, -12.0, 100.0]
    X = np.array([typical, [np.nan, 0.0, 100.0], [0.0, np.nan, 100.0], anomalous])
    none, missing, other, far = model.flags(X)
    assert none == []
    assert [one[0].partition(":")[0] for one in (missing, other)] == ["without grain", "without colour"]
    assert far == ["grain outside training range", "colour outside training range", "out of distribution"]


def test_columns_are_flat_and_agree(model, fresh, toy_class_seed) -> None:
    X = fresh[0][:50]
    columns, p = model.columns(X), model.probabilities(X)
    names = ("oxide", "sulfide", "rare")
    assert list(columns) == ["ore", *(f"p_{name}" for name in names), *(f"in_set_{name}" for name in names)]
    assert columns["ore"].tolist() == [names[k] for k in p.argmax(axis=1)]
    np.testing.assert_array_equal(columns["in_set_rare"], model.sets_of(X, p, 0.9)[:, 2])
    table = pd.DataFrame(X, columns=list(model.names), index=range(7, 57))
    assert TableModel(model).predict(table)["ore"].tolist() == columns["ore"].tolist()


@pytest.mark.parametrize("candidate", ["majority", "linear", "lightgbm"])
def test_files_give_the_same_model_again(save_toy_classifier, fresh, tmp_path, candidate) -> None:
    model = save_toy_classifier(tmp_path / "one", candidate=candidate)
    again = load(tmp_path / "one")
    assert isinstance(again, ClassificationModel)
    X = fresh[0]
    for name, column in model.columns(X).items():
        assert (again.columns(X)[name] == column).all(), name
    assert again.flags(X) == model.flags(X)
    assert again.state() == model.state()
    save(again, tmp_path / "two")
    assert (tmp_path / "two" / "model.json").read_bytes() == (tmp_path / "one" / "model.json").read_bytes()
