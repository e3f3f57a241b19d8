"""Value of a tonne of feed at any load of the belt, as assayed lots with different loads show it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from physics.arrays import FloatArray
from physics.sorting.ejection import crowding

KG_PER_T = 1000.0


def overlap_density(occupancy: FloatArray | float) -> FloatArray:
    """Return neighbour density at a piece's edge, to which overlaps and carry-along are proportional [1]."""
    return np.asarray(occupancy * crowding(occupancy), dtype=np.float64)


@dataclass(frozen=True, eq=False)
class Curve:
    """Value of a tonne over the belt's load φ, for each of R ways to take the lots.

    Feed grows with φ, and so does what goes wrong with it: readings of pieces that overlap, and neighbours that a jet
    takes along, both in proportion to the density of neighbours φ / (1 - φ)². What a tonne loses against an oracle by
    wrong decisions is a line in it over the lots, never falling; what is taken along scales with it.

    Attributes
    ----------
    kept, along : ndarray, shape (R,)
        Value of a kilogram at the mean density of neighbours by decisions, and by carry-along [$/kg].
    slope : ndarray, shape (R,)
        What decisions lose more for each unit of density [$/kg].
    middle : ndarray, shape (R,)
        Mean density of neighbours [1]; NaN if lots do not identify the effect of loads: the value is the same at any.
    """

    kept: FloatArray
    along: FloatArray
    slope: FloatArray
    middle: FloatArray

    @classmethod
    def of(
        cls,
        takes: FloatArray,
        mass: FloatArray,
        possible: FloatArray,
        lost: FloatArray,
        ejected: FloatArray,
        load: FloatArray | None,
    ) -> Self:
        """Curve of L lots.

        Parameters
        ----------
        takes : ndarray, shape (R, L)
            How often each lot is taken.
        mass : ndarray, shape (L,)
            Feed [kg].
        possible, lost, ejected : ndarray, shape (L,)
            What an oracle earns, what decisions lose against it, and what is taken along earns [$].
        load : ndarray, shape (L,), or None
            Load of the belt [1]; None if the lots do not identify its effect.
        """
        weight = takes * mass
        total = weight.sum(axis=1)
        retained_value, along = takes @ (possible - lost) / total, takes @ ejected / total
        if load is None:
            return cls(retained_value, along, np.zeros(len(takes)), np.full(len(takes), np.nan))
        density = overlap_density(load)
        middle = weight @ density / total
        away = density - middle[:, None]
        slope = np.maximum(((takes * away) @ lost) / (weight * away**2).sum(axis=1), 0.0)
        return cls(retained_value, along, slope, middle)

    def at(self, load: float) -> FloatArray:
        """Value of a tonne at a load, for each way to take the lots, shape (R,) [$/t]."""
        if np.isnan(self.middle).all():
            return np.asarray(KG_PER_T * (self.kept + self.along))
        beyond = overlap_density(load) - self.middle
        return np.asarray(KG_PER_T * (self.kept - self.slope * beyond + self.along * (1 + beyond / self.middle)))
