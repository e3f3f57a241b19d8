"""Figures of a grader of lots, as a reader sees them: axes, names, lines, and values worked out from the table."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from models.quality.by_pattern import assessed_by_pattern, contents_by_pattern
from models.table.contract import check
from models.tasks import build
from training.core.dataset import dataset_of
from training.core.fitting import LearningCurve, fit_candidate
from training.core.splits import split
from training.quality import plots
from training.quality.evaluate import measured
from training.quality.fit import QualityLearner, lots_of

LEARNER = QualityLearner()

BLUE, ORANGE, GREEN, GREY, RED = "#1f77b4", "#e6820e", "#2a9d55", "#8c8c8c", "#c0392b"
LINE, MARKERS = {"type": "scatter", "mode": "lines"}, {"type": "scatter", "mode": "markers"}
BOTH = {"type": "scatter", "mode": "lines+markers"}
CATEGORIES = {"yaxis.automargin": True, "yaxis.ticklabelstandoff": 6}


@pytest.fixture(scope="module")
def fitted(toy_quality_seed, toy_quality_frame):
    """A candidate of the toy lots, its data set and split."""
    data = dataset_of(check(toy_quality_frame(), toy_quality_seed), toy_quality_seed)
    parts = split(data)
    line = fit_candidate(LEARNER, "linear", build(data.seed)["linear"], data, parts, {}, None, lambda action: None)
    importance = np.array([0.3, 0.1, 0.4, 0.2])
    return replace(line, importance=importance, curve=LearningCurve((4, 9, 60), (0.9, 0.8, 0.7))), data, parts


def named(x, y, **more):
    return {"xaxis.title.text": x, "yaxis.title.text": y, "lines": [], "notes": []} | more


def test_lots_assessed_once_give_the_figures_of_each_part_assessed_alone(fitted):
    candidate, data, parts = fitted
    for rows in parts.evaluated.values():
        raw, lots, graded = candidate.predictions[rows], lots_of(data)[rows], candidate.answers
        assessed = assessed_by_pattern(candidate.model, data.X[rows], raw)
        alone = measured(candidate.model, data.seed, raw, lots, None, assessed)
        assert measured(candidate.model, data.seed, raw, lots, None, graded.judged(rows)) == pytest.approx(
            alone, rel=1e-12, nan_ok=True
        )


def numbers(values):
    return np.asarray(values, dtype=float)


def test_contents_stand_in_a_panel_for_each_element(fitted, layout_of, traces_of):
    candidate, data, parts = fitted
    figure = plots.contents(*fitted)
    axes = {}
    for axis, word in (("xaxis", "predicted"), ("yaxis", "reported")):
        for panel in ("", "2", "3"):
            axes |= {f"{axis}{panel}.title.text": f"{word} [ppm]", f"{axis}{panel}.title.standoff": 4}
            axes |= {f"{axis}{panel}.type": "log"}
    frame = {"height": 100 + 280, "margin.t": 80, "legend.y": pytest.approx(1 + 40 / 280)}
    assert layout_of(figure) == axes | frame | {"lines": [], "notes": ["p", "q", "r"]}
    domains = [axis.domain for axis in figure.select_xaxes()]
    width = (1 - 2 * 0.09) / 3
    assert domains == [pytest.approx((i * (width + 0.09), i * (width + 0.09) + width)) for i in range(3)]
    expected, below = [], "below the laboratory's limit"
    for panel in ("", "2", "3"):
        own = {"xaxis": f"x{panel}", "yaxis": f"y{panel}"}
        look = {"marker.size": 5, "marker.opacity": 0.5, "showlegend": panel == ""} | own
        expected += 2 * [LINE | {"line.color": GREY, "line.width": 1, "showlegend": False} | own]
        for name, symbol, colour in (("reported", "circle", BLUE), (below, "triangle-down-open", ORANGE)):
            dots = {"name": name, "legendgroup": name, "marker.color": colour, "marker.symbol": symbol}
            expected.append(MARKERS | look | dots)
    assert traces_of(figure) == expected
    reported, predicted = data.contents[parts.test], np.exp(candidate.predictions[parts.test])
    for e, (seen, holdout) in enumerate(zip(figure.data[2::4], figure.data[3::4], strict=True)):
        above = reported[:, e] > 0
        assert numbers(seen.x) == pytest.approx(predicted[above, e])
        assert numbers(seen.y) == pytest.approx(reported[above, e])
        assert numbers(holdout.x) == pytest.approx(predicted[~above, e])
        assert numbers(holdout.y) == pytest.approx(np.full((~above).sum(), 0.5))


def test_panels_of_many_elements_fill_rows_of_three(fitted):
    """Of six elements, the first three and once more, the fourth stands in a second row, 17.5 % below the first."""
    candidate, data, parts = fitted
    many = replace(candidate, model=Twice(candidate.model), predictions=candidate.predictions[:, [0, 1, 2, 0, 1, 2]])
    elements = [c.model_copy(update={"name": name}) for c, name in zip(data.seed.elements * 2, "pqrPQR", strict=True)]
    table = data.table.assign(**{name.upper(): data.table[name] for name in "pqr"})
    seed = data.seed.model_copy(update={"elements": tuple(elements)})
    figure = plots.contents(many, replace(data, seed=seed, table=table), parts)
    assert [trace.xaxis for trace in figure.data[2::4]] == ["x", "x2", "x3", "x4", "x5", "x6"]
    assert [note.text for note in figure.layout.annotations] == list("pqrPQR")
    assert figure.layout.height == 100 + 2 * 280
    assert figure.layout.legend.y == pytest.approx(1 + 40 / 560)
    assert figure.layout.yaxis.domain == pytest.approx((0.5875, 1))
    assert figure.layout.yaxis4.domain == pytest.approx((0, 0.4125))
    assert plots.MOST_IN_PANEL == 600


class Twice:
    """A model of the three elements and the same three under other names."""

    def __init__(self, model):
        self.model = model

    def fixed_contents(self, logs, coverage):
        result = self.model.fixed_contents(logs[:, :3], coverage)
        return result | {name.upper(): answer for name, answer in result.items()}


@pytest.mark.parametrize(
    ("high", "steps"),
    [
        (5.0, (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8)),  # 0.699 decades
        (10**0.7, (1, 2, 5)),
        (999.0, (1, 2, 5)),
        (1000.0, (1,)),
    ],
)
def test_marks_of_a_logarithmic_axis_stand_the_denser_the_narrower_it_is(high, steps):
    axis = plots._log_axis("x [ppm]", np.array([np.nan, 1.0, high]))
    ticks = [step * 10.0**power for power in (-4, -3, -2, -1, 0, 1, 2, 3, 4, 5) for step in steps]
    assert axis["tickvals"] == pytest.approx(ticks)
    assert axis["ticktext"] == [f"{tick:.4g}" for tick in ticks]
    assert axis["title"] == {"text": "x [ppm]", "standoff": 4}
    assert axis["type"] == "log"


def test_reliability_of_the_grade_in_15_groups(fitted, layout_of, traces_of):
    candidate, data, parts = fitted
    figure = plots.reliability_of_grade(*fitted)
    assert layout_of(figure) == named("probability of breaking prime [%]", "lots that break prime [%]")
    groups = {"name": "groups of equal size", "marker.color": BLUE, "marker.size": 9}
    equal = {"name": "equal", "line.color": "black", "line.dash": "dot", "line.width": 1}
    assert traces_of(figure) == [BOTH | groups | {"mode": "markers+lines"}, LINE | equal]
    raw = candidate.predictions[parts.test]
    breaks = 1 - assessed_by_pattern(candidate.model, data.X[parts.test], raw).keeps[:, 0]
    order = np.array_split(np.argsort(breaks, kind="stable"), 15)
    p, q = np.abs(data.contents[parts.test, :2].T)
    broken = (p > 6) | (q > 5) | (p + q > 9)
    dots, line = figure.data
    assert numbers(dots.x) == pytest.approx([100 * breaks[own].mean() for own in order])
    assert numbers(dots.y) == pytest.approx([100 * broken[own].mean() for own in order])
    assert list(line.x) == list(line.y) == [0, pytest.approx(max(dots.x))]


def test_decisions_over_the_threshold_beside_simple_rules(fitted, layout_of, traces_of):
    candidate, data, parts = fitted
    metrics = {
        "test_cost_assay_all": 6.0,
        "test_cost_assay_none": 10.636,
        "test_cost": 3.5,
        "test_released_unassayed": 100.0,
    }
    made = replace(candidate, metrics={**candidate.metrics, **metrics, "test_false_release": 0.0125})
    figure = plots.decisions(made, data, parts)
    released = "lots released without an assay in a grade with limits [%]"
    expected = {"xaxis.title.text": released, "xaxis2.title.text": released}
    expected |= {"yaxis.title.text": "of these, lots that break their grade [%]", "yaxis.rangemode": "tozero"}
    expected |= {"yaxis2.title.text": "cost against the oracle [$/t]", "yaxis2.rangemode": "tozero"}
    lines = [("y", 2.0, RED, "dash", None), ("y2", 6.0, GREY, "dash", None), ("y2", 10.636, GREY, "dot", None)]
    assert layout_of(figure) == expected | {"lines": lines, "notes": ["assay all 6.00", "assay none 10.64"]}
    assert [axis.domain for axis in figure.select_xaxes()] == [pytest.approx((0, 0.45)), pytest.approx((0.55, 1))]
    one, two = {"xaxis": "x", "yaxis": "y"}, {"xaxis": "x2", "yaxis": "y2"}
    dot = MARKERS | {"name": "as decided", "marker.color": ORANGE, "marker.size": 11}
    assert traces_of(figure) == [
        LINE | {"name": "by the threshold", "line.color": BLUE} | one,
        LINE | {"showlegend": False, "line.color": BLUE} | two,
        dot | {"showlegend": True} | one,
        dot | {"showlegend": False} | two,
    ]
    known = (~np.isnan(lots_of(data)[parts.test].kept).any(axis=1)).sum()
    shown = [(*trace.x, *trace.y) for trace in figure.data[2:]]
    assert shown == [pytest.approx((100 * 100 / known, 1.25)), pytest.approx((100 * 100 / known, 3.5))]


def test_boxes_of_the_nearest_limits(fitted, layout_of, traces_of):
    candidate, _, parts = fitted
    figure = plots.nearest_limits(*fitted)
    result = candidate.model.nearest(candidate.model.assessed(candidate.predictions[parts.test]))
    far = {}
    for one in result:
        far.setdefault(one.limit, []).append(one.sigma)
    order = sorted(far, key=lambda limit: len(far[limit]))
    text = "distance of the nearest limit [standard deviations of the error]"
    lines = {"lines": [("x", 0, RED, None, None)], "height": 150 + 40 * len(order)}
    assert layout_of(figure) == named(text, "", **lines, **CATEGORIES)
    look = {"type": "box", "marker.color": BLUE, "marker.size": 3, "line.width": 1, "showlegend": False}
    share = {limit: 100 * len(sigmas) / len(result) for limit, sigmas in far.items()}
    assert traces_of(figure) == [look | {"name": f"{limit}: {share[limit]:.1f}% of the lots"} for limit in order]
    assert [list(box.x) for box in figure.data] == [pytest.approx(far[limit]) for limit in order]


def test_errors_over_time_in_standard_deviations(fitted, layout_of, traces_of):
    """All contents reported: the error is that of the logarithm over the element's own spread."""
    candidate, data, parts = fitted
    data = replace(data, table=data.table.assign(**{name: data.table[name].abs() for name in "pqr"}))
    figure = plots.errors_over_time(candidate, data, parts)
    lines = [("y", 0, GREY, None, 1), ("x", parts.test_from, GREY, "dash", None)]
    assert layout_of(figure) == named("month", "mean error [standard deviations]", lines=lines)
    names = zip("pqr", (BLUE, ORANGE, GREEN), strict=True)
    assert traces_of(figure) == [
        BOTH | {"name": name, "line.color": colour, "marker.size": 4} for name, colour in names
    ]
    rows = parts.holdout_all
    month = np.array([(one.year, one.month) for one in data.periods[rows]])
    for e, (trace, sd) in enumerate(zip(figure.data, candidate.model.scatter.spread, strict=True)):
        error = (np.log(data.contents[rows, e]) - candidate.predictions[rows, e]) / sd
        for start, mean in zip(pd.DatetimeIndex(trace.x), trace.y, strict=True):
            assert mean == pytest.approx(error[(month == (start.year, start.month)).all(axis=1)].mean())


def test_errors_are_those_of_the_test_lots_where_no_unit_was_left_out(fitted):
    candidate, data, parts = fitted
    few = replace(parts, holdout_all=parts.holdout_all[:0])
    months = set(pd.DatetimeIndex(plots.errors_over_time(candidate, data, few).data[0].x))
    assert months == {pd.Timestamp(one.year, one.month, 1) for one in data.periods[parts.test]}


def test_coverage_over_time_is_joint(fitted, layout_of, traces_of):
    candidate, data, parts = fitted
    figure = plots.coverage_over_time(*fitted)
    frame = {"yaxis.range.0": 50, "yaxis.range.1": 101, "lines": [("y", 90, GREY, "dash", None)]}
    assert layout_of(figure) == named("month", "lots that the joint intervals hold [%]", **frame)
    names = [("future lots", BLUE), ("held-out units", ORANGE)]
    assert traces_of(figure) == [BOTH | {"name": name, "line.color": colour} for name, colour in names]
    for trace, rows in zip(figure.data, (parts.test, parts.holdout_all), strict=True):
        logs = candidate.predictions[rows, :3]
        answers = contents_by_pattern(candidate.model, data.X[rows], logs, 0.9, is_fixed=True).values()
        inside = np.ones(len(rows), dtype=bool)
        for answer, label in zip(answers, data.contents[rows].T, strict=True):
            low, high = np.asarray(answer.low), np.asarray(answer.high)
            inside &= np.where(label > 0, (low <= label) & (label <= high), low <= -label)
        start = [pd.Timestamp(one.year, one.month, 1) for one in data.periods[rows]]
        assert list(pd.DatetimeIndex(trace.x)) == sorted(set(start))
        shares = [100 * inside[[one == month for one in start]].mean() for month in sorted(set(start))]
        assert list(trace.y) == pytest.approx(shares)


def test_inputs_and_learning_curve(fitted, layout_of, traces_of):
    bars, curve = plots.importance(*fitted), plots.learning_curve(*fitted)
    assert layout_of(bars) == named("rise of the test loss [1]", "", height=110 + 22 * 4, **CATEGORIES)
    assert traces_of(bars) == [{"type": "bar", "orientation": "h", "marker.color": BLUE}]
    pairs = list(zip(bars.data[0].y, bars.data[0].x, strict=True))
    assert pairs == [("v [1]", 0.1), ("p_last [ppm]", 0.2), ("u [1]", 0.3), ("setpoint [°C]", 0.4)]
    text = ("training periods, latest before the test", "test loss [1]")
    assert layout_of(curve) == named(*text, **{"xaxis.rangemode": "tozero"})
    assert traces_of(curve) == [BOTH | {"line.color": BLUE}]
    assert (curve.data[0].x, curve.data[0].y) == ((4, 9, 60), (0.9, 0.8, 0.7))


@pytest.mark.parametrize(("empty", "left"), [("test", "held-out units"), ("holdout_all", "future lots")])
def test_coverage_of_one_part_is_drawn_without_the_other(fitted, empty, left):
    candidate, data, parts = fitted
    figure = plots.coverage_over_time(candidate, data, replace(parts, **{empty: parts.test[:0]}))
    assert [trace.name for trace in figure.data] == [left]


def test_contents_that_are_all_below_their_limit_are_drawn_as_triangles(fitted):
    candidate, data, parts = fitted
    below = replace(data, table=data.table.assign(p=-0.5))
    names = [trace.name for trace in plots.contents(candidate, below, parts).data if trace.xaxis == "x"]
    assert names == [None, None, "below the laboratory's limit"]
