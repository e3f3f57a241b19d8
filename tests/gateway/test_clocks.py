"""Clock of a source from the times of its messages: set, wrong, or only late."""

import datetime as dt

import pytest

from gateway.clocks import SourceClock

BEGIN, SECOND = dt.datetime(2030, 1, 1, tzinfo=dt.UTC), dt.timedelta(seconds=1)


def difference(*messages: tuple[float, float, float]) -> float:
    """Difference [s] after messages: time of arrival, delay, and what the clock is ahead by [s]."""
    clock = SourceClock()
    for at, delay, ahead in messages:
        clock.note(BEGIN + (at - delay + ahead) * SECOND, BEGIN + at * SECOND)
    return clock.difference.total_seconds()


@pytest.mark.parametrize("ahead", [-3600, -40, -20, -3, 3, 6, 20, 3600])
def test_a_clock_that_is_wrong_is_noticed_at_the_first_message(ahead: float) -> None:
    assert difference((0, 0, ahead)) == ahead


@pytest.mark.parametrize("back", [0.5, 4, 8, 20, 29, 3600])
@pytest.mark.parametrize("before", [0, 8, -3600])
def test_a_clock_that_is_set_back_is_noticed_at_once(before: float, back: float) -> None:
    assert difference((0, 0, before), (0.25, 0, before), (0.25, 0, before - back)) == before - back


@pytest.mark.parametrize("delay", [2, 6, 12, 29])
def test_messages_that_waited_do_not_change_the_difference(delay: float) -> None:
    waited = [(delay + 0.1 * number, delay + 0.1 * number - number, 0) for number in range(int(delay))]
    assert difference((0, 0, 0), *waited) == 0
    assert difference((0, 0, 0), *waited, (delay + 10, 0, 0)) == 0


def test_a_first_message_that_waited_counts_until_the_next_one() -> None:
    assert difference((0, 5, 0)) == -5
    assert difference((0, 5, 0), (1, 0.01, 0)) == pytest.approx(-0.01)


def test_a_clock_that_stays_a_little_behind_is_noticed_after_half_a_minute() -> None:
    # It was set back by less than the interval of the messages.
    messages = [(10.0 * number, 0.0, -8.0) for number in range(1, 5)]
    assert difference((0, 0, 0), *messages[:3]) == 0
    assert difference((0, 0, 0), *messages) == -8


@pytest.mark.parametrize("rate", [-0.01, 0.01])
def test_a_clock_that_drifts_is_followed(rate: float) -> None:
    messages = [(float(at), 0.0, rate * at) for at in range(1000)]
    assert abs(difference(*messages) - 10 * rate / 0.01) <= 1.5


def test_a_small_difference_is_ignored_and_a_delay_once_over_starts_anew() -> None:
    assert difference((0, 0, 0.9), (10, 0, -0.9)) == 0
    late = [(10.0, 8.0, 0.0), (30.0, 8.0, 0.0), (35.0, 0.0, 0.0), (50.0, 8.0, 0.0), (60.0, 8.0, 0.0)]
    assert difference((0, 0, 0), *late) == 0


@pytest.mark.parametrize("age", [0, 1, 3])
@pytest.mark.parametrize("ahead", [-3600, -20, 0, 20, 3600])
def test_a_new_value_has_the_time_of_this_machine_by_whatever_clock_it_is_dated(ahead: float, age: float) -> None:
    clock = SourceClock()
    clock.note(BEGIN, BEGIN)
    clock.note(BEGIN + (1 + ahead) * SECOND, now := BEGIN + SECOND)
    at = now - age * SECOND
    assert clock.time_here(at + ahead * SECOND, now) == at
    assert clock.time_here(at, now) == at  # dated before the clock was set


def test_an_old_value_of_a_clock_that_is_wrong_is_old() -> None:
    clock = SourceClock()
    clock.note(BEGIN + 3600 * SECOND, BEGIN)
    assert clock.time_here(BEGIN, BEGIN + 10 * SECOND) == BEGIN - 3600 * SECOND


def test_a_value_of_the_future_is_of_now() -> None:
    clock = SourceClock()
    assert clock.time_here(BEGIN + 60 * SECOND, BEGIN) == BEGIN
    assert clock.time_here(BEGIN - 60 * SECOND, BEGIN) == BEGIN - 60 * SECOND
