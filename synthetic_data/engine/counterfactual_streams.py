"""Random streams of a plant with a changed future: known values keep their numbers, others do not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from synthetic_data.engine.streams import SideBySide

Generator = np.random.Generator


class Forked(Generator):
    """Numbers of two streams: the plant's own up to the coming period, another future's from there on.

    Both streams are drawn from at each call, so that the own numbers stay in their places.

    Attributes
    ----------
    own, other : Generator
        The plant's stream, and that of the other future.
    coming : int or None
        Place of the coming period on the last axis of all draws; None where a draw belongs to the coming period alone.
    known : bool
        Whether the draws of the coming period are known at its start, and so the own ones.
    """

    def __init__(self, own: Generator, other: Generator, coming: int | None, known: bool = False) -> None:
        super().__init__(other.bit_generator)
        self.own, self.other, self.coming, self.known = own, other, coming, known

    def __deepcopy__(self, memo: dict[int, Any]) -> Forked:
        made = memo[id(self)] = Forked(deepcopy(self.own, memo), deepcopy(self.other, memo), self.coming, self.known)
        return made

    def standard_normal(self, *args: Any, **options: Any) -> Any:
        """Same as `Generator.standard_normal`."""
        return self._merged(lambda stream: stream.standard_normal(*args, **options))

    def random(self, *args: Any, **options: Any) -> Any:
        """Same as `Generator.random`."""
        return self._merged(lambda stream: stream.random(*args, **options))

    def integers(self, *args: Any, **options: Any) -> Any:
        """Same as `Generator.integers`."""
        return self._merged(lambda stream: stream.integers(*args, **options))

    def _merged(self, draw: Callable[[Generator], Any]) -> Any:
        own, merged = draw(self.own), draw(self.other)
        if self.coming is None:
            return own if self.known else merged
        return np.where(np.arange(own.shape[-1]) < self.coming + self.known, own, merged)


def known_stream(stream: Generator, every: int = 1) -> Generator:
    """Stream for draws known when their period starts: no other future changes those of the coming period.

    Parameters
    ----------
    stream : Generator
        Of a plant.
    every : int
        Periods that a place on the last axis of the draws stands for; known when the first of them starts.
    """
    if not isinstance(stream, Forked):
        return stream
    coming = None if stream.coming is None else stream.coming // every
    return Forked(known_stream(stream.own, every), stream.other, coming, known=True)


def partly_in_hand(
    stream: Generator, draw: Callable[[Generator], NDArray[Any]], known: NDArray[np.bool_]
) -> NDArray[Any]:
    """Draws of one period, of which those where `known` (broadcast) is true are known at its start."""
    if not isinstance(stream, Forked):
        return draw(stream)
    return np.where(known, draw(known_stream(stream.own)), draw(stream.other))


class StreamSegment(NamedTuple):
    """Draws of one stream in a stretch; `drawn` and `known` are of shape (periods,)."""

    stream: Generator
    units: slice  # for which it draws
    drawn: NDArray[np.bool_]  # periods whose draws are its own
    known: NDArray[np.bool_]  # periods whose draws that are known at their start are its own


def parts(stream: Generator, units: int, periods: int) -> Iterator[StreamSegment]:
    """Streams of a segment of a block, for draws whose number is itself random."""
    if isinstance(stream, Forked):
        assert stream.coming is not None
        place = np.arange(periods)
        for one in parts(stream.own, units, periods):
            drawn, known = one.drawn & (place < stream.coming), one.known & (place <= stream.coming)
            yield one._replace(drawn=drawn, known=known)
        yield StreamSegment(stream.other, slice(0, units), place >= stream.coming, place > stream.coming)
        return
    everything = np.ones(periods, dtype=bool)
    for one_stream, own in stream.blocks() if isinstance(stream, SideBySide) else [(stream, slice(0, units))]:
        yield StreamSegment(one_stream, own, everything, everything)
