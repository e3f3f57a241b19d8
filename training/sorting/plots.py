"""Diagnostic plots of a sorter: bins, value and lots."""

import numpy as np
import numpy.typing as npt
import pandas as pd
import plotly.graph_objects as go

from models.interfaces.answers import COVERAGE
from models.sorting.values import oracle_bins, value_matrix
from physics.arrays import BoolArray, FloatArray
from reporting.drawing import empty
from reporting.style import BLUE, GREY, ORANGE, RED
from seeds.format.tasks.sorting import SD_OF
from training.core.dataset import Dataset
from training.core.splits import Split
from training.reports.class_pictures import signals_by_class
from training.reports.pictures import CURVE_ABSENT, WIDTH_WITHOUT, Picture
from training.sorting.class_plots import confused_classes, element_contents, reliability_of
from training.sorting.evaluate import AnalysedPieces, Decided, contents_of_lots, metric_of, rest_of, sds_of_lots
from training.sorting.fit import SortingCandidate, pieces_of

COLOURS = ("#1f77b4", "#e6820e", "#2a9d55", "#9467bd", "#c0392b", "#8c6d31", "#17a2b8", "#d36ba6", "#5b5b5b")
CURVE_POINTS = 300
CAUSES = ("misclassified", "uncertainty", "rejected unknown", "lot limit", "co-ejection")
MEAN_OF_LOTS = 15


def _judged(candidate: SortingCandidate, data: Dataset, parts: Split) -> tuple[Decided, AnalysedPieces]:
    """Return the test pieces and their decisions."""
    return candidate.answers[parts.test], pieces_of(data)[parts.test]


def _curve(lead: FloatArray, due: BoolArray, mass: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return recovery and purity of a bin over a falling threshold on its expected value's lead."""
    order = np.argsort(-lead, kind="stable")
    taken, right = np.cumsum(mass[order]), np.cumsum((mass * due)[order])
    steps = np.linspace(0, right[-1], CURVE_POINTS)
    shown = np.unique(np.minimum(np.searchsorted(right, steps), len(order) - 1))
    return right[shown] / right[-1], right[shown] / taken[shown]


def purity_and_recovery(candidate: SortingCandidate, data: Dataset, parts: Split) -> go.Figure:
    """Purity of each bin over its recovery, and where the sorter stands."""
    decided, pieces = _judged(candidate, data, parts)
    values, residue = value_matrix(data.seed), rest_of(data.seed)
    expected, oracle = decided.p @ values.T, oracle_bins(values, pieces.classes)
    figure = empty("recovery, by mass [%]", "purity, by mass [%]")
    for b, one in enumerate(data.seed.bins):
        if b == residue or not (oracle == b).any():
            continue
        lead = expected[:, b] - np.delete(expected, b, axis=1).max(axis=1)
        recovery, purity = _curve(lead, oracle == b, pieces.mass)
        line = {"color": COLOURS[b % len(COLOURS)]}
        figure.add_scatter(x=100 * recovery, y=100 * purity, mode="lines", line=line, name=one.name, legendgroup=b)
        name, metrics = one.name, candidate.metrics
        figure.add_scatter(
            x=[100 * metrics[f"test_{name}_recovery"]],
            y=[100 * metrics[f"test_{name}_purity"]],
            mode="markers",
            cliponaxis=False,
            marker={"size": 11, "color": line["color"], "line": {"color": "white", "width": 1.5}},
            name=f"{name}, as decided",
            legendgroup=b,
            showlegend=False,
        )
    figure.update_xaxes(range=[0, 102]).update_yaxes(range=[0, 102])
    return figure.update_layout(height=520, legend={"orientation": "v", "x": 1.02, "y": 1, "yanchor": "top"})


def value_lost(candidate: SortingCandidate, data: Dataset, parts: Split) -> go.Figure:
    """Plot the loss of decisions against the oracle, by cause."""
    m = candidate.metrics
    lost = [m[f"test_{metric_of(cause)}"] for cause in CAUSES]
    figure = empty("value lost [$/t of feed]", "")
    figure.add_bar(
        x=lost,
        y=CAUSES,
        orientation="h",
        marker_color=[GREY if cause == "co-ejection" else BLUE for cause in CAUSES],
        text=[f"{amount:.1f}" for amount in lost],
        textposition="outside",
        cliponaxis=False,
    )
    lines = (
        f"oracle {m['test_oracle_value']:.0f} $/t, as decided {m['test_value']:.0f} $/t, "
        f"all carried on {m['test_pass_value']:.0f} $/t"
    )
    y = {"automargin": True, "ticklabelstandoff": 6, "autorange": "reversed"}
    figure.update_layout(height=330, margin={"t": 60, "r": 60}, yaxis=y)
    return figure.update_layout(title={"text": lines, "font": {"size": 14}, "x": 0, "xref": "paper"})


def lots_against_limits(candidate: SortingCandidate, data: Dataset, parts: Split) -> go.Figure:
    """Plot each test lot's content of a limited element, or its dispersion, as a share of the limit."""
    names, held = _over_limits(candidate, data, parts)
    has_sd_limits = any(one.sd_limits for one in data.seed.bins)
    title = "mean content, or its standard deviation, in" if has_sd_limits else "mean content of"
    figure = empty(f"{title} the lot's bin over its limit [%]", "")
    for label, share in reversed(held.items()):
        filled = np.isfinite(share)
        figure.add_box(
            x=share[filled],
            name=label,
            text=names[filled],
            orientation="h",
            boxpoints="all",
            jitter=0.6,
            pointpos=0,
            marker={"size": 4, "color": BLUE, "opacity": 0.6},
            line={"width": 1},
            fillcolor="rgba(0,0,0,0)",
            showlegend=False,
        )
    figure.add_vline(x=100, line_color=RED)
    over, lots = candidate.metrics["test_lots_over_limit"], candidate.metrics["test_lots"]
    lines = (
        f"{over * lots:.0f} of {lots:.0f} lots break a limit ({over:.1%}); "
        f"{1 - data.seed.sorting_rules.confidence.value:.0%} of the lots may"
    )
    widest = max([100.0, *(float(np.nanmax(share)) for share in held.values())])
    figure.update_xaxes(range=[0, 1.1 * widest]).update_yaxes(automargin=True, ticklabelstandoff=6)
    figure.update_layout(height=150 + 34 * len(held), margin={"t": 60})
    return figure.update_layout(title={"text": lines, "font": {"size": 14}, "x": 0, "xref": "paper"})


def _over_limits(
    candidate: SortingCandidate, data: Dataset, parts: Split
) -> tuple[npt.NDArray[np.object_], dict[str, FloatArray]]:
    """Return test lots with their content by bin limit, shape (L,) [%]; empty without bin limits."""
    decided, pieces = _judged(candidate, data, parts)
    names, means = contents_of_lots(data.seed, decided, pieces)
    sds, shares = sds_of_lots(data.seed, decided, pieces), {}
    for b, one in enumerate(data.seed.bins):
        for e, column in enumerate(data.seed.elements):
            for limits, held, of in ((one.limits, means, ""), (one.sd_limits, sds, f"{SD_OF} ")):
                if (limit := limits.get(column.name)) is not None and np.isfinite(held[:, b, e]).any():
                    label = f"{one.name}: {of}{column.name} {limit.value:g} {limit.unit}"
                    shares[label] = 100 * held[:, b, e] / limit.value
    return names, shares


def accuracy_by_lot(candidate: SortingCandidate, data: Dataset, parts: Split) -> go.Figure:
    """Plot the share of each evaluated lot's mass with correct class over its time of passage."""
    figure = empty("start of the lot", "right class, by mass [%]")
    pieces, decided, start = pieces_of(data), candidate.answers, data.periods
    for rows, label, colour in ((parts.test, "future lots", BLUE), (parts.holdout_all, "held-out lots", ORANGE)):
        if not len(rows):
            continue
        right = pieces.mass[rows] * (decided[rows].likeliest == pieces.classes[rows])
        lots = pd.DataFrame({"right": right, "mass": pieces.mass[rows], "start": start[rows]})
        by_lot = lots.groupby(pieces.lots[rows]).agg({"right": "sum", "mass": "sum", "start": "first"})
        by_lot = by_lot.sort_values("start")
        share = 100 * by_lot["right"] / by_lot["mass"]
        marker = {"size": 5, "color": colour, "opacity": 0.6}
        figure.add_scatter(x=by_lot["start"], y=share, text=by_lot.index, mode="markers", marker=marker, name=label)
        running = by_lot[["right", "mass"]].rolling(MEAN_OF_LOTS, min_periods=1, center=True).sum()
        mean = 100 * running["right"] / running["mass"]
        line = {"color": colour, "width": 2}
        figure.add_scatter(x=by_lot["start"], y=mean, mode="lines", line=line, name=f"{label}, mean of {MEAN_OF_LOTS}")
    figure.add_vline(x=parts.test_from, line_dash="dash", line_color=GREY)
    return figure


def learning_curve(candidate: SortingCandidate, data: Dataset, parts: Split) -> go.Figure | None:
    """Return the test log loss over the number of latest training lots; None if not requested."""
    if (curve := candidate.curve) is None:
        return None
    figure = empty("training lots, latest before the test", "test log loss, by mass [1]")
    line = {"color": BLUE}
    figure.add_scatter(x=curve.periods, y=curve.error, mode="lines+markers", line=line, name="test log loss")
    return figure.update_layout(xaxis_rangemode="tozero", yaxis_rangemode="tozero")


def _has_limits(data: Dataset) -> bool:
    return any(one.is_limited for one in data.seed.bins)


def _has_elements(data: Dataset) -> bool:
    return bool(data.seed.elements)


PICTURES = (
    Picture(
        "Purity and recovery of each bin",
        "Test lots. A piece is right in the bin where its class is worth most. Line: that bin alone, for a rising lead "
        "that its expected value must have over all other bins (right to left), nothing refused and no limit of a lot. "
        "Dot: as decided, with refusals and limits.",
        purity_and_recovery,
    ),
    Picture(
        "Value lost, by cause",
        "Test lots, against an oracle that knows every piece's class, at the same values and without limits of lots. "
        "Wrong class: the most probable class is wrong. Doubt: it is right, but other classes were too probable for "
        "its bin. Limit of the lot: wanted in a bin that had to stay closed; below zero where closing it gained. "
        "Carried along: what the seed's share of co-ejected "
        "pieces costs on top, after the decision.",
        value_lost,
    ),
    Picture(
        "What the lots hold of their limits",
        "Test lots, a point each: mean content by the laboratory of what its bin received, co-ejected pieces of the "
        "lot's mean included, or the standard deviation of its pieces where the limit is on that. Right of the line "
        "the limit is broken. Bins that received nothing are left out.",
        lots_against_limits,
        _has_limits,
    ),
    Picture(
        "Confusion of classes, by mass",
        "Test lots. Row: what the laboratory says; column: the most probable class. Each row adds up to 100 %.",
        confused_classes,
    ),
    Picture(
        "Reliability of the probabilities",
        "Test lots, in groups of equal mass. On the dotted line a class that is given 80 % is right in 80 % of the "
        "mass. ECE: mean distance from it.",
        reliability_of,
    ),
    Picture(
        "Signals by class, and what the model looks at",
        "Left: median of each input in each class of the training lots, from the median of all pieces, in robust "
        "standard deviations (interquartile range / 1.35). "
        "Right: rise of the test log loss when the input is shuffled among the pieces. Inputs that move together share "
        "their importance.",
        signals_by_class,
    ),
    Picture(
        f"Element contents, measured and predicted, {COVERAGE:.0%} interval",
        "Test lots; the elements that the signals carry. Bars: the intervals of some of the answers. A few outliers "
        "lie outside the frames.",
        element_contents,
        _has_elements,
    ),
    WIDTH_WITHOUT,
    Picture(
        "Accuracy by lot over time",
        "Lots outside the training rows. The dashed line is the end of the training periods. A step is a change of the "
        "feed or a sensor.",
        accuracy_by_lot,
    ),
    Picture(
        "Learning curve",
        "Still falling on the right: a longer history would help. Rising: the old lots mislead.",
        learning_curve,
        absent=CURVE_ABSENT,
    ),
)
