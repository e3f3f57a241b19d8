"""A block of a plant's units that runs: its state between two stretches of periods."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from typing import ClassVar

import numpy as np

from physics.arrays import FloatArray
from synthetic_data.engine.plan import BlockRows


class RunningBlock(ABC):
    """Block of units with its shared supply between two segments; a deep copy runs independently.

    Attributes
    ----------
    drawn_whole : bool
        Whether a stretch is drawn as a whole, its periods on the last axis of all draws; else by the period.
    """

    drawn_whole: ClassVar[bool] = False

    @property
    @abstractmethod
    def first(self) -> int:
        """The period to come, negative in the warm-up."""

    @abstractmethod
    def advance(self, most: int | None = None) -> BlockRows:
        """Step the next stretch and report it: at most so many periods, if the block can be cut there."""

    @abstractmethod
    def change_streams(self, change: Callable[[np.random.Generator, tuple[int, ...]], np.random.Generator]) -> None:
        """Put `change(stream, name)` in the place of each random stream; the name is unique within the plant."""


class ProfileBlock(RunningBlock):
    """A block that can follow a current by the hour.

    Attributes
    ----------
    profile : FloatArray or None
        Current in equal steps over the period to come [kA]; None: as operators have it.
    """

    profile: FloatArray | None = None

    @property
    @abstractmethod
    def played(self) -> dict[str, FloatArray]:
        """Result of the last profile, shape (steps, units) each."""

    def set_by(self, profile: FloatArray) -> dict[str, float]:
        """Return the set-points that a profile sets by hand, the same for all units; none by default."""
        return {}


class HoursAheadBlock(RunningBlock):
    """A block whose period is longer than a profile: it can compute the hours to come without moving."""

    @abstractmethod
    def ahead(self, profile: FloatArray) -> dict[str, FloatArray]:
        """Return the result of a current by the hour [kA], shape (hours, units that run) each."""


def reported(block: RunningBlock, periods: int) -> Iterator[BlockRows]:
    """Yield the rows of a block up to the end of a run, without those of its warm-up."""
    while block.first < periods:
        first, rows = block.first, block.advance()
        if first >= 0:
            yield rows
