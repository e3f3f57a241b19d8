"""Long runs as machine code: the same tables as by NumPy, to the last bit, at every step and with every fault."""

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from seeds import load
from synthetic_data import begin, replay
from synthetic_data.engine import stepping

SIZES = {
    "aluminium_reduction": [{"units": 13, "years": 6.0}, {"units": 270, "years": 0.3}],
    "alumina_refining": [{"units": 3, "years": 2.5}, {"units": 50, "years": 0.3}],
    "zinc_electrowinning": [{"units": 1, "years": 1.0}, {"units": 50, "years": 3.0}, {"units": 965, "years": 0.1}],
}


def both(monkeypatch: pytest.MonkeyPatch, make):
    """What is made by NumPy, and as machine code."""
    found = []
    for worth in (10**9, 0):
        monkeypatch.setattr(stepping, "WORTH", worth)
        found.append(make())
    return found


@pytest.mark.parametrize(("process", "size"), [(name, size) for name, sizes in SIZES.items() for size in sizes])
def test_tables_are_the_same(monkeypatch: pytest.MonkeyPatch, process, size) -> None:
    plain, fast = both(monkeypatch, lambda: replay(load(process), **size))
    for name in ("table", "truth", "events"):
        assert_frame_equal(getattr(fast, name), getattr(plain, name), check_exact=True)
    if size["years"] > 2.0:  # readings that lack and units that stopped were among them
        assert plain.table.isna().any(axis=None)
        assert plain.events["kind"].nunique() > 3


@pytest.mark.parametrize("process", SIZES)
def test_knobs_set_by_hand_and_forks_are_the_same(monkeypatch: pytest.MonkeyPatch, process) -> None:
    def steps() -> pd.DataFrame:
        plant = begin(load(process), units=9, years=1.0)
        plant.step()
        other = plant.fork(future=2)
        knobs = plant.plan()
        numbers = knobs.select_dtypes("number").columns[1:]
        knobs[numbers] *= 1.001
        return pd.concat([plant.step(knobs).truth, plant.step().truth, other.step().truth, other.step().truth])

    plain, fast = both(monkeypatch, steps)
    assert_frame_equal(fast, plain, check_exact=True)


def test_a_step_is_recorded_once_for_each_regime(monkeypatch: pytest.MonkeyPatch) -> None:
    from synthetic_data.potline import days

    monkeypatch.setattr(stepping, "WORTH", 0)
    days._stepper.cache_clear()
    seed = load("aluminium_reduction")
    assert seed.plant is not None
    replay(seed, units=3)
    assert days._stepper.cache_info().misses <= 1 + len(seed.plant.regimes)


def test_arrays_put_in_the_place_of_the_banks_are_taken_in() -> None:
    from synthetic_data.cell_house.state import Groups

    def step(groups, rows, numbers):
        groups.zinc = groups.zinc + rows[0] * numbers[0]
        return [groups.zinc]

    groups = Groups.blank(3)
    stepper = stepping.Stepper(Groups.blank(1), 1, 1, step)
    stretch = stepper.begin(groups, np.ones((2, 1, 8)), np.array([[2.0], [3.0]]))
    stretch.step(0)
    assert groups.zinc.tolist() == [2.0, 2.0, 2.0]
    groups.zinc = np.array([1.0, 5.0, 9.0])
    stretch.changed()
    stretch.step(1)
    assert groups.zinc.tolist() == [4.0, 8.0, 12.0]
    assert stretch.found[:, 0, :3].tolist() == [[2.0, 2.0, 2.0], [4.0, 8.0, 12.0]]
