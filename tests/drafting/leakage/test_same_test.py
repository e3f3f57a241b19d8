"""Results of one test, and contents of one sample, are known by their headings; inputs are not taken for them."""

import numpy as np
import pandas as pd
import pytest

from drafting.columns import DetectedColumn, find_column
from drafting.headings import read_headings
from drafting.leakage.same_test import same_test
from seeds import TableFormat


def columns(*headings: str) -> list[DetectedColumn]:
    values = pd.Series(np.arange(20) / 7)
    return [find_column(values, heading, TableFormat()) for heading in read_headings(headings)]


def named(target: str, *others: str) -> list[str]:
    first, *remaining = columns(target, *others)
    return [one.where for one in same_test(first, remaining)]


@pytest.mark.parametrize(
    ("target", "siblings", "others"),
    [
        ("Yield", ["Tensile", "Elongation"], ["Si", "Mg", "Ageing time (h)"]),
        ("yield_strength_mpa", ["UTS (MPa)", "elongation_pct"], ["hardness", "ageing_temp_c", "annealing"]),
        ("Tensile strength (MPa)", ["Yield (MPa)", "Reduction of area (%)"], ["Yield (%)", "Hardness HB"]),
        ("Rm [MPa]", ["Rp0,2 [MPa]", "A5 [%]"], ["Rührzeit [min]", "Abkühlrate"]),
        ("Zugfestigkeit (MPa)", ["Streckgrenze", "Bruchdehnung (%)"], ["Auslagerungstemperatur (°C)"]),
        ("抗拉强度(MPa)", ["屈服强度(MPa)", "断后伸长率(%)"], ["时效温度(℃)", "硅含量"]),
        ("Usage_kWh", ["Lagging_Current_Reactive.Power_kVarh", "CO2(tCO2)", "Lagging_Current_Power_Factor"], ["NSM"]),
        ("用电量", ["无功电量", "功率因数"], ["产量(t)"]),
        ("d50 (µm)", ["d10 (µm)", "d90 (µm)"], ["mill speed (rpm)", "feed (t/h)"]),
        ("Hardness HB", ["Hardness HV"], ["Tensile strength"]),
    ],
)
def test_results_of_one_test(target: str, siblings: list[str], others: list[str]) -> None:
    assert named(target, *siblings, *others) == siblings


@pytest.mark.parametrize(
    ("target", "siblings", "others"),
    [
        ("% Silica Concentrate", ["% Iron Concentrate"], ["% Iron Feed", "% Silica Feed", "Starch Flow"]),
        ("Zn in cake (wt%)", ["Cd in cake (wt%)", "Fe in cake (wt%)"], ["Zn in feed (wt%)", "Fe in liquor (g/L)"]),
        ("SiO2 (%)", ["Al2O3 (%)", "Fe2O3 (%)"], ["moisture (%)", "T (°C)"]),
        ("cake_zinc", ["cake_cadmium"], ["feed_zinc", "cake_moisture"]),
        ("铁精矿品位", [], ["给矿量"]),
    ],
)
def test_contents_of_one_sample(target: str, siblings: list[str], others: list[str]) -> None:
    assert named(target, *siblings, *others) == siblings


@pytest.mark.parametrize("target", ["yield (%)", "Steingehalt [%]", "energy_kWh_t", "U (V)", "progression", "s1"])
def test_inputs_are_no_results(target: str) -> None:
    others = [
        "I (kA)",
        "P (kW)",
        "T (°C)",
        "temperature_degC",
        "feed (t/h)",
        "ratio",
        "Schwefel [wt%]",
        "age",
        "s2",
        "bp",
    ]
    assert named(target, *others) == []
