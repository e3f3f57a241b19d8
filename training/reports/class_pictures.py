"""Plots of predicted classes: confusion matrix, reliability, and inputs that separate the classes."""

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from physics.arrays import FloatArray, IntArray
from reporting.drawing import empty, panelled
from reporting.style import BLUE, LAYOUT
from training.core.class_calibration import reliability
from training.core.class_losses import confusion
from training.core.dataset import Dataset
from training.core.splits import Split
from training.reports.pictures import MOST_INPUTS

MOST_DEVIATIONS = 3.0
IQR_OF_NORMAL = 1.349  # interquartile range of a normal distribution in standard deviations


def confused(most_probable: IntArray, classes: IntArray, weight: FloatArray, names: list[str], of: str) -> go.Figure:
    """Plot the confusion matrix in shares of each class.

    Parameters
    ----------
    most_probable, classes : ndarray of int, shape (n,)
        Most probable class of each row, and the right one.
    weight : ndarray, shape (n,)
        What each row counts for.
    names : list of str
        The classes.
    of : str
        What shares are of, such as "the mass".
    """
    cells = confusion(most_probable, classes, weight, len(names))
    total = cells.sum(axis=1, keepdims=True)
    share = 100 * cells / np.where(total > 0, total, np.nan)
    rows = [f"{name} ({part:.1%} of {of})" for name, part in zip(names, total[:, 0] / total.sum(), strict=True)]
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


def reliable(p: FloatArray, classes: IntArray, weight: FloatArray, of: str, right: str, name: str) -> go.Figure:
    """Plot the accuracy of the most probable class over its probability.

    Parameters
    ----------
    p : ndarray, shape (n, K)
        Class probabilities.
    classes : ndarray of int, shape (n,)
        The right class of each row.
    weight : ndarray, shape (n,)
        What each row counts for.
    of, right, name : str
        What shares are of, the upright axis, and what the line is called.
    """
    groups = reliability(p, classes, weight)
    figure = empty("probability of the most probable class [%]", right)
    figure.add_scatter(
        x=100 * groups["confidence"],
        y=100 * groups["accuracy"],
        text=[f"{part:.1%} of {of}" for part in groups["weight"]],
        mode="lines+markers",
        marker={"size": 8, "color": BLUE},
        name=name,
    )
    low = 100 * float(min(groups["confidence"].min(), groups["accuracy"].min()))
    line = {"color": "black", "dash": "dot", "width": 1}
    figure.add_scatter(x=[low, 100], y=[low, 100], mode="lines", line=line, name="as often as predicted")
    return figure.update_layout(showlegend=True)


def _standardised(data: Dataset, parts: Split) -> FloatArray:
    """Return the training median of each input by class, shape (k, K), in robust standard deviations."""
    X, y = data.X[parts.learnt], data.y[parts.learnt]
    medians = np.full((X.shape[1], len(data.seed.classes)), np.nan)
    for j, column in enumerate(X.T):
        known = ~np.isnan(column)
        if known.any():
            low, middle, high = np.quantile(column[known], (0.25, 0.5, 0.75))
            of_class = pd.Series(column[known]).groupby(y[known].astype(int)).median()
            # An input with equal values in most rows distinguishes no classes there.
            medians[j, of_class.index] = (of_class - middle) / ((high - low) / IQR_OF_NORMAL) if high > low else np.nan
    return medians


def signals_by_class(candidate: Any, data: Dataset, parts: Split) -> go.Figure:
    """Plot inputs that separate classes, next to those that the model uses."""
    order = np.argsort(candidate.importance, kind="stable")[-MOST_INPUTS:]
    names = [data.seed.inputs[i].label for i in order]
    figure = panelled(cols=2, shared_yaxes=True, column_widths=[0.62, 0.38], horizontal_spacing=0.14)
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
