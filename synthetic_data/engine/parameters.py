"""Parameters of a simulated plant by period or day, and the regimes that change them."""

from __future__ import annotations

import datetime as dt
import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Generic, NamedTuple, Self, TypeVar

import numpy as np

from physics.arrays import FloatArray
from seeds import Quantity, Seed
from synthetic_data.engine.plan import PlantEvent, RunPlan, SimulationError, plant_of

Value = TypeVar("Value", float, FloatArray)
Other = TypeVar("Other", bound="ArrayParameters")

# What a seed's value must be, as an error says it: divided by, a logarithm is taken of it, or so many are counted.
ABOVE_0, ONE_OR_MORE = "above 0", "1 or more"
ZERO_OR_MORE = "0 or more"  # a content or an aim that a plant may be without
# A part of a whole, a chance, a correlation or a memory from step to step; one that is divided by, or of which the
# remainder is.
SHARE, SHARE_ABOVE_0, SHARE_BELOW_1 = "0 to 1", "above 0 and at most 1", "0 or more and below 1"
_KEPT: dict[str, Callable[[float], bool]] = {
    ABOVE_0: lambda value: value > 0.0,
    ZERO_OR_MORE: lambda value: value >= 0.0,
    ONE_OR_MORE: lambda value: value >= 1.0,
    SHARE: lambda value: 0.0 <= value <= 1.0,
    SHARE_ABOVE_0: lambda value: 0.0 < value <= 1.0,
    SHARE_BELOW_1: lambda value: 0.0 <= value < 1.0,
}
PositiveFloat = Annotated[float, ABOVE_0]
PositiveArray = Annotated[FloatArray, ABOVE_0]
NonNegativeFloat = Annotated[float, ZERO_OR_MORE]
CountFloat = Annotated[float, ONE_OR_MORE]
CountArray = Annotated[FloatArray, ONE_OR_MORE]
ShareFloat = Annotated[float, SHARE]
ShareArray = Annotated[FloatArray, SHARE]
PositiveShareFloat = Annotated[float, SHARE_ABOVE_0]
PositiveShareArray = Annotated[FloatArray, SHARE_ABOVE_0]
PartialShareFloat = Annotated[float, SHARE_BELOW_1]
PartialShareArray = Annotated[FloatArray, SHARE_BELOW_1]
_ENDS = {"low": "high", "short": "long"}  # endings of two parameters that are the ends of a range


class Parameters(Generic[Value]):
    """Parameters of a plant in force, one attribute each.

    A plant's own class annotates the names that it needs, in the units of the seed; names that are put together from
    parts, such as those of faults, stand in `others` and are read as `parameters[name]`. Reading one that the seed
    lacks raises SimulationError.
    """

    others = tuple[str, ...]()

    def __init__(self, process: str, values: Mapping[str, Value]) -> None:
        vars(self).update(values)
        self._process = process

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """Names of the parameters that the class needs."""
        kinds: tuple[type, ...] = cls.__mro__[::-1]
        annotated: list[str] = [name for one in kinds for name in inspect.get_annotations(one)]
        others: list[str] = [name for one in kinds for name in vars(one).get("others", ())]
        return (*annotated, *others)

    @classmethod
    def limits(cls) -> dict[str, str]:
        """Limits of the values of some of these names, such as ABOVE_0 or SHARE."""
        return {name: limit for one in reversed(cls.__mro__) for name, limit in _limits_of(one).items()}

    def __getitem__(self, name: str) -> Value:
        try:
            result: Value = self.__dict__[name]  # the short way, for what is read hundreds of times a period
        except KeyError:
            result = getattr(self, name)
        return result

    if not TYPE_CHECKING:  # a type checker knows the annotated names alone

        def __getattr__(self, name: str) -> Value:
            if name.startswith("_"):  # a protocol of Python's own, such as that of copy
                raise AttributeError(name)
            raise SimulationError(_missing(self._process, (name,)))


class ScalarParameters(Parameters[float]):
    """One number for each parameter; parameters of equal numbers are equal."""

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and vars(self) == vars(other)

    def __hash__(self) -> int:
        return hash(tuple(vars(self).values()))

    @classmethod
    def of(cls, seed: Seed) -> Self:
        """Parameters as the seed states them, before any regime."""
        stated = plant_of(seed).parameters
        return cls(seed.process.name, {name: quantity.value for name, quantity in stated.items()})

    @classmethod
    def in_period(cls, plan: RunPlan, period: int) -> Self:
        """Parameters in force in a period: a regime holds from the first one that starts on its date or later."""
        start = plan.period_start(period).date()
        values = dict(plan.stated)
        for regime in sorted(plan.plant.regimes, key=lambda regime: regime.start):
            if regime.start <= start:
                values |= {name: quantity.value for name, quantity in regime.change.items()}
        return cls(plan.seed.process.name, values)


class ArrayParameters(Parameters[FloatArray]):
    """One array for each parameter."""

    @classmethod
    def on_days(cls, plan: RunPlan, days: FloatArray) -> Self:
        """Parameters in force on each day since the start of the run [d], arrays of that shape.

        A regime holds from the first instant of its date.
        """
        stated = np.array(list(plan.stated.values()))
        # Rows of one number each, which arithmetic takes for a number; hundreds of arrays would take longer to make.
        table = np.lib.stride_tricks.as_strided(stated, (len(stated), *days.shape), (stated.itemsize, *[0] * days.ndim))
        values = dict(zip(plan.stated, table, strict=True))
        for regime in sorted(plan.plant.regimes, key=lambda regime: regime.start):
            started = days >= _day_of(plan, regime.start)
            for name, quantity in regime.change.items() if started.any() else ():
                values[name] = np.where(started, quantity.value, values[name])
        return cls(plan.seed.process.name, values)

    def view(self, kind: type[Other]) -> Other:
        """The same arrays by the names that another class annotates."""
        return kind(self._process, vars(self))

    def each(self, word: str, names: Iterable[str]) -> FloatArray:
        """Parameters `<word>_<name>` of these names, (names, 1, periods), for arrays of units by periods."""
        return np.stack([self[f"{word}_{name}"] for name in names])[:, None]


def stated_in(*kinds: type[Parameters[Any]]) -> tuple[list[str], dict[str, str]]:
    """Names that some kinds of parameters need, and what the values of some of these must be."""
    names = [name for kind in kinds for name in kind.names()]
    return names, {name: limit for kind in kinds for name, limit in kind.limits().items()}


def faults(seed: Seed, names: Iterable[str], limits: Mapping[str, str]) -> Iterator[str]:
    """Yield missing parameters of these names, and regimes that change a parameter that is not stated.

    Faults too, of the plant and its regimes: a value that is not what `limits` says of its name (ABOVE_0,
    ZERO_OR_MORE, ONE_OR_MORE, SHARE, SHARE_ABOVE_0, SHARE_BELOW_1 or "" for any), and a range that is upside down:
    `<name>_low` above `<name>_high`, or `_short` above `_long`.
    """
    plant, needed = plant_of(seed), set(names)
    if missing := sorted(needed - set(plant.parameters)):
        yield _missing(seed.process.name, missing)
    values = {name: quantity.value for name, quantity in plant.parameters.items()}
    yield from _out_of_range(f"{seed.process.name}: plant.parameters", values, values, limits)
    for regime in sorted(plant.regimes, key=lambda regime: regime.start):
        if unknown := sorted(set(regime.change) - set(plant.parameters) - needed):
            yield f"plant.regimes.{regime.name}: changes {', '.join(unknown)}, unknown in plant.parameters"
        changed = {name: quantity.value for name, quantity in regime.change.items()}
        values |= changed
        yield from _out_of_range(f"{seed.process.name}: plant.regimes.{regime.name}", changed, values, limits)


class Term(NamedTuple):
    """A number that a plant needs of a section of the seed: its unit there, and its limit, "" for none."""

    unit: str
    limit: str = ""


def faults_of_terms(
    seed: Seed, section: str, needed: Mapping[str, Term], stated: Mapping[str, Quantity]
) -> Iterator[str]:
    """Yield each term that a section of a seed lacks, or has in another unit or beyond its limit."""
    for name, (unit, limit) in needed.items():
        place, result = f"{seed.process.name}: {section}.{name}", stated.get(name)
        if result is None:
            yield f'{place}: missing: expected {{ value = ..., unit = "{unit}", source = "..." }}'
        elif result.unit != unit:
            yield f'{place}: got unit "{result.unit}": expected "{unit}"'
        elif limit and not _KEPT[limit](result.value):
            yield f"{place}: got {result.value:g}: expected {limit}"


def periods_alike(plan: RunPlan, first: int, most: int) -> int:
    """Count periods with the same parameters from the first one on, up to a maximum."""
    last = min(first + most, plan.periods, 0 if first < 0 else plan.periods)
    changes = [regime.start for regime in plan.plant.regimes]
    before = plan.period_start(first).date()
    count = 1
    for start in (plan.period_start(period).date() for period in range(first + 1, last)):
        if any(before < change <= start for change in changes):
            break
        count += 1
    return count


def regime_events(plan: RunPlan) -> tuple[PlantEvent, ...]:
    """Regimes that begin within the run, as events of the whole plant: those of the first block."""
    days = ((regime.name, _day_of(plan, regime.start)) for regime in plan.plant.regimes)
    return tuple(_event(name, day) for name, day in days if 0.0 <= day < plan.days)


def regimes_begun(plan: RunPlan, period: int) -> tuple[PlantEvent, ...]:
    """Regimes that come into force with a period, as events of the whole plant; none in a warm-up."""
    start, before = (plan.period_start(at).date() for at in (period, period - 1))
    at = float(period * plan.period_days)
    regimes = sorted(plan.plant.regimes, key=lambda regime: regime.start) if period >= 0 else []
    return tuple(_event(regime.name, at) for regime in regimes if before < regime.start <= start)


def _event(regime: str, day: float) -> PlantEvent:
    return PlantEvent(None, f"regime {regime}", day, day, day)


def _day_of(plan: RunPlan, date: dt.date) -> float:
    return (dt.datetime.combine(date, dt.time()) - plan.start) / dt.timedelta(days=1)


@cache
def _limits_of(kind: type) -> dict[str, str]:
    """Limits that a class annotates itself."""
    annotated = inspect.get_annotations(kind, eval_str=True)
    stated = {name: getattr(one, "__metadata__", ("",))[0] for name, one in annotated.items()}
    return {name: limit for name, limit in stated.items() if limit in _KEPT}


def _out_of_range(
    place: str, stated: Mapping[str, float], values: Mapping[str, float], limits: Mapping[str, str]
) -> Iterator[str]:
    """Yield values beyond their range at a place, and all values then in force."""
    for name, value in stated.items():
        limit = limits.get(name)
        if limit and not _KEPT[limit](value):
            yield f"{place}.{name}: got {value:g}: expected {limit}"
    for low in values:
        word, _, end = low.rpartition("_")
        high = f"{word}_{_ENDS.get(end)}"
        if high in values and {low, high} & set(stated) and values[low] > values[high]:
            yield f"{place}: got {low} {values[low]:g} and {high} {values[high]:g}: expected a range that rises"


def _missing(process: str, names: Iterable[str]) -> str:
    return f"{process}: plant.parameters: {', '.join(names)} missing: expected an entry in [plant.parameters] for each"
