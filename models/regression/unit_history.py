"""History of units as an input: shrunk mean of a unit's own errors, relative to those of all units."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np
import numpy.typing as npt

from models.estimators.categories import categories_of
from models.estimators.log_scale import to_scale
from models.processes.lookup import kind_of
from models.regression.ridge import RidgeLine
from models.regression.unit_errors import WINDOW, UnitErrors, group_of
from models.table.inputs import matrix
from physics.arrays import FloatArray, IntArray
from seeds import Column, Seed
from seeds.format.quantity import SECONDS

if TYPE_CHECKING:
    import pandas as pd

Form = Literal["labels", "residuals"]
PREFIX = "unit_deviation_"
LONGEST = 2 * WINDOW
"""Periods after which an error no longer describes its unit."""
REACH = 3.0
"""Factor of the largest error in training beyond which a label is none of this quantity in its unit of measure."""
COMMON = 5
"""Errors of a period from which the shift of all units is taken."""
_MOST_STARTS = 1000  # levels of period starts that are stored for requests
_QUERIES = 500_000  # units times starts that are computed together
LONG_AGO = -(2**62)
"""Moment before all others [microseconds since 1970]."""


@dataclass(frozen=True, eq=False)
class TargetHistory:
    """Deviation of units in one target.

    Parameters
    ----------
    seed : Seed
        The process with this target alone, without added inputs.
    form : str
        Errors of a unit: `labels` minus their mean in training, or `residuals` of a linear model.
    level : float
        Mean of the labels in training [scale of the model's errors].
    line : RidgeLine or None
        The linear model, see `new_line`; None of labels.
    shrinkage : float
        Variance of the errors within units over that between units: with n errors, the mean counts n / (n + shrinkage).
    largest : float
        Largest absolute error in training [scale of the model's errors].
    errors : UnitErrors
        Newest known errors.
    """

    seed: Seed
    form: Form
    level: float
    line: RidgeLine | None
    shrinkage: float
    largest: float
    errors: UnitErrors = field(default_factory=UnitErrors)
    _levels: dict[int, _Level] = field(default_factory=dict, init=False, repr=False)

    @property
    def target(self) -> str:
        """Name of the target."""
        return self.seed.target.name

    @property
    def name(self) -> str:
        """Name of the input."""
        return PREFIX + self.target

    @cached_property
    def column(self) -> Column:
        """The input as a column."""
        if self.form == "labels":
            of, reason = "labels from those of all units", "mean of its labels"
        else:
            of, reason = "labels from a linear model, relative to all units", "mean of its residuals"
        return Column(
            name=self.name,
            role="before",
            description=f"usual deviation of the unit's {self.target} {of}",
            unit="1" if self.seed.log_floor is not None else self.seed.target.unit,
            source=f"computed: {reason}, shrunk by their dispersion",
        )

    @cached_property
    def _wait(self) -> int:
        """Shortest time from the start of a labelled period to that of a row that may use it [microseconds]."""
        period = self.seed.period
        return microseconds(period * self.seed.wait(self.target) - period / 2)

    @cached_property
    def _longest(self) -> int:
        return microseconds(self.seed.period * (LONGEST + self.seed.wait(self.target)))

    def expected(self, X: FloatArray) -> FloatArray:
        """Return what errors are measured from, shape (n,), from the stated inputs, shape (n, k)."""
        if self.line is None:
            return np.full(len(X), self.level)
        return np.asarray(self.line.predict(X[:, measured_inputs(self.seed)]))

    def errors_of(self, X: FloatArray, y: FloatArray, start: IntArray | None = None) -> FloatArray:
        """Return errors of labels [the target's unit], shape (n,); NaN if not `plausible`."""
        return self.plausible(self.residuals_of(X, y), start)

    def residuals_of(self, X: FloatArray, y: FloatArray) -> FloatArray:
        """Return labels less their expectation [the target's unit], shape (n,), plausible or not."""
        return np.asarray(to_scale(y, self.seed.log_floor) - self.expected(X))

    def plausible(self, errors: FloatArray, start: IntArray | None = None) -> FloatArray:
        """Return errors, NaN for those that no label of the target in its unit of measure has.

        With starts of their periods, shape (n,), errors are compared with the median of their period if it has COMMON
        errors: a shift of all units, such as that of a laboratory, is plausible.
        """
        level: FloatArray | float = 0.0
        if start is not None and len(start):
            _, at, count = np.unique(start, return_inverse=True, return_counts=True)
            periods = np.split(errors[np.argsort(at, kind="stable")], np.cumsum(count)[:-1])
            known = (one[np.isfinite(one)] for one in periods)
            level = np.array([np.median(one) if len(one) >= COMMON else 0.0 for one in known])[at]
        return np.where(np.abs(errors - level) <= REACH * self.largest, errors, np.nan)

    def deviations(
        self, units: npt.NDArray[np.object_], start: IntArray, since: IntArray
    ) -> tuple[FloatArray, FloatArray]:
        """Return the deviation of rows' units and the number of own errors in it, shape (n,) each.

        Without an own error, it is that of the unit's group; NaN if no unit has a known error.

        Parameters
        ----------
        units : ndarray of object, shape (n,)
            Names of their units.
        start : ndarray of int, shape (n,)
            Starts of their periods [microseconds since 1970].
        since : ndarray of int, shape (n,)
            When their units were built or rebuilt [the same]; older errors are none of theirs.
        """
        errors = self.errors
        starts, at = np.unique(start, return_inverse=True)
        level, of_group = self._of_all(starts)
        names = units.tolist()
        place = {name: i for i, name in enumerate(errors.group[0])}
        of_name = {one: (errors.number.get(one, -1), place.get(group_of(one), -1)) for one in set(names)}
        number, group = np.array([of_name[one] for one in names], dtype=np.int64).reshape(-1, 2).T
        mean, count = errors.means(number, np.maximum(since, start - self._longest), start - self._wait)
        own = count / (count + self.shrinkage) * (mean - level[at])
        others = np.where(np.isnan(level[at]), np.nan, 0.0)
        if of_group.shape[1]:
            others = np.where(group < 0, others, of_group[at, group])
        return np.where(count > 0, own, others), count

    def deviation(self, unit: str, start: int, since: int = LONG_AGO) -> tuple[float, int]:
        """Return the deviation of the unit of one row; see `deviations`."""
        known = self._levels.get(start)
        if known is None:
            level, of_group = self._of_all(np.array([start]))
            known = _Level(float(level[0]), dict(zip(self.errors.group[0], of_group[0].tolist(), strict=True)))
            if len(self._levels) < _MOST_STARTS:
                self._levels[start] = known
        mean, count = self.errors.mean(unit, max(since, start - self._longest), start - self._wait)
        if count:
            return count / (count + self.shrinkage) * (mean - known.level), count
        return known.groups.get(group_of(unit), 0.0 if known.level == known.level else math.nan), 0

    def _of_all(self, starts: IntArray) -> tuple[FloatArray, FloatArray]:
        """Return mean error of all units, shape (s,), and mean deviation of groups, shape (s, g)."""
        errors, count = self.errors, len(self.errors.names)
        names, group = errors.group
        if not count or not len(starts):
            return np.full(len(starts), np.nan), np.empty((len(starts), 0))
        parts = [
            self._of_some(starts[first : first + max(1, _QUERIES // count)], group, len(names))
            for first in range(0, len(starts), max(1, _QUERIES // count))
        ]
        return np.concatenate([level for level, _ in parts]), np.concatenate([groups for _, groups in parts])

    def _of_some(self, starts: IntArray, group: IntArray, groups: int) -> tuple[FloatArray, FloatArray]:
        units = len(group)
        unit, start = np.tile(np.arange(units), len(starts)), np.repeat(starts, units)
        mean, n = self.errors.means(unit, start - self._longest, start - self._wait)
        mean, n = mean.reshape(-1, units), n.reshape(-1, units)
        known = n > 0
        with np.errstate(invalid="ignore", divide="ignore"):
            level = mean.sum(axis=1) / known.sum(axis=1)
            own = np.where(known, n / (n + self.shrinkage) * (mean - level[:, None]), 0.0)
            belongs = (group[:, None] == np.arange(groups)).astype(np.float64)
            of_group = own @ belongs / np.maximum(known @ belongs, 1.0)
        return level, np.where((known.sum(axis=1) > 0)[:, None], of_group, np.nan)

    def state(self) -> dict[str, Any]:
        """Return the history as JSON values, all but the seed."""
        return {
            "form": self.form,
            "level": self.level,
            "line": None if self.line is None else self.line.state(),
            "shrinkage": self.shrinkage,
            "largest": self.largest,
            "errors": self.errors.state(),
        }

    @classmethod
    def from_state(cls, state: Mapping[str, Any], seed: Seed) -> Self:
        """Restore from the values that `state` returned; `seed` has the target alone.

        Raises
        ------
        ValueError
            Another form, or a number that is none.
        """
        form = state["form"]
        line: RidgeLine | None = None
        if form not in ("labels", "residuals") or (form == "residuals") != (state["line"] is not None):
            raise ValueError(f"unit_history.{seed.target.name}.form: got {str(form)[:40]!r}")
        if state["line"] is not None:
            line = new_line(seed)
            line.restore(state["line"], _no_trees)
        numbers = [float(state[name]) for name in ("level", "shrinkage", "largest")]
        if not np.isfinite(numbers).all() or numbers[1] <= 0:
            raise ValueError(f"unit_history.{seed.target.name}: got {numbers}: expected finite numbers, shrinkage > 0")
        level, shrinkage, largest = numbers
        return cls(seed, form, level, line, shrinkage, largest, UnitErrors.from_state(state["errors"]))


def measured_inputs(seed: Seed) -> IntArray:
    """Places of the inputs that are not derived from earlier periods, which any request may have."""
    return np.flatnonzero([column.lent_by is None for column in seed.stated_inputs])


def new_line(seed: Seed) -> RidgeLine:
    """Return an unfitted linear model of the `measured_inputs`."""
    sizes = categories_of(seed)
    return RidgeLine(None if sizes is None else tuple(sizes[i] for i in measured_inputs(seed)))


@dataclass(frozen=True)
class _Level:
    """Mean error of all units at a start of periods, and mean deviation of the units of each group."""

    level: float
    groups: dict[str, float]


def _no_trees(name: str, columns: int) -> Any:
    raise ValueError(f"{name}: a line has no trees")


def microseconds(length: dt.timedelta) -> int:
    """Return a length of time in whole microseconds."""
    return int(length / dt.timedelta(microseconds=1))


@dataclass(frozen=True, eq=False)
class UnitHistory:
    """Inputs of a model that describe the history of a row's unit, one for each of some targets.

    Parameters
    ----------
    seed : Seed
        The process as its file states it.
    targets : Mapping of str to TargetHistory
        By name of the target.
    """

    seed: Seed
    targets: Mapping[str, TargetHistory]

    @cached_property
    def extended(self) -> Seed:
        """The process with the history inputs."""
        return self.seed.with_inputs(tuple(one.column for one in self.targets.values()))

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of the history inputs."""
        return tuple(one.name for one in self.targets.values())

    @cached_property
    def age(self) -> tuple[str, float] | None:
        """Input with the age of a unit and microseconds in its unit of time; None if the process has none."""
        return age_of(self.seed)

    @cached_property
    def half_period(self) -> int:
        """Half a period [microseconds], by which a unit may be older than its age states."""
        return microseconds(self.seed.period / 2)

    def filled(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return a table with the history inputs of its rows, from its own labels and the known errors.

        Parameters
        ----------
        table : DataFrame, n rows
            Key, time, inputs and targets as a checked table has them; rows without a label are filled, too.
        """
        return self.learned(table).described(table)

    def described(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return a table with the history inputs of its rows from the known errors alone; see `filled`."""
        rows = self.rows_of(table)
        return table.assign(**{one.name: one.deviations(*rows)[0] for one in self.targets.values()})

    def rows_of(self, table: pd.DataFrame) -> tuple[npt.NDArray[np.object_], IntArray, IntArray]:
        """Return the unit of each row, its start and when its unit was built [microseconds since 1970]."""
        key = self.seed.key
        units = table[key.name].astype(str).to_numpy(dtype=object) if key else np.full(len(table), "", dtype=object)
        start = table[self.seed.clock.name].to_numpy().astype("datetime64[us]").astype(np.int64)
        is_known = self.age is not None and self.age[0] in table.columns
        ages = table[self.age[0]].to_numpy(dtype=np.float64) if self.age and is_known else np.full(len(table), np.nan)
        return units, start, self.built(start, ages)

    def built(self, start: IntArray, ages: FloatArray) -> IntArray:
        """Return when units were built, shape (n,), from their ages at the starts of periods; see `built`."""
        return np.full(len(start), LONG_AGO) if self.age is None else built(start, ages, self.age[1], self.seed)

    def learned(self, table: pd.DataFrame) -> UnitHistory:
        """Return the same with the labels of a table's rows among its known errors; see `filled`."""
        return self.learned_of([table])

    def learned_of(self, tables: Iterable[pd.DataFrame]) -> UnitHistory:
        """Return the same with the labels of a table that comes in parts; see `filled`.

        Only labels are kept of a part, so that the table may be larger than memory.
        """
        parts: dict[str, list[tuple[npt.NDArray[np.object_], IntArray, FloatArray]]] = {}
        for table in tables:
            for name, one in self.targets.items():
                if name in table.columns and (labelled := table[table[name].notna()]).size:
                    units, start, _ = self.rows_of(labelled)
                    y = labelled[name].to_numpy(dtype=np.float64)
                    parts.setdefault(name, []).append((units, start, one.residuals_of(matrix(labelled, self.seed), y)))
        errors: dict[str, UnitErrors] = {}
        for name, of_target in parts.items():
            units, start, error = (np.concatenate(column) for column in zip(*of_target, strict=True))
            of_tables = UnitErrors.of(units, start, self.targets[name].plausible(error, start))
            errors[name] = self.targets[name].errors.joined(of_tables)
        return self.known(errors)

    def newest(self) -> UnitHistory:
        """Return the same with the errors that new rows need: the newest of each unit."""
        return self.known({name: one.errors.newest() for name, one in self.targets.items()})

    def known(self, errors: Mapping[str, UnitErrors]) -> UnitHistory:
        """Return the same with other known errors by target."""
        changed = {name: replace(one, errors=errors[name]) for name, one in self.targets.items() if name in errors}
        return UnitHistory(self.seed, {**self.targets, **changed})

    def state(self) -> dict[str, Any]:
        """Return the history as JSON values, all but the seed."""
        return {name: one.state() for name, one in self.targets.items()}

    @classmethod
    def from_state(cls, state: Mapping[str, Any], seed: Seed) -> Self:
        """Restore from the values that `state` returned; ValueError where they do not fit the seed."""
        known = [column.name for column in seed.primaries]
        if strange := [name for name in state if name not in known]:
            raise ValueError(f"unit_history: got {strange[0][:40]!r}, expected some of {', '.join(known)}")
        return cls(seed, {name: TargetHistory.from_state(one, seed.for_target(name)) for name, one in state.items()})


def age_of(seed: Seed) -> tuple[str, float] | None:
    """Return the input that holds the age of a unit, and microseconds in its unit; None if none is known."""
    name = kind_of(seed).AGE
    if name is None or name not in seed.input_names:
        return None
    unit = SECONDS.get(seed.column(name).unit or "")
    return None if unit is None else (name, 1e6 * unit)


def built(start: IntArray, age: FloatArray, scale: float, seed: Seed) -> IntArray:
    """Return when units were built, less half a period, shape (n,); LONG_AGO if unknown.

    Parameters
    ----------
    start : ndarray of int, shape (n,)
        Starts of periods [microseconds since 1970].
    age : ndarray, shape (n,)
        Ages at these starts; NaN where unknown.
    scale : float
        Microseconds in the unit of the ages.
    seed : Seed
        The process.
    """
    unknown = np.isnan(age)
    moments = start - (np.where(unknown, 0.0, age) * scale).astype(np.int64) - microseconds(seed.period / 2)
    return np.where(unknown, LONG_AGO, moments)
