"""A schedule with its figures: what adds up, what is compared, and how sure it is."""

from dataclasses import replace

import numpy as np
import pytest

from models.interfaces.line import CurveUncertainty
from models.schedules.schedule import flat_current, schedule


def test_figures_add_up(line, order):
    result = schedule(line, order)
    assert result.cost.sum() == pytest.approx(result.total_cost.value)
    assert result.metal.sum() == pytest.approx(result.tonnes.value)
    assert 1e3 * result.power.sum() == pytest.approx(result.energy)
    assert result.emission == pytest.approx(0.5 * result.energy)
    assert result.co2e.sum() == pytest.approx(result.emission)


def test_the_flat_current_makes_the_same_metal_and_costs_the_saving_more(line, order):
    result = schedule(line, order)
    flat = np.full(72, result.flat)
    assert line.metal(flat).sum() == pytest.approx(line.metal(result.current).sum())
    cost = order.cells * float(order.prices.values @ line.power(flat))
    assert cost - result.total_cost.value == pytest.approx(result.saving.value)
    assert result.saving.value > 0
    assert result.flat_energy < result.energy  # a steady current takes least


def test_a_flat_current_is_its_own(line, order):
    assert flat_current(line, np.full(72, 88.0), order) == 88.0


class Peaked:
    """A line whose metal falls again above 50 kA."""

    def metal(self, current):
        return current * (1 - current / 100)


@pytest.mark.parametrize("high", [49.0, 60.0, 75.0, 95.0])
def test_a_flat_current_is_found_where_more_current_makes_less(order, high):
    current = np.array([30.0, high, high, 40.0])
    flat = flat_current(Peaked(), current, order)
    made = Peaked().metal(current).mean()
    assert Peaked().metal(flat) == pytest.approx(made) or (flat == 30.0 and made <= Peaked().metal(30.0))
    assert 30.0 <= flat <= current.mean()


def test_intervals_follow_from_the_doubts_and_vanish_with_them(line, order):
    sure = schedule(replace(line, doubts=CurveUncertainty(0.0, 0.0, 0.0, 0.0, 0.0)), order)
    assert sure.saving.low == pytest.approx(sure.saving.value)
    assert sure.tonnes.high == pytest.approx(sure.tonnes.value)
    doubtful = schedule(line, order)
    # Half a point of 92 is the doubt of the metal; the slope of the efficiency adds little.
    share = (doubtful.tonnes.high / doubtful.tonnes.value - 1.0) / 1.645
    assert share == pytest.approx(0.5 / 92.0, rel=0.02)
    assert doubtful.saving.low < doubtful.saving.value < doubtful.saving.high


def test_a_limit_that_nothing_follows_is_named(line, order):
    other = replace(order.limits[0], name="noise")
    assert schedule(line, replace(order, limits=(*order.limits, other))).unmodelled_limits == ["noise"]
    assert schedule(line, order).unmodelled_limits == []


def test_limits_are_kept_with_their_back_off(line, order):
    (within_grade,) = schedule(line, order).kept
    assert within_grade.limit.name == "temperature"
    assert within_grade.tightened_limit == pytest.approx(45.0 - 2.0537 * 0.5, abs=1e-3)
    assert within_grade.extreme <= within_grade.tightened_limit + 1e-6
