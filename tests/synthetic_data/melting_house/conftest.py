"""A small melting house, stage by stage, with the random numbers that each stage is about to draw."""

import copy
from types import SimpleNamespace

import numpy as np
import pytest

from seeds import load
from synthetic_data.engine.options import plan_run
from synthetic_data.engine.plan import UnitBlock
from synthetic_data.melting_house.anodes import Anodes
from synthetic_data.melting_house.cathodes import ZincCathodes
from synthetic_data.melting_house.charge import MeltingFurnaces
from synthetic_data.melting_house.electrolyte import LineElectrolytes
from synthetic_data.melting_house.faults import MeltingLineFaults
from synthetic_data.melting_house.operators import DOSE, MeltingHouseOperators
from synthetic_data.melting_house.supply import MeltingHouseSupplier
from tests.synthetic_data.stated import typical_plant


@pytest.fixture(scope="session")
def house() -> SimpleNamespace:
    """Stages of the first stretch of three furnaces; `draws` has a twin of the stream before each."""
    plan = plan_run(typical_plant(load("zinc_ingot")), units=3, years=0.2, rng_seed=5)
    block, rng, draws = UnitBlock(0, 0, 3), np.random.default_rng(11), {}

    def before(stage: str) -> np.random.Generator:
        draws[stage] = copy.deepcopy(rng)
        return rng

    lines = LineElectrolytes(plan, block, before("lines"))
    anodes = Anodes(plan, block, before("anodes"))
    cells = ZincCathodes(plan, block, before("cells"))
    crew = MeltingHouseOperators(plan, block, before("crew"))
    furnaces = MeltingFurnaces(plan, block, before("furnaces"))
    supply = MeltingHouseSupplier(plan).advance()
    tests = crew.set_points.tests(supply.parameters, supply.count, before("tests"))
    of_lines = MeltingLineFaults(block, plan.period_days)
    faults = of_lines.advance(supply.parameters, supply.first, supply.count, before("faults.go"))
    electrolyte = lines.advance(supply, faults, before("lines.go"))
    dissolved = anodes.advance(supply, electrolyte, before("anodes.go"))
    cathodes = cells.advance(supply, electrolyte, dissolved, faults, crew, tests, {}, before("cells.go"))
    composites = np.abs(cathodes.samples["cathode_pb"])
    setpoints = crew.charging(supply, composites, cathodes.thin, tests, {}, before("crew.charging"))
    charge = furnaces.advance(supply, cathodes, faults, setpoints, before("furnaces.go"))
    return SimpleNamespace(
        **{"plan": plan, "block": block, "draws": draws, "supply": supply, "p": supply.parameters, "tests": tests},
        **{"faults": faults, "electrolyte": electrolyte, "dissolved": dissolved, "cathodes": cathodes},
        **{"setpoints": {DOSE: cathodes.dose} | setpoints, "charge": charge},
        **{"limits": {column.name: column.limits for column in plan.seed.by_role("setpoint")}},
    )


@pytest.fixture
def draws(house):
    """Twins of the random streams: each test draws from copies of its own."""
    return copy.deepcopy(house.draws)
