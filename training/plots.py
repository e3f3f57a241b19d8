"""What an engineer looks at before believing a candidate: one page of figures that needs no network."""

import html
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pandas as pd
import plotly.graph_objects as go

from training.dataset import Dataset
from training.evaluate import COVERAGE
from training.fitting import RNG_SEED, Candidate
from training.splits import Split

IntArray = npt.NDArray[np.intp]

MOST_POINTS = 3000
MOST_INPUTS = 25
NAMED_UNITS = 40
NAMED_MONTHS = 14
MOST_BARS = 150
MOST_MEANS = 100
BLUE, ORANGE, GREY, RED = "#1f77b4", "#e6820e", "#8c8c8c", "#c0392b"
PARTS = {"test": ("future periods", BLUE), "unseen": ("future periods, held-out units", ORANGE)}
LAYOUT = {
    "template": "plotly_white",
    "height": 440,
    "margin": {"l": 70, "r": 30, "t": 30, "b": 60},
    "font": {"family": "system-ui, sans-serif", "size": 13},
    "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
}
# plotly.js offers to send a figure to its maker's cloud; a plant's figures stay in the plant.
CONFIG = {"displaylogo": False, "showSendToCloud": False, "plotlyServerURL": ""}
STYLE = """
body { font-family: system-ui, sans-serif; max-width: 1200px; margin: 2rem auto; padding: 0 1rem; color: #222; }
h1 { font-size: 1.5rem; margin-bottom: 0.2rem; } p { margin: 0.3rem 0; color: #555; }
h2 { font-size: 1.1rem; margin: 2.2rem 0 0.2rem; }
"""


def _figure(x: str, y: str) -> go.Figure:
    return go.Figure(layout=LAYOUT).update_layout(xaxis_title=x, yaxis_title=y)


def _some(rows: IntArray, most: int = MOST_POINTS) -> IntArray:
    """At most so many of the rows, so that a page of a large plant still opens and is readable."""
    if len(rows) <= most:
        return rows
    return np.sort(np.random.default_rng(RNG_SEED).choice(rows, most, replace=False))


def _by_month(periods: pd.DatetimeIndex) -> pd.DatetimeIndex:
    """First day of each period's month."""
    return periods.to_period("M").to_timestamp()


def _month_axis(figure: go.Figure, months: int) -> go.Figure:
    """Name every month on the axis where there are few."""
    return figure.update_xaxes(dtick="M1", tickformat="%b %Y") if months <= NAMED_MONTHS else figure


def _shown(parts: Split) -> list[tuple[IntArray, str, str]]:
    return [(parts.judged[part], label, colour) for part, (label, colour) in PARTS.items() if part in parts.judged]


def _target(data: Dataset) -> str:
    return f"{data.seed.target.name} [{data.seed.target.unit}]"


def predicted_against_measured(candidate: Candidate, data: Dataset, parts: Split) -> go.Figure:
    """Each judged row's answer with its interval over what was measured."""
    name = _target(data)
    figure = _figure(f"measured {name}", f"predicted {name}")
    answer = candidate.answer
    for rows, label, colour in _shown(parts):
        rows = _some(rows)
        barred = np.where(np.isin(rows, _some(rows, MOST_BARS)), 1.0, np.nan)
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
    return _with_diagonal(figure, data.y[np.concatenate([rows for rows, *_ in _shown(parts)])])


def predicted_against_truth(candidate: Candidate, data: Dataset, parts: Split) -> go.Figure:
    """Each judged row's answer over the noise-free value that the simulator knows."""
    assert data.truth is not None
    name = _target(data)
    figure = _figure(f"true {name}", f"predicted {name}")
    for rows, label, colour in _shown(parts):
        rows = _some(rows)
        marker = {"size": 5, "color": colour, "opacity": 0.7}
        figure.add_scatter(
            x=data.truth[rows], y=candidate.answer.value[rows], mode="markers", marker=marker, name=label
        )
    return _with_diagonal(figure, data.truth[np.concatenate([rows for rows, *_ in _shown(parts)])])


def _with_diagonal(figure: go.Figure, x: npt.NDArray[np.float64]) -> go.Figure:
    ends = [float(np.nanmin(x)), float(np.nanmax(x))]
    line = {"color": "black", "dash": "dot", "width": 1}
    return figure.add_scatter(x=ends, y=ends, mode="lines", line=line, name="equal")


def residuals_over_time(candidate: Candidate, data: Dataset, parts: Split) -> go.Figure:
    """Residual of each judged row, and the mean of each period (month, where they are many), learnt ones included."""
    residual = candidate.answer.value - data.y
    unit = data.seed.target.unit
    figure = _figure("period start", f"predicted minus measured [{unit}]")
    for rows, label, colour in _shown(parts):
        rows = _some(rows)
        marker = {"size": 4, "color": colour, "opacity": 0.5}
        figure.add_scatter(x=data.periods[rows], y=residual[rows], mode="markers", marker=marker, name=label)
    daily = data.periods.nunique() > MOST_MEANS
    for rows, label, colour in ((parts.learnt, "mean, learnt periods", GREY), (parts.test, "mean, future", "black")):
        when = _by_month(data.periods[rows]) if daily else data.periods[rows]
        mean = pd.Series(residual[rows]).groupby(when).mean()
        figure.add_scatter(x=mean.index, y=mean.to_numpy(), mode="lines", line={"color": colour}, name=label)
    figure.add_vline(x=parts.test_from, line_dash="dash", line_color=GREY)
    return figure.add_hline(y=0, line_color="black", line_width=1)


def residuals_by_unit(candidate: Candidate, data: Dataset, parts: Split) -> go.Figure:
    """Mean residual of each unit over its judged rows, sorted."""
    residual = candidate.answer.value - data.y
    axis = f"predicted minus measured [{data.seed.target.unit}]"
    figure = _figure("unit, sorted by mean residual", axis)
    spread: list[pd.DataFrame] = []
    for rows, label, colour in _shown(parts):
        by_unit = pd.Series(residual[rows]).groupby(data.units[rows])
        error: pd.Series[float] = (by_unit.std() / np.sqrt(by_unit.count())).fillna(0.0)
        spread.append(pd.DataFrame({"mean": by_unit.mean(), "error": error, "label": label, "colour": colour}))
    units: pd.DataFrame = pd.concat(spread).sort_values("mean")
    # Names are readable on the axis for a few units only; they are always told by hovering.
    units["place"] = units.index if len(units) <= NAMED_UNITS else np.arange(1, len(units) + 1)
    for part, some in units.groupby("label", sort=False):
        bars = {"array": some["error"], "thickness": 0.6, "width": 0}
        marker = {"size": 5, "color": some["colour"].iloc[0]}
        points = {"x": some["place"], "y": some["mean"], "text": some.index, "error_y": bars}
        figure.add_scatter(**points, mode="markers", marker=marker, name=str(part))
    figure.update_xaxes(categoryorder="array", categoryarray=list(units.index), tickangle=-60, automargin=True)
    return figure.add_hline(y=0, line_color="black", line_width=1)


def residual_spread(candidate: Candidate, data: Dataset, parts: Split) -> go.Figure:
    """How the residuals of a process of one unit spread."""
    residual = (candidate.answer.value - data.y)[parts.test]
    figure = _figure(f"predicted minus measured [{data.seed.target.unit}]", "rows")
    return figure.add_histogram(x=residual, nbinsx=50, marker_color=BLUE, name=PARTS["test"][0])


def importance(candidate: Candidate, data: Dataset, parts: Split) -> go.Figure:
    """What the test error grows by when one input is shuffled among the rows: same meaning for every candidate."""
    columns = data.seed.inputs
    order = np.argsort(candidate.importance, kind="stable")[-MOST_INPUTS:]
    unit = data.seed.target.unit
    figure = _figure(f"rise of the test RMSE when the input is shuffled [{unit}]", "")
    names = [f"{columns[i].name} [{columns[i].unit}]" for i in order]
    figure.add_bar(x=candidate.importance[order], y=names, orientation="h", marker_color=BLUE)
    return figure.update_layout(height=110 + 22 * len(order), yaxis={"automargin": True, "ticklabelstandoff": 6})


def learning_curve(candidate: Candidate, data: Dataset, parts: Split) -> go.Figure:
    """Test error when the model learns from only the newest periods before the test."""
    unit = data.seed.target.unit
    figure = _figure("periods learnt, newest before the test", f"test RMSE [{unit}]")
    curve = candidate.curve
    figure.add_scatter(x=curve.periods, y=curve.test_rmse, mode="lines+markers", line={"color": BLUE}, name="test RMSE")
    floor = candidate.metrics.get("test_noise_floor")
    if floor is not None:
        figure.add_hline(y=floor, line_dash="dot", line_color=RED)
        figure.add_annotation(
            x=0, y=floor, xanchor="left", yanchor="bottom", showarrow=False, text="label noise: no model gets below"
        )
    return figure.update_layout(xaxis_rangemode="tozero")


def coverage_by_month(candidate: Candidate, data: Dataset, parts: Split) -> go.Figure:
    """Share of the measured values within the interval, month by month."""
    figure = _figure("month", "share of measured values inside")
    answer = candidate.answer
    inside = (answer.low <= data.y) & (data.y <= answer.high)
    for rows, label, colour in _shown(parts):
        by_month = pd.Series(inside[rows].astype(float)).groupby(_by_month(data.periods[rows]))
        share, count = by_month.mean(), by_month.count()
        bars = {"array": np.sqrt(COVERAGE * (1 - COVERAGE) / count), "thickness": 1, "width": 4}
        figure.add_scatter(
            x=share.index,
            y=share.to_numpy(),
            error_y=bars,
            mode="lines+markers",
            line={"color": colour},
            text=[f"{n} rows" for n in count],
            name=label,
        )
    figure.add_hline(y=COVERAGE, line_dash="dash", line_color="black")
    figure.update_layout(yaxis={"range": [0, 1.12], "tickformat": ".0%"}, showlegend=True)
    return _month_axis(figure, _by_month(data.periods[parts.test]).nunique())


FIGURES: dict[str, tuple[Callable[[Candidate, Dataset, Split], go.Figure], str]] = {
    f"Predicted against measured, {COVERAGE:.0%} interval": (
        predicted_against_measured,
        "Rows that the model has not learnt from. Bars: the intervals of some of the answers.",
    ),
    "Predicted against the simulated plant's truth": (
        predicted_against_truth,
        "The label's noise is gone here; what remains is the model's own error.",
    ),
    "Residuals over time": (
        residuals_over_time,
        "Right of the dashed line nothing was learnt. A step is a change of the plant or a sensor.",
    ),
    "Residuals by unit": (
        residuals_by_unit,
        "Future periods. Bars: standard error of the mean. A unit far from zero has something that no input tells.",
    ),
    "Spread of the residuals": (residual_spread, "Future periods."),
    "Importance of the inputs": (
        importance,
        "Inputs that move together share their importance. This is no effect of a set-point on the plant.",
    ),
    "Learning curve": (
        learning_curve,
        "Still falling on the right: a longer history would help. Rising: the old periods mislead.",
    ),
    f"Coverage of the {COVERAGE:.0%} interval by month": (
        coverage_by_month,
        "Bars: one standard deviation of the share for that many independent rows.",
    ),
}


def _applies(draw: object, data: Dataset) -> bool:
    """Whether a figure has something to show for this table."""
    if draw is predicted_against_truth:
        return data.truth is not None
    if draw in (residuals_by_unit, residual_spread):
        return (draw is residuals_by_unit) == (data.seed.key is not None)
    return True


def page(candidate: Candidate, data: Dataset, parts: Split) -> str:
    """All figures of one candidate as one HTML page that holds plotly.js itself.

    Parameters
    ----------
    candidate : Candidate
        What was fitted and measured.
    data : Dataset
        Labelled rows.
    parts : Split
        Which rows learnt and which judge.

    Returns
    -------
    str
        The page; nothing in it is fetched from anywhere.
    """
    blocks: list[str] = []
    for heading, (draw, caption) in FIGURES.items():
        if not _applies(draw, data):
            continue
        figure = draw(candidate, data, parts)
        body = figure.to_html(full_html=False, include_plotlyjs=not blocks, config=CONFIG, div_id=draw.__name__)
        blocks.append(f"<h2>{html.escape(heading)}</h2><p>{html.escape(caption)}</p>{body}")
    title = html.escape(f"{candidate.name}: {data.seed.process.title}")
    facts = (
        f"Target: {data.seed.target.meaning}, {_target(data)}. Learnt: {len(parts.learnt)} rows, "
        f"{parts.train_from:%Y-%m-%d} to before {parts.test_from:%Y-%m-%d}. Judged: {len(parts.test)} rows of the same "
        f"units and {len(parts.unseen)} rows of {len(parts.units)} held-out units, up to {parts.last:%Y-%m-%d}."
    )
    head = f'<meta charset="utf-8"><title>{title}</title><style>{STYLE}</style>'
    return (
        f'<!doctype html><html lang="en"><head>{head}</head>'
        f"<body><h1>{title}</h1><p>{html.escape(facts)}</p>{''.join(blocks)}</body></html>"
    )
