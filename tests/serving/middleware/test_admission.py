"""What is taken to be short: by what rows have cost, never by less."""

import asyncio
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.middleware.admission import LONGEST_WAIT, SHORT_BODY, CostEstimate, CostEstimates, Load, WorkerPool
from serving.wire.problems import ProblemError


def test_what_was_never_measured_is_long() -> None:
    assert CostEstimate().expected(1) == math.inf
    assert not CostEstimate().is_short(1)


def test_a_row_among_more_costs_no_more_than_it_did_among_fewer() -> None:
    pace = CostEstimate()
    pace.learn(1, 0.002)
    assert pace.expected(1) == 0.002
    assert pace.expected(10) == 0.020
    assert pace.is_short(10)
    assert not pace.is_short(11)
    pace.learn(11, 0.0055)
    assert pace.is_short(40)
    assert pace.expected(1) == 0.002


def test_fewer_rows_cost_no_more_than_more_did() -> None:
    pace = CostEstimate()
    pace.learn(15, 0.015)
    assert pace.expected(2) == 0.016
    assert pace.expected(1000) == 1.0


def test_one_that_is_held_up_by_itself_sends_no_other_to_a_thread() -> None:
    pace = CostEstimate()
    pace.learn(1, 0.001)
    pace.learn(1, 0.1)
    assert pace.is_short(1)
    pace.learn(1, 0.001)
    pace.learn(1, 0.1)
    assert pace.expected(1) < 0.03


def test_a_high_cost_counts_at_once_when_two_are_and_is_forgotten_slowly() -> None:
    pace = CostEstimate()
    pace.learn(1, 0.001)
    pace.learn(1, 0.1)
    pace.learn(1, 0.2)
    assert pace.expected(1) == 0.1
    needed = 0
    while not pace.is_short(1):
        pace.learn(1, 0.001)
        needed += 1
    assert needed > 10


@given(st.lists(st.tuples(st.integers(1, 5000), st.floats(1e-6, 10)), min_size=1, max_size=20), st.integers(1, 5000))
def test_a_size_that_was_measured_alone_costs_at_least_the_lower_of_the_last_two(
    seen: list[tuple[int, float]], rows: int
) -> None:
    pace, only = CostEstimate(), CostEstimate()
    for measured, seconds in seen:
        pace.learn(measured, seconds)
        only.learn(rows, seconds)
    assert 0 < pace.expected(rows) < math.inf
    assert only.expected(rows) >= min(seconds for _, seconds in seen[-2:]) * (1 - 1e-12)


def test_a_new_model_is_a_new_pace() -> None:
    paces, one, other = CostEstimates(), object(), object()
    paces.of(one).learn(1, 0.001)
    assert paces.of(one).is_short(1)
    assert not paces.of(other).is_short(1)


def test_no_more_is_held_than_allowed() -> None:
    load = Load(10)
    load.hold(6)
    with pytest.raises(ProblemError) as refused:
        load.hold(5)
    assert (refused.value.status, refused.value.headers) == (503, {"Retry-After": "1"})
    load.hold(4)
    load.release(6)
    load.hold(5)
    assert load.held == 9


def test_as_many_are_worked_on_as_there_are_places_and_the_others_wait_in_turn() -> None:
    lane, at_once, most, order = WorkerPool(2, 10), 0, 0, []

    async def one(number: int) -> None:
        nonlocal at_once, most
        async with lane.turn():
            at_once += 1
            most = max(most, at_once)
            order.append(number)
            await asyncio.sleep(0)
            at_once -= 1

    async def all_of_them() -> None:
        await asyncio.gather(*(one(number) for number in range(8)))

    asyncio.run(all_of_them())
    assert (most, order, lane.waiting) == (2, list(range(8)), 0)


def test_beyond_the_line_there_is_a_refusal_that_says_when_to_come_again_but_not_to_what_has_begun() -> None:
    lane = WorkerPool(1, 2)

    async def rejected() -> tuple[ProblemError, int]:
        held = asyncio.Event()

        async def one(initialised: bool = False) -> None:
            async with lane.turn(initialised):
                await held.wait()

        first = [asyncio.create_task(one()) for _ in range(3)]
        await asyncio.sleep(0)
        with pytest.raises(ProblemError) as refused:
            await one()
        late = asyncio.create_task(one(initialised=True))
        await asyncio.sleep(0)
        waiting = lane.waiting
        held.set()
        await asyncio.gather(*first, late)
        return refused.value, waiting

    refusal, waiting = asyncio.run(rejected())
    assert refusal.status == 503
    assert refusal.headers is not None
    assert 1 <= int(refusal.headers["Retry-After"]) <= LONGEST_WAIT
    assert waiting == 3


def test_a_place_is_given_back_by_work_that_fails_and_by_who_stops_waiting() -> None:
    lane = WorkerPool(1, 5)

    async def failing() -> None:
        async with lane.turn():
            raise ValueError("it fails")

    async def run_requests() -> None:
        with pytest.raises(ValueError, match="it fails"):
            await failing()
        async with lane.turn():
            waiting = asyncio.create_task(failing())
            await asyncio.sleep(0)
            waiting.cancel()
            await asyncio.sleep(0)
        async with asyncio.timeout(60), lane.turn():
            assert lane.waiting == 0

    asyncio.run(run_requests())


def test_a_short_body_does_not_wait_for_long_ones() -> None:
    load = Load()
    assert load.lane(SHORT_BODY) is load.light
    assert load.lane(SHORT_BODY + 1) is load.heavy
