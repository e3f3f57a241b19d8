"""Pieces as a model sees them: what decisions, contents and flags share is computed once."""

from __future__ import annotations

from functools import cached_property
from typing import Protocol

from models.sorting.contents import Contents
from models.sorting.decision import DecidedPieces, SortingLine
from models.uncertainty.novelty import Novelty
from physics.arrays import BoolArray, FloatArray
from seeds import Seed


class Sorter(Protocol):
    """Members of a `models.sorting.model.SortingModel` that its pieces and its set-points read."""

    @property
    def seed(self) -> Seed:
        """Seed of the process at training time."""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the inputs, in the order of X's columns."""

    @property
    def line(self) -> SortingLine:
        """The sorting line."""

    @property
    def risk_price(self) -> float:
        """Cost of a broken limit, for each kilogram of its lot's feed [$/kg]."""

    @property
    def contents(self) -> Contents:
        """Element contents."""

    @property
    def novelty(self) -> Novelty:
        """Novelty detector."""

    def calibrated(self, seen: PieceFeatures) -> FloatArray:
        """Calibrated probabilities of the classes of pieces, shape (n, K)."""

    def widened(self, X: FloatArray, variance: FloatArray) -> FloatArray:
        """Return variances of contents, shape (n, E) [wt%²], larger where inputs are missing."""

    def seen(self, X: FloatArray | PieceFeatures, p: FloatArray | None = None) -> PieceFeatures:
        """Pieces as the model sees them."""

    def pieces(self, seen: PieceFeatures, values: FloatArray) -> DecidedPieces:
        """Return the pieces in order, with their value in each bin."""


class PieceFeatures:
    """Inputs of n pieces and derived quantities of a model, each computed once on first use.

    Parameters
    ----------
    model : Sorter
        The model.
    X : ndarray, shape (n, k)
        Inputs in plant units, columns as in its `names`; NaN is missing.
    p : ndarray, shape (n, K), optional
        Class probabilities, where they are known already.
    """

    def __init__(self, model: Sorter, X: FloatArray, p: FloatArray | None = None) -> None:
        self._model, self.X, self._p = model, X, p

    @cached_property
    def signals(self) -> FloatArray:
        """Inputs and all physics features, shape (n, k + f)."""
        return self._model.contents.signals.columns(self.X)

    @cached_property
    def p(self) -> FloatArray:
        """Calibrated class probabilities, shape (n, K)."""
        return self._model.calibrated(self) if self._p is None else self._p

    @cached_property
    def contents(self) -> tuple[FloatArray, FloatArray]:
        """Contents and the variances of their errors, shape (n, E) each [wt%, wt%²]."""
        content, variance = self._model.contents.estimate(self.signals, self.p)
        return content, self._model.widened(self.X, variance)

    @cached_property
    def novel(self) -> BoolArray:
        """Return whether each piece is novel, shape (n,)."""
        return self._model.novelty.novel(self.X)
