"""Versions in shadow: loaded like champions, they predict recorded requests in the background."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from models.tasks import baseline
from operations.catalogue import Offers
from records import shadow as records
from records.database import Database
from records.jobs.queue import RetrainingRequest
from registry.loading.loading import Loading, Refused
from registry.retraining.running_shadow import RunningShadow, refusal_to_begin
from registry.store import Champion, Store
from serving.hot_reload.champions import Champions, one_line
from serving.hot_reload.memory import settle
from serving.hot_reload.online_calibration import OnlineModels
from serving.hot_reload.status import Served
from serving.shadow.answers import TooLongError, answered

log = logging.getLogger("nonferrous.serving")

MOST_WAITING = 10_000  # requests: of more, the oldest are dropped
_AT_ONCE = 20  # requests that are read, and whose answers are written, together
_REST = 4.0  # times as long as it has worked: clients have the rest of a core, and of the interpreter
_LONGEST_WAIT = 60.0  # s until a version that was refused is tried again


@dataclass
class Shadow:
    """A version in shadow, and what it has done.

    Attributes
    ----------
    version : Champion
        Where the alias points.
    period : RunningShadow or None
        Its shadow period as the registry has it; None where the registry has none.
    served : Served or None
        The model; None where it does not load.
    upto : int
        Number of the request up to which it has answered.
    answered, dropped, failed : int
        Requests that it has answered; that were too many or too long for it; that it could not answer.
    trouble : str or None
        What is wrong with it.
    wait, again : float
        Time that was waited for it [s], and when to try it again [s on the clock].
    """

    version: Champion
    period: RunningShadow | None = None
    served: Served | None = None
    upto: int = 0
    answered: int = 0
    dropped: int = 0
    failed: int = 0
    trouble: str | None = None
    wait: float = 0.0
    again: float = 0.0


class Shadows:
    """Follows versions in shadow of the processes whose seeds ask for one, in a thread of its own.

    The records are its queue: a request is answered when it is recorded, which is when its client has its answer. So
    nothing of it is on the way of a request, what a service had not answered when it ended is answered by the next
    one, and of two services over one database either may do it. A version that is broken is named in the log and in
    the metrics, and has no other effect.

    Parameters
    ----------
    champions : Champions
        What is served.
    store : Store
        Where the versions are.
    loading : Loading
        How they come into this process.
    database : Database
        The records.
    poll_seconds : float
        Time between two looks [s].
    most_waiting : int
        Most requests that may wait to be answered.
    clock : callable
        Monotonic time [s].
    """

    def __init__(
        self,
        champions: Champions,
        store: Store,
        loading: Loading,
        database: Database,
        poll_seconds: float,
        most_waiting: int = MOST_WAITING,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._champions, self._store, self._loading, self._database = champions, store, loading, database
        self._poll_seconds, self._most_waiting, self._clock = poll_seconds, most_waiting, clock
        self._followers = OnlineModels(database)
        self._of: Mapping[str, Shadow] = {}
        self._challengers: Mapping[str, int | None] = {}
        self._troubles: dict[str, str] = {}
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="shadows", daemon=True)

    @property
    def now(self) -> Mapping[str, Shadow]:
        """The version in shadow of each process that has one."""
        return self._of

    @property
    def size(self) -> int:
        """Bytes of files of the versions in shadow that are in memory."""
        return sum(one.served.size for one in self._of.values() if one.served is not None)

    def challenger(self, process: str) -> int | None:
        """Version that waits as challenger of a process whose seed asks for a shadow period."""
        return self._challengers.get(process)

    def refusal(self, request: RetrainingRequest) -> str | None:
        """Return the reason why a shadow period cannot begin or end, as far as is known; else None."""
        process = request.process
        status, shadow = self._champions.statuses.get(process), self._of.get(process)
        if request.shadow is None:
            return "no version answers in shadow" if request.end_shadow is not None and shadow is None else None
        return refusal_to_begin(
            request.shadow,
            process in self._asking(),
            None if status is None else status.version,
            self.challenger(process),
            None if shadow is None else shadow.version.version,
        )

    def start(self) -> None:
        """Look every few seconds."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread; what is not answered is when a service starts again."""
        self._ended.set()
        self._followers.stop()
        self._thread.join(timeout=1)

    def _follow(self) -> None:
        more = False
        while not self._ended.wait(0.0 if more else self._poll_seconds):
            self.look()
            until = self._clock() + self._poll_seconds
            while (more := self.answer()) and self._clock() < until and not self._ended.is_set():
                pass

    def look(self) -> None:
        """Follow the alias and drop excess requests once; errors are stored and logged, never raised."""
        try:
            asking = self._asking()
            shadows = {name: self._looked(name, offers) for name, offers in asking.items()}
            challengers = {name: self._store.challenger(name) for name in asking}
        except Exception as error:  # whatever a database, a network or a file system raises
            self._say("", f"versions in shadow cannot be looked for: {one_line(error)}")
            return
        self._say("", None)
        self._of = {name: one for name, one in shadows.items() if one is not None}
        self._challengers = {name: None if one is None else one.version for name, one in challengers.items()}

    def answer(self) -> bool:
        """Answer some requests of each process; gives whether more may wait."""
        more = False
        for name, offers in self._asking().items():
            one = self._of.get(name)
            if one is None or one.served is None:
                continue
            error_text = None
            try:
                more |= self._answered(name, one, offers)
            except Exception as error:  # the records, or outcomes, may be out of reach
                error_text = f"{name}: version {one.version.version} cannot answer in shadow: {one_line(error)}"
            self._say(name, error_text)
        return more

    def _asking(self) -> dict[str, Offers]:
        """Processes whose seeds ask for a shadow period."""
        known = {name: status.offers for name, status in self._champions.statuses.items()}
        return {name: one for name, one in known.items() if one is not None and one.seed.process.shadow is not None}

    def _looked(self, process: str, offers: Offers) -> Shadow | None:
        version = self._store.shadow(process)
        before = self._of.get(process)
        if version is None:
            if before is not None:
                log.info("%s: version %d no longer in shadow", process, before.version.version)
            return None
        period = RunningShadow.of(self._store.tags(version))
        if before is None or before.version != version:
            return self._loaded(process, offers, Shadow(version, period, wait=self._poll_seconds))
        before.period = period
        if before.served is not None:
            self._drop(process, before, before.served.digest)
        elif self._clock() >= before.again:
            return self._loaded(process, offers, before)
        return before

    def _drop(self, process: str, one: Shadow, digest: str) -> None:
        """Pass over the oldest requests where too many wait, and over what another service has answered."""
        with self._database.read() as connection:
            one.upto = max(one.upto, records.newest(connection, process, digest) or 0)
            dropped, one.upto = records.dropped(connection, process, one.upto, self._most_waiting)
        one.dropped += dropped

    def _loaded(self, process: str, offers: Offers, one: Shadow) -> Shadow:
        version = one.version
        outcome = self._loading.load(self._store, version, offers.seed)
        if isinstance(outcome, Refused):
            if outcome.why != one.trouble:
                log.warning("%s: version %d in shadow is refused: %s", process, version.version, outcome.why)
            one.trouble, one.again, one.wait = outcome.why, self._clock() + one.wait, min(2 * one.wait, _LONGEST_WAIT)
            return one
        with self._database.read() as connection:
            done = records.newest(connection, process, outcome.digest)
            one.upto = records.newest_request(connection, process) if done is None else done
        model = outcome.model
        is_baseline = model.candidate == baseline(model.seed)
        one.served, one.trouble = Served(version, outcome.digest, model, is_baseline, outcome.size), None
        settle()
        log.info("%s: version %d answers in shadow: %s", process, version.version, outcome.digest)
        return one

    def _answered(self, process: str, one: Shadow, offers: Offers) -> bool:
        """Answer the next requests of a process; gives whether others may wait."""
        assert one.served is not None
        with self._database.read() as connection:
            pending = records.waiting(connection, process, one.upto, _AT_ONCE)
        if not pending:
            return False
        one.served = self._followers.followed(one.served, offers.predictions)
        made = [answer for each in pending if (answer := self._made(process, one, each, offers)) is not None]
        if made:
            records.keep(self._database, process, made)
        one.answered += len(made)
        one.upto = pending[-1].number
        return len(pending) == _AT_ONCE

    def _made(
        self, process: str, one: Shadow, request: records.PendingShadowRequest, offers: Offers
    ) -> records.ShadowResponse | None:
        """Return the response to a request, then pause; None if it is too long or the version fails on it."""
        assert one.served is not None
        started = time.perf_counter()
        try:
            return answered(request, offers.predictions, one.served)
        except TooLongError:
            one.dropped += 1
        except Exception as error:  # a model may be broken in any way
            one.failed += 1
            reason = f"it fails: {one_line(error)}"
            if reason != one.trouble:
                log.warning("%s: version %d in shadow: %s", process, one.version.version, reason)
            one.trouble = reason
        finally:
            self._ended.wait(_REST * (time.perf_counter() - started))
        return None

    def _say(self, of: str, error_text: str | None) -> None:
        """Log an error of a process, or of none, once and not at every poll."""
        if error_text is not None and error_text != self._troubles.get(of):
            log.warning("%s", error_text)
        self._troubles[of] = error_text or ""
