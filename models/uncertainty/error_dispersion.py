"""Dispersion of a model's errors within and between plants, and the offset shrunk by it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from models.uncertainty.stored_arrays import freeze
from physics.arrays import FloatArray, IntArray

_LEAST = 1e-12


@dataclass(frozen=True, eq=False)
class PlantResiduals:
    """Errors of a model on labelled rows of one plant.

    Parameters
    ----------
    error : ndarray, shape (n, q)
        Label minus prediction of q quantities [scale of the model's errors]; NaN where there is no label.
    unit, period : ndarray of int, shape (n,)
        Number of the unit and of the period of each row.
    """

    error: FloatArray
    unit: IntArray
    period: IntArray

    def means(self, of: IntArray) -> tuple[FloatArray, FloatArray]:
        """Return mean and number of the errors by unit or period, shape (m, q) each; a mean of none is 0."""
        known = ~np.isnan(self.error)
        count, total = np.zeros((2, int(of.max(initial=-1)) + 1, self.error.shape[1]))
        np.add.at(count, of, known)
        np.add.at(total, of, np.where(known, self.error, 0.0))
        return total / np.maximum(count, 1.0), count


@dataclass(frozen=True, eq=False)
class ErrorDispersion:
    """Variances of the errors of q quantities, shape (q,) each [square of the errors' scale].

    An error is the sum of deviations of the plant, of the unit in the plant and of the period, and a residual.
    Deviations of plants are about 0: without outcomes, predictions are those of the model.

    Parameters
    ----------
    within : ndarray
        Of errors of a unit.
    periods : ndarray
        Of what errors of a period have in common.
    units : ndarray
        Of units of a plant about its mean.
    plants : ndarray
        Mean square of the deviations of plants.
    """

    within: FloatArray
    periods: FloatArray
    units: FloatArray
    plants: FloatArray

    def __post_init__(self) -> None:
        for name in ("within", "periods", "units", "plants"):
            part = np.array(getattr(self, name), dtype=np.float64)
            if part.ndim != 1 or not np.isfinite(part).all() or (part < 0).any():
                raise ValueError(f"{name}: expected finite numbers >= 0, one a quantity")
            freeze(self, **{name: part})
        if len({len(one) for one in (self.within, self.periods, self.units, self.plants)}) != 1:
            raise ValueError("within, periods, units, plants: expected the same number of quantities")

    @classmethod
    def of(cls, plants: Sequence[PlantResiduals]) -> Self:
        """Return the dispersion of errors on some plants, from means of their units and periods.

        Variances of means are reduced by the part that the errors within units explain, and are never negative.
        """
        parts = [_components(one) for one in plants]
        within, periods, units, squares, variance = (np.mean(one, axis=0) for one in zip(*parts, strict=True))
        return cls(within, periods, units, np.maximum(squares - variance, 0.0))

    def share(self, variance: FloatArray) -> FloatArray:
        """Return the share of a mean error of this variance that is the plant's deviation, shape (q,) [1]."""
        return self.plants / np.maximum(self.plants + variance, _LEAST)

    def shrunk(self, count: float, periods: float) -> FloatArray:
        """Return the share of the mean of so many errors in so many periods; see `share`."""
        return self.share(self.within / max(count, 1.0) + self.periods / max(periods, 1.0))

    def offsets(self, errors: PlantResiduals) -> tuple[FloatArray, FloatArray]:
        """Return the offset of the plant, shape (q,), and of each of its units, shape (u, q), from its errors.

        They are the most probable deviations (best linear unbiased prediction [1]_). The offset of a plant is the mean
        of its units' mean errors, each weighted by its precision, times `share`. That of a unit is added to it.

        References
        ----------
        .. [1] G. K. Robinson (1991). That BLUP is a good thing: the estimation of random effects. Stat. Sci. 6, 15-32.
           doi:10.1214/ss/1177011926
        """
        mean, count = errors.means(errors.unit)
        weight = count / np.maximum(count * self.units + self.within, _LEAST)
        total = weight.sum(axis=0)
        periods = max(1, len(np.unique(errors.period)))
        share = self.share(1.0 / np.maximum(total, _LEAST) + self.periods / periods)
        plant = np.where(total > 0, share * (weight * mean).sum(axis=0) / np.maximum(total, _LEAST), 0.0)
        return plant, self.units * weight * (mean - plant)

    def state(self) -> dict[str, Any]:
        """Return the state as JSON values."""
        return {name: getattr(self, name).tolist() for name in ("within", "periods", "units", "plants")}

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Self:
        """Restore from the values that `state` returned."""
        return cls(*(np.array(state[name], dtype=np.float64) for name in ("within", "periods", "units", "plants")))


def _components(plant: PlantResiduals) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]:
    """Return variances within units, of periods, of units, squared mean error, and its variance."""
    mean, count = plant.means(plant.unit)
    known = count > 0
    units = known.sum(axis=0)
    residual = plant.error - mean[plant.unit]
    freedom = np.maximum(count.sum(axis=0) - units, 1.0)
    within = np.nansum(residual**2, axis=0) / freedom
    of_period, in_period = PlantResiduals(residual, plant.unit, plant.period).means(plant.period)
    periods = _beyond(of_period, in_period, within)
    own = _beyond(mean, count, within)
    average = np.where(known, mean, 0.0).sum(axis=0) / np.maximum(units, 1)
    variance = own / np.maximum(units, 1) + within / np.maximum(count.sum(axis=0), 1.0)
    return within, periods, own, average**2, variance + periods / np.maximum((in_period > 0).sum(axis=0), 1)


def _beyond(mean: FloatArray, count: FloatArray, within: FloatArray) -> FloatArray:
    """Return the variance of means beyond that of means of so many errors, shape (q,)."""
    known = count > 0
    n = known.sum(axis=0)
    centre = np.where(known, mean, 0.0).sum(axis=0) / np.maximum(n, 1)
    spread = np.where(known, (mean - centre) ** 2, 0.0).sum(axis=0) / np.maximum(n - 1, 1)
    sampling = np.where(known, within / np.maximum(count, 1.0), 0.0).sum(axis=0) / np.maximum(n, 1)
    return np.where(n > 1, np.maximum(spread - sampling, 0.0), 0.0)
