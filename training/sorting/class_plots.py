"""What an engineer looks at before believing a sorter: classes, probabilities, signals and element contents."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from pages.drawing import empty
from pages.style import BLUE, LAYOUT
from physics.arrays import FloatArray
from training.classes.calibration import reliability
from training.dataset import Dataset
from training.reports.pictures import MOST_INPUTS, thinned
from training.sorting.evaluate import confusion
from training.sorting.fit import SortingCandidate, pieces_of
from training.splits import Split

ELEMENT_COLUMNS = 3
ELEMENT_HEIGHT = 300
ELEMENT_POINTS = 600
ELEMENT_BARS = 40
MOST_DEVIATIONS = 3.0
IQR_OF_NORMAL = 1.349  # interquartile range of a normal distribution in standard deviations
FRAMED = 0.995  # share of the points that a frame holds at least


def confused_classes(candidate: SortingCandidate, data: Dataset, parts: Split) -> go.Figure:
    """Which class is taken for which."""
    names, pieces = list(data.seed.classes), pieces_of(data)[parts.test]
    mass = confusion(candidate.answers[parts.test].likeliest, pieces.classes, pieces.mass, len(names))
    total = mass.sum(axis=1, keepdims=True)
    share = 100 * mass / np.where(total > 0, total, np.nan)
    rows = [f"{name} ({weight:.1%} of the mass)" for name, weight in zip(names, total[:, 0] / total.sum(), strict=True)]
    figure = empty("most probable class", "")
    figure.add_heatmap(
        z=share,
        x=names,
        y=rows,
        zmin=0,
        zmax=100,
        colorscale="Blues",
        text=np.where(share >= 0.05, np.char.mod("%.1f", np.nan_to_num(share)), ""),
        texttemplate="%{text}",
        colorbar={"title": {"text": "share of the row [%]", "side": "right"}},
    )
    figure.update_xaxes(type="category").update_yaxes(type="category", autorange="reversed", automargin=True)
    return figure.update_layout(height=150 + 36 * len(names), yaxis={"ticklabelstandoff": 6})


def reliability_of(candidate: SortingCandidate, data: Dataset, parts: Split) -> go.Figure:
    """How often the most probable class is right where it is given some probability."""
    pieces = pieces_of(data)[parts.test]
    groups = reliability(candidate.answers.p[parts.test], pieces.classes, pieces.mass)
    figure = empty("probability of the most probable class [%]", "right, by mass [%]")
    figure.add_scatter(
        x=100 * groups["confidence"],
        y=100 * groups["accuracy"],
        text=[f"{mass:.1%} of the mass" for mass in groups["mass"]],
        mode="lines+markers",
        marker={"size": 8, "color": BLUE},
        name=f"test lots, ECE {candidate.metrics['test_ece']:.3f}",
    )
    low = 100 * float(min(groups["confidence"].min(), groups["accuracy"].min()))
    line = {"color": "black", "dash": "dot", "width": 1}
    figure.add_scatter(x=[low, 100], y=[low, 100], mode="lines", line=line, name="as often as predicted")
    return figure.update_layout(showlegend=True)


def _standardised(data: Dataset, parts: Split) -> FloatArray:
    """Median of each input in each class of the learnt pieces, shape (k, K), in robust standard deviations of all."""
    X, y = data.X[parts.learnt], data.y[parts.learnt]
    found = np.full((X.shape[1], len(data.seed.classes)), np.nan)
    for j, column in enumerate(X.T):
        known = ~np.isnan(column)
        if known.any():
            low, middle, high = np.quantile(column[known], (0.25, 0.5, 0.75))
            of_class = pd.Series(column[known]).groupby(y[known].astype(int)).median()
            # An input that most pieces share tells nothing of most pieces.
            found[j, of_class.index] = (of_class - middle) / ((high - low) / IQR_OF_NORMAL) if high > low else np.nan
    return found


def signals_by_class(candidate: SortingCandidate, data: Dataset, parts: Split) -> go.Figure:
    """Signals that tell classes apart, beside those that the model looks at."""
    order = np.argsort(candidate.importance, kind="stable")[-MOST_INPUTS:]
    names = [f"{data.seed.inputs[i].name} [{data.seed.inputs[i].unit}]" for i in order]
    figure = make_subplots(cols=2, shared_yaxes=True, column_widths=[0.62, 0.38], horizontal_spacing=0.14)
    figure.update_layout(LAYOUT)
    figure.add_heatmap(
        z=_standardised(data, parts)[order],
        x=list(data.seed.classes),
        y=names,
        zmin=-MOST_DEVIATIONS,
        zmax=MOST_DEVIATIONS,
        colorscale="RdBu_r",
        colorbar={"x": 0.545, "xanchor": "left", "thickness": 14, "title": {"text": "deviations", "side": "right"}},
        col=1,
        row=1,
    )
    figure.add_bar(
        x=candidate.importance[order], y=names, orientation="h", marker_color=BLUE, showlegend=False, col=2, row=1
    )
    figure.update_xaxes(type="category", title_text="class by the laboratory", col=1)
    figure.update_xaxes(title_text="rise of the log loss [1]", col=2)
    figure.update_yaxes(automargin=True, ticklabelstandoff=6, col=1)
    return figure.update_layout(height=140 + 22 * len(order))


def element_contents(candidate: SortingCandidate, data: Dataset, parts: Split) -> go.Figure:
    """Content of each element that the signals carry, predicted over measured."""
    lines = candidate.answers.elements
    columns = [column for column in data.seed.elements if column.name in lines]
    down = max(1, -(-len(columns) // ELEMENT_COLUMNS))
    titles = [f"{column.name} [{column.unit}]" for column in columns] or ["no element is carried by the signals"]
    figure = make_subplots(
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
