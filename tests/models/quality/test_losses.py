"""What a lot's outputs are learnt by."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import approx_fprime
from scipy.stats import norm
from sklearn.metrics import log_loss

from models.quality.losses import (
    LARGEST_SPREAD,
    LEAST_SHARE,
    LEAST_SPREAD,
    UNTOLD_SPREAD,
    ContentLoss,
    DefectLoss,
    Loss,
    spread_about,
)

LABELS = {"content": (ContentLoss(0.4), [2.0, -0.5]), "defect": (DefectLoss(), [1.0, 0.0])}


@pytest.mark.parametrize(("kind", "labels"), LABELS.values(), ids=LABELS.keys())
@given(raw=st.floats(-4, 4))
def test_steps_are_derivatives_of_the_loss(kind: Loss, labels: list[float], raw: float) -> None:
    # A content's derivatives are scaled so that one above its limit counts 1.
    scale = kind.spread**2 if isinstance(kind, ContentLoss) else 1.0
    for label in labels:
        gradient, curvature = kind.steps(np.array([label]), np.array([raw]))
        predictions = approx_fprime(np.array([raw]), lambda at, y=label: kind.loss(np.array([y]), at)[0], 1e-6)
        assert gradient[0] == pytest.approx(scale * predictions[0], rel=1e-4, abs=1e-5)
        bent = approx_fprime(np.array([raw]), lambda at, y=label: kind.steps(np.array([y]), at)[0][0], 1e-6)
        assert curvature[0] == pytest.approx(bent[0], rel=1e-3, abs=2e-5)
        assert curvature[0] > 0


@pytest.mark.parametrize("kind", [ContentLoss(0.4), DefectLoss()], ids=["content", "defect"])
def test_a_missing_label_counts_nothing(kind: Loss) -> None:
    label, raw = np.array([np.nan, 1.0]), np.array([3.0, 0.0])
    assert kind.loss(label, raw)[0] == 0.0
    assert [float(part[0]) for part in kind.steps(label, raw)] == [0.0, 0.0]
    assert kind.start(label) == kind.start(label[1:])


def test_a_content_above_its_limit_counts_one() -> None:
    gradient, curvature = ContentLoss(0.3).steps(np.exp([1.0]), np.array([1.7]))
    assert gradient[0] == pytest.approx(0.7, rel=1e-12)
    assert curvature[0] == pytest.approx(1.0, rel=1e-12)


def test_the_loss_of_a_defect_is_scikit_learns() -> None:
    rng = np.random.default_rng(0)
    seen, raw = (rng.random(50) < 0.3).astype(np.float64), 3 * rng.standard_normal(50)
    assert DefectLoss().loss(seen, raw).mean() == pytest.approx(log_loss(seen, 1 / (1 + np.exp(-raw))), rel=1e-9)
    # Far beyond where a probability is 0 or 1 in floating point the loss is the log-odds themselves.
    np.testing.assert_allclose(DefectLoss().loss(np.array([1.0, 0.0]), np.array([-1e4, 1e4])), 1e4)


def test_a_start_fits_the_labels_without_inputs() -> None:
    assert DefectLoss().start(np.array([1.0, 0, 0, 0, np.nan])) == pytest.approx(np.log(0.25 / 0.75), rel=1e-12)
    assert DefectLoss().start(np.zeros(9)) == pytest.approx(np.log(LEAST_SHARE / (1 - LEAST_SHARE)), rel=1e-12)
    assert ContentLoss().start(np.array([2.0, 8.0, np.nan])) == pytest.approx(np.log(4.0), rel=1e-12)


@pytest.mark.parametrize("below", [0.0, 0.5, 0.9])
def test_spread_is_that_of_the_law_whatever_share_is_below_the_limit(below: float) -> None:
    # Quantiles stand for a sample, so that chance plays no part.
    logs = norm(0.3, 0.5).ppf((np.arange(4000) + 0.5) / 4000)
    limit = np.quantile(logs, below) if below else -9.0
    reported = np.where(logs < limit, -np.exp(limit), np.exp(logs))
    assert spread_about(reported, np.full(4000, 0.3)) == pytest.approx(0.5, rel=5e-3)


def test_spread_of_uncensored_labels_is_the_root_mean_square_error() -> None:
    rng = np.random.default_rng(1)
    error = 0.3 * rng.standard_normal(30)
    reported = np.append(np.exp(1.0 + error), np.nan)
    assert spread_about(reported, np.full(31, 1.0)) == pytest.approx(np.sqrt(np.mean(error**2)), rel=1e-3)


def test_spread_stays_within_what_laboratories_and_processes_do() -> None:
    assert spread_about(np.exp(np.ones(5)), np.ones(5)) == pytest.approx(LEAST_SPREAD, rel=0.05)
    # One content above the limit among very many below would tell of an endless spread.
    assert spread_about(np.append(np.full(500, -1.0), 3.0), np.full(501, -9.0)) == pytest.approx(
        LARGEST_SPREAD, rel=0.01
    )
    assert spread_about(np.full(50, -1.0), np.linspace(-1, 1, 50)) == UNTOLD_SPREAD


def test_no_label_at_all_is_told() -> None:
    with pytest.raises(ValueError, match="no label: expected at least one reported content"):
        spread_about(np.full(3, np.nan), np.zeros(3))


def test_bounds_of_spreads_and_shares() -> None:
    assert (LEAST_SPREAD, LARGEST_SPREAD, UNTOLD_SPREAD, LEAST_SHARE) == (0.001, 2.0, 1.0, 0.0001)


def test_no_label_counts_less_than_a_millionth() -> None:
    """A limit far above what is told, and a defect that is as good as certain, still hold the fit together."""
    gradient, curvature = ContentLoss(0.3).steps(np.array([-np.exp(9.0), np.nan]), np.array([0.0, 0.0]))
    assert curvature.tolist() == [1e-6, 0.0]
    assert gradient == pytest.approx([0.0, 0.0], abs=1e-12)
    gradient, curvature = DefectLoss().steps(np.array([1.0, 0.0, np.nan]), np.array([40.0, np.log(3.0), 0.0]))
    assert gradient == pytest.approx([0.0, 0.75, 0.0], abs=1e-12)
    assert curvature == pytest.approx([1e-6, 0.1875, 0.0], rel=1e-9)


def test_a_defect_that_every_lot_has_is_not_quite_certain() -> None:
    assert DefectLoss().start(np.ones(9)) == pytest.approx(np.log(0.9999 / 0.0001), rel=1e-9)
    assert DefectLoss().loss(np.array([1.0, 0.0]), np.array([np.log(3.0)] * 2)) == pytest.approx(np.log([4 / 3, 4.0]))
