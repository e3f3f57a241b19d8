"""Diagnostic plots of a candidate that predicts a number."""

import itertools

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from models.interfaces.answers import COVERAGE
from physics.arrays import IntArray
from reporting.drawing import by_month, empty, month_axis, with_diagonal
from reporting.style import BLUE, GREY, ORANGE, RED
from training.core.dataset import Dataset
from training.core.splits import Split
from training.regression.fit import RegressionCandidate
from training.reports.explanations import contribution_dots
from training.reports.pictures import CURVE_ABSENT, WIDTH_WITHOUT, Picture, has_time, input_bars, thinned

NAMED_UNITS = 40
MOST_BARS = 150
MOST_MEANS = 100
PARTS = {"test": ("future periods", BLUE), "holdout": ("future periods, held-out units", ORANGE)}


def _shown(parts: Split) -> list[tuple[IntArray, str, str]]:
    return [
        (parts.evaluated[part], label, colour) for part, (label, colour) in PARTS.items() if part in parts.evaluated
    ]


def _target(data: Dataset) -> str:
    return f"{data.seed.target.name} [{data.seed.target.unit}]"


def predicted_against_measured(candidate: RegressionCandidate, data: Dataset, parts: Split) -> go.Figure:
    """Each judged row's answer with its interval over what was measured."""
    name = _target(data)
    figure = empty(f"measured {name}", f"predicted {name}")
    answer = candidate.answers
    for rows, label, colour in _shown(parts):
        rows = thinned(rows)
        barred = np.where(np.isin(rows, thinned(rows, MOST_BARS)), 1.0, np.nan)
        bars = {
            "array": (answer.high[rows] - answer.value[rows]) * barred,
            "arrayminus": (answer.value[rows] - answer.low[rows]) * barred,
            "thickness": 0.6,
            "width": 0,
            "color": colour,
        }
        marker = {"size": 5, "color": colour, "opacity": 0.7}
        figure.add_scatter(
            x=data.y[rows], y=answer.value[rows], error_y=bars, mode="markers", marker=marker, name=label
        )
    return with_diagonal(figure, data.y[np.concatenate([rows for rows, *_ in _shown(parts)])])


def predicted_against_truth(candidate: RegressionCandidate, data: Dataset, parts: Split) -> go.Figure:
    """Each judged row's answer over the noise-free value that the simulator knows."""
    assert data.truth is not None
    name = _target(data)
    figure = empty(f"true {name}", f"predicted {name}")
    for rows, label, colour in _shown(parts):
        rows = thinned(rows)
        marker = {"size": 5, "color": colour, "opacity": 0.7}
        figure.add_scatter(
            x=data.truth[rows], y=candidate.answers.value[rows], mode="markers", marker=marker, name=label
        )
    return with_diagonal(figure, data.truth[np.concatenate([rows for rows, *_ in _shown(parts)])])


def residuals_over_time(candidate: RegressionCandidate, data: Dataset, parts: Split) -> go.Figure:
    """Plot residuals of evaluated and training rows, and the mean of each period or month."""
    residual = candidate.answers.value - data.y
    unit = data.seed.target.unit
    figure = empty("period start", f"predicted minus measured [{unit}]")
    for rows, label, colour in _shown(parts):
        rows = thinned(rows)
        marker = {"size": 4, "color": colour, "opacity": 0.5}
        figure.add_scatter(x=data.periods[rows], y=residual[rows], mode="markers", marker=marker, name=label)
    daily = data.periods.nunique() > MOST_MEANS
    for rows, label, colour in ((parts.learnt, "mean, training periods", GREY), (parts.test, "mean, future", "black")):
        when = by_month(data.periods[rows]) if daily else data.periods[rows]
        mean = pd.Series(residual[rows]).groupby(when).mean()
        figure.add_scatter(x=mean.index, y=mean.to_numpy(), mode="lines", line={"color": colour}, name=label)
    figure.add_vline(x=parts.test_from, line_dash="dash", line_color=GREY)
    return figure.add_hline(y=0, line_color="black", line_width=1)


def residuals_by_unit(candidate: RegressionCandidate, data: Dataset, parts: Split) -> go.Figure:
    """Mean residual of each unit over its judged rows, sorted."""
    residual = candidate.answers.value - data.y
    axis = f"predicted minus measured [{data.seed.target.unit}]"
    figure = empty("unit, sorted by mean residual", axis)
    spread: list[pd.DataFrame] = []
    for rows, label, colour in _shown(parts):
        by_unit = pd.Series(residual[rows]).groupby(data.units[rows])
        error: pd.Series[float] = (by_unit.std() / np.sqrt(by_unit.count())).fillna(0.0)
        spread.append(pd.DataFrame({"mean": by_unit.mean(), "error": error, "label": label, "colour": colour}))
    units: pd.DataFrame = pd.concat(spread).sort_values("mean")
    # Names are readable on the axis for a few units only; they are always shown by hovering.
    units["place"] = units.index if len(units) <= NAMED_UNITS else np.arange(1, len(units) + 1)
    for part, rows_of_unit in units.groupby("label"):
        bars = {"array": rows_of_unit["error"], "thickness": 0.6, "width": 0}
        marker = {"size": 5, "color": rows_of_unit["colour"].iloc[0]}
        points = {"x": rows_of_unit["place"], "y": rows_of_unit["mean"], "text": rows_of_unit.index, "error_y": bars}
        figure.add_scatter(**points, mode="markers", marker=marker, name=str(part))
    figure.update_xaxes(categoryorder="array", categoryarray=list(units.index), tickangle=-60, automargin=True)
    return figure.add_hline(y=0, line_color="black", line_width=1)


def residual_spread(candidate: RegressionCandidate, data: Dataset, parts: Split) -> go.Figure:
    """Plot the distribution of residuals of a process with one unit."""
    residual = (candidate.answers.value - data.y)[parts.test]
    figure = empty(f"predicted minus measured [{data.seed.target.unit}]", "rows")
    return figure.add_histogram(x=residual, nbinsx=50, marker_color=BLUE, name=PARTS["test"][0])


def importance(candidate: RegressionCandidate, data: Dataset, parts: Split) -> go.Figure:
    """Plot the increase of the test error when one input is shuffled; comparable between candidates."""
    unit = data.seed.target.unit
    return input_bars(candidate.importance, data, f"rise of the test RMSE when the input is shuffled [{unit}]")


def learning_curve(candidate: RegressionCandidate, data: Dataset, parts: Split) -> go.Figure | None:
    """Return the test error over the number of latest training periods; None if not requested."""
    if (curve := candidate.curve) is None:
        return None
    unit = data.seed.target.unit
    figure = empty("training periods, latest before the test", f"test RMSE [{unit}]")
    figure.add_scatter(x=curve.periods, y=curve.error, mode="lines+markers", line={"color": BLUE}, name="test RMSE")
    floor = candidate.metrics.get("test_noise_floor")
    if floor is not None:
        figure.add_hline(y=floor, line_dash="dot", line_color=RED)
        figure.add_annotation(
            x=0, y=floor, xanchor="left", yanchor="bottom", showarrow=False, text="label noise: no model gets below"
        )
    return figure.update_layout(xaxis_rangemode="tozero")


def coverage_by_month(candidate: RegressionCandidate, data: Dataset, parts: Split) -> go.Figure:
    """Share of the measured values within the fixed and the adaptive interval, month by month."""
    figure = empty("month", "share of measured values inside")
    kinds = [("fixed", candidate.answers, "solid"), ("adaptive", candidate.model.followed, "dash")]
    for (rows, label, colour), (kind, answer, dash) in itertools.product(_shown(parts), kinds):
        if answer is None:
            continue
        inside = (answer.low[rows] <= data.y[rows]) & (data.y[rows] <= answer.high[rows])
        monthly = pd.Series(inside.astype(float)).groupby(by_month(data.periods[rows]))
        share, count = monthly.mean(), monthly.count()
        bars = {"array": np.sqrt(COVERAGE * (1 - COVERAGE) / count), "thickness": 1, "width": 4}
        figure.add_scatter(
            x=share.index,
            y=share.to_numpy(),
            error_y=bars,
            mode="lines+markers",
            line={"color": colour, "dash": dash},
            text=[f"{n} rows" for n in count],
            name=f"{label}, {kind}",
        )
    figure.add_hline(y=COVERAGE, line_dash="dash", line_color="black")
    figure.update_layout(yaxis={"range": [0, 1.12], "tickformat": ".0%"}, showlegend=True)
    return month_axis(figure, by_month(data.periods[parts.test]).nunique())


def _knows_truth(data: Dataset) -> bool:
    return data.truth is not None


def _has_units(data: Dataset) -> bool:
    return data.seed.key is not None


def _is_one_unit(data: Dataset) -> bool:
    return data.seed.key is None


PICTURES = (
    Picture(
        f"Predicted against measured, {COVERAGE:.0%} interval",
        "Rows outside the training rows. Bars: the intervals of some of the predictions.",
        predicted_against_measured,
    ),
    Picture(
        "Predicted against the simulated plant's truth",
        "The label's noise is gone here; what remains is the model's own error.",
        predicted_against_truth,
        _knows_truth,
    ),
    Picture(
        "Residuals over time",
        "The dashed line is the end of the training periods. A step is a change of the plant or a sensor.",
        residuals_over_time,
        has_time,
    ),
    Picture(
        "Residuals by unit",
        "Future periods. Bars: standard error of the mean. A unit far from zero has an effect that no input shows.",
        residuals_by_unit,
        _has_units,
    ),
    Picture("Spread of the residuals", "Future periods.", residual_spread, _is_one_unit),
    Picture(
        "Importance of the inputs",
        "Inputs that move together share their importance. This is no effect of a set-point on the plant.",
        importance,
    ),
    WIDTH_WITHOUT,
    Picture(
        "Contributions of the inputs",
        "A dot is one future period: what the input added to its prediction. Red: a high value of the input, blue: a "
        "low one. This is what the model does, no effect of a set-point on the plant.",
        contribution_dots,
    ),
    Picture(
        "Learning curve",
        "Still falling on the right: a longer history would help. Rising: the old periods mislead.",
        learning_curve,
        absent=CURVE_ABSENT,
    ),
    Picture(
        f"Coverage of the {COVERAGE:.0%} interval by month",
        "Dashed: adaptive intervals, which follow the outcomes as they come in. Bars: one standard deviation of the "
        "share for that many independent rows.",
        coverage_by_month,
        has_time,
    ),
)
