"""Shared parts of all figures of a page: colours, layout, thinning and descriptions."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import plotly.graph_objects as go
import plotly.io as pio
from babel import Locale
from plotly.subplots import make_subplots

from reporting.languages import DEFAULT
from reporting.style import CONFIG, LAYOUT
from reporting.wording import Wording

NAMED_MONTHS = 14

# Of a template that a figure is given plotly checks each value, 14 ms a figure, and of a default that is set as well.
pio.templates.default = "plotly_white"


def empty(x: str, y: str) -> go.Figure:
    """A figure with its axes named and nothing in it."""
    return go.Figure(layout=LAYOUT).update_layout(xaxis_title=x, yaxis_title=y)


def panelled(rows: int = 1, cols: int = 1, **how: Any) -> go.Figure:
    """Several panels with nothing in them, as plotly's `make_subplots` makes them."""
    return make_subplots(rows, cols, **how)


def settings(say: Wording) -> dict[str, Any]:
    """Settings of a figure on a page of a language: words of its toolbar and notes, dates of its axes."""
    if say.language == DEFAULT:
        return dict(CONFIG)
    words = {
        "Autoscale": say("Autoscale"),
        "Box Select": say("Box Select"),
        "Double-click on legend to isolate one trace": say("Double-click on legend to isolate one trace"),
        "Double-click to zoom back out": say("Double-click to zoom back out"),
        "Download plot as a PNG": say("Download plot as a PNG"),
        "Lasso Select": say("Lasso Select"),
        "Pan": say("Pan"),
        "Reset axes": say("Reset axes"),
        "Sorry, there was a problem downloading your image!": say("Sorry, there was a problem downloading your image!"),
        "Zoom": say("Zoom"),
        "Zoom in": say("Zoom in"),
        "Zoom out": say("Zoom out"),
    }
    names = Locale(say.language).months["format"]
    dates = {
        "months": [*names["wide"].values()],
        "shortMonths": [*names["abbreviated"].values()],
        "month": say("%b %Y"),
        "dayMonth": say("%b %-d"),
        "dayMonthYear": say("%b %-d, %Y"),
    }
    return CONFIG | {"locale": say.language, "locales": {say.language: {"dictionary": words, "format": dates}}}


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
