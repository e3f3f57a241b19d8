"""Waiting for what other threads and processes do, where a test cannot know how long that takes."""

import time
from collections.abc import Callable

PATIENCE = 60.0  # s: longer than a busy machine stands still


def until(description: Callable[[], object]) -> None:
    """Wait until something is so; it fails the test where that does not happen."""
    patience = time.monotonic() + PATIENCE
    while not description():
        assert time.monotonic() < patience, "did not happen"
        time.sleep(0.01)
