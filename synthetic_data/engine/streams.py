"""Random streams of neighbouring blocks stepped as one array: each block keeps its own numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from typing import Any

import numpy as np

Generator = np.random.Generator


class SideBySide(Generator):
    """Numbers of several streams, each for its own units: those that each of them would draw alone.

    A draw of one number for all units of a block, 1 on the axis of the units, gives it once for each unit.

    Parameters
    ----------
    streams : sequence of Generator
        Of neighbouring blocks.
    counts : sequence of int
        Units of each block.
    axis : int
        Axis of the units in all draws, counted from the last.
    """

    def __init__(self, streams: Sequence[Generator], counts: Sequence[int], axis: int) -> None:
        super().__init__(streams[0].bit_generator)
        self._streams, self._counts, self._axis = tuple(streams), tuple(counts), axis

    def __deepcopy__(self, memo: dict[int, Any]) -> SideBySide:
        made = memo[id(self)] = SideBySide(deepcopy(self._streams, memo), self._counts, self._axis)
        return made

    def blocks(self) -> Iterator[tuple[Generator, slice]]:
        """Each stream, and which units are its own."""
        first = 0
        for stream, count in zip(self._streams, self._counts, strict=True):
            yield stream, slice(first, first + count)
            first += count

    def standard_normal(self, size: Any = None, *args: Any, **options: Any) -> Any:
        """Same as `Generator.standard_normal`."""
        return self._drawn(size, lambda stream, own: stream.standard_normal(own, *args, **options))

    def random(self, size: Any = None, *args: Any, **options: Any) -> Any:
        """Same as `Generator.random`."""
        return self._drawn(size, lambda stream, own: stream.random(own, *args, **options))

    def integers(self, low: Any, high: Any = None, size: Any = None, **options: Any) -> Any:  # type: ignore[override]
        """Same as `Generator.integers`."""
        return self._drawn(size, lambda stream, own: stream.integers(low, high, own, **options))

    def spawn(self, n_children: int) -> list[Generator]:
        """Same as `Generator.spawn`: children of each stream, joined."""
        children = zip(*(stream.spawn(n_children) for stream in self._streams), strict=True)
        return [SideBySide(each, self._counts, self._axis) for each in children]

    def _drawn(self, size: tuple[int, ...], draw: Callable[[Generator, tuple[int, ...]], Any]) -> Any:
        units, request = sum(self._counts), size[self._axis]
        if request not in (1, units):
            raise ValueError(f"size: got {size}: expected 1 or {units} on axis {self._axis}, that of the units")
        shape, result = list(size), None
        before, after = ((slice(None),) * count for count in (len(size) + self._axis, -1 - self._axis))
        for stream, own in self.blocks():
            shape[self._axis] = min(request, own.stop - own.start)
            numbers = draw(stream, tuple(shape))
            if result is None:
                shape[self._axis] = units
                result = np.empty(shape, numbers.dtype)
            result[(*before, own, *after)] = numbers
        return result
