"""Contributions of inputs on rows outside the training rows: plot, and signs against physics."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
from scipy.stats import rankdata, spearmanr

from models.explanations import Parts, explained
from models.interfaces.answers import Regressor
from models.processes.lookup import physics_of
from physics.arrays import FloatArray
from reporting.drawing import empty
from reporting.style import BLUE, RED
from seeds import Seed
from training.core.dataset import Dataset
from training.core.fitting import sample_rows
from training.core.splits import Split

MOST_ROWS = 300
MOST_COLUMNS = 15
FEWEST_ROWS = 30
LEAST_CORRELATION = 0.1  # of ranks: a weaker one is no direction
DOUBTLESS = 3.09  # standard deviations: one in a thousand
LEAST_SHARE = 0.02  # of all that moves the prediction: the sign of less is that of noise
COLOURS = [[0.0, BLUE], [1.0, RED]]


def judged_parts(candidate: Any, data: Dataset, parts: Split) -> Parts | None:
    """Return input contributions on at most 300 test rows; None if the candidate has no contributions."""
    return parts_on(candidate.model.estimator, data.X[parts.test], data.seed)


def parts_on(estimator: Regressor, X: FloatArray, seed: Seed) -> Parts | None:
    """Return input contributions on at most 300 rows; None if there are no contributions."""
    X = X[sample_rows(np.arange(len(X)), MOST_ROWS)]
    return explained(estimator, X, np.asarray(estimator.predict(X), dtype=np.float64), seed)


def contribution_dots(candidate: Any, data: Dataset, parts: Split) -> go.Figure | None:
    """Plot each input's contribution by row, coloured by its value; None without contributions."""
    contributions = judged_parts(candidate, data, parts)
    if contributions is None:
        return None
    order = np.argsort(np.abs(contributions.contributions).mean(axis=0), kind="stable")[-MOST_COLUMNS:]
    target = data.seed.target
    figure = empty(f"contribution to {target.name} [{target.unit}]", "")
    for place, column in enumerate(order):
        known = np.isfinite(contributions.values[:, column])
        contribution = contributions.contributions[known, column]
        figure.add_scatter(
            x=np.round(contribution, 4),
            y=np.round(place + _apart(contribution), 2),
            mode="markers",
            marker={
                "size": 4,
                "color": _shares(contributions.values[known, column]),
                "colorscale": COLOURS,
                "opacity": 0.7,
            },
            showlegend=False,
            hoverinfo="x",
        )
    labels = {column.name: column.label for column in data.seed.inputs}  # features show their unit separately
    names = [labels.get(contributions.names[i], f"{contributions.names[i]} [{contributions.units[i]}]") for i in order]
    axis = {"tickvals": list(range(len(order))), "ticktext": names, "automargin": True}
    return figure.update_layout(height=140 + 26 * len(order), yaxis=axis)


def _apart(contribution: FloatArray) -> FloatArray:
    """Heights, -0.35 to 0.35, that part rows which lie at the same place; the same at each drawing."""
    order = np.argsort(contribution, kind="stable")
    heights = np.empty(len(order))
    heights[order] = 0.35 * np.sin(2.4 * np.arange(len(order)))
    return heights


def _shares(values: FloatArray) -> FloatArray:
    """Rank of each value among all, from 0 to 1."""
    return np.asarray(np.round(rankdata(values) / max(1, len(values)), 2))


@dataclass(frozen=True)
class Direction:
    """Direction of a column's contributions over its value.

    Attributes
    ----------
    name : str
        Of the column.
    expected : int
        By physics: +1 up, -1 down.
    correlation : float
        Of the ranks of value and contribution [1].
    rows : int
        On how many rows.
    """

    name: str
    expected: int
    correlation: float
    rows: int

    @property
    def against(self) -> bool:
        """Return whether the direction contradicts physics."""
        return self.expected * self.correlation < -LEAST_CORRELATION

    @property
    def is_doubtless(self) -> bool:
        """Return whether the direction contradicts physics significantly.

        Fisher's transform of the correlation of n rows without any direction spreads by 1 over the root of n - 3.
        """
        size = np.arctanh(min(abs(self.correlation), 1 - 1e-9)) * np.sqrt(self.rows - 3)
        return self.against and bool(size > DOUBTLESS)


def directions(contributions: Parts, seed: Seed) -> list[Direction]:
    """Directions of all columns whose sign physics is sure of and that move the predictions.

    Parameters
    ----------
    contributions : Parts
        Contributions of test rows.
    seed : Seed
        The process; signs of features come from its physics.
    """
    physics = physics_of(seed)
    signs: dict[str, int] = {column.name: column.sign for column in seed.inputs}
    signs |= {feature.name: feature.sign for feature in physics.FEATURES} if physics is not None else {}
    size = np.abs(contributions.contributions).mean(axis=0)
    moves = dict(zip(contributions.names, size > LEAST_SHARE * size.sum(), strict=True))
    ways = []
    for name, value, part in zip(
        contributions.names, contributions.values.T, contributions.contributions.T, strict=True
    ):
        known = np.isfinite(value)
        if not signs[name] or not moves[name] or known.sum() < FEWEST_ROWS:
            continue
        if np.ptp(value[known]) == 0 or np.ptp(part[known]) == 0:
            continue
        correlation = float(spearmanr(value[known], part[known]).statistic)
        ways.append(Direction(name, signs[name], correlation, int(known.sum())))
    return ways


def signs_section(candidate: Any, data: Dataset, parts: Split) -> list[str]:
    """Section of the model card on the signs of contributions."""
    contributions = judged_parts(candidate, data, parts)
    head = ["## Signs against physics", ""]
    if contributions is None:
        return [*head, "Not looked at: what this candidate computes is no sum over its inputs.", ""]
    ways = directions(contributions, data.seed)
    if not ways:
        return [*head, "Physics is sure of no sign among the columns that moved this model on the test rows.", ""]
    against = [way for way in ways if way.against]
    rows = f"{len(contributions.base)} test rows"
    lines = [
        f"- `{way.name}`: the prediction should {'rise' if way.expected > 0 else 'fall'} with it, its contribution "
        f"{'falls' if way.expected > 0 else 'rises'} (correlation of ranks {way.correlation:.2f})"
        for way in against
    ]
    subject = f"{len(ways)} columns whose sign physics is sure of and that move this model on {rows}"
    message = (
        f"{len(against)} of {subject} move it the other way:"
        if against
        else f"None of {subject} moves it the other way."
    )
    about = "The contribution of a column depends on the other columns; it is no effect of a set-point."
    return [*head, message, "", *lines, *([""] if lines else []), about, ""]
