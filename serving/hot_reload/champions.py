"""Seed and champion of each process, polled in the background and replaced atomically."""

from __future__ import annotations

import gc
import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from models.tasks import Model, baseline
from operations.catalogue import Offers
from operations.predictions.payloads import Payloads
from registry.loading.loading import LoadedVersion, Loading
from registry.store import Champion, Store
from registry.versions import CHAMPION
from seeds.format.agreement import differing
from serving.hot_reload.seed_folder import SeedFolderSnapshot
from system.memory import return_freed
from system.temporary_folder import sweep

log = logging.getLogger("nonferrous.serving")

LONGEST_WAIT = 10.0


@dataclass(frozen=True, eq=False)
class Served:
    """Model in service, its version and digest, and whether it is the process's baseline (untrained)."""

    champion: Champion
    digest: str
    model: Model
    baseline: bool = False


@dataclass(frozen=True)
class Status:
    """State of a process: model in service, version of the alias, latest error.

    Parameters
    ----------
    served : Served, optional
        The model that answers.
    champion : Champion, optional
        Where the alias points.
    trouble : str, optional
        What is wrong with the champion.
    offers : Offers, optional
        Operations that the process offers, grown from the seed that `served` agrees with; None where its seed cannot be
        used and no model answers.
    seed_trouble : str, optional
        What is wrong with the seed's file.
    """

    served: Served | None = None
    champion: Champion | None = None
    trouble: str | None = None
    offers: Offers | None = None
    seed_trouble: str | None = None

    @property
    def troubles(self) -> str | None:
        """All errors as text; None without one."""
        return "; ".join(filter(None, (self.seed_trouble, self.trouble))) or None


NEW = Status(trouble="not looked for yet")


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
    ) -> None:
        self._seeds, self._store, self._loading, self._clock, self._followed = seeds, store, loading, clock, followed
        self._outcomes_trouble: str | None = None
        self._poll_seconds = self.wait = poll_seconds
        self._known = seeds.look()
        self._statuses: Mapping[str, Status] = _with_seeds({}, self._known)
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
            self._ended.wait(self.wait)

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
        before, after = self._statuses, _with_seeds(self._statuses, known)
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
            champions = {name: self._store.champion(name) for name, one in self._statuses.items() if one.offers}
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
        self._has_looked = True

    def _look_at_outcomes(self) -> None:
        if self._followed is None:
            return
        error_text = None
        for process, status in self._statuses.items():
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
        if status.served is None or status.served.champion != champion:
            return not self._rests(process, champion)
        self._refused.pop(process, None)
        self._set(process, replace(status, champion=champion, trouble=None))
        return False

    def _lose(self, process: str) -> None:
        """Keep in mind that no version has the alias."""
        status = self._statuses[process]
        then = "the model of before stays" if status.served else f"run `nonferrous train {process}`"
        error_text = f"no version has the alias {CHAMPION}: {then}"
        self._set(process, replace(status, champion=None, trouble=error_text))

    def _rests(self, process: str, champion: Champion) -> bool:
        """Return whether this version was rejected recently."""
        refused = self._refused.get(process)
        return refused is not None and refused.champion == champion and self._clock() < refused.again

    def _try(self, champions: list[Champion]) -> None:
        """Load versions; where one is refused the model that answers stays."""
        newest = {one.process: self._newest(one.process) for one in champions}
        for champion, outcome in self._loading.load_all(
            self._store, [(one, newest[one.process].seed) for one in champions]
        ):
            if isinstance(outcome, LoadedVersion):
                self._take(champion, outcome, newest[champion.process])
            else:
                self._refuse(champion.process, champion, outcome.why)

    def _newest(self, process: str) -> Offers:
        newest = self._known.offers.get(process, self._statuses[process].offers)
        assert newest is not None  # only processes with offers are requested from the store
        return newest

    def _take(self, champion: Champion, loaded: LoadedVersion, offers: Offers) -> None:
        process, model = champion.process, loaded.model
        self._refused.pop(process, None)
        seed_error = self._statuses[process].seed_trouble if process not in self._known.offers else None
        fresh = Served(champion, loaded.digest, model, model.candidate == baseline(model.seed))
        _ = offers.forms  # made here, so that the first request does not hold up the event loop
        self._set(process, Status(fresh, champion, None, offers, seed_error))
        log.info(
            "%s: version %d in service (candidate %s, %s)", process, champion.version, model.candidate, loaded.digest
        )

    def _refuse(self, process: str, champion: Champion, reason: str) -> None:
        before, status = self._refused.get(process), self._statuses[process]
        again = before is not None and before.champion == champion
        wait = min(2 * before.wait, LONGEST_WAIT) if before is not None and again else self._poll_seconds
        self._refused[process] = _Refused(champion, wait, self._clock() + wait)
        then = f"version {status.served.champion.version} stays" if status.served else "no model answers"
        error_text = f"version {champion.version} is refused, {then}: {reason}"
        self._set(process, replace(status, champion=champion, trouble=error_text))

    def _set(self, process: str, status: Status) -> None:
        """Replace a status atomically for readers; log an error once, not at every poll."""
        before = self._statuses[process]
        if status == before:
            return
        self._statuses = {**self._statuses, process: status}
        if status.trouble is not None and status.trouble != before.trouble:
            log.warning("%s: %s", process, status.trouble)
        elif status.trouble is None and before.trouble is not None and status.served is before.served:
            log.info("%s: recovered", process)


def _with_seeds(statuses: Mapping[str, Status], known: SeedFolderSnapshot) -> dict[str, Status]:
    """Return the statuses with the current seeds; `Champions` states which seeds are applied."""
    updated = {}
    for name in sorted({*known.offers, *known.broken, *statuses}):
        status = statuses.get(name, NEW)
        offers, fault = known.offers.get(name), known.broken.get(name)
        if offers is None and status.served is not None:
            reason = "its seed file was deleted" if fault is None else f"its seed cannot be used: {fault}"
            updated[name] = replace(status, seed_trouble=f"{reason}; the seed of before stays")
        elif offers is not None:
            updated[name] = _with_seed(status, offers)
        elif fault is not None:
            updated[name] = Status(seed_trouble=f"its seed cannot be used: {fault}")
    return updated


def _with_seed(status: Status, offers: Offers) -> Status:
    if offers is status.offers:
        return replace(status, seed_trouble=None)
    if status.served is None:
        return replace(status, offers=offers, trouble=status.trouble or NEW.trouble, seed_trouble=None)
    others = differing(status.served.model.seed, offers.seed)
    if not others:
        return replace(status, offers=offers, seed_trouble=None)
    seed_error = (
        f"its seed has changed in {', '.join(others)}; the seed of before stays until a champion is trained with it"
    )
    return replace(status, seed_trouble=seed_error)


def settle() -> None:
    """Exclude models from garbage collection, which took 70 ms of a request; return freed memory."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    return_freed()


def one_line(error: Exception) -> str:
    """Return the message of an exception in one line."""
    return " ".join(str(error).split())[:400] or type(error).__name__
