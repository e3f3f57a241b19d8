"""Radiation of pieces into the X-ray head: lines, and scattered photons of the tube.

A piece is what the head sees of it: metal below paint, plating or tin that does not cover all of it, dirt, one or both
materials of a composite, the neighbouring piece, and the belt if the piece is smaller than the spot.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from physics.arrays import FloatArray
from physics.sorting.fluorescence import PAINT, PAINT_DENSITY, nearness
from physics.sorting.fluorescence_head import Head, Line, Tube
from physics.sorting.xray_windows import KBETA_SHARE
from synthetic_data.engine.parameters import ArrayParameters, PartialShareArray, PositiveArray, ShareArray
from synthetic_data.engine.plan import RunPlan
from synthetic_data.sensors.shape import PieceShape
from synthetic_data.sorter.feed import SURFACES, FeedPieces
from synthetic_data.sorter.materials import Materials
from synthetic_data.sorter.registration import Registration

# Lines that have a window each, then those that only spill into one.
LINES: tuple[Line, ...] = (
    *(("ti", "Ka"), ("cr", "Ka"), ("mn", "Ka"), ("fe", "Ka"), ("ni", "Ka"), ("cu", "Ka"), ("zn", "Ka")),
    *(("pb", "La"), ("pb", "Lb"), ("mo", "Ka"), ("sn", "Ka"), ("sb", "Ka")),
    *(("bi", "La"), ("bi", "Lb")),
)
_L = len(LINES)
_LEAD = [i for i, (element, _) in enumerate(LINES) if element == "pb"]
_SCATTERED = 2  # peaks of scattered rhodium
# Bins of the tube's energies [keV], cut at the edges of Cu, Zn, Pb and Sn and about rhodium's line.
_BINS = (4.0, 8.98, 9.66, 13.04, 16.0, 20.0, 20.4, 29.2, 36.0, 50.0)
_AIR_PATH = 30.0  # mm
_ALUMINIUM = 0.27  # g/cm²/mm
_SINE = np.sqrt(0.5)  # of 45°, of both rays
_MOST_TILT = 0.35  # of the logarithm of the sine
_MOST_HEIGHT = 0.5  # of the gap, which higher pieces would shut
_LEAST_UNEVEN = 1e-9  # relative, to which lead's drops are a ratio; nothing else shows it
_LEAST_STRAY = 0.003  # share of another piece below which it is left out
_CM = 1e-4  # cm/µm
_AT_ONCE = 6000  # pieces whose arrays are small enough to be used again, rather than given back and zeroed again
_BELT = {"c": 80.0, "h": 9.0, "o": 11.0}  # wt%
_SOIL = {"o": 50.0, "si": 28.0, "al": 8.0, "ca": 4.0, "c": 10.0}  # wt%, sand, clay and oil
_SOIL_DENSITY = 1.5  # g/cm³
# What a layer holds [wt%] and its density [g/cm³].
_PAINT = ({element: 100.0 * share for element, share in PAINT.items()}, PAINT_DENSITY)
_LAYERS = {
    "painted": _PAINT,
    "powder_coated": _PAINT,
    "plated": ({"ni": 75.0, "cu": 22.0, "cr": 3.0}, 8.9),
    "tinned": ({"sn": 100.0}, 7.3),
}
_IMPURITY = 0.35  # usual content of an impurity over its most

Angles = tuple[FloatArray, FloatArray]  # sines of the angles of the rays that come and go, (n,) each


class FluorescenceParameters(ArrayParameters):
    """Parameters of pieces below the X-ray head from [plant.parameters], one value a lot; units as there."""

    solder_share: ShareArray
    solder_lead: FloatArray
    dirt_layer: FloatArray
    dirt_iron: FloatArray
    dirt_lead: FloatArray
    dirt_zinc: FloatArray
    tube_voltage: PositiveArray
    tube_filter: FloatArray
    tube_lines: PartialShareArray
    copper_rate: FloatArray
    gap: PositiveArray
    spot_area: PositiveArray
    stray_share: ShareArray
    stray_range: PositiveArray
    tilt_sd: FloatArray
    heterogeneity: FloatArray
    lead_heterogeneity: FloatArray
    composite_sight_sd: FloatArray
    detector_pitch: FloatArray


@dataclass(frozen=True, eq=False)
class HeadResponse:
    """Tables of the head and of what it sees of each of m materials, made once for a plant.

    `amplified` is the emission with what the metal's own lines excite, over that without, (L, m). `scattered` is what
    the tube's photons leave: scattered rhodium, background a keV at each line, and all of the continuum, (L + 3, m).
    """

    head: Head
    amplified: FloatArray
    scattered: FloatArray
    soil: FloatArray  # (L,) attenuation of dirt at each line [cm²/g]
    belt: FloatArray  # (2 L + 3,) photons from the bare belt
    copper: float  # photons of the lines of a flat, clean piece of copper

    @staticmethod
    def of(plan: RunPlan, materials: Materials) -> HeadResponse:
        """Tables for a plant; reads `tube_voltage` [kV], `tube_filter` [mm], `tube_lines` [1]."""
        typical = np.where(materials.low > 0.0, 0.5 * (materials.low + materials.high), _IMPURITY * materials.high)
        rows = np.arange(len(typical))
        typical[rows, materials.balance] = 0.0
        typical[rows, materials.balance] = np.maximum(100.0 - typical.sum(axis=1), 0.0)
        tube = (plan.plant.value(name) for name in ("tube_voltage", "tube_filter", "tube_lines"))
        return _sight(materials.elements, typical.tobytes(), *tube)

    def element(self, name: str) -> int:
        """Column of an element."""
        return self.head.elements.index(name)

    def padded(self, contents: FloatArray) -> FloatArray:
        """Contents of the plant's elements, (n, E), with columns for those of layers and belt."""
        return _padded(self.head, contents)


@dataclass(frozen=True)
class Light:
    """Photons that the detector takes in from each of n pieces while it is in sight [count/ms]."""

    lines: FloatArray  # (L, n)
    scatter: FloatArray  # (2, n) rhodium's line, Compton and Rayleigh
    background: FloatArray  # (L, n) scattered continuum a keV at each line [count/ms/keV]
    continuum: FloatArray  # (n,) all of it

    @property
    def total(self) -> FloatArray:
        """All photons, (n,)."""
        whole: FloatArray = (1.0 + KBETA_SHARE) * self.lines.sum(axis=0) + self.scatter.sum(axis=0) + self.continuum
        return whole


def light(
    pieces: FeedPieces,
    form: PieceShape,
    registration: Registration,
    sight: HeadResponse,
    cover: FloatArray,
    output: FloatArray,
    rng: np.random.Generator,
) -> Light:
    """Photons of pieces whose face has a coated share `cover`, (n,), at an output of the head, (n,).

    Reads `tilt_sd` [1] and what the steps below read.
    """
    p, n = pieces.parameters.view(FluorescenceParameters), len(pieces.lot)
    tilt = np.exp(np.clip(p.tilt_sd * rng.standard_normal(n), -_MOST_TILT, _MOST_TILT))
    angles = _SINE * tilt, _SINE / tilt
    contents = sight.padded(pieces.content)
    joined = pieces.composites
    contents[joined.piece, : pieces.content.shape[1]] = joined.first_content
    _soil(contents, pieces, sight, rng)
    seen = _photons(sight, contents, pieces.material, angles)
    _coat(seen, contents, pieces, sight, angles, cover, rng)
    _join(seen, pieces, sight, angles, rng)
    _dim(seen, pieces, sight)
    seen[:_L] *= _unevenness(pieces, contents[:, sight.element("pb")], rng)
    _beside(seen, pieces, registration, rng)
    _place(seen, pieces, form, sight, output, rng)
    lines, scatter, background, continuum = np.split(seen, np.cumsum([_L, _SCATTERED, _L]))
    return Light(lines, scatter, background, continuum[0])


def _photons(sight: HeadResponse, contents: FloatArray, material: NDArray[np.intp], angles: Angles) -> FloatArray:
    """Lines, scattered rhodium, background and continuum of clean metal below one another, (2 L + 3, n)."""
    result = np.empty((sight.belt.size, len(contents)))
    shorter = (2.0 / _SINE) / (1.0 / angles[0] + 1.0 / angles[1])
    for first in range(0, len(contents), _AT_ONCE):
        subset = slice(first, first + _AT_ONCE)
        emitted = sight.head.emitted(contents[subset], angles[0][subset], angles[1][subset]).T
        np.multiply(emitted, np.take(sight.amplified, material[subset], axis=1), out=result[:_L, subset])
        np.multiply(np.take(sight.scattered, material[subset], axis=1), shorter[subset], out=result[_L:, subset])
    return result


def _soil(contents: FloatArray, pieces: FeedPieces, sight: HeadResponse, rng: np.random.Generator) -> None:
    """Add what dust and smears of the shredder hold, in place.

    Reads `dirt_iron`, `dirt_zinc` and `dirt_lead` [wt%], what they come to on a piece that is wholly covered.
    """
    p, n = pieces.parameters.view(FluorescenceParameters), len(pieces.lot)
    for element, most in (("fe", p.dirt_iron), ("zn", p.dirt_zinc), ("pb", p.dirt_lead)):
        contents[:, sight.element(element)] += 2.0 * most * pieces.dirt * rng.random(n)


def _coat(
    seen: FloatArray,
    contents: FloatArray,
    pieces: FeedPieces,
    sight: HeadResponse,
    angles: Angles,
    cover: FloatArray,
    rng: np.random.Generator,
) -> None:
    """Show pieces through paint, plating or tin where that covers them, in place.

    Reads `solder_share` [1] and `solder_lead` [wt%]. Layers hardly change what is scattered.
    """
    p = pieces.parameters.view(FluorescenceParameters)
    rows = np.flatnonzero(cover)
    surface = pieces.surface[rows]
    held, density = np.zeros((len(SURFACES), contents.shape[1])), np.zeros(len(SURFACES))
    for name, (elements, own_density) in _LAYERS.items():
        held[SURFACES.index(name), [sight.element(element) for element in elements]] = list(elements.values())
        density[SURFACES.index(name)] = own_density
    layer = held[surface]
    soldered = (surface == SURFACES.index("tinned")) & (rng.random(len(rows)) < p.solder_share[rows])
    lead = np.where(soldered, p.solder_lead[rows], 0.0)
    layer[:, sight.element("pb")] += lead
    layer[:, sight.element("sn")] -= lead
    mass = density[surface] * pieces.layer[rows] * _CM
    covered = sight.head.coated(contents[rows], layer, mass, angles[0][rows], angles[1][rows]).T
    covered *= sight.amplified[:, pieces.material[rows]]
    seen[:_L, rows] += cover[rows] * (covered - seen[:_L, rows])


def _join(seen: FloatArray, pieces: FeedPieces, sight: HeadResponse, angles: Angles, rng: np.random.Generator) -> None:
    """Mix some of the second material of composites into the first, in place.

    Reads `composite_sight_sd` [1], how far the share that is seen lies from that of the mass.
    """
    joined = pieces.composites
    rows = joined.piece
    sd = pieces.parameters.view(FluorescenceParameters).composite_sight_sd[rows]
    spread = sd * rng.standard_normal(len(rows))
    share = np.clip(joined.second_share + spread, 0.0, 1.0)
    contents = sight.padded(joined.second_content)
    second = _photons(sight, contents, joined.second, (angles[0][rows], angles[1][rows]))
    seen[:, rows] += share * (second - seen[:, rows])


def _dim(seen: FloatArray, pieces: FeedPieces, sight: HeadResponse) -> None:
    """Attenuate lines by dirt on their way out, in place; reads `dirt_layer` [µm], that of full dirt."""
    thickness = pieces.parameters.view(FluorescenceParameters).dirt_layer * pieces.dirt
    mass = _SOIL_DENSITY * _CM * thickness
    for photons, attenuation in zip(seen[:_L], sight.soil / _SINE, strict=True):
        photons *= np.exp(-(attenuation * mass))


def _unevenness(pieces: FeedPieces, lead: FloatArray, rng: np.random.Generator) -> NDArray[np.float32]:
    """Lines of each face relative to the mean metal, (L, n); lead forms drops in other metals and smears.

    Reads `heterogeneity` [1] and `lead_heterogeneity` [1], relative.
    """
    p = pieces.parameters.view(FluorescenceParameters)
    normal = rng.standard_normal((_L, len(lead)), dtype=np.float32)
    drops = p.lead_heterogeneity * (1.0 - 0.01 * lead)
    typical = np.maximum(p.heterogeneity, _LEAST_UNEVEN)
    normal[_LEAD] *= 1.0 + drops / typical
    normal *= typical.astype(np.float32)
    return np.exp(normal, out=normal)


def _beside(seen: FloatArray, pieces: FeedPieces, registration: Registration, rng: np.random.Generator) -> None:
    """Mix in the nearest piece, in place: merged by the cameras, or at the edge of the spot.

    Reads `stray_share` [1], what the edge sees of a piece that touches, on average (twice as much at most, and never
    more than all), and `stray_range` [mm].
    """
    p = pieces.parameters.view(FluorescenceParameters)
    reach = np.exp(-np.maximum(pieces.neighbour_gap, 0.0) / p.stray_range)
    stray = np.minimum(2.0 * p.stray_share, 1.0) * reach * rng.random(len(reach))
    foreign = registration.overlap * pieces.area[registration.neighbour]
    share = stray + (1.0 - stray) * foreign / (pieces.area + foreign)
    rows = np.flatnonzero(share > _LEAST_STRAY)
    reference, part = registration.neighbour[rows], share[rows]
    for photons in seen:  # one by one they stay in the processor's cache
        own = photons[rows]
        photons[rows] = own + part * (photons[reference] - own)


def _place(
    seen: FloatArray,
    pieces: FeedPieces,
    form: PieceShape,
    sight: HeadResponse,
    output: FloatArray,
    rng: np.random.Generator,
) -> None:
    """Position pieces below the detectors, in place: height, offset, smaller than the spot.

    Reads `gap` [mm], `detector_pitch` [mm], `spot_area` [cm²], `copper_rate` [count/ms].
    """
    p = pieces.parameters.view(FluorescenceParameters)
    height = np.minimum(form.height, _MOST_HEIGHT * p.gap)
    # Pieces pass between two detectors as often as below one.
    excluded = 0.5 * p.detector_pitch * rng.random(len(height)) / (p.gap - height)
    near = nearness(height, p.gap) / np.square(1.0 + np.square(excluded))
    filled = 1.0 - np.exp(-pieces.area / p.spot_area)
    rate = p.copper_rate * output / sight.copper
    of_piece, of_belt = rate * filled * near, rate * (1.0 - filled)
    for photons, belt in zip(seen, sight.belt, strict=True):  # one by one, as above
        photons *= of_piece
        photons += of_belt * belt


@cache
def _sight(elements: tuple[str, ...], typical: bytes, kvp: float, filter_mm: float, rhodium: float) -> HeadResponse:
    """Tables for usual contents of the materials (m, E), as bytes."""
    layers = (held for held, _ in _LAYERS.values())
    further = {element for held in (*layers, _BELT, _SOIL) for element in held} | {element for element, _ in LINES}
    every = (*elements, *sorted(further - set(elements)))
    head = Head.of(every, LINES, np.array(_BINS), Tube(kvp, {"al": _ALUMINIUM * filter_mm}, rhodium), _AIR_PATH)
    contents = _padded(head, np.frombuffer(typical).reshape(-1, len(elements)))
    belt, soil, copper = (
        np.array([[held.get(element, 0.0) for element in every]]) for held in (_BELT, _SOIL, {"cu": 100.0})
    )
    photons = (1.0 + KBETA_SHARE) * float(head.emitted(copper, _SINE, _SINE).sum())
    belt_seen = np.concatenate([head.emitted(belt, _SINE, _SINE)[0], _scattered(head, belt)[0]])
    amplified = np.ascontiguousarray(1.0 + head.enhancement(contents, _SINE).T)
    scattered = np.ascontiguousarray(_scattered(head, contents).T)
    return HeadResponse(head, amplified, scattered, 0.01 * soil[0] @ head.attenuation_out, belt_seen, photons)


def _scattered(head: Head, contents: FloatArray) -> FloatArray:
    """Scattered rhodium, background at each line and all of the continuum, (n, L + 3)."""
    continuum, background = head.scattered(contents, _SINE, _SINE)
    return np.column_stack([head.rhodium(contents, _SINE, _SINE), background, continuum])


def _padded(head: Head, contents: FloatArray) -> FloatArray:
    result = np.zeros((len(contents), len(head.elements)))
    result[:, : contents.shape[1]] = contents
    return result
