"""Authorization: keys, their roles, and the role that each address requires."""

from __future__ import annotations

import hashlib
import logging
import threading
import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Literal, Protocol, get_args

from dashboard.addresses import is_page
from serving.middleware.allowed_hosts import is_loopback
from serving.wire.problems import ProblemError

log = logging.getLogger("nonferrous.serving")

Role = Literal["predict", "outcome", "operate", "view"]
ROLES: tuple[Role, ...] = get_args(Role)
HEALTH = "/health/"  # what asks there may be a machine that starts and stops services, and has no key
METRICS = "/metrics"
NOTED_EVERY = 60.0  # s between two times that the last use of keys is kept
JOBS = "retraining-jobs"
MONITORING = "monitoring"  # units are named there
HISTORY = "history"  # and persons here
PAGE, LATEST = "page", "latest"  # behind an operation: what others were answered
_ASK = {"WWW-Authenticate": 'Bearer realm="nonferrous"'}


@dataclass(frozen=True)
class Principal:
    """Authenticated caller.

    Parameters
    ----------
    name : str
        Beginning of the key, or empty where there is none.
    owner : str
        Whose key it is.
    roles : frozenset of str
        What it may do.
    processes : frozenset of str, optional
        Which processes it may ask; None: all.
    ends : datetime, optional
        When the key ends.
    """

    name: str = ""
    owner: str = ""
    roles: frozenset[str] = frozenset()
    processes: frozenset[str] | None = None
    ends: datetime | None = None

    @property
    def operates(self) -> bool:
        """Return whether the caller may see operational details of the service."""
        return "operate" in self.roles


NOBODY = Principal()
VIEW = frozenset({"view"})
DOCS = "/docs"
DOCUMENTS = (DOCS, "/openapi.json")
"""Ends of the addresses of documents, which sessions open too."""
ASSETS = "/docs/"
ANYBODY = Principal(roles=frozenset(ROLES))  # on this machine, if no keys are required
STRANGER = Principal(roles=frozenset({"predict", "outcome", "view"}))  # on another one


class Keys(Protocol):
    """Storage of the keys."""

    def callers(self) -> Mapping[bytes, Principal | None]:
        """Return the owner of each key by its SHA-256; None for revoked keys."""

    def note_use(self, names: Collection[str]) -> None:
        """Keep that keys of these names were used now."""


class KeyCache:
    """Keys as they were read last; looking one up asks no database.

    A key that was revoked or has ended still counts as one: the door that was locked once stays locked.

    Parameters
    ----------
    keys : Keys
        Where they are kept.
    is_open : bool
        Whether anybody may come in as long as no key was ever made.
    seconds : float
        Time between two readings [s].

    Raises
    ------
    Exception
        Whatever the first reading raises: without its keys a service must not start.
    """

    def __init__(self, keys: Keys, is_open: bool, seconds: float) -> None:
        self._keys, self._seconds = keys, seconds
        self._known = dict(keys.callers())
        self._is_open = is_open
        self._trouble = ""
        self._used: set[str] = set()
        self._ended = threading.Event()

    @property
    def admits(self) -> bool:
        """Return whether any caller can be admitted."""
        return self.is_open or any(map(_is_valid, self._known.values()))

    @property
    def is_open(self) -> bool:
        """Return whether callers without a key are admitted."""
        return self._is_open and not self._known

    def start(self) -> None:
        """Read the keys again and again, in a thread of its own."""
        threading.Thread(target=self._follow, name="keys", daemon=True).start()

    def stop(self) -> None:
        """End the thread, and keep which keys were used of late."""
        self._ended.set()
        self.note_use()

    def _follow(self) -> None:
        noted = time.monotonic()
        while not self._ended.wait(self._seconds):
            self.refresh()
            if time.monotonic() - noted >= NOTED_EVERY:
                noted = time.monotonic()
                self.note_use()

    def refresh(self) -> None:
        """Read the keys once; those of before stay where they cannot be read."""
        try:
            self._known = dict(self._keys.callers())
            error_text = ""
        except Exception as error:  # whatever a database raises
            error_text = f"the keys cannot be read, those of before stay: {type(error).__name__}"
        self._say(error_text)

    def note_use(self) -> None:
        """Keep which keys were used since the last time; where that fails it is for the next."""
        used, self._used = self._used, set()
        if not used:
            return
        try:
            self._keys.note_use(tuple(used))
        except Exception as error:  # whatever a database raises
            self._used.update(used)
            self._say(f"the last use of keys cannot be kept: {type(error).__name__}")

    def _say(self, error_text: str) -> None:
        if error_text and error_text != self._trouble:
            log.warning("%s", error_text)
        self._trouble = error_text

    def caller(self, authorization: bytes | None, address: str) -> Principal:
        """Return the caller with such a header, from an address.

        Raises
        ------
        ProblemError
            401 where there is no key, or none that is valid.
        """
        if self.is_open:
            return ANYBODY if is_loopback(address) else STRANGER
        if authorization is None:
            raise ProblemError(HTTPStatus.UNAUTHORIZED, "no key: expected Authorization: Bearer KEY", headers=_ASK)
        scheme, _, key = authorization.partition(b" ")
        principal = self.by_digest(digest(key.strip())) if scheme.lower() == b"bearer" else None
        if principal is None:
            detail = "the key is not valid: it is unknown, revoked or has ended"
            raise ProblemError(HTTPStatus.UNAUTHORIZED, detail, headers={**_ASK, **_INVALID})
        return principal

    def by_digest(self, digest: bytes) -> Principal | None:
        """Return the owner of the key with a digest; None where there is none that is valid."""
        principal = self._known.get(digest)
        if principal is None or not _is_valid(principal):
            return None
        self._used.add(principal.name)
        return principal


_INVALID = {"WWW-Authenticate": 'Bearer realm="nonferrous", error="invalid_token"'}


def _is_valid(caller: Principal | None) -> bool:
    return caller is not None and (caller.ends is None or caller.ends > datetime.now(UTC))


def digest(key: bytes) -> bytes:
    """Return the stored digest of a key; keys are random, so they need no salt and no slow hash."""
    return hashlib.sha256(key).digest()


def check(caller: Principal, method: str, path: str) -> None:
    """Refuse a caller who may not ask this.

    Raises
    ------
    ProblemError
        403 that names the role or the process which the key lacks.
    """
    if caller is ANYBODY:
        return
    if is_page(path):
        return  # each page looks at the roles of its user itself
    role = needed(method, path)
    if role is not None and role not in caller.roles:
        lacks = f"the role {role}"
    elif role is None and caller.roles <= VIEW and not path.endswith(DOCUMENTS) and not path.startswith(ASSETS):
        lacks = "a role other than view, which reads pages and documents alone"
    elif caller.processes is not None and (process := _process(path)) is not None and process not in caller.processes:
        lacks = f"the process {process}"
    else:
        return
    caller_name = f"the key {caller.name}" if caller.name else "who asks from another machine without a key"
    detail = f"{caller_name} lacks {lacks}; it has the roles {', '.join(sorted(caller.roles))}"
    raise ProblemError(HTTPStatus.FORBIDDEN, detail)


def needed(method: str, path: str) -> Role | None:
    """The role that a request asks for; None where any key will do."""
    parts = path.split("/")
    if path == METRICS or parts[3:4] in ([JOBS], [MONITORING], [HISTORY]) or parts[4:] in ([PAGE], [LATEST]):
        return "operate"
    if path.endswith("/outcomes"):
        return "outcome"
    return None if method in ("GET", "HEAD", "OPTIONS") else "predict"


def _process(path: str) -> str | None:
    """Process that an address is about, if any."""
    parts = path.split("/")
    if len(parts) > 3 and parts[1] == "v1":
        return parts[2]
    if len(parts) > 3 and parts[1:3] == ["v2", "models"]:
        return parts[3]
    return None


class InMemory:
    """Keys that end with the process, for tests.

    Parameters
    ----------
    known : Mapping of str to Principal
        Whose key each is.
    revoked : iterable of str
        Keys that were revoked.
    """

    def __init__(self, known: Mapping[str, Principal] | None = None, revoked: Iterable[str] = ()) -> None:
        self.known, self.revoked = dict(known or {}), set(revoked)
        self.used: list[str] = []

    def callers(self) -> Mapping[bytes, Principal | None]:
        """See `Keys`."""
        known_callers = {**self.known, **dict.fromkeys(self.revoked)}
        return {digest(key.encode()): caller for key, caller in known_callers.items()}

    def note_use(self, names: Collection[str]) -> None:
        """See `Keys`."""
        self.used.extend(names)
