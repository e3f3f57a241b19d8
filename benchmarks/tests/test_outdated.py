"""Pages name results whose plants or models have changed since they were measured; others may not be outdated."""

import json
from hashlib import sha256

import pytest

from benchmarks.aims.outdated import EARLIER_MODELS, FOLDER, NAME, OF_PAGES, note, outdated, pages
from benchmarks.aims.page import block, filled
from benchmarks.bounds.spreads import free_digest
from benchmarks.digests import own_plant_digest, seed_digest
from seeds import load


@pytest.mark.parametrize("seed_of", [seed_digest, own_plant_digest])
def test_a_result_of_the_present_plant_is_current_wherever_its_digest_stands(seed_of):
    digest, spent = seed_of(load("aluminium_reduction")), "sha256:0"
    assert outdated({"aluminium_reduction": {"seed_digest": digest}}) == []
    assert outdated({"processes": {"aluminium_reduction": {"seed_digest": digest, "rmse": 1.0}}}) == []
    assert outdated({"seed_digests": {"aluminium_reduction": digest, "zinc_ingot": spent}}) == ["zinc_ingot"]
    assert outdated({"aluminium_reduction": {"steps": {"seed_digest": spent}}}) == ["aluminium_reduction"]
    variants = {"usual": digest, "easy": spent}
    trials = {name: {"process": "aluminium_reduction", "seed_digest": one} for name, one in variants.items()}
    assert outdated(trials) == ["easy"]
    cells = load("retired_batteries")
    assert outdated({"retired_batteries": {"seed_digest": free_digest(cells)}}) == []
    assert outdated({"retired_batteries": {"seed_digest": spent}}) == ["retired_batteries"]


@pytest.mark.parametrize("name", [name for results in OF_PAGES.values() for name in results])
def test_every_result_states_the_plants_it_was_measured_on(name):
    result = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    assert "seed_digest" in json.dumps(result)


def test_pages_name_their_outdated_results_and_no_others():
    for page, text in pages():
        assert page.read_text(encoding="utf-8") == text, "write it again: python -m benchmarks.aims.outdated"


def test_a_page_of_current_results_has_no_note(tmp_path, monkeypatch):
    monkeypatch.setattr("benchmarks.aims.outdated.FOLDER", tmp_path)
    current = seed_digest(load("pv_modules"))
    (tmp_path / "drift.json").write_text(json.dumps({"pv_modules": {"seed_digest": current}}))
    assert note("results/drift") == []
    (tmp_path / "drift.json").write_text(json.dumps({"pv_modules": {"seed_digest": "sha256:0"}}))
    assert note("results/drift")[-1] == "> - [`python -m benchmarks.drift`](drift.json): all"


def test_a_result_of_earlier_models_is_outdated_until_it_is_measured_again(tmp_path, monkeypatch):
    content = json.dumps({"pv_modules": {"seed_digest": seed_digest(load("pv_modules"))}})
    monkeypatch.setattr("benchmarks.aims.outdated.FOLDER", tmp_path)
    monkeypatch.setattr("benchmarks.aims.outdated.EARLIER_MODELS", {"drift": sha256(content.encode()).hexdigest()})
    (tmp_path / "drift.json").write_text(content)
    assert note("results/drift")[-1] == "> - [`python -m benchmarks.drift`](drift.json): all"
    (tmp_path / "drift.json").write_text(content + "\n")
    assert note("results/drift") == []


def test_results_of_earlier_models_that_were_measured_again_are_no_longer_listed():
    listed = {name: sha256((FOLDER / f"{name}.json").read_bytes()).hexdigest() for name in EARLIER_MODELS}
    assert listed == EARLIER_MODELS


@pytest.mark.parametrize("lines", [[], ["> Outdated."]])
def test_a_page_that_another_command_writes_has_the_same_block(lines):
    page = f"# Title\n\n{block(NAME, lines)}\n"
    assert filled(page, NAME, lines) == page
