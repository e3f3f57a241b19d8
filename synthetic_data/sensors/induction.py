"""The induction array under the belt: the conductivity that it reads of each piece."""

from __future__ import annotations

import numpy as np

from physics.arrays import FloatArray
from physics.sorting.conductivity import apparent_conductivity
from synthetic_data.engine.parameters import ArrayParameters, PositiveArray, ShareArray
from synthetic_data.sensors.shape import PieceShape
from synthetic_data.sorter.feed import FeedPieces
from synthetic_data.sorter.registration import Registration, blended


class CoilParameters(ArrayParameters):
    """Parameters of the induction array from [plant.parameters], one value a lot; units as there."""

    coil_frequency: PositiveArray
    coil_radius: PositiveArray
    coil_lift_off: FloatArray
    coil_phase: ShareArray
    coil_rsd: FloatArray
    coil_area: FloatArray
    coil_dropout: ShareArray


def read(
    pieces: FeedPieces, form: PieceShape, registration: Registration, rng: np.random.Generator
) -> dict[str, FloatArray]:
    """Report of the array: conductivity [%IACS]; NaN if a channel dropped out.

    Thin walls and air below a piece lower the reading; small pieces are read less surely. Magnetisation, whose signal
    has the other sign, cancels any part of that of ferromagnetic metal. Reads `coil_frequency` [Hz], `coil_radius` and
    `coil_lift_off` [mm], `coil_phase` [1], `coil_rsd` [1], `coil_area` [cm²], `coil_dropout` [1].
    """
    p, n = pieces.parameters.view(CoilParameters), len(pieces.lot)
    wall = pieces.thickness * pieces.shape
    air = 0.5 * form.height * (1.0 - form.solid)  # the walls lie about the middle of the envelope's air
    reading = apparent_conductivity(
        pieces.conductivity,
        wall,
        p.coil_frequency,
        p.coil_lift_off + air,
        p.coil_lift_off,
        p.coil_radius,
        p.coil_phase,
    )
    if pieces.magnetic.any():
        reading = np.where(pieces.magnetic, rng.random(n), 1.0) * reading
    rsd = p.coil_rsd * np.sqrt(1.0 + p.coil_area / pieces.area)
    read_out = blended(reading, pieces.area, registration) * np.exp(rsd * rng.standard_normal(n))
    dropped = rng.random(n) < p.coil_dropout
    return {"conductivity": np.where(dropped, np.nan, read_out)}
