"""Counts of texts that senders choose, which must not fill the memory."""

from __future__ import annotations

from collections import Counter

MAX_TEXTS = 1_000
MAX_LENGTH = 400
OTHERS = "others"


class BoundedCounter(Counter[str]):
    """Counter of at most a thousand different texts; all further ones are counted as `others`."""

    def add(self, text: str) -> None:
        """Count a text, of which the first 400 characters are compared."""
        text = text[:MAX_LENGTH]
        self[text if text in self or len(self) < MAX_TEXTS else OTHERS] += 1

    def copied(self) -> dict[str, int]:
        """Return a copy; another thread may count meanwhile."""
        return dict(self)
