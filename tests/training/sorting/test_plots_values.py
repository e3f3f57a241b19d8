"""Figures of a sorter, as a reader sees them: axes, names, lines, and values worked out from the table."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from models.table.contract import check
from models.tasks import build
from training.core.dataset import dataset_of
from training.core.fitting import LearningCurve, fit_candidate
from training.core.splits import split
from training.sorting import plots
from training.sorting.fit import SortingLearner, pieces_of

LEARNER = SortingLearner()

BLUE, ORANGE, GREY, RED = "#1f77b4", "#e6820e", "#8c8c8c", "#c0392b"
TITLE = {"title.font.size": 14, "title.x": 0, "title.xref": "paper"}
CATEGORIES = {"yaxis.automargin": True, "yaxis.ticklabelstandoff": 6}


@pytest.fixture(scope="module")
def fitted(toy_sorting_seed, toy_sorting_frame):
    """A candidate of the toy scrap with metrics of one's own, its data set and split."""
    data = dataset_of(check(toy_sorting_frame(), toy_sorting_seed), toy_sorting_seed)
    parts = split(data)
    linear = fit_candidate(LEARNER, "linear", build(data.seed)["linear"], data, parts, {}, None, lambda action: None)
    own = {
        "test_bin_a_recovery": 0.81,
        "test_bin_a_purity": 0.92,
        "test_bin_bc_recovery": 0.73,
        "test_bin_bc_purity": 0.64,
        "test_loss_misclassified": 31.26,
        "test_loss_uncertainty": 12.0,
        "test_loss_rejected_unknown": 7.49,
        "test_loss_lot_limit": -3.25,
        "test_loss_co_ejection": 5.51,
        "test_oracle_value": 1542.4,
        "test_value": 1324.6,
        "test_pass_value": 290.2,
        "test_lots_over_limit": 0.125,
        "test_lots": 8.0,
    }
    curve = LearningCurve((3, 8, 24), (0.9, 0.5, 0.4))
    return replace(linear, metrics={**linear.metrics, **own}, curve=curve), data, parts


def named(x, y, **more):
    return {"xaxis.title.text": x, "yaxis.title.text": y, "lines": [], "notes": []} | more


def numbers(values):
    return np.asarray(values, dtype=float)


def test_curves_of_the_bins_and_dots_as_decided(fitted, layout_of, traces_of):
    candidate, data, parts = fitted
    figure = plots.purity_and_recovery(*fitted)
    legend = {"legend.orientation": "v", "legend.x": 1.02, "legend.y": 1, "legend.yanchor": "top", "height": 520}
    ranges = {f"{axis}axis.range.{end}": value for axis in "xy" for end, value in enumerate((0, 102))}
    assert layout_of(figure) == named("recovery, by mass [%]", "purity, by mass [%]", **ranges, **legend)
    dot = {"type": "scatter", "mode": "markers", "cliponaxis": False, "showlegend": False, "marker.size": 11}
    dot |= {"marker.line.color": "white", "marker.line.width": 1.5}
    expected = []
    for group, (name, colour) in enumerate((("bin_a", BLUE), ("bin_bc", ORANGE))):
        own = {"legendgroup": str(group)}
        expected.append({"type": "scatter", "mode": "lines", "name": name, "line.color": colour} | own)
        expected.append(dot | {"name": f"{name}, as decided", "marker.color": colour} | own)
    assert traces_of(figure) == expected
    assert [(trace.x[0], trace.y[0]) for trace in figure.data[1::2]] == [
        pytest.approx((81, 92)),
        pytest.approx((73, 64)),
    ]
    pieces, p = pieces_of(data)[parts.test], candidate.answers.p[parts.test]
    in_a, in_bc, remaining = p @ [2, -1, -3, -3], p @ [0.4, 1.5, 1.2, -0.5], p @ [0.3, 0.3, 0.3, 0.1]
    for curve, lead, due in (
        (figure.data[0], in_a - np.maximum(in_bc, remaining), pieces.classes == 0),
        (figure.data[2], in_bc - np.maximum(in_a, remaining), (pieces.classes == 1) | (pieces.classes == 2)),
    ):
        order = sorted(range(len(lead)), key=lambda i: -lead[i])
        taken, right, points = 0.0, 0.0, []
        for i in order:
            taken += pieces.mass[i]
            right += pieces.mass[i] * due[i]
            points.append((100 * right / pieces.mass[due].sum(), 100 * right / taken))
        result = list(zip(numbers(curve.x), numbers(curve.y), strict=True))
        near = [min(points, key=lambda q: abs(q[0] - one[0]) + abs(q[1] - one[1])) for one in result]
        assert np.array(result) == pytest.approx(np.array(near))
        assert result[0] == pytest.approx(next(q for q in points if q[0] > 0) if not due[order[0]] else points[0])
        assert result[-1][0] == pytest.approx(100)


def test_a_curve_follows_the_lead_by_mass_and_is_thinned_along_the_recovery(monkeypatch):
    """In the order of the lead 2 g right, 1 g wrong, 4 g right, 3 g wrong, 2 g right: of 8 g that are due."""
    lead, due = np.array([0.1, 0.9, 0.5, 0.7, 0.2]), np.array([True, True, True, False, False])
    recovery, purity = plots._curve(lead, due, np.array([2.0, 2.0, 4.0, 1.0, 3.0]))
    assert recovery == pytest.approx([2 / 8, 6 / 8, 8 / 8])
    assert purity == pytest.approx([2 / 2, 6 / 7, 8 / 12])
    assert plots.CURVE_POINTS == 300
    monkeypatch.setattr(plots, "CURVE_POINTS", 2)
    assert plots._curve(lead, due, np.array([0.2, 0.2, 0.4, 0.1, 0.3]))[0] == pytest.approx([2 / 8, 1])


def test_a_bin_that_no_class_is_due_in_has_no_curve(fitted):
    candidate, data, parts = fitted
    without_a = replace(parts, test=parts.test[pieces_of(data).classes[parts.test] != 0])
    figure = plots.purity_and_recovery(candidate, data, without_a)
    assert [trace.name for trace in figure.data] == ["bin_bc", "bin_bc, as decided"]


def test_bars_of_lost_value_by_cause(fitted, layout_of, traces_of):
    figure = plots.value_lost(*fitted)
    words = "oracle 1542 $/t, as decided 1325 $/t, all carried on 290 $/t"
    frame = {"height": 330, "margin.t": 60, "margin.r": 60, "yaxis.autorange": "reversed"} | CATEGORIES | TITLE
    assert layout_of(figure) == named("value lost [$/t of feed]", "", **frame, **{"title.text": words})
    look = {"type": "bar", "orientation": "h", "textposition": "outside", "cliponaxis": False}
    assert traces_of(figure) == [look | dict(enumerate_colours([BLUE, BLUE, BLUE, BLUE, GREY]))]
    (bars,) = figure.data
    causes = ["misclassified", "uncertainty", "rejected unknown", "lot limit", "co-ejection"]
    assert list(bars.y) == causes
    assert list(bars.x) == [31.26, 12.0, 7.49, -3.25, 5.51]
    assert list(bars.text) == ["31.3", "12.0", "7.5", "-3.2", "5.5"]


def enumerate_colours(colours):
    return ((f"marker.color.{place}", colour) for place, colour in enumerate(colours))


def test_lots_against_their_limit(fitted, layout_of, traces_of):
    """Mean of x in the pieces of bin a, with 2 % of its mass of the lot's mean, over 0.9 wt%."""
    candidate, data, parts = fitted
    figure = plots.lots_against_limits(*fitted)
    pieces, bins = pieces_of(data)[parts.test], candidate.answers.bin[parts.test]
    share = {}
    for lot in sorted(set(pieces.lots)):
        here = (pieces.lots == lot) & (bins == 0)
        if here.any():
            own = np.average(pieces.contents[here, 0], weights=pieces.mass[here])
            feed = np.average(pieces.contents[pieces.lots == lot, 0], weights=pieces.mass[pieces.lots == lot])
            share[lot] = 100 * (own + 0.02 * feed) / 1.02 / 0.9
    (box,) = figure.data
    assert list(box.text) == list(share)
    assert numbers(box.x) == pytest.approx(list(share.values()))
    expected = named("mean content of the lot's bin over its limit [%]", "", **CATEGORIES, **TITLE)
    expected |= {"xaxis.range.0": 0, "xaxis.range.1": pytest.approx(1.1 * max(100, *share.values()))}
    expected |= {"title.text": "1 of 8 lots break a limit (12.5%); 10% of the lots may", "height": 150 + 34}
    assert layout_of(figure) == expected | {"lines": [("x", 100, RED, None, None)], "margin.t": 60}
    look = {"type": "box", "orientation": "h", "name": "bin_a: x 0.9 wt%", "boxpoints": "all", "jitter": 0.6}
    look |= {"pointpos": 0, "marker.size": 4, "marker.color": BLUE, "marker.opacity": 0.6, "line.width": 1}
    assert traces_of(figure) == [look | {"fillcolor": "rgba(0,0,0,0)", "showlegend": False}]


def test_lots_against_the_limit_of_their_spread(fitted, toy_spread_seed):
    """Standard deviation of x in bin a, with 2 % of its mass of the lot's pieces, over 0.3 wt%, below that of means."""
    candidate, data, parts = fitted
    figure = plots.lots_against_limits(candidate, replace(data, seed=toy_spread_seed), parts)
    of_sd, of_mean = figure.data
    assert (of_sd.name, of_mean.name) == ("bin_a: standard deviation of x 0.3 wt%", "bin_a: x 0.9 wt%")
    assert figure.layout.xaxis.title.text.startswith("mean content, or its standard deviation, in the lot's bin")
    pieces, bins = pieces_of(data)[parts.test], candidate.answers.bin[parts.test]
    for lot, share in zip(of_sd.text, of_sd.x, strict=True):
        own, feed = (pieces.lots == lot) & (bins == 0), pieces.lots == lot
        parts_of = [pieces.mass * rows / pieces.mass[rows].sum() for rows in (own, feed)]
        weight = (parts_of[0] + 0.02 * parts_of[1]) / 1.02
        mean = weight @ pieces.contents[:, 0]
        sd = np.sqrt(weight @ (pieces.contents[:, 0] - mean) ** 2)
        assert share == pytest.approx(100 * sd / 0.3, rel=1e-9)


def test_the_axis_reaches_past_the_lot_that_is_farthest_over_its_limit(fitted):
    """All pieces in bin a, so that its lots hold what the feed holds, far over 0.9 wt% of x."""
    candidate, data, parts = fitted
    every = replace(candidate.answers, bin=np.zeros_like(candidate.answers.bin))
    figure = plots.lots_against_limits(replace(candidate, answers=every), data, parts)
    pieces = pieces_of(data)[parts.test]
    feed = [
        np.average(pieces.contents[pieces.lots == lot, 0], weights=pieces.mass[pieces.lots == lot])
        for lot in sorted(set(pieces.lots))
    ]
    assert min(feed) > 0.9
    assert list(figure.data[0].x) == pytest.approx([100 * one / 0.9 for one in feed])
    assert figure.layout.xaxis.range[1] == pytest.approx(110 * max(feed) / 0.9)


def test_accuracy_of_each_lot_and_the_mean_of_15(fitted, layout_of, traces_of):
    candidate, data, parts = fitted
    figure = plots.accuracy_by_lot(*fitted)
    lines = [("x", parts.test_from, GREY, "dash", None)]
    assert layout_of(figure) == named("start of the lot", "right class, by mass [%]", lines=lines)
    expected = []
    for label, colour in (("future lots", BLUE), ("held-out lots", ORANGE)):
        dots = {"marker.size": 5, "marker.color": colour, "marker.opacity": 0.6}
        expected.append({"type": "scatter", "mode": "markers", "name": label} | dots)
        mean = {"name": f"{label}, mean of 15", "line.color": colour, "line.width": 2}
        expected.append({"type": "scatter", "mode": "lines"} | mean)
    assert traces_of(figure) == expected
    pieces, most_probable = pieces_of(data), candidate.answers.p.argmax(axis=1)
    for dots, mean, rows in ((*figure.data[:2], parts.test), (*figure.data[2:], parts.holdout_all)):
        lots = sorted(set(pieces.lots[rows]))  # numbered as they came
        assert list(dots.text) == lots
        own = [rows[pieces.lots[rows] == lot] for lot in lots]
        start = [data.periods[one].min() for one in own]
        assert list(pd.DatetimeIndex(dots.x)) == list(pd.DatetimeIndex(mean.x)) == start
        total = [pieces.mass[one].sum() for one in own]
        right = [pieces.mass[one[most_probable[one] == pieces.classes[one]]].sum() for one in own]
        assert list(dots.y) == pytest.approx([100 * part / whole for part, whole in zip(right, total, strict=True)])
        near = [slice(max(0, i - 7), i + 8) for i in range(len(lots))]
        assert list(mean.y) == pytest.approx([100 * sum(right[subset]) / sum(total[subset]) for subset in near])


def test_without_held_out_lots_only_the_future_is_shown(fitted):
    candidate, data, parts = fitted
    figure = plots.accuracy_by_lot(candidate, data, replace(parts, holdout_all=parts.holdout_all[:0]))
    assert [trace.name for trace in figure.data] == ["future lots", "future lots, mean of 15"]


def test_the_learning_curve(fitted, layout_of, traces_of):
    figure = plots.learning_curve(*fitted)
    axes = {"xaxis.rangemode": "tozero", "yaxis.rangemode": "tozero"}
    assert layout_of(figure) == named("training lots, latest before the test", "test log loss, by mass [1]", **axes)
    look = {"type": "scatter", "mode": "lines+markers", "name": "test log loss", "line.color": BLUE}
    assert traces_of(figure) == [look]
    assert (figure.data[0].x, figure.data[0].y) == ((3, 8, 24), (0.9, 0.5, 0.4))
