"""The parts of a seed, as frozen values that check themselves when they are built."""

from __future__ import annotations

import datetime as dt
import hashlib
import math
from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, Any

from pydantic import AfterValidator, Field, model_validator

from seeds.format.column import Column, Role
from seeds.format.constraints import Constraint
from seeds.format.gateway import GatewaySettings
from seeds.format.language import DescribedPart, TitledPart, without_page_texts
from seeds.format.norms import Norm
from seeds.format.plant import Plant
from seeds.format.quantity import LabelDelay, Name, PeriodLength, Quantity, SeedPart, Text, Unit
from seeds.format.schedule import ScheduleLimits
from seeds.format.table import TableFormat
from seeds.format.tasks.quality import Cause, Grade, Quality
from seeds.format.tasks.sorting import Bin, Sorting
from seeds.format.units import whole
from seeds.format.warnings import WarningEvent

TASKS = ("regression", "classification", "sorting", "quality")


def _known_task(name: str) -> str:
    if name not in TASKS:
        raise ValueError(f"expected one of {', '.join(map(repr, TASKS))}")
    return name


class ShadowPeriod(PeriodLength):
    """Length of the shadow period: the time for which a better challenger runs next to the champion."""

    source: Text


class ProcessHead(TitledPart):
    """Name, type, task and clock of a process; the period is left out where the table has no time.

    `type` is left out where it is the name: two lines of one type have a seed, a name and models each.
    """

    name: Name
    type: Name | None = None
    task: Annotated[Name, AfterValidator(_known_task)]
    unit_key: Name | None = None
    period: PeriodLength | None = None
    shadow: ShadowPeriod | None = None


class Target(DescribedPart):
    """Predicted quantity: a target column, or a quantity that physics derives from one.

    With `log_floor` the logarithm of target plus floor is fitted: errors count by ratio, as for a target that scatters
    over orders of magnitude.
    """

    unit: Unit
    source: Text
    derived_from: Name | None = None
    label_noise: Quantity | None = None
    log_floor: Quantity | None = None
    delay: LabelDelay | None = None


class Citation(SeedPart):
    """A document that numbers are taken from, and its year: of publication, or in which a page was read."""

    text: Text
    year: Annotated[int, Field(ge=1800, le=2100)]

    @model_validator(mode="before")
    @classmethod
    def _tell_form(cls, raw: Any) -> Any:
        """Refuse what is no table with one line that says what is expected."""
        if not isinstance(raw, dict | cls):
            raise ValueError('expected { text = "author, title", year = 1993 }')
        return raw


class Seed(SeedPart):
    """Everything that is known of a process before data.

    `text` is the file's content. `place` is the number of the target, from 0, in what `for_target` gives, else None.
    `added` are inputs of a model that no file or request states, such as the history of a unit.
    """

    process: ProcessHead
    references: dict[Name, Citation]
    columns: Annotated[list[Column], Field(min_length=2)]
    table: Annotated[TableFormat, Field(TableFormat())]
    targets: Annotated[dict[Name, Target], Field(min_length=1)]
    economics: Annotated[dict[Name, Quantity], Field({})]
    equipment: Annotated[dict[Name, Quantity], Field({})]
    constraints: Annotated[list[Constraint], Field([])]
    norms: Annotated[list[Norm], Field([])]
    schedule: ScheduleLimits | None = None
    warnings: Annotated[list[WarningEvent], Field([])]
    sorting: Sorting | None = None
    bins: Annotated[list[Bin], Field([])]
    quality: Quality | None = None
    grades: Annotated[list[Grade], Field([])]
    causes: Annotated[list[Cause], Field([])]
    plant: Plant | None = None
    gateway: Annotated[GatewaySettings, Field(GatewaySettings())]
    text: Annotated[str, Field(exclude=True, repr=False)] = ""
    place: Annotated[int | None, Field(exclude=True, repr=False)] = None
    added: Annotated[tuple[Column, ...], Field(exclude=True, repr=False)] = ()

    @property
    def digest(self) -> str:
        """SHA-256 of the seed file's bytes without its lines of Chinese texts, as `sha256:<hex>`."""
        return "sha256:" + hashlib.sha256(without_page_texts(self.text).encode()).hexdigest()

    @cached_property
    def _by_name(self) -> dict[str, Column]:
        return {column.name: column for column in (*self.columns, *self.added)}

    @property
    def process_type(self) -> str:
        """Type of the process, which selects its physics and its simulator; by default its name."""
        return self.process.type or self.process.name

    def column(self, name: str) -> Column:
        """Column called `name`; KeyError where the seed has none."""
        return self._by_name[name]

    def by_role(self, *roles: Role) -> tuple[Column, ...]:
        """Columns of these roles, in the seed's order."""
        return tuple(column for column in self.columns if column.role in roles)

    @cached_property
    def key(self) -> Column | None:
        """The column that names the unit; None where the whole table is one unit."""
        return next(iter(self.by_role("key")), None)

    @cached_property
    def time(self) -> Column | None:
        """The column that holds the start of the period; None where the table has no time."""
        return next(iter(self.by_role("time")), None)

    @property
    def clock(self) -> Column:
        """The column that holds the start of the period; TypeError where the table has no time."""
        if self.time is None:
            raise TypeError(f"{self.process.name}: its table has no time")
        return self.time

    @property
    def period(self) -> dt.timedelta:
        """Length of one production period; TypeError where the table has no time."""
        if self.process.period is None:
            raise TypeError(f"{self.process.name}: its table has no time, so it has no period")
        return self.process.period.timedelta

    @cached_property
    def identity(self) -> tuple[Column, ...]:
        """Columns that identify a row: unit and start of the period, as far as the table has them."""
        return tuple(column for column in (self.key, self.time) if column is not None)

    @property
    def has_unit_and_time(self) -> bool:
        """Return whether the table has both columns of `identity`."""
        return self.key is not None and self.time is not None

    @property
    def is_daily(self) -> bool:
        """Return whether each period is whole days, so that its date states its start."""
        return self.process.period is not None and self.period % dt.timedelta(days=1) == dt.timedelta(0)

    @property
    def rows_are_days(self) -> bool:
        """Return whether a row of a file covers whole days, so that summer time does not move it."""
        return self.is_daily and self.table.every is None

    @property
    def hourly_limits(self) -> list[Constraint]:
        """Limits of each hour of a schedule: those of [schedule], or the constraints if it has none."""
        return self.schedule.limits if self.schedule is not None and self.schedule.limits else self.constraints

    def unit_of(self, constraint: Constraint) -> str:
        """Unit of what a constraint limits."""
        unit = self.column(constraint.column).unit if constraint.column else constraint.unit
        return str(unit)

    @cached_property
    def target(self) -> Column:
        """The primary target's column."""
        return self.by_role("target")[0]

    @cached_property
    def log_floor(self) -> float | None:
        """Offset added to the primary target before its logarithm is fitted [its unit]; None without one."""
        floor = self.targets[self.target.name].log_floor
        return None if floor is None else floor.value

    @cached_property
    def primaries(self) -> tuple[Column, ...]:
        """Targets with a model each: all targets if numbers are predicted without a decision, else the first."""
        decides = self.sorting is not None or self.quality is not None
        return (self.target,) if decides or self.classes else self.by_role("target")

    @cached_property
    def for_first(self) -> Seed:
        """Return the same process with its first target alone, to which set-points, events and load belong."""
        return self.for_target(self.target.name)

    def for_target(self, name: str) -> Seed:
        """Return the same process with one of `primaries` as its only target; the others become late columns.

        Physics and the signs of columns are about the first target, so of any other one nothing of these is known.
        """
        if len(self.primaries) == 1:
            return self
        place = [column.name for column in self.primaries].index(name)
        columns = []
        for column in self.columns:
            role = "late" if column.role == "target" and column.name != name else column.role
            columns.append(column.model_copy(update={"role": role, "sign": 0 if place else column.sign}))
        targets = {key: one for key, one in self.targets.items() if name in (key, one.derived_from)}
        return self._with(columns=columns, targets=targets, place=place)

    def with_inputs(self, added: tuple[Column, ...]) -> Seed:
        """Return the same process with these inputs after those that it states."""
        return self._with(added=added)

    def _with(self, **changed: Any) -> Seed:
        parts = {field: getattr(self, field) for field in type(self).model_fields}
        return self.model_construct(**parts | changed)

    @cached_property
    def stated_inputs(self) -> tuple[Column, ...]:
        """Columns of the seed that a prediction may use: set-points, and the roles `before` and `during`."""
        return self.by_role("before", "setpoint", "during")

    @cached_property
    def inputs(self) -> tuple[Column, ...]:
        """Inputs of a prediction: those that the seed states, then `added`."""
        return (*self.stated_inputs, *self.added)

    @cached_property
    def input_names(self) -> tuple[str, ...]:
        """Names of the inputs."""
        return tuple(column.name for column in self.inputs)

    @cached_property
    def text_inputs(self) -> tuple[Column, ...]:
        """Inputs that are texts."""
        return tuple(column for column in self.inputs if column.values)

    @cached_property
    def made_inputs(self) -> tuple[Column, ...]:
        """Inputs that no file holds: they are made from earlier periods or from the time."""
        return tuple(column for column in self.inputs if column.is_made)

    @cached_property
    def classes(self) -> tuple[str, ...]:
        """Classes of the primary target; none where it is a number."""
        return tuple(self.target.classes or ())

    @cached_property
    def lots(self) -> Column | None:
        """The key where it names lots and rows are their pieces; None where each row is a unit and period."""
        return self.key if self.sorting is not None else None

    @cached_property
    def elements(self) -> tuple[Column, ...]:
        """Target columns of element contents, next to a class or of a lot; none if there is only one number."""
        if self.sorting is None and self.quality is None:
            return ()
        return tuple(c for c in self.by_role("target") if c.is_number and c.name not in self.defects)

    @cached_property
    def limit_shares(self) -> list[list[float]]:
        """Limits of each element's mean in each bin as mass fractions, B lists of E [kg/kg]; NaN for none."""
        return self._shares([one.limits for one in self.bins])

    @cached_property
    def sd_limit_shares(self) -> list[list[float]]:
        """Limit of each element's standard deviation in each bin, as `limit_shares` those of its mean."""
        return self._shares([one.sd_limits for one in self.bins])

    def _shares(self, limits: list[dict[str, Quantity]]) -> list[list[float]]:
        return [
            [
                own[column.name].value / whole(str(column.unit)) if column.name in own else math.nan
                for column in self.elements
            ]
            for own in limits
        ]

    @cached_property
    def defects(self) -> tuple[str, ...]:
        """Target columns of 0 and 1 that state whether a lot has a defect."""
        return tuple(self.quality.defects) if self.quality else ()

    @property
    def sorting_rules(self) -> Sorting:
        """Return the rules by which lots are formed; TypeError if the process does not sort."""
        if self.sorting is None:
            raise TypeError(f"{self.process.name}: its task is {self.process.task}: it has no [sorting]")
        return self.sorting

    @property
    def quality_rules(self) -> Quality:
        """Return the rules by which lots are graded; TypeError if the task is not quality."""
        if self.quality is None:
            raise TypeError(f"{self.process.name}: its task is {self.process.task}: it has no [quality]")
        return self.quality

    @cached_property
    def quantities(self) -> dict[str, str]:
        """Unit of each quantity with an interval: numbers with their derived ones, or contents; no class."""
        names = [column.name for column in self.elements]
        if self.quality is None and not self.classes:
            own = [column.name for column in self.primaries]
            names = [name for first in own for name in (first, *self.derived_from(first))]
        return {name: self.targets[name].unit for name in names}

    @cached_property
    def labels(self) -> tuple[Column, ...]:
        """Target columns that estimators learn: contents and then defects of graded lots, else `primaries`."""
        if self.quality is None:
            return self.primaries
        return (*self.elements, *(self.column(name) for name in self.defects))

    @property
    def delay(self) -> dt.timedelta:
        """Time from the end of a period until its outcome is known: the longest of its labels."""
        stated = [self.targets[column.name].delay for column in self.labels]
        return max(self.period if delay is None else delay.timedelta for delay in stated)

    def wait(self, target: str) -> int:
        """Number of periods after whose start a target is available; 1 if it is when its own period ends.

        It is that of the nearest `previous` column that is made from it, since what such a column holds is known; else
        it follows the delay of the outcomes.
        """
        source = [one.previous.periods for one in self.by_role("before") if one.previous and one.lent_by == target]
        return min(source, default=1 + math.ceil(self.delay / self.period))

    @cached_property
    def derived(self) -> dict[str, Target]:
        """Targets that physics computes from another one."""
        return {name: target for name, target in self.targets.items() if target.derived_from is not None}

    def derived_from(self, name: str) -> tuple[str, ...]:
        """Names of the targets that physics computes from this one."""
        return tuple(derived for derived, target in self.derived.items() if target.derived_from == name)

    @property
    def assumed(self) -> int:
        """Count of numbers whose source is an assumption."""
        return sum(head_of(source) == "assumed" for source in self.sources.values())

    @property
    def practice(self) -> int:
        """Count of numbers whose source is plant practice without a named document."""
        return sum(head_of(source) == "practice" for source in self.sources.values())

    @property
    def sources(self) -> dict[str, str]:
        """Each stated source by its place in the seed; facts count as parameters of a simulated plant."""
        twice = set() if self.plant is None else {"equipment"}
        return dict(stated_sources(self.model_dump(exclude={"references", "text"} | twice)))


def head_of(source: str) -> str:
    """First part of a source: a key of [references], `practice` or `assumed`."""
    return source.split(":")[0].split(",")[0].strip()


def stated_sources(part: Any, place: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """Each `source` that is a text, with the place of the part that it belongs to."""
    if isinstance(part, dict):
        if isinstance(part.get("source"), str):
            yield ".".join(place), part["source"]
        for key, inner in part.items():
            yield from stated_sources(inner, (*place, key))
    elif isinstance(part, list):
        for number, inner in enumerate(part):
            yield from stated_sources(inner, (*place, called(inner, number)))


def called(part: Any, step: int | str) -> str:
    """Name of a part of a seed: an item of a list by its name or its limited quantity, else by its key."""
    if isinstance(part, dict) and isinstance(step, int):
        return str(part.get("name") or part.get("column") or part.get("quantity") or step)
    return str(step)
