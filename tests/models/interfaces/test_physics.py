"""Facts that physics is bound to: their bounds, what a seed must state, and what stored models take."""

import re
from pathlib import Path

import numpy as np
import pytest

from models.processes.lookup import check_process, energy_of, needed_physics_of
from seeds import SeedError, load
from seeds.format.loader import parse
from synthetic_data.engine.runs import replay
from tests.models.processes.rows import typical
from tests.suite.physics import physics_type, state_process

TEXT = load("lead_refining").text
CELLS = 'cells = { value = 16, unit = "count", source = "assumed: cells of a section" }\n'
FORM = 'expected { value = ..., unit = "count", source = "..." }, cells of a section, 1 to 500'


def read(new: str, old: str = CELLS):
    assert TEXT.count(old) == 1
    return parse(TEXT.replace(old, new), Path("lead_refining.toml"))


def test_steam_that_models_derive_is_that_of_a_refinery_with_more_cells():
    """A tonne's steam by the truth's own readings, where 24 cells stand in a section, and by the 16 of before."""
    seed = read(CELLS.replace("16", "24"))
    plant = replay(seed, units=6, years=0.5)
    columns = {
        column.name: plant.table[column.name].to_numpy(np.float64) for column in seed.inputs if not column.is_made
    }
    economics = {name: one.value for name, one in seed.economics.items()}
    efficiency = plant.truth["current_efficiency"].to_numpy(np.float64)
    true = (plant.truth["steam"] * 72.0).sum() / plant.truth["cathode_mass"].sum()
    steam = {}
    for cells, own in ((24, seed), (16, load("lead_refining"))):
        made = needed_physics_of(own).lead_made(columns, efficiency)
        derived = needed_physics_of(own).derived(columns, efficiency, economics)["specific_steam"]
        np.testing.assert_array_equal(energy_of(own).steam(columns, efficiency), derived)
        steam[cells] = np.nansum(derived * made) / np.nansum(np.where(np.isnan(derived), np.nan, made))
    assert steam[24] == pytest.approx(true, rel=0.05)
    assert steam[16] == pytest.approx(1.5 * steam[24], rel=1e-9)


@pytest.mark.parametrize(
    ("stated", "fault"),
    [
        ("", f"equipment.cells: missing: {FORM}; until version 0.1 every plant was taken to have 16"),
        (CELLS.replace("count", "t"), 'equipment.cells: got unit "t": expected "count"'),
        (CELLS.replace("16", "0"), "equipment.cells: got 0: expected 1 to 500 count"),
        (CELLS.replace("16", "16.5"), "equipment.cells: got 16.5: expected a whole number"),
        (CELLS.replace("16", "501"), "equipment.cells: got 501: expected 1 to 500 count"),
        (CELLS + CELLS.replace("cells =", "cels ="), "equipment.cels: no fact of lead_refining; the nearest is cells"),
        (
            CELLS + CELLS.replace("cells =", "xyzzy ="),
            "equipment.xyzzy: no fact of lead_refining; expected cells, electrode_gap, anode_crops, steam_heat",
        ),
    ],
)
def test_a_fact_that_physics_cannot_use_is_named(stated, fault):
    with pytest.raises(SeedError, match=re.escape(f"lead_refining.toml: {fault}")):
        check_process(read(stated))


def test_all_faults_are_named_at_once():
    text = TEXT.replace(CELLS, CELLS.replace("16", "0"))
    gone = [line for line in text.splitlines() if line.startswith(("anode_crops", "highest_bismuth"))]
    assert len(gone) == 2
    for line in gone:
        text = text.replace(line + "\n", "")
    with pytest.raises(SeedError) as error:
        check_process(parse(text, Path("lead_refining.toml")))
    places = [fault.split(":")[0] for fault in error.value.faults]
    assert places == ["equipment.cells", "equipment.anode_crops", "economics.highest_bismuth"]


@pytest.mark.parametrize("end", [1, 500])
def test_facts_at_the_ends_of_their_bounds_pass_and_give_finite_features(end):
    seed = read(CELLS.replace("16", str(end)))
    check_process(seed)
    for name, values in needed_physics_of(seed).features(typical(seed, 50)).items():
        assert np.isfinite(values).all(), name


def test_a_fact_of_a_process_without_physics_is_refused(toy_seed):
    seed = parse(
        toy_seed.text + "[equipment]\n" + CELLS.replace("assumed: cells", "law: cells"), Path("toy_cells.toml")
    )
    with pytest.raises(
        SeedError, match=r"process\.type: missing, and \[equipment\] need the physics of one: state .*, one of copper_"
    ):
        check_process(seed)


def test_derived_targets_of_a_process_whose_physics_derives_none_are_refused(toy_seed, monkeypatch):
    seed = parse(toy_seed.text, Path("toy_cells.toml"))
    seed.targets["energy"] = seed.targets["y"].model_copy(update={"derived_from": "y"})
    state_process(monkeypatch, "toy_cells", physics=physics_type())
    with pytest.raises(SeedError, match="targets: energy derived, and the physics of toy_cells derives none: expected"):
        check_process(seed)
    state_process(monkeypatch, "toy_cells", physics=physics_type(derived=lambda columns, y, prices: {"energy": y}))
    check_process(seed)
