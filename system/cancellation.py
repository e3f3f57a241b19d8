"""Cancellation of long work by its caller."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

T = TypeVar("T")

_LOOK: ContextVar[Callable[[], None] | None] = ContextVar("look", default=None)
_LEFT: ContextVar[Callable[[], float] | None] = ContextVar("left", default=None)


@contextmanager
def looking(look: Callable[[], None], left: Callable[[], float] | None = None) -> Iterator[None]:
    """Call `look` at each stop of the work within, in this thread; what it raises ends the work.

    `left` is the time that the work has left [s], for libraries that take a time limit and no stop.
    """
    before = _LOOK.set(look), _LEFT.set(left)
    try:
        yield
    finally:
        _LOOK.reset(before[0])
        _LEFT.reset(before[1])


def seconds_left() -> float:
    """Time that the work of this thread has left [s]; infinite where it has no limit."""
    left = _LEFT.get()
    return math.inf if left is None else left()


def check() -> None:
    """End the work here if its request has ended."""
    look = _LOOK.get()
    if look is not None:
        look()


def between(items: Iterable[T]) -> Iterator[T]:
    """Yield the items with a cancellation check before each, for work whose items take a moment each."""
    look = _LOOK.get()
    for one in items:
        if look is not None:
            look()
        yield one
