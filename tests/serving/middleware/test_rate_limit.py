"""A client's requests in the long run are the rate, and at most a second's more at first."""

from hypothesis import given
from hypothesis import strategies as st

from serving.middleware import rate_limit
from serving.middleware.rate_limit import RateLimiter


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@given(st.floats(0.2, 50), st.lists(st.floats(0, 3), min_size=1, max_size=60))
def test_no_more_than_a_seconds_burst_and_the_rate_since_then_are_let_in(rate: float, gaps: list[float]) -> None:
    clock, taken = Clock(), 0
    limited = RateLimiter(rate, clock)
    for gap in gaps:
        clock.now += gap
        wait = limited.wait("a")
        if wait:
            clock.now += wait + 1e-9  # who waits as long as it was asked to is let in
            assert limited.wait("a") == 0
        taken += 1
        assert taken <= max(1, rate) + rate * (clock.now - 1000) + 1e-6


def test_clients_do_not_share() -> None:
    limited = RateLimiter(2, Clock())
    assert [limited.wait("a") for _ in range(3)] == [0, 0, 0.5]
    assert limited.wait("b") == 0


def test_without_a_limit_nobody_waits() -> None:
    limited = RateLimiter(None, Clock())
    assert {limited.wait("a") for _ in range(10_000)} == {0}


def test_clients_without_number_take_no_memory_without_end_and_busy_ones_are_remembered(monkeypatch: object) -> None:
    clock = Clock()
    limited = RateLimiter(0.001, clock)  # a bucket fills in a quarter of an hour
    for i in range(3 * rate_limit._MOST_KNOWN):
        clock.now += 0.001
        limited.wait(f"{i}")
    assert len(limited._left) <= rate_limit._MOST_KNOWN
    assert limited.wait(f"{3 * rate_limit._MOST_KNOWN - 1}") > 0
