"""Control charts of a period as figures, lot by lot in the order of time."""

from collections.abc import Sequence
from math import ceil

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from monitoring.charts.vectors import VectorChart
from monitoring.report.period import QualityPeriod
from monitoring.report.residual_charts import Charts, ElementCharts
from physics.arrays import FloatArray
from reporting.drawing import panelled
from reporting.style import LAYOUT, ORANGE, RED
from reporting.wording import Wording

COLUMNS = 3
PANEL = 210  # px a row of panels
MARGIN = {"l": 55, "r": 15, "t": 80, "b": 40}  # px
ABOVE_TITLES = 26  # px from a panel to the legend, over the panel's title
FARTHEST = 8.0  # sigmas at which what lies beyond is drawn
LOWEST_SHARE = 0.01  # of the limit, at which what is smaller is drawn
MOST_TICKS = 4
GREEN, BLUE = "#2a9d55", "#3d8fd6"  # seen on white and on black
TEXT, GRID, NOTHING = "#7d7d7d", "rgba(128,128,128,0.25)", "rgba(0,0,0,0)"
# Text and grid that are read on white and on black; the page's own colour shows behind.
SEE_THROUGH = {
    "paper_bgcolor": NOTHING,
    "plot_bgcolor": NOTHING,
    "font_color": TEXT,
    "modebar": {"bgcolor": NOTHING, "color": GRID, "activecolor": TEXT},
}


def single_lots(period: QualityPeriod, charts: Charts, say: Wording) -> go.Figure:
    """Scores of single lots with their average and its limits, a panel for each element."""
    figure = _panels(period, charts)
    names = period.lots.names
    for number, (e, one) in enumerate(charts.elements.items()):
        place = {"row": number // COLUMNS + 1, "col": number % COLUMNS + 1}
        _draw_single(figure, charts.scores[:, e], one, names, place, number == 0, say)
        for side in (-charts.width, charts.width):
            figure.add_hline(side, line_color=RED, line_width=1, line_dash="dash", **place)
    return _finished(figure, period, say("sigma"), say)


def sums(period: QualityPeriod, charts: Charts, say: Wording) -> go.Figure:
    """Cumulative sums for a rise, upwards, and for a fall, downwards, a panel for each element."""
    figure = _panels(period, charts)
    names = period.lots.names
    for number, one in enumerate(charts.elements.values()):
        place = {"row": number // COLUMNS + 1, "col": number % COLUMNS + 1}
        for values, name, colour in ((one.cusum.high, say("rise"), ORANGE), (-one.cusum.low, say("fall"), BLUE)):
            figure.add_scatter(
                x=np.arange(1, len(values) + 1),
                y=np.round(values, 2),
                mode="lines",
                line={"color": colour, "width": 1.5},
                text=names,
                name=name,
                legendgroup=name,
                showlegend=number == 0,
                connectgaps=True,
                **place,
            )
        for side in (-charts.interval, charts.interval):
            figure.add_hline(side, line_color=RED, line_width=1, line_dash="dash", **place)
    return _finished(figure, period, say("sigma"), say)


def vectors(period: QualityPeriod, t_squared: VectorChart, q: VectorChart, say: Wording) -> go.Figure:
    """T² and Q of each lot over their limits, logarithmic."""
    figure = panelled(1, 2, subplot_titles=["T²", "Q"], horizontal_spacing=0.08)
    names = period.lots.names
    for col, chart in enumerate((t_squared, q), start=1):
        share = np.maximum(chart.statistic / chart.limit, LOWEST_SHARE)
        for where, colour, name in (
            (~chart.signals, BLUE, say("within")),
            (chart.signals, RED, say("beyond its limit")),
        ):
            figure.add_scatter(
                x=np.flatnonzero(where) + 1,
                y=np.round(share[where], 4),
                mode="markers",
                marker={"size": 5, "color": colour},
                text=[names[i] for i in np.flatnonzero(where).tolist()],
                name=name,
                legendgroup=name,
                showlegend=col == 1,
                row=1,
                col=col,
            )
        figure.add_hline(1.0, line_color=RED, line_width=1, line_dash="dash", row=1, col=col)
    figure.update_yaxes(type="log", title=say("of the limit"), dtick=1, row=1, col=1).update_yaxes(type="log", dtick=1)
    return _finished(figure.update_layout(height=MARGIN["t"] + MARGIN["b"] + PANEL), period, None, say)


def _draw_single(
    figure: go.Figure,
    scores: FloatArray,
    one: ElementCharts,
    names: Sequence[str],
    place: dict[str, int],
    legend: bool,
    say: Wording,
) -> None:
    beyond = one.single.signals
    kinds = (
        (say("lot"), ~beyond & ~one.runs.signals, {"color": BLUE, "opacity": 0.55, "size": 4}),
        (say("completes a run"), ~beyond & one.runs.signals, {"color": GREEN, "symbol": "diamond-open", "size": 6}),
        (say("beyond the limit"), beyond, {"color": RED, "size": 7}),
    )
    for name, where, marker in kinds:
        if legend:  # by itself: plotly leaves out what has no point in the panel
            figure.add_scatter(x=[None], y=[None], mode="markers", marker=marker, name=name, legendgroup=name, **place)
        at = np.flatnonzero(where & ~np.isnan(scores))
        figure.add_scatter(
            x=at + 1,
            y=np.round(np.clip(scores[at], -FARTHEST, FARTHEST), 2),
            mode="markers",
            marker=marker,
            text=[f"{names[i]}: {scores[i]:+.1f}" for i in at.tolist()],
            hoverinfo="text",
            name=name,
            legendgroup=name,
            showlegend=False,
            **place,
        )
    lines = (
        ("EWMA", one.ewma.average, {"color": ORANGE, "width": 2}),
        (say("limits of the EWMA"), one.ewma.lower, {"color": ORANGE, "width": 1, "dash": "dot"}),
        (say("limits of the EWMA"), one.ewma.upper, {"color": ORANGE, "width": 1, "dash": "dot"}),
    )
    for number, (name, values, line) in enumerate(lines):
        figure.add_scatter(
            x=np.arange(1, len(values) + 1),
            y=np.round(values, 3),
            mode="lines",
            line=line,
            hoverinfo="skip",
            name=name,
            legendgroup=name,
            showlegend=legend and number < 2,
            connectgaps=True,
            **place,
        )


def _panels(period: QualityPeriod, charts: Charts) -> go.Figure:
    names = [period.seed.elements[e].name for e in charts.elements]
    lines = ceil(len(names) / COLUMNS)
    figure = panelled(lines, COLUMNS, subplot_titles=names, vertical_spacing=0.3 / lines, horizontal_spacing=0.05)
    return figure.update_layout(height=MARGIN["t"] + MARGIN["b"] + PANEL * lines)


def _finished(figure: go.Figure, period: QualityPeriod, unit: str | None, say: Wording) -> go.Figure:
    """Dates below the lots' numbers, and colours for light and dark."""
    height = figure.layout.height
    legend = {"y": 1.0 + ABOVE_TITLES / (height - MARGIN["t"] - MARGIN["b"])}
    figure.update_layout(LAYOUT).update_layout(SEE_THROUGH, height=height, margin=MARGIN, legend=legend)
    figure.update_layout(hoverlabel={"namelength": 0})
    at, lines = _ticks(period, say)
    figure.update_xaxes(tickvals=at, ticktext=lines, gridcolor=GRID, zeroline=False, range=[0, len(period.lots) + 1])
    figure.update_yaxes(gridcolor=GRID, zerolinecolor=TEXT)
    if unit is not None:
        figure.update_yaxes(title=unit, title_standoff=2, col=1)
    return figure.update_annotations(font_size=13)


def _ticks(period: QualityPeriod, say: Wording) -> tuple[list[int], list[str]]:
    """A few lots that begin a day, and their dates."""
    days = pd.DatetimeIndex(period.lots.time).normalize()
    begins = np.flatnonzero(np.append(True, days[1:] != days[:-1]))
    shown = begins[:: max(1, ceil(len(begins) / MOST_TICKS))]
    form = say.within("form of a date", "%d %b")
    return (shown + 1).tolist(), [f"{days[i]:{form}}" for i in shown]
