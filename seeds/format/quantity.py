"""A number with its unit and source, and the types that all parts of a seed are made of."""

from __future__ import annotations

import datetime as dt
import math
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from seeds.format.units import EXPECTED, is_unit, nearest_unit


def _unit(text: str) -> str:
    if not is_unit(text):
        near = nearest_unit(text)
        raise ValueError(f"expected {EXPECTED}" + (f"; the nearest is {near}" if near else ""))
    return text


def _finite(value: float) -> float:
    if not math.isfinite(value):
        raise ValueError("expected a finite number")
    return value


def not_blank(text: str) -> str:
    """The text, which must say something."""
    if not text.strip():
        raise ValueError("expected a text, got none")
    return text


Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Unit = Annotated[str, AfterValidator(_unit)]
Number = Annotated[float, AfterValidator(_finite)]
Text = Annotated[str, AfterValidator(not_blank)]
Verification = Literal["verified", "unverified", "computed", "assumed"]  # how sure a limit of a document is


class SeedPart(BaseModel):
    """Part of a seed: frozen, of the stated types and without unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Quantity(SeedPart):
    """A number with its unit and where it comes from."""

    value: Number
    unit: Unit
    source: Text


SECONDS = {"d": 86400.0, "h": 3600.0, "min": 60.0, "s": 1.0}  # units of lengths of time, the longest first


class PeriodLength(SeedPart):
    """A length of time, such as that of a production period."""

    value: Annotated[Number, Field(gt=0)]
    unit: Literal["d", "h", "min", "s"]

    @property
    def timedelta(self) -> dt.timedelta:
        """The length as a duration."""
        return dt.timedelta(seconds=self.value * SECONDS[self.unit])


class LabelDelay(SeedPart):
    """Time from the end of a period until its outcome is known."""

    value: Annotated[Number, Field(ge=0)]
    unit: Literal["d", "h", "min", "s"]
    source: Text

    @property
    def timedelta(self) -> dt.timedelta:
        """The delay as a duration."""
        return dt.timedelta(seconds=self.value * SECONDS[self.unit])
