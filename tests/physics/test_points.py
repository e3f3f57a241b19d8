"""Physics against values known beforehand: every function has a point, or a reason for having none."""

from collections import Counter

import pytest

from seeds.format.units import is_unit
from tests.physics.points import SURE, documented_units, functions, points, topics, without

FILES = topics()
POINTS = {topic: points(path) for topic, path in FILES.items()}
NUMBERED = {
    f"{point.function} {number}": point for result in POINTS.values() for number, point in enumerate(result, start=1)
}
FUNCTIONS = functions()
WITHOUT = {topic: without(path) for topic, path in FILES.items()}


@pytest.mark.parametrize("point", NUMBERED.values(), ids=NUMBERED)
def test_known_values_come_out(point):
    off = abs(point.got - point.expected)
    if point.differs is None:
        assert off <= point.tolerance
    else:
        assert off > point.tolerance, "the point holds now: take its `differs` away"


@pytest.mark.parametrize("point", NUMBERED.values(), ids=NUMBERED)
def test_points_state_tolerance_unit_and_source(point):
    assert point.function in FUNCTIONS
    assert 0.0 < point.tolerance <= 0.2 * abs(point.expected)
    assert point.sure in SURE
    assert is_unit(point.unit)
    stated = list(documented_units(point.called, "Returns").values())
    assert point.unit == (stated[0] if len(stated) == 1 else stated[point.part])
    assert all(text.strip() == text != "" for text in (point.source, point.differs or "-"))


def test_no_point_is_stated_twice():
    stated = Counter((one.function, *sorted(one.arguments.items()), one.part, one.source) for one in NUMBERED.values())
    assert [key for key, times in stated.items() if times > 1] == []


def test_every_function_has_a_point_or_a_reason_for_having_none():
    with_point = {point.function for point in NUMBERED.values()}
    reasons = {function: reason for result in WITHOUT.values() for function, reason in result.items()}
    assert len(reasons) == sum(map(len, WITHOUT.values()))
    assert set(FUNCTIONS) - with_point - set(reasons) == set(), "state a point, or in `without` why there is none"
    assert set(reasons) - set(FUNCTIONS) == set(), "there is no such function"
    assert set(reasons) & with_point == set(), "a function with a point needs no reason"
    assert all(len(reason) > 10 for reason in reasons.values())


@pytest.mark.parametrize("topic", FILES)
def test_points_and_reasons_stand_with_their_topic(topic):
    folder = topic.removeprefix("physics").strip("/").replace("/", ".")
    for function in [*(point.function for point in POINTS[topic]), *WITHOUT[topic]]:
        assert function.rpartition(".")[0].rpartition(".")[0] == folder
