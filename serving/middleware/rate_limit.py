"""Rate limit per client: a token bucket that refills with time."""

from __future__ import annotations

import time
from collections.abc import Callable

_MOST_KNOWN = 10_000


class RateLimiter:
    """Buckets of all clients; each holds a second's requests and fills at the rate.

    Parameters
    ----------
    per_second : float, optional
        Requests a second; None where there is no limit.
    clock : callable
        Monotonic time [s].
    """

    def __init__(self, per_second: float | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_second, self._clock = per_second, clock
        self._burst = max(1.0, per_second or 0.0)
        self._left: dict[str, tuple[float, float]] = {}  # requests, and when there were so many

    def wait(self, client: str) -> float:
        """Take one request of a client's; 0 where there was one left, else after how long there will be [s]."""
        if self._per_second is None:
            return 0.0
        now = self._clock()
        left, at = self._left.get(client, (self._burst, now))
        left = min(self._burst, left + (now - at) * self._per_second)
        if left < 1:
            return (1 - left) / self._per_second
        if client not in self._left and len(self._left) >= _MOST_KNOWN:
            self._forget(now)
        self._left[client] = left - 1, now
        return 0.0

    def _forget(self, now: float) -> None:
        """Drop clients that are as good as new; where there are too many others, those seen longest ago."""
        fills = self._burst / self._per_second if self._per_second else 0.0
        recent = {client: known for client, known in self._left.items() if now - known[1] < fills}
        newest = sorted(recent.items(), key=lambda item: item[1][1])[-_MOST_KNOWN // 2 :]
        self._left = dict(newest)
