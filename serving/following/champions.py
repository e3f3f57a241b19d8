"""What is served: a seed and a champion for each process, followed in the background and swapped whole."""

from __future__ import annotations

import gc
import logging
import re
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from models import files
from models.tasks import Model, baseline
from registry.store import Champion, Store
from registry.versions import CHAMPION
from seeds import Seed
from seeds.format.agreement import _units
from serving.following.seed_folder import Known
from serving.payloads import Payloads

log = logging.getLogger("nonferrous.serving")

LONGEST_WAIT = 10.0
_COPIES = "nonferrous-model-"


@dataclass(frozen=True, eq=False)
class Served:
    """A model that answers, where it comes from, and whether it is its process's baseline: nothing that was learnt."""

    champion: Champion
    digest: str
    model: Model
    baseline: bool = False


@dataclass(frozen=True)
class Status:
    """What is known of a process at one moment: what answers, what the alias says, what went wrong.

    Parameters
    ----------
    served : Served, optional
        The model that answers.
    champion : Champion, optional
        Where the alias points.
    trouble : str, optional
        What is wrong with the champion.
    payloads : Payloads, optional
        What the process takes and gives, grown from the seed that `served` agrees with; None where its seed cannot be
        used and no model answers.
    seed_trouble : str, optional
        What is wrong with the seed's file.
    """

    served: Served | None = None
    champion: Champion | None = None
    trouble: str | None = None
    payloads: Payloads | None = None
    seed_trouble: str | None = None

    @property
    def troubles(self) -> str | None:
        """All that is wrong, in words; None where nothing is."""
        return "; ".join(filter(None, (self.seed_trouble, self.trouble))) or None


NEW = Status(trouble="not looked for yet")


class Seeds(Protocol):
    """Where the processes come from."""

    def look(self) -> Known:
        """What is there now."""


@dataclass(frozen=True)
class _Refused:
    """A version that did not load, the time waited since [s], and when to try it again [s on the clock]."""

    champion: Champion
    wait: float
    again: float


class ModelRefusedError(ValueError):
    """A sound model that does not answer what the service is asked."""


class Champions:
    """Follows seeds and champions; a model that answers is only ever replaced by one that passed its checks.

    A seed that is new, or whose process has no model that answers, is taken up at once. So is a changed one that the
    answering model agrees with in all that requests, answers and decisions rest on. Any other change waits for the
    first champion that was trained with it, and both are taken up together. What answers stays where its seed is
    removed or cannot be read any more.

    Parameters
    ----------
    seeds : Seeds
        Where the processes come from.
    store : Store
        Where the champions are.
    poll_seconds : float
        Time between two looks [s]; it doubles up to 10 s while the store cannot be read.
    clock : callable
        Monotonic time [s].
    followed : callable, optional
        Gives a model that answers with the outcomes that have come in since its training; asked at each look.

    Raises
    ------
    SeedError
        There is no folder of seeds.
    """

    def __init__(
        self,
        seeds: Seeds,
        store: Store,
        poll_seconds: float,
        clock: Callable[[], float] = time.monotonic,
        followed: Callable[[Served, Payloads], Served] | None = None,
    ) -> None:
        self._seeds, self._store, self._clock, self._followed = seeds, store, clock, followed
        self._outcomes_trouble: str | None = None
        self._poll_seconds = self.wait = poll_seconds
        self._known = seeds.look()
        self._statuses: Mapping[str, Status] = _with_seeds({}, self._known)
        self._seeds_trouble: str | None = None
        self._store_trouble: str | None = None
        self._refused: dict[str, _Refused] = {}
        self._watchers: list[Callable[[], None]] = []
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="champions", daemon=True)

    @property
    def statuses(self) -> Mapping[str, Status]:
        """All processes at this moment; later swaps do not reach into what is returned."""
        return self._statuses

    @property
    def taken(self) -> tuple[Payloads, ...]:
        """What each process takes and gives, at this moment."""
        return tuple(status.payloads for status in self._statuses.values() if status.payloads is not None)

    @property
    def seeds_trouble(self) -> str | None:
        """Why the folder of seeds could not be read at the last look; None where it could."""
        return self._seeds_trouble

    @property
    def store_trouble(self) -> str | None:
        """Why the store could not be read at the last look; None where it could."""
        return self._store_trouble

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
        while not self._ended.is_set():
            before = self._statuses
            self.refresh()
            if self._statuses is not before:
                _settle()
            self._ended.wait(self.wait)

    def refresh(self) -> None:
        """Look at seeds and store once and take up what has changed; trouble is kept and logged, never raised."""
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
            trouble = f"the seeds cannot be read: {_line(error)}"
            if trouble != self._seeds_trouble:
                log.warning("%s", trouble)
            self._seeds_trouble = trouble
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
            elif status.payloads is not None and (was is None or status.payloads is not was.payloads):
                log.info("%s: its seed is %s", name, "new" if was is None or was.payloads is None else "read again")
        for name in set(before) - set(after):
            log.info("%s: its seed is gone, and no model answers: it is listed no more", name)

    def _look_at_store(self) -> None:
        try:
            found = {name: self._store.champion(name) for name, one in self._statuses.items() if one.payloads}
        except Exception as error:  # whatever a database, a network or a file system raises
            self.wait = max(self._poll_seconds, min(2 * self.wait, LONGEST_WAIT))
            trouble = f"the store cannot be read: {_line(error)}"
            if trouble != self._store_trouble:
                log.warning("%s", trouble)
            self._store_trouble = trouble
            return
        if self._store_trouble is not None:
            log.info("the store can be read again")
        self._store_trouble, self.wait = None, self._poll_seconds
        for process, champion in found.items():
            self._take(process, champion)

    def _look_at_outcomes(self) -> None:
        if self._followed is None:
            return
        trouble = None
        for process, status in self._statuses.items():
            if status.served is None or status.payloads is None:
                continue
            try:
                served = self._followed(status.served, status.payloads)
            except Exception as error:  # the model of before answers on, whatever is wrong with outcomes
                trouble = f"{process}: its outcomes cannot be taken up: {_line(error)}"
                continue
            if served is not status.served:
                self._set(process, replace(self._statuses[process], served=served))
        if trouble is not None and trouble != self._outcomes_trouble:
            log.warning("%s", trouble)
        self._outcomes_trouble = trouble

    def _take(self, process: str, champion: Champion | None) -> None:
        status = self._statuses[process]
        served = status.served
        if champion is None:
            then = "the model of before stays" if served else f"run `nonferrous train {process}`"
            trouble = f"no version has the alias {CHAMPION}: {then}"
            self._set(process, replace(status, champion=None, trouble=trouble))
        elif served is not None and served.champion == champion:
            self._refused.pop(process, None)
            self._set(process, replace(status, champion=champion, trouble=None))
        elif not self._rests(process, champion):
            self._try(process, champion)

    def _rests(self, process: str, champion: Champion) -> bool:
        """Whether this very version was refused a moment ago."""
        refused = self._refused.get(process)
        return refused is not None and refused.champion == champion and self._clock() < refused.again

    def _try(self, process: str, champion: Champion) -> None:
        before = self._statuses[process]
        newest = self._known.payloads.get(process, before.payloads)
        assert newest is not None  # the store is asked for processes with payloads alone
        try:
            with tempfile.TemporaryDirectory(prefix=_COPIES) as folder:
                fresh = _loaded(self._store.fetch(champion, Path(folder)), champion, newest.seed)
        except Exception as error:  # a new model may be broken in any way; the one that answers stays
            self._refuse(process, champion, _line(error))
            return
        self._refused.pop(process, None)
        trouble = before.seed_trouble if process not in self._known.payloads else None
        self._set(process, Status(fresh, champion, None, newest, trouble))
        log.info("%s: version %d answers: %s, %s", process, champion.version, fresh.model.candidate, fresh.digest)

    def _refuse(self, process: str, champion: Champion, why: str) -> None:
        before, status = self._refused.get(process), self._statuses[process]
        again = before is not None and before.champion == champion
        wait = min(2 * before.wait, LONGEST_WAIT) if before is not None and again else self._poll_seconds
        self._refused[process] = _Refused(champion, wait, self._clock() + wait)
        then = f"version {status.served.champion.version} stays" if status.served else "no model answers"
        trouble = f"version {champion.version} is refused, {then}: {why}"
        self._set(process, replace(status, champion=champion, trouble=trouble))

    def _set(self, process: str, status: Status) -> None:
        """Replace a status whole, so that no reader sees half of it; trouble is logged once, not at every look."""
        before = self._statuses[process]
        if status == before:
            return
        self._statuses = {**self._statuses, process: status}
        if status.trouble is not None and status.trouble != before.trouble:
            log.warning("%s: %s", process, status.trouble)
        elif status.trouble is None and before.trouble is not None and status.served is before.served:
            log.info("%s: in order again", process)


def _with_seeds(statuses: Mapping[str, Status], known: Known) -> dict[str, Status]:
    """Statuses with the seeds that are known now; see `Champions` for which are taken up."""
    found = {}
    for name in sorted({*known.payloads, *known.broken, *statuses}):
        status = statuses.get(name, NEW)
        payloads, fault = known.payloads.get(name), known.broken.get(name)
        if payloads is None and status.served is not None:
            why = "its seed is gone" if fault is None else f"its seed cannot be used: {fault}"
            found[name] = replace(status, seed_trouble=f"{why}; the seed of before stays")
        elif payloads is not None:
            found[name] = _with_seed(status, payloads)
        elif fault is not None:
            found[name] = Status(seed_trouble=f"its seed cannot be used: {fault}")
    return found


def _with_seed(status: Status, payloads: Payloads) -> Status:
    if payloads is status.payloads:
        return replace(status, seed_trouble=None)
    if status.served is None:
        return replace(status, payloads=payloads, trouble=status.trouble or NEW.trouble, seed_trouble=None)
    differing = _differing(status.served.model.seed, payloads.seed)
    if not differing:
        return replace(status, payloads=payloads, seed_trouble=None)
    trouble = (
        f"its seed has changed in {', '.join(differing)}; the seed of before stays until a champion is trained with it"
    )
    return replace(status, seed_trouble=trouble)


def _differing(one: Seed, other: Seed) -> list[str]:
    """What two seeds do not agree in, of all that requests, answers and decisions rest on."""
    return sorted(_units(one) ^ _units(other))


def _settle() -> None:
    """Take libraries and models out of the garbage collector's sight: walking them took 70 ms amid a request."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def _loaded(folder: Path, champion: Champion, seed: Seed) -> Served:
    """Model of a fetched folder, after its digests, its self-test and its fit to the seed are checked."""
    model = files.load(folder)
    differing = _differing(model.seed, seed)
    if differing:
        raise ModelRefusedError(f"it was trained with another seed, which differs in {', '.join(differing)}")
    digest = files.digest(folder)
    if champion.digest not in (None, digest):
        raise ModelRefusedError(f"its digest is not the registry's: got {digest}, expected {champion.digest}")
    return Served(champion, digest, model, model.candidate == baseline(model.seed))


def _line(error: Exception) -> str:
    """What an exception says, in one line and without the path of the copy, which is another one each time."""
    text = re.sub(rf"\S*/{_COPIES}\w+/", "", " ".join(str(error).split()))
    return text[:400] or type(error).__name__
