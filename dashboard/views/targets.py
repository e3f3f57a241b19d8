"""Distance of a process from the targets of its seed: energy norms, limits of the intended grade."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from dashboard.state.process import ProcessState
from dashboard.state.units import Point
from dashboard.views.figures import Figure, finite_mean
from models.energy.answers import energy_answers
from models.energy.grades import Norms
from models.interfaces.answers import Answer
from models.processes.lookup import energy_of
from seeds import ContentSum, Grade, Norm, Seed


@dataclass(frozen=True)
class TargetDistance:
    """Mean of the latest predictions of all units for which it is known, compared with a limit.

    Attributes
    ----------
    seed : Seed
        The process.
    source : Norm or Grade
        Part of the seed that states the limit.
    names : sequence of str
        Contents that the limit is on, several for their sum; empty for energy.
    unit : str
        Of all numbers here.
    value, low, high : float
        The mean and the means of the interval's ends; NaN where unknown.
    limit : float
    is_highest : bool
        Whether the limit is the highest value; otherwise it is the lowest.
    verification : str
        How sure the limit is.
    grade : str
        Energy grade that the mean reaches; empty for none.
    total : ContentSum or None
        The sum that the limit is on.
    """

    seed: Seed
    source: Norm | Grade
    names: Sequence[str]
    unit: str
    value: float
    low: float
    high: float
    limit: float
    is_highest: bool
    verification: str
    grade: str = ""
    total: ContentSum | None = None

    @property
    def distance(self) -> float:
        """Mean less limit [unit]."""
        return self.value - self.limit

    @property
    def state(self) -> Literal["within", "above", "below", "unknown"]:
        """Place of the mean: within the limit, or beyond it."""
        if not math.isfinite(self.value):
            return "unknown"
        if self.is_highest:
            return "above" if self.value > self.limit else "within"
        return "below" if self.value < self.limit else "within"

    @property
    def relative_distance(self) -> float:
        """Distance beyond the limit over the limit [1]; negative within it."""
        return (1 if self.is_highest else -1) * self.distance / self.limit


def targets(state: ProcessState, means: Sequence[Figure]) -> list[TargetDistance]:
    """Distances of a process from the targets of its seed; none without targets or predictions.

    Parameters
    ----------
    state : ProcessState
        The process.
    means : sequence of Figure
        Means of the latest predictions of its units, for each quantity.
    """
    points = [unit.point for unit in state.units.values() if unit.point is not None]
    if not points:
        return []
    return [*_of_norms(state.seed, points), *_of_grade(state.seed, {one.name: one for one in means})]


def _of_norms(seed: Seed, points: Sequence[Point]) -> Iterator[TargetDistance]:
    """Yield the energy of each norm, compared with the limit of its last grade."""
    physics = energy_of(seed)
    if not seed.norms or physics is None:
        return
    names = seed.input_names
    readings = np.array([one.readings for one in points])
    columns = {name: readings[:, names.index(name)] for name in physics.NEEDED}
    number = list(seed.quantities).index(physics.TARGET)
    target = Answer(*np.array([one.quantity(number) for one in points]).T)
    norms = Norms(seed.norms)
    factors = {name: one.value for name, one in seed.economics.items()}
    energy = energy_answers(physics, columns, target, factors, norms).counted
    means = np.array([[[finite_mean(end)] for end in norm] for norm in energy.tolist()])
    for one in norms.standings(means):
        (value,), (low,), (high,) = (end.tolist() for end in one.energy)
        last = one.norm.grades[-1].at_most
        unit, sureness, grade = one.norm.unit, one.norm.verification, one.grade[0] or ""
        yield TargetDistance(seed, one.norm, (), unit, value, low, high, last, True, sureness, grade)


def _of_grade(seed: Seed, means: Mapping[str, Figure]) -> list[TargetDistance]:
    """Return the limit of the intended grade that the means are nearest to, or farthest beyond."""
    intended = [one for one in seed.grades if one.name == seed.quality_rules.intended]
    known = [one for grade in intended for one in _of_limits(seed, grade, means) if one.state != "unknown"]
    return [max(known, key=lambda one: one.relative_distance)] if known else []


def _of_limits(seed: Seed, grade: Grade, means: Mapping[str, Figure]) -> Iterator[TargetDistance]:
    single = [((name,), limit, None) for name, limit in grade.limits.items()]
    for names, limit, total in [*single, *((tuple(one.of), one, one) for one in grade.sums)]:
        if any(name not in means or means[name].unit != limit.unit for name in names):
            continue
        value = sum(means[name].value for name in names)
        # Ends of a sum are not known from those of its parts.
        low, high = (means[names[0]].low, means[names[0]].high) if len(names) == 1 else (math.nan, math.nan)
        for bound, is_highest in limit.bounds:
            numbers = value, low, high, bound
            yield TargetDistance(seed, grade, names, limit.unit, *numbers, is_highest, limit.verification, total=total)
