"""What is taken to be short: by what rows have cost, never by less."""

import math

from hypothesis import given
from hypothesis import strategies as st

from serving.bulk.load import Load, Pace, Paces


def test_what_was_never_measured_is_long() -> None:
    assert Pace().expected(1) == math.inf
    assert not Pace().is_short(1)


def test_a_row_among_more_costs_no_more_than_it_did_among_fewer() -> None:
    pace = Pace()
    pace.learn(1, 0.002)
    assert pace.expected(1) == 0.002
    assert pace.expected(10) == 0.020
    assert pace.is_short(10)
    assert not pace.is_short(11)
    pace.learn(11, 0.0055)
    assert pace.is_short(40)
    assert pace.expected(1) == 0.002


def test_fewer_rows_cost_no_more_than_more_did() -> None:
    pace = Pace()
    pace.learn(15, 0.015)
    assert pace.expected(2) == 0.016
    assert pace.expected(1000) == 1.0


def test_a_high_cost_counts_at_once_and_is_forgotten_slowly() -> None:
    pace = Pace()
    pace.learn(1, 0.001)
    pace.learn(1, 0.1)
    assert not pace.is_short(1)
    needed = 0
    while not pace.is_short(1):
        pace.learn(1, 0.001)
        needed += 1
    assert needed > 10


@given(st.lists(st.tuples(st.integers(1, 5000), st.floats(1e-6, 10)), min_size=1, max_size=20), st.integers(1, 5000))
def test_no_request_of_a_size_that_was_measured_is_thought_cheaper_than_the_newest(
    seen: list[tuple[int, float]], rows: int
) -> None:
    pace = Pace()
    for measured in seen:
        pace.learn(*measured)
    assert 0 < pace.expected(rows) < math.inf
    newest, seconds = seen[-1]
    only = Pace()
    only.learn(newest, seconds)
    assert only.expected(newest) >= seconds * (1 - 1e-12)


def test_a_new_model_is_a_new_pace() -> None:
    paces, one, other = Paces(), object(), object()
    paces.of(one).learn(1, 0.001)
    assert paces.of(one).is_short(1)
    assert not paces.of(other).is_short(1)


def test_no_more_is_held_than_allowed() -> None:
    load = Load(10)
    assert load.hold(6)
    assert not load.hold(5)
    assert load.hold(4)
    load.release(6)
    assert load.hold(5)
