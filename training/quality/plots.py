"""Diagnostic plots of a lot grader."""

from math import ceil

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from models.interfaces.answers import COVERAGE
from models.quality.censoring import score
from models.quality.decision import Costs, decide
from models.quality.guarantee import THRESHOLDS
from models.quality.outcomes import costs_of, covered
from physics.arrays import FloatArray
from reporting.drawing import by_month, empty, panelled, with_diagonal
from reporting.style import BLUE, GREY, LAYOUT, ORANGE, RED
from training.core.dataset import Dataset
from training.core.splits import Split
from training.quality.evaluate import reliability
from training.quality.fit import QualityCandidate, lots_of
from training.reports.pictures import CURVE_ABSENT, WIDTH_WITHOUT, Picture, input_bars, thinned

COLUMNS = 3
PANEL = 280  # px a row of panels
MOST_IN_PANEL = 600
LOWEST_SHOWN = 50.0  # % covered; lower where less is
POWERS = range(-4, 6)
COLOURS = ("#1f77b4", "#e6820e", "#2a9d55", "#9467bd", "#c0392b", "#8c6d31", "#17a2b8", "#d36ba6", "#5b5b5b", "#bcbd22")


def contents(candidate: QualityCandidate, data: Dataset, parts: Split) -> go.Figure:
    """Reported over predicted content of each element, logarithmic, test lots."""
    names = [c.name for c in data.seed.elements]
    lines = ceil(len(names) / COLUMNS)
    figure = panelled(lines, COLUMNS, subplot_titles=names, vertical_spacing=0.35 / lines, horizontal_spacing=0.09)
    rows = thinned(parts.test, MOST_IN_PANEL)
    reported, raw = lots_of(data).reported[rows], candidate.predictions[rows]
    logs = np.exp(raw[:, : len(names)])
    answers = candidate.model.fixed_contents(raw[:, : len(names)], COVERAGE)
    in_legend: set[str] = set()
    for e, column in enumerate(data.seed.elements):
        place = {"row": e // COLUMNS + 1, "col": e % COLUMNS + 1}
        order = np.argsort(logs[:, e])
        for end in (answers[column.name].low, answers[column.name].high):
            line = {"color": GREY, "width": 1}
            figure.add_scatter(x=logs[order, e], y=end[order], mode="lines", line=line, showlegend=False, **place)
        for label, where, symbol, colour in (
            ("reported", reported[:, e] > 0, "circle", BLUE),
            ("below the laboratory's limit", reported[:, e] < 0, "triangle-down-open", ORANGE),
        ):
            if not where.any():
                continue
            marker = {"size": 5, "color": colour, "opacity": 0.5, "symbol": symbol}
            figure.add_scatter(
                x=logs[where, e],
                y=np.abs(reported[where, e]),
                mode="markers",
                marker=marker,
                name=label,
                legendgroup=label,
                showlegend=label not in in_legend,
                **place,
            )
            in_legend.add(label)
        ends = np.concatenate([answers[column.name].low, answers[column.name].high, np.abs(reported[:, e])])
        figure.update_xaxes(_log_axis(f"predicted [{column.unit}]", logs[:, e]), **place)
        # The interval of what is hardly ever seen begins at 0, which a logarithmic axis does not reach.
        figure.update_yaxes(_log_axis(f"reported [{column.unit}]", ends[ends > 0]), **place)
    figure.update_layout(LAYOUT, height=100 + PANEL * lines, margin={"t": 80})
    return figure.update_layout(legend={"y": 1 + 40 / (PANEL * lines)})


def _log_axis(title: str, values: FloatArray) -> dict[str, object]:
    """A logarithmic axis whose marks are numbers in full, the denser the narrower its values are."""
    decades = np.log10(np.nanmax(values) / np.nanmin(values))
    steps = (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8) if decades < 0.7 else (1, 2, 5) if decades < 3 else (1,)
    ticks = [step * 10.0**power for power in POWERS for step in steps]
    text = [f"{tick:.4g}" for tick in ticks]
    return {"type": "log", "tickvals": ticks, "ticktext": text, "title": {"text": title, "standoff": 4}}


def reliability_of_grade(candidate: QualityCandidate, data: Dataset, parts: Split) -> go.Figure:
    """Share of lots that break the intended grade over its probability, in groups of equal size."""
    model = candidate.model
    p = candidate.answers.judged(parts.test).keeps[:, model.costs.intended]
    within_grade = lots_of(data)[parts.test].kept[:, model.costs.intended]
    _, logs, seen = reliability(1 - p, 1 - within_grade)
    name = data.seed.quality_rules.intended
    figure = empty(f"probability of breaking {name} [%]", f"lots that break {name} [%]")
    marker = {"size": 9, "color": BLUE}
    figure.add_scatter(x=100 * logs, y=100 * seen, mode="markers+lines", marker=marker, name="groups of equal size")
    return with_diagonal(figure, 100 * np.append(logs, 0.0))


def decisions(candidate: QualityCandidate, data: Dataset, parts: Split) -> go.Figure:
    """Plot cost and false release over the release threshold, compared with simple rules."""
    lots = lots_of(data)[parts.test]
    assessed, costs = candidate.answers.judged(parts.test), Costs.of(data.seed)
    results = [costs_of(decide(assessed.keeps, assessed.best, costs, t), lots.kept, costs) for t in THRESHOLDS]
    known = max(1, int((~np.isnan(lots.kept).any(axis=1)).sum()))
    alpha, m = data.seed.quality_rules.alpha.value, candidate.metrics
    figure = panelled(1, 2, horizontal_spacing=0.1)
    x = [100 * one["released_unassayed"] / known for one in results]
    line = {"color": BLUE}
    bad = [100 * one["false_release"] for one in results]
    cost = [one["cost"] for one in results]
    figure.add_scatter(x=x, y=bad, mode="lines", line=line, name="by the threshold", row=1, col=1)
    figure.add_scatter(x=x, y=cost, mode="lines", line=line, showlegend=False, row=1, col=2)
    here = 100 * m["test_released_unassayed"] / known
    dot = {"size": 11, "color": ORANGE}
    for col, value in ((1, 100 * m["test_false_release"]), (2, m["test_cost"])):
        figure.add_scatter(
            x=[here], y=[value], mode="markers", marker=dot, name="as decided", showlegend=col == 1, row=1, col=col
        )
    figure.add_hline(100 * alpha, line_color=RED, line_dash="dash", row=1, col=1)
    rules = {"assay all": m["test_cost_assay_all"], "assay none": m["test_cost_assay_none"]}
    for (name, value), dash in zip(rules.items(), ("dash", "dot"), strict=True):
        figure.add_hline(value, line_color=GREY, line_dash=dash, annotation_text=f"{name} {value:.2f}", row=1, col=2)
    figure.update_xaxes(title="lots released without an assay in a grade with limits [%]")
    figure.update_yaxes(title="of these, lots that break their grade [%]", rangemode="tozero", row=1, col=1)
    figure.update_yaxes(title="cost against the oracle [$/t]", rangemode="tozero", row=1, col=2)
    return figure.update_layout(LAYOUT)


def nearest_limits(candidate: QualityCandidate, data: Dataset, parts: Split) -> go.Figure:
    """Plot the nearest limit of the test lots, and the distance to it."""
    nearest = candidate.model.nearest(candidate.answers.judged(parts.test))
    frame = pd.DataFrame({"limit": [one.limit for one in nearest], "sigma": [one.sigma for one in nearest]})
    order = frame["limit"].value_counts(ascending=True).index
    figure = empty("distance of the nearest limit [standard deviations of the error]", "")
    for name in order:
        far = frame.loc[frame["limit"] == name, "sigma"]
        figure.add_box(
            x=far,
            name=f"{name}: {len(far) / len(frame):.1%} of the lots",
            marker={"color": BLUE, "size": 3},
            line={"width": 1},
            showlegend=False,
        )
    figure.add_vline(x=0, line_color=RED)
    return figure.update_layout(height=150 + 40 * len(order), yaxis={"automargin": True, "ticklabelstandoff": 6})


def errors_over_time(candidate: QualityCandidate, data: Dataset, parts: Split) -> go.Figure:
    """Mean error of each element by month, lots of held-out units."""
    rows = parts.holdout_all if len(parts.holdout_all) else parts.test
    reported, month = lots_of(data).reported[rows], by_month(data.periods[rows])
    figure = empty("month", "mean error [standard deviations]")
    for (e, column), sd in zip(enumerate(data.seed.elements), candidate.model.scatter.spread, strict=True):
        known = ~np.isnan(reported[:, e])
        # Of what is below a limit the error that is expected there: contents above it alone would all seem too high.
        error = sd * score(reported[known, e], candidate.predictions[rows[known], e], float(sd))[0]
        mean = pd.Series(error).groupby(month[known]).mean()
        line = {"color": COLOURS[e % len(COLOURS)]}
        figure.add_scatter(x=mean.index, y=mean, mode="lines+markers", line=line, marker={"size": 4}, name=column.name)
    figure.add_hline(0, line_color=GREY, line_width=1)
    return figure.add_vline(x=parts.test_from, line_dash="dash", line_color=GREY)


def coverage_over_time(candidate: QualityCandidate, data: Dataset, parts: Split) -> go.Figure:
    """Plot the monthly share of lots with all contents in their intervals, outside the training rows."""
    figure = empty("month", "lots that the joint intervals hold [%]")
    lowest = LOWEST_SHOWN
    for rows, label, colour in ((parts.test, "future lots", BLUE), (parts.holdout_all, "held-out units", ORANGE)):
        if not len(rows):
            continue
        reported = lots_of(data).reported[rows]
        inside = np.ones(len(rows), dtype=np.bool_)
        for e, answer in enumerate(candidate.answers.intervals(rows).values()):
            inside &= np.isnan(reported[:, e]) | covered(reported[:, e], answer)
        mean = 100 * pd.Series(inside.astype(float)).groupby(by_month(data.periods[rows])).mean()
        figure.add_scatter(x=mean.index, y=mean, mode="lines+markers", line={"color": colour}, name=label)
        lowest = min(lowest, mean.min() - 1)
    figure.add_hline(100 * COVERAGE, line_color=GREY, line_dash="dash")
    return figure.update_yaxes(range=[lowest, 101])


def importance(candidate: QualityCandidate, data: Dataset, parts: Split) -> go.Figure:
    """Plot the increase of the loss when an input is shuffled."""
    return input_bars(candidate.importance, data, "rise of the test loss [1]")


def learning_curve(candidate: QualityCandidate, data: Dataset, parts: Split) -> go.Figure | None:
    """Return the test loss over the number of latest training periods; None if not requested."""
    if (curve := candidate.curve) is None:
        return None
    figure = empty("training periods, latest before the test", "test loss [1]")
    figure.add_scatter(x=curve.periods, y=curve.error, mode="lines+markers", line={"color": BLUE})
    return figure.update_layout(xaxis_rangemode="tozero")


PICTURES = (
    Picture(
        "Contents, reported and predicted",
        f"Test lots, both axes logarithmic. Grey: the joint {COVERAGE:.0%} intervals of lots with all inputs. "
        "Triangles: the laboratory found less than the limit at which they stand.",
        contents,
    ),
    Picture(
        "What decisions cost, and how many released lots break their grade",
        "Test lots. Line: for a rising threshold on the probability of breaking the grade, one for all lots. As "
        "decided: lots with missing inputs have thresholds of their own. Red: what the seed allows. The oracle, at 0, "
        "knows every assay beforehand.",
        decisions,
    ),
    Picture(
        "Reliability of the grade",
        "Test lots in groups of equal size. On the dotted line lots that are given 5 % break it in 5 % of cases.",
        reliability_of_grade,
    ),
    Picture(
        "Nearest limits",
        "Test lots, by the nearest limit of each at its most probable contents. Left of the line it is beyond.",
        nearest_limits,
    ),
    Picture(
        "Errors over time",
        "Of the contents' logarithms, reported minus predicted, in lots outside the training rows. A step that several "
        "elements share is a raw material or the laboratory. The dashed line is the end of the training periods.",
        errors_over_time,
    ),
    Picture(
        "Coverage over time",
        f"The joint intervals promise {COVERAGE:.0%} while the plant stays as it was.",
        coverage_over_time,
    ),
    Picture(
        "What the model looks at",
        "Rise of the test loss when the input is shuffled among the lots. Inputs that move together share their "
        "importance.",
        importance,
    ),
    WIDTH_WITHOUT,
    Picture(
        "Learning curve",
        "Still falling on the right: a longer history would help. Rising: the old lots mislead.",
        learning_curve,
        absent=CURVE_ABSENT,
    ),
)
