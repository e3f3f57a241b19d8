"""Pieces with missing inputs: contents, classes and guarantee by pattern."""

import json
from types import SimpleNamespace

import numpy as np
import pytest

from models.sorting.missing_inputs import CalibrationPatterns
from models.uncertainty.missing_patterns import MissingPatterns
from operations.predictions.pieces.predictions import _withheld
from physics.arrays import FloatArray

SLOPES = np.array([3.0, 1.0, 0.0])


def scores(X: FloatArray) -> FloatArray:
    """Probabilities of two classes by the first input; without it both are as probable."""
    p = 1 / (1 + np.exp(-4 * np.nan_to_num(X[:, 0])))
    return np.column_stack([1 - p, p])


def contents(X: FloatArray, p: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Content of one element by a line, with errors of 1; a missing input counts as its mean."""
    own = np.ones((len(X), 1))
    return (np.nan_to_num(X) @ SLOPES)[:, None], own, 1.645 * own


def drawn(rng: np.random.Generator, n: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    X = rng.normal(size=(n, 3))
    codes = (rng.random(n) < scores(X)[:, 1]).astype(np.float64)
    return X, codes, (X @ SLOPES + rng.normal(size=n))[:, None]


def calibrated(rng: np.random.Generator, n: int = 900) -> CalibrationPatterns:
    X, codes, label = drawn(rng, n)
    return CalibrationPatterns.of(X, codes, contents(X, scores(X))[0] - label, scores, contents)


@pytest.mark.parametrize(("mask", "variance"), [((0,), 10.0), ((1,), 2.0), ((0, 1), 11.0), ((2,), 1.0)])
def test_contents_are_as_uncertain_as_without_the_input(mask: tuple[int, ...], variance: float) -> None:
    factors, ratios = [], []
    masks = np.isin(np.arange(3), mask)[None]
    for number in range(10):
        pieces = calibrated(np.random.default_rng(number))
        own = pieces.calibrated(masks, scores, contents, 1.0)
        factors.append(own.factor[0])
        ratios.append(own.ratio)
    assert np.mean(factors) == pytest.approx(np.sqrt(variance), rel=0.05)
    assert ratios == pytest.approx(factors)  # each piece has the same spread


def test_the_temperature_of_a_pattern_is_never_below_the_usual_one() -> None:
    pieces = calibrated(np.random.default_rng(20))
    for columns in ((0,), (1,), (0, 1, 2)):
        masks = np.isin(np.arange(3), columns)[None]
        assert pieces.calibrated(masks, scores, contents, 1.3).temperature >= 1.3


def test_intervals_are_wider_by_spread_and_by_factor() -> None:
    """A spread that doubles without an input while errors do too: intervals twice as wide by a factor of 1."""

    def doubled(X: FloatArray, p: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        value, own, half = contents(X, p)
        more = np.where(np.isnan(X[:, :1]), np.sqrt(10.0), 1.0)
        return value, more * own, more * half

    masks, own = np.array([[True, False, False]]), []
    for number in range(10):
        own.append(calibrated(np.random.default_rng(number)).calibrated(masks, scores, doubled, 1.0))
    assert np.mean([one.factor[0] for one in own]) == pytest.approx(1.0, rel=0.05)
    assert np.mean([one.ratio for one in own]) == pytest.approx(np.sqrt(10.0), rel=0.05)


def test_intervals_of_a_pattern_that_hides_the_class_cover() -> None:
    """Pieces of class 1 have errors three times as large, and without the first input all count as class 0."""
    rng = np.random.default_rng(24)

    def of_class(X: FloatArray, p: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        half = 1.645 * np.where(p.argmax(axis=1) == 1, 3.0, 1.0)[:, None]
        return np.zeros((len(X), 1)), np.ones((len(X), 1)), half

    def drawn_of_class(n: int) -> tuple[FloatArray, FloatArray, FloatArray]:
        X = np.sign(rng.normal(size=(n, 3)))
        codes = (X[:, 0] > 0).astype(np.float64)
        return X, codes, (rng.normal(size=n) * np.where(codes == 1, 3.0, 1.0))[:, None]

    pieces = CalibrationPatterns.of(*drawn_of_class(1000), scores, of_class)
    own = pieces.calibrated(np.array([[True, False, False]]), scores, of_class, 1.0)
    X, _, label = drawn_of_class(20000)
    X[:, 0] = np.nan
    _, _, half = of_class(X, scores(X))
    covered = np.mean(np.abs(label) <= half * own.factor * own.interval)
    assert 0.88 <= covered <= 0.92


def test_an_input_of_contents_alone_counts() -> None:
    """The second input moves no class probability, and one of several contents by half of its half width."""
    rng = np.random.default_rng(25)

    def several(X: FloatArray, p: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        content = np.hstack([np.zeros((len(X), 9)), 0.8 * np.nan_to_num(X[:, 1:2])])
        own = np.ones_like(content)
        return content, own, 1.645 * own

    X, codes, _ = drawn(rng, 900)
    pieces = CalibrationPatterns.of(X, codes, rng.normal(size=(900, 10)), scores, several)
    assert pieces.patterns.ignored.tolist() == [False, False, True]


def test_an_element_without_assays_keeps_its_width() -> None:
    X, codes, _ = drawn(np.random.default_rng(21), 300)
    pieces = CalibrationPatterns.of(X, codes, np.full((300, 1), np.nan), scores, contents)
    own = pieces.calibrated(np.array([[True, True, True]]), scores, contents, 1.0)
    assert own.factor.tolist() == [1.0]


def test_the_guarantee_is_withheld_where_more_pieces_lack_inputs_than_in_calibration() -> None:
    X, codes, label = drawn(np.random.default_rng(22), 900)
    X[:90, 0] = np.nan  # a tenth
    patterns = MissingPatterns(np.array([False, False, True]), np.ones(3))
    pieces = CalibrationPatterns(X, codes, label, patterns)
    new = np.zeros((100, 3))
    new[:12, 0] = np.nan
    new[:, 2] = np.nan  # hardly moves a prediction
    assert pieces.incomplete(new) == 12
    assert not pieces.lack_more(12, 100)
    new[:30, 1] = np.nan
    assert pieces.incomplete(new) == 30
    assert pieces.lack_more(30, 100)
    model = SimpleNamespace(risk_price=0.1, missing=pieces)
    assert _withheld(model, False, 0, 100) is None  # type: ignore[arg-type]
    assert _withheld(model, False, 30, 100) == (  # type: ignore[arg-type]
        "more pieces lack inputs than those that the risk price was calibrated on"
    )


def test_a_state_is_json_and_restores_the_same_bits() -> None:
    pieces = calibrated(np.random.default_rng(23), 100)
    again = CalibrationPatterns.from_state(json.loads(json.dumps(pieces.state())))
    for name in ("X", "codes", "errors"):
        np.testing.assert_array_equal(getattr(again, name), getattr(pieces, name))
    assert again.patterns.state() == pieces.patterns.state()


@pytest.mark.parametrize(("codes", "errors"), [(3, (2, 1)), (2, (3, 1))])
def test_pieces_of_other_shapes_are_refused(codes: int, errors: tuple[int, int]) -> None:
    patterns = MissingPatterns(np.zeros(2, dtype=np.bool_), np.ones(2))
    with pytest.raises(ValueError, match="expected"):
        CalibrationPatterns(np.ones((2, 2)), np.zeros(codes), np.zeros(errors), patterns)
