"""Facts of a plant in a seed: their form, references to them, and what no seed may say of them twice."""

import io
import re
from pathlib import Path

import pytest
from rich.console import Console

from seeds import SeedError, load
from seeds.format.agreement import differing
from seeds.format.listing import described
from seeds.format.loader import parse

TEXT = load("lead_refining").text
CELLS = 'cells = { value = 16, unit = "count", source = "assumed: cells of a section" }\n'
GAP = 'electrode_gap = { fact = "electrode_gap", spread = 0.03 }\n'
PARAMETERS = "[plant.parameters]\n"
START = TEXT.index("# ---------------------------------------------------------------- facts of the plant")
PLANT = TEXT.index("# ---------------------------------------------------------------- the simulated plant")


def read(*changes: tuple[str, str]):
    text = TEXT
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return parse(text, Path("lead_refining.toml"))


def test_a_fact_is_a_parameter_of_the_simulated_plant_too():
    seed = read((CELLS, CELLS.replace("16", "24")))
    assert seed.equipment["cells"].value == seed.plant.parameters["cells"].value == 24.0
    assert seed.plant.parameters["cells"].spread is None


def test_a_parameter_that_refers_to_a_fact_keeps_its_place_and_its_spread():
    names = list(read().plant.parameters)
    assert names.index("cathode_area") + 1 == names.index("electrode_gap")
    gap = read().plant.parameters["electrode_gap"]
    assert (gap.value, gap.unit, gap.spread) == (40.0, "mm", 0.03)
    assert gap.source == read().equipment["electrode_gap"].source


def test_each_source_counts_once():
    sources = read().sources
    assert "plant.parameters.cells" in sources
    assert not [place for place in sources if place.startswith("equipment")]


def test_a_plant_without_a_simulator_states_facts_alone():
    seed = parse(TEXT[:PLANT], Path("lead_refining.toml"))
    assert seed.plant is None
    assert seed.equipment["cells"].value == 16.0
    assert "equipment.cells" in seed.sources


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        (
            [(PARAMETERS, PARAMETERS + CELLS)],
            'plant.parameters.cells: stated in [equipment] too: leave it out, or refer to it by fact = "cells"',
        ),
        (
            [(GAP, GAP.replace('"electrode_gap"', '"gap"'))],
            "plant.parameters.electrode_gap.fact: got 'gap': expected a fact of [equipment]: cells, electrode_gap,",
        ),
        (
            [(GAP, GAP.replace("spread", "value = 41, spread"))],
            "plant.parameters.electrode_gap.value: stated by the fact 'electrode_gap' of [equipment]: leave it out",
        ),
        (
            [(GAP, GAP.replace("spread", "typical = 41, spread"))],
            "plant.parameters.electrode_gap.typical: stated by the fact 'electrode_gap' of [equipment]: leave it out",
        ),
        ([(CELLS, 'cells = { value = 16, source = "assumed: 16" }\n')], "equipment.cells.unit: missing"),
        ([(CELLS, CELLS.replace("16", '"16"'))], "equipment.cells.value: got '16': "),
        ([(CELLS, CELLS.replace("count", "furlong"))], "equipment.cells.unit: got 'furlong': expected "),
        ([(CELLS, CELLS.replace("assumed: cells", "folklore: cells"))], "equipment.cells: got source 'folklore"),
        ([(GAP, GAP.replace("0.03", "3"))], "plant.parameters.electrode_gap.spread: got 3"),
        ([("[equipment]\n", "[equipment]\nspread = 3\n")], "equipment.spread"),
        ([(GAP, "electrode_gap = { fact = 3 }\n")], "plant.parameters.electrode_gap"),
    ],
)
def test_a_faulty_fact_is_named_at_its_place(changes, fault):
    with pytest.raises(SeedError, match=re.escape(fault)) as error:
        read(*changes)
    assert len({one.split(":")[0] for one in error.value.faults}) == len(error.value.faults), error.value.faults
    assert all("electrode_gap" in one or one.startswith(fault.split(":")[0]) for one in error.value.faults)


def test_no_regime_changes_a_fact():
    regime = """
[[plant.regimes]]
start = 2024-01-01
name = "rebuilt"
description = "more cells a section"
change = { cells = { value = 18, unit = "count", source = "assumed: two more" } }
"""
    expected = r"plant\.regimes\.rebuilt: changes cells, a fact of \[equipment\]: a rebuilt plant is another seed"
    with pytest.raises(SeedError, match=expected):
        parse(TEXT + regime, Path("lead_refining.toml"))


@pytest.mark.parametrize("section", ["equipment = 3", "equipment = [1]", 'equipment = "cells"'])
def test_facts_of_another_form_are_named(section):
    with pytest.raises(SeedError, match="equipment: got"):
        parse(f"{section}\n{TEXT[:START]}{TEXT[PLANT:]}", Path("lead_refining.toml"))


def test_seeds_with_other_facts_do_not_agree():
    assert differing(read(), read()) == []
    assert differing(read(), read((CELLS, CELLS.replace("16", "24")))) == [
        "equipment cells 16.0 count",
        "equipment cells 24.0 count",
    ]


def test_facts_are_listed_with_their_unit_and_source():
    screen = Console(width=200, file=io.StringIO())
    for line in described(read()):
        screen.print(line)
    text = screen.file.getvalue()
    assert "cells  fact of the plant: 16 count\n    assumed: cells of a section" in text
