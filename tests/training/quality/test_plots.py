"""Figures of a grader say what its metrics say, with units."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from models.interfaces.answers import Answer
from models.table.contract import check
from models.tasks import build
from reporting.drawing import by_month
from training.core.dataset import dataset_of
from training.core.fitting import fit_candidate
from training.core.splits import split
from training.jobs.page import page
from training.quality import plots
from training.quality.fit import QualityLearner, lots_of

LEARNER = QualityLearner()


def fit(seed, frame, name="linear"):
    data = dataset_of(check(frame, seed), seed)
    parts = split(data)
    return (
        fit_candidate(LEARNER, name, build(seed)[name], data, parts, {}, None, str, curve=True),
        data,
        parts,
    )


@pytest.fixture(scope="module")
def fitted(toy_quality_seed, toy_quality_frame):
    """A candidate of the toy lots, its data set and split."""
    return fit(toy_quality_seed, toy_quality_frame())


def drawn(fitted):
    return {picture.draw.__name__: picture.draw(*fitted) for picture in plots.PICTURES}


def numbers(values):
    return np.asarray(values, dtype=float)


def test_every_axis_of_a_number_bears_its_unit(fitted):
    for name, figure in drawn(fitted).items():
        axes = [*figure.select_xaxes(), *figure.select_yaxes()]
        named = [axis.title.text for axis in axes if axis.title.text]
        nameless = len(axes) - len(named)
        has_named_bars = name in ("nearest_limits", "importance", "width_without")
        assert nameless <= has_named_bars, name
        for text in named:
            counted = ("month", "training periods")
            assert "[" in text or any(words in text for words in counted), (name, text)


def test_every_picture_has_a_caption_of_its_own(fitted):
    captions = [picture.caption for picture in plots.PICTURES]
    assert min(map(len, captions)) > 40
    assert len(set(captions)) == len(captions)


def test_points_of_the_contents_are_test_lots_and_triangles_the_limits(fitted):
    _, data, parts = fitted
    reported = lots_of(data).reported[parts.test]
    figure = plots.contents(*fitted)
    panels = [[trace for trace in figure.data if trace.xaxis == axis] for axis in ("x", "x2", "x3")]
    for e, traces in enumerate(panels):
        points = {trace.name: trace for trace in traces if trace.mode == "markers"}
        seen = reported[:, e] > 0
        assert sorted(points["reported"].y) == pytest.approx(sorted(reported[seen, e]))
        below = points["below the laboratory's limit"]
        assert len(below.y) == (~seen).sum()
        assert set(below.y) == {0.5}
    assert [trace.name for trace in figure.data if trace.showlegend] == ["reported", "below the laboratory's limit"]


def test_a_legend_names_what_only_a_later_panel_shows(fitted):
    candidate, data, parts = fitted
    table = data.table.assign(p=data.table["p"].abs())
    figure = plots.contents(candidate, replace(data, table=table), parts)
    assert [trace.name for trace in figure.data if trace.showlegend] == ["reported", "below the laboratory's limit"]


def test_grey_lines_are_the_joint_intervals(fitted):
    candidate, _, parts = fitted
    answer = candidate.model.fixed_contents(candidate.predictions[parts.test][:, :3], 0.9)["p"]
    low, high = (trace for trace in plots.contents(*fitted).data if trace.xaxis == "x" and trace.mode == "lines")
    order = np.argsort(answer.value)
    assert numbers(low.x) == pytest.approx(answer.value[order])
    assert numbers(low.y) == pytest.approx(answer.low[order])
    assert numbers(high.y) == pytest.approx(answer.high[order])


@pytest.mark.parametrize(("low", "high", "least", "most"), [(9, 17, 3, 8), (0.2, 9, 4, 7), (0.01, 500, 4, 6)])
def test_marks_of_a_logarithmic_axis_are_few_and_in_full(low, high, least, most):
    axis = plots._log_axis("x [ppm]", np.array([low, np.nan, high]))
    shown = [text for tick, text in zip(axis["tickvals"], axis["ticktext"], strict=True) if low <= tick <= high]
    assert least <= len(shown) <= most
    assert [float(text) for text in axis["ticktext"]] == pytest.approx(axis["tickvals"], rel=1e-3)


def test_dots_of_the_decisions_are_the_metrics_and_lie_on_the_lines(toy_quality_seed, toy_quality_frame):
    """Lots with missing inputs have other thresholds, so here no input is missing."""
    frame = toy_quality_frame()
    names = [column.name for column in toy_quality_seed.inputs if column.is_number and column.name in frame]
    candidate, data, parts = fit(toy_quality_seed, frame.assign(**frame[names].fillna(frame[names].median())))
    m = candidate.metrics
    by_share, by_cost, share, cost = plots.decisions(candidate, data, parts).data
    known = (~np.isnan(lots_of(data)[parts.test].kept).any(axis=1)).sum()
    assert share.x[0] == cost.x[0] == pytest.approx(100 * m["test_released_unassayed"] / known)
    assert share.y[0] == pytest.approx(100 * m["test_false_release"])
    assert cost.y[0] == m["test_cost"]
    here = int(np.argmin(np.abs(plots.THRESHOLDS - candidate.model.threshold)))
    assert numbers(by_cost.y)[here] == pytest.approx(m["test_cost"])
    assert numbers(by_share.x)[here] == pytest.approx(share.x[0])
    assert (np.diff(numbers(by_share.x)) >= 0).all()


def test_reliability_is_that_of_breaking_the_grade(fitted):
    _, data, parts = fitted
    dots, equal = plots.reliability_of_grade(*fitted).data
    broken = 1 - lots_of(data)[parts.test].kept[:, 0]
    size = [len(group) for group in np.array_split(np.arange(len(parts.test)), 15)]
    assert np.average(numbers(dots.y), weights=size) == pytest.approx(100 * broken.mean(), rel=1e-9)
    assert list(equal.x) == list(equal.y)


def test_boxes_of_the_nearest_limits_hold_every_test_lot(fitted):
    candidate, _, parts = fitted
    boxes = plots.nearest_limits(*fitted).data
    assert sum(len(box.x) for box in boxes) == len(parts.test)
    assert {box.name.split(":")[0] for box in boxes} <= {"p", "q", "p_and_q"}
    shares = [float(box.name.split()[1].rstrip("%")) for box in boxes]
    assert shares == sorted(shares)
    assert sum(shares) == pytest.approx(100, abs=0.2)
    beyond = sum((numbers(box.x) < 0).sum() for box in boxes)
    result = candidate.model.nearest(candidate.model.assessed(candidate.predictions[parts.test]))
    assert beyond == sum(one.sigma < 0 for one in result)


def test_errors_over_time_are_nought_on_average_whatever_is_below_the_limit(fitted):
    """A sixth of r is below the laboratory's limit: the others alone would seem 0.3 standard deviations too high."""
    _, data, parts = fitted
    rows = parts.holdout_all
    lots = by_month(data.periods[rows]).value_counts()
    lines = {trace.name: trace for trace in plots.errors_over_time(*fitted).data}
    assert list(lines) == ["p", "q", "r"]
    assert 0.1 < np.mean(lots_of(data).reported[rows, 2] < 0) < 0.25
    for name, line in lines.items():
        weights = lots[pd.DatetimeIndex(line.x)]
        assert abs(np.average(numbers(line.y), weights=weights)) < 3 / np.sqrt(len(rows)), name


def test_a_laboratory_that_reads_high_is_seen_as_a_step(fitted):
    candidate, data, parts = fitted
    late = data.periods >= parts.test_from
    table = data.table.copy()
    table.loc[late, "p"] *= np.exp(0.3)  # one standard deviation
    before = plots.errors_over_time(*fitted).data[0]
    after = plots.errors_over_time(candidate, replace(data, table=table), parts).data[0]
    rise = numbers(after.y) - numbers(before.y)
    newest = pd.DatetimeIndex(before.x) > parts.test_from
    assert rise[newest] == pytest.approx(0.3 / candidate.model.scatter.spread[0], rel=0.15)
    assert rise[pd.DatetimeIndex(before.x) < parts.test_from - pd.Timedelta(days=31)] == pytest.approx(0, abs=1e-12)


def test_coverage_over_time_agrees_with_the_metric(fitted):
    candidate, data, parts = fitted
    figure = plots.coverage_over_time(*fitted)
    for trace, rows, part in zip(figure.data, (parts.test, parts.holdout_all), ("test", "holdout_all"), strict=True):
        lots = by_month(data.periods[rows]).value_counts()[pd.DatetimeIndex(trace.x)]
        assert np.average(numbers(trace.y), weights=lots) == pytest.approx(
            100 * candidate.metrics[f"{part}_coverage_90"]
        )
    assert figure.layout.yaxis.range[0] == 50


def test_a_lot_of_broken_intervals_is_not_cut_off(fitted):
    candidate, data, parts = fitted

    def far_off(rows):
        return {name: Answer(*(20 * end for end in one)) for name, one in candidate.answers.intervals(rows).items()}

    figure = plots.coverage_over_time(replace(candidate, answers=SimpleNamespace(intervals=far_off)), data, parts)
    assert figure.layout.yaxis.range[0] == pytest.approx(min(figure.data[0].y) - 1)


def test_the_curve_and_the_bars_are_those_of_the_candidate(fitted):
    candidate = fitted[0]
    (curve,) = plots.learning_curve(*fitted).data
    assert tuple(curve.x) == candidate.curve.periods
    assert tuple(curve.y) == candidate.curve.error
    (bars,) = plots.importance(*fitted).data
    assert dict(zip(bars.y, bars.x, strict=True))["u [1]"] == candidate.importance[0]


def test_every_picture_is_drawn_of_a_grader_that_releases_nothing(fitted):
    """Nor do few units, defects that nobody looked at, or an unknown grade keep a page from being made."""
    candidate, data, parts = fitted
    m = dict.fromkeys(("test_released_unassayed",), 0.0) | {"test_false_release": float("nan"), "test_cost": 6.0}
    idle = replace(
        candidate, model=replace(candidate.model, threshold=float("nan")), metrics={**candidate.metrics, **m}
    )
    table = data.table.copy()
    table.loc[table.index.isin(parts.test), "q"] = np.nan
    table["crack"] = np.nan
    few = replace(parts, holdout=parts.holdout[:0], holdout_all=parts.holdout_all[:0], units=())
    drawn_page = page(idle, replace(data, table=table), few)
    assert drawn_page.count("<h2>") == len(plots.PICTURES)
    assert 'src="http' not in drawn_page
