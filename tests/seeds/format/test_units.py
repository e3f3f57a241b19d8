"""Units of a mass fraction: how much of each is the whole, from what the unit means."""

import pytest

from seeds.format.units import MASS_FRACTIONS, whole

# Parts of a whole by the unit's own name: per hundred, per thousand, per million.
WHOLE = {"1": 1, "kg/kg": 1, "%": 100, "wt%": 100, "kg/t": 1000, "g/kg": 1000}
WHOLE |= dict.fromkeys(("g/t", "mg/kg", "ppm", "ppmw"), 1_000_000)


def test_every_unit_of_a_mass_fraction_is_so_much_of_the_whole():
    assert {unit: whole(unit) for unit in MASS_FRACTIONS} == WHOLE


def test_what_is_no_mass_fraction_is_refused():
    with pytest.raises(KeyError, match="g/L"):
        whole("g/L")
