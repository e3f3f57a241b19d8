"""Units of a mass fraction: how much of each is the whole, from what the unit means."""

import pytest

from seeds.format.units import MASS_FRACTIONS, is_unit, nearest_unit, whole

# Parts of a whole by the unit's own name: per hundred, per thousand, per million.
WHOLE = {"1": 1, "kg/kg": 1, "%": 100, "wt%": 100, "kg/t": 1000, "g/kg": 1000}
WHOLE |= dict.fromkeys(("g/t", "mg/kg", "ppm", "ppmw"), 1_000_000)


def test_every_unit_of_a_mass_fraction_is_so_much_of_the_whole():
    assert {unit: whole(unit) for unit in MASS_FRACTIONS} == WHOLE


def test_what_is_no_mass_fraction_is_refused():
    with pytest.raises(KeyError, match="g/L"):
        whole("g/L")


@pytest.mark.parametrize(
    "unit",
    [
        *("m3/h", "m³/h", "m^3/h", "ml/min", "mL/min", "mV", "g/L", "g/l", "N", "rpm", "-", "%", "ppm", "bar", "kPa"),
        *(
            "mesh",
            "pH",
            "kWh/t",
            "A/cm²",
            "W/m²/K",
            "µS/cm",
            "Nm3/h",
            "1/min",
            "s-1",
            "kg.m/s2",
            "°F",
            "barg",
            "V/cell",
        ),
        # common codes of UCUM
        *("10*3/uL", "mm[Hg]", "[degF]", "Cel", "mmol/L", "mg/dL", "%{WBC}", "{ratio}", "umol/L", "[pH]"),
    ],
)
def test_what_engineers_and_ucum_write_is_a_unit(unit):
    assert is_unit(unit)


@pytest.mark.parametrize(
    "unit", ["", "kilowatt hours", "m3/", "/", "kg//h", " kA", "kA ", "m3h", "%%", "deg C", "1.73_m"]
)
def test_what_is_no_unit_is_none(unit):
    assert not is_unit(unit)


@pytest.mark.parametrize(
    ("text", "unit"),
    [("deg C", "°C"), ("Celcius", "°C"), ("kWh/tonne", "kWh/t"), ("Amps", "A"), ("TPH", "tph")],
)
def test_the_nearest_unit_is_what_was_meant(text, unit):
    assert not is_unit(text)
    assert nearest_unit(text) == unit
    assert is_unit(unit)


def test_nothing_near_is_none():
    assert nearest_unit("xyzzy") is None
