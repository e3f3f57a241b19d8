"""State of all processes, filled from the newest records and then followed."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager

from dashboard.links import ProcessStatus, Reader
from dashboard.state.process import MOST_USER_DECISIONS, OPERATIONS, ProcessState
from records import user_decisions
from records.database import Connection, Database
from records.outcomes import newest_batches
from records.recent import RecentExchange, by_number, newest_first, newest_number, numbers_after

log = logging.getLogger("nonferrous.dashboard")

MOST_EXCHANGES = {"predictions": 2000, "warnings": 300, "recommendations": 300}
"""Newest exchanges of each operation that are read of a process when pages are first opened."""
MOST_ROWS = 40_000
"""Predicted rows after which no older request is read."""
_AT_ONCE = 200  # exchanges of one read
_AGAIN = 100  # numbers before the last one that are looked at again: writers commit in another order than they count


class PlantState:
    """State of the processes that a service has.

    Parameters
    ----------
    database : Database
        The records; all replicas of a service read the same.
    statuses : callable
        Returns the processes by name.
    read : Reader
        Reads recorded requests for predictions.
    clock : callable, optional
        Monotonic time [s].
    """

    def __init__(
        self,
        database: Database,
        statuses: Callable[[], Mapping[str, ProcessStatus]],
        read: Reader,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database, self._statuses, self._read, self._clock = database, statuses, read, clock
        self._reading, self._tried_at = threading.Lock(), -math.inf
        self.is_current = True
        """Success of the latest reading of the records."""
        self._processes: dict[str, ProcessState] = {}
        self._last: int | None = None
        self._added: set[int] = set()
        self._last_batch = self._last_decision = 0
        self._lock = threading.Lock()
        self.revision = 0
        """Number of refreshes that changed anything."""

    @contextmanager
    def processes(self) -> Iterator[Mapping[str, ProcessState]]:
        """State of each process; it does not change inside the block."""
        with self._lock:
            yield self._processes

    def stamp(self, process: str, unit: str) -> Hashable:
        """Value that changes with a process or one of its units; without a process, with any of them."""
        # Without the lock, since the event loop asks: what changes meanwhile has another stamp later.
        state = self._processes.get(process)
        if state is None:
            return self.revision
        own = state.units.get(unit)
        return state.outcomes_at, state.decided, state.revision if own is None else own.numbers

    def follow(self, seconds: float) -> bool:
        """Read the records unless that was tried less than so long ago [s]; return whether it succeeded."""
        with self._reading:
            if self._clock() - self._tried_at >= seconds:
                self._tried_at = self._clock()
                self.is_current = self._could_refresh()
            return self.is_current

    def _could_refresh(self) -> bool:
        try:
            self.refresh()
        except Exception as error:  # whatever a database raises; pages show the state of before
            if self.is_current:
                log.warning("pages show an earlier state: %s", " ".join(str(error).split()))
            return False
        return True

    def refresh(self) -> None:
        """Read what was recorded since the last time.

        Raises
        ------
        RecordsError
            The records cannot be read; the state of before stays.
        """
        with self._lock, self._database.read() as connection:
            is_changed = self._fill(connection)
            is_changed |= self._follow(connection)
            is_changed |= self._note_outcomes(connection)
            is_changed |= self._note_decisions(connection)
            self.revision += is_changed

    def _fill(self, connection: Connection) -> bool:
        """Read the newest exchanges of processes that are new or whose seed changed."""
        present = self._statuses()
        new = [
            one
            for name, one in present.items()
            if name not in self._processes or self._processes[name].seed is not one.seed
        ]
        for name in set(self._processes) - set(present):
            del self._processes[name]
        newest = newest_number(connection)
        if self._last is None or newest < self._last:  # the records were restored from an older copy
            self._last, self._added = newest, set(numbers_after(connection, newest - _AGAIN, _AGAIN))
            new = list(present.values())
        for status in new:
            state = self._processes[status.name] = ProcessState(status.seed, self._read)
            for operation in OPERATIONS:
                self._read_newest(connection, state, operation)
        if new:
            self._last_batch = self._last_decision = 0  # of all processes once more
        return bool(new)

    def _read_newest(self, connection: Connection, state: ProcessState, operation: str) -> None:
        name, last = state.seed.process.name, self._last or 0
        for exchange in newest_first(connection, name, operation, MOST_EXCHANGES[operation]):
            if exchange.number <= last:
                self._add(state, exchange)
            if state.rows >= MOST_ROWS:
                break

    def _follow(self, connection: Connection) -> bool:
        """Add what was recorded since, and what was committed late before the last number."""
        assert self._last is not None
        is_changed, start = False, self._last - _AGAIN
        while numbers := numbers_after(connection, start, _AT_ONCE):
            start = numbers[-1]
            new = [number for number in numbers if number not in self._added]
            for exchange in by_number(connection, new) if new else ():
                state = self._processes.get(exchange.process)
                if state is not None:
                    self._add(state, exchange)
                    is_changed = True
            self._added.update(new)
        self._last = max(self._last, start)
        self._added = {number for number in self._added if number > self._last - _AGAIN}
        return is_changed

    def _add(self, state: ProcessState, exchange: RecentExchange) -> None:
        try:
            state.add(exchange)
        except Exception as error:  # an older or broken record hides no other
            log.warning("record %s is left out: %s", exchange.id, " ".join(f"{type(error).__name__}: {error}".split()))

    def _note_outcomes(self, connection: Connection) -> bool:
        newest = newest_batches(connection, self._last_batch)
        for name, (number, at) in newest.items():
            self._last_batch = max(self._last_batch, number)
            if name in self._processes:
                self._processes[name].outcomes_at = at
        return bool(newest)

    def _note_decisions(self, connection: Connection) -> bool:
        if user_decisions.newest_number(connection) == self._last_decision:
            return False
        new = user_decisions.after(connection, self._last_decision, MOST_USER_DECISIONS)
        self._last_decision = new[-1].number if new else 0
        changed = [state.decide(one for one in new if one.process == name) for name, state in self._processes.items()]
        return any(changed)
