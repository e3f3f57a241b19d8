"""Money against greenhouse gases."""

import itertools

import numpy as np
import pytest

from models.setpoints import plans
from models.setpoints.errors import SetpointError
from models.setpoints.frontier import SHADOW_PRICES, pareto
from models.setpoints.move_evaluation import DOUBTS
from models.setpoints.recommender import recommend


@pytest.fixture(scope="module")
def frontier(taught, line):
    return pareto(taught, line.planned)


def test_dearer_carbon_asks_for_less_voltage_on_the_whole(frontier):
    """Power is by far the largest source; a tonne may still emit more where less voltage costs efficiency."""
    ends = [[points[at].advice.effects["cell_voltage"].value for at in (0, -1)] for points in frontier.values()]
    first, last = np.mean(ends, axis=0)
    assert last < first


def test_no_point_is_worth_more_at_the_plants_prices_than_what_is_advised_at_them(taught, line, frontier):
    for one in recommend(taught, line.planned):
        if one.refusal is None:
            doubt = [(point.advice.gain.high - point.advice.gain.value) / 1.645 for point in frontier[one.unit]]
            own = one.gain.value - DOUBTS * (one.gain.high - one.gain.value) / 1.645
            for point, sd in zip(frontier[one.unit], doubt, strict=True):
                assert point.advice.gain.value - DOUBTS * sd <= own + 1e-9


def test_points_rise_in_price_and_differ(frontier):
    for points in frontier.values():
        prices = [point.carbon_price for point in points]
        assert prices == sorted(set(prices))
        assert set(prices) <= set(SHADOW_PRICES)
        for one, other in itertools.pairwise(points):
            assert one.advice.moves != other.advice.moves


def test_a_table_without_a_plan_is_refused(taught, line):
    with pytest.raises(SetpointError, match="no plan row"):
        pareto(taught, line.history)


@pytest.mark.long("computes frontiers of many units")
def test_many_units_have_the_same_points_some_at_a_time(taught, line, frontier, monkeypatch):
    monkeypatch.setattr(plans, "UNITS_AT_ONCE", 7)
    result = pareto(taught, line.planned)
    assert {unit: [one.carbon_price for one in points] for unit, points in result.items()} == {
        unit: [one.carbon_price for one in points] for unit, points in frontier.items()
    }
