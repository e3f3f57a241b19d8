"""One step of a knob, down as well as up, with the room that it gains worked out by hand."""

import sys
from types import SimpleNamespace

import numpy as np
import pytest

from models.intervals import Conformal
from models.quality.grades import Limits
from models.quality.remedy import remedies
from models.quality.scatter import Scatter
from models.table.inputs import input_names

SPREAD = 0.3


@pytest.mark.parametrize(("slope", "way"), [(0.06, -1.0), (-0.06, 1.0)])
def test_a_move_is_one_step_the_right_way(toy_quality_seed, monkeypatch, slope, way):
    def contents(columns):
        return {"q": 9.0 * np.exp(slope * (columns["knob"] - 50.0))}

    monkeypatch.setitem(sys.modules, "models.processes.toy_lots", SimpleNamespace(FEATURES=(), contents=contents))
    seed, limits = toy_quality_seed, Limits.of(toy_quality_seed)
    knob = seed.column("knob")
    low, high = knob.bounds
    middle = 0.5 * (low + high)
    assert low + knob.step < middle < high - knob.step
    typical = {"u": 0.0, "v": 0.0, "knob": middle, "p_last": 2.2}
    X = np.array([[typical[name] for name in input_names(seed)]])
    scenarios = np.random.default_rng(1).standard_normal((64, 3))
    scatter = Scatter(np.full(3, SPREAD), scenarios, np.full(64, 1 / 64), Conformal(np.ones(1)))
    # Of the first grade's limits that of q, 5, is the nearest by far.
    found = remedies(seed, X, np.log([[0.1, 4.9, 0.01]]), np.array([0]), scatter, limits)[0]
    assert found.knob.name == "knob"
    assert found.before == middle
    assert found.after == pytest.approx(middle + way * knob.step, rel=1e-12)
    assert found.sigma == pytest.approx((np.log(5.0 / 4.9) + 0.06 * knob.step) / SPREAD, rel=1e-9)
