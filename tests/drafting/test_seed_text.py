"""Facts of the plant in a draft whose name has physics."""

import tomllib

import pytest

from drafting.seed_text import equipment_text
from models.processes.lookup import check_process, kind_of
from seeds import SeedError, load
from seeds.format.loader import parse


def test_a_draft_of_a_name_with_physics_asks_for_its_facts(plant, draft_of, suspected, tmp_path):
    drafted = draft_of(plant(), name="lead_refining")
    assert suspected(drafted, "equipment") == ["[equipment]"]
    assert '# cells of a section, 1 to 500\n# cells = { value = ..., unit = "count"' in drafted.text
    with pytest.raises(SeedError, match=r"equipment\.cells: missing: expected"):
        check_process(drafted.seed)


def test_the_lines_of_a_draft_are_a_section_once_they_have_values():
    text, _ = equipment_text("copper_electrorefining")
    facts = kind_of(load("copper_electrorefining")).equipment_type.facts()
    lines = [line.removeprefix("# ") for line in text.splitlines() if "[equipment]" in line or " = {" in line]
    lines = [line for line in lines if not line.startswith("Facts")]
    stated = tomllib.loads("\n".join(lines).replace("...,", "3,"))["equipment"]
    assert {name: one["unit"] for name, one in stated.items()} == {name: one.unit for name, one in facts.items()}


@pytest.mark.parametrize("name", ["plant", "copper_cathode"])
def test_a_draft_without_physics_or_without_facts_asks_for_none(name):
    assert equipment_text(name) == ("", [])


def test_inputs_that_physics_reads_and_a_seed_has_not_are_named_at_once(tmp_path):
    text = load("lead_refining").text
    for name in ("steam_flow", "glue_dose"):
        text = text.replace(f'"{name}"', f'"our_{name}"')
    with pytest.raises(
        SeedError, match="columns: glue_dose, steam_flow missing, which the physics of lead_refining reads: expected"
    ):
        check_process(parse(text, tmp_path / "lead_refining.toml"))
