"""Straight lines through contents and defects of lots, most of them below a limit perhaps."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.linear_model import LinearRegression, LogisticRegression

from models.quality import linear
from models.quality.censoring import log_size
from models.quality.linear import FEWEST_HELD_BACK, PENALTY_OF_FEW, LotLines, level
from models.quality.losses import LEAST_SHARE, ContentLoss, DefectLoss

SLOPES = np.array([0.5, -0.3, 0.2, 0.0])
CENTRE, SPREAD = 0.2, 0.4


def lots(n: int = 3000, below: float = 0.0, rng_seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Inputs of several sizes, and one content that rises with them, a share of which is below the limit."""
    rng = np.random.default_rng(rng_seed)
    z = rng.standard_normal((n, 4))
    logs = CENTRE + z @ SLOPES + SPREAD * rng.standard_normal(n)
    limit = np.quantile(logs, below) if below else -np.inf
    reported = np.where(logs < limit, -np.exp(limit), np.exp(logs))
    return 50 + z * [1.0, 10.0, 0.1, 5.0], reported[:, None]


def slopes(fitted: LotLines) -> np.ndarray:
    """Slopes by the standard normal inputs of `lots`."""
    return fitted.slope_[:, 0] / fitted.scale_ * [1.0, 10.0, 0.1, 5.0]


def standard_error(below: float, n: int = 3000) -> float:
    """Of a slope: at least that of least squares on the contents above the limit."""
    return SPREAD / np.sqrt(n * (1 - below))


@pytest.mark.parametrize("below", [0.0, 0.3, 0.6, 0.8])
def test_slopes_are_found_however_many_contents_are_below_the_limit(below: float) -> None:
    fitted = LotLines().fit(*lots(below=below))
    # The penalty takes 1/(1 + penalty / curvature) of a slope; the smallest is chosen on so many lots.
    np.testing.assert_allclose(slopes(fitted), SLOPES, atol=4 * standard_error(below) + 0.02)
    assert fitted.spread_[0] == pytest.approx(SPREAD, abs=4 * standard_error(below) + 0.01)
    centre = fitted.predict(np.full((1, 4), 50.0))[0, 0]
    assert centre == pytest.approx(CENTRE, abs=8 * standard_error(below) + 0.01)


@pytest.mark.parametrize("share", [1.0, 0.5, np.nan], ids=["the limit", "half the limit", "left out"])
def test_lines_that_take_limits_for_contents_do_not_find_them(share: float) -> None:
    X, reported = lots(below=0.8)
    naive = np.where(reported < 0, -share * reported, reported)
    assert abs(slopes(LotLines().fit(X, naive))[0] - SLOPES[0]) > 0.1


def test_without_limits_it_is_least_squares() -> None:
    X, reported = lots(600)
    theirs = LinearRegression().fit(X, np.log(reported[:, 0]))
    new = lots(50, rng_seed=7)[0]
    inside = np.clip(new, X.min(axis=0), X.max(axis=0))
    # The smallest penalty changes a slope by a thousandth.
    np.testing.assert_allclose(LotLines().fit(X, reported).predict(new)[:, 0], theirs.predict(inside), atol=0.02)


def test_defects_are_logistic_regression() -> None:
    rng = np.random.default_rng(0)
    X = rng.standard_normal((4000, 2))
    seen = (rng.random(4000) < 1 / (1 + np.exp(2.0 - X[:, 0]))).astype(np.float64)
    fitted = LotLines(defects=1).fit(X, seen[:, None])
    theirs = LogisticRegression(C=np.inf).fit(X, seen)
    slope = fitted.slope_[:, 0] / fitted.scale_
    np.testing.assert_allclose(slope, theirs.coef_[0], atol=0.03)
    assert fitted.intercept_[0] - fitted.fill_ @ slope == pytest.approx(theirs.intercept_[0], abs=0.03)
    assert fitted.spread_.tolist() == [1.0]


def test_a_unit_of_an_input_does_not_matter_and_one_of_the_output_moves_the_level() -> None:
    X, reported = lots(400, below=0.5)
    plain = LotLines().fit(X, reported)
    scaled = LotLines().fit(X * 1000 + 3, reported)
    np.testing.assert_allclose(scaled.predict(X * 1000 + 3), plain.predict(X), rtol=1e-6)
    grams = LotLines().fit(X, reported * 1e-4)
    np.testing.assert_allclose(grams.predict(X), plain.predict(X) + np.log(1e-4), atol=1e-4)


def test_beyond_training_a_line_is_level() -> None:
    X, reported = lots(400)
    fitted = LotLines().fit(X, reported)
    edge = np.array([X.max(axis=0), X.min(axis=0)])
    np.testing.assert_array_equal(fitted.predict(edge + np.array([[1e6], [-1e6]])), fitted.predict(edge))


def test_a_missing_input_counts_as_its_median() -> None:
    X, reported = lots(400)
    X[::9, 1] = np.nan
    fitted = LotLines().fit(X, reported)
    holed, filled = X.copy(), X.copy()
    holed[:, 0], filled[:, 0] = np.nan, np.median(X[:, 0])
    np.testing.assert_array_equal(fitted.predict(holed), fitted.predict(filled))
    np.testing.assert_array_equal(fitted.predict(np.full((1, 4), np.nan))[0], fitted.intercept_)


def test_a_row_does_not_depend_on_the_others() -> None:
    X, reported = lots(300)
    fitted = LotLines(defects=1).fit(X, np.column_stack([reported, reported > 1]))
    X[3, 2] = np.nan
    alone = np.vstack([fitted.predict(X[i : i + 1]) for i in range(len(X))])
    np.testing.assert_array_equal(fitted.predict(X), alone)


def test_order_of_columns_and_outputs_does_not_matter() -> None:
    X, reported = lots(400, below=0.4)
    other = np.exp(0.3 * (X[:, :1] - 50))
    one = LotLines().fit(X, np.column_stack([reported, other])).predict(X)
    order = [2, 0, 3, 1]
    back = LotLines().fit(X[:, order], np.column_stack([other, reported])).predict(X[:, order])
    np.testing.assert_allclose(back[:, ::-1], one, rtol=1e-6, atol=1e-9)


def test_a_missing_label_leaves_its_output_as_if_the_row_were_not_there() -> None:
    X, reported = lots(400, below=0.4)
    labels = np.column_stack([reported, reported])
    labels[:150, 1] = np.nan
    both = LotLines().fit(X, labels)
    np.testing.assert_allclose(both.predict(X)[:, 0], LotLines().fit(X, reported).predict(X)[:, 0], rtol=1e-12)
    # Half the lots tell of the second output; its line is that of them, but that columns are scaled by all.
    alone = LotLines().fit(X[150:], reported[150:])
    np.testing.assert_allclose(both.predict(X[150:])[:, 1], alone.predict(X[150:])[:, 0], atol=1e-3)


def test_inputs_and_labels_are_not_mutated_and_a_clone_learns_the_same() -> None:
    X, reported = lots(200, below=0.3)
    X_before, before = X.copy(), reported.copy()
    estimator = LotLines(held_back=0.3)
    one, other = (clone(estimator).fit(X, reported).predict(X) for _ in range(2))
    np.testing.assert_array_equal(one, other)
    np.testing.assert_array_equal(X, X_before)
    np.testing.assert_array_equal(reported, before)
    assert clone(estimator).get_params() == {"defects": 0, "held_back": 0.3, "categories": None}


def test_the_penalty_is_chosen_on_the_newest_lots() -> None:
    """Where the old lots' slopes do not hold any more, the flattest line is best; with few lots none is chosen."""
    rng = np.random.default_rng(3)
    X = rng.standard_normal((500, 1))
    turned = np.where(np.arange(500) < 400, 0.5, -0.1)
    Y = np.exp(turned * X[:, 0] + 0.1 * rng.standard_normal(500))[:, None]
    steady = np.exp(0.5 * X[:, 0] + 0.1 * rng.standard_normal(500))[:, None]
    assert abs(LotLines().fit(X, Y).slope_[0, 0]) < 0.25
    assert LotLines().fit(X, steady).slope_[0, 0] == pytest.approx(0.5 * X.std(), rel=0.02)
    few = slice(None, 5 * FEWEST_HELD_BACK - 5)
    shrunk = LotLines().fit(X[few], steady[few]).slope_[0, 0] / X[few].std()
    assert shrunk == pytest.approx(0.5 / (1 + PENALTY_OF_FEW), rel=0.05)


class TestEdges:
    def test_an_element_that_was_never_above_its_limit_is_told_below_it(self) -> None:
        X, _ = lots(400)
        fitted = LotLines().fit(X, np.where(np.arange(400) % 2, -0.5, -0.2)[:, None])
        predictions = fitted.predict(X)[:, 0]
        assert (predictions < np.log(0.2) - 2).all()
        assert (predictions > np.log(0.2) - 10).all()
        assert fitted.spread_[0] == 1.0

    def test_one_content_above_the_limit_does_not_run_away(self) -> None:
        X, _ = lots(400)
        reported = np.full((400, 1), -0.5)
        reported[40] = 0.7
        predictions = LotLines().fit(X, reported).predict(X)[:, 0]
        assert np.abs(predictions).max() < 15

    @pytest.mark.parametrize("seen", [0.0, 1.0])
    def test_a_defect_of_no_lot_or_of_all_tells_nothing_of_the_inputs(self, seen: float) -> None:
        X, _ = lots(400)
        fitted = LotLines(defects=1).fit(X, np.full((400, 1), seen))
        np.testing.assert_array_equal(fitted.slope_, 0.0)
        odds = np.log(LEAST_SHARE / (1 - LEAST_SHARE))
        np.testing.assert_allclose(fitted.predict(X), odds if seen == 0 else -odds, rtol=1e-12)

    def test_a_defect_that_an_input_tells_apart_has_finite_odds(self) -> None:
        X, _ = lots(400)
        fitted = LotLines(defects=1).fit(X, (X[:, :1] > 51.5).astype(np.float64))
        assert np.isfinite(fitted.predict(X)).all()
        assert np.abs(fitted.slope_).max() < 30

    def test_empty_and_constant_columns_are_survived(self) -> None:
        X, reported = lots(400)
        X[:, 0], X[:, 3] = np.nan, 7.0
        fitted = LotLines().fit(X, reported)
        assert np.isfinite(fitted.predict(X)).all()
        np.testing.assert_array_equal(fitted.slope_[[0, 3], 0], 0.0)
        assert np.isfinite(LotLines().fit(np.full((400, 2), np.nan), reported).predict(X[:, :2])).all()

    def test_two_lots_are_enough_and_one_is_told(self) -> None:
        X, reported = lots(3)
        assert np.isfinite(LotLines().fit(X[:2], reported[:2]).predict(X)).all()
        with pytest.raises(ValueError, match="minimum of 2 is required"):
            LotLines().fit(X[:1], reported[:1])

    @pytest.mark.parametrize(
        ("spoil", "message"),
        [
            (lambda y: y[:, 0], r"Y: got shape \(100,\), expected \(100, outputs\)"),
            (lambda y: y[:50], r"Y: got shape \(50, 1\), expected \(100, outputs\)"),
            (lambda y: np.column_stack([y, y * np.nan, y, y * np.nan]), r"Y: outputs \[1, 3\] have no label"),
            (lambda y: np.where(y > 1, np.inf, y), "Y: got infinity, expected numbers or NaN"),
            (lambda y: y[:, :0], r"Y: got 0 outputs, expected at least the 1 defects"),
        ],
    )
    def test_labels_that_do_not_fit_are_told(self, spoil: object, message: str) -> None:
        X, reported = lots(100)
        with pytest.raises(ValueError, match=message):
            LotLines(defects=1).fit(X, spoil(reported))  # type: ignore[operator]

    def test_inputs_that_do_not_fit_are_told(self) -> None:
        X, reported = lots(100)
        with pytest.raises(ValueError, match="infinity"):
            LotLines().fit(np.where(X > 60, np.inf, X), reported)
        fitted = LotLines().fit(X, reported)
        with pytest.raises(ValueError, match="expecting 4 features"):
            fitted.predict(X[:, :2])


@pytest.mark.parametrize("below", [0.0, 0.5, 0.8])
def test_a_level_is_the_mean_logarithm_below_the_limit_as_well(below: float) -> None:
    reported = lots(below=below)[1][:, 0]
    spread = np.hypot(SPREAD, np.linalg.norm(SLOPES))
    expected = pytest.approx(CENTRE, abs=10 * standard_error(below) * spread / SPREAD)
    assert level(np.append(reported, np.nan), ContentLoss()) == expected
    if not below:
        assert level(reported, ContentLoss()) == pytest.approx(np.mean(log_size(reported)), rel=1e-6)


def test_a_level_of_a_defect_is_its_log_odds() -> None:
    assert level(np.array([1.0, 0, 0, 0, np.nan]), DefectLoss()) == pytest.approx(np.log(1 / 3), rel=1e-9)


class TestTurns:
    """How far and how often Newton's method and the rounds of line and spread go, by counting."""

    def steps(self, slope: float, monkeypatch: pytest.MonkeyPatch) -> tuple[int, float]:
        """Turns that a line through log y = slope * x takes, and the slope where it ends."""
        x = np.array([-1.0, 1.0, -1.0, 1.0])
        rows = linear._Rows(np.column_stack([np.ones(4), x]), np.exp(slope * x))
        calls = []
        original = ContentLoss.steps

        def noted(self: ContentLoss, label: np.ndarray, raw: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            calls.append(raw)
            return original(self, label, raw)

        monkeypatch.setattr(ContentLoss, "steps", noted)
        result = linear._newton(rows, ContentLoss(1.0), 0.0, np.zeros(2))
        return len(calls), float(result[1])

    @pytest.mark.parametrize(("slope", "turns", "end"), [(2.0, 2, 2.0), (10.0, 5, 10.0), (100.0, 30, 90.0)])
    def test_a_turn_goes_3_at_most_and_there_are_30_at_most(
        self, slope: float, turns: int, end: float, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The loss is a parabola: one step would do, and one that moves nothing ends the search."""
        result = self.steps(slope, monkeypatch)
        assert result[0] == turns
        assert result[1] == pytest.approx(end, rel=1e-6)

    @pytest.mark.parametrize(
        ("spreads", "rounds"), [([1.005, 9.0], 1), ([1.0051, 1.006, 9.0], 2), ([2.0**i for i in range(1, 12)], 10)]
    )
    def test_rounds_end_where_the_spread_changes_by_half_a_percent(
        self, spreads: list[float], rounds: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        used: list[float] = []
        predictions = iter(spreads)

        def newton(rows: object, kind: ContentLoss, penalty: float, line: np.ndarray) -> np.ndarray:
            used.append(kind.spread)
            return line

        monkeypatch.setattr(linear, "spread_about", lambda label, raw: next(predictions))
        monkeypatch.setattr(linear, "_newton", newton)
        rows = linear._Rows(np.ones((3, 1)), np.array([1.0, 2.0, -3.0]))
        assert linear._fitted(rows, ContentLoss(), 0.1)[1] == spreads[rounds]
        assert used == spreads[:rounds]

    def test_the_newest_fifth_chooses_the_penalty(self, monkeypatch: pytest.MonkeyPatch) -> None:
        calls = []
        fitted = linear._fitted

        def noted(rows: linear._Rows, kind: ContentLoss, penalty: float) -> tuple[np.ndarray, float]:
            calls.append((len(rows.y), penalty))
            return fitted(rows, kind, penalty)

        monkeypatch.setattr(linear, "_fitted", noted)
        x = np.random.default_rng(0).standard_normal((100, 1))
        y = np.exp(x[:, 0])
        y[80:] = np.exp(np.mean(x[:80]))  # the newest lots are all alike, so the heaviest penalty errs least
        linear._line(x, y, ContentLoss(), 0.2)
        assert calls == [(80, 1e-3), (80, 1e-2), (80, 1e-1), (80, 1.0), (100, 1.0)]
        calls.clear()
        linear._line(x[:99], y[:99], ContentLoss(), 0.2)
        assert calls == [(99, 0.1)]
        calls.clear()
        y[:1] = np.nan  # lots without a label do not count
        linear._line(x, y, ContentLoss(), 0.2)
        assert calls == [(99, 0.1)]


def test_rows_count_by_their_weights() -> None:
    """Of rows (1, 2), (1, 0), (1, -1) and (1, 3) with weights 0, 1, 2 and 0.5."""
    rows = linear._Rows(np.array([[1.0, 2.0], [1.0, 0.0], [1.0, -1.0], [1.0, 3.0]]), np.zeros(4))
    assert rows.normal.tolist() == [[4.0, 4.0], [4.0, 14.0]]
    np.testing.assert_allclose(rows.counted(np.array([0.0, 1.0, 2.0, 0.5])), [[3.5, -0.5], [-0.5, 6.5]], rtol=1e-12)
    assert rows[1:3].design.tolist() == [[1.0, 0.0], [1.0, -1.0]]


def test_one_lot_tells_nothing_and_two_do() -> None:
    with pytest.raises(ValueError, match="minimum of 2"):
        LotLines().fit(np.zeros((1, 2)), np.ones((1, 1)))
    assert LotLines().fit(np.zeros((2, 2)), np.ones((2, 1))).intercept_.tolist() == [0.0]
    assert LotLines().__sklearn_tags__().input_tags.allow_nan is True


def test_columns_are_counted_in_their_deviations_and_constant_ones_as_they_are() -> None:
    X = np.column_stack([[1.0, 3.0, 5.0, 7.0], np.full(4, 2.0), np.full(4, np.nan)])
    fitted = LotLines().fit(X, np.exp(X[:, :1]))
    # 1, 3, 5 and 7 lie 3 and 1 about 4: the root of (9 + 1 + 1 + 9) / 4 is that of 5.
    np.testing.assert_allclose(fitted.scale_, [5**0.5, 1.0, 1.0], rtol=1e-12)
    assert fitted.fill_.tolist() == [4.0, 2.0, 0.0]
    assert (fitted.low_.tolist(), fitted.high_.tolist()) == ([1.0, 2.0, 0.0], [7.0, 2.0, 0.0])
    np.testing.assert_allclose(fitted.slope_[1:, 0], [0.0, 0.0], atol=1e-9)
