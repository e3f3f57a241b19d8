"""Figures of a regressor, as a reader sees them: axes, names, lines, and values worked out from the table."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from models.interfaces.answers import Answer
from models.table.contract import check
from models.tasks import build
from training.core.dataset import dataset_of
from training.core.fitting import LearningCurve, fit_candidate
from training.core.splits import split
from training.regression import plots
from training.regression.fit import RegressionLearner
from training.reports.pictures import width_without

LEARNER = RegressionLearner()

BLUE, ORANGE, GREY, RED = "#1f77b4", "#e6820e", "#8c8c8c", "#c0392b"
FUTURE, HELD_OUT = "future periods", "future periods, held-out units"
DOTTED = {"line.color": "black", "line.dash": "dot", "line.width": 1}
EQUAL = {"type": "scatter", "mode": "lines", "name": "equal"} | DOTTED


@pytest.fixture(scope="module")
def fitted(toy_seed, toy_frame):
    """A candidate whose answers lie 0.1 to 0.5 beside the label, its intervals wider above than below."""
    data = dataset_of(check(toy_frame(), toy_seed), toy_seed)
    parts = split(data)
    line = fit_candidate(LEARNER, "linear", build(toy_seed)["linear"], data, parts, {}, None, lambda action: None)
    rng = np.random.default_rng(4)
    value = data.y + rng.choice([-0.5, -0.2, 0.1, 0.3], len(data.y))
    made = replace(
        line,
        answers=Answer(value, value - 0.25, value + 0.45),
        importance=np.array([0.2, 0.9, 0.4]),
        curve=LearningCurve((2, 5, 20), (0.9, 0.7, 0.6)),
    )
    return made, replace(data, truth=data.y + 0.05), parts


def named(x, y, **more):
    return {"xaxis.title.text": x, "yaxis.title.text": y, "lines": [], "notes": []} | more


def points(label, colour, size, opacity, **more):
    look = {"marker.color": colour, "marker.size": size, "marker.opacity": opacity}
    return {"type": "scatter", "mode": "markers", "name": label} | look | more


def numbers(values):
    return np.asarray(values, dtype=float)


def test_answers_over_measured_values(fitted, layout_of, traces_of):
    candidate, data, parts = fitted
    figure = plots.predicted_against_measured(*fitted)
    assert layout_of(figure) == named("measured y [%]", "predicted y [%]")
    bars = {"error_y.thickness": 0.6, "error_y.width": 0}
    assert traces_of(figure) == [
        points(FUTURE, BLUE, 5, 0.7, **bars, **{"error_y.color": BLUE}),
        points(HELD_OUT, ORANGE, 5, 0.7, **bars, **{"error_y.color": ORANGE}),
        EQUAL,
    ]
    for trace, rows in zip(figure.data[:2], (parts.test, parts.holdout), strict=True):
        assert numbers(trace.x) == pytest.approx(data.y[rows])
        assert numbers(trace.y) == pytest.approx(candidate.answers.value[rows])
        assert numbers(trace.error_y.array) == pytest.approx(np.full(len(rows), 0.45))
        assert numbers(trace.error_y.arrayminus) == pytest.approx(np.full(len(rows), 0.25))
    shown = [*data.y[parts.test], *data.y[parts.holdout]]
    assert list(figure.data[2].x) == list(figure.data[2].y) == [min(shown), max(shown)]


def test_answers_over_the_truth(fitted, layout_of, traces_of):
    candidate, data, parts = fitted
    figure = plots.predicted_against_truth(*fitted)
    assert layout_of(figure) == named("true y [%]", "predicted y [%]")
    assert traces_of(figure) == [points(FUTURE, BLUE, 5, 0.7), points(HELD_OUT, ORANGE, 5, 0.7), EQUAL]
    for trace, rows in zip(figure.data[:2], (parts.test, parts.holdout), strict=True):
        assert numbers(trace.x) == pytest.approx(data.y[rows] + 0.05)
        assert numbers(trace.y) == pytest.approx(candidate.answers.value[rows])
    shown = [*data.y[parts.test], *data.y[parts.holdout]]
    assert list(figure.data[2].x) == pytest.approx([min(shown) + 0.05, max(shown) + 0.05])


def test_residuals_over_time_and_their_means(fitted, layout_of, traces_of):
    candidate, data, parts = fitted
    figure = plots.residuals_over_time(*fitted)
    lines = [("x", parts.test_from, GREY, "dash", None), ("y", 0, "black", None, 1)]
    assert layout_of(figure) == named("period start", "predicted minus measured [%]", lines=lines)
    means = [("mean, training periods", GREY), ("mean, future", "black")]
    assert traces_of(figure) == [
        points(FUTURE, BLUE, 4, 0.5),
        points(HELD_OUT, ORANGE, 4, 0.5),
        *({"type": "scatter", "mode": "lines", "name": name, "line.color": colour} for name, colour in means),
    ]
    residual = candidate.answers.value - data.y
    for trace, rows in zip(figure.data[:2], (parts.test, parts.holdout), strict=True):
        assert numbers(trace.y) == pytest.approx(residual[rows])
        assert list(pd.DatetimeIndex(trace.x)) == list(data.periods[rows])
    for trace, rows in zip(figure.data[2:], (parts.learnt, parts.test), strict=True):
        when = sorted(set(data.periods[rows]))
        assert list(pd.DatetimeIndex(trace.x)) == when
        assert numbers(trace.y) == pytest.approx([residual[rows[data.periods[rows] == one]].mean() for one in when])


@pytest.mark.parametrize(("most", "monthly"), [(0, False), (-1, True)])
def test_means_of_many_periods_are_those_of_months(fitted, monkeypatch, most, monthly):
    """The figure of the toy's periods with as many means allowed as there are periods, and one fewer."""
    data, parts = fitted[1:]
    assert plots.MOST_MEANS == 100
    monkeypatch.setattr(plots, "MOST_MEANS", data.periods.nunique() + most)
    when = pd.DatetimeIndex(plots.residuals_over_time(*fitted).data[2].x)
    months = {pd.Timestamp(one.year, one.month, 1) for one in data.periods[parts.learnt]}
    assert (set(when) == months) == monthly
    assert (set(when) == set(data.periods[parts.learnt])) != monthly


def test_mean_residuals_of_units_with_their_standard_errors(fitted, layout_of, traces_of, monkeypatch):
    candidate, data, parts = fitted
    figure = plots.residuals_by_unit(*fitted)
    axis = {"xaxis.categoryorder": "array", "xaxis.tickangle": -60, "xaxis.automargin": True}
    lines = [("y", 0, "black", None, 1)]
    text = ("unit, sorted by mean residual", "predicted minus measured [%]")
    assert layout_of(figure) == named(*text, lines=lines, **axis)
    look = {"type": "scatter", "mode": "markers", "marker.size": 5, "error_y.thickness": 0.6, "error_y.width": 0}
    result = {trace["name"]: trace for trace in traces_of(figure)}
    colours = {FUTURE: BLUE, HELD_OUT: ORANGE}
    assert result == {name: look | {"name": name, "marker.color": colour} for name, colour in colours.items()}
    means = {}
    for trace in figure.data:
        rows = {FUTURE: parts.test, HELD_OUT: parts.holdout}[trace.name]
        assert sorted(trace.x) == sorted(set(data.units[rows]))
        for unit, mean, error in zip(trace.x, trace.y, trace.error_y.array, strict=True):
            own = rows[data.units[rows] == unit]
            residual = candidate.answers.value[own] - data.y[own]
            means[unit] = sum(residual) / len(own)
            variance = sum((residual - means[unit]) ** 2) / (len(own) - 1)
            assert (mean, error) == pytest.approx((means[unit], (variance / len(own)) ** 0.5))
    assert list(figure.layout.xaxis.categoryarray) == pytest.approx(sorted(means, key=means.__getitem__))
    assert plots.NAMED_UNITS == 40
    monkeypatch.setattr(plots, "NAMED_UNITS", 20)
    assert {place for trace in plots.residuals_by_unit(*fitted).data for place in trace.x} == set(means)
    monkeypatch.setattr(plots, "NAMED_UNITS", 19)
    pairs = [pair for trace in plots.residuals_by_unit(*fitted).data for pair in zip(trace.x, trace.text, strict=True)]
    numbered = dict(pairs)
    assert [means[numbered[place]] for place in range(1, 21)] == pytest.approx(sorted(means.values()))


def test_a_unit_of_one_row_has_no_error_bar(fitted):
    candidate, data, parts = fitted
    one = replace(parts, test=parts.test[:1], holdout=parts.holdout[:0])
    (trace,) = plots.residuals_by_unit(candidate, data, one).data
    assert list(trace.error_y.array) == [0.0]


def test_the_spread_of_the_residuals_is_that_of_the_test_rows(fitted, layout_of, traces_of):
    candidate, data, parts = fitted
    figure = plots.residual_spread(*fitted)
    assert layout_of(figure) == named("predicted minus measured [%]", "rows")
    look = {"type": "histogram", "nbinsx": 50, "marker.color": BLUE, "name": FUTURE}
    assert traces_of(figure) == [look]
    assert numbers(figure.data[0].x) == pytest.approx(candidate.answers.value[parts.test] - data.y[parts.test])


def test_inputs_stand_by_rising_importance(fitted, layout_of, traces_of):
    figure = plots.importance(*fitted)
    height = {"height": 110 + 22 * 3, "yaxis.automargin": True, "yaxis.ticklabelstandoff": 6}
    assert layout_of(figure) == named("rise of the test RMSE when the input is shuffled [%]", "", **height)
    assert traces_of(figure) == [{"type": "bar", "orientation": "h", "marker.color": BLUE}]
    (bars,) = figure.data
    assert list(zip(bars.y, bars.x, strict=True)) == [("previous_y [%]", 0.2), ("z [V]", 0.4), ("x_set [kA]", 0.9)]


def test_the_learning_curve_and_the_noise_that_no_model_gets_below(fitted, layout_of, traces_of):
    candidate, data, parts = fitted
    metrics = {name: value for name, value in candidate.metrics.items() if name != "test_noise_floor"}
    bare = plots.learning_curve(replace(candidate, metrics=metrics), data, parts)
    expected = named("training periods, latest before the test", "test RMSE [%]", **{"xaxis.rangemode": "tozero"})
    look = {"type": "scatter", "mode": "lines+markers", "name": "test RMSE", "line.color": BLUE}
    assert layout_of(bare) == expected
    assert traces_of(bare) == [look]
    assert (bare.data[0].x, bare.data[0].y) == ((2, 5, 20), (0.9, 0.7, 0.6))
    noisy = plots.learning_curve(replace(candidate, metrics=metrics | {"test_noise_floor": 0.5}), data, parts)
    words = "label noise: no model gets below"
    assert layout_of(noisy) == expected | {"lines": [("y", 0.5, RED, "dot", None)], "notes": [words]}
    (note,) = noisy.layout.annotations
    assert (note.x, note.y, note.xanchor, note.yanchor, note.showarrow) == (0, 0.5, "left", "bottom", False)


def test_coverage_by_month_counts_both_ends_as_inside(fitted, layout_of, traces_of):
    """Half of the labels lie on an end of their interval, and half 0.5 beyond it."""
    candidate, data, parts = fitted
    value = np.round(data.y) + np.tile([1.0, -1.0, 1.5, -1.5], len(data.y))[: len(data.y)]
    wide = Answer(value, value - 2.0, value + 2.0)
    model = replace(candidate.model, followed=wide)
    edges = replace(candidate, answers=Answer(value, value - 1.0, value + 1.0), model=model)
    data = replace(data, y=np.round(data.y))
    figure = plots.coverage_by_month(edges, data, parts)
    axes = {"yaxis.range.0": 0, "yaxis.range.1": 1.12, "yaxis.tickformat": ".0%", "showlegend": True}
    months = {"xaxis.dtick": "M1", "xaxis.tickformat": "%b %Y", "lines": [("y", 0.9, "black", "dash", None)]}
    assert layout_of(figure) == named("month", "share of measured values inside", **axes, **months)
    look = {"type": "scatter", "mode": "lines+markers", "error_y.thickness": 1, "error_y.width": 4}
    names = [(FUTURE, BLUE), (HELD_OUT, ORANGE)]
    assert traces_of(figure) == [
        look | {"name": f"{name}, {kind}", "line.color": colour, "line.dash": dash}
        for name, colour in names
        for kind, dash in (("fixed", "solid"), ("adaptive", "dash"))
    ]
    assert all(set(trace.y) == {1.0} for trace in figure.data[1::2])
    none = replace(edges, model=replace(model, followed=None))
    assert len(plots.coverage_by_month(none, data, parts).data) == 2
    inside = np.tile([True, True, False, False], len(data.y))[: len(data.y)]
    for trace, rows in zip(figure.data[::2], (parts.test, parts.holdout), strict=True):
        month = [pd.Timestamp(one.year, one.month, 1) for one in data.periods[rows]]
        assert list(pd.DatetimeIndex(trace.x)) == sorted(set(month))
        for start, share, error, text in zip(sorted(set(month)), trace.y, trace.error_y.array, trace.text, strict=True):
            own = rows[[one == start for one in month]]
            assert share == pytest.approx(sum(inside[own]) / len(own))
            assert error == pytest.approx((0.9 * 0.1 / len(own)) ** 0.5)
            assert text == f"{len(own)} rows"


def test_the_widths_without_each_input_are_the_models_own(fitted):
    candidate, data, parts = fitted
    figure = width_without(candidate, data, parts)
    rises = 100 * (candidate.model.missing_costs - 1)
    costs = dict(zip((column.label for column in data.seed.inputs), rises, strict=True))
    assert dict(zip(figure.data[0].y, figure.data[0].x, strict=True)) == costs
    assert list(figure.data[0].x) == sorted(costs.values())
    without = replace(candidate, model=replace(candidate.model, missing_costs=None))
    assert width_without(without, data, parts) is None


def test_each_figure_is_drawn_of_the_tables_that_have_it(fitted):
    data = fitted[1]
    assert plots.MOST_BARS == 150
    lone = replace(data, seed=data.seed.model_copy(update={"key": None}))

    def drawn(one):
        return [picture.draw.__name__ for picture in plots.PICTURES if picture.applies(one)]

    before, after = (
        ["predicted_against_measured"],
        ["importance", "width_without", "contribution_dots", "learning_curve", "coverage_by_month"],
    )
    assert drawn(data) == [*before, "predicted_against_truth", "residuals_over_time", "residuals_by_unit", *after]
    assert drawn(replace(data, truth=None)) == [*before, "residuals_over_time", "residuals_by_unit", *after]
    assert drawn(replace(lone, truth=None)) == [*before, "residuals_over_time", "residual_spread", *after]
    headings = [picture.heading for picture in plots.PICTURES]
    assert headings[0] == "Predicted against measured, 90% interval"
    assert headings[-1] == "Coverage of the 90% interval by month"
