"""Graded plants that tests share, and what plants are compared with: bands, neighbours that a jet takes along."""

import csv
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from physics.sorting.ejection import crowding, deflection_probability, jet_overlap
from tests.synthetic_data.graded import GradedPlant

BANDS = Path(__file__).parents[1] / "bands"


def bands_of(process: str) -> list[dict[str, str]]:
    with (BANDS / f"{process}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="session")
def graded() -> Callable[[str], GradedPlant]:
    """The simulated plant of a process whose lots are graded, made once a session."""
    return cache(GradedPlant)


@pytest.fixture(scope="session")
def read_bands() -> Callable[[str], list[dict[str, str]]]:
    """Reader of a process's bands, a row each."""
    return bands_of


@pytest.fixture(scope="session")
def outside_bands() -> Callable[[str, Mapping[str, float]], list[str]]:
    """Statistics of a process's plant outside of their bands, a line each; bands of what is learnt are left out."""

    def outside(process: str, result: Mapping[str, float]) -> list[str]:
        bands = {row["statistic"]: row for row in bands_of(process) if not row["statistic"].startswith("learnt: ")}
        assert result.keys() == bands.keys()
        return [
            f"{name}: {result[name]:.4g} {band['unit']} is not within {band['low']} to {band['high']}"
            for name, band in bands.items()
            if not float(band["low"]) <= result[name] <= float(band["high"])
        ]

    return outside


@pytest.fixture(scope="session")
def expected_neighbours() -> Callable[[float, float], float]:
    """Neighbours deflected by one ejection on average, equal pieces of a size [mm] at an occupancy of the belt.

    Density of neighbours at contact times the chance of deflection, integrated over all places of a neighbour: jets
    reach 7.5 mm beyond the piece, their timing error is normal with 4 mm, the raster of nozzles adds up to 12.5 mm.
    """
    errors, probabilities = np.polynomial.hermite_e.hermegauss(7)

    def integral(occupancy: float, size: float) -> float:
        x = np.arange(0.25, size + 7.5 + 16.0, 0.5)[:, None]
        y = np.arange(0.25, size + 12.5, 0.5)
        apart = np.hypot(x, y) >= size
        deflected = 0.0
        for error, probability in zip(errors, probabilities / probabilities.sum(), strict=True):
            for raster in 12.5 * (np.arange(6) + 0.5) / 6:
                overlap = jet_overlap(x + 4.0 * error, y, size, size, 7.5, raster)
                deflected += probability / 6 * 4 * 0.5**2 * np.sum(deflection_probability(overlap) * apart)
        return float(occupancy * crowding(occupancy) * deflected / size**2)

    return integral
