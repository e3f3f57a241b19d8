"""Figures of a candidate: what a page says of each, and what all tasks draw alike."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from models.interfaces.answers import COVERAGE
from physics.arrays import FloatArray, IntArray
from reporting.drawing import empty
from reporting.style import BLUE
from training.core.dataset import Dataset
from training.core.fitting import sample_rows
from training.core.splits import Split

MOST_POINTS = 3000
MOST_INPUTS = 25
CURVE_ABSENT = "Not drawn: it takes fits that nothing else needs. `nonferrous train --learning-curve` draws it."


def always(data: Dataset) -> bool:
    """A figure that every table has something to show for."""
    return True


def has_time(data: Dataset) -> bool:
    """A figure over time."""
    return data.seed.time is not None


@dataclass(frozen=True)
class Picture:
    """One figure of a page.

    Attributes
    ----------
    heading, caption : str
        What it shows, and how to read it.
    draw : callable
        The figure, of a candidate, a data set and its split; None where the candidate has nothing to show there.
    applies : callable
        Whether a data set has something to show there.
    absent : str
        What a page says where there is no figure of a candidate; empty: nothing, the heading neither.
    """

    heading: str
    caption: str
    draw: Callable[[Any, Dataset, Split], go.Figure | None]
    applies: Callable[[Dataset], bool] = always
    absent: str = ""


def thinned(rows: IntArray, most: int = MOST_POINTS) -> IntArray:
    """At most so many of the rows, so that a page of a large plant still opens and is readable."""
    return sample_rows(rows, most)


def input_bars(rise: FloatArray, data: Dataset, axis: str) -> go.Figure:
    """Importance of the inputs as bars, the largest on top."""
    columns = data.seed.inputs
    order = np.argsort(rise, kind="stable")[-MOST_INPUTS:]
    figure = empty(axis, "")
    names = [columns[i].label for i in order]
    figure.add_bar(x=rise[order], y=names, orientation="h", marker_color=BLUE)
    return figure.update_layout(height=110 + 22 * len(order), yaxis={"automargin": True, "ticklabelstandoff": 6})


def _cost_bars(candidate: Any, data: Dataset, axis: str) -> go.Figure | None:
    """Plot the cost of each input that a row lacks; None of a model that did not measure it."""
    costs = candidate.model.missing_costs
    return None if costs is None else input_bars(100 * (costs - 1), data, axis)


def width_without(candidate: Any, data: Dataset, parts: Split) -> go.Figure | None:
    """Plot the rise of the width of intervals without each input."""
    return _cost_bars(candidate, data, f"rise of the {COVERAGE:.0%} interval without the input [%]")


def set_size_without(candidate: Any, data: Dataset, parts: Split) -> go.Figure | None:
    """Plot the rise of the size of sets of classes without each input."""
    return _cost_bars(candidate, data, f"rise of the size of {COVERAGE:.0%} sets without the input [%]")


WIDTH_WITHOUT = Picture(
    "Width without an input",
    "Intervals of rows that lack one input alone, compared with those of rows with all inputs.",
    width_without,
)
