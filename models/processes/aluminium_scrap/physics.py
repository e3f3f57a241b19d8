"""Aluminium scrap: physics features of a piece on the belt, and fit of each class to the readings.

All of it works on measured columns, in plant units. LIBS lines are brought to the plasma of the reference tile, their
self-absorption is undone, and contents come from a strong line where the content is low and from a weak one where the
strong one saturates; the X-ray ratio is compared with aluminium of the same transmission; the constants of the sensors
are typical ones (assumed), not a plant's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from models.interfaces.feature import PhysicsFeature
from models.interfaces.physics import Equipment, Physics, fact
from physics.arrays import FloatArray
from physics.sorting.conductivity import lift_off_response
from physics.sorting.libs import LINES, content_from_reading, irradiance_exponent

DENSITY = 2.70  # g/cm³, aluminium
MM_PER_CM = 10.0
LEAST = 0.01  # wt%, content that keeps a logarithm finite

# Content at which the optical depth of a line is 1 [wt%], and the most that an alloy of aluminium holds [wt%].
SATURATION = {"mg_285": 0.4, "mg_518": 12.0, "si_288": 4.0, "si_390": 30.0, "cu_325": 0.5, "cu_522": 15.0}
SATURATION |= {"zn_481": 10.0, "mn_403": 1.0, "fe_372": 2.0, "cr_425": 1.0, "ti_335": 1.0}
USUAL_ALUMINIUM = 95.0  # wt%, of the tiles on which readings are set right
# Plasma on the tile: 8 to 12 kK and 1e16 to 1e17 electrons are usual, of which these are the middles; its temperature
# goes with the irradiance to a small power (assumed), its volume with the energy and so its path with the cube root.
PLASMA_TEMPERATURE, ELECTRON_DENSITY = 10_000.0, 3e16  # K, 1/cm³
TEMPERATURE_EXPONENT, PATH_EXPONENT = 0.06, 1.0 / 3.0
LEAST_LIGHT, MOST_LIGHT = 0.1, 10.0  # 1, within which these powers are used
# Light that dust on the window takes at 400 nm (assumed), and Ångström exponent of fine dust, usually 1 to 2.
DUST, DUST_EXPONENT, DUST_WAVELENGTH = 0.008, 1.5, 400.0  # 1/h, 1, nm
REFERENCE_LINE = LINES["al_256"]
MOST = {"si": 20.0, "mg": 12.0, "cu": 8.0, "zn": 12.0, "mn": 2.0, "fe": 3.0, "cr": 0.6, "ti": 0.6}

# Log ratio of pure aluminium and its rise by a wt% of Cu, by -ln T_low, for 160 kV, 2 mm Al and a sandwich detector.
# Computed with physics.sorting.dual_energy, which a test repeats.
LOG_LOW = np.array([0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 1.0, 1.5, 2.3, 3.0, 4.5])
ALUMINIUM_RATIO = np.array([3.060, 2.948, 2.748, 2.500, 2.306, 2.111, 1.911, 1.712, 1.547, 1.464, 1.358])
RATIO_PER_COPPER = np.array([0.118, 0.110, 0.0956, 0.0773, 0.0632, 0.0497, 0.0373, 0.0268, 0.0191, 0.0152, 0.0099])
# A wt% of Zn or Mn counts as so much Cu, by mass attenuation at 60 keV over that of aluminium.
ZINC_AS_COPPER, MANGANESE_AS_COPPER = 1.13, 0.60


@dataclass(frozen=True)
class Family:
    """Alloys with one set of windows.

    Attributes
    ----------
    klass
        Class that they belong to
    conductivity
        Mean and standard deviation of what induction reads of them [%IACS]
    windows
        Lowest and highest content of each of ELEMENTS [wt%]
    """

    klass: str
    conductivity: tuple[float, float]
    windows: tuple[tuple[float, float], ...]


CLASSES = ("1xxx", "2xxx", "3xxx", "5xxx", "6xxx", "7xxx", "cast_low_cu", "cast_cu", "other")
ELEMENTS = ("si", "fe", "cu", "mn", "mg", "zn", "cr")
# Limits of the Aluminum Association's sheets and of EN 1706, where only a maximum stands what is usual below it;
# conductivity by ASM Handbook vol. 2. `other` is everything with at most an alloy's content of each element.
FAMILIES = (
    Family("1xxx", (59, 4), ((0, 0.3), (0.1, 0.5), (0, 0.2), (0, 0.04), (0, 0.04), (0, 0.08), (0, 0.02))),
    Family("2xxx", (40, 7), ((0.1, 1.2), (0.1, 0.6), (3.8, 6.5), (0, 1.0), (0, 1.8), (0, 0.25), (0, 0.1))),
    Family("3xxx", (45, 5), ((0.1, 0.6), (0.2, 0.7), (0, 0.25), (0.9, 1.5), (0, 0.1), (0, 0.2), (0, 0.05))),
    Family("3xxx", (42, 5), ((0.1, 0.6), (0.2, 0.7), (0, 0.25), (0.8, 1.5), (0.8, 1.3), (0, 0.2), (0, 0.05))),
    Family("3xxx", (45, 5), ((0.1, 0.6), (0.2, 0.7), (0, 0.25), (0.3, 0.8), (0.2, 0.8), (0, 0.3), (0, 0.15))),
    Family("5xxx", (52, 4), ((0, 0.25), (0.1, 0.6), (0, 0.15), (0, 0.15), (0.5, 1.1), (0, 0.2), (0, 0.08))),
    Family("5xxx", (34, 4), ((0, 0.3), (0.1, 0.4), (0, 0.1), (0, 0.5), (2.2, 3.6), (0, 0.15), (0, 0.35))),
    Family("5xxx", (30, 4), ((0, 0.25), (0.1, 0.4), (0, 0.1), (0.2, 1.0), (4.0, 5.0), (0, 0.2), (0, 0.25))),
    Family("6xxx", (53, 5), ((0.2, 0.6), (0.1, 0.35), (0, 0.1), (0, 0.1), (0.35, 0.9), (0, 0.1), (0, 0.1))),
    Family("6xxx", (45, 5), ((0.4, 1.3), (0.1, 0.5), (0, 0.4), (0, 1.0), (0.4, 1.2), (0, 0.2), (0, 0.3))),
    Family("6xxx", (48, 5), ((0.8, 1.5), (0.05, 0.35), (0, 0.15), (0, 0.15), (0.25, 0.7), (0, 0.15), (0, 0.08))),
    Family("6xxx", (41, 5), ((0.6, 1.1), (0.1, 0.4), (0.5, 0.9), (0.1, 0.45), (0.5, 1.0), (0, 0.15), (0, 0.08))),
    Family("7xxx", (37, 4), ((0, 0.3), (0.05, 0.4), (0, 0.2), (0.05, 0.5), (1.0, 1.4), (4.0, 5.0), (0.1, 0.35))),
    Family("7xxx", (36, 4), ((0, 0.3), (0.05, 0.4), (1.2, 2.6), (0, 0.2), (1.9, 2.9), (5.1, 6.7), (0, 0.28))),
    Family("cast_low_cu", (38, 5), ((6.5, 7.5), (0.05, 0.2), (0, 0.15), (0, 0.1), (0.25, 0.45), (0, 0.1), (0, 0.03))),
    Family("cast_low_cu", (33, 5), ((9.0, 13.5), (0.1, 1.0), (0, 0.1), (0, 0.7), (0, 0.5), (0, 0.15), (0, 0.03))),
    Family("cast_cu", (26, 4), ((7.5, 12.0), (0.45, 1.2), (1.5, 4.0), (0, 0.5), (0, 0.55), (0, 2.5), (0, 0.12))),
    Family("cast_cu", (30, 4), ((10.5, 13.5), (0.2, 1.1), (0.7, 1.5), (0, 0.5), (0, 1.5), (0, 0.5), (0, 0.08))),
    Family("cast_cu", (27, 4), ((5.0, 7.0), (0.3, 1.0), (3.0, 5.0), (0.2, 0.65), (0, 0.5), (0, 1.5), (0, 0.12))),
    Family("other", (35, 20), ((0, 18), (0, 3), (0, 8), (0, 2), (0, 12), (0, 12), (0, 0.6))),
)
# What a reading of clean metal misses the content by: relative, and at least [wt%]; a layer adds its own (assumed).
RELATIVE_ERROR = np.array([0.18, 0.18, 0.12, 0.12, 0.12, 0.12, 0.12])
LEAST_ERROR = np.array([0.15, 0.12, 0.06, 0.04, 0.06, 0.25, 0.03])
LAYER_ERROR = np.array([4.0, 2.0, 0.4, 0.15, 0.6, 1.0, 0.15])
HEAVY_ERROR = 1.2  # wt%, of the heavy content by X-ray
CONDUCTIVITY_ERROR = 0.15  # of the reading


@dataclass(frozen=True)
class CoilArray(Equipment):
    """Facts of the array of coils."""

    coil_radius: float = fact("mm", 1, 500, "radius of a coil", until_now=40)
    coil_lift_off: float = fact("mm", 0.1, 200, "from the coils to a flat piece: belt and cover", until_now=6)


class ScrapPhysics(Physics[CoilArray]):
    """Physics of pieces of scrap, at the facts of the line's sensors."""

    FEATURES = (
        PhysicsFeature("silicon_content", "wt%", 0, (0, 20), "Si by both LIBS lines, self-absorption undone"),
        PhysicsFeature("magnesium_content", "wt%", 0, (0, 12), "Mg by both LIBS lines, self-absorption undone"),
        PhysicsFeature("copper_content", "wt%", 0, (0, 8), "Cu by both LIBS lines, self-absorption undone"),
        PhysicsFeature("zinc_content", "wt%", 0, (0, 12), "Zn by LIBS, self-absorption undone"),
        PhysicsFeature("manganese_content", "wt%", 0, (0, 2), "Mn by LIBS, self-absorption undone"),
        PhysicsFeature("iron_content", "wt%", 0, (0, 3), "Fe by LIBS, self-absorption undone"),
        PhysicsFeature("chromium_content", "wt%", 0, (0, 0.6), "Cr by LIBS, self-absorption undone"),
        PhysicsFeature("titanium_content", "wt%", 0, (0, 0.6), "Ti by LIBS, self-absorption undone"),
        PhysicsFeature(
            "magnesium_to_silicon", "1", 0, (-8, 8), "logarithm of Mg over Si, which parts 5xxx, 6xxx and castings"
        ),
        PhysicsFeature("layer_index", "1", 0, (0, 6), "light of paint, oil and dirt: Ca, C and Ti beyond any alloy"),
        PhysicsFeature(
            "heavy_excess", "1", 0, (-2, 4), "X-ray log ratio over that of aluminium of the same transmission"
        ),
        PhysicsFeature("heavy_content", "wt%", 0, (-100, 200), "Cu and what absorbs like it, by the X-ray log ratio"),
        PhysicsFeature(
            "heavy_disagreement", "wt%", 0, (-150, 200), "heavy content by X-ray less Cu, Zn and Mn by LIBS"
        ),
        PhysicsFeature("wall_thickness", "mm", 0, (0.05, 200), "thickness of aluminium of this mass per area"),
        PhysicsFeature(
            "solid_share", "1", 0, (0, 4), "apparent density over that of aluminium: folded and hollow pieces are low"
        ),
        PhysicsFeature(
            "mass_closure", "1", 0, (0, 5), "mass by the scale over that by X-ray and 3D laser: pieces taken for one"
        ),
        PhysicsFeature(
            "metal_conductivity",
            "%IACS",
            0,
            (0, 250),
            "conductivity with the lift-off of a piece of this height undone",
        ),
    )
    CAUSES: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "light of the laser (LIBS)": (
            *("libs_mg_285", "libs_mg_518", "libs_si_288", "libs_si_390", "libs_cu_325", "libs_cu_522"),
            *("libs_zn_481", "libs_mn_403", "libs_fe_372", "libs_cr_425", "libs_ti_335", "libs_ni_341"),
            *("libs_pb_406", "libs_sn_284", "libs_total", "libs_shots", "libs_shot_spread", "silicon_content"),
            *("magnesium_content", "copper_content", "zinc_content", "manganese_content", "iron_content"),
            *("chromium_content", "titanium_content", "magnesium_to_silicon"),
        ),
        "paint, oil and dirt": ("libs_ca_393", "libs_c_248", "layer_index"),
        "X-ray transmission": (
            *("xrt_log_ratio", "xrt_transmission_low", "xrt_areal_density", "heavy_excess", "heavy_content"),
            *("heavy_disagreement", "wall_thickness"),
        ),
        "shape and mass": ("mass", "volume", "apparent_density", "height", "area", "solid_share", "mass_closure"),
        "conductivity": ("conductivity", "metal_conductivity"),
        "state of the instruments": ("window_hours", "tile_hours", "xrt_hours", "laser_energy"),
        "neighbours on the belt": ("occupancy", "neighbour_gap"),
    }

    equipment_type = CoilArray

    def features(self, columns: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
        """Physics features of pieces.

        References
        ----------
        Slab self-absorption; Beer-Lambert law over the spectrum, cross-sections of Elam, Ravel and Sieber 2002; loop
        field of Biot and Savart; constants of the sensors assumed typical.
        """
        content = _contents(columns)
        excess, heavy = _heavy(columns)
        by_libs = content["cu"] + ZINC_AS_COPPER * content["zn"] + MANGANESE_AS_COPPER * content["mn"]
        area, per_area = columns["area"], columns["xrt_areal_density"]
        return {
            "silicon_content": content["si"],
            "magnesium_content": content["mg"],
            "copper_content": content["cu"],
            "zinc_content": content["zn"],
            "manganese_content": content["mn"],
            "iron_content": content["fe"],
            "chromium_content": content["cr"],
            "titanium_content": content["ti"],
            "magnesium_to_silicon": np.log((content["mg"] + LEAST) / (content["si"] + LEAST)),
            "layer_index": _layer_index(columns),
            "heavy_excess": excess,
            "heavy_content": heavy,
            "heavy_disagreement": heavy - by_libs,
            "wall_thickness": MM_PER_CM * per_area / DENSITY,
            "solid_share": columns["apparent_density"] / DENSITY,
            "mass_closure": columns["mass"] / (per_area * area),
            "metal_conductivity": self._metal_conductivity(columns),
        }

    def class_scores(self, columns: Mapping[str, FloatArray]) -> FloatArray:
        """Logarithm of the likelihood of the readings under each class, but for a constant of the piece.

        Each class is a mixture of families of alloys whose contents fill their windows evenly; LIBS, X-ray and
        induction miss them by their errors, which a layer widens for LIBS. A missing reading has no effect.

        References
        ----------
        Limits of the Teal Sheets and of EN 1706; conductivity by ASM Handbook vol. 2; errors assumed.
        """
        content = _contents(columns)
        readings = np.stack([content[name] for name in ELEMENTS], axis=1)
        layer = np.nan_to_num(_layer_index(columns))[:, None]
        error = RELATIVE_ERROR * readings + LEAST_ERROR + LAYER_ERROR * layer
        _, heavy = _heavy(columns)
        conductivity = self._metal_conductivity(columns)
        by_class: dict[str, list[FloatArray]] = {name: [] for name in CLASSES}
        for family in FAMILIES:
            low, high = np.array(family.windows).T
            outside = np.maximum(np.maximum(low - readings, readings - high), 0.0) / error
            fit = -0.5 * np.square(outside) - np.log((high - low) + error)
            by_class[family.klass].append(
                np.nan_to_num(fit).sum(axis=1)
                + np.nan_to_num(_heavy_fit(heavy, low, high))
                + np.nan_to_num(_conductivity_fit(conductivity, *family.conductivity))
            )
        return np.stack([np.logaddexp.reduce(fits, axis=0) - np.log(len(fits)) for fits in by_class.values()], axis=1)

    def _metal_conductivity(self, columns: Mapping[str, FloatArray]) -> FloatArray:
        """Conductivity with the lift-off of a piece of this height undone [%IACS]."""
        hollow = np.minimum(np.maximum(1.0 - columns["apparent_density"] / DENSITY, 0.0), 1.0)
        air = 0.5 * columns["height"] * hollow
        flat = lift_off_response(self.equipment.coil_lift_off, self.equipment.coil_radius)
        lift_off = lift_off_response(self.equipment.coil_lift_off + air, self.equipment.coil_radius) / flat
        return columns["conductivity"] / lift_off


def _contents(columns: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
    """Content of the metal by LIBS, by element, between 0 and what alloys hold at most [wt%].

    A reading is a line over the line of aluminium, set right on tiles of usual aluminium, so a casting's are too high
    with its lower aluminium. Closing contents c of such readings and aluminium to 100 wt% gives the aluminium
    100/(1 + sum c/95): exact for thin lines, within 0.5 % of a content for castings.

    Out of focus the plasma is colder and thinner than on the tile: lines with a lower upper level than aluminium's gain
    on it, and saturate later. The correction is computed from the light and the hours since the tiles.
    """
    hours = np.nan_to_num(columns["tile_hours"])
    light = _light(columns["libs_total"], hours)
    readings = np.maximum(np.array([columns[name] for name in _READINGS]), 0.0)
    readings *= light**-_EXPONENTS * np.exp(_DRIFTS * hours)
    saturations = _SATURATIONS * light**-PATH_EXPONENT
    of_tiles = _contents_of(readings, saturations)
    others = np.where(np.isnan(of_tiles), 0.0, of_tiles).sum(axis=0)
    closed = readings * (100.0 / (USUAL_ALUMINIUM + others))
    return dict(zip(_FOUND, _contents_of(closed, saturations), strict=True))


def _light(total: FloatArray, hours: FloatArray) -> FloatArray:
    """Light of the plasma over that on the tile, dust on the window undone; 1 if unknown [1]."""
    light = np.nan_to_num(total, nan=1.0) * np.exp(DUST * hours)
    result: FloatArray = np.minimum(np.maximum(light, LEAST_LIGHT), MOST_LIGHT)
    return result


def _dust(wavelength: float) -> float:
    """Rate at which dust takes light of a wavelength, in nm [1/h]."""
    return float(DUST * (DUST_WAVELENGTH / wavelength) ** DUST_EXPONENT)


# Lines that stand for an element alone, and pairs of a strong and a weak one: rows of readings in this order.
_ALONE = {"zn": "zn_481", "mn": "mn_403", "fe": "fe_372", "cr": "cr_425", "ti": "ti_335"}
_STRONG = {"si": "si_288", "mg": "mg_285", "cu": "cu_325"}
_WEAK = {"si": "si_390", "mg": "mg_518", "cu": "cu_522"}
_FOUND = (*_ALONE, *_STRONG)
_LINES = (*_ALONE.values(), *_STRONG.values(), *_WEAK.values())
_READINGS = tuple(f"libs_{line}" for line in _LINES)
_SATURATIONS = np.array([[SATURATION[line]] for line in _LINES])
# Powers of the irradiance in the readings, and their drift with the hours since the tiles [1/h].
_PLASMA = (PLASMA_TEMPERATURE, TEMPERATURE_EXPONENT, ELECTRON_DENSITY)
_EXPONENTS = np.array([[irradiance_exponent(LINES[line], REFERENCE_LINE, *_PLASMA)] for line in _LINES])
_DRIFTS = np.array([[_dust(LINES[line].wavelength) - _dust(REFERENCE_LINE.wavelength)] for line in _LINES])
_MOST_FOUND = np.array([[MOST[element]] for element in _FOUND])
_FIRST, _LAST = len(_ALONE), len(_FOUND)  # of the strong lines


def _contents_of(readings: FloatArray, saturations: FloatArray) -> FloatArray:
    """Return contents of `_FOUND`, (8, n), from readings of the lines of `_LINES`, (11, n) [wt%]."""
    measured = content_from_reading(readings, saturations)
    strong, weak = measured[_FIRST:_LAST], measured[_LAST:]
    # The strong line counts while it is far from saturation, the weak one beyond; between them both do.
    beyond = (readings[_FIRST:_LAST] / saturations[_FIRST:_LAST] - 0.5) / 0.3
    saturated = np.minimum(np.maximum(beyond, 0.0), 1.0)
    measured[_FIRST:_LAST] = (1.0 - saturated) * strong + saturated * weak
    contents: FloatArray = np.minimum(np.maximum(measured[:_LAST], 0.0), _MOST_FOUND)
    return contents


def _layer_index(columns: Mapping[str, FloatArray]) -> FloatArray:
    """Light that no alloy gives, 0 for clean metal, about 1 and more for paint [1]."""
    carbon, calcium = columns["libs_c_248"] / 20.0, columns["libs_ca_393"] / 1.0
    pigment = np.maximum(columns["libs_ti_335"] - 0.25, 0.0) / 2.0
    return np.log1p(np.maximum(carbon, 0.0) + np.maximum(calcium, 0.0) + pigment)


def _heavy(columns: Mapping[str, FloatArray]) -> tuple[FloatArray, FloatArray]:
    """Log ratio over that of aluminium, and the copper that it stands for [wt%]."""
    log_low = -np.log(columns["xrt_transmission_low"])
    excess = columns["xrt_log_ratio"] - np.interp(log_low, LOG_LOW, ALUMINIUM_RATIO)
    return excess, excess / np.interp(log_low, LOG_LOW, RATIO_PER_COPPER)


def _heavy_fit(heavy: FloatArray, low: FloatArray, high: FloatArray) -> FloatArray:
    """Fit of the X-ray's heavy content to what windows of Cu, Zn and Mn add up to."""
    weight = np.zeros(len(ELEMENTS))
    for element, counts in (("cu", 1.0), ("zn", ZINC_AS_COPPER), ("mn", MANGANESE_AS_COPPER)):
        weight[ELEMENTS.index(element)] = counts
    least, most = weight @ low, weight @ high
    outside = np.maximum(np.maximum(least - heavy, heavy - most), 0.0) / HEAVY_ERROR
    return -0.5 * np.square(outside) - np.log(most - least + HEAVY_ERROR)


def _conductivity_fit(reading: FloatArray, mean: float, sd: float) -> FloatArray:
    error = np.hypot(sd, CONDUCTIVITY_ERROR * reading)
    return -0.5 * np.square((reading - mean) / error) - np.log(error)
