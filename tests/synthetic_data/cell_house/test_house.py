"""What groups of a cell house share: tariff, upsets, stops, towers, what is in hand."""

import numpy as np
import pytest

from seeds import load
from synthetic_data.cell_house.house import STEPS_A_DAY, House
from synthetic_data.cell_house.parameters import TRACES
from synthetic_data.engine.options import plan_run
from tests.synthetic_data.stated import typical_plant, with_parameters

SEED = typical_plant(load("zinc_electrowinning"))


def without_regimes(**values):
    seed = with_parameters(SEED, **values)
    return seed.model_copy(update={"plant": seed.plant.model_copy(update={"regimes": []})})


QUIET = {f"{kind}_rate": 0.0 for kind in ("ingress", "cooling", "curtailment")}


def cycles(count, **values):
    house = House(plan_run(without_regimes(**(QUIET | values)), units=1, years=2))
    return [house.advance() for _ in range(count)]


def test_the_current_follows_the_tariff_and_keeps_its_mean():
    (one,) = cycles(1, tariff_swing=0.2, current_sd=0.0)
    shares = one.current / one.current_target
    assert shares[:STEPS_A_DAY] == pytest.approx([1.2, 1.2, 0.8, 1.0, 0.8, 1.0], rel=1e-12)
    assert shares.mean() == pytest.approx(1.0, rel=1e-12)
    assert (np.argsort(one.price[:STEPS_A_DAY])[:2] == [0, 1]).all()


def test_an_upset_of_purification_reaches_the_cells_a_step_later():
    result = cycles(150, ingress_rate=60.0, trace_sd=0.0, potential_sd=0.0, current_sd=0.0)
    feed = np.concatenate([one.feed_traces for one in result])
    medians = np.median(feed, axis=0)
    assert medians == pytest.approx([SEED.plant.value(f"feed_{name}") for name in TRACES], rel=1e-9)
    raised = (feed > 1.01 * medians).any(axis=1)
    assert 0.05 < raised.mean() < 0.6
    events = [event for one in result for event in one.events]
    assert events
    assert all(event.kind == "ingress" and event.onset < event.detected <= event.end for event in events)
    first = events[0]
    begins = round(first.onset * STEPS_A_DAY)
    skipped = round(-result[0].period * 2 * STEPS_A_DAY)
    assert raised[skipped + begins + 1]


def test_each_upset_lets_one_stage_through():
    result = cycles(150, ingress_rate=20.0, trace_sd=0.0)
    feed = np.concatenate([one.feed_traces for one in result])
    up = feed > 1.01 * np.median(feed, axis=0)
    assert (up[:, TRACES.index("antimony")] == up[:, TRACES.index("germanium")]).all()
    assert (up[:, TRACES.index("cobalt")] == up[:, TRACES.index("nickel")]).all()
    assert not up[:, TRACES.index("copper")].any()
    assert up[:, TRACES.index("antimony")].any()
    assert up[:, TRACES.index("cobalt")].any()


def test_a_stop_holds_some_current_for_its_hours():
    result = cycles(
        120, curtailment_rate=20.0, curtailment_short=8.0, curtailment_long=8.0, current_sd=0.0, tariff_swing=0.0
    )
    shares = np.concatenate([one.current / one.current_target for one in result])
    assert set(np.round(np.unique(shares), 9)) == {SEED.plant.value("holding_share"), 1.0}
    stops = [event for one in result for event in one.events]
    assert {round((event.end - event.onset) * 24.0, 9) for event in stops} == {8.0}


def test_towers_lose_a_part_while_they_fail():
    result = cycles(120, cooling_rate=20.0, cooling_short=4.0, cooling_long=4.0)
    there = np.unique(np.concatenate([one.cooling for one in result]))
    assert there == pytest.approx([1.0 - SEED.plant.value("cooling_depth"), 1.0])


def test_assays_in_hand_are_of_earlier_feed():
    result = cycles(
        40, trace_sd=0.0, assay_cobalt_rsd=1e-9, assay_antimony_rsd=1e-9, limit_cobalt=1e-6, limit_antimony=1e-9
    )
    assert result[-1].available["cobalt_in_hand"] == pytest.approx(SEED.plant.value("feed_cobalt"), rel=1e-4)
    assert result[-1].available["antimony_in_hand"] == pytest.approx(1e3 * SEED.plant.value("feed_antimony"), rel=1e-4)


def test_summer_is_warm():
    ambient = {one.period: one.season for one in cycles(200)}
    assert ambient[100] - ambient[0] > 15.0  # late July over New Year
