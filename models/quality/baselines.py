"""Baselines for lots: the last available assay, and first principles only."""

from __future__ import annotations

from typing import Self

import numpy as np
import numpy.typing as npt

from models.interfaces.physics import AnyPhysics
from models.quality.linear import LotEstimator, level, losses, lot_labels
from models.quality.losses import ContentLoss, Loss
from models.table.inputs import by_name, checked_rows, medians
from physics.arrays import FloatArray


class LastAssay(LotEstimator):
    """Baseline of the last available assay; defects, and contents without an assay, by their mean.

    Parameters
    ----------
    columns : tuple of int, length of the contents
        Which column of X holds the last assay of each content; -1 where none does.
    defects : int
        How many of the outputs, at the end, are defects.

    Attributes
    ----------
    start_ : ndarray, shape (m,)
        Mean logarithm of each content, log-odds of each defect.
    """

    STORED = ("n_features_in_", "start_")

    def __init__(self, columns: tuple[int, ...] = (), defects: int = 0) -> None:
        self.columns = columns
        self.defects = defects

    def fit(self, X: npt.ArrayLike, Y: npt.ArrayLike) -> Self:
        """Learn the means of Y, shape (n, m)."""
        _, labels = lot_labels(self, X, Y)
        kinds = losses(labels.shape[1], self.defects)
        self.start_ = np.array([level(label, kind) for label, kind in zip(labels.T, kinds, strict=True)])
        return self

    def predict(self, X: npt.ArrayLike) -> FloatArray:
        """Logarithms of the contents and log-odds of the defects, shape (n, m)."""
        self._needs("start_")
        rows = checked_rows(self, X)
        predictions = np.tile(self.start_, (len(rows), 1))
        for output, column in enumerate(self.columns):
            if column >= 0:
                last = rows[:, column]
                predictions[:, output] = np.where(
                    last > 0, np.log(np.where(last > 0, last, 1.0)), predictions[:, output]
                )
        return predictions

    def contributions(self, X: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Distance of the last assay from the mean logarithm, of its column alone."""
        predicted = self.predict(X)
        parts = np.zeros((*X.shape, predicted.shape[1]))
        for output, column in enumerate(self.columns):
            if column >= 0:
                parts[:, column, output] = predicted[:, output] - self.start_[output]
        return X, parts


class FirstPrinciplesContents(LotEstimator):
    """Baseline of the process's physics with one fitted factor a content; others by their mean.

    Missing inputs take their training median, or the seed's typical mean where training has no value at all.

    Parameters
    ----------
    physics : Physics
        Physics of the plant, which has `contents`.
    inputs : tuple of str, length k
        Names of the columns of X.
    typical : tuple of float, length k
        Typical mean of each input.
    elements : tuple of str
        Names of the outputs that are contents.
    defects : int
        How many outputs follow that are defects.

    Attributes
    ----------
    fill_ : ndarray, shape (k,)
        What a missing input counts as.
    start_ : ndarray, shape (m,)
        Correction added to the logarithm by physics, or the mean logarithm if physics has none.
    mean_ : ndarray, shape (m,)
        Prediction for a lot for which physics has no answer.
    """

    STORED = ("n_features_in_", "fill_", "start_", "mean_")

    def __init__(
        self,
        physics: AnyPhysics,
        inputs: tuple[str, ...],
        typical: tuple[float, ...],
        elements: tuple[str, ...],
        defects: int = 0,
    ) -> None:
        self.physics = physics
        self.inputs = inputs
        self.typical = typical
        self.elements = elements
        self.defects = defects

    def fit(self, X: npt.ArrayLike, Y: npt.ArrayLike) -> Self:
        """Learn the factors from X, shape (n, k), and Y, shape (n, m)."""
        rows, labels = lot_labels(self, X, Y)
        self.fill_ = medians(rows, self.typical)
        computed = self._computed(rows, labels.shape[1])
        kinds = losses(labels.shape[1], self.defects)
        self.start_ = np.array(
            [_offset(label, raw, kind) for label, raw, kind in zip(labels.T, computed.T, kinds, strict=True)]
        )
        answered = np.maximum(1, (~np.isnan(computed)).sum(axis=0))
        self.mean_ = np.nansum(computed, axis=0) / answered + self.start_
        return self

    def _computed(self, X: FloatArray, outputs: int) -> FloatArray:
        """Return the logarithm of each content by physics, shape (n, outputs); 0 if physics has none."""
        filled = np.where(np.isnan(X), self.fill_, X)
        with np.errstate(all="ignore"):
            contents = self.physics.contents(by_name(filled, self.inputs))
            raw = np.zeros((len(X), outputs))
            for output, name in enumerate(self.elements):
                if name in contents:
                    raw[:, output] = np.log(np.broadcast_to(contents[name], len(X)))
        return np.where(np.isfinite(raw), raw, np.nan)

    def predict(self, X: npt.ArrayLike) -> FloatArray:
        """Logarithms of the contents and log-odds of the defects, shape (n, m)."""
        self._needs("start_")
        raw = self._computed(checked_rows(self, X), len(self.start_)) + self.start_
        # Where physics has no answer for a row, the mean of those that it had in training.
        predictions: FloatArray = np.where(np.isnan(raw), self.mean_, raw)
        return predictions


def _offset(label: FloatArray, raw: FloatArray, kind: Loss) -> float:
    """Constant that, added to the raw prediction, fits the labels."""
    known = ~np.isnan(raw) & ~np.isnan(label)
    if not isinstance(kind, ContentLoss) or not known.any():
        return level(label, kind)
    return level(label[known] / np.exp(raw[known]), kind)
