"""Where modules land: causes, and random numbers that do not depend on what is decided."""

import numpy as np
import pytest

from seeds import load
from synthetic_data.module_line.parameters import ModuleLineParameters
from synthetic_data.module_line.stacking import CAUSES, stack

COUNT = 200_000
REST = 2


def landed(decided: np.ndarray, broken: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    p = ModuleLineParameters.of(load("pv_modules"))
    return stack(decided, REST, {"broken": np.full(len(decided), broken)}, p, np.random.default_rng(1))


def test_what_goes_on_with_the_rest_is_not_lifted():
    bins, cause = landed(np.full(1000, REST))
    assert (bins == REST).all()
    assert (cause == 0).all()


def test_causes_come_as_often_as_the_seed_says():
    decided = np.arange(COUNT) % 2
    bins, cause = landed(decided)
    p = ModuleLineParameters.of(load("pv_modules"))
    share = dict(zip(CAUSES, np.bincount(cause, minlength=len(CAUSES)) / COUNT, strict=True))
    in_time = 1.0 - p.late_share
    assert share["late decision"] == pytest.approx(p.late_share, abs=0.001)
    assert share["direct miss"] == pytest.approx(in_time * p.gripper_miss, abs=0.001)
    lifted = in_time * (1.0 - p.gripper_miss)
    assert share["stack of the module before"] == pytest.approx(lifted * p.wrong_stack, abs=0.0005)
    assert ((bins == decided) == (cause == 0)).all()
    assert (bins[cause == CAUSES.index("direct miss")] == REST).all()
    wrong = np.flatnonzero(cause == CAUSES.index("stack of the module before"))
    assert (bins[wrong] == decided[wrong - 1]).all()


def test_broken_panes_are_lost_more_often():
    decided = np.zeros(COUNT, dtype=np.intp)
    missed = [np.mean(landed(decided, broken)[1] == CAUSES.index("direct miss")) for broken in (0.0, 1.0)]
    assert missed[1] == pytest.approx(4.0 * missed[0], rel=0.1)


def test_random_numbers_do_not_depend_on_what_is_decided():
    first, second = np.zeros(1000, dtype=np.intp), np.ones(1000, dtype=np.intp)
    late = [landed(decided)[1] == CAUSES.index("late decision") for decided in (first, second)]
    assert (late[0] == late[1]).all()
