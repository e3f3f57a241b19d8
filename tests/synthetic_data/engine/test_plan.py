"""The face of a simulator: what the engine asks of every process, and of those that sort."""

import inspect

import pytest

import seeds
from synthetic_data.engine.outcomes import SortingModule
from synthetic_data.engine.plan import ProcessModule, plan_run, process_module

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
