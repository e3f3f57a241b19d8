"""Limits on the dispersion of contents among the pieces of a lot, and its estimation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from models.sorting.lots import sd_limits
from physics.arrays import FloatArray, IntArray
from seeds import Seed

# Groups of equal mass of estimated contents, within each of which errors are taken to scatter alike.
GROUPS = 8
FEWEST = 50  # pieces in a group


@dataclass(frozen=True, eq=False)
class DispersionLimits:
    """Limits of standard deviations, B bins by E elements, and typical values of pieces intended there.

    Parameters
    ----------
    limits : ndarray, shape (B, E)
        Highest standard deviation as a mass share [kg/kg]; NaN where there is none.
    usual : ndarray, shape (B, E)
        Mean content of what wants into each bin [kg/kg]: about it a bin begins.
    edges : ndarray, shape (B, E, G - 1)
        Estimated contents at which the next of G groups begins [kg/kg].
    own : ndarray, shape (B, E, G)
        Variance with which pieces of a lot err each for itself, over that which their estimates state, by group [1].
        What all of them err together moves their mean and not their spread.
    feed : ndarray, shape (E,)
        Variance of contents among the pieces of the feed [kg²/kg²].
    """

    limits: FloatArray
    usual: FloatArray
    edges: FloatArray
    own: FloatArray
    feed: FloatArray

    @classmethod
    def of(cls, seed: Seed, feed_contents: FloatArray) -> Self | None:
        """Return a process's limits if only mean contents are known, (E,) [kg/kg]; None without limits.

        Pieces are taken to err each for itself, as much as their estimates state.
        """
        highest = sd_limits(seed)
        if np.isnan(highest).all():
            return None
        return cls(
            limits=highest,
            usual=np.broadcast_to(feed_contents, highest.shape),
            edges=np.zeros((*highest.shape, 0)),
            own=np.ones((*highest.shape, 1)),
            feed=np.zeros(len(feed_contents)),
        )

    def learnt(
        self,
        preferred: IntArray,
        lots: IntArray,
        mass: FloatArray,
        estimated: tuple[FloatArray, FloatArray],
        contents: FloatArray,
        feed: FloatArray,
    ) -> Self:
        """Return the limits with error variances from out-of-sample pieces; see `own_shares`.

        Parameters
        ----------
        preferred, lots : ndarray of int, shape (n,)
            Most valuable bin, and number of the lot, of each piece.
        mass : ndarray, shape (n,)
            Mass [kg].
        estimated : tuple of ndarray, shape (n, E)
            Estimated contents and the variances of their errors [kg/kg, kg²/kg²].
        contents : ndarray, shape (n, E)
            Laboratory contents [kg/kg]; NaN where there is none.
        feed : ndarray, shape (E,)
            Variance of contents among the pieces of the feed [kg²/kg²].
        """
        typical = self.usual.copy()
        edges, own = np.full((*typical.shape, GROUPS - 1), np.inf), np.ones((*typical.shape, GROUPS))
        for b, e in zip(*np.nonzero(np.isfinite(self.limits)), strict=True):
            there = preferred == b
            if mass[there].sum() > 0:
                typical[b, e] = np.average(estimated[0][there, e], weights=mass[there])
            known = there & ~np.isnan(contents[:, e])
            x, v, c = estimated[0][known, e], estimated[1][known, e], contents[known, e]
            edges[b, e], own[b, e] = own_shares(lots[known], mass[known], x, v, c)
        return type(self)(self.limits, typical, edges, own, feed)

    def own_variance(self, bins: IntArray, elements: IntArray, content: FloatArray, variance: FloatArray) -> FloatArray:
        """Return independent error variance of pieces by pair of bin and element, (n, P) [kg²/kg²].

        Parameters
        ----------
        bins, elements : ndarray of int, shape (P,)
            The pairs.
        content, variance : ndarray, shape (n, E)
            Estimated contents and the variances of their errors [kg/kg, kg²/kg²].
        """
        own = variance[:, elements]
        for p, (b, e) in enumerate(zip(bins.tolist(), elements.tolist(), strict=True)):
            own[:, p] *= self.own[b, e][np.searchsorted(self.edges[b, e], content[:, e], side="right")]
        return own

    def state(self) -> dict[str, Any]:
        """Return fitted parts as JSON values; limits are the seed's, unreached edges are null."""
        edges = [[[one if np.isfinite(one) else None for one in own] for own in row] for row in self.edges.tolist()]
        return {"usual": self.usual.tolist(), "edges": edges, "own": self.own.tolist(), "feed": self.feed.tolist()}

    @classmethod
    def from_state(cls, seed: Seed, state: Mapping[str, Any]) -> Self:
        """Restore from the values that `state` returned."""
        highest = sd_limits(seed)
        shapes = {"usual": highest.shape, "own": (*highest.shape, -1), "feed": highest.shape[1:]}
        parts = {name: np.array(state[name], dtype=np.float64).reshape(shape) for name, shape in shapes.items()}
        edges = np.array(state["edges"], dtype=np.float64).reshape(*highest.shape, parts["own"].shape[2] - 1)
        return cls(highest, edges=np.where(np.isnan(edges), np.inf, edges), **parts)


def own_shares(
    lots: IntArray, mass: FloatArray, x: FloatArray, v: FloatArray, c: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return edges of estimate groups, and each group's fraction of independent error variance.

    Where pieces of masses m err each for itself by e, with the variance ω v, and all of a lot by the same besides, an
    error's expected square about the mean ē of its lot of mass M is ω v (1 - m/M), as far as the lot's pieces are
    alike. So

        ω = Σ m (e - ē)² / Σ m v (1 - m/M)

    both summed over the pieces of a group, wherever they lie.

    Parameters
    ----------
    lots : ndarray of int, shape (n,)
        Number of each piece's lot.
    mass, x, v, c : ndarray, shape (n,)
        Masses [kg], estimated contents, the variances of their errors, and contents [any unit of content].

    Returns
    -------
    ndarray, shape (GROUPS - 1,)
        Infinite where there are too few pieces to part.
    ndarray, shape (GROUPS,)
        1 where no lot has two pieces that could show it.
    """
    edges, own = np.full(GROUPS - 1, np.inf), np.ones(GROUPS)
    number, error = np.unique(lots, return_inverse=True)[1], c - x
    total = np.bincount(number, mass)
    square = mass * (error - (np.bincount(number, mass * error) / total)[number]) ** 2
    expected = mass * v * (1 - mass / total[number])
    if len(x) >= FEWEST * GROUPS:
        edges = np.quantile(x, np.arange(1, GROUPS) / GROUPS)
    group = np.searchsorted(edges, x, side="right")
    sums = [np.bincount(group, part, GROUPS) for part in (square, expected)]
    own[sums[1] > 0] = (sums[0] / np.where(sums[1] > 0, sums[1], 1.0))[sums[1] > 0]
    return edges, own
