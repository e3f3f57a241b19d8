"""Norms of energy consumption in a seed: what each entry says, and what is refused, fault by fault."""

from pathlib import Path

import pytest

from seeds import Norm, Seed, SeedError, load
from seeds.format.loader import parse

PATH = Path("toy_cells.toml")
KEPT = """
[[norms]]
name = "electrolysis"
document = "GB 1"
title = "anode to cathode"
boundary = "alternating"
unit = "kWh/t"
grades = [{ name = "1", at_most = 200 }, { name = "2", at_most = 300 }]
verification = "unverified"
source = "practice: a third party's table"
outside_boundary = { value = 15, unit = "kWh/t", source = "assumed: bus bars" }
"""
# breadth of the field: grades 1 to 3 and the pairs of benchmark and baseline, with their unit
LIMITS = {
    "aluminium_reduction": {
        "gb_liquid_alternating": ("kWh/t", 12950, 13000, 13350),
        "gb_liquid_comprehensive": ("kWh/t", 13250, 13350, 13700),
        "gb_ingot_comprehensive": ("kWh/t", 13300, 13400, 13750),
        "gb_ingot_coal_equivalent": ("kgce/t", 1670, 1680, 1720),
        "ndrc_liquid_alternating": ("kWh/t", 13000, 13350),
    },
    "copper_electrorefining": {"gb_electrolysis": ("kgce/t", 70, 85, 110), "ndrc_electrolysis": ("kgce/t", 85, 110)},
    "zinc_electrowinning": {
        "gb_ingot_without_residue": ("kgce/t", 550, 660, 820),
        "ndrc_ingot_without_residue": ("kgce/t", 800, 950),
    },
}


def faults(text: str) -> list[str]:
    with pytest.raises(SeedError) as caught:
        parse(text, PATH)
    return [fault.removeprefix("toy_cells.toml: ") for fault in caught.value.faults]


def test_a_norm_has_a_document_a_boundary_and_grades(toy_seed: Seed) -> None:
    seed = parse(toy_seed.text + KEPT, PATH)
    (norm,) = seed.norms
    assert isinstance(norm, Norm)
    assert (norm.document, norm.boundary, norm.unit, norm.verification) == (
        "GB 1",
        "alternating",
        "kWh/t",
        "unverified",
    )
    assert [(grade.name, grade.at_most) for grade in norm.grades] == [("1", 200), ("2", 300)]
    assert norm.outside_boundary is not None
    assert norm.outside_boundary.value == 15
    assert {"norms.electrolysis", "norms.electrolysis.outside_boundary"} <= set(seed.sources)


def test_a_seed_need_not_have_any(toy_seed: Seed) -> None:
    assert toy_seed.norms == []


@pytest.mark.parametrize("process", LIMITS)
def test_limits_are_those_of_the_documents(process: str) -> None:
    norms = load(process).norms
    result = {one.name: (one.unit, *(grade.at_most for grade in one.grades)) for one in norms}
    assert result == LIMITS[process]
    # None was read in the standard itself, so that none may be called verified.
    assert {one.verification for one in norms} == {"unverified"}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('unit = "kWh/t"\ngrades', 'unit = "MWh/t"\ngrades', "norms.electrolysis.unit: got 'MWh/t': "),
        ('"alternating"', '"gate"', "norms.electrolysis.boundary: got 'gate': "),
        ('"unverified"', '"sure"', "norms.electrolysis.verification: got 'sure': "),
        ("at_most = 200", "at_most = -200", "norms.electrolysis.grades.1.at_most: got -200: "),
        ("at_most = 200", 'at_most = "200"', "norms.electrolysis.grades.1.at_most: got '200': "),
        (
            "at_most = 300",
            "at_most = 150",
            "norms.electrolysis.grades.2.at_most: got 150: expected more than 200 of grade 1",
        ),
        ('name = "2"', 'name = "1"', "norms.electrolysis.grades.1: named 2 times"),
        (
            'value = 15, unit = "kWh/t"',
            'value = 15, unit = "kgce/t"',
            "norms.electrolysis.outside_boundary.unit: got 'kgce/t': expected 'kWh/t' as of the norm",
        ),
        ("value = 15", "value = 0", "norms.electrolysis.outside_boundary.value: got 0: expected more than 0"),
        ('document = "GB 1"\n', "", "norms.electrolysis.document: missing"),
        ('document = "GB 1"', 'document = "GB 1"\nyear = 2013', "norms.electrolysis.year: unknown key"),
        (
            'unit = "kWh/t"\ngrades',
            'unit = "kgce/t"\ngrades',
            "norms.electrolysis.boundary: got 'alternating': expected 'comprehensive': coal equivalents count all",
        ),
        ("practice: a third", "somebody: a third", "norms.electrolysis: got source 'somebody: a third party's table'"),
    ],
)
def test_what_cannot_be_is_refused_with_place_and_value(toy_seed: Seed, old: str, new: str, expected: str) -> None:
    text = KEPT.replace(old, new)
    assert text != KEPT
    result = faults(toy_seed.text + text)
    assert any(fault.startswith(expected) for fault in result), result


def test_two_norms_of_one_name_are_refused(toy_seed: Seed) -> None:
    assert "norms.electrolysis: named 2 times" in faults(toy_seed.text + KEPT + KEPT)


def test_norms_belong_to_processes_that_predict_a_number(toy_class_seed: Seed) -> None:
    with pytest.raises(SeedError, match="norms: belongs to the task regression"):
        parse(toy_class_seed.text + KEPT, Path("toy_ores.toml"))
