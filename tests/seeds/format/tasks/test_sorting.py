"""Seeds of sorting processes: what must go together, told fault by fault."""

from pathlib import Path

import pytest

from seeds import Seed, SeedError
from seeds.format.agreement import differing
from seeds.format.loader import parse


def faults(seed: Seed, *changes: tuple[str, str]) -> list[str]:
    text = seed.text
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    with pytest.raises(SeedError) as caught:
        parse(text, Path("toy_scrap.toml"))
    return [fault.removeprefix("toy_scrap.toml: ") for fault in caught.value.faults]


def test_a_sorting_seed_tells_classes_elements_and_bins(toy_sorting_seed):
    seed = toy_sorting_seed
    assert seed.classes == ("a", "b", "c", "other")
    assert [column.name for column in seed.elements] == ["x", "z"]
    assert seed.target.name == "metal"
    assert not seed.target.is_number
    assert [one.name for one in seed.bins if one.rest] == ["rest"]
    assert seed.sorting_rules.other_class == "other"
    assert "bins.bin_a.limits.x" in seed.sources


def test_a_regression_seed_has_no_rules_of_sorting(toy_seed):
    assert toy_seed.classes == toy_seed.elements == ()
    with pytest.raises(TypeError, match="toy_cells: its task is regression"):
        _ = toy_seed.sorting_rules


@pytest.mark.parametrize(
    ("old", "new", "predictions"),
    [
        ('task = "sorting"', 'task = "quality"', "sorting: belongs to the task sorting"),
        ('mass = "mass"', 'mass = "s1"', "sorting.mass: got 's1': expected a before or during column in g"),
        (
            'other_class = "other"\nlot',
            'other_class = "else"\nlot',
            "sorting.other_class: got 'else': expected one of a, b, c, other",
        ),
        ('value = 2, unit = "kg"', 'value = 2, unit = "t"', "sorting.lot_mass.unit: got 't': expected 'kg'"),
        ("confidence = { value = 0.9", "confidence = { value = 1.0", "sorting.confidence.value: got 1.0"),
        ("confidence = { value = 0.9", "confidence = { value = 1.5", "sorting.confidence.value: got 1.5"),
        ("confidence = { value = 0.9", "confidence = { value = -0.5", "sorting.confidence.value: got -0.5"),
        (
            "calibration_confidence = { value = 0.6",
            "calibration_confidence = { value = 1",
            "sorting.calibration_confidence.value: got 1: expected above 0 and below 1",
        ),
        (
            "calibration_confidence = { value = 0.6",
            "calibration_confidence = { value = 0",
            "sorting.calibration_confidence.value: got 0: expected above 0 and below 1",
        ),
        (
            'calibration_confidence = { value = 0.6, unit = "1"',
            'calibration_confidence = { value = 0.6, unit = "%"',
            "sorting.calibration_confidence.unit: got '%': expected '1'",
        ),
        ("rest = true\n", "", "bins: got 0 with rest = true (none): expected exactly one"),
        ("a = 2.0, b = -1.0", "a = 2.0", "bins.bin_a.value: class 'b' is missing"),
        ("a = 2.0, b", "q = 2.0, a = 2.0, b", "bins.bin_a.value.q: expected a class of the first target"),
        ("limits = { x =", "limits = { y =", "bins.bin_a.limits.y: expected an element target column"),
        ('{ value = 0.9, unit = "wt%"', '{ value = 0.9, unit = "ppm"', "bins.bin_a.limits.x.unit: got 'ppm'"),
        ('of x"\nunit = "wt%"', 'of x"\nunit = "g/L"', "columns.x.unit: got 'g/L': expected one of 1, kg/kg, %"),
        ('name = "bin_bc"', 'name = "bin_a"', "bins.bin_a: named 2 times"),
        ('classes = ["a", "b", "c", "other"]', "", "columns: the first target needs classes"),
        ('"c", "other"]', '"c", "c", "other"]', "each may be named once"),
        ('"other"]\n', '"other"]\nlow = 0\n', "low belongs to a number column, this one holds classes"),
        ('[targets.metal]\nunit = "1"', '[targets.metal]\nunit = "kg"', "targets.metal.unit: got 'kg': expected '1'"),
    ],
)
def test_what_does_not_go_together_is_told(toy_sorting_seed, old, new, predictions):
    assert any(predictions in fault for fault in faults(toy_sorting_seed, (old, new)))


OF_MEAN = 'limits = { x = { value = 0.9, unit = "wt%", source = "law" } }\n'


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ('{ y = { value = 0.3, unit = "wt%", source = "law" } }', "bins.bin_a.sd_limits.y: expected an element target"),
        ('{ metal = { value = 0.3, unit = "1", source = "law" } }', "bins.bin_a.sd_limits.metal: expected an element"),
        (
            '{ x = { value = 0.3, unit = "ppm", source = "law" } }',
            "bins.bin_a.sd_limits.x.unit: got 'ppm': expected 'wt%'",
        ),
        (
            '{ x = { value = 0, unit = "wt%", source = "law" } }',
            "bins.bin_a.sd_limits.x.value: got 0: expected a number above 0",
        ),
        ('{ x = { value = -0.3, unit = "wt%", source = "law" } }', "bins.bin_a.sd_limits.x.value: got -0.3: expected"),
        ('{ x = { value = 0.3, unit = "wt%" } }', "bins.bin_a.sd_limits.x.source"),
        ("{ x = 0.3 }", "bins.bin_a.sd_limits.x"),
    ],
)
def test_a_limit_of_a_standard_deviation_that_cannot_be_is_one_line(toy_sorting_seed, given, fault):
    (result,) = faults(toy_sorting_seed, (OF_MEAN, f"{OF_MEAN}sd_limits = {given}\n"))
    assert result.startswith(fault)


def test_the_rest_limits_no_standard_deviation(toy_sorting_seed):
    of_sd = OF_MEAN.replace("limits", "sd_limits")
    (result,) = faults(toy_sorting_seed, ("rest = true\n", f"rest = true\n{of_sd}"))
    assert result == "bins.rest.sd_limits: the rest has none"


def test_a_bin_limits_mean_and_standard_deviation_each_by_itself(toy_sorting_seed):
    of_sd = OF_MEAN.replace("limits", "sd_limits").replace("0.9", "0.3")
    toy_spread_seed = parse(toy_sorting_seed.text.replace(OF_MEAN, OF_MEAN + of_sd), Path("toy_scrap.toml"))
    bin_a = toy_spread_seed.bins[0]
    assert (bin_a.limits["x"].value, bin_a.sd_limits["x"].value) == (0.9, 0.3)
    assert bin_a.limits_in_words == ["x 0.9 wt%", "standard deviation of x 0.3 wt%"]
    assert "bins.bin_a.sd_limits.x" in toy_spread_seed.sources
    text = toy_spread_seed.text.replace(OF_MEAN, "", 1)
    alone = parse(text, Path("toy_scrap.toml")).bins
    assert [(one.limits, one.is_limited) for one in alone] == [({}, True), ({}, False), ({}, False)]
    assert differing(toy_sorting_seed, toy_spread_seed) == ["bin bin_a: standard deviation of x <= 0.3 wt%"]


def test_nothing_comes_along_where_the_seed_says_nothing_of_it(toy_sorting_seed):
    text = toy_sorting_seed.text.replace('co_ejection = { value = 0.02, unit = "1", source = "law" }\n', "")
    assert toy_sorting_seed.sorting_rules.carried_along == 0.02
    assert parse(text, Path("toy_scrap.toml")).sorting_rules.carried_along == 0.0


def test_a_regression_seed_with_bins_is_refused(toy_seed, toy_sorting_seed):
    bins = toy_sorting_seed.text[toy_sorting_seed.text.index("[[bins]]") :]
    with pytest.raises(SeedError, match="bins: belongs to the task sorting"):
        parse(f"{toy_seed.text}\n{bins}", Path("toy_cells.toml"))


MATERIAL = """
[plant]
rng_seed = 1
start = 2024-01-01
units = 10
years = 1
[plant.parameters]
[[plant.materials]]
name = "m1"
belongs_to = "a"
share = 1.0
balance = "x"
unit = "wt%"
content = { z = [0.2, 0.5] }
properties = { density = { low = 2.6, high = 2.8, unit = "g/cm³" } }
source = "law"
"""


def test_materials_have_windows_that_rise_and_a_class_of_the_seed(toy_sorting_seed):
    seed = parse(toy_sorting_seed.text + MATERIAL, Path("toy_scrap.toml"))
    assert seed.plant.materials[0].content == {"z": [0.2, 0.5]}
    for old, new, predictions in (
        ('belongs_to = "a"', 'belongs_to = "q"', "plant.materials.m1.belongs_to: got 'q': expected a class"),
        ("[0.2, 0.5]", "[0.5, 0.2]", "content.z: got [0.5, 0.2]"),
        ("low = 2.6", "low = 2.9", "range is upside down: low 2.9 is above high 2.8"),
    ):
        with pytest.raises(SeedError) as caught:
            parse(toy_sorting_seed.text + MATERIAL.replace(old, new), Path("toy_scrap.toml"))
        assert predictions in str(caught.value)
