"""Three shredding lines, stage by stage, with the random numbers that each stage is about to draw."""

import copy
from types import SimpleNamespace

import numpy as np
import pytest

from seeds import load
from synthetic_data.engine.options import plan_run
from synthetic_data.engine.plan import UnitBlock
from synthetic_data.shredding.bags import Bagging
from synthetic_data.shredding.faults import ShreddingFaults
from synthetic_data.shredding.feed import ShreddingIntake
from synthetic_data.shredding.furnace import ShreddingFurnaces
from synthetic_data.shredding.mill import Mills
from synthetic_data.shredding.operators import TIME, ShreddingOperators
from synthetic_data.shredding.powder import made
from synthetic_data.shredding.supply import ShreddingSupplier
from tests.synthetic_data.stated import typical_plant


@pytest.fixture(scope="session")
def lines() -> SimpleNamespace:
    """Stages of the first stretch of three lines; `draws` has a twin of the stream before each."""
    plan = plan_run(typical_plant(load("black_mass")), units=3, years=0.5, rng_seed=5)
    block, rng, draws = UnitBlock(0, 0, 3), np.random.default_rng(11), {}

    def before(stage: str) -> np.random.Generator:
        draws[stage] = copy.deepcopy(rng)
        return rng

    gate = ShreddingIntake(plan, block, before("gate"))
    crew = ShreddingOperators(plan, block, before("crew"))
    furnaces = ShreddingFurnaces(plan, block, before("furnaces"))
    mills = Mills(plan, block, before("mills"))
    bagging = Bagging(plan, block, before("bagging"))
    supply = ShreddingSupplier(plan).advance()
    tests = crew.set_points.tests(supply.parameters, supply.count, before("tests"))
    faults = ShreddingFaults(block, plan.period_days).advance(
        supply.parameters, supply.first, supply.count, before("faults.go")
    )
    feed = gate.advance(supply, faults, before("gate.go"))
    setpoints = crew.settings(supply, feed, faults, tests, {}, before("crew.settings"))
    burnt = furnaces.advance(supply, feed, faults, setpoints, before("furnaces.go"))
    milled = mills.advance(supply, feed, burnt, faults, setpoints, crew, tests, {}, before("mills.go"))
    powder = made(supply, feed, burnt, milled, faults, setpoints, before("made"))
    bagged = bagging.advance(supply, powder, faults, before("bagging.go"))
    return SimpleNamespace(
        **{"plan": plan, "block": block, "draws": draws, "supply": supply, "p": supply.parameters, "tests": tests},
        **{"faults": faults, "feed": feed, "burnt": burnt, "milled": milled, "powder": powder, "bagged": bagged},
        **{"setpoints": setpoints | {TIME: milled.mill_time}},
        **{"limits": {column.name: column.limits for column in plan.seed.by_role("setpoint")}},
    )


@pytest.fixture
def draws(lines):
    """Twins of the random streams: each test draws from copies of its own."""
    return copy.deepcopy(lines.draws)
