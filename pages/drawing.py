"""What all figures of a page share: colours, layout, thinning, and what a figure must say of itself."""

import numpy as np
import numpy.typing as npt
import pandas as pd
import plotly.graph_objects as go
import plotly.io as pio

from pages.style import LAYOUT

NAMED_MONTHS = 14


def empty(x: str, y: str) -> go.Figure:
    """A figure with its axes named and nothing in it."""
    layout = dict(LAYOUT)
    # Of a template that is asked for plotly checks each value, 14 ms a figure; of its default one it does not.
    usual, pio.templates.default = pio.templates.default, layout.pop("template")
    try:
        return go.Figure(layout=layout).update_layout(xaxis_title=x, yaxis_title=y)
    finally:
        pio.templates.default = usual


def by_month(periods: pd.DatetimeIndex) -> pd.DatetimeIndex:
    """First day of each period's month."""
    return periods.to_period("M").to_timestamp()


def month_axis(figure: go.Figure, months: int) -> go.Figure:
    """Name every month on the axis where there are few."""
    return figure.update_xaxes(dtick="M1", tickformat="%b %Y") if months <= NAMED_MONTHS else figure


def with_diagonal(figure: go.Figure, x: npt.NDArray[np.float64]) -> go.Figure:
    """The line on which both axes are equal, over the span of x."""
    ends = [float(np.nanmin(x)), float(np.nanmax(x))]
    line = {"color": "black", "dash": "dot", "width": 1}
    return figure.add_scatter(x=ends, y=ends, mode="lines", line=line, name="equal")
