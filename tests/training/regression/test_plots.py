"""Figures of a regressor show rows that nobody learnt, with units."""

import numpy as np
import pytest

from models.table.contract import check
from models.tasks import build
from training.core.dataset import dataset_of
from training.core.fitting import fit_candidate
from training.core.splits import split
from training.regression import plots as regression_plots
from training.regression.fit import RegressionLearner

LEARNER = RegressionLearner()


@pytest.fixture(scope="module")
def fitted(toy_seed, toy_frame):
    """A line through the toy table, its data set and split."""
    data = dataset_of(check(toy_frame(), toy_seed), toy_seed)
    parts = split(data)
    result = fit_candidate(LEARNER, "linear", build(toy_seed)["linear"], data, parts, {}, None, lambda action: None)
    return result, data, parts


def test_axes_bear_units(fitted):
    candidate, data, parts = fitted
    figure = regression_plots.predicted_against_measured(candidate, data, parts)
    assert figure.layout.xaxis.title.text == "measured y [%]"
    assert figure.layout.yaxis.title.text == "predicted y [%]"
    assert (
        regression_plots.residuals_over_time(candidate, data, parts).layout.yaxis.title.text
        == "predicted minus measured [%]"
    )
    assert set(regression_plots.importance(candidate, data, parts).data[0].y) == {
        "x_set [kA]",
        "z [V]",
        "previous_y [%]",
    }


def test_the_figures_show_rows_that_nobody_learnt(fitted):
    candidate, data, parts = fitted
    future, holdout, _ = regression_plots.predicted_against_measured(candidate, data, parts).data
    assert np.array_equal(future.x, data.y[parts.test])
    assert np.array_equal(holdout.x, data.y[parts.holdout])
    assert np.allclose(future.y + future.error_y.array, candidate.answers.high[parts.test])
    assert np.allclose(future.y - future.error_y.arrayminus, candidate.answers.low[parts.test])


def test_coverage_by_month_agrees_with_the_metric(fitted):
    candidate, data, parts = fitted
    trace = regression_plots.coverage_by_month(candidate, data, parts).data[0]
    rows = np.array([int(text.split()[0]) for text in trace.text])
    assert rows.sum() == len(parts.test)
    assert np.average(trace.y, weights=rows) == pytest.approx(candidate.metrics["test_coverage_90"])


def test_a_large_plant_is_thinned(fitted, monkeypatch):
    monkeypatch.setattr(regression_plots, "MOST_BARS", 10)
    candidate, data, parts = fitted
    bars = regression_plots.predicted_against_measured(candidate, data, parts).data[0].error_y.array
    assert len(bars) == len(parts.test)
    assert np.isfinite(np.asarray(bars, dtype=float)).sum() == 10
