"""Waits between the attempts of a task that repeats what failed."""

from __future__ import annotations

_WAITS = (0.5, 1.0, 2.0)


def wait_before(attempt: int) -> float:
    """Return the time before an attempt [s]: 2 s from the third repetition on.

    Parameters
    ----------
    attempt : int
        Number of attempts that failed without a success between them, less one: 0 before the first repetition.
    """
    return _WAITS[min(attempt, len(_WAITS) - 1)]
