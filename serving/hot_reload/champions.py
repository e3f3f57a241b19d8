"""Seed and champion of each process, polled in the background and replaced atomically."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Protocol

from models.tasks import baseline
from operations.catalogue import Offers
from operations.predictions.payloads import Payloads
from registry.loading.loading import LoadedVersion, Loading
from registry.store import Champion, Store
from registry.versions import CHAMPION
from serving.hot_reload.memory import LoadRequests, ModelMemory, settle
from serving.hot_reload.seed_folder import SeedFolderSnapshot, with_seeds
from serving.hot_reload.status import Resting, Served, Status, facts_of
from system.temporary_folder import sweep

log = logging.getLogger("nonferrous.serving")

LONGEST_WAIT = 10.0
AT_ONCE = 4  # champions that are loaded together, and before the service is ready; those after them follow
_ALL = 2**62  # byte


class Seeds(Protocol):
    """Source of the processes' seeds."""

    def look(self) -> SeedFolderSnapshot:
        """Return the current seeds."""


@dataclass(frozen=True)
class _Refused:
    """A version that did not load, the time waited since [s], and when to try it again [s on the clock]."""

    champion: Champion
    wait: float
    again: float


class Champions:
    """Poller of seeds and champions; a served model is only replaced by one that passed its checks.

    A seed that is new, or whose process has no model in service, is applied immediately. So is a changed one that the
    model in service agrees with in all facts that requests, responses and decisions depend on. Any other change waits
    for the first champion that was trained with it, and both are applied together. A model stays in service if its seed
    is removed or cannot be read any longer.

    Each version is loaded once when it is new. It stays in memory within the budget; else a request loads it again. At
    the start the first `AT_ONCE` champions are loaded before the service is ready, the others after that or at their
    first request. One thread loads, so that a version is loaded once for all requests that wait for it.

    Parameters
    ----------
    seeds : Seeds
        Where the processes come from.
    store : Store
        Where the champions are.
    loading : Loading
        How they come into this process.
    poll_seconds : float
        Time between two looks [s]; it doubles up to 10 s while the store cannot be read.
    clock : callable
        Monotonic time [s].
    followed : callable, optional
        Returns the served model with the outcomes received since its training applied; called at each poll.
    memory : ModelMemory, optional
        Budget of models in memory; by default all stay.
    forget : callable, optional
        Called with the process whose model has left memory.

    Raises
    ------
    SeedError
        There is no folder of seeds.
    """

    def __init__(
        self,
        seeds: Seeds,
        store: Store,
        loading: Loading,
        poll_seconds: float,
        clock: Callable[[], float] = time.monotonic,
        followed: Callable[[Served, Payloads], Served] | None = None,
        memory: ModelMemory | None = None,
        forget: Callable[[str], None] = lambda process: None,
    ) -> None:
        self._seeds, self._store, self._loading, self._clock, self._followed = seeds, store, loading, clock, followed
        self.memory, self._forget, self._requests = memory or ModelMemory(_ALL), forget, LoadRequests()
        self._outcomes_trouble: str | None = None
        self._poll_seconds = self.wait = poll_seconds
        self._known = seeds.look()
        self._statuses: Mapping[str, Status] = with_seeds({}, self._known)
        self._seeds_trouble: str | None = None
        self._store_trouble: str | None = None
        self._has_looked = False
        self._refused: dict[str, _Refused] = {}
        self._watchers: list[Callable[[], None]] = []
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="champions", daemon=True)

    @property
    def statuses(self) -> Mapping[str, Status]:
        """All processes at this moment; later swaps do not reach into what is returned."""
        return self._statuses

    @property
    def taken(self) -> tuple[Offers, ...]:
        """Operations that each process offers, at this moment."""
        return tuple(status.offers for status in self._statuses.values() if status.offers is not None)

    @property
    def seeds_trouble(self) -> str | None:
        """Reason why the folder of seeds could not be read at the latest poll; None if it was read."""
        return self._seeds_trouble

    @property
    def store_trouble(self) -> str | None:
        """Reason why the store could not be read at the latest poll; None if it was read."""
        return self._store_trouble

    @property
    def has_looked(self) -> bool:
        """Return whether every champion was polled once."""
        return self._has_looked

    def start(self) -> None:
        """Look at the store every few seconds, in a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread; one that waits for a slow store ends with the process."""
        self._ended.set()
        self._requests.wake()
        self._thread.join(timeout=1)

    def watch(self, changed: Callable[[], None]) -> None:
        """Call back after each change of `taken`, in the thread that looks."""
        self._watchers.append(changed)

    def _follow(self) -> None:
        sweep()
        while not self._ended.is_set():
            before = self._loaded
            self.refresh()
            if self._loaded != before:  # models that took up outcomes are mostly the ones of before
                settle()
            self._pause(self.wait)

    def _pause(self, seconds: float) -> None:
        """Load what requests wait for, until the next look in so many seconds."""
        until = time.monotonic() + seconds
        while not self._ended.is_set() and (left := until - time.monotonic()) > 0:
            self._requests.wait(left)
            self._load_requested()

    async def in_memory(self, process: str) -> Status | None:
        """Return the status of a process when its model is in memory, or why it cannot be; None if it is gone.

        The thread that looks loads it, so that the event loop goes on.
        """
        return await asyncio.shield(asyncio.wrap_future(self._requests.add(process)))

    def _load_requested(self) -> None:
        """Load the models that requests wait for; errors are stored and logged, never raised."""
        while (taken := self._requests.take()) is not None:
            process, waiting = taken
            try:
                status = self._statuses.get(process)
                if status is not None and status.resting is not None:
                    self._load([status.resting.champion], is_requested=True)
            except Exception:  # the requests are answered by the status, whatever failed
                log.exception("%s: its model is not loaded", process)
            waiting.set_result(self._statuses.get(process))

    @property
    def _loaded(self) -> list[tuple[Offers | None, str | None]]:
        """Operations that each process offers, and the digest of its model."""
        served = [(status.offers, status.served) for status in self._statuses.values()]
        return [(offers, None if one is None else one.digest) for offers, one in served]

    def refresh(self) -> None:
        """Poll seeds and store once and apply changes; errors are stored and logged, never raised."""
        before = self.taken
        self._look_at_seeds()
        self._look_at_store()
        self._look_at_outcomes()
        if self.taken != before:
            for changed in self._watchers:
                try:
                    changed()
                except Exception:  # the thread must live, whatever is wrong with one seed
                    log.exception("the routes of before stay")

    def _look_at_seeds(self) -> None:
        try:
            known = self._seeds.look()
        except Exception as error:  # a folder may be unreadable in any way; the seeds of before stay
            error_text = f"the seeds cannot be read: {one_line(error)}"
            if error_text != self._seeds_trouble:
                log.warning("%s", error_text)
            self._seeds_trouble = error_text
            return
        if self._seeds_trouble is not None:
            log.info("the seeds can be read again")
        self._seeds_trouble, self._known = None, known
        before, after = self._statuses, with_seeds(self._statuses, known)
        if after == before:
            return
        self._statuses = after
        for name, status in after.items():
            was = before.get(name)
            if status.seed_trouble is not None and (was is None or was.seed_trouble != status.seed_trouble):
                log.warning("%s: %s", name, status.seed_trouble)
            elif status.offers is not None and (was is None or status.offers is not was.offers):
                log.info("%s: its seed is %s", name, "new" if was is None or was.offers is None else "read again")
        for name in set(before) - set(after):
            log.info("%s: removed: seed file deleted and no model in service", name)

    def _look_at_store(self) -> None:
        try:
            champions = self._store.champions([name for name, one in self._statuses.items() if one.offers])
        except Exception as error:  # whatever a database, a network or a file system raises
            self.wait = max(self._poll_seconds, min(2 * self.wait, LONGEST_WAIT))
            error_text = f"the store cannot be read: {one_line(error)}"
            if error_text != self._store_trouble:
                log.warning("%s", error_text)
            self._store_trouble = error_text
            return
        if self._store_trouble is not None:
            log.info("the store can be read again")
        self._store_trouble, self.wait = None, self._poll_seconds
        for process, champion in champions.items():
            if champion is None:
                self._lose(process)
        self._try([one for process, one in champions.items() if one is not None and self._is_new(process, one)])

    def _look_at_outcomes(self) -> None:
        if self._followed is None:
            return
        error_text = None
        for process in list(self._statuses):
            self._load_requested()
            status = self._statuses[process]
            if status.served is None or status.offers is None:
                continue
            try:
                served = self._followed(status.served, status.offers.predictions)
            except Exception as error:  # the model of before answers on, whatever is wrong with outcomes
                error_text = f"{process}: its outcomes cannot be applied: {one_line(error)}"
                continue
            if served is not status.served:
                self._set(process, replace(self._statuses[process], served=served))
        if error_text is not None and error_text != self._outcomes_trouble:
            log.warning("%s", error_text)
        self._outcomes_trouble = error_text

    def _is_new(self, process: str, champion: Champion) -> bool:
        """Return whether to load this version now; if it is in service already, correct its status."""
        status = self._statuses[process]
        if status.in_service != champion:
            return not self._rests(process, champion)
        self._refused.pop(process, None)
        self._set(process, replace(status, champion=champion, trouble=None))
        return False

    def _lose(self, process: str) -> None:
        """Keep in mind that no version has the alias."""
        status = self._statuses[process]
        then = "the model of before stays" if status.in_service else f"run `nonferrous train {process}`"
        error_text = f"no version has the alias {CHAMPION}: {then}"
        self._set(process, replace(status, champion=None, trouble=error_text))

    def _rests(self, process: str, champion: Champion) -> bool:
        """Return whether this version was rejected recently."""
        refused = self._refused.get(process)
        return refused is not None and refused.champion == champion and self._clock() < refused.again

    def _try(self, champions: list[Champion]) -> None:
        """Load new versions; where one is refused the model that answers stays."""
        first, others = champions[:AT_ONCE], champions[AT_ONCE:]
        for one in () if self._has_looked else others:
            status = self._statuses[one.process]
            self._set(one.process, replace(status, champion=one, trouble=None, resting=Resting(one)))
        self._load(first)
        self._has_looked = True
        while others and not self._ended.is_set():
            self._load_requested()
            now, others = others[:AT_ONCE], others[AT_ONCE:]
            self._load([one for one in now if not self._is_loaded(one)])

    def _is_loaded(self, champion: Champion) -> bool:
        """Return whether a request has loaded this version in the meantime, or found that it does not load."""
        status, refused = self._statuses[champion.process], self._refused.get(champion.process)
        loaded = status.in_service == champion and status.facts is not None
        return loaded or (refused is not None and refused.champion == champion)

    def _load(self, champions: list[Champion], is_requested: bool = False) -> None:
        """Load versions that are new, or one that a request waits for."""
        offers = {one.process: self._offers_of(one) for one in champions}
        began = time.perf_counter()
        for champion, outcome in self._loading.load_all(
            self._store, [(one, offers[one.process].seed) for one in champions]
        ):
            if isinstance(outcome, LoadedVersion):
                self._take(champion, outcome, offers[champion.process], is_requested)
            else:
                self._refuse(champion, outcome.why)
            self.memory.load_seconds.add(time.perf_counter() - began)
            began = time.perf_counter()

    def _offers_of(self, champion: Champion) -> Offers:
        """Operations that go with a version: those in service with the one that answers, else the newest."""
        status = self._statuses[champion.process]
        newest = self._known.offers.get(champion.process, status.offers)
        offers = status.offers if status.in_service == champion else newest
        assert offers is not None  # only processes with offers are requested from the store
        return offers

    def _take(self, champion: Champion, loaded: LoadedVersion, offers: Offers, is_requested: bool) -> None:
        process, model, before = champion.process, loaded.model, self._statuses[champion.process]
        self._refused.pop(process, None)
        fresh = Served(champion, loaded.digest, model, model.candidate == baseline(model.seed), loaded.size)
        is_known = before.in_service == champion
        if is_known:
            taken = replace(before, offers=offers, resting=None)
        else:
            seed_error = before.seed_trouble if process not in self._known.offers else None
            taken = Status(None, champion, None, offers, seed_error)
        if not is_known or before.facts is None:
            log.info(
                "%s: version %d in service (candidate %s, %s)",
                process,
                champion.version,
                model.candidate,
                loaded.digest,
            )
        if is_requested or before.served is not None or self.memory.has_room(self._statuses, loaded.size):
            try:
                _ = offers.forms  # made here, so that the first request does not hold up the event loop
            except ValueError as error:  # of a plant's own seed; the next look at the seeds says so too
                self._refuse(champion, one_line(error))
                return
            self._set(process, replace(taken, served=self._with_outcomes(fresh, offers) if is_requested else fresh))
            self._evict(process)
        else:
            self._set(process, replace(taken, resting=Resting(champion, facts_of(fresh, offers.seed))))

    def _with_outcomes(self, served: Served, offers: Offers) -> Served:
        """Return a model that is loaded again with the outcomes applied."""
        with suppress(Exception):  # the next look says why
            return served if self._followed is None else self._followed(served, offers.predictions)
        return served

    def _evict(self, current: str) -> None:
        """Remove the least recently used models until the budget holds; requests that use one go on."""
        for process in self.memory.excess(self._statuses, current):
            status = self._statuses[process]
            if status.served is not None:
                self._set(process, replace(status, served=None, resting=Resting(status.served.champion, status.facts)))
                self.memory.evicted += 1
                self._forget(process)

    def _refuse(self, champion: Champion, reason: str) -> None:
        process = champion.process
        before, status = self._refused.get(process), self._statuses[process]
        again = before is not None and before.champion == champion
        wait = min(2 * before.wait, LONGEST_WAIT) if before is not None and again else self._poll_seconds
        self._refused[process] = _Refused(champion, wait, self._clock() + wait)
        resting = None if status.in_service == champion else status.resting
        stays = status.served or resting
        then = f"version {stays.champion.version} stays" if stays else "no model answers"
        error_text = f"version {champion.version} is refused, {then}: {reason}"
        self._set(process, replace(status, champion=champion, trouble=error_text, resting=resting))

    def _set(self, process: str, status: Status) -> None:
        """Replace a status atomically for readers; log an error once, not at every poll."""
        before = self._statuses[process]
        if status == before:
            return
        self._statuses = {**self._statuses, process: status}
        if status.trouble is not None and status.trouble != before.trouble:
            log.warning("%s: %s", process, status.trouble)
        elif status.trouble is None and before.trouble is not None and status.in_service == before.in_service:
            log.info("%s: recovered", process)


def one_line(error: Exception) -> str:
    """Return the message of an exception in one line."""
    return " ".join(str(error).split())[:400] or type(error).__name__
