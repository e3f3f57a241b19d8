"""The face of a simulator: what the engine asks of every process, and of those that sort."""

import inspect

import pandas as pd
import pytest

import seeds
from synthetic_data import another_plant, worth
from synthetic_data.battery_line import market
from synthetic_data.engine import parameters
from synthetic_data.engine.outcomes import SortingModule
from synthetic_data.engine.parameters import ScalarParameters
from synthetic_data.engine.plan import ProcessModule, SimulationError, plan_run, plant_of, process_module
from synthetic_data.engine.plant_variation import differences, numbered_plant
from synthetic_data.sorter.materials import Materials

SIMULATED = [name for name in seeds.names() if seeds.load(name).plant is not None]


@pytest.mark.parametrize("process", SIMULATED)
def test_a_simulator_offers_all_that_is_asked_of_it(process):
    seed = seeds.load(process)
    module = process_module(seed)
    asked = inspect.get_annotations(ProcessModule)
    assert {"BLOCK_UNITS", "unit_name", "steps", "check", "rows"} == set(asked)
    assert module.BLOCK_UNITS >= 1
    assert all(callable(getattr(module, name)) for name in asked if name != "BLOCK_UNITS")
    plan = plan_run(seed)
    assert module.steps(plan) >= plan.units
    assert len({module.unit_name(unit) for unit in range(plan.units)}) == plan.units


@pytest.mark.parametrize("process", SIMULATED)
def test_lines_that_sort_and_no_others_say_where_pieces_land(process):
    seed = seeds.load(process)
    offered = {hasattr(process_module(seed), name) for name in inspect.get_annotations(SortingModule)}
    assert offered == {bool(seed.bins)}


@pytest.mark.parametrize(
    "reader",
    [
        plant_of,
        plan_run,
        ScalarParameters.of,
        lambda seed: parameters.check(seed, ()),
        lambda seed: another_plant(seed, 1),
        lambda seed: numbered_plant(seed, 1),
        lambda seed: differences(seed, seed),
        Materials.of,
        market.check,
        lambda seed: worth(seed, pd.DataFrame()),
    ],
)
def test_a_seed_without_a_plant_is_refused_wherever_its_plant_is_read(reader):
    seed = seeds.load("aluminium_reduction").model_copy(update={"plant": None})
    with pytest.raises(SimulationError, match=r"^aluminium_reduction: the seed has no \[plant\], so there is nothing"):
        reader(seed)
