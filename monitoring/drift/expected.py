"""Expected error size before outcomes are known, from the model and the inputs' distance to history."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from models.uncertainty.novelty import Novelty
from monitoring.drift.residuals import Residual
from physics.arrays import FloatArray, IntArray

FEWEST_NOVEL = 20  # rows with an outcome, so that they say how much more errors are there
_MOST_ROWS = 20_000  # for the fit of the distance


@dataclass(frozen=True, eq=False)
class ExpectedErrorSize:
    """Expected size of a quantity's errors, from before its outcome.

    Attributes
    ----------
    novelty : Novelty
        What lies far from all that history holds.
    factor : dict of str to (float, float)
        By quantity, what the model's own expectation is multiplied by: of rows like history, and of those far from it.
    """

    novelty: Novelty
    factor: dict[str, tuple[float, float]]

    @classmethod
    def of(cls, X: FloatArray, X_honest: FloatArray, residuals: list[Residual]) -> Self:
        """Fit the distance to history, X of shape (n, k), and the errors of rows outside the training rows.

        Parameters
        ----------
        X : ndarray, shape (n, k)
            Inputs of history.
        X_honest : ndarray, shape (m, k)
            Inputs of the rows whose errors are `residuals`.
        residuals : list of Residual
            Errors on these m rows.
        """
        sample = X[:: max(1, len(X) // _MOST_ROWS)]
        one_class: IntArray = np.zeros(len(sample[::2]), dtype=np.intp)
        novelty = Novelty.fit(sample[::2], one_class, sample[1::2])
        novel = novelty.novel(X_honest)
        factor = {}
        for one in residuals:
            if one.size is None:
                continue
            known = ~np.isnan(one.size)
            near = _ratio(one.size[known & ~novel], one.prior[known & ~novel])
            far = near
            if (known & novel).sum() >= FEWEST_NOVEL:
                far = max(near, _ratio(one.size[known & novel], one.prior[known & novel]))
            factor[one.name] = near, far
        return cls(novelty, factor)

    def sizes(self, one: Residual, X: FloatArray) -> FloatArray:
        """Expected sizes of errors on n rows with inputs X, shape (n, k)."""
        near, far = self.factor[one.name]
        return np.asarray(one.prior * np.where(self.novelty.novel(X), far, near))


def _ratio(size: FloatArray, prior: FloatArray) -> float:
    total = float(prior.sum())
    return float(size.sum()) / total if total > 0 else 1.0
