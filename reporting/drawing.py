"""Shared parts of all figures of a page: colours, layout, thinning and descriptions."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import plotly.graph_objects as go
import plotly.io as pio
from plotly.subplots import make_subplots

from reporting.style import LAYOUT

NAMED_MONTHS = 14

# Of a template that a figure is given plotly checks each value, 14 ms a figure, and of a default that is set as well.
pio.templates.default = "plotly_white"


def empty(x: str, y: str) -> go.Figure:
    """A figure with its axes named and nothing in it."""
    return go.Figure(layout=LAYOUT).update_layout(xaxis_title=x, yaxis_title=y)


def panelled(rows: int = 1, cols: int = 1, **how: Any) -> go.Figure:
    """Several panels with nothing in them, as plotly's `make_subplots` makes them."""
    return make_subplots(rows, cols, **how)


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
