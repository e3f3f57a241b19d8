"""A column of a process's table, as a frozen value that checks itself when it is built."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ModelWrapValidatorHandler, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from seeds.format.language import DescribedPart
from seeds.format.quantity import Name, Number, PeriodLength, Quantity, SeedPart, Text, Unit

Role = Literal["key", "time", "before", "setpoint", "during", "late", "target"]
Statistic = Literal["mean", "sd", "min", "max", "last", "count"]
Calendar = Literal["hour", "weekday", "day", "month", "day_of_year"]

# Lowest and highest value of what a calendar says: the hour with its minutes as a fraction, Monday as 0.
CALENDAR_LIMITS = {"hour": (0.0, 24.0), "weekday": (0.0, 6.0), "day": (1.0, 31.0), "month": (1.0, 12.0)} | {
    "day_of_year": (1.0, 366.0)
}


class Typical(SeedPart):
    """Mean and standard deviation of a column in normal production, in the column's unit."""

    mean: Number
    sd: Annotated[Number, Field(ge=0)]


class Previous(SeedPart):
    """A `before` column that the loader computes: another column of the unit some periods earlier."""

    column: Name
    periods: Annotated[int, Field(ge=1)]


class Rolling(SeedPart):
    """A `before` column that the loader computes: a statistic of another column over earlier periods.

    `window` is how many periods, of the same unit; those without a row or a value are passed over.
    """

    column: Name
    window: Annotated[int, Field(ge=2)]
    statistic: Literal["mean", "sd", "min", "max"] = "mean"


class Column(DescribedPart):
    """One column of the table: meaning, unit, role and, if known, the physically possible range.

    `classes` are the classes of a target, `values` the texts that an input may have. `statistic` says how rows that are
    faster than the period become its value. `previous`, `rolling` and `calendar` are three ways of making a column that
    no file holds. `when_bad` says what becomes of a request's row whose value is of bad quality: the value counts as
    missing, or the row is refused. `refresh` is how often the plant renews the live value.
    """

    name: Name
    role: Role
    unit: Unit | None = None
    low: Number | None = None
    high: Number | None = None
    typical: Typical | None = None
    source: Text | None = None
    classes: Annotated[list[Text], Field(min_length=2)] | None = None
    values: Annotated[list[Text], Field(min_length=1)] | None = None
    tag: str | None = None
    scale: Annotated[Number, Field(gt=0)] = 1.0
    sign: Literal[-1, 0, 1] = 0
    censored: bool = False
    statistic: Statistic | None = None
    previous: Previous | None = None
    rolling: Rolling | None = None
    calendar: Calendar | None = None
    when_bad: Literal["missing", "refused"] = "missing"
    refresh: PeriodLength | None = None
    bounds: Annotated[list[Number], Field(min_length=2, max_length=2)] | None = None
    step: Annotated[Number, Field(gt=0)] | None = None
    move_cost: Quantity | None = None

    @property
    def is_number(self) -> bool:
        """Return whether the column holds float64 (all but `key`, `time`, classes and text categories)."""
        return self.role not in ("key", "time") and self.classes is None and self.values is None

    @property
    def is_made(self) -> bool:
        """Return whether the column is derived from others or from the time, so that no file holds it."""
        return not (self.previous is None and self.rolling is None and self.calendar is None)

    @property
    def lent_by(self) -> str | None:
        """Name of the column that a `previous` or `rolling` column is made from; None for all others."""
        made = self.previous or self.rolling
        return None if made is None else made.column

    @property
    def limits(self) -> tuple[float, float]:
        """Physically possible range of a number column [column's unit]; infinite if the seed states none."""
        if not self.is_number:
            raise TypeError(f"column {self.name} is no number: it has no range")
        low, high = CALENDAR_LIMITS.get(self.calendar or "", (-math.inf, math.inf))
        return (low if self.low is None else self.low), (high if self.high is None else self.high)

    @property
    def settable(self) -> tuple[float, float]:
        """Range in which a set-point may lie: its bounds, else its physically possible range [column's unit]."""
        return self.limits if self.bounds is None else (self.bounds[0], self.bounds[1])

    @property
    def range_text(self) -> str:
        """Physically possible range as text, such as "0 to 67 %"; empty if none is known."""
        low, high = self.limits
        if math.isinf(low) and math.isinf(high):
            return ""
        if math.isinf(high):
            return f"at least {low:g} {self.unit}"
        return f"at most {high:g} {self.unit}" if math.isinf(low) else f"{low:g} to {high:g} {self.unit}"

    @property
    def label(self) -> str:
        """Name with its unit, as on an axis; the name alone where it holds texts."""
        return self.name if self.unit is None else f"{self.name} [{self.unit}]"

    @property
    def typical_value(self) -> float:
        """Mean in normal production [column's unit]; NaN where the seed does not know it."""
        return math.nan if self.typical is None else self.typical.mean

    @model_validator(mode="wrap")
    @classmethod
    def _tell_all(cls, raw: Any, build: ModelWrapValidatorHandler[Self]) -> Self:
        """Build the column, or report all errors of its fields and between them together."""
        texts = list(_column_faults(raw)) if isinstance(raw, dict) else []
        kinds = [PydanticCustomError("column", "{fault}", {"fault": text}) for text in texts]
        faults = [InitErrorDetails(type=kind, input=raw) for kind in kinds]
        try:
            column = build(raw)
        except ValidationError as error:
            fields = [
                InitErrorDetails(type=d["type"], loc=d["loc"], input=d["input"], ctx=d.get("ctx", {}))
                for d in error.errors()
            ]
            raise ValidationError.from_exception_data(cls.__name__, [*fields, *faults]) from None
        if faults:
            raise ValidationError.from_exception_data(cls.__name__, faults)
        return column


_OF_NUMBERS = ("unit", "low", "high", "typical")
_OF_SETPOINTS = ("bounds", "step", "move_cost")
MADE = ("previous", "rolling", "calendar")


def _column_faults(raw: dict[str, Any]) -> Iterator[str]:
    """Yield contradictions between a column's fields; a field of the wrong type is reported separately."""
    role = raw.get("role")
    if raw.get("classes") is not None:
        yield from _text_faults(raw, "classes", ("target",))
    elif raw.get("values") is not None:
        yield from _text_faults(raw, "values", ("before", "setpoint", "during", "late"))
    elif role in ("key", "time"):
        for key in (*_OF_NUMBERS, "source", *_OF_SETPOINTS, "scale", "sign", "censored", "statistic", *MADE):
            if key in raw:
                yield f"{key} belongs to a number column, this one has role {role}"
    else:
        yield from _number_faults(raw, str(role))


def _number_faults(raw: dict[str, Any], role: str) -> Iterator[str]:
    """Yield contradictions between the fields of a number column."""
    for key in ("unit", "source"):
        if raw.get(key) is None:
            yield f"{key} is missing: a number column needs unit and source"
    low, high = _number(raw.get("low"), -math.inf), _number(raw.get("high"), math.inf)
    if low >= high:
        yield f"range is upside down: low {low:g} is not below high {high:g}"
    typical = raw.get("typical")
    mean = _number(typical.get("mean") if isinstance(typical, dict) else getattr(typical, "mean", None), math.nan)
    if low < high and (mean < low or mean > high):
        yield f"typical mean {mean:g} lies outside low {low:g} to high {high:g}"
    assayed = role != "setpoint" and all(raw.get(key) is None for key in MADE)
    if raw.get("censored") and (not assayed or _number(raw.get("low"), 0.0) < 0):
        yield "censored belongs to a column of the file that is no set-point and never negative"
    yield from _made_faults(raw, role)
    if _number(raw.get("scale"), 1.0) != 1.0 and raw.get("tag") in (None, raw.get("name")):
        yield "scale converts the unit of a tag: expected a tag other than the column's own name"
    yield from _setpoint_faults(raw, low, high)


def _made_faults(raw: dict[str, Any], role: str) -> Iterator[str]:
    """Yield contradictions between a derived column and the other columns."""
    made = [key for key in MADE if raw.get(key) is not None]
    for key in made:
        if role != "before":
            yield f"{key} makes a before column, this one has role {role}"
    if len(made) > 1:
        yield f"{' and '.join(made)}: expected one way of making the column"
    for key in ("tag", "statistic") if made else ():
        if raw.get(key) is not None:
            yield f"{key} belongs to a column of the file, this one is made by {made[0]}"


def _text_faults(raw: dict[str, Any], kind: str, roles: tuple[str, ...]) -> Iterator[str]:
    """Yield contradictions between the fields of a text column (`classes` or `values`)."""
    if raw.get("role") not in roles:
        yield f"{kind} belongs to a {' or '.join(roles)} column, this one has role {raw.get('role')}"
    if kind == "values" and raw.get("statistic") not in (None, "last"):
        yield f"statistic '{raw['statistic']}' belongs to a number column: of texts the last one counts"
    wrong = ("statistic",) if kind == "classes" else ("classes",)
    for key in (*_OF_NUMBERS, *_OF_SETPOINTS, "scale", "sign", "censored", *MADE, *wrong):
        if key in raw:
            yield f"{key} belongs to a number column, this one holds {'classes' if kind == 'classes' else 'texts'}"
    if raw.get("source") is None:
        yield f"source is missing: a column of {'classes' if kind == 'classes' else 'texts'} needs one"
    texts = raw[kind]
    if isinstance(texts, list) and len(set(map(str, texts))) < len(texts):
        yield f"{kind} {texts}: each may be named once"


def _setpoint_faults(raw: dict[str, Any], low: float, high: float) -> Iterator[str]:
    if raw.get("role") != "setpoint":
        for key in _OF_SETPOINTS:
            if raw.get(key) is not None:
                yield f"{key} belongs to a set-point, this column has role {raw.get('role')}"
        return
    bounds = raw.get("bounds")
    if isinstance(bounds, list) and len(bounds) == 2:
        first, last = (_number(bound, math.nan) for bound in bounds)
        if first < low or first >= last or last > high:
            yield f"bounds {bounds} must rise and lie within low {low:g} to high {high:g}"


def _number(value: object, otherwise: float) -> float:
    """`value` where it is a number, else `otherwise`."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else otherwise
