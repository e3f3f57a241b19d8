"""Diagnostic plots of a classifier."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from reporting.drawing import by_month, empty
from reporting.style import BLUE, GREY, ORANGE
from training.classification.fit import ClassificationCandidate, classes_of
from training.core.dataset import Dataset
from training.core.splits import Split
from training.reports.class_pictures import confused, reliable, signals_by_class
from training.reports.pictures import CURVE_ABSENT, Picture, has_time, set_size_without


def confused_classes(candidate: ClassificationCandidate, data: Dataset, parts: Split) -> go.Figure:
    """Plot the confusion matrix of classes."""
    classes = classes_of(data, parts.test)
    most_probable = candidate.answers[parts.test].likeliest
    return confused(most_probable, classes, np.ones(len(classes)), list(data.seed.classes), "the rows")


def reliability_of(candidate: ClassificationCandidate, data: Dataset, parts: Split) -> go.Figure:
    """Plot the accuracy of the most probable class over its probability."""
    classes = classes_of(data, parts.test)
    name = f"future periods, ECE {candidate.metrics['test_ece']:.3f}"
    return reliable(candidate.answers.p[parts.test], classes, np.ones(len(classes)), "the rows", "right [%]", name)


def accuracy_by_month(candidate: ClassificationCandidate, data: Dataset, parts: Split) -> go.Figure:
    """Share of rows whose class is predicted rightly, month by month."""
    figure = empty("month", "right class [%]")
    right = 100.0 * (candidate.answers.likeliest == data.y)
    for rows, label, colour in (
        (parts.test, "future periods", BLUE),
        (parts.holdout_all, "held-out units", ORANGE),
    ):
        monthly = pd.Series(right[rows]).groupby(by_month(data.periods[rows]))
        figure.add_scatter(
            x=monthly.mean().index,
            y=monthly.mean().to_numpy(),
            text=[f"{n} rows" for n in monthly.count()],
            mode="lines+markers",
            line={"color": colour},
            name=label,
        )
    return figure.add_vline(x=parts.test_from, line_dash="dash", line_color=GREY)


def learning_curve(candidate: ClassificationCandidate, data: Dataset, parts: Split) -> go.Figure | None:
    """Return the test log loss over the number of latest training periods; None if not requested."""
    if (curve := candidate.curve) is None:
        return None
    figure = empty("training periods, latest before the test", "test log loss [1]")
    line = {"color": BLUE}
    figure.add_scatter(x=curve.periods, y=curve.error, mode="lines+markers", line=line, name="test log loss")
    return figure.update_layout(xaxis_rangemode="tozero", yaxis_rangemode="tozero")


PICTURES = (
    Picture(
        "Confusion of classes",
        "Test rows. Row: what was reported; column: the most probable class. Each row adds up to 100 %.",
        confused_classes,
    ),
    Picture(
        "Reliability of the probabilities",
        "Test rows, in groups of equal size. On the dotted line a class that is given 80 % is right in 80 % of the "
        "rows. ECE: mean distance from it.",
        reliability_of,
    ),
    Picture(
        "Inputs by class, and what the model looks at",
        "Left: median of each input in each class of the training rows, from the median of all, in robust standard "
        "deviations (interquartile range / 1.35). Right: rise of the test log loss when the input is shuffled among "
        "the rows. Inputs that move together share their importance.",
        signals_by_class,
    ),
    Picture(
        "Right class by month",
        "Rows outside the training rows. The dashed line is the end of the training periods. A step is a change of "
        "the plant or a sensor.",
        accuracy_by_month,
        has_time,
    ),
    Picture(
        "Size of the set of classes without an input",
        "Sets of rows that lack one input alone, compared with those of rows with all inputs.",
        set_size_without,
    ),
    Picture(
        "Learning curve",
        "Still falling on the right: a longer history would help. Rising: the old periods mislead.",
        learning_curve,
        absent=CURVE_ABSENT,
    ),
)
