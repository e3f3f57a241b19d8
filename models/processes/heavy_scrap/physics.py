"""Heavy scrap: contents by fundamental parameters, sensor features, and classes by physics.

All of it works on measured columns of a piece, in plant units; nothing is trained. X-ray fluorescence through air does
not see magnesium, aluminium and silicon: they are what is missing, inferred from what the piece scatters.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from models.interfaces.feature import PhysicsFeature
from models.interfaces.physics import Equipment, Physics, fact
from physics.arrays import FloatArray
from physics.sorting.influence_coefficients import BACKGROUND, ELEMENTS, INFLUENCE, PURE, SCATTER, SCATTER_LIGHT
from physics.sorting.xray_windows import NAMES, PeakWindows

_RATES = tuple(f"rate_{name}" for name in NAMES)
_WINDOWS = PeakWindows()
_SUMS = _WINDOWS.sums()
_UNMIX = np.linalg.inv(_WINDOWS.response()).T  # peaks by windows
_BELOW = np.array([[BACKGROUND.get(name, 0.0)] for name in NAMES])
# What adds the windows up to elements: those of their lines, and both of lead's.
_OF_ELEMENT = np.array([[name.split("_")[0] == element for name in NAMES] for element in ELEMENTS], dtype=np.float64)
_IN_WINDOW = float(_WINDOWS.response()[0, 0])  # share of a line in its own window
_SCATTERED = [NAMES.index("compton"), NAMES.index("rayleigh")]
_TURNS = 6  # of the fixed point of the contents; each brings it five times closer, these within 0.02 wt%
_LEAST = 1e-3  # count/ms, below which a spectrum says nothing
_MOST_SCATTER = 1e3  # over what the lines explain, where they show next to nothing
_SURE = 1.0  # standard deviations by which scatter must stand out
# Scatter of the bare belt in both windows of rhodium [count/ms], and the area over which a piece fills the spot [cm²].
_BELT_SCATTER = 10.0
_CIRCLE = 2.0 * np.pi
_DENSITY = np.array([4.51, 7.19, 7.43, 7.87, 8.91, 8.96, 7.14, 10.2, 7.29, 6.69, 11.34])  # g/cm³, of ELEMENTS
_LIGHT_DENSITY = 2.5  # g/cm³, of aluminium with some magnesium

_CONTENTS = {
    "cu": "copper",
    "zn": "zinc",
    "sn": "tin",
    "pb": "lead",
    "ni": "nickel",
    "fe": "iron",
    "cr": "chromium",
    "mn": "manganese",
    "mo": "molybdenum",
    "ti": "titanium",
    "sb": "antimony",
}


# Classes in the order of the seed. Windows of contents [wt%]: what is not named may be as much as an impurity.
_IMPURITY = (0.0, 0.3)
_CLASSES = {
    "copper": {"cu": (99.5, 100.0)},
    "brass": {"cu": (62.0, 71.5), "zn": (28.0, 38.0), "pb": (0.0, 0.1)},
    "leaded_brass": {"cu": (57.0, 63.0), "zn": (33.0, 43.0), "pb": (0.8, 3.5), "fe": (0.0, 0.5), "ni": (0.0, 1.0)},
    "bronze": {"cu": (81.0, 95.8), "sn": (4.0, 12.0), "pb": (0.0, 8.0), "zn": (0.0, 6.0), "ni": (0.0, 1.0)},
    "zinc_die_cast": {"zn": (96.5, 100.0), "cu": (0.0, 3.5)},
    "stainless": {
        **{"fe": (63.0, 76.0), "cr": (16.0, 19.5), "ni": (3.5, 14.0), "mn": (0.8, 7.5), "mo": (0.0, 3.0)},
        "cu": (0.0, 1.5),
    },
    "lead": {"pb": (93.5, 100.0), "sb": (0.0, 6.0), "sn": (0.0, 0.5)},
    "aluminium": {
        **{"cu": (0.0, 4.9), "zn": (0.0, 6.1), "fe": (0.0, 1.3), "mn": (0.0, 1.5), "ni": (0.0, 0.6), "cr": (0.0, 0.4)},
    },
    "magnesium": {"zn": (0.0, 1.0), "mn": (0.0, 0.6)},
}
CLASSES = (*_CLASSES, "other")
_LIGHT = ("aluminium", "magnesium")
_PAINT = {"ti": (0.0, 100.0)}  # white paint shows titanium on any metal


@dataclass(frozen=True)
class _Metal:
    """Properties of a metal: density [g/cm³], conductivity [%IACS], colour and X-ray scatter."""

    density: float
    conductivity: float
    coloured: bool = False
    scatter: tuple[float, float] = (0.0, 0.7)  # logarithm of it over that of the metals that the lines show

    @property
    def ends(self) -> FloatArray:
        """Windows of scatter, apparent density, conductivity and saturation, (4, 2)."""
        saturation = (0.1, 0.6) if self.coloured else (0.0, 0.1)
        return np.array(
            [self.scatter, (_LEAST_SOLID * self.density, self.density), (0.0, self.conductivity), saturation]
        )


_METALS = {
    "copper": _Metal(8.96, 101.0, coloured=True),
    "brass": _Metal(8.53, 29.0, coloured=True),
    "leaded_brass": _Metal(8.5, 28.0, coloured=True),
    "bronze": _Metal(8.95, 16.0, coloured=True),
    "zinc_die_cast": _Metal(6.7, 28.0),
    "stainless": _Metal(8.0, 2.6),
    "lead": _Metal(11.34, 8.4),
    "aluminium": _Metal(2.82, 62.0, scatter=(1.6, np.inf)),
    "magnesium": _Metal(1.82, 13.0, scatter=(3.0, np.inf)),
}
_LEAST_SOLID, _DENSITY_SD = 0.2, 0.08  # apparent density over the metal's, and its relative error
_CONDUCTIVITY_SD, _COLOUR_SD, _SCATTER_SD = 0.15, 0.05, 0.3
_DIRT = 0.4  # wt%, what dirt and smears add
_UNEVEN, _LEAD_UNEVEN = 0.05, 0.25  # relative errors of contents by geometry and by drops of lead
_MOST = 25.0  # squared errors that one quantity may count: beyond five it is another thing, such as a smear
_OTHER = 0.5 - _MOST  # a piece is none of the classes where two quantities lie far outside of each of them
_MOST_PAINT = 50.0  # wt% of titanium in what the lines show that paint can explain


@dataclass(frozen=True)
class XrayHead(Equipment):
    """Facts of a head of X-ray fluorescence."""

    spot_area: float = fact("cm²", 0.05, 100, "spot that a head lights", until_now=1.2)
    pair_time: float = fact("µs", 0.001, 10, "time within which two photons count as one", until_now=0.1)


class HeavyScrapPhysics(Physics[XrayHead]):
    """Physics of pieces of scrap, at the facts of the line's sensors."""

    FEATURES = (
        *(
            PhysicsFeature(f"{e}_by_lines", "wt%", 0, (0, 100), f"{name} by fundamental parameters")
            for e, name in _CONTENTS.items()
        ),
        PhysicsFeature("light_by_scatter", "wt%", 0, (0, 100), "what no line shows: aluminium, magnesium, non-metals"),
        PhysicsFeature("scatter_excess", "1", 0, (0, 1000), "scatter over that of the metals that the lines show"),
        PhysicsFeature("lead_significance", "1", 0, (0, 100), "lead content over its counting error"),
        PhysicsFeature("tin_significance", "1", 0, (0, 100), "tin content over its counting error"),
        PhysicsFeature("zinc_over_brass", "1", 0, (0, 1), "zinc over copper and zinc"),
        PhysicsFeature("compton_over_rayleigh", "1", 0, (0, 200), "falls with the mean atomic number"),
        PhysicsFeature("line_counts", "count", 0, (0, 100000), "counts in all windows: how much the spectrum says"),
        PhysicsFeature("solid_share", "1", 0, (0, 10), "apparent density over that of the metal by its lines"),
        PhysicsFeature("mass_per_area", "g/cm²", 0, (0, 200), "mass over the area of the face"),
        PhysicsFeature("redness", "1", 0, (-1, 1), "colour towards red"),
        PhysicsFeature("yellowness", "1", 0, (-1, 1), "colour towards yellow, across redness"),
    )
    CAUSES: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "lines of X-ray fluorescence": (
            *("rate_ti", "rate_cr", "rate_mn", "rate_fe", "rate_ni", "rate_cu", "rate_zn", "rate_pb_la", "rate_pb_lb"),
            *("rate_mo", "rate_sn", "rate_sb", "live_time", *(f"{e}_by_lines" for e in _CONTENTS)),
            *("lead_significance", "tin_significance", "zinc_over_brass", "line_counts"),
        ),
        "scattered X-rays": (
            *("rate_compton", "rate_rayleigh", "light_by_scatter", "scatter_excess", "compton_over_rayleigh"),
        ),
        "colour": ("hue", "saturation", "brightness", "redness", "yellowness"),
        "conductivity": ("conductivity",),
        "shape and mass": ("mass", "volume", "apparent_density", "height", "area", "solid_share", "mass_per_area"),
        "state of the instruments": ("tile_hours", "tube_age"),
        "neighbours on the belt": ("occupancy",),
    }

    equipment_type = XrayHead

    def features(self, columns: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
        """Physics features of pieces.

        References
        ----------
        Sherman 1955; Lachance and Traill 1966 (Can. Spectrosc. 11) for the influence of the matrix; Poisson statistics.
        """
        reading = self._by_lines(columns)
        content = dict(zip(ELEMENTS, reading.seen * reading.shares, strict=True))
        significance = dict(zip(ELEMENTS, reading.shares / reading.errors, strict=True))
        volume = np.sum(reading.seen * reading.shares / _DENSITY[:, np.newaxis], axis=0)
        volume += 100.0 * (1.0 - reading.seen) / _LIGHT_DENSITY
        angle = _CIRCLE * columns["hue"]
        return {
            **{f"{element}_by_lines": content[element] for element in _CONTENTS},
            "light_by_scatter": 100.0 * (1.0 - reading.seen),
            "scatter_excess": reading.scatter,
            "lead_significance": significance["pb"],
            "tin_significance": significance["sn"],
            "zinc_over_brass": content["zn"] / np.maximum(content["zn"] + content["cu"], _LEAST),
            "compton_over_rayleigh": reading.compton / reading.rayleigh,
            "line_counts": reading.counts,
            "solid_share": columns["apparent_density"] * 0.01 * volume,
            "mass_per_area": columns["mass"] / columns["area"],
            "redness": columns["saturation"] * np.cos(angle),
            "yellowness": columns["saturation"] * np.sin(angle),
        }

    def class_scores(self, columns: Mapping[str, FloatArray]) -> FloatArray:
        """Return the log-likelihood of each class up to a constant: distance of the piece from its windows.

        Half of the sum of squared distances from the windows of contents, density, conductivity and saturation, each
        over its error. Voids lower the density and thin walls the conductivity, so that these only have an upper end. A
        quantity that is missing is left out.

        References
        ----------
        Composition windows of the alloys that the seed names; errors by counting statistics and as assumed here.
        """
        reading = self._by_lines(columns)
        bulk = np.vstack(
            [
                np.log(np.maximum(reading.scatter, 1.0)),
                *(columns[name] for name in ("apparent_density", "conductivity", "saturation")),
            ]
        )
        unpainted = 1.0 - 0.01 * np.clip(reading.shares[ELEMENTS.index("ti")], 0.0, _MOST_PAINT)
        uneven = np.where(np.array(ELEMENTS) == "pb", _LEAD_UNEVEN, _UNEVEN)[:, np.newaxis]
        scores = np.empty((bulk.shape[1], len(_CLASSES) + 1))
        for number, (name, window) in enumerate(_CLASSES.items()):
            part = (reading.seen if name in _LIGHT else 1.0) / unpainted
            contents = part * reading.shares
            errors = np.sqrt((part * reading.errors) ** 2 + (uneven * contents) ** 2 + _DIRT**2)
            ends = np.array([(_PAINT | window).get(element, _IMPURITY) for element in ELEMENTS])
            metal = _METALS[name]
            spread = np.array(
                [[0.0], [_DENSITY_SD * metal.density], [_CONDUCTIVITY_SD * metal.conductivity], [_COLOUR_SD]]
            )
            spread = np.broadcast_to(spread, bulk.shape).copy()
            spread[0] = np.hypot(reading.scatter_error, _SCATTER_SD)
            scores[:, number] = -0.5 * (_beyond(contents, ends, errors) + _beyond(bulk, metal.ends, spread))
        scores[:, -1] = _OTHER
        return scores

    def _by_lines(self, columns: Mapping[str, FloatArray]) -> _Told:
        """Return contents by line intensities: overlap and sum-peak corrections, then iterated matrix effects."""
        rates = np.stack([np.asarray(columns[name], dtype=np.float64) for name in _RATES])
        live = columns["live_time"]
        peaks = _UNMIX @ rates
        net = rates - _BELOW * peaks[_SCATTERED[0]]
        pair_time = self.equipment.pair_time / 1000.0  # ms
        for pair in _SUMS:
            net[pair.window] -= pair_time * pair.share * peaks[pair.first] * peaks[pair.second]
        peaks = _UNMIX @ net
        pure = PURE[:, np.newaxis]
        relative = np.maximum(_OF_ELEMENT @ peaks, 0.0) / pure
        shares, factor, strength = _matrix_corrected(relative)
        noise = np.sqrt(_OF_ELEMENT @ rates * live + 1.0) / (_IN_WINDOW * live)
        belt = _BELT_SCATTER * np.exp(-columns["area"] / self.equipment.spot_area)
        scattered = np.maximum(net[_SCATTERED].sum(axis=0) - belt, 0.0)
        scatter_noise = np.sqrt(rates[_SCATTERED].sum(axis=0) * live + 1.0) / live
        # What the metals that the lines show would scatter alone.
        heavy = strength / np.maximum(np.sum(shares / SCATTER[:, np.newaxis], axis=0), 1.0)
        light = np.maximum((scattered - _SURE * scatter_noise) / heavy - 1.0, 0.0) / SCATTER_LIGHT
        return _Told(
            shares=100.0 * shares,
            errors=100.0 * factor * noise / (pure * strength),
            seen=1.0 / (1.0 + light),
            scatter=np.minimum(scattered / heavy, _MOST_SCATTER),
            scatter_error=scatter_noise / np.maximum(scattered, scatter_noise),
            compton=np.maximum(peaks[_SCATTERED[0]], 0.0),
            rayleigh=np.maximum(peaks[_SCATTERED[1]], np.sqrt(rates[_SCATTERED[1]] * live + 1.0) / live),
            counts=rates.sum(axis=0) * live,
        )


def _beyond(values: FloatArray, ends: FloatArray, errors: FloatArray) -> FloatArray:
    """Return the sum over q quantities of squared distance from windows over errors, (q, n) to (n,)."""
    low, high = ends.T[:, :, np.newaxis]
    distance = np.maximum(low - values, 0.0) + np.maximum(values - high, 0.0)
    total: FloatArray = np.nansum(np.minimum(np.square(distance / errors), _MOST), axis=0)
    return total


@dataclass(frozen=True)
class _Told:
    """Estimates from the spectra of n pieces."""

    shares: FloatArray  # (11, n) of ELEMENTS in what the lines show [wt%]
    errors: FloatArray  # (11, n) by counting [wt%]
    seen: FloatArray  # (n,) share of the piece that the lines show [1]
    scatter: FloatArray  # (n,) scattered photons over what the metals that the lines show would scatter alone [1]
    scatter_error: FloatArray  # (n,) relative error of it by counting [1]
    compton: FloatArray  # (n,) [count/ms]
    rayleigh: FloatArray  # (n,) at least its counting error [count/ms]
    counts: FloatArray  # (n,) in all windows [count]


def _matrix_corrected(relative: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return element fractions by the equation of Lachance and Traill, its factors, and their sum.

    The shares are proportional to intensity times 1 + sum of influence times share, and add up to 1. They are found by
    a fixed point. It stays bounded because shares lie between 0 and 1 and no influence is below -1: a net intensity
    below 0, which counting noise makes of an element that is absent, must be set to 0 before.

    Parameters
    ----------
    relative
        Intensities over those of the pure elements, shape (11, n), 0 or more [1]
    """
    shares = relative / np.maximum(relative.sum(axis=0), _LEAST)
    for _ in range(_TURNS):
        factor = 1.0 + INFLUENCE @ shares
        strength = np.maximum((relative * factor).sum(axis=0), _LEAST)
        shares = relative * factor / strength
    return shares, factor, strength
