"""Models that follow the outcomes which have come in since their training."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from models.online.review_queue import PendingBatch
from operations.catalogue import states_of
from operations.forms.fields import Record
from operations.outcomes.states import OnlineStates
from operations.predictions.payloads import Payloads
from records.database import Connection, Database, now
from records.online_states import State, load, save
from records.outcomes import Arrived, arrived, newest, revision
from records.request_index import by_number, index, places
from seeds import Seed
from serving.hot_reload.status import Served
from serving.outcomes.slots import rows_of, slots_of

log = logging.getLogger("nonferrous.serving")

SHOWN = 5  # batches that are named


@dataclass(frozen=True, eq=False)
class _Following:
    """A trained model, its online state, and the served model with that state."""

    trained: Any
    digest: str
    state: State
    answers: Any
    current: tuple[bool, ...]


class EndedError(Exception):
    """The service ends, and with it what takes its time."""


class OnlineModels:
    """Online states of the models of all processes; used by one thread.

    Parameters
    ----------
    database : Database
        The records.
    clock : callable
        Time now [microseconds since 1970].
    """

    def __init__(self, database: Database, clock: Callable[[], int] = now) -> None:
        self._database, self._clock = database, clock
        self._of: dict[str, _Following] = {}
        self._waiting: Mapping[str, int] = {}
        self._ended = threading.Event()

    def stop(self) -> None:
        """Stop applying outcomes; the next service resumes."""
        self._ended.set()

    def _rest(self, seconds: float) -> None:
        if self._ended.wait(seconds):
            raise EndedError("the service ends")

    @property
    def waiting(self) -> Mapping[str, int]:
        """Number of outcomes pending review, by process."""
        return self._waiting

    def forget(self, process: str) -> None:
        """Release the model of a process; its state is kept in the records."""
        self._of.pop(process, None)

    def followed(self, served: Served, payloads: Payloads) -> Served:
        """Return the model with all known outcomes applied; unchanged if there is none to apply.

        Raises
        ------
        RecordsError
            The database did not do its part.
        """
        process, task = payloads.seed.process.name, states_of(payloads.seed)
        if task is None:
            return served
        before = self._of.get(process)
        if before is not None and before.digest != served.digest:
            before = None
        at = self._clock()
        with self._database.read() as connection:
            upto, changed = newest(connection, process), revision(connection, process)
            if before is not None and (before.state.last_outcome, before.state.revision) == (upto, changed):
                before = self._of[process] = _as_of(before, task, at)
                return served if served.model is before.answers else replace(served, model=before.answers)
            state = load(connection, process, served.digest) if before is None else before.state
        trained = served.model if before is None else before.trained
        start = State(0, changed, task.begin(trained))
        if not start.content:
            return served
        if state is None or state.revision != changed or not task.is_counted(state.content):
            state = start
        if state.last_outcome != upto:
            state = self._taken(task, trained, state, payloads)
            # The newest may stand in withdrawn batches, which are passed over.
            state = replace(state, last_outcome=max(state.last_outcome, upto))
            with self._database.begin() as connection:
                save(connection, process, served.digest, state)
        self._say(served, process, task, state)
        answers, current = task.followed(trained, state.content, at), task.current(trained, state.content, at)
        self._of[process] = _Following(trained, served.digest, state, answers, current)
        return replace(served, model=answers)

    def _say(self, served: Served, process: str, task: OnlineStates[Any], state: State) -> None:
        """Log what has come to wait since the look before, and count what waits."""
        before = self._of.get(process)
        known = {} if before is None else task.waiting(before.state.content)
        for target, ones in task.waiting(state.content).items():
            new = [one for one in ones if one not in known.get(target, ())]
            for line in lines(process, [(target, one) for one in new]):
                log.warning("%s, version %s: %s", process, served.champion.version, line)
        # Replaced and not changed: a scrape may go through it.
        self._waiting = {**self._waiting, process: task.outcomes_waiting(state.content)}

    def _taken(self, task: OnlineStates[Any], trained: Any, state: State, payloads: Payloads) -> State:
        process, seed = payloads.seed.process.name, payloads.seed
        index(self._database, process, lambda request: slots_of(request, seed), self._rest)
        with self._database.read() as connection:
            for batch in list(arrived(connection, process, state.last_outcome)):
                content = _with(connection, task, trained, state.content, batch, payloads)
                state = State(batch.last_outcome, state.revision, content)
        return state


def _as_of(before: _Following, task: OnlineStates[Any], at: int) -> _Following:
    """Return the same at a later time: after a long time without outcomes, responses rest on them less."""
    trained, content = before.trained, before.state.content
    current = task.current(trained, content, at)
    if current == before.current:
        return before
    return replace(before, answers=task.followed(trained, content, at), current=current)


def waiting_of(seed: Seed, states: Iterable[State]) -> list[tuple[str, PendingBatch]]:
    """Target and batch of outcomes pending review over all models of a process, each once."""
    task = states_of(seed)
    pending = [task.waiting(one.content) for one in states] if task is not None else []
    return list(dict.fromkeys((target, one) for each in pending for target, ones in each.items() for one in ones))


def lines(process: str, waiting: Sequence[tuple[str, PendingBatch]]) -> Iterator[str]:
    """Return the log lines on pending batches, with the latest SHOWN individually."""
    for target, one in waiting[-SHOWN:]:
        yield (
            f"{one.outcomes} outcomes of {target} in batch {one.batch} wait and move no answer: {one.why}; "
            f"nonferrous records accept {one.batch} where they are right, else nonferrous records withdraw {one.batch}"
        )
    if len(waiting) > SHOWN:
        yield f"{len(waiting) - SHOWN} more batches wait: nonferrous records batches {process}"


def _with(
    connection: Connection, task: OnlineStates[Any], trained: Any, state: Record, batch: Arrived, payloads: Payloads
) -> Record:
    """State after a batch: with outcomes of predicted periods outside the training rows."""
    data_end = np.datetime64(trained.info.get("data_end") or trained.info.get("training_cutoff") or "NaT", "us")
    later = [one for one in batch.outcomes if not (one.period and np.datetime64(one.period) <= data_end)]
    where = places(connection, payloads.seed.process.name, [one.slot for one in later])
    by_request: dict[int, list[int]] = {}
    for place in where.values():
        by_request.setdefault(place.number, []).append(place.row)
    applied = {
        (request.number, i): row
        for request in by_number(connection, list(by_request))
        for i, row in rows_of(request, by_request[request.number], payloads).items()
    }
    known = [(one, where[one.slot]) for one in later if one.slot in where]
    if not known:
        return state
    rows = [applied[place.number, place.row] for _, place in known]
    return task.taken(trained, state, rows, [one.values for one, _ in known], [p.at for _, p in known], batch)
