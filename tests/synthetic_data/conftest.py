"""What the tests of simulated sorting lines are compared with: neighbours that a jet takes along, by integration."""

from collections.abc import Callable

import numpy as np
import pytest

from physics.sorting.ejection import crowding, deflection_probability, jet_overlap


@pytest.fixture(scope="session")
def expected_neighbours() -> Callable[[float, float], float]:
    """Neighbours deflected by one ejection on average, equal pieces of a size [mm] at an occupancy of the belt.

    Density of neighbours at contact times the chance of deflection, integrated over all places of a neighbour: jets
    reach 7.5 mm beyond the piece, their timing error is normal with 4 mm, the raster of nozzles adds up to 12.5 mm.
    """
    errors, chances = np.polynomial.hermite_e.hermegauss(7)

    def integral(occupancy: float, size: float) -> float:
        x = np.arange(0.25, size + 7.5 + 16.0, 0.5)[:, None]
        y = np.arange(0.25, size + 12.5, 0.5)
        apart = np.hypot(x, y) >= size
        deflected = 0.0
        for error, chance in zip(errors, chances / chances.sum(), strict=True):
            for raster in 12.5 * (np.arange(6) + 0.5) / 6:
                overlap = jet_overlap(x + 4.0 * error, y, size, size, 7.5, raster)
                deflected += chance / 6 * 4 * 0.5**2 * np.sum(deflection_probability(overlap) * apart)
        return float(occupancy * crowding(occupancy) * deflected / size**2)

    return integral
