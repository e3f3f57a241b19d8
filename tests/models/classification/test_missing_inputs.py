"""Sets of classes of rows with missing inputs: coverage and calibration by pattern, on a law that is known."""

import json

import numpy as np
import pytest

from models.classification.candidates import build
from models.classification.missing_inputs import CalibrationRows
from models.classification.model import ClassificationModel, classifier
from models.uncertainty.missing_patterns import MissingPatterns
from physics.arrays import FloatArray
from seeds import Seed

PATTERNS = [(), (0,), (1,), (0, 1), (0, 1, 2)]


def drawn(rng: np.random.Generator, n: int) -> tuple[FloatArray, FloatArray]:
    """Rows of three classes that two inputs separate; the third input says nothing."""
    codes = rng.choice(3, n, p=[0.5, 0.4, 0.1])
    means = np.array([[0.0, 0.0, 0.0], [3.0, 0.0, 0.0], [0.0, 3.0, 0.0]])
    return means[codes] + rng.standard_normal((n, 3)), codes.astype(np.float64)


def fitted(seed: Seed, rng: np.random.Generator, n: int = 900) -> ClassificationModel:
    """Model as training makes it: calibrated by an older model, then fitted to the calibration rows too."""
    X, y = drawn(rng, 2 * n)
    older = build(seed)["linear"].fit(X[:n], y[:n])
    final = build(seed)["linear"].fit(X, y)
    return classifier(seed, "linear", final, X[:n], y[:n], X[n:], y[n:], older.predict_proba(X[n:]), {})


@pytest.fixture(scope="module")
def models(toy_class_seed: Seed) -> list[ClassificationModel]:
    return [fitted(toy_class_seed, np.random.default_rng(number)) for number in range(4)]


def blanked(X: FloatArray, columns: tuple[int, ...]) -> FloatArray:
    X = X.copy()
    X[:, list(columns)] = np.nan
    return X


@pytest.mark.parametrize("columns", PATTERNS)
def test_sets_hold_the_class_as_often_as_asked_whatever_is_missing(
    models: list[ClassificationModel], columns: tuple[int, ...]
) -> None:
    X, codes = drawn(np.random.default_rng(20), 4000)
    less, rows = blanked(X, columns), np.arange(4000)
    held = [model.sets_of(less, model.probabilities(less), 0.9)[rows, codes.astype(int)].mean() for model in models]
    # A set has the most probable class in any case, so that it may hold more than is asked.
    assert np.mean(held) > 0.9 - 4 * np.sqrt(0.09 * (1 / 900 + 1 / 4000) / len(models))


def test_the_cost_of_an_input_is_the_size_of_sets_without_it(models: list[ClassificationModel]) -> None:
    X, _ = drawn(np.random.default_rng(26), 4000)

    def size(model: ClassificationModel, rows: FloatArray) -> float:
        return float(model.sets_of(rows, model.probabilities(rows), 0.9).sum(axis=1).mean())

    measured = np.array([[size(m, blanked(X, (j,))) / size(m, X) for j in range(3)] for m in models])
    stated = np.array([m.missing_costs for m in models])
    np.testing.assert_allclose(stated.mean(axis=0), measured.mean(axis=0), rtol=0.06)
    assert measured.mean(axis=0)[0] > 1.3
    assert (stated[:, 2] < 1.05).all()  # the input says nothing


def test_a_row_states_its_missing_inputs_and_the_size_of_its_set(models: list[ClassificationModel]) -> None:
    model = models[0]
    X = blanked(drawn(np.random.default_rng(27), 3)[0], ())
    X[1, 0] = np.nan
    X[2] = np.nan
    whole, one, nothing = model.missing_reports(X)
    assert whole is None
    assert one is not None
    assert nothing is not None
    assert model.missing_costs is not None
    assert one.ratio == pytest.approx(model.missing_costs[0])
    assert one.flag == f"without {model.names[0]}: set of classes {one.ratio:.2f} times as large"
    assert one.flag in model.flags(X)[1]
    assert not nothing.any_measured
    assert not any("missing" in words for words in model.flags(X)[1])


def test_without_its_calibration_a_pattern_is_held_less_often(models: list[ClassificationModel]) -> None:
    X, codes = drawn(np.random.default_rng(21), 4000)
    less, rows = blanked(X, (0, 1)), np.arange(4000)
    p = models[0].probabilities(less)
    assert models[0].sets(p, 0.9)[rows, codes.astype(int)].mean() < 0.85


def test_probabilities_without_inputs_come_true(models: list[ClassificationModel]) -> None:
    X, codes = drawn(np.random.default_rng(22), 4000)
    p = models[0].probabilities(blanked(X, (0,)))
    assert p[np.arange(4000), codes.astype(int)].mean() == pytest.approx((p**2).sum(axis=1).mean(), abs=0.05)


def test_rows_with_nothing_missing_are_those_of_the_usual_calibration(models: list[ClassificationModel]) -> None:
    X, _ = drawn(np.random.default_rng(23), 30)
    ((model, rows),) = models[0].by_pattern(X)
    assert model is models[0]
    assert rows.tolist() == list(range(30))


def test_a_row_has_the_same_set_alone_and_in_a_table(models: list[ClassificationModel]) -> None:
    X, _ = drawn(np.random.default_rng(24), 40)
    X[np.random.default_rng(25).random(X.shape) < 0.3] = np.nan
    p = models[0].probabilities(X)
    inside = models[0].sets_of(X, p, 0.9)
    for i in range(len(X)):
        alone = models[0].probabilities(X[i : i + 1])
        np.testing.assert_allclose(alone[0], p[i], rtol=1e-12)
        assert models[0].sets_of(X[i : i + 1], alone, 0.9)[0].tolist() == inside[i].tolist()


def test_a_pattern_is_never_surer_than_the_usual_temperature(models: list[ClassificationModel]) -> None:
    for model in models:
        for columns in PATTERNS[1:]:
            ((own, _),) = model.by_pattern(blanked(np.zeros((1, 3)), columns))
            assert own.temperature >= model.temperature


def test_a_state_is_json_and_restores_the_same_bits(models: list[ClassificationModel]) -> None:
    rows = models[0].missing
    assert rows is not None
    again = CalibrationRows.from_state(json.loads(json.dumps(rows.state())))
    for name in ("X", "codes", "given"):
        np.testing.assert_array_equal(getattr(again, name), getattr(rows, name))
    assert again.patterns.state() == rows.patterns.state()


@pytest.mark.parametrize("given", [np.ones(3), np.array([0.5, 1.5]), np.array([0.5, np.nan])])
def test_probabilities_of_other_shape_or_size_are_refused(given: FloatArray) -> None:
    patterns = MissingPatterns(np.zeros(2, dtype=np.bool_), np.ones(2))
    with pytest.raises(ValueError, match="expected"):
        CalibrationRows(np.ones((2, 2)), np.zeros(2), given, patterns)
