"""Mass and dimensions of pieces: mass = density * area * thickness * shape, within the screen cut."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from physics.arrays import FloatArray
from physics.special import ndtr
from synthetic_data.sorter.lots import SorterLots
from synthetic_data.sorter.materials import Materials

_MM_PER_CM = 10.0


@dataclass(frozen=True)
class Bodies:
    """Mass and dimensions of n pieces; mass = density * area * thickness / 10 * shape."""

    mass: FloatArray  # g
    size: FloatArray  # largest dimension [mm]
    area: FloatArray  # seen from above [cm²]
    shape: FloatArray  # walls that lie above one another


def draw_bodies(
    lots: SorterLots, materials: Materials, density: FloatArray, thickness: FloatArray, rng: np.random.Generator
) -> Bodies:
    """Mass and dimensions of pieces of known density [g/cm³] and wall thickness [mm], in order of lots.

    Mass is log-normal by the feed, size follows Rosin and Rammler's law between the screens and goes with the area of
    the unfolded wall. The shape closes the balance of mass; a piece whose shape would be out of range gives way in
    area, then in mass.
    """
    p, per_lot = lots.parameters, len(density) // len(lots.feed)

    def by_piece(values: FloatArray) -> FloatArray:
        return np.repeat(values, per_lot)

    log_median, log_gsd = (np.log(of_feed(lots, materials, name)) for name in ("mass_median", "mass_gsd"))
    normal = rng.standard_normal((2, len(density)))
    mass = np.exp(by_piece(log_median) + by_piece(log_gsd) * normal[0])
    wall = density * thickness / _MM_PER_CM  # g/cm²
    wall_mean, wall_variance = _log_wall(materials)
    area_mean = log_median - wall_mean[lots.feed]
    area_sd = np.sqrt(log_gsd**2 + wall_variance[lots.feed])
    score = (np.log(mass / wall) - by_piece(area_mean)) / by_piece(area_sd)
    score = by_piece(p.size_correlation) * score + by_piece(np.sqrt(1.0 - p.size_correlation**2)) * normal[1]
    size = _rosin_rammler(lots, materials, ndtr(score).reshape(len(lots.feed), per_lot)).ravel()
    square = (size / _MM_PER_CM) ** 2
    fill_low, fill_high = by_piece(p.fill_low), by_piece(p.fill_high)
    area = square * (fill_low + (fill_high - fill_low) * rng.random(len(density)))
    shape = np.clip(mass / (wall * area), by_piece(p.shape_low), by_piece(p.shape_high))
    area = np.clip(mass / (wall * shape), square * fill_low, square * fill_high)
    return Bodies(wall * area * shape, size, area, shape)


def of_feed(lots: SorterLots, materials: Materials, name: str) -> FloatArray:
    """Parameter `<name>_<feed>` of the feed that each lot comes from, in force on its day, (k,)."""
    by_feed = np.array([lots.parameters[f"{name}_{feed}"] for feed in materials.feeds])
    return by_feed[lots.feed, np.arange(len(lots.feed))]


def within(low: FloatArray, high: FloatArray, share: FloatArray) -> FloatArray:
    """Value so far of the way from `low` to `high`, by equal ratios; from 0 no ratio leads away."""
    ratio = np.divide(high, low, out=np.ones(np.shape(low)), where=low > 0.0)
    values: FloatArray = low * np.exp(np.log(ratio) * share)
    return values


def _rosin_rammler(lots: SorterLots, materials: Materials, share: FloatArray) -> FloatArray:
    """Size below which this share of pieces lies, (k, per lot) [mm]: 1 - exp(-(d/scale)^n)."""
    exponent = lots.parameters.size_exponent
    scale = of_feed(lots, materials, "size_scale")
    above_low, above_high = (
        np.exp(-((of_feed(lots, materials, name) / scale) ** exponent)) for name in ("size_low", "size_high")
    )
    above = above_low[:, None] - (above_low - above_high)[:, None] * share
    size: FloatArray = scale[:, None] * (-np.log(above)) ** (1.0 / exponent)[:, None]
    return size


def _log_wall(materials: Materials) -> tuple[FloatArray, FloatArray]:
    """Mean and variance of the logarithm of density * thickness [g/cm²] over each feed."""
    log_density, log_thickness = np.log(materials.density), np.log(materials.thickness / _MM_PER_CM)
    mean = (log_density + log_thickness).mean(axis=1)
    variance = (np.ptp(log_density, axis=1) ** 2 + np.ptp(log_thickness, axis=1) ** 2) / 12.0
    feed = np.array(materials.feed)
    means, variances = np.empty(len(materials.feeds)), np.empty(len(materials.feeds))
    for number, name in enumerate(materials.feeds):
        inside = (feed == name) & (materials.klass != materials.other)
        share = materials.share[inside] / materials.share[inside].sum()
        means[number] = share @ mean[inside]
        variances[number] = share @ (variance[inside] + (mean[inside] - means[number]) ** 2)
    return means, variances
