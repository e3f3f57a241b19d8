"""Outcomes that arrived together, as the state of a model needs them."""

from __future__ import annotations

from typing import Protocol


class ReceivedBatch(Protocol):
    """One batch of outcomes."""

    @property
    def batch(self) -> int:
        """Its number."""

    @property
    def at(self) -> int:
        """Moment of its arrival [microseconds since 1970, UTC]."""

    @property
    def accepted(self) -> bool:
        """True if a reviewer has accepted it, however anomalous its outcomes are."""
