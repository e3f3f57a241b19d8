"""Plants whose segments are drawn as a whole: a block of units with stream and shared supply."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Generic, TypeVar

import numpy as np

from physics.arrays import FloatArray
from synthetic_data.engine.parameters import regime_events
from synthetic_data.engine.plan import BlockRows, PlantEvent, RunPlan, UnitBlock
from synthetic_data.engine.running_block import RunningBlock


class PlantSupplier:
    """Shared supply of all blocks of a plant, between two segments.

    Parameters
    ----------
    plan : RunPlan
        The run.
    length : int
        Periods of a stretch; one of them is the warm-up.

    Attributes
    ----------
    stream : Generator
        Of what all units share.
    first : int
        The period to come, negative in the warm-up.
    """

    def __init__(self, plan: RunPlan, length: int) -> None:
        self._plan, self._length = plan, length
        self.stream, self.first = plan.plant_stream(), -length

    def _next_days(self) -> tuple[int, FloatArray]:
        """First period of the next segment, and starts of its periods [d]; the last segment ends with the run."""
        first = self.first
        self.first += min(self._length, self._plan.periods - first) if first >= 0 else self._length
        return first, np.float64(self._plan.period_days) * np.arange(first, self.first)


S = TypeVar("S", bound=PlantSupplier)


class SegmentedPlant(RunningBlock, Generic[S]):
    """A block between two stretches that are drawn as a whole.

    Parameters
    ----------
    plan : RunPlan
        The run.
    block : UnitBlock
        The units.
    supplier : PlantSupplier
        Of all blocks, from the beginning of the warm-up on.
    """

    drawn_whole = True

    def __init__(self, plan: RunPlan, block: UnitBlock, supplier: S) -> None:
        self._plan, self._block, self._supplier = plan, block, supplier
        self._rng = plan.block_stream(block)
        self._before = [column.name for column in plan.seed.by_role("before")]
        self._limits = {column.name: column.limits for column in plan.seed.columns if column.is_number}

    @property
    def first(self) -> int:
        """The period to come."""
        return self._supplier.first

    def change_streams(self, change: Callable[[np.random.Generator, tuple[int, ...]], np.random.Generator]) -> None:
        """Put `change(stream, name)` in the place of each random stream."""
        self._supplier.stream = change(self._supplier.stream, (0,))
        self._rng = change(self._rng, (1, self._block.index))

    def _reported(
        self, first: int, table: Mapping[str, FloatArray], truth: Mapping[str, FloatArray], events: Sequence[PlantEvent]
    ) -> BlockRows:
        """Reported segment; regimes of the whole run are events of the first block at the run's start."""
        whole = regime_events(self._plan) if first == 0 and self._block.index == 0 else ()
        return BlockRows.by_unit(self._plan, self._block, first, table, truth, [*events, *whole])
