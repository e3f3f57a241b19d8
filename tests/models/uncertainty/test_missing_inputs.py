"""Coverage and width of intervals by pattern of missing inputs, on a process whose parts are known."""

import itertools
import json
from collections.abc import Iterator

import numpy as np
import pytest

from models.uncertainty import missing_inputs, missing_patterns
from models.uncertainty.intervals import Conformal
from models.uncertainty.missing_inputs import MissingInputs
from models.uncertainty.missing_patterns import MissingPatterns
from physics.arrays import BoolArray, FloatArray

SLOPES = np.array([3.0, -2.0, 1.0, 0.0])
MASKS = [np.array(one, dtype=np.bool_) for one in itertools.product([False, True], repeat=4)]


def estimate(X: FloatArray) -> FloatArray:
    """Predict a sum of standard normal inputs; a missing one counts as its mean."""
    return np.nan_to_num(X) @ SLOPES


def even(predicted: FloatArray) -> FloatArray:
    return np.ones(len(predicted))


def rows(rng: np.random.Generator, n: int, missing: float = 0.0) -> tuple[FloatArray, FloatArray]:
    """Inputs, some of them missing at random, and labels with normal errors of 1."""
    X = rng.normal(size=(n, 4))
    y = X @ SLOPES + rng.normal(size=n)
    return np.where(rng.random(X.shape) < missing, np.nan, X), y


def calibrated(rng: np.random.Generator, n: int = 1000, missing: float = 0.0) -> tuple[MissingInputs, Conformal]:
    X, y = rows(rng, n, missing)
    predicted = estimate(X)
    inputs = MissingInputs.of(X, predicted, y - predicted, estimate)
    return inputs, Conformal.of(y, predicted, inputs.inflation(X, 0.9, estimate, even))


def all_count(effects: FloatArray) -> MissingPatterns:
    return MissingPatterns(np.zeros(len(effects), dtype=np.bool_), effects)


def of_rows(X: FloatArray, y: FloatArray) -> MissingInputs:
    """All inputs count, and have the effects of the estimator."""
    return MissingInputs(X, estimate(X), y - estimate(X), all_count(SLOPES**2))


def exact_width(mask: BoolArray) -> float:
    """Size of the errors where these inputs are missing, over that where none is."""
    return float(np.sqrt(1 + np.sum(SLOPES[mask] ** 2)))


@pytest.mark.parametrize("mask", MASKS, ids=lambda mask: "".join("01"[int(one)] for one in mask))
@pytest.mark.parametrize("coverage", [0.5, 0.9, 0.95])
def test_labels_are_covered_as_requested_whatever_is_missing(mask: BoolArray, coverage: float) -> None:
    rng = np.random.default_rng(20 + int(mask @ [8, 4, 2, 1]))
    hits, plants, n = 0.0, 40, 2000
    for _ in range(plants):
        missing, conformal = calibrated(rng)
        X, y = rows(rng, n)
        X[:, mask] = np.nan
        half = conformal.half_width(coverage) * missing.inflation(X, coverage, estimate, even)
        hits += float(np.mean(np.abs(y - estimate(X)) <= half))
    # Both the calibration rows and the new ones are drawn: the coverage of a plant has the variance of each.
    deviation = np.sqrt(coverage * (1 - coverage) * (2 / 1000 + 1 / n) / plants)
    assert hits / plants == pytest.approx(coverage + 0.001, abs=4 * deviation + 0.001)


@pytest.mark.parametrize("share", [0.1, 0.3])
def test_rows_that_miss_at_random_are_covered_in_each_pattern(share: float) -> None:
    rng, plants = np.random.default_rng(31), 30
    hits: dict[bytes, list[float]] = {}
    for _ in range(plants):
        missing, conformal = calibrated(rng, missing=share)
        X, y = rows(rng, 3000, share)
        half = conformal.half_width(0.9) * missing.inflation(X, 0.9, estimate, even)
        for row, hit in zip(np.isnan(X), np.abs(y - estimate(X)) <= half, strict=True):
            hits.setdefault(row.tobytes(), []).append(float(hit))
    frequent = {pattern: inside for pattern, inside in hits.items() if any(pattern[:3]) and len(inside) > 1000}
    assert len(frequent) >= 3
    for inside in frequent.values():
        # At least FEWEST_ROWS rows give a quantile; where they are borrowed, intervals are wider than needed.
        deviation = np.sqrt(0.09 / len(inside) + 0.09 / (plants * missing_inputs.FEWEST_ROWS))
        assert np.mean(inside) > 0.9 - 4 * deviation


def test_width_is_that_of_the_errors_and_grows_with_each_missing_input() -> None:
    rng, X = np.random.default_rng(5), np.ones((len(MASKS), 4))
    X[np.array(MASKS)] = np.nan
    width = np.mean([calibrated(rng)[0].inflation(X, 0.9, estimate, even) for _ in range(40)], axis=0)
    np.testing.assert_allclose(width, [exact_width(mask) for mask in MASKS], rtol=0.03)
    for one, other in itertools.permutations(range(len(MASKS)), 2):
        if not (MASKS[one] & ~MASKS[other])[:3].any() and (MASKS[other] & ~MASKS[one])[:3].any():
            assert width[one] < width[other]


def test_a_row_with_nothing_missing_is_no_wider_and_computes_nothing() -> None:
    missing, _ = calibrated(np.random.default_rng(6), missing=0.2)

    def never(X: FloatArray) -> FloatArray:
        raise AssertionError("computed")

    assert missing.inflation(np.ones((3, 4)), 0.9, never, never).tolist() == [1.0, 1.0, 1.0]
    ignored = np.ones((1, 4))
    ignored[0, 3] = np.nan  # the input without effect
    assert missing.inflation(ignored, 0.9, never, never).tolist() == [1.0]


class Counted:
    """Estimator that counts its calls."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, X: FloatArray) -> FloatArray:
        self.calls += 1
        return estimate(X)


def test_a_pattern_is_computed_once() -> None:
    missing, _ = calibrated(np.random.default_rng(7))
    counted, X = Counted(), np.array([[1.0, np.nan, 1.0, 1.0], [np.nan, np.nan, 1.0, 1.0]])
    first = missing.inflation(X, 0.9, counted, even)
    assert counted.calls == 3  # both patterns, and the rows as they are
    np.testing.assert_array_equal(missing.inflation(X + 5, 0.9, counted, even), first)
    missing.inflation(X[:1], 0.5, counted, even)
    assert counted.calls == 3


def wide(rng: np.random.Generator) -> MissingInputs:
    """Calibration rows of 20 inputs that all matter."""
    X = rng.normal(size=(150, 20))
    return MissingInputs(X, X.sum(axis=1), rng.normal(size=150), all_count(np.ones(20)))


def summed(X: FloatArray) -> FloatArray:
    return np.nan_to_num(X).sum(axis=1)


def test_ten_thousand_patterns_are_computed_in_groups_of_similar_effect() -> None:
    rng = np.random.default_rng(8)
    missing, calls = wide(rng), 0

    def counted(X: FloatArray) -> FloatArray:
        nonlocal calls
        calls += 1
        return summed(X)

    masks = np.unique(rng.random((15_000, 20)) < 0.3, axis=0)
    masks = np.concatenate([masks[1:10_001], np.tile(masks[5000], (5, 1))])  # one of them is frequent
    X = np.where(masks, np.nan, 1.0)
    width = missing.inflation(X, 0.9, counted, even)
    assert calls == missing_inputs.MOST_NEW + missing_patterns.GROUPS + 1  # and the rows as they are
    assert len(np.unique(width)) <= missing_inputs.MOST_NEW + missing_patterns.GROUPS
    assert (width[-5:] == missing.inflation(X[-1:], 0.9, summed, even)[0]).all()
    count = masks.sum(axis=1)  # each input has the same effect: groups are of patterns that miss as many
    assert np.mean(width[count <= 4]) < np.mean(width[count == 6]) < np.mean(width[count >= 9])
    for start in range(0, 6000, 250):
        missing.inflation(X[start : start + 250], 0.9, summed, even)
    assert len(missing._computed) == missing_inputs.MOST_PATTERNS


def test_rows_of_grouped_patterns_are_covered_as_requested() -> None:
    rng, k, n, plants = np.random.default_rng(15), 16, 3000, 6
    slopes = np.linspace(0.2, 1.0, k)

    def prediction(X: FloatArray) -> FloatArray:
        return np.asarray(np.nan_to_num(X) @ slopes)

    hits, few = [], []
    for _ in range(plants):
        X = rng.normal(size=(1000, k))
        missing = MissingInputs.of(X, prediction(X), rng.normal(size=1000), prediction)
        new = rng.normal(size=(n, k))
        y, mask = prediction(new) + rng.normal(size=n), rng.random((n, k)) < 0.3
        less = np.where(mask, np.nan, new)
        half = _half(missing) * missing.inflation(less, 0.9, prediction, even)
        inside = np.abs(y - prediction(less)) <= half
        hits.append(inside.mean())
        few.append(inside[mask @ slopes**2 < np.quantile(mask @ slopes**2, 0.2)].mean())
    deviation = np.sqrt(0.09 * (2 / 1000 + 1 / n) / plants)
    assert np.mean(hits) == pytest.approx(0.9, abs=4 * deviation + 0.002)
    assert np.mean(few) == pytest.approx(0.9, abs=0.02)  # as many as those that miss more


def _half(missing: MissingInputs) -> float:
    return Conformal(np.sort(np.abs(missing.errors))).half_width(0.9)


def test_a_pattern_of_too_few_rows_borrows_from_rows_that_miss_more_and_from_no_other() -> None:
    rng = np.random.default_rng(9)
    X, y = rows(rng, 600)
    X[30:, 0] = np.nan  # 30 rows alone have the input with the largest effect
    predicted, missing = estimate(X), of_rows(X, y)
    second, third = np.array([[1.0, np.nan, 1.0, 1.0]]), np.array([[1.0, 1.0, np.nan, 1.0]])
    third[0, 0] = np.nan
    whole = Conformal.of(y, predicted).half_width(0.9)
    borrowed = Conformal.of(y, estimate(np.where(np.isnan(second), np.nan, X))).half_width(0.9)
    assert missing.inflation(second, 0.9, estimate, even) == pytest.approx([borrowed / whole])
    enough = np.isnan(X[:, 0])  # of the pattern itself there are enough: rows that have the first input count too
    assert enough.sum() > missing_inputs.FEWEST_ROWS
    own = Conformal.of(y, estimate(np.where(np.isnan(third), np.nan, X))).half_width(0.9)
    assert missing.inflation(third, 0.9, estimate, even) == pytest.approx([own / whole])


def test_a_coverage_that_few_rows_are_not_enough_for_has_the_width_of_the_highest_that_they_are() -> None:
    X, y = rows(np.random.default_rng(10), 60)
    missing = of_rows(X, y)
    one = np.array([[np.nan, 1.0, 1.0, 1.0]])
    largest = np.abs(y - estimate(np.where(np.isnan(one), np.nan, X))).max() / np.abs(y - estimate(X)).max()
    assert missing.inflation(one, 0.999, estimate, even) == pytest.approx([largest])


def test_a_column_that_was_always_missing_changes_no_width_when_it_is_sent() -> None:
    rng = np.random.default_rng(11)
    X, y = rows(rng, 300)
    X[:, 2] = np.nan
    predicted = estimate(X)
    missing = MissingInputs.of(X, predicted, y - predicted, estimate)
    assert missing.patterns.ignored.tolist() == [False, False, True, True]
    sent = np.array([[1.0, np.nan, 7.0, 1.0], [1.0, np.nan, np.nan, 1.0]])
    one, other = missing.inflation(sent, 0.9, estimate, even)
    assert one == other > 1


def test_a_scale_that_follows_the_prediction_is_that_of_the_blanked_rows() -> None:
    rng = np.random.default_rng(12)
    X, y = rows(rng, 500)
    missing = of_rows(X, y)
    none = np.full((1, 4), np.nan)

    def spread(predicted: FloatArray) -> FloatArray:
        return np.where(predicted == 0.0, 4.0, 1.0)  # without inputs all rows are predicted as 0

    sized = missing.inflation(none, 0.9, estimate, spread)
    plain = MissingInputs.from_state(missing.state()).inflation(none, 0.9, estimate, even)
    np.testing.assert_allclose(sized, plain / 4, rtol=1e-12)


def test_errors_of_nothing_widen_nothing() -> None:
    X = np.ones((50, 4))
    missing = MissingInputs(X, np.zeros(50), np.zeros(50), all_count(np.zeros(4)))
    assert missing.inflation(np.full((1, 4), np.nan), 0.9, estimate, even).tolist() == [1.0]


def test_at_most_so_many_rows_are_kept_evenly() -> None:
    X, y = rows(np.random.default_rng(13), 5000)
    missing = MissingInputs.of(X, estimate(X), y - estimate(X), estimate)
    assert len(missing.X) == missing_inputs.MOST_ROWS
    np.testing.assert_array_equal(missing.X[[0, -1]], X[[0, -1]])


def test_a_state_is_json_and_restores_the_same_bits() -> None:
    missing, _ = calibrated(np.random.default_rng(14), missing=0.2)
    again = MissingInputs.from_state(json.loads(json.dumps(missing.state())))
    for name in ("X", "predicted", "errors"):
        np.testing.assert_array_equal(getattr(again, name), getattr(missing, name))
    assert again.patterns.state() == missing.patterns.state()


def broken() -> Iterator[dict[str, object]]:
    good = dict(X=np.ones((2, 3)), predicted=np.ones(2), errors=np.ones(2), patterns=all_count(np.ones(3)))
    yield good | {"X": np.ones(3)}
    yield good | {"X": np.ones((missing_inputs.MOST_ROWS + 1, 3))}
    yield good | {"X": np.ones((0, 3))}
    yield good | {"patterns": all_count(np.ones(2))}
    yield good | {"errors": np.array([1.0, np.nan])}
    yield good | {"predicted": np.ones(3)}


@pytest.mark.parametrize("parts", [*broken()])
def test_rows_of_other_shapes_are_refused(parts: dict[str, FloatArray]) -> None:
    with pytest.raises(ValueError, match="expected"):
        MissingInputs(**parts)


@pytest.mark.parametrize("text", ["AAAA", "not base64!", ""])
def test_rows_that_are_cut_short_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"reshape|base64|characters|padding|expected|buffer"):
        MissingInputs.from_state({"ignored": [False, False], "effects": [1.0, 1.0], "rows": text})
