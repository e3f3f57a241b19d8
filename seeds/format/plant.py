"""Parameters of the simulated plant of a process."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Self

from pydantic import Field, model_validator

from seeds.format.language import DescribedPart
from seeds.format.quantity import Name, Number, Quantity, SeedPart, Text, Unit


class Parameter(Quantity):
    """Number of the simulated plant, and of its type.

    `typical` is the mean over plants of the type, by default the value, and `spread` their relative standard deviation.
    """

    typical: Number | None = None
    spread: Annotated[Number, Field(gt=0, le=1)] | None = None

    @property
    def mean(self) -> float:
        """Mean over plants of the type."""
        return self.value if self.typical is None else self.typical

    @model_validator(mode="after")
    def _is_one_of_its_type(self) -> Self:
        if self.typical is None:
            return self
        if self.spread is None:
            raise ValueError(f"got typical = {self.typical:g} without a spread: expected both, or the value alone")
        if self.value * self.typical <= 0:
            raise ValueError(
                f"got typical = {self.typical:g}: expected the sign of the value {self.value:g}, and not 0"
            )
        return self


class Regime(DescribedPart):
    """A dated change of the simulated plant: a new supplier, another raw material, a sensor replaced."""

    start: dt.date
    name: Name
    change: dict[Name, Quantity]


class PhysicalRange(SeedPart):
    """Lowest and highest value of a property, in its unit."""

    low: Number
    high: Number
    unit: Unit

    @model_validator(mode="after")
    def _rises(self) -> Self:
        if self.low > self.high:
            raise ValueError(f"range is upside down: low {self.low:g} is above high {self.high:g}")
        return self


Window = Annotated[list[Number], Field(min_length=2, max_length=2)]


class Material(SeedPart):
    """One material of a simulated feed; its source stands for all its numbers.

    `content` holds [low, high] of each constituent in `unit`, low 0 where only a maximum is set; `balance` is the
    constituent that fills up the rest. `share` is that of the feed, 1 in all.
    """

    name: Text
    belongs_to: Text
    share: Annotated[Number, Field(ge=0, le=1)]
    feed: Name | None = None
    balance: Name
    unit: Unit
    content: dict[Name, Window]
    properties: dict[Name, PhysicalRange]
    source: Text

    @model_validator(mode="after")
    def _windows(self) -> Self:
        for name, (low, high) in self.content.items():
            if not 0 <= low <= high:
                raise ValueError(f"content.{name}: got [{low:g}, {high:g}]: expected [low, high] with 0 <= low <= high")
        return self


class Plant(SeedPart):
    """Simulated plant of a process; absent if only a plant's own data exists."""

    rng_seed: Annotated[int, Field(ge=0)]
    start: dt.date
    units: Annotated[int, Field(ge=1)]
    years: Annotated[Number, Field(gt=0)]
    parameters: dict[Name, Parameter]
    regimes: Annotated[list[Regime], Field([])]
    materials: Annotated[list[Material], Field([])]

    def value(self, name: str) -> float:
        """Value of one parameter, in the unit that the seed states."""
        return self.parameters[name].value
