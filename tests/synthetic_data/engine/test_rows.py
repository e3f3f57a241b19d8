"""Rows of plants whose parameters lead to numbers that cannot be."""

import numpy as np
import pytest

from seeds import load
from synthetic_data import simulate
from synthetic_data.engine.options import plan_run
from synthetic_data.engine.plan import SimulationError
from synthetic_data.engine.rows import rows_of
from synthetic_data.engine.simulator import simulator_of
from tests.synthetic_data.stated import with_parameters


@pytest.mark.parametrize(
    ("process", "name", "value", "size", "words"),
    [
        ("alumina_refining", "caustic", 23_500.0, {"years": 0.1}, "divide by zero .* in physics.bayer.soda.liquor_per"),
        ("pv_modules", "silver_rsd", 20.0, {"units": 20}, "lam value too large in synthetic_data.module_line.spec"),
        ("copper_cathode", "order_sd", 1100.0, {"years": 0.1}, "invalid value .* in physics.refining."),
    ],
)
def test_a_number_that_cannot_be_ends_the_run_with_its_place_and_leaves_nothing(
    process, name, value, size, words, tmp_path
):
    seed = with_parameters(load(process), **{name: value})
    expected = f"^{process}: plant.parameters: {words}.*: expected parameters of a plant that can run$"
    with pytest.raises(SimulationError, match=expected):
        simulate(seed, tmp_path / "plant", **size)
    assert list((tmp_path / "plant").iterdir()) == []


def test_what_numpy_does_in_case_of_an_error_is_left_alone():
    plan, before = plan_run(load("pv_modules"), units=2), np.geterr()
    for _ in rows_of(plan, simulator_of(plan.seed).blocks(plan)[0]):
        assert np.geterr() == before
    assert np.geterr() == before
