"""The models being served: one champion a process, followed in the background and swapped whole."""

from __future__ import annotations

import gc
import logging
import re
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from models import files
from models.tasks import Model
from registry.store import Champion, Store
from registry.versions import CHAMPION
from seeds import Seed
from seeds.format.agreement import _units

log = logging.getLogger("nonferrous.serving")

LONGEST_WAIT = 10.0
_COPIES = "nonferrous-model-"


@dataclass(frozen=True, eq=False)
class Served:
    """A model that answers, and where it comes from."""

    champion: Champion
    digest: str
    model: Model


@dataclass(frozen=True)
class Status:
    """What is known of a process's model at one moment: what answers, what the alias says, what went wrong."""

    served: Served | None = None
    champion: Champion | None = None
    trouble: str | None = None


@dataclass(frozen=True)
class _Refused:
    """A version that did not load, the time waited since [s], and when to try it again [s on the clock]."""

    champion: Champion
    wait: float
    again: float


class ModelRefusedError(ValueError):
    """A sound model that does not answer what the service is asked."""


class Champions:
    """Follows the champions of all processes; a model that answers is only ever replaced by one that passed its checks.

    Parameters
    ----------
    seeds : Mapping of str to Seed
        The processes.
    store : Store
        Where the champions are.
    poll_seconds : float
        Time between two looks at the store [s]; it doubles up to 10 s while the store cannot be read.
    clock : callable
        Monotonic time [s].
    """

    def __init__(
        self, seeds: Mapping[str, Seed], store: Store, poll_seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._seeds, self._store, self._clock = dict(seeds), store, clock
        self._poll_seconds = self.wait = poll_seconds
        self._statuses: Mapping[str, Status] = {name: Status(trouble="not looked for yet") for name in seeds}
        self._store_trouble: str | None = None
        self._refused: dict[str, _Refused] = {}
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="champions", daemon=True)

    @property
    def statuses(self) -> Mapping[str, Status]:
        """All processes at this moment; later swaps do not reach into what is returned."""
        return self._statuses

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

    def _follow(self) -> None:
        while not self._ended.is_set():
            before = self._statuses
            self.refresh()
            if self._statuses is not before:
                _settle()
            self._ended.wait(self.wait)

    def refresh(self) -> None:
        """Look at the store once and take up what has changed; trouble is kept and logged, never raised."""
        try:
            found = {process: self._store.champion(process) for process in self._seeds}
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

    def _take(self, process: str, champion: Champion | None) -> None:
        served = self._statuses[process].served
        if champion is None:
            then = "the model of before stays" if served else f"run `nonferrous train {process}`"
            self._set(process, Status(served, None, f"no version has the alias {CHAMPION}: {then}"))
        elif served is not None and served.champion == champion:
            self._refused.pop(process, None)
            self._set(process, Status(served, champion))
        elif not self._rests(process, champion):
            self._try(process, champion)

    def _rests(self, process: str, champion: Champion) -> bool:
        """Whether this very version was refused a moment ago."""
        refused = self._refused.get(process)
        return refused is not None and refused.champion == champion and self._clock() < refused.again

    def _try(self, process: str, champion: Champion) -> None:
        try:
            with tempfile.TemporaryDirectory(prefix=_COPIES) as folder:
                fresh = _loaded(self._store.fetch(champion, Path(folder)), champion, self._seeds[process])
        except Exception as error:  # a new model may be broken in any way; the one that answers stays
            self._refuse(process, champion, _line(error))
            return
        self._refused.pop(process, None)
        self._set(process, Status(fresh, champion))
        log.info("%s: version %d answers: %s, %s", process, champion.version, fresh.model.candidate, fresh.digest)

    def _refuse(self, process: str, champion: Champion, why: str) -> None:
        before, served = self._refused.get(process), self._statuses[process].served
        again = before is not None and before.champion == champion
        wait = min(2 * before.wait, LONGEST_WAIT) if before is not None and again else self._poll_seconds
        self._refused[process] = _Refused(champion, wait, self._clock() + wait)
        then = f"version {served.champion.version} stays" if served else "no model answers"
        self._set(process, Status(served, champion, f"version {champion.version} is refused, {then}: {why}"))

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


def _settle() -> None:
    """Take libraries and models out of the garbage collector's sight: walking them took 70 ms amid a request."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def _loaded(folder: Path, champion: Champion, seed: Seed) -> Served:
    """Model of a fetched folder, after its digests, its self-test and its fit to the seed are checked."""
    model = files.load(folder)
    differing = sorted(_units(model.seed) ^ _units(seed))
    if differing:
        raise ModelRefusedError(f"it was trained with another seed, which differs in {', '.join(differing)}")
    digest = files.digest(folder)
    if champion.digest not in (None, digest):
        raise ModelRefusedError(f"its digest is not the registry's: got {digest}, expected {champion.digest}")
    return Served(champion, digest, model)


def _line(error: Exception) -> str:
    """What an exception says, in one line and without the path of the copy, which is another one each time."""
    text = re.sub(rf"\S*/{_COPIES}\w+/", "", " ".join(str(error).split()))
    return text[:400] or type(error).__name__
