"""The circuit that blocks of a run share: the same weeks as each block's own, stepped once."""

import numpy as np
import pytest

from seeds import load
from synthetic_data import replay
from synthetic_data.engine.options import plan_run
from synthetic_data.tankhouse.circuit import SharedCircuit, TankhouseCircuit
from tests.synthetic_data.stated import typical_plant


@pytest.fixture
def plan():
    return plan_run(typical_plant(load("copper_cathode")), units=2, years=1.0)


def test_each_block_meets_the_weeks_of_its_own_circuit(plan) -> None:
    own, first, second = TankhouseCircuit(plan), SharedCircuit(plan), SharedCircuit(plan)
    while own.first < plan.periods:
        assert own.first == first.first == second.first
        own_weeks = own.advance()
        for result in (first.advance(), second.advance()):
            assert (result.first, result.count, result.events) == (own_weeks.first, own_weeks.count, own_weeks.events)
            assert np.array_equal(result.cast, own_weeks.cast)
            assert all(np.array_equal(result.state[name], values) for name, values in own_weeks.state.items())
    assert SharedCircuit(plan).first < 0


@pytest.mark.parametrize(("process", "units"), [("copper_cathode", 130), ("copper_electrorefining", 70)])
def test_a_run_of_three_blocks_steps_its_circuit_once(monkeypatch, process, units) -> None:
    weeks, segment = [], TankhouseCircuit._stretch

    def counted(self, p, first, count, regimes):
        weeks.extend(range(first, first + count))
        return segment(self, p, first, count, regimes)

    monkeypatch.setattr(TankhouseCircuit, "_stretch", counted)
    replay(load(process), units=units, years=0.3)
    assert len(weeks) == len(set(weeks))
