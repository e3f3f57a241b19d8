"""Errors of responses and costs of decisions over time, and by unit, version and regime."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.quality.censoring import below_limit
from models.quality.outcomes import covered
from monitoring.drift.residuals import class_codes
from monitoring.drift.results import Cost, Figures
from monitoring.drift.rows import PREDICTION, SHADOW_PREDICTION, SHADOW_VERSION, Answered, answered
from physics.arrays import BoolArray, FloatArray
from seeds import Seed

WORST_UNITS = 12
FEWEST_OF_UNIT = 3


@dataclass(frozen=True, eq=False)
class Measured:
    """Errors of one quantity on n rows; NaN where no outcome is known.

    Attributes
    ----------
    quantity : str
        Its name.
    error : ndarray, shape (n,)
        Outcome less answer [its unit]; of a class 1 where it is wrong, else 0.
    inside : ndarray, shape (n,), or None
        1 where the interval holds the outcome, else 0; None of classes.
    """

    quantity: str
    error: FloatArray
    inside: FloatArray | None


def measured(rows: Answered, seed: Seed) -> list[Measured]:
    """Errors of all that was answered and has outcomes."""
    quantities = []
    if seed.classes:
        code, predicted = class_codes(rows.table, seed), rows.label
        right = np.array(
            [code >= 0 and label == seed.classes[code] for code, label in zip(code, predicted, strict=True)]
        )
        known = (code >= 0) & np.array([label is not None for label in predicted], dtype=np.bool_)
        quantities.append(Measured(seed.target.name, np.where(known, 1.0 - right, np.nan), None))
    for name, answer in rows.said.items():
        outcome = rows.table[name].to_numpy(dtype=np.float64)
        error = np.where(below_limit(outcome), np.nan, outcome - answer.value)
        known = ~np.isnan(outcome) & ~np.isnan(answer.low)
        quantities.append(Measured(name, error, np.where(known, covered(outcome, answer), np.nan)))
    return quantities


def figures(one: Measured, rows: Answered, which: BoolArray, of: str, seed: Seed) -> Figures | None:
    """Figures of a quantity on some of the rows; None where no outcome is known."""
    known = which & ~np.isnan(one.error)
    if not known.any():
        return None
    error = one.error[known]
    is_class = one.inside is None and bool(seed.classes)
    inside = None if one.inside is None else one.inside[which & ~np.isnan(one.inside)]
    promised = rows.coverage[which]
    promised = promised[~np.isnan(promised)]
    return Figures(
        quantity=one.quantity,
        of=of,
        rows=int(known.sum()),
        error=float(np.abs(error).mean()),
        bias=None if is_class else float(error.mean()),
        coverage=None if inside is None or not len(inside) else float(inside.mean()),
        promised=None if is_class or not len(promised) else float(promised.mean()),
    )


def grouped(
    quantities: Sequence[Measured], rows: Answered, groups: npt.NDArray[Any], seed: Seed, names: Mapping[Any, str]
) -> list[Figures]:
    """Figures of each quantity in each group of rows that `names` has, in its order."""
    every = [figures(one, rows, groups == group, name, seed) for group, name in names.items() for one in quantities]
    return [one for one in every if one is not None]


def in_shadow(recorded: pd.DataFrame, seed: Seed, before: pd.DataFrame) -> list[Figures]:
    """Figures of the latest version in shadow and of the served responses to the same rows, if any.

    See `monitoring.drift.rows.answered`, whose rows these are.
    """
    if SHADOW_VERSION not in recorded:
        return []
    version = recorded[SHADOW_VERSION].max()
    both = recorded[recorded[SHADOW_VERSION] == version]
    theirs = answered(both, seed, before)
    own = answered(both.assign(**{PREDICTION: both[SHADOW_PREDICTION]}), seed, before)
    names = {f"version {version:.0f} in shadow": own, "answered to the same rows": theirs}
    every = [
        figures(one, rows, np.ones(len(rows), np.bool_), name, seed)
        for name, rows in names.items()
        for one in measured(rows, seed)
    ]
    return [one for one in every if one is not None]


def worst_units(quantities: Sequence[Measured], rows: Answered, units: npt.NDArray[Any], seed: Seed) -> list[Figures]:
    """Units and quantities with the largest errors, by the quantity's mean error over all units."""
    code, names = pd.factorize(units)
    ranked: list[tuple[float, int, Measured]] = []
    for one in quantities:
        known = ~np.isnan(one.error)
        size, count = np.abs(one.error[known]), np.bincount(code[known], minlength=len(names))
        if not known.any() or not size.any():
            continue
        mean = np.bincount(code[known], size, minlength=len(names)) / np.maximum(count, 1) / size.mean()
        mean[count < FEWEST_OF_UNIT] = -1.0
        ranked += [(float(mean[i]), int(i), one) for i in np.argsort(-mean)[:WORST_UNITS] if mean[i] >= 0]
    ranked.sort(key=lambda each: -each[0])
    every = [figures(one, rows, code == i, str(names[i]), seed) for _, i, one in ranked[:WORST_UNITS]]
    return [one for one in every if one is not None]


def costs(cost: FloatArray, unit: str, step: npt.NDArray[Any], names: Mapping[Any, str]) -> Iterator[Cost]:
    """Mean cost of all rows and of each step that `names` has."""
    known = ~np.isnan(cost)
    if known.any():
        yield Cost("all", int(known.sum()), float(cost[known].mean()), unit)
    for group, name in names.items():
        own = known & (step == group)
        if own.any():
            yield Cost(name, int(own.sum()), float(cost[own].mean()), unit)
