"""Assays of a plant as errors of a grader, and as evidence of its guarantee."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from models.quality.censoring import score
from models.quality.model import QualityModel
from models.uncertainty.guarantees import RepeatedTest
from physics.arrays import BoolArray, FloatArray


def errors_of(model: QualityModel, reported: FloatArray, X: FloatArray) -> FloatArray:
    """Return errors of logarithms without an offset, shape (n, E); NaN where nothing was reported.

    Parameters
    ----------
    model : QualityModel
        The grader.
    reported : ndarray, shape (n, E)
        Contents; -L is "below L", whose error is the mean of the errors that it may have.
    X : ndarray, shape (n, k)
        Inputs of the lots.
    """
    spread = model.own_scatter.spread
    gradient, _ = score(reported, model.estimated(X)[:, : reported.shape[1]], spread)
    return np.where(np.isnan(reported), np.nan, gradient * spread**2)


def tested(model: QualityModel, reported: FloatArray, X: FloatArray, units: Sequence[str]) -> RepeatedTest:
    """Return the test of the withdrawn guarantee after further lots; parameters as of `errors_of`.

    The lots that count are those that the threshold of its training would release.
    """
    assert model.transfer is not None
    rules, broken = model.seed.quality_rules, _broken(model, reported, X, units)
    return model.transfer.test.taken(broken, rules.alpha.value, rules.confidence.value)


def _broken(model: QualityModel, reported: FloatArray, X: FloatArray, units: Sequence[str]) -> BoolArray:
    """Return whether lots that would be released break their grade by their assay, in their order."""
    assert model.transfer is not None
    within, grade = model.limits.kept(reported), np.full(len(X), -1)
    for part, lots in replace(model, threshold=model.transfer.threshold).parts(X, units):
        grade[lots] = part.assess(X[lots]).decided.grade
    counted = (grade >= 0) & (grade < within.shape[1] - 1) & ~np.isnan(within).any(axis=1)
    lots = np.flatnonzero(counted)
    return np.asarray(within[lots, grade[lots]] == 0)
