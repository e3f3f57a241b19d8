"""Random streams side by side: each block of units keeps the numbers that it has alone."""

import copy

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from seeds import load
from synthetic_data import replay
from synthetic_data.engine.counterfactual_streams import Forked, known_stream, parts
from synthetic_data.engine.files import NAMES, group_tables
from synthetic_data.engine.options import plan_run
from synthetic_data.engine.plan import UnitBlock
from synthetic_data.engine.simulator import simulator_of
from synthetic_data.engine.streams import SideBySide
from tests.synthetic_data.stated import SIMULATED

COUNTS = (3, 3, 2)
TOGETHER = [name for name in SIMULATED if simulator_of(load(name)).streams_together > 1]


def alone():
    return [np.random.default_rng(number) for number in range(len(COUNTS))]


def together(axis=-2):
    return SideBySide(alone(), COUNTS, axis)


DRAWS = {
    "standard_normal": lambda stream, size: stream.standard_normal(size),
    "random": lambda stream, size: stream.random(size, dtype=np.float32),
    "integers": lambda stream, size: stream.integers(-1, 2, size),
}


@pytest.mark.parametrize("draw", DRAWS.values(), ids=DRAWS)
def test_each_block_has_the_numbers_that_it_has_alone(draw):
    streams, rng = alone(), together()
    for _ in range(2):
        expected = [draw(stream, (4, count, 5)) for stream, count in zip(streams, COUNTS, strict=True)]
        assert np.array_equal(draw(rng, (4, 8, 5)), np.concatenate(expected, axis=1))


def test_units_may_stand_on_the_last_axis_and_streams_have_children():
    expected = [stream.spawn(2)[1].random((6, count)) for stream, count in zip(alone(), COUNTS, strict=True)]
    assert np.array_equal(together(axis=-1).spawn(2)[1].random((6, 8)), np.concatenate(expected, axis=1))


def test_a_number_for_all_units_of_a_block_is_given_to_each():
    expected = [np.tile(stream.standard_normal(5), (count, 1)) for stream, count in zip(alone(), COUNTS, strict=True)]
    assert np.array_equal(together().standard_normal((1, 5)), np.concatenate(expected))


def test_a_draw_that_is_not_of_the_units_is_refused():
    with pytest.raises(ValueError, match=r"^size: got \(8, 5\): expected 1 or 8 on axis -1, that of the units$"):
        together(axis=-1).random((8, 5))


def test_a_copy_goes_on_alone():
    rng = together()
    again = copy.deepcopy(rng)
    assert np.array_equal(rng.random((8, 2)), again.random((8, 2)))


@pytest.mark.parametrize("size", [(8, 5), (1, 5)])
def test_another_future_of_blocks_side_by_side_keeps_what_is_known(size):
    other = np.random.default_rng(9)
    result = known_stream(Forked(together(), copy.deepcopy(other), 2)).standard_normal(size)
    assert result.shape == (8, 5)
    assert np.array_equal(result[:, :3], together().standard_normal(size)[:, :3])
    assert np.array_equal(result[:, 3:], np.broadcast_to(other.standard_normal(size), (8, 5))[:, 3:])


def test_parts_of_a_stretch_are_the_blocks_and_then_the_other_future():
    result = list(parts(Forked(together(), np.random.default_rng(9), 1), 8, 3))
    assert [one.units for one in result] == [slice(0, 3), slice(3, 6), slice(6, 8), slice(0, 8)]
    assert [one.drawn.tolist() for one in result] == [*[[True, False, False]] * 3, [False, True, True]]


@pytest.mark.parametrize("name", TOGETHER)
def test_units_that_are_stepped_together_are_those_that_are_stepped_by_their_streams(name):
    seed = load(name)
    each = simulator_of(seed).block_units
    plan = plan_run(seed, units=2 * each + 1, years=0.7)
    assert len(simulator_of(plan.seed).blocks(plan)) == 1
    result = replay(seed, units=plan.units, years=plan.years)
    by = [seed.key.name, seed.time.name]
    parts = []
    for index in range(3):
        block = UnitBlock(index, index * each, min(each, plan.units - index * each))
        parts.append(group_tables(plan, block, list(simulator_of(seed).rows(plan, block))))
    for part in NAMES:
        frames = [one[part].to_pandas() for one in parts]
        expected = pd.concat(frames, ignore_index=True)
        order = by if part != "events" else list(expected.columns)
        got = getattr(result, part).sort_values(order, ignore_index=True)
        assert_frame_equal(got, expected.sort_values(order, ignore_index=True), check_exact=True)
