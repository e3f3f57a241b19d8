"""Names and units from headings as plants write them."""

import re

import pytest

from drafting.headings import name_of, read_headings, read_unit, unit_of
from seeds.format.units import is_unit


@pytest.mark.parametrize(
    ("heading", "unit"),
    [
        ("Temp (°C)", "°C"),
        ("Temp [°C]", "°C"),
        ("T_degC", "°C"),
        ("温度(℃)", "°C"),
        ("flow_t_h", "t/h"),
        ("steam_kg_h", "kg/h"),
        ("energy_kWh_t", "kWh/t"),
        ("zinc_g_l", "g/L"),
        ("cd_A_m2", "A/m²"),
        ("Strom / kA", "kA"),
        ("Zeit in h", "h"),
        ("power_kW", "kW"),
        ("U_V", "V"),
        ("u1_v", "V"),
        ("Zn %", "%"),
        ("Cu wt.%", "wt%"),
        ("yield_pct", "%"),
        ("Flow m3/h", "m³/h"),
        ("m3/h", "m³/h"),
        ("Q [Nm3/h]", "Nm³/h"),
        ("ratio (-)", "1"),
        ("speed_rpm", "rpm"),
        ("viscosity (mPa*s)", "mPa*s"),
    ],
)
def test_units(heading, unit):
    assert read_unit(heading)[0] == unit
    assert is_unit(unit)


@pytest.mark.parametrize(
    "heading",
    ["line_a", "grade_A", "shift", "group_g", "flow_min", "bath_temperature", "line voltage pot", "level_m", "Al2O3"],
)
def test_words_and_letters_by_chance_are_no_units(heading):
    assert read_unit(heading) == (None, None)


def test_what_stands_in_brackets_and_is_no_unit_is_kept_to_be_shown():
    assert read_unit("Druck (mbarg)") == (None, "mbarg")


def test_prefixes_keep_their_case():
    assert [unit_of(text) for text in ("mPa", "MPa", "mW", "MW", "mA")] == ["mPa", "MPa", "mW", "MW", "mA"]


@pytest.mark.parametrize(
    "text", ["Temp (°C)", "Öl / Wasser", "2nd stage", "电流", "a", "  ", "Zn%", "id", "ÅÆØ", "x" * 90]
)
def test_every_heading_becomes_a_name(text):
    assert re.fullmatch(r"[a-z][a-z0-9_]*", name_of(text))


def test_names_are_unique_and_none_is_another_heading():
    headings = ["Temp", "temp", "TEMP", "Temp (K)", "temp_2", "温", "度"]
    result = read_headings(headings)
    names = [one.name for one in result]
    assert len(set(names)) == len(names)
    assert [one.name for one in result if one.text in ("temp", "temp_2")] == ["temp", "temp_2"]
    for one in result:
        assert not (one.name in headings and one.text != one.name)


def test_a_row_of_units_goes_before_the_heading():
    (result,) = read_headings(["flow_t_h"], {"flow_t_h": "kg/h"})
    assert result.unit == "kg/h"
