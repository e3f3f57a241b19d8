"""Lots with missing inputs: joint coverage, release and its guarantee by pattern, on a law that is known."""

import json
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from models.quality.candidates import build
from models.quality.grader import grader
from models.quality.missing_inputs import GROUPS, MOST_LOTS, MOST_NEW, CalibrationLots
from models.quality.model import QualityModel
from models.quality.outcomes import AssayedLots, covered
from models.uncertainty.adaptive_intervals import IntervalLevel
from models.uncertainty.missing_patterns import MissingPatterns
from physics.arrays import FloatArray
from seeds import Seed

U, V, SETPOINT, LAST = range(4)
PATTERNS = [(), (U,), (SETPOINT,), (U, SETPOINT), (U, V, SETPOINT, LAST)]


def drawn(rng: np.random.Generator, n: int, level: float = 0.0) -> tuple[FloatArray, FloatArray]:
    """Inputs and labels of exchangeable lots; contents are lower by a factor of exp(level)."""
    u, v, setpoint = rng.standard_normal(n), rng.standard_normal(n), 50 + 5 * rng.standard_normal(n)
    centre = np.column_stack([0.7 + 0.4 * u, 0.5 * u - 0.06 * (setpoint - 50), np.full(n, -0.4)]) - level
    contents = np.exp(centre + 0.3 * rng.standard_normal((n, 3)))
    crack = (rng.random(n) < 1 / (1 + np.exp(5.5 - v))).astype(np.float64)
    last = np.exp(0.7 + 0.3 * rng.standard_normal(n))
    return np.column_stack([u, v, setpoint, last]), np.column_stack([contents, crack])


def fitted(seed: Seed, rng: np.random.Generator, n: int = 1500, level: float = 0.0) -> QualityModel:
    X, Y = drawn(rng, 2 * n, level)
    estimator = build(seed)["linear"].fit(X[:n], Y[:n])
    predictions = estimator.predict(X[n:])
    return grader(seed, "linear", estimator, X[:n], Y[n:, :3], Y[n:, 3:], predictions, {}, X[n:], imputes=True)


@pytest.fixture(scope="module")
def plants(toy_quality_seed: Seed) -> list[QualityModel]:
    return [fitted(toy_quality_seed, np.random.default_rng(number)) for number in range(3)]


@pytest.fixture(scope="module")
def clean(toy_quality_seed: Seed) -> QualityModel:
    """A plant that hardly ever breaks a limit."""
    return fitted(toy_quality_seed, np.random.default_rng(9), level=4.0)


def blanked(X: FloatArray, columns: tuple[int, ...]) -> FloatArray:
    X = X.copy()
    X[:, list(columns)] = np.nan
    return X


def evaluated(model: QualityModel, X: FloatArray, Y: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Joint coverage of each lot's contents, its release, and the breach of its grade."""
    lots = AssayedLots.of(model.seed, Y[:, :3], Y[:, 3:])
    inside, released, broken = np.empty((3, len(X)))
    for part, rows in model.by_pattern(X):
        assessed = part.assess(X[rows])
        answers = part.contents(assessed.logs, 0.9).values()
        inside[rows] = np.all([covered(y, one) for y, one in zip(Y[rows, :3].T, answers, strict=True)], axis=0)
        grade = assessed.decided.grade
        released[rows] = (grade >= 0) & (grade < lots.kept.shape[1] - 1)
        broken[rows] = lots.kept[rows, np.maximum(grade, 0)] == 0
    return inside, released, broken


@pytest.mark.parametrize("columns", PATTERNS)
def test_all_contents_are_covered_jointly_whatever_is_missing(
    plants: list[QualityModel], columns: tuple[int, ...]
) -> None:
    X, Y = drawn(np.random.default_rng(31), 3000)
    inside = np.mean([evaluated(model, blanked(X, columns), Y)[0] for model in plants])
    deviation = np.sqrt(0.09 * (1 / 1500 + 1 / 3000) / len(plants))
    assert inside == pytest.approx(0.9, abs=4 * deviation + 0.01)


def test_without_its_calibration_a_pattern_is_covered_far_less(plants: list[QualityModel]) -> None:
    X, Y = drawn(np.random.default_rng(31), 3000)
    old = replace(plants[0], missing=None, imputation=None)
    assert evaluated(old, blanked(X, (U, SETPOINT)), Y)[0].mean() < 0.8


@pytest.mark.parametrize("columns", PATTERNS)
def test_few_of_the_released_lots_break_their_grade_whatever_is_missing(
    plants: list[QualityModel], columns: tuple[int, ...]
) -> None:
    X, Y = drawn(np.random.default_rng(32), 6000)
    alpha = plants[0].seed.quality_rules.alpha.value
    for model in plants:
        _, released, broken = evaluated(model, blanked(X, columns), Y)
        bad, lots = broken[released == 1].sum(), released.sum()
        assert bad <= alpha * lots + 3 * np.sqrt(alpha * max(lots, 1))


def test_without_any_input_no_lot_is_released_where_too_many_break_the_grade(plants: list[QualityModel]) -> None:
    X, Y = drawn(np.random.default_rng(33), 200)
    for model in plants:
        _, released, _ = evaluated(model, np.full_like(X, np.nan), Y)
        assert not released.any()
        part = model.by_pattern(np.full((1, 4), np.nan))[0][0]
        assert np.isnan(part.threshold)


def test_without_any_input_lots_are_released_on_the_base_rate_where_it_is_guaranteed(clean: QualityModel) -> None:
    X = np.full((3, 4), np.nan)
    ((part, _),) = clean.by_pattern(X)
    decided = part.assess(X).decided
    assert part.threshold > 0
    assert (decided.grade >= 0).all()
    assert part.on_base_rate(X, decided).tolist() == [True] * 3
    full, _ = drawn(np.random.default_rng(34), 3, level=4.0)
    assert not clean.on_base_rate(full, clean.assess(full).decided).any()


def test_too_few_lots_for_a_guarantee_go_to_the_laboratory(clean: QualityModel) -> None:
    assert clean.missing is not None
    few = clean.missing
    parts = few.X[:100], few.reported[:100], few.defects[:100], few.raw[:100], few.patterns
    model = replace(clean, missing=CalibrationLots(*parts))
    X, _ = drawn(np.random.default_rng(35), 5, level=4.0)
    ((part, _),) = model.by_pattern(blanked(X, (U,)))
    assert np.isnan(part.threshold)
    assert (part.assess(blanked(X, (U,))).decided.actions(part.costs) != 0).all()
    assert (model.assess(X).decided.actions(model.costs) == 0).all()


def test_lots_with_nothing_missing_are_those_of_the_usual_calibration(plants: list[QualityModel]) -> None:
    X, _ = drawn(np.random.default_rng(36), 40)
    ((part, rows),) = plants[0].by_pattern(X)
    assert part is plants[0]
    assert rows.tolist() == list(range(40))
    old = replace(plants[0], missing=None, imputation=None)
    np.testing.assert_array_equal(part.raw(X), old.raw(X))


def test_columns_of_mixed_patterns_are_those_of_each_alone(plants: list[QualityModel]) -> None:
    X, _ = drawn(np.random.default_rng(37), 12)
    X[::2, U] = np.nan
    X[::3, SETPOINT] = np.nan
    table = plants[0].columns(X)
    for i in range(len(X)):
        for name, values in plants[0].columns(X[i : i + 1]).items():
            assert values[0] == table[name][i] or values[0] == pytest.approx(table[name][i], rel=1e-12)


def test_an_assay_of_a_lot_with_missing_inputs_counts_by_its_own_width(plants: list[QualityModel]) -> None:
    X, Y = drawn(np.random.default_rng(38), 4000)
    quantiles = []
    for columns in ((), (U,), (U, SETPOINT)):
        logs, spreads = plants[0].needed(Y[:, :3], blanked(X, columns))
        assert logs.shape == (4000, 3)
        quantiles.append(np.quantile(spreads, 0.9))
    np.testing.assert_allclose(quantiles, quantiles[0], rtol=0.08)


def test_adaptive_joint_intervals_widen_with_those_of_the_pattern(plants: list[QualityModel]) -> None:
    level = IntervalLevel(np.full(250, 2.0), IntervalLevel.new().missed)
    model = replace(plants[0], level=level).with_all_outcomes()
    X = blanked(drawn(np.random.default_rng(39), 1)[0], (U,))
    ((part, _),) = model.by_pattern(X)
    logs = part.raw(X)[:, :3]
    low, high = part.scatter.reach(logs, 2.0 * part.widening)
    answers = part.contents(logs, 0.9)
    np.testing.assert_allclose([answers[name].low[0] for name in "pqr"], low[0])
    np.testing.assert_allclose([answers[name].high[0] for name in "pqr"], high[0])


def test_a_pattern_is_calibrated_once(toy_quality_seed: Seed) -> None:
    rng = np.random.default_rng(40)
    raw, X, calls = rng.normal(size=(60, 2)), rng.normal(size=(60, 12)), 0
    patterns = MissingPatterns(np.zeros(12, dtype=np.bool_), np.ones(12))
    lots = CalibrationLots(X, np.exp(raw[:, :1]), raw[:, 1:], raw, patterns)

    def estimate(X: FloatArray) -> FloatArray:
        nonlocal calls
        calls += 1
        return np.zeros((len(X), 2))

    calibrate: Callable[..., object] = lambda *given: replace_calibration  # noqa: E731
    replace_calibration = _calibration(raw)
    one = np.eye(12, dtype=np.bool_)[:1]
    first = lots.calibrated(one, estimate, calibrate, replace_calibration)  # type: ignore[arg-type]
    assert lots.calibrated(one, estimate, calibrate, replace_calibration) is first  # type: ignore[arg-type]
    assert calls == 2  # blanked, and as they are


def test_ten_thousand_patterns_take_few_calibrations() -> None:
    rng = np.random.default_rng(41)
    raw, X = rng.normal(size=(60, 2)), rng.normal(size=(60, 20))
    lots = CalibrationLots(
        X, np.exp(raw[:, :1]), raw[:, 1:], raw, MissingPatterns(np.zeros(20, dtype=np.bool_), np.geomspace(0.1, 2, 20))
    )
    missing = np.unique(rng.random((20_000, 20)) < 0.3, axis=0)
    missing = rng.permutation(missing[missing.sum(axis=1) > 1])[:10_000]
    many = np.where(missing, np.nan, 1.0)
    calls = [many[start : start + 250] for start in range(0, len(many), 250)]  # blocks of JSON rows
    assert [len(lots.divided(call)) for call in calls] == [GROUPS] * 40
    assert len(lots.divided(many)) == GROUPS
    # Patterns of several lots are calibrated each alone, and so are few patterns.
    frequent = np.repeat(many[: MOST_NEW + 5], 3, axis=0)
    parts = lots.divided(np.concatenate([frequent, np.ones((1, 20)), many[-30:]]))
    assert len(parts) == MOST_NEW + GROUPS
    assert not parts[0][0].any()
    assert [len(rows) for _, rows in parts[1:MOST_NEW]] == [3] * (MOST_NEW - 1)
    assert len(lots.divided(many[:MOST_NEW])) == MOST_NEW


def _calibration(raw: FloatArray) -> object:
    from models.quality.calibration import LotCalibration
    from models.quality.error_scenarios import ErrorScenarios

    return LotCalibration(ErrorScenarios.of(np.exp(raw[:, :1]), raw[:, :1] + 0.1), np.ones(1), 0.1)


def test_a_state_is_json_and_restores_the_same_bits(plants: list[QualityModel]) -> None:
    lots = plants[0].missing
    assert lots is not None
    again = CalibrationLots.from_state(json.loads(json.dumps(lots.state())))
    for name in ("X", "reported", "defects", "raw"):
        np.testing.assert_array_equal(getattr(again, name), getattr(lots, name))
    assert again.patterns.state() == lots.patterns.state()


def test_lots_of_other_shapes_are_refused() -> None:
    patterns = MissingPatterns(np.zeros(2, dtype=np.bool_), np.ones(2))

    def lots(**other: FloatArray) -> CalibrationLots:
        parts = {"X": np.ones((3, 2)), "reported": np.ones((3, 1)), "defects": np.ones((3, 1)), "raw": np.ones((3, 2))}
        parts |= other
        return CalibrationLots(parts["X"], parts["reported"], parts["defects"], parts["raw"], patterns)

    many = {name: np.ones((MOST_LOTS + 1, len(one[0]))) for name, one in vars(lots()).items() if name != "patterns"}
    for bad in (
        {"X": np.ones((4, 2))},
        {"raw": np.ones((3, 3))},
        {"raw": np.full((3, 2), np.nan)},
        {"X": np.ones((3, 5))},
        many,
    ):
        with pytest.raises(ValueError, match="expected"):
            lots(**bad)
