"""Novelty of a piece: its distance to the nearest class, ranked among training pieces."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np

from models.table.standard_scale import StandardScale
from models.uncertainty.intervals import Conformal, rows_needed
from physics.arrays import BoolArray, FloatArray, IntArray

# A piece of a named class is called novel with this probability or less.
NOVELTY = 0.01


@dataclass(frozen=True, eq=False)
class Novelty:
    """Mahalanobis distance to the nearest class, all classes with one covariance.

    Parameters
    ----------
    scale : StandardScale
        How inputs become standard scores.
    whitening : ndarray, shape (k, k)
        Turns standard scores into ones whose covariance within a class is the unit matrix.
    means : ndarray, shape (c, k)
        Whitened means of the named classes in training.
    threshold : float
        Squared distance above which a piece is novel; infinite if calibration rows are too few.

    References
    ----------
    K. Lee, K. Lee, H. Lee, J. Shin (2018). A simple unified framework for detecting out-of-distribution samples and
    adversarial attacks. NeurIPS 31. arXiv 1807.03888. Covariance: O. Ledoit, M. Wolf (2004). A well-conditioned
    estimator for large-dimensional covariance matrices. J. Multivar. Anal. 88, 365-411.
    doi:10.1016/S0047-259X(03)00096-4
    """

    scale: StandardScale
    whitening: FloatArray
    means: FloatArray
    threshold: float

    @classmethod
    def fit(cls, X: FloatArray, codes: IntArray, X_calibrate: FloatArray) -> Self:
        """Learn from pieces of named classes alone.

        Parameters
        ----------
        X, codes : ndarray, shape (n, k) and (n,)
            Inputs and class numbers of pieces to learn.
        X_calibrate : ndarray, shape (m, k)
            Inputs of other pieces, which set the threshold: of m + 1 exchangeable pieces a share of at most NOVELTY
            lies above it.
        """
        from sklearn.covariance import ledoit_wolf  # half of scikit-learn comes with it, and only a fit needs it

        scale = StandardScale.of(X)
        scores = scale.scores(X)
        known = np.unique(codes)
        means = np.array([scores[codes == k].mean(axis=0) for k in known])
        within = scores - means[np.searchsorted(known, codes)]
        covariance = ledoit_wolf(within, assume_centered=True)[0]
        values, vectors = np.linalg.eigh(covariance)
        # A column that never varies has no information: it is left out, not divided by zero.
        whitening = vectors * np.where(values > 1e-9 * values.max(), 1 / np.sqrt(np.maximum(values, 1e-300)), 0.0)
        # So is one without a value, which the shrunk covariance gives a variance: any value would be novel.
        whitening[np.isnan(X).all(axis=0)] = 0.0
        unranked = cls(scale, whitening, means @ whitening, math.inf)
        ranked = Conformal(np.sort(unranked.distance(X_calibrate)))
        enough = len(ranked.scores) >= rows_needed(1 - NOVELTY)
        return replace(unranked, threshold=ranked.half_width(1 - NOVELTY) if enough else math.inf)

    def distance(self, X: FloatArray) -> FloatArray:
        """Squared Mahalanobis distance to the nearest class, shape (n,)."""
        white = self.scale.scores(X) @ self.whitening
        squared = (white**2).sum(axis=1)[:, None] - 2 * white @ self.means.T + (self.means**2).sum(axis=1)
        return np.asarray(np.maximum(squared.min(axis=1), 0.0))

    def novel(self, X: FloatArray) -> BoolArray:
        """Return whether each piece is novel, shape (n,): its conformal p-value is at most NOVELTY."""
        return np.asarray(self.distance(X) > self.threshold)

    def state(self) -> dict[str, Any]:
        """Return the parameters as JSON values."""
        return {
            "scale": self.scale.state(),
            "whitening": self.whitening.tolist(),
            "means": self.means.tolist(),
            "threshold": self.threshold if math.isfinite(self.threshold) else None,
        }

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Self:
        """Novelty from what `state` gave."""
        return cls(
            scale=StandardScale.from_state(state["scale"]),
            whitening=np.array(state["whitening"], dtype=np.float64),
            means=np.array(state["means"], dtype=np.float64),
            threshold=math.inf if state["threshold"] is None else float(state["threshold"]),
        )
