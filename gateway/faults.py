"""Faults that are present now, each named once in the log when it begins and when it ends."""

from __future__ import annotations

import logging
import threading

log = logging.getLogger("nonferrous.gateway")


class Faults:
    """Faults by their kind, safe between threads."""

    def __init__(self) -> None:
        self._present: dict[str, str] = {}
        self._lock = threading.Lock()

    def begin(self, kind: str, text: str) -> None:
        """Note a fault; the log has it if it is new or its text has changed."""
        with self._lock:
            is_new, self._present[kind] = self._present.get(kind) != text, text
        if is_new:
            log.warning("%s: %s", kind, text)

    def end(self, kind: str) -> None:
        """Note that a fault is over; nothing happens if it was not present."""
        with self._lock:
            was_present = self._present.pop(kind, None) is not None
        if was_present:
            log.info("%s: over", kind)

    def present(self) -> dict[str, str]:
        """Faults by kind."""
        with self._lock:
            return dict(self._present)
