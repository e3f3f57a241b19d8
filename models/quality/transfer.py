"""Grader of another plant than that of its training: offsets, joint intervals, withdrawn guarantee."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Self

from models.online.plant_transfer import PlantErrors, PlantScores, PlantTransfer
from models.uncertainty.guarantees import RepeatedTest
from physics.arrays import FloatArray


@dataclass(frozen=True, eq=False)
class LotTransfer:
    """State of a grader on another plant.

    Parameters
    ----------
    plants : PlantTransfer
        Errors of the logarithms of E contents on other plants of the same kind.
    threshold : float
        Release threshold of the plant of the training; NaN: none.
    outcomes : int
        Lots of the plant whose assays were received; this and all that follow are kept in no file.
    errors : PlantErrors
        Newest errors of the plant.
    test : RepeatedTest
        Evidence of the guarantee on lots of the plant.
    """

    plants: PlantTransfer
    threshold: float
    outcomes: int = 0
    errors: PlantErrors = field(default_factory=PlantErrors)
    test: RepeatedTest = field(default_factory=RepeatedTest)

    @property
    def growth(self) -> FloatArray:
        """Spread of errors on other plants over that on the plant of the training, shape (E,) [1]."""
        return self.plants.growth_after(self.outcomes)

    @property
    def joint(self) -> PlantScores:
        """Scores of the joint intervals."""
        return self.plants.conformal(self.outcomes)

    @cached_property
    def _offsets(self) -> tuple[FloatArray, dict[str, FloatArray]]:
        return self.errors.offsets(self.plants.dispersion)

    @property
    def units(self) -> frozenset[str]:
        """Units of the plant with an offset of their own."""
        return frozenset(self._offsets[1])

    def offset(self, unit: str | None) -> FloatArray:
        """Return what is added to the logarithms of contents, shape (E,), for a unit or for the plant alone."""
        plant, units = self._offsets
        return plant + units[unit] if unit in units else plant

    def state(self) -> dict[str, Any]:
        """Return the stored state as JSON values."""
        threshold = None if math.isnan(self.threshold) else self.threshold
        return {"plants": self.plants.state(), "threshold": threshold}

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Self:
        """Restore from the values that `state` returned."""
        threshold = math.nan if state["threshold"] is None else float(state["threshold"])
        return cls(PlantTransfer.from_state(state["plants"]), threshold)
