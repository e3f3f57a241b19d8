"""What is learnt of events, from which rows, and when nothing is."""

import numpy as np
import pandas as pd
import pytest

from models.warnings.learning import Blocks, learn, row_weight
from models.warnings.model import WarningError
from tests.models.warnings.conftest import event

HIGH = event("at_least = 4.4")  # 0.8 standard deviations above the mean: a fifth of the periods


def blocks_of(table, seed, held_out=()):
    starts = np.sort(table[seed.clock.name].unique())
    return Blocks(tuple(pd.Timestamp(starts[i]) for i in (20, 27, 34)), pd.Timestamp(starts[41]), held_out)


def test_probabilities_come_true_and_rank_events(seed_with, remembering):
    seed = seed_with(HIGH)
    table = remembering(seed, units=40)
    model = learn(table, seed, blocks_of(table, seed))
    one = model.events["high_z"]
    in_time = table[seed.clock.name] < blocks_of(table, seed).test_from
    assert one.events / one.rows == pytest.approx((table[in_time]["z"] >= 4.4).mean(), abs=0.02)
    fresh = remembering(seed, units=40, rng_seed=50)
    probability, came = [], []
    for end in range(30, 47):
        starts = np.sort(fresh[seed.clock.name].unique())
        message = model.warn(fresh[fresh[seed.clock.name] <= starts[end]])
        probability += [unit.events[0].probability for unit in message]
        came += (fresh[fresh[seed.clock.name] == starts[end]].sort_values(seed.key.name)["z"] >= 4.4).tolist()
    p, y = np.array(probability), np.array(came, dtype=float)
    assert p.mean() == pytest.approx(y.mean(), abs=0.05)
    assert p[y == 1].mean() > p[y == 0].mean() + 0.2
    # By Brier it lies between one who knows the rate alone and one who knows all.
    assert 0 < np.mean((p - y) ** 2) < 0.8 * y.mean() * (1 - y.mean())


def test_test_rows_and_held_out_units_teach_nothing(seed_with, remembering):
    seed = seed_with(HIGH)
    table = remembering(seed, units=24, periods=48)
    out = tuple(sorted(table[seed.key.name].unique())[:4])
    blocks = blocks_of(table, seed, out)
    other = table.copy()
    never = (other[seed.clock.name] >= blocks.test_from) | other[seed.key.name].isin(out)
    other.loc[never, ["z", "y", "x_set"]] = other.loc[never, ["z", "y", "x_set"]].to_numpy()[::-1]
    assert learn(other, seed, blocks).state() == learn(table, seed, blocks).state()


def test_an_event_within_a_horizon_teaches_nothing_of_the_block_after(seed_with, remembering):
    seed = seed_with(event("at_least = 4.6\nhorizon = 3"))
    table = remembering(seed, units=24)
    blocks = blocks_of(table, seed)
    other = table.copy()
    newest = other[seed.clock.name] >= blocks.test_from
    other.loc[newest, "z"] = 5.5  # each window that reaches into the test would now be an event
    assert learn(other, seed, blocks).state() == learn(table, seed, blocks).state()


def test_too_few_events_are_refused_with_their_number(seed_with, remembering):
    seed = seed_with(event("at_least = 6"), event("at_least = 4.4", name="often"))
    table = remembering(seed, units=24)
    model = learn(table, seed, blocks_of(table, seed))
    assert list(model.events) == ["often"]
    assert model.refused["high_z"].startswith("got 0 events of 0 periods in")
    with pytest.raises(WarningError, match="high_z: got 0 events"):
        learn(table, seed_with(event("at_least = 6")), blocks_of(table, seed))


def test_what_nobody_can_foresee_is_refused(seed_with, remembering):
    seed = seed_with(HIGH)
    table = remembering(seed, units=24, memory=0.0)
    with pytest.raises(WarningError, match="improves on its frequency"):
        learn(table, seed, blocks_of(table, seed))


def test_a_seed_without_events_has_no_warnings(toy_seed, remembering):
    table = remembering(toy_seed, units=4)
    with pytest.raises(WarningError, match=r"names no \[\[warnings\]\]"):
        learn(table, toy_seed, blocks_of(table, toy_seed))


def test_rows_count_for_less_the_more_units_share():
    rng = np.random.default_rng(6)
    units, periods = 40, 400
    period = np.tile(np.arange(periods), units)
    apart = (rng.random((units, periods)) < 0.1).astype(float).ravel()
    assert row_weight(apart, period) > 0.85
    together = np.tile((rng.random(periods) < 0.1).astype(float), units)
    # One witness a period: each of its forty rows counts for a fortieth.
    assert row_weight(together, period) == pytest.approx(1 / units, rel=0.05)
