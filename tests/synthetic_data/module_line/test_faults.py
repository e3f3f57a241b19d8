"""Faults of stations: spells of a plant that every block sees alike."""

import numpy as np

from seeds import load
from synthetic_data.engine.options import plan_run
from synthetic_data.module_line.faults import KINDS, ModuleLineFaults
from synthetic_data.module_line.parameters import ModuleLineParameters


def test_every_block_sees_the_same_spells_and_they_last_as_stated():
    plan = plan_run(load("pv_modules"))
    p = ModuleLineParameters.of(plan.seed)
    first, second = ModuleLineFaults.of(plan, p), ModuleLineFaults.of(plan, p)
    assert first.events() == second.events()
    assert {event.kind for event in first.events()} <= {f"fault {kind}" for kind in KINDS}
    for onset, end in first.spells.values():
        assert ((end - onset >= p.fault_short) & (end - onset <= p.fault_long)).all()
        assert ((onset >= 0.0) & (onset < plan.days)).all()


def test_a_fault_is_on_from_its_onset_to_before_its_end():
    faults = ModuleLineFaults(
        {"clamp": (np.array([10.0, 50.0]), np.array([20.0, 55.0])), "tile": (np.array([]), np.array([]))}
    )
    day = np.array([9.9, 10.0, 19.9, 20.0, 52.0])
    assert faults.on("clamp", day).tolist() == [0.0, 1.0, 1.0, 0.0, 1.0]
    assert faults.on("tile", day).tolist() == [0.0] * 5
