"""Laws of the cheapest schedule, on a line of plain formulas."""

from dataclasses import replace

import numpy as np
import pytest

from models.schedules.errors import ImpossibleError
from models.schedules.linear_program import ScheduleProgram
from models.schedules.order import StepLimit


def cost(line, order, current):
    return float(order.cells * order.prices.step * order.prices.values @ line.power(current))


def tonnes(line, order, current):
    return 1e-3 * order.cells * order.prices.step * float(line.metal(current).sum())


def test_a_flat_tariff_gives_a_flat_current(line, order, tariff):
    result = ScheduleProgram(line, replace(order, prices=tariff(0.0))).solve()
    np.testing.assert_allclose(result.current, 99.0, atol=0.02)  # what is left is the width of a segment


def test_the_metal_owed_is_made_and_hardly_more(line, order):
    made = tonnes(line, order, ScheduleProgram(line, order).solve().current)
    assert order.metal_target <= made * (1 + 1e-9)
    assert made < 1.0002 * order.metal_target


def test_current_keeps_its_limits_and_its_ramp(line, order):
    current = ScheduleProgram(line, order).solve().current
    assert current.min() >= 60.0 - 1e-9
    assert current.max() <= 120.0 + 1e-9
    assert np.abs(np.diff(np.concatenate([[order.now], current]))).max() <= 20.0 + 1e-9


def test_half_hours_move_by_half_a_ramp(line, order, tariff):
    remaining = replace(line.balances[0], rest=np.full(144, 20.0))
    halves = replace(order, prices=tariff(minutes=30), factors=np.full(144, 0.5))
    current = ScheduleProgram(replace(line, balances=(remaining,)), halves).solve().current
    assert len(current) == 144
    assert np.abs(np.diff(current)).max() <= 10.0 + 1e-9


def test_power_is_cheap_where_the_current_is_high(line, order):
    current = ScheduleProgram(line, order).solve().current
    price = order.prices.values
    assert current[price < 0.05].mean() > current[np.isclose(price, 0.08)].mean() > current[price > 0.1].mean()


def test_a_wider_tariff_never_saves_less(line, order, tariff):
    saved = []
    for spread in (0.0, 0.1, 0.2, 0.4, 0.6, 0.8):
        one = replace(order, prices=tariff(spread))
        saved.append(cost(line, one, np.full(72, 99.0)) - cost(line, one, ScheduleProgram(line, one).solve().current))
    assert saved == sorted(saved)
    assert saved[-1] > 4 * saved[2]


@pytest.mark.parametrize(("name", "delta"), [("metal_target", 0.05), ("highest", 0.2), ("ramp", 0.2)])
def test_a_shadow_price_is_the_difference_quotient(line, order, name, delta):
    # Between two points where the programme's pieces change, the cost of the pieces themselves is a straight line.
    value = ScheduleProgram(line, order).solve().worth[name]
    more = replace(order, **{name: getattr(order, name) + delta})
    change = (
        order.cells * (ScheduleProgram(line, more).point().cost - ScheduleProgram(line, order).point().cost) / delta
    )
    assert value == pytest.approx(change if name == "metal_target" else -change, rel=0.02)


def test_a_temperature_limit_binds_and_has_a_worth(line, order):
    free = ScheduleProgram(line, order).solve()
    balance = line.balances[0]
    top, spread = balance.course(free.current, 1.0).max(), balance.spread
    limit = StepLimit("temperature", "°C", top - 1.0 + 2.0537 * spread, True, 0.02)
    bound = ScheduleProgram(line, replace(order, limits=(limit,))).solve()
    assert balance.course(bound.current, 1.0).max() == pytest.approx(top - 1.0, abs=0.01)
    assert bound.worth["temperature"] > 0
    assert cost(line, order, bound.current) > cost(line, order, free.current)


def test_a_limit_that_no_current_keeps_yet_is_kept_as_soon_as_one_can(line, order):
    # It begins at 46 °C: even the lowest current needs hours to bring it below 43.
    balance = replace(line.balances[0], start=46.0)
    limit = StepLimit("temperature", "°C", 37.0, True, 0.02)
    current = ScheduleProgram(replace(line, balances=(balance,)), replace(order, limits=(limit,))).solve().current
    course, backed = balance.course(current, 1.0), limit.tightened_limit(balance.spread)
    assert course[0] > backed
    assert (course[12:] <= backed + 0.02).all()


def test_a_level_caps_the_current(line, order):
    limit = StepLimit("voltage", "V", 3.4 + 0.02 * 1.6449, True, 0.05)
    result = ScheduleProgram(line, replace(order, limits=(limit,))).solve()
    assert result.current.max() == pytest.approx(112.5, abs=0.3)
    assert result.worth["voltage"] > 0
    assert "highest" not in result.worth


def test_a_negative_price_is_answered_with_the_highest_current_and_no_fiction(line, order, tariff):
    prices = tariff()
    values = prices.values.copy()
    values[30:34] = -0.05
    result = ScheduleProgram(line, replace(order, prices=replace(prices, values=values))).solve()
    np.testing.assert_allclose(result.current[30:33], 120.0, atol=1e-6)


def test_a_stop_is_taken_where_power_costs_more_than_the_metal_is_worth(line, order, tariff):
    prices = tariff(0.0)
    values = prices.values.copy()
    values[40:46] = 5.0
    stopping = replace(
        order, prices=replace(prices, values=values), holding=50.0, metal_target=0.9 * order.metal_target
    )
    result = ScheduleProgram(line, stopping).solve()
    assert set(result.running[41:45]) == {0.0}
    np.testing.assert_allclose(result.current[41:45], 50.0, atol=1e-6)
    assert result.running[:36].all()


def test_an_impossible_order_says_what_must_give_way_and_by_how_much(line, order):
    most = tonnes(line, order, np.full(72, 120.0))
    with pytest.raises(ImpossibleError) as raised:
        ScheduleProgram(line, replace(order, metal_target=most + 10.0)).solve()
    ways = {one.limit: one for one in raised.value.relaxations}
    start = sum((21.0 - 20.0, 1.0)) / 2  # the ramp up from 99 kA costs a part of the first two hours
    assert ways["metal_target"].by == pytest.approx(-10.0, abs=0.02 * most / 72 + start)
    enough = replace(order, metal_target=most + 10.0, highest=120.0 + ways["highest"].by + 0.05)
    assert ScheduleProgram(line, enough).solve().current.max() > 120.0
    with pytest.raises(ImpossibleError):
        ScheduleProgram(line, replace(enough, highest=120.0 + 0.8 * ways["highest"].by)).solve()
