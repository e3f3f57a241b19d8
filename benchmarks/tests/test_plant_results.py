"""Figures of plants are stored by process, those of the present seed alone."""

import json

from benchmarks.digests import seed_digest
from benchmarks.plant_results import add_plant, fill_page, with_plant
from seeds import load

PROCESSES = ("aluminium_reduction", "alumina_refining")


def test_figures_of_another_seed_of_a_process_are_left_out():
    seed = load("aluminium_reduction")
    old = {
        "seed_digests": {"aluminium_reduction": "sha256:other"},
        "plants": {"aluminium_reduction": {"801": {"a": 1}}},
    }
    new = with_plant(old, seed, 802, {"a": 2}, PROCESSES)
    assert new["plants"] == {"aluminium_reduction": {"802": {"a": 2}}}
    assert new["seed_digests"] == {"aluminium_reduction": seed_digest(seed)}
    assert list(with_plant(new, seed, 801, {}, PROCESSES)["plants"]["aluminium_reduction"]) == ["801", "802"]


def test_processes_stand_in_their_order_and_a_new_file_is_written(tmp_path):
    file, page = tmp_path / "figures.json", tmp_path / "page.md"
    add_plant(file, load("alumina_refining"), 801, {"a": 1}, PROCESSES)
    whole = add_plant(file, load("aluminium_reduction"), 801, {"a": 2}, PROCESSES)
    assert json.loads(file.read_text()) == whole
    assert list(whole["plants"]) == list(whole["seed_digests"]) == list(PROCESSES)
    page.write_text("# Page\n\n<!-- part -->\nold\n<!-- end of part -->\n\nend\n")
    fill_page(page, "part", lambda figures: [str(len(figures["plants"]))], whole)
    assert page.read_text() == "# Page\n\n<!-- part -->\n2\n<!-- end of part -->\n\nend\n"
