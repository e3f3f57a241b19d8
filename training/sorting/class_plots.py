"""Diagnostic plots of a sorter: classes, probabilities and element contents."""

import numpy as np
import plotly.graph_objects as go

from reporting.drawing import panelled
from reporting.style import BLUE, LAYOUT
from training.core.dataset import Dataset
from training.core.splits import Split
from training.reports.class_pictures import confused, reliable
from training.reports.pictures import thinned
from training.sorting.fit import SortingCandidate, pieces_of

ELEMENT_COLUMNS = 3
ELEMENT_HEIGHT = 300
ELEMENT_POINTS = 600
ELEMENT_BARS = 40
FRAMED = 0.995  # share of the points that a frame holds at least


def confused_classes(candidate: SortingCandidate, data: Dataset, parts: Split) -> go.Figure:
    """Plot the confusion matrix of classes."""
    pieces = pieces_of(data)[parts.test]
    most_probable = candidate.answers[parts.test].likeliest
    return confused(most_probable, pieces.classes, pieces.mass, list(data.seed.classes), "the mass")


def reliability_of(candidate: SortingCandidate, data: Dataset, parts: Split) -> go.Figure:
    """Plot the accuracy of the most probable class over its probability."""
    pieces, p = pieces_of(data)[parts.test], candidate.answers.p[parts.test]
    name = f"test lots, ECE {candidate.metrics['test_ece']:.3f}"
    return reliable(p, pieces.classes, pieces.mass, "the mass", "right, by mass [%]", name)


def element_contents(candidate: SortingCandidate, data: Dataset, parts: Split) -> go.Figure:
    """Content of each element that the signals carry, predicted over measured."""
    lines = candidate.answers.elements
    columns = [column for column in data.seed.elements if column.name in lines]
    down = max(1, -(-len(columns) // ELEMENT_COLUMNS))
    titles = [f"{column.name} [{column.unit}]" for column in columns] or ["no element is carried by the signals"]
    figure = panelled(
        rows=down, cols=ELEMENT_COLUMNS, subplot_titles=titles, vertical_spacing=0.32 / down, horizontal_spacing=0.07
    )
    figure.update_layout(LAYOUT).update_layout(height=90 + ELEMENT_HEIGHT * down, showlegend=False, margin={"t": 50})
    rows = thinned(parts.test, ELEMENT_POINTS)
    for place, column in enumerate(columns):
        row, col = 1 + place // ELEMENT_COLUMNS, 1 + place % ELEMENT_COLUMNS
        measured = data.contents[rows, [one.name for one in data.seed.elements].index(column.name)]
        answer = lines[column.name]
        barred = np.where(np.isin(rows, thinned(rows, ELEMENT_BARS)), 1.0, np.nan)
        bars = {
            "array": (answer.high[rows] - answer.value[rows]) * barred,
            "arrayminus": (answer.value[rows] - answer.low[rows]) * barred,
            "thickness": 0.6,
            "width": 0,
            "color": BLUE,
        }
        marker = {"size": 4, "color": BLUE, "opacity": 0.5}
        points = {"x": measured, "y": answer.value[rows], "error_y": bars}
        figure.add_scatter(**points, mode="markers", marker=marker, name=column.name, row=row, col=col)
        top = 1.05 * max(np.nanquantile(measured, FRAMED), np.nanquantile(answer.value[rows], FRAMED))
        ends = [-0.05 * top, float(top)]
        line = {"color": "black", "dash": "dot", "width": 1}
        figure.add_scatter(x=ends, y=ends, mode="lines", line=line, name="equal", row=row, col=col)
        figure.update_xaxes(title_text=f"measured [{column.unit}]", title_standoff=4, range=ends, row=row, col=col)
        figure.update_yaxes(title_text=f"predicted [{column.unit}]", title_standoff=4, range=ends, row=row, col=col)
    return figure
