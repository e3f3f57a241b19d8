"""Pieces as a model sees them: what decisions, contents and flags share is computed once."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from physics.arrays import BoolArray, FloatArray

if TYPE_CHECKING:
    from models.sorting.model import SortingModel


class Seen:
    """Inputs of n pieces, and what a model makes of them; each part is computed when it is first asked for, once.

    Parameters
    ----------
    model : SortingModel
        The model.
    X : ndarray, shape (n, k)
        Inputs in plant units, columns as in its `names`; NaN is missing.
    p : ndarray, shape (n, K), optional
        Class probabilities, where they are known already.
    """

    def __init__(self, model: SortingModel, X: FloatArray, p: FloatArray | None = None) -> None:
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
        return self._model.contents.estimate(self.signals, self.p)

    @cached_property
    def novel(self) -> BoolArray:
        """Whether each piece is unlike anything learnt, shape (n,)."""
        return self._model.novelty.novel(self.X)
