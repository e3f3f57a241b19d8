"""Progress of a job."""

from collections.abc import Callable

Progress = Callable[[str, int, int], None]  # step, steps done, steps in all


def silent(action: str, done: int, steps: int) -> None:
    """Report to no receiver."""
