"""Stops of long work, where whoever asked for it may end it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

T = TypeVar("T")

_LOOK: ContextVar[Callable[[], None] | None] = ContextVar("look", default=None)


@contextmanager
def looking(look: Callable[[], None]) -> Iterator[None]:
    """Call `look` at each stop of the work within, in this thread; what it raises ends the work."""
    before = _LOOK.set(look)
    try:
        yield
    finally:
        _LOOK.reset(before)


def between(items: Iterable[T]) -> Iterator[T]:
    """The items, with a stop before each: such as draws or units, which take a moment each and together long."""
    look = _LOOK.get()
    for one in items:
        if look is not None:
            look()
        yield one
