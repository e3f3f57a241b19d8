"""Physics and simulated plant mean the same crop: what is derived at another period is what is true of it."""

import pytest

from models.processes.lookup import needed_physics_of
from seeds import load
from synthetic_data import replay
from tests.synthetic_data.test_every_period import at_period

# Hours of a period, and what of truth a day's product is [t/d].
MADE = {
    "lead_refining": ((48.0, 120.0), lambda truth, days: truth["cathode_mass"] / days),
    "copper_electrorefining": ((48.0, 168.0), lambda truth, days: truth["cathode_mass"] / days),
    "zinc_electrowinning": ((48.0, 96.0), lambda truth, days: 0.024 * truth["zinc_made"]),
    "aluminium_reduction": ((168.0, 720.0), lambda truth, days: 0.001 * truth["metal_produced"]),
}


@pytest.mark.parametrize(("name", "hours"), [(name, hours) for name, (subset, _) in MADE.items() for hours in subset])
def test_derived_energy_of_a_tonne_is_the_true_one(name, hours):
    seed, made = at_period(name, hours), MADE[name][1]
    plant = replay(seed, units=6, years=0.8)
    columns = {
        column.name: plant.table[column.name].to_numpy()
        for column in load(name).inputs
        if column.is_number and column.name in plant.table
    }
    target = plant.truth[seed.target.name].to_numpy()
    economics = {term: one.value for term, one in seed.economics.items()}
    derived = needed_physics_of(seed).derived(columns, target, economics)["specific_energy"]
    true = plant.truth["energy"] / made(plant.truth, hours / 24.0)
    assert (derived / true).median() == pytest.approx(1.0, abs=0.02)
