"""Intervals of fitted models where inputs are missing: coverage by pattern, width, storage, outcomes."""

import copy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models.interfaces.answers import COVERAGE
from models.regression.calibration import conformalised
from models.regression.model import RegressionModel
from models.regression.several import together
from models.storage import model_files
from models.tasks import build
from models.uncertainty.adaptive_intervals import AdaptiveInterval, IntervalLevel
from physics.arrays import FloatArray
from seeds import Seed, load

CANDIDATES = ("linear", "lightgbm")
SLOPES = np.array([0.0, 0.4, 0.8, 4.0])


@pytest.fixture(scope="module")
def seed() -> Seed:
    return load(Path(__file__).parents[2] / "toys" / "toy_melts.toml")


def drawn(rng: np.random.Generator, n: int, missing: float) -> tuple[FloatArray, FloatArray]:
    """Exchangeable rows: inputs, some of them missing at random, and labels with errors of 0.5."""
    X = rng.normal([3.0, 20.0, 10.0, 4.0], [1.0, 2.0, 1.0, 0.5], (n, 4))
    y = 3 + (X - [3.0, 20.0, 10.0, 4.0]) @ SLOPES + rng.normal(0, 0.5, n)
    return np.where(rng.random(X.shape) < missing, np.nan, X), y


def fitted(seed: Seed, name: str, rng: np.random.Generator, n: int = 900, missing: float = 0.05) -> RegressionModel:
    """Model as training makes it: calibrated by an older model's errors, then fitted to the calibration rows too."""
    X, y = drawn(rng, 2 * n, missing)
    older = build(seed)[name].fit(X[:n], y[:n])
    final = build(seed)[name].fit(X, y)
    block = np.repeat([0, 1, 2], n // 3)
    return conformalised(seed, name, final, X, y[n:], older.predict(X[n:]), {}, block, X[n:])


@pytest.fixture(scope="module")
def models(seed: Seed) -> dict[str, RegressionModel]:
    alone = seed.for_target("loss")
    return {name: fitted(alone, name, np.random.default_rng(4)) for name in CANDIDATES}


def blanked(X: FloatArray, *columns: int) -> FloatArray:
    X = X.copy()
    X[:, list(columns)] = np.nan
    return X


PATTERNS = [(), (1,), (3,), (1, 2), (1, 2, 3), (0, 1, 2, 3)]


def covered(seed: Seed, name: str, columns: tuple[int, ...], missing: float) -> tuple[float, float]:
    """Coverage and width of 90 % where these inputs are missing, in the mean over six plants of 1,000 rows each."""
    rng, alone = np.random.default_rng(50 + len(columns)), seed.for_target("loss")
    hits, width = [], []
    for _ in range(6):
        model = fitted(alone, name, rng, missing=missing)
        X, y = drawn(rng, 1000, 0.0)
        answer = model.answer(blanked(X, *columns), COVERAGE)["loss"]
        hits.append(np.mean((answer.low <= y) & (y <= answer.high)))
        width.append(np.mean(answer.high - answer.low))
    return float(np.mean(hits)), float(np.mean(width))


DEVIATION = np.sqrt(0.09 * (1 / 1000 + 1 / 700) / 6)  # 900 rows, of which those count that miss nothing else


@pytest.mark.parametrize("columns", PATTERNS)
@pytest.mark.parametrize("name", CANDIDATES)
def test_labels_of_each_pattern_are_covered(seed: Seed, name: str, columns: tuple[int, ...]) -> None:
    coverage, width = covered(seed, name, columns, missing=0.0)
    assert coverage == pytest.approx(0.9, abs=4 * DEVIATION + 0.01)
    spread = np.hypot(0.5, np.linalg.norm((SLOPES * [1.0, 2.0, 1.0, 0.5])[list(columns)]))
    assert width == pytest.approx(2 * 1.645 * spread, rel=0.1)


@pytest.mark.parametrize("columns", PATTERNS)
def test_labels_are_covered_where_calibration_rows_miss_inputs_too(seed: Seed, columns: tuple[int, ...]) -> None:
    coverage, _ = covered(seed, "linear", columns, missing=0.05)
    assert coverage == pytest.approx(0.9, abs=4 * DEVIATION + 0.01)


@pytest.mark.parametrize("name", CANDIDATES)
def test_rows_with_nothing_missing_are_answered_to_the_last_bit_as_without(
    models: dict[str, RegressionModel], name: str
) -> None:
    model = models[name]
    X, _ = drawn(np.random.default_rng(6), 300, 0.0)
    for one, other in zip(
        model.answer(X, 0.8)["loss"], replace(model, missing=None, imputation=None).answer(X, 0.8)["loss"], strict=True
    ):
        np.testing.assert_array_equal(one, other)


def test_a_row_has_the_same_interval_alone_and_in_a_table(models: dict[str, RegressionModel]) -> None:
    model = models["lightgbm"]
    X, _ = drawn(np.random.default_rng(7), 60, 0.3)
    table = model.answer(X, COVERAGE)["loss"]
    for i in range(len(X)):
        assert [float(part[0]) for part in model.answer(X[i : i + 1], COVERAGE)["loss"]] == pytest.approx(
            [float(part[i]) for part in table], rel=1e-12
        )


def test_adaptive_intervals_widen_by_the_same_factor(models: dict[str, RegressionModel]) -> None:
    scores = np.random.default_rng(8).exponential(0.5, 250)
    adaptive = AdaptiveInterval(IntervalLevel(scores, IntervalLevel.new().missed), ())
    model = replace(models["linear"], adaptive=adaptive).with_all_outcomes()
    X, _ = drawn(np.random.default_rng(9), 5, 0.0)
    full, less = (model.answer(rows, COVERAGE)["loss"] for rows in (X, blanked(X, 3)))
    factor = models["linear"].inflation(blanked(X, 3))
    assert (factor > 3).all()
    np.testing.assert_allclose(
        (less.high - less.low) / model.spread(less.value), (full.high - full.low) / model.spread(full.value) * factor
    )


def test_an_outcome_of_a_row_with_missing_inputs_counts_by_its_own_width(models: dict[str, RegressionModel]) -> None:
    model = models["linear"]
    X, y = drawn(np.random.default_rng(10), 4000, 0.0)
    sizes = []
    for rows in (X, blanked(X, 3), blanked(X, 0, 1, 2, 3)):
        raw = model.estimate(rows)
        sizes.append(np.quantile(np.abs(y - raw) / model.scale(rows, raw), 0.9))
    # One level serves rows of all patterns, as their scores have the same quantile.
    np.testing.assert_allclose(sizes, sizes[0], rtol=0.12)
    without = replace(model, missing=None)
    raw = without.estimate(blanked(X, 3))
    assert np.quantile(np.abs(y - raw) / without.scale(blanked(X, 3), raw), 0.9) > 3 * sizes[0]


@pytest.mark.parametrize("name", CANDIDATES)
def test_a_stored_model_answers_rows_with_missing_inputs_as_before(
    models: dict[str, RegressionModel], seed: Seed, name: str, tmp_path: Path
) -> None:
    other = fitted(seed.for_target("iron"), "linear", np.random.default_rng(11), n=120)
    both = together(seed, {"loss": models[name], "iron": other}, {})
    model_files.save(both, tmp_path / "model")
    again = model_files.load(tmp_path / "model")
    X, _ = drawn(np.random.default_rng(12), 200, 0.4)
    expected = both.answer(X, 0.95)
    for target, answer in again.answer(X, 0.95).items():
        np.testing.assert_allclose(np.array(answer), np.array(expected[target]), rtol=1e-9)


def test_a_model_that_has_answered_can_be_copied_and_sent_to_another_process(
    models: dict[str, RegressionModel],
) -> None:
    model = models["lightgbm"]
    X, _ = drawn(np.random.default_rng(17), 20, 0.4)
    expected = np.array(model.answer(X, COVERAGE)["loss"])
    np.testing.assert_array_equal(np.array(copy.deepcopy(model).answer(X, COVERAGE)["loss"]), expected)


def correlated(rng: np.random.Generator, n: int) -> tuple[FloatArray, FloatArray]:
    """Inputs of which the last two go together, and labels that depend on the last."""
    X = rng.normal([3.0, 20.0, 10.0, 4.0], [1.0, 2.0, 1.0, 0.5], (n, 4))
    X[:, 2] = 10 + 0.9 * (X[:, 3] - 4) / 0.5 + 0.436 * (X[:, 2] - 10)
    return X, 3 + 4.0 * (X[:, 3] - 4) + rng.normal(0, 0.5, n)


@pytest.mark.parametrize("name", CANDIDATES)
def test_what_the_other_inputs_tell_of_a_missing_one_makes_predictions_better(seed: Seed, name: str) -> None:
    rng, alone = np.random.default_rng(13), seed.for_target("loss")
    X, y = correlated(rng, 2000)
    older, final = (build(alone)[name].fit(X[:n], y[:n]) for n in (1000, 2000))
    model = conformalised(alone, name, final, X, y[1000:], older.predict(X[1000:]), {}, None, X[1000:])
    new, label = correlated(rng, 2000)
    less = blanked(new, 3)
    error, without = (one.predict(less) - label for one in (model, replace(model, imputation=None)))
    # The other input explains 81 % of the variance of 4 that the missing one has a share of.
    assert np.std(error) == pytest.approx(np.hypot(0.5, 2.0 * np.sqrt(1 - 0.81)), rel=0.1)
    assert np.std(error) < 0.65 * np.std(without)
    answer = model.answer(less, COVERAGE)["loss"]
    assert np.mean((answer.low <= label) & (label <= answer.high)) == pytest.approx(0.9, abs=4 * np.sqrt(0.09 * 1.5e-3))


def test_a_baseline_replaces_nothing(seed: Seed) -> None:
    alone = seed.for_target("loss")
    baseline = next(iter(build(alone)))
    model = fitted(alone, baseline, np.random.default_rng(14), n=120)
    assert model.imputation is None
    X, _ = drawn(np.random.default_rng(15), 30, 0.3)
    np.testing.assert_array_equal(model.filled(X), X)


def test_out_of_time_predictions_are_corrected_by_what_imputation_changes(models: dict[str, RegressionModel]) -> None:
    model = models["linear"]
    X, _ = drawn(np.random.default_rng(16), 50, 0.3)
    older = np.linspace(1.0, 5.0, 50)
    change = model.predict(X) - replace(model, imputation=None).predict(X)
    np.testing.assert_allclose(model.corrected(X, older), older + change, rtol=1e-12)
    full = ~np.isnan(X).any(axis=1)
    np.testing.assert_array_equal(model.corrected(X, older)[full], older[full])


@pytest.mark.parametrize("coverage", [0.9, 0.5])
def test_a_row_alone_is_predicted_and_reported_as_among_others_however_often(
    models: dict[str, RegressionModel], coverage: float
) -> None:
    model, rng = copy.deepcopy(models["lightgbm"]), np.random.default_rng(8)
    X, _ = drawn(rng, 60, 0.4)
    together_, reports = model.answer(X, coverage)["loss"], model.missing_reports(X)
    assert sum(one is None for one in reports) < 50
    for _ in range(2):
        for i in range(len(X)):
            alone = model.answer(X[i : i + 1], coverage)["loss"]
            np.testing.assert_allclose([float(one[0]) for one in alone], [one[i] for one in together_], rtol=1e-12)
            assert model.missing_reports(X[i : i + 1]) == [reports[i]]
