"""Heat of an alumina plant: published trains of heat, laws, values by hand."""

import numpy as np
import pytest

from physics.bayer.heat import (
    calcination_reaction,
    calciner_heat,
    coldest_end,
    digestion_heat,
    evaporation_heat,
    thermal_energy,
)
from physics.bayer.soda import liquor_per_tonne


@pytest.mark.parametrize(
    ("harvest", "approach", "water", "calciner", "sum_of_heat"),
    [(78.0, 28.0, 2.0, 3.0, 5.94), (88.0, 24.0, 1.8, 2.9, 5.32), (70.0, 32.0, 2.5, 3.3, 7.01)],
)
def test_heat_of_whole_plants(harvest, approach, water, calciner, sum_of_heat):
    """Digestion, evaporation with 0.3 t of steam a tonne of water, calciner; before mud, boilers and other fuel."""
    steam = digestion_heat(liquor_per_tonne(harvest), approach) + evaporation_heat(water, 0.3, 2.2)
    assert thermal_energy(steam, calciner, 1.0, 0.0) == pytest.approx(sum_of_heat, abs=0.055)


def test_fuel_by_hand():
    assert thermal_energy(3.8, 3.05, 0.86, 1.2) == pytest.approx(3.8 / 0.86 + 4.25, rel=1e-12)


def test_a_calciner_takes_the_reaction_and_what_is_carried_away():
    assert calciner_heat(990.0) == pytest.approx(3.05, abs=0.005)
    assert calciner_heat(1000.0) - calciner_heat(990.0) == pytest.approx(0.012, rel=1e-9)
    assert calciner_heat(990.0, 0.0) == pytest.approx(calcination_reaction(0.2), rel=1e-12)


def test_no_cooler_is_colder_than_its_water():
    ends = coldest_end(76.0, 18.0, np.array([0.0, 0.4, 40.0]))
    np.testing.assert_allclose(ends, [76.0, 18.0 + 58.0 * np.exp(-0.4), 18.0], rtol=1e-12)
    assert coldest_end(76.0, 18.0, 0.4, 1.1) > ends[1]
