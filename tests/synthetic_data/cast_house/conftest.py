"""A small cast house, stage by stage, with the random numbers that each stage is about to draw."""

import copy
from types import SimpleNamespace

import numpy as np
import pytest

from seeds import load
from synthetic_data.cast_house.casting import IngotMoulds
from synthetic_data.cast_house.charge import CastHouseFurnaces
from synthetic_data.cast_house.melt import MeltTreatmentLine
from synthetic_data.cast_house.operators import CastHouseOperators
from synthetic_data.cast_house.pots import TappedPots
from synthetic_data.cast_house.supply import CastHouseSupplier
from synthetic_data.engine.options import plan_run
from synthetic_data.engine.plan import UnitBlock


@pytest.fixture(scope="session")
def house() -> SimpleNamespace:
    """Stages of the first stretch of three furnaces; `draws` has a twin of the stream before each."""
    plan = plan_run(load("aluminium_ingot"), units=3, years=0.4, rng_seed=5)
    block, rng, draws = UnitBlock(0, 0, 3), np.random.default_rng(11), {}

    def before(stage: str) -> np.random.Generator:
        draws[stage] = copy.deepcopy(rng)
        return rng

    pots = TappedPots(plan, block, before("pots"))
    crew = CastHouseOperators(plan, block, before("crew"))
    furnaces = CastHouseFurnaces(plan, block, before("furnaces"))
    line = MeltTreatmentLine(plan, block, before("line"))
    moulds = IngotMoulds(plan, block, before("moulds"))
    supply = CastHouseSupplier(plan).advance()
    tapped = pots.advance(supply, before("pots.go"))
    tests = crew.set_points.tests(supply.parameters, supply.count, before("crew.tests"))
    setpoints = crew.before_cast(supply, tapped.samples, tests, {}, before("crew.before_cast"))
    charge = furnaces.advance(supply, tapped, setpoints, before("furnaces.go"))
    melt, degassing = line.advance(supply, charge, setpoints, crew, tests, {}, before("line.go"))
    setpoints = setpoints | degassing
    cast = moulds.advance(supply.parameters, melt, setpoints, before("moulds.go"))
    return SimpleNamespace(
        **{"plan": plan, "block": block, "draws": draws, "supply": supply, "p": supply.parameters},
        **{"tapped": tapped, "tests": tests, "setpoints": setpoints, "charge": charge, "melt": melt, "cast": cast},
        **{"limits": {column.name: column.limits for column in plan.seed.by_role("setpoint")}},
    )


@pytest.fixture
def draws(house):
    """Twins of the random streams: each test draws from copies of its own."""
    return copy.deepcopy(house.draws)
