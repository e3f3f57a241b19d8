import json
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import Ridge

from models.interfaces.answers import Answer
from models.sorting.contents import (
    CARRIED_R2,
    FEWEST_OF_CLASS,
    LEAST_SPREAD,
    ContentLines,
    Contents,
    ContentSignals,
    spread,
)
from models.sorting.contents_fit import MOST_SCORES, PENALTY, fit_contents, fit_lines
from models.table.inputs import matrix
from models.table.standard_scale import StandardScale
from models.uncertainty.intervals import Conformal, CoverageError
from seeds import Seed
from tests.suite.physics import physics_type, state_process

Frame = Callable[..., pd.DataFrame]


def parts(seed: Seed, frame: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    codes = pd.Categorical(frame["metal"], categories=list(seed.classes)).codes.astype(np.intp)
    return matrix(frame, seed), codes, frame[["x", "z"]].to_numpy()


def in_lots(rows: tuple[np.ndarray, np.ndarray, np.ndarray], pieces: int = 20) -> np.ndarray:
    """Lots of so many pieces, one after the other."""
    return np.arange(len(rows[1])) // pieces


def certain(codes: np.ndarray, sure: float = 0.97) -> np.ndarray:
    """Probabilities after a look that tells the class with the probability `sure`, and any other as often."""
    rng = np.random.default_rng(9)
    predictions = np.where(rng.random(len(codes)) < sure, codes, (codes + rng.integers(1, 4, len(codes))) % 4)
    likelihood = np.where(np.arange(4) == predictions[:, None], sure, (1 - sure) / 3)
    p = likelihood * np.bincount(codes, minlength=4)
    return np.asarray(p / p.sum(axis=1, keepdims=True))


def estimated(model: Contents, X: np.ndarray, p: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return model.estimate(model.signals.columns(X), p)


def told_by(model: Contents, X: np.ndarray, p: np.ndarray, coverage: float) -> dict[str, Answer]:
    return model.answers(estimated(model, X, p), p, coverage)


@pytest.fixture
def fitted(toy_sorting_seed: Seed, toy_sorting_frame: Frame) -> tuple[Contents, np.ndarray, np.ndarray]:
    old, new = (parts(toy_sorting_seed, toy_sorting_frame(lots=30, rng_seed=one)) for one in (1, 2))
    return fit_contents(toy_sorting_seed, old, new, certain(new[1]), in_lots(new))


def test_lines_of_a_class_are_ridge_regression_on_its_pieces() -> None:
    rng = np.random.default_rng(0)
    Z, codes = rng.normal(size=(300, 4)), rng.integers(3, size=300)
    contents = Z @ rng.normal(size=(4, 2)) + rng.normal(size=(300, 2)) + codes[:, None]
    contents[::7, 1] = np.nan
    lines = fit_lines(Z, codes, contents, 3)
    for k in range(3):
        for e in range(2):
            rows = (codes == k) & ~np.isnan(contents[:, e])
            theirs = Ridge(alpha=PENALTY).fit(Z[rows], contents[rows, e])
            np.testing.assert_allclose(lines.weights[k, e], theirs.coef_, rtol=1e-8)
            inside = np.clip(theirs.predict(Z), *np.percentile(contents[rows, e], (0, 100)))
            np.testing.assert_allclose(lines.contents(Z)[:, k, e], inside, rtol=1e-8)
            error = (inside - contents[:, e])[rows]
            assert lines.variance[k, e] == pytest.approx(np.mean(error**2), rel=1e-8)


def test_a_class_without_labels_is_told_what_all_classes_have() -> None:
    Z, codes = np.zeros((6, 1)), np.array([0, 0, 0, 1, 1, 1])
    contents = np.array([[1.0, np.nan], [2.0, np.nan], [6.0, np.nan], [np.nan] * 2, [np.nan] * 2, [np.nan] * 2])
    lines = fit_lines(Z, codes, contents, 2)
    np.testing.assert_allclose(lines.contents(Z[:1])[0], [[3.0, 0.0], [3.0, 0.0]])
    assert lines.variance[1, 0] == pytest.approx(np.var([1, 2, 6]))


def test_a_piece_of_doubtful_class_is_doubtful_in_content() -> None:
    ends = np.array([[0.0], [10.0]])
    lines = ContentLines(np.zeros((2, 1, 1)), ends, ends, ends, np.array([[0.5], [2.0]]))
    p = np.array([[1.0, 0.0], [0.9, 0.1]])
    mean, variance = lines.mixed(np.zeros((2, 1)), p)
    np.testing.assert_allclose(mean[:, 0], [0.0, 1.0])
    # Within classes 0.9 · 0.5 + 0.1 · 2, between them 0.9 · 1² + 0.1 · 9².
    np.testing.assert_allclose(variance[:, 0], [0.5, 0.65 + 9.0])


def test_variances_are_those_of_the_errors(
    fitted: tuple[Contents, np.ndarray, np.ndarray], toy_sorting_seed: Seed, toy_sorting_frame: Frame
) -> None:
    X, codes, contents = parts(toy_sorting_seed, toy_sorting_frame(lots=100, rng_seed=3))
    predictions, variance = estimated(fitted[0], X, certain(codes))
    ratio = np.mean((predictions - contents) ** 2, axis=0) / variance.mean(axis=0)
    np.testing.assert_allclose(ratio, 1.0, atol=0.15)
    # Errors that do not lean to one side cancel out over a lot.
    assert np.abs((predictions - contents).mean(axis=0)).max() < 0.05


def test_what_no_signal_carries_is_left_out(fitted: tuple[Contents, np.ndarray, np.ndarray]) -> None:
    assert fitted[0].carried.tolist() == [True, False]


def test_intervals_hold_what_they_promise_in_every_predicted_class(
    fitted: tuple[Contents, np.ndarray, np.ndarray], toy_sorting_seed: Seed, toy_sorting_frame: Frame
) -> None:
    X, codes, contents = parts(toy_sorting_seed, toy_sorting_frame(lots=300, rng_seed=4))
    p = certain(codes)
    answers = told_by(fitted[0], X, p, 0.9)
    assert list(answers) == ["x"]
    answer = answers["x"]
    held = (answer.low <= contents[:, 0]) & (contents[:, 0] <= answer.high)
    assert 0.88 < held.mean() < 0.92
    for k in range(3):
        assert 0.86 < held[p.argmax(axis=1) == k].mean() < 0.94
    assert (answer.low <= answer.value).all()
    assert (answer.value <= answer.high).all()
    assert answer.low.min() == 0.0
    relative = (answer.high - answer.value) / np.sqrt(estimated(fitted[0], X, p)[1][:, 0])
    for k in range(3):
        own = relative[p.argmax(axis=1) == k]
        assert own.max() == pytest.approx(fitted[0].of_class[k][0].half_width(0.9), rel=1e-9)
        assert own.max() != pytest.approx(fitted[0].pooled[0].half_width(0.9), rel=1e-3)


def test_a_piece_of_doubtful_class_gets_the_wider_interval(
    fitted: tuple[Contents, np.ndarray, np.ndarray], toy_sorting_seed: Seed, toy_sorting_frame: Frame
) -> None:
    X, codes, _ = parts(toy_sorting_seed, toy_sorting_frame(lots=1))
    row = X[codes == 0][:1]
    sure, doubtful = (told_by(fitted[0], row, np.array([p]), 0.9)["x"] for p in ([1.0, 0, 0, 0], [0.6, 0.2, 0.2, 0]))
    assert doubtful.high - doubtful.value > 2 * (sure.high - sure.value)


def test_a_class_with_few_rows_takes_the_scores_of_all(
    fitted: tuple[Contents, np.ndarray, np.ndarray], toy_sorting_seed: Seed, toy_sorting_frame: Frame
) -> None:
    old = parts(toy_sorting_seed, toy_sorting_frame(lots=30, rng_seed=1))
    X, codes, contents = parts(toy_sorting_seed, toy_sorting_frame(lots=30, rng_seed=2))
    retained = (codes != 1) | (np.cumsum(codes == 1) < FEWEST_OF_CLASS)
    rows = X[retained], codes[retained], contents[retained]
    model = fit_contents(toy_sorting_seed, old, rows, np.eye(4)[rows[1]], in_lots(rows))[0]
    row, p = X[codes == 1][:1], np.eye(4)[[1]]
    answer, sd = told_by(model, row, p, 0.8)["x"], np.sqrt(estimated(model, row, p)[1][0, 0])
    assert answer.high[0] - answer.value[0] == pytest.approx(model.pooled[0].half_width(0.8) * sd, rel=1e-9)


def test_a_coverage_beyond_a_class_is_answered_by_all_and_beyond_all_refused(
    fitted: tuple[Contents, np.ndarray, np.ndarray], toy_sorting_frame: Frame, toy_sorting_seed: Seed
) -> None:
    X, codes, _ = parts(toy_sorting_seed, toy_sorting_frame(lots=1))
    model = fitted[0]
    assert max(len(own[0].scores) for own in model.of_class) <= MOST_SCORES
    other = X[codes == 3], np.eye(4)[codes[codes == 3]]
    assert FEWEST_OF_CLASS < len(model.of_class[3][0].scores) < 99
    answer = told_by(model, *other, 0.99)["x"]
    sd = np.sqrt(estimated(model, *other)[1][:, 0])
    np.testing.assert_allclose(answer.high - answer.value, model.pooled[0].half_width(0.99) * sd)
    with pytest.raises(CoverageError, match=f"needs at least 999 calibration rows, got {MOST_SCORES}"):
        told_by(model, X, np.eye(4)[codes], 0.999)


def test_physics_features_help_and_are_checked_when_read(
    toy_sorting_seed: Seed, toy_sorting_frame: Frame, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = (parts(toy_sorting_seed, toy_sorting_frame(lots=30, rng_seed=one)) for one in (1, 2))
    hidden = [np.column_stack([X[:, :3], contents[:, 1]]) for X, _, contents in (old, new)]
    physics = physics_type(
        (SimpleNamespace(name="double", sign=0),), computed=lambda columns: {"double": 2 * columns["mass"]}
    )
    state_process(monkeypatch, "toy_scrap", physics=physics)
    # The mass column carries z here, and its double after it.
    rows = hidden[1], *new[1:]
    model = fit_contents(toy_sorting_seed, (hidden[0], *old[1:]), rows, np.eye(4)[new[1]], in_lots(rows))[0]
    assert model.carried.tolist() == [True, True]
    assert model.lines.weights.shape == (4, 2, 5)
    state = json.loads(json.dumps(model.state(), allow_nan=False))
    assert Contents.from_state(toy_sorting_seed, state).signals == model.signals
    with pytest.raises(ValueError, match=r"features: got \['half'\], this code computes \['double'\]"):
        Contents.from_state(toy_sorting_seed, state | {"features": ["half"]})


def test_it_comes_back_from_json(
    fitted: tuple[Contents, np.ndarray, np.ndarray], toy_sorting_seed: Seed, toy_sorting_frame: Frame
) -> None:
    X, codes, _ = parts(toy_sorting_seed, toy_sorting_frame(lots=2))
    model, p = fitted[0], certain(codes)
    back = Contents.from_state(toy_sorting_seed, json.loads(json.dumps(model.state(), allow_nan=False)))
    np.testing.assert_array_equal(estimated(back, X, p), estimated(model, X, p))
    np.testing.assert_array_equal(told_by(back, X, p, 0.9)["x"], told_by(model, X, p, 0.9)["x"])


def test_bounds_of_contents() -> None:
    assert (CARRIED_R2, FEWEST_OF_CLASS, LEAST_SPREAD) == (0.25, 40, 1e-6)
    np.testing.assert_allclose(spread(np.array([0.0, 1e-14, 4.0])), [1e-6, 1e-6, 2.0], rtol=1e-12)


def test_a_class_with_just_enough_scores_has_its_own_interval(toy_sorting_seed: Seed) -> None:
    """Two classes at 4 and 5 wt% with spreads of 0.5; their own errors are 1, those of all 2 spreads."""
    one, zero = np.array([[4.0, 0], [5.0, 0], [0, 0], [0, 0]]), np.zeros((4, 2))
    lines = ContentLines(np.zeros((4, 2, 4)), one, zero, zero + 100.0, zero + 0.25)
    own = (Conformal(np.full(40, 1.0)), Conformal(np.ones(0)))
    few = (Conformal(np.full(39, 1.0)), Conformal(np.ones(0)))
    model = Contents(
        seed=toy_sorting_seed,
        signals=ContentSignals.of(toy_sorting_seed),
        scale=StandardScale(np.zeros(4), np.ones(4)),
        lines=lines,
        carried=np.array([True, False]),
        pooled=(Conformal(np.full(200, 2.0)), Conformal(np.ones(0))),
        of_class=(own, few, few, few),
    )
    answers = told_by(model, np.zeros((2, 4)), np.eye(4)[:2], 0.9)
    assert list(answers) == ["x"]
    np.testing.assert_allclose(answers["x"].value, [4.0, 5.0])
    np.testing.assert_allclose(answers["x"].low, [3.5, 4.0])
    np.testing.assert_allclose(answers["x"].high, [4.5, 6.0])
    # Of 40 rows none promise 0.99, which 99 would.
    np.testing.assert_allclose(told_by(model, np.zeros((1, 4)), np.eye(4)[:1], 0.99)["x"].high, [5.0])
    # Contents lie between 0 and 100 wt%.
    low = replace(model, lines=replace(lines, constant=one - 3.8))
    assert told_by(low, np.zeros((1, 4)), np.eye(4)[:1], 0.9)["x"].low.tolist() == [0.0]


def test_lines_end_where_the_class_ends_by_hand() -> None:
    """One score, two classes, one element: 1 + 2 z within 0 and 4, and 10 - z within 9 and 11."""
    lines = ContentLines(
        weights=np.array([[[2.0]], [[-1.0]]]),
        constant=np.array([[1.0], [10.0]]),
        low=np.array([[0.0], [9.0]]),
        high=np.array([[4.0], [11.0]]),
        variance=np.array([[0.5], [0.25]]),
    )
    contents = lines.contents(np.array([[1.0], [3.0], [-2.0]]))
    assert contents[:, :, 0].tolist() == [[3.0, 9.0], [4.0, 9.0], [0.0, 11.0]]
    mean, variance = lines.mixed(np.array([[1.0]]), np.array([[0.75, 0.25]]))
    # 0.75 * 3 + 0.25 * 9 = 4.5; between 0.75 * 1.5² + 0.25 * 4.5² = 6.75, within 0.4375.
    np.testing.assert_allclose((mean[0, 0], variance[0, 0]), (4.5, 7.1875), rtol=1e-12)
