"""What work costs, where it is done by that, and how much of it is done and held at once."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

LONGEST_AT_ONCE = 0.020  # s that a request may hold the event loop, and with it all others
MOST_HEAVY = 2  # bodies that are worked on at once, each with its rows and answers in memory
_FORGOTTEN = 0.1  # share of a high cost that one cheaper request makes forgotten


class Pace:
    """What rows have cost of late, in requests of about as many rows; a new model is a new pace.

    A row costs less among many than alone, so costs are kept by the number of rows, doubling from one to the next. A
    cost that is higher than known counts at once, a lower one little by little: rows differ in what they cost.
    """

    def __init__(self) -> None:
        self._seconds: dict[int, float] = {}  # of a row, by the number of binary digits of the number of rows

    def expected(self, rows: int) -> float:
        """Time that a request of so many rows will take at most [s]; infinite where nothing is known.

        A row costs no more than one among fewer rows did, and all rows no more than those of a longer request.
        """
        size = rows.bit_length()
        fewer = [rows * cost for known, cost in self._seconds.items() if known <= size]
        more = [2**known * cost for known, cost in self._seconds.items() if known > size]
        return min([*fewer, *more], default=math.inf)

    def is_short(self, rows: int) -> bool:
        """Whether a request of so many rows may be answered on the event loop."""
        return self.expected(rows) <= LONGEST_AT_ONCE

    @contextmanager
    def measured(self, rows: int, clock: Callable[[], float] = time.thread_time) -> Iterator[None]:
        """Learn from what is done within; `clock` tells the time of this thread alone, not what others took of it."""
        before = clock()
        try:
            yield
        finally:
            self.learn(rows, clock() - before)

    def learn(self, rows: int, seconds: float) -> None:
        """Take up what a request of so many rows took [s]."""
        size, cost = rows.bit_length(), seconds / max(rows, 1)
        known = self._seconds.get(size, 0.0)
        self._seconds[size] = max(cost, known + _FORGOTTEN * (cost - known))


class Paces:
    """A pace for each model that answers."""

    def __init__(self) -> None:
        self._model: object = None
        self._pace = Pace()

    def of(self, model: object) -> Pace:
        """The pace of a process's model; that of the model before is forgotten."""
        if model is not self._model:
            self._model, self._pace = model, Pace()
        return self._pace


class Load:
    """What the whole service may work on, and hold in memory, at once.

    Parameters
    ----------
    most_held : int
        Most bytes of tables that wait for their answers.
    """

    def __init__(self, most_held: int = 256 * 2**20) -> None:
        self.heavy = asyncio.Semaphore(MOST_HEAVY)
        self.most_held = most_held
        self._held = 0

    def hold(self, size: int) -> bool:
        """Take so many bytes; False, and nothing is taken, where they are more than are left."""
        if self._held + size > self.most_held:
            return False
        self._held += size
        return True

    def release(self, size: int) -> None:
        """Give back bytes that were taken."""
        self._held -= size
