"""What all figures of a page share: colours, layout, thinning, and what a figure must say of itself."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import plotly.graph_objects as go

from training.dataset import Dataset
from training.fitting import some
from training.splits import Split

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]

MOST_POINTS = 3000
MOST_INPUTS = 25
NAMED_MONTHS = 14
BLUE, ORANGE, GREY, RED = "#1f77b4", "#e6820e", "#8c8c8c", "#c0392b"
LAYOUT = {
    "template": "plotly_white",
    "height": 440,
    "margin": {"l": 70, "r": 30, "t": 30, "b": 60},
    "font": {"family": "system-ui, sans-serif", "size": 13},
    "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
}


def always(data: Dataset) -> bool:
    """A figure that every table has something to show for."""
    return True


@dataclass(frozen=True)
class Picture:
    """One figure of a page.

    Attributes
    ----------
    heading, caption : str
        What it shows, and how to read it.
    draw : callable
        The figure, of a candidate, a data set and its split.
    applies : callable
        Whether a data set has something to show there.
    """

    heading: str
    caption: str
    draw: Callable[[Any, Dataset, Split], go.Figure]
    applies: Callable[[Dataset], bool] = always


def empty(x: str, y: str) -> go.Figure:
    """A figure with its axes named and nothing in it."""
    return go.Figure(layout=LAYOUT).update_layout(xaxis_title=x, yaxis_title=y)


def thinned(rows: IntArray, most: int = MOST_POINTS) -> IntArray:
    """At most so many of the rows, so that a page of a large plant still opens and is readable."""
    return some(rows, most)


def by_month(periods: pd.DatetimeIndex) -> pd.DatetimeIndex:
    """First day of each period's month."""
    return periods.to_period("M").to_timestamp()


def month_axis(figure: go.Figure, months: int) -> go.Figure:
    """Name every month on the axis where there are few."""
    return figure.update_xaxes(dtick="M1", tickformat="%b %Y") if months <= NAMED_MONTHS else figure


def with_diagonal(figure: go.Figure, x: FloatArray) -> go.Figure:
    """The line on which both axes are equal, over the span of x."""
    ends = [float(np.nanmin(x)), float(np.nanmax(x))]
    line = {"color": "black", "dash": "dot", "width": 1}
    return figure.add_scatter(x=ends, y=ends, mode="lines", line=line, name="equal")


def input_bars(rise: FloatArray, data: Dataset, axis: str) -> go.Figure:
    """Importance of the inputs as bars, the largest on top."""
    columns = data.seed.inputs
    order = np.argsort(rise, kind="stable")[-MOST_INPUTS:]
    figure = empty(axis, "")
    names = [f"{columns[i].name} [{columns[i].unit}]" for i in order]
    figure.add_bar(x=rise[order], y=names, orientation="h", marker_color=BLUE)
    return figure.update_layout(height=110 + 22 * len(order), yaxis={"automargin": True, "ticklabelstandoff": 6})
