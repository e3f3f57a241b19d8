"""Energy of one more process is a class that its folder states and a section of its seed, and no edit."""

import json
from pathlib import Path
from typing import ClassVar

import msgspec
import numpy as np
import pytest
from pydantic import TypeAdapter

from models.energy.account import account, flow
from models.interfaces.physics import AnyPhysics
from models.processes.direct_current_energy import CellPhysics
from models.processes.lookup import energy_of
from models.regression.model import RegressionModel
from monitoring.energy.month import energy_month
from monitoring.energy.page import page, summary
from operations.predictions.numbers.operation import NumberPredictions
from physics.electrochemistry import metal_mass, specific_energy
from seeds import Seed
from seeds.format.loader import parse
from tests.suite.forms import payloads
from tests.suite.physics import physics_type, state_process
from tests.suite.whole import whole

OPERATION = NumberPredictions()

LEAD = 3.8655  # g/Ah
SECTION = """
[economics]
rectifier_efficiency = { value = 0.97, unit = "1", source = "practice: 0.96-0.98" }
auxiliary_energy = { value = 30, unit = "kWh/t", source = "practice: pumps and cranes" }
grid_emission_factor = { value = 0.5, unit = "kgCO2e/kWh", source = "assumed: a grid" }

[[norms]]
name = "gb_refining"
document = "GB 25323-2023"
title = "crude to refined lead"
boundary = "comprehensive"
unit = "kgce/t"
grades = [{ name = "1", at_most = 80 }, { name = "2", at_most = 100 }, { name = "3", at_most = 120 }]
verification = "unverified"
source = "practice: as a third party transcribed it"
outside_boundary = { value = 60, unit = "kgce/t", source = "assumed: melting and casting" }
"""


class ToyEnergy(CellPhysics[AnyPhysics]):
    """Energy of cells of which `z` is the voltage [0.1 V] and `x_set` the current [kA]."""

    TARGET = "y"
    PRODUCT, MADE_BY = "metal", "a cell, by current and time"
    NEEDED = ("z", "x_set")
    USES: ClassVar = {"electrolyte": "its resistance", "lost current": "what makes no metal"}

    def direct(self, columns, efficiency):
        return specific_energy(0.1 * columns["z"], efficiency, LEAD)

    def uses(self, columns, efficiency):
        least = specific_energy(0.1 * columns["z"], 100.0, LEAD)
        return {"electrolyte": least, "lost current": self.direct(columns, efficiency) - least}

    def made(self, columns, efficiency, hours):
        return metal_mass(columns["x_set"], hours, efficiency, LEAD) / 1000.0


@pytest.fixture
def seed(toy_seed: Seed, monkeypatch: pytest.MonkeyPatch) -> Seed:
    """A process that states energy and physics of its own."""
    state_process(monkeypatch, "toy_cells", physics=physics_type(), energy=ToyEnergy)
    return parse(toy_seed.text + SECTION, Path("toy_cells.toml"))


def test_it_is_accounted_for(seed: Seed) -> None:
    physics = energy_of(seed)
    assert physics is not None
    columns = {"z": np.array([5.0]), "x_set": np.array([10.0])}
    economics = {name: one.value for name, one in seed.economics.items()}
    of = account(physics, columns, np.array([95.0]), economics)
    # 258.7 * 0.50/0.95 = 136 kWh/t
    assert of.boundaries["direct"] == pytest.approx(136, abs=0.5)
    assert sum(flow(physics, columns, np.array([95.0]), economics).uses.values()) == of.boundaries["direct"]


def test_the_service_answers_its_energy(seed: Seed, save_toy_model, tmp_path: Path) -> None:
    model: RegressionModel = save_toy_model(tmp_path / "one")
    taken = payloads(seed, 3)
    rows, request = taken.read(json.dumps(taken.example | {"grid_emission_factor": 0.1, **whole(taken)}).encode())
    predicted = OPERATION.predicted(taken, model, rows, {**request, "id": "of-all", "first": 0})
    answer = json.loads(msgspec.json.encode(predicted))
    (one,) = answer["predictions"]
    head = {"process": "toy_cells", "model": {"version": 1, "alias": "champion", "digest": "", "baseline": False}}
    TypeAdapter(taken.answer).validate_python(
        head | {"coverage": 0.9, "interval": {"kind": "fixed", "outcomes": 0}} | answer
    )
    (stands,) = one["energy"]["norms"]
    assert stands["grade"] in ("1", "2", "3")
    scope = one["energy"]["scopes"]["scope_2"]["value"]
    assert scope == pytest.approx(0.1e-3 * one["energy"]["boundaries"]["comprehensive"]["value"])


def test_a_month_of_it_is_reported(seed: Seed, toy_frame, tmp_path: Path) -> None:
    toy_frame().to_csv(tmp_path / "rows.csv", index=False)
    month = energy_month(seed, tmp_path / "rows.csv", "2023-05")
    text = page(month)
    assert "crude to refined lead" in text
    assert "lost current" in text
    assert "GB 25323-2023" in summary(month)
