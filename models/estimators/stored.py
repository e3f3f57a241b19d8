"""Storage of a fitted estimator: numbers, and LightGBM's trees."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np

from models.estimators.booster import Booster
from physics.arrays import FloatArray

TREES = "trees"
ReadTrees = Callable[[str, int], Booster]  # name, number of columns


class Stored:
    """A fitted estimator that states what it is stored by.

    Attributes
    ----------
    STORED : tuple of str
        Fitted attributes that are numbers or arrays of numbers.
    """

    STORED: ClassVar[tuple[str, ...]] = ()
    n_features_in_: int

    def contributions(self, X: FloatArray) -> tuple[FloatArray, FloatArray] | None:
        """Return the estimator's columns and their contributions to each output; None if not additive.

        Parameters
        ----------
        X : ndarray, shape (n, k)
            Inputs; NaN is missing.

        Returns
        -------
        ndarray, shape (n, p), and ndarray, shape (n, p, m), or None
            Sums of contributions differ from an output by the same constant in all rows. Outputs are a number;
            logarithms of contents, then log-odds of defects; or scores of classes, whose softmax are the probabilities.
        """
        return None

    def state(self) -> dict[str, Any]:
        """Fitted attributes as JSON values."""
        return {name: np.asarray(getattr(self, name)).tolist() for name in self.STORED}

    def trees(self) -> dict[str, Booster]:
        """Fitted trees by the names of their files; none by default."""
        return {}

    def restore(self, state: dict[str, Any], read_trees: ReadTrees) -> None:
        """Restore the estimator from the results of `state` and `trees`.

        Parameters
        ----------
        state : dict
            Attributes as JSON values.
        read_trees : callable
            Trees by their name and the number of columns that they must take; ValueError where they take another.
        """
        for name in self.STORED:
            value = state[name]
            setattr(self, name, np.array(value) if isinstance(value, list) else value)
