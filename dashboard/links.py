"""Parts of a service that its pages need, given by the service itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from starlette.types import Scope

from records.database import Database
from records.jobs.queue import Jobs, RetrainingRequest
from records.outcomes import Slot
from records.recent import RecentExchange
from seeds import Seed

ModelState = Literal["serving", "champion not loaded", "no champion", "seed not usable"]


@dataclass(frozen=True)
class Viewer:
    """User who reads pages.

    Attributes
    ----------
    name : str
        Owner of the key, or the name that a proxy states; empty where no key is needed.
    may_view, may_operate : bool
        Whether pages may be read; whether actions are allowed, and names of users and reasons of errors shown.
    processes : frozenset of str or None
        Processes that may be seen; None means all.
    session : str
        Token of the session; empty where there is none.
    is_known : bool
        Whether the user has signed in, or needs not to.
    """

    name: str = ""
    may_view: bool = False
    may_operate: bool = False
    processes: frozenset[str] | None = None
    session: str = ""
    is_known: bool = False

    def sees(self, process: str) -> bool:
        """Return whether a process may be seen."""
        return self.may_view and (self.processes is None or process in self.processes)


@dataclass(frozen=True)
class ShadowStatus:
    """A version in shadow as the service has it.

    Attributes
    ----------
    version : int
    since, until, latest : int
        Begin of its period, the end, and the end with too few outcomes [microseconds since 1970, UTC]; 0 if unknown.
    digests : tuple of two str
        Of the champion and of this version.
    needed_rows, needed_blocks : int
        Fewest predictions with outcomes of a comparison, and of the blocks that these are from.
    error_text : str
        Why it does not load or predict; empty if it does.
    """

    version: int
    since: int
    until: int
    latest: int
    digests: tuple[str, str]
    needed_rows: int
    needed_blocks: int
    error_text: str


@dataclass(frozen=True)
class ProcessStatus:
    """A process as the service has it.

    Attributes
    ----------
    seed : Seed
        Its description.
    state : str
        State of its model; `starting` as long as the service has not looked for it.
    version : int or None
        Version in service; None where there is none.
    is_baseline : bool
        Whether that version is not trained.
    candidate, training_cutoff : str
        Kind of the model, and the end of its training rows; empty where unknown.
    reason : str
        Reason of no model or of a rejected newer version, for the role operate; empty where there is none.
    shadow : ShadowStatus or None
        Version in shadow.
    challenger : int or None
        Version that waits as challenger, of a process whose seed asks for a shadow period.
    operations : tuple of str
        Operations that the process offers.
    """

    seed: Seed
    state: ModelState | Literal["starting"]
    version: int | None = None
    is_baseline: bool = False
    candidate: str = ""
    training_cutoff: str = ""
    reason: str = ""
    shadow: ShadowStatus | None = None
    challenger: int | None = None
    operations: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Name of the process."""
        return self.seed.process.name


@dataclass(frozen=True)
class RecordedRows:
    """Rows of a recorded request for predictions.

    Attributes
    ----------
    cells : sequence of tuple
        Values of each row in the order of identity and inputs of the seed.
    predictions : sequence of bytes
        Prediction of each row as JSON.
    slots : sequence of tuple
        Unit and period of each row as outcomes have them; empty where times of the rows cannot be compared.
    """

    cells: Sequence[tuple[Any, ...]]
    predictions: Sequence[bytes]
    slots: Sequence[Slot]


class Reader(Protocol):
    """Reader of recorded requests for predictions, of JSON and of tables."""

    def __call__(self, seed: Seed, exchange: RecentExchange) -> RecordedRows:
        """Return the rows of a request and their predictions."""


@dataclass(frozen=True)
class ServiceLinks:
    """Parts of a service.

    Attributes
    ----------
    version : str
        Version of the service.
    database : Database or None
        The records.
    jobs : Jobs
        Queue of retraining jobs.
    shadow_refusal : callable
        Returns the reason why a shadow period cannot begin or end as requested; None if it can.
    statuses : callable
        Returns the processes by name.
    read : Reader
        Reads recorded requests.
    slot : callable
        Returns unit and period of a row as outcomes have them, from the names and values of its identity.
    viewer : callable
        Returns the user of a request.
    key_digest : callable
        Returns the digest of a valid key; None for any other text.
    goes_on : callable
        Returns whether the session of a token goes on; RecordsError where the records cannot be read.
    wait : callable
        Takes one attempt to sign in from an address; returns after how long the next may come [s], 0 if it may.
    needs_key : callable
        Returns whether users must sign in.
    is_ending : callable
        Returns whether the service ends, so that streams end too.
    """

    version: str
    database: Database | None
    jobs: Jobs
    shadow_refusal: Callable[[RetrainingRequest], str | None]
    statuses: Callable[[], Mapping[str, ProcessStatus]]
    read: Reader
    slot: Callable[[Seed, Mapping[str, str]], Slot]
    viewer: Callable[[Scope], Viewer]
    key_digest: Callable[[str], str | None]
    goes_on: Callable[[str], bool]
    wait: Callable[[str], float]
    needs_key: Callable[[], bool]
    is_ending: Callable[[], bool]
