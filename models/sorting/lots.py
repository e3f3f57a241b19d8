"""What a lot holds so far, bin by bin, and what its limits still allow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from physics.arrays import FloatArray, IntArray
from seeds import Seed
from seeds.format.units import whole

# A bin with a smaller share of its lot's mass is no product: it holds a piece or two. A bin is credited with as much
# from the start, without which nothing could enter an empty one whose single pieces are less pure than their mean.
PRODUCT_SHARE = 0.02


class LotStateError(ValueError):
    """A lot's state that does not fit the process: it names an unknown bin or element, or holds no such number."""


@dataclass(frozen=True, eq=False)
class LotState:
    """What has gone into the bins of one lot so far.

    Parameters
    ----------
    mass : ndarray, shape (B,)
        Mass in each bin, what was ejected along with it included [kg].
    element_mass : ndarray, shape (B, E)
        Estimated mass of each limited element [kg]; NaN where the bin has no limit for it.
    variance : ndarray, shape (B, E)
        Variance of that estimate [kg²]; NaN where the bin has no limit.
    """

    mass: FloatArray
    element_mass: FloatArray
    variance: FloatArray

    @classmethod
    def empty(cls, seed: Seed) -> Self:
        """State of a lot of which no piece has passed yet."""
        nothing = 0.0 * limits(seed)
        return cls(np.zeros(len(seed.bins)), nothing, nothing)

    def to_dict(self, seed: Seed) -> dict[str, Any]:
        """State as JSON values: {bin: {"mass": kg, "elements": {element: {"mass": kg, "variance": kg²}}}}."""
        parts = (part.tolist() for part in (self.mass, self.element_mass, self.variance))
        return {
            one.name: {
                "mass": mass,
                "elements": {
                    column.name: {"mass": element, "variance": variance}
                    for column, element, variance in zip(seed.elements, elements, variances, strict=True)
                    if column.name in one.limits
                },
            }
            for one, mass, elements, variances in zip(seed.bins, *parts, strict=True)
        }

    @classmethod
    def from_dict(cls, seed: Seed, state: Mapping[str, Any]) -> Self:
        """State from what `to_dict` gave.

        Raises
        ------
        LotStateError
            A bin or limited element is missing or unknown, or a number is missing, not finite, or negative where it
            is a mass of a bin or a variance; place, value and what was expected are named.
        """
        made = cls.empty(seed)
        mass, element_mass, variance = made.mass, made.element_mass.copy(), made.variance.copy()
        _same_names("", state, [one.name for one in seed.bins])
        numbers = {column.name: e for e, column in enumerate(seed.elements)}
        for b, one in enumerate(seed.bins):
            given = state[one.name]
            _same_names(f"{one.name}.", given, ["mass", "elements"])
            mass[b] = _number(f"{one.name}.mass", given["mass"], low=0.0)
            _same_names(f"{one.name}.elements.", given["elements"], list(one.limits))
            for name, element in given["elements"].items():
                place = f"{one.name}.elements.{name}"
                _same_names(f"{place}.", element, ["mass", "variance"])
                # An estimate may be a little below nothing.
                element_mass[b, numbers[name]] = _number(f"{place}.mass", element["mass"])
                variance[b, numbers[name]] = _number(f"{place}.variance", element["variance"], low=0.0)
        return cls(mass, element_mass, variance)

    def allowance(self, seed: Seed) -> FloatArray:
        """Mass of each limited element that a bin may still take, shape (B, E) [kg]; NaN where there is no limit.

        As little mass as nothing is presumed of the piece that brings it. Before it is used up, pieces are turned away
        that bring more risk than they gain.
        """
        start = PRODUCT_SHARE * seed.sorting_rules.lot_mass.value
        return np.asarray(limits(seed) * (self.mass[:, None] + start) - self.element_mass)


def numbered(lots: Sequence[str] | npt.NDArray[np.object_]) -> tuple[list[str], IntArray, IntArray]:
    """Names of the lots as they first occur, the rows where they do, and the number of each row's lot, shape (n,)."""
    numbers: dict[str, int] = {}
    first: dict[int, int] = {}
    of_row = [numbers.setdefault(name, len(numbers)) for name in lots]
    for i, number in enumerate(of_row):
        first.setdefault(number, i)
    return list(numbers), np.array(list(first.values()), dtype=np.intp), np.array(of_row, dtype=np.intp)


def wholes(seed: Seed) -> FloatArray:
    """Whole mass in each element's unit, shape (E,): a content over it is a mass share [kg/kg]."""
    return np.array([whole(str(column.unit)) for column in seed.elements], dtype=np.float64)


def limits(seed: Seed) -> FloatArray:
    """Limit of each element in each bin as a mass share, shape (B, E) [kg/kg]; NaN where there is none."""
    return np.array(seed.limit_shares).reshape(len(seed.bins), len(seed.elements))


def _same_names(place: str, got: Any, expected: list[str]) -> None:
    if not isinstance(got, Mapping):
        raise LotStateError(f"{place.rstrip('.') or 'state'}: got {got!r}: expected {', '.join(expected)}")
    for name in [*expected, *got]:
        if name not in got:
            raise LotStateError(f"{place}{name}: missing")
        if name not in expected:
            raise LotStateError(f"{place}{name}: expected one of {', '.join(expected) or 'none'}")


def _number(place: str, got: Any, low: float = -np.inf) -> float:
    if isinstance(got, bool) or not isinstance(got, int | float) or not np.isfinite(got) or got < low:
        raise LotStateError(f"{place}: got {got!r}: expected a number{'' if low < 0 else ' >= 0'}")
    return float(got)
