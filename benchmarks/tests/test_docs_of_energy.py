"""The page of energy and carbon holds what its command measured on these seeds and plants."""

import json
from typing import Any

import pytest

from benchmarks.digests import seed_digest
from benchmarks.energy.measured import PAGE, RESULTS, filled, measured, pictures, processes
from models.energy.account import factors_of
from models.processes.lookup import energy_of
from operations.predictions.energy.forms import MOST_OF_A_GRID
from physics.coal_equivalent import coal_equivalent
from seeds import load
from tests.suite.processes import each

AGAIN = "python -m benchmarks.energy"


def stored_results() -> dict[str, Any]:
    return json.loads(RESULTS.read_text(encoding="utf-8"))


def page() -> str:
    return PAGE.read_text(encoding="utf-8")


def explanation() -> str:
    return (PAGE.parents[1] / "explanation" / "energy_boundaries.md").read_text(encoding="utf-8")


def test_every_process_whose_energy_is_accounted_for_has_figures():
    assert list(stored_results()) == processes()


@pytest.mark.parametrize("process", processes())
def test_figures_were_measured_on_this_seed(process):
    assert stored_results()[process]["seed_digest"] == seed_digest(load(process)), f"measure again: {AGAIN}"


def test_tables_of_the_page_are_the_measured_ones():
    assert filled(page(), stored_results()) == page(), AGAIN


def test_pictures_are_drawn_from_the_measured_figures():
    for file, text in pictures(stored_results()).items():
        assert file.read_text(encoding="utf-8") == text, AGAIN


@pytest.mark.parametrize("process", each(processes(), "simulates the default plant"))
def test_figures_are_those_of_the_default_plant(process):
    again, before = measured(process), stored_results()[process]
    assert again["table_digest"] == before["table_digest"], f"the plant has changed since; measure again: {AGAIN}"
    for part in ("boundaries", "scopes", "goes_into", "ends_in"):
        assert list(again[part]) == list(before[part])
        for name, value in before[part].items():
            assert again[part][name] == pytest.approx(value, rel=2e-4, abs=1e-9), (part, name)
    assert again["norms"].keys() == before["norms"].keys()
    for name, one in before["norms"].items():
        assert again["norms"][name]["grade"] == one["grade"]


@pytest.mark.parametrize("process", processes())
def test_figures_close(process):
    one = stored_results()[process]
    first, whole = (one["boundaries"][name] for name in (energy_of(load(process)).KIND.first, "comprehensive"))
    assert sum(one["goes_into"].values()) == pytest.approx(whole, rel=0.005)
    assert sum(one["ends_in"].values()) == pytest.approx(first, rel=0.005)
    scopes = one["scopes"]
    assert scopes["scope_1"] + scopes["scope_2"] == pytest.approx(scopes["total"], abs=2e-4)


def test_the_page_states_boundaries_factors_and_bounds_that_the_code_has():
    text = explanation()
    accounts = [energy_of(load(process)) for process in processes()]
    factors = {name for physics in accounts for name in factors_of(physics)}
    boundaries = {name for physics in accounts for name in physics.KIND.boundaries}
    named = {"rectifier_efficiency", "auxiliary_energy", "grid_emission_factor", "steam_emission_factor", "steam_heat"}
    named |= {"electricity", "boiler_efficiency", "fuel_emission_factor", "calciner_emission_factor"}
    assert named <= factors
    for name in (*boundaries, *named, "net_carbon_consumption", "anode_sulphur_and_ash"):
        assert f"`{name}`" in text, name
    assert f"[kgCO2e/kWh, 0 to {MOST_OF_A_GRID:g}]" in text
    electricity, heat = float(coal_equivalent(1.0)), float(coal_equivalent(0.0, 1.0))
    assert f"{electricity:g} kgce/kWh for electricity and {heat:g} kgce/GJ for heat" in text


def test_the_doubt_of_a_pots_month_is_as_the_page_says():
    one, seed = stored_results()["aluminium_reduction"], load("aluminium_reduction")
    noise = seed.targets["current_efficiency"].label_noise.value
    doubt = 1.645 * noise / 93 * one["boundaries"]["alternating"]
    assert f"about ± {round(doubt, -1):.0f} kWh/t" in page()


def test_warming_potentials_are_of_the_vintage_that_the_page_names():
    sources = {load("aluminium_reduction").economics[name].source for name in ("gwp_cf4", "gwp_c2f6")}
    assert {source.split(":")[0] for source in sources} == {"ipcc_ar5"}
    assert "Fifth Assessment Report (AR5)" in explanation()
