import json
import math
from typing import Any

import numpy as np
import pydantic_core
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from models.sorting.lots import LotState
from operations.predictions.pieces import lots
from seeds import Seed

masses = st.floats(0, 1e5)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(mass=st.tuples(masses, masses, masses), x=st.floats(-1, 1e3), variance=st.floats(0, 1e6))
def test_a_lot_survives_the_way_out_and_back_to_the_last_bit(
    toy_sorting_seed: Seed, mass: tuple[float, ...], x: float, variance: float
) -> None:
    known, nan = np.array([[True, False], [False, False], [False, False]]), math.nan
    state = LotState(np.array(mass), np.where(known, x, nan), np.where(known, variance, nan))
    out = pydantic_core.to_json(lots.lot_answer(state, toy_sorting_seed), inf_nan_mode="null")
    kind: TypeAdapter[Any] = TypeAdapter(lots.lot(toy_sorting_seed))
    back = lots.states({lots.LOTS: {"L-1": kind.validate_json(out)}}, toy_sorting_seed)["L-1"]
    for one, other in (
        (state.mass, back.mass),
        (state.element_mass, back.element_mass),
        (state.variance, back.variance),
    ):
        np.testing.assert_array_equal(one, other)


def test_an_empty_lot_is_told_without_a_share(toy_sorting_seed: Seed) -> None:
    predictions = lots.lot_answer(LotState.empty(toy_sorting_seed), toy_sorting_seed)
    assert predictions["bins"]["bin_a"]["elements"]["x"]["share"] is None
    assert "NaN" not in json.dumps(predictions)


def test_the_example_is_a_lot_that_keeps_its_limits(toy_sorting_seed: Seed) -> None:
    example = lots.example(toy_sorting_seed)
    TypeAdapter(lots.lot(toy_sorting_seed)).validate_python(example)
    state = lots.states({lots.LOTS: {"L-1": example}}, toy_sorting_seed)["L-1"]
    for one in lots.lot_answer(state, toy_sorting_seed)["bins"].values():
        assert one["mass"]["value"] == 0.5
        for element in one["elements"].values():
            assert element["share"]["value"] < element["limit"]["value"]
            assert element["remaining_mass"]["value"] > 0
