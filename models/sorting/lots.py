"""Content of a lot by bin, and the remaining allowance under its limits."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from physics.arrays import FloatArray, IntArray
from seeds import Bin, Seed
from seeds.format.units import whole

# A bin with a smaller share of its lot's mass is no product: it holds a piece or two. A bin is credited with as much
# from the start, without which nothing could enter an empty one whose single pieces are less pure than their mean.
PRODUCT_SHARE = 0.02
# Parts of a state that rounding, or an estimate, may bring a little below nothing.
MAY_BE_BELOW_0 = ("mass", "squares")
OF_SPREAD = ("squares", "squares_variance", "own_variance")  # parts that an element with a limited spread has


class LotStateError(ValueError):
    """Invalid state of a lot: an unknown bin or element, or an invalid number."""


@dataclass(frozen=True, eq=False)
class Squares:
    """Squared deviations of pieces from the mean in a lot's bins, for elements with limited dispersion.

    Parameters
    ----------
    mass : ndarray, shape (B, E)
        Expected sum of mass times squared distance of the content from the bin's mean [kg]; NaN where the bin does
        not limit the element's spread. Over the mass in the bin it is a variance.
    variance : ndarray, shape (B, E)
        Variance of that estimate [kg²]; NaN likewise.
    own_variance : ndarray, shape (B, E)
        Variance of the element's mass as far as pieces err each for itself [kg²]; NaN likewise.
    """

    mass: FloatArray
    variance: FloatArray
    own_variance: FloatArray


@dataclass(frozen=True, eq=False)
class LotState:
    """Content of the bins of one lot so far.

    Parameters
    ----------
    mass : ndarray, shape (B,)
        Mass in each bin, what was ejected along with it included [kg].
    element_mass : ndarray, shape (B, E)
        Estimated mass of each limited element [kg]; NaN where the bin has no limit for it.
    variance : ndarray, shape (B, E)
        Variance of that estimate [kg²]; NaN where the bin has no limit.
    squares : Squares, optional
        How far pieces lie from their means; None where no bin limits the spread of any element.
    """

    mass: FloatArray
    element_mass: FloatArray
    variance: FloatArray
    squares: Squares | None = None

    @classmethod
    def empty(cls, seed: Seed) -> Self:
        """State of a lot of which no piece has passed yet."""
        of_sd = sd_limits(seed)
        is_limited = np.isfinite(limits(seed)) | np.isfinite(of_sd)
        nothing, none = np.where(is_limited, 0.0, np.nan), 0.0 * of_sd
        squares = Squares(none, none, none) if np.isfinite(of_sd).any() else None
        return cls(np.zeros(len(seed.bins)), nothing, nothing, squares)

    def to_dict(self, seed: Seed) -> dict[str, Any]:
        """State as JSON values: {bin: {"mass": kg, "elements": {element: {"mass": kg, "variance": kg²}}}}.

        An element whose spread the bin limits has "squares" [kg], "squares_variance" and "own_variance" [kg²] too.
        """
        parts = {name: part.tolist() for name, part in self._parts.items()}
        return {
            one.name: {
                "mass": mass,
                "elements": {
                    column.name: {name: parts[name][b][e] for name in _parts_of(one, column.name)}
                    for e, column in enumerate(seed.elements)
                    if _parts_of(one, column.name)
                },
            }
            for b, (one, mass) in enumerate(zip(seed.bins, self.mass.tolist(), strict=True))
        }

    @property
    def _parts(self) -> dict[str, FloatArray]:
        """Element data by their names in a state, shape (B, E) each."""
        own = {"mass": self.element_mass, "variance": self.variance}
        return own if self.squares is None else own | _of_squares(self.squares)

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
        mass, parts = made.mass, {name: part.copy() for name, part in made._parts.items()}
        _same_names("", state, [one.name for one in seed.bins])
        numbers = {column.name: e for e, column in enumerate(seed.elements)}
        for b, one in enumerate(seed.bins):
            given = state[one.name]
            _same_names(f"{one.name}.", given, ["mass", "elements"])
            mass[b] = _number(f"{one.name}.mass", given["mass"], low=0.0)
            _same_names(f"{one.name}.elements.", given["elements"], list(one.limits | one.sd_limits))
            for name, element in given["elements"].items():
                place = f"{one.name}.elements.{name}"
                _same_names(f"{place}.", element, _parts_of(one, name))
                for part, value in element.items():
                    low = -np.inf if part in MAY_BE_BELOW_0 else 0.0
                    parts[part][b, numbers[name]] = _number(f"{place}.{part}", value, low)
        squares = None if made.squares is None else Squares(*(parts[name] for name in OF_SPREAD))
        return cls(mass, parts["mass"], parts["variance"], squares)

    def allowance(self, seed: Seed) -> FloatArray:
        """Return the mass of each limited element that a bin may still take, (B, E) [kg]; NaN if no limit.

        As little mass as nothing is presumed of the piece that brings it. Before it is used up, pieces are turned away
        that bring more risk than they gain.
        """
        start = PRODUCT_SHARE * seed.sorting_rules.lot_mass.value
        return np.asarray(limits(seed) * (self.mass[:, None] + start) - self.element_mass)

    def sds(self, seed: Seed) -> FloatArray:
        """Return mass-weighted standard deviations of the pieces' contents, (B, E) [elements' units].

        NaN where the bin is empty or does not limit the element's spread.
        """
        if self.squares is None:
            return np.full(self.element_mass.shape, np.nan)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(wholes(seed) * np.sqrt(np.maximum(self.squares.mass, 0.0) / self.mass[:, None]))


def _of_squares(squares: Squares) -> dict[str, FloatArray]:
    return dict(zip(OF_SPREAD, (squares.mass, squares.variance, squares.own_variance), strict=True))


def _parts_of(one: Bin, element: str) -> list[str]:
    """Return the parts of a state for an element in a bin; empty if the bin does not limit it."""
    if element in one.sd_limits:
        return ["mass", "variance", *OF_SPREAD]
    return ["mass", "variance"] if element in one.limits else []


def numbered(lots: Sequence[Hashable] | npt.NDArray[np.object_]) -> tuple[list[Any], IntArray, IntArray]:
    """Return lot names in order of first occurrence, their first rows, and each row's lot, shape (n,)."""
    numbers: dict[Any, int] = {}
    first: dict[int, int] = {}
    of_row = [numbers.setdefault(name, len(numbers)) for name in lots]
    for i, number in enumerate(of_row):
        first.setdefault(number, i)
    return list(numbers), np.array(list(first.values()), dtype=np.intp), np.array(of_row, dtype=np.intp)


def wholes(seed: Seed) -> FloatArray:
    """Whole mass in each element's unit, shape (E,): a content over it is a mass share [kg/kg]."""
    return np.array([whole(str(column.unit)) for column in seed.elements], dtype=np.float64)


def limits(seed: Seed) -> FloatArray:
    """Return the limit of each element's mean by bin, shape (B, E) [kg/kg]; NaN without a limit."""
    return np.array(seed.limit_shares).reshape(len(seed.bins), len(seed.elements))


def sd_limits(seed: Seed) -> FloatArray:
    """Limit of the standard deviation of each element in each bin, as `limits` those of its mean."""
    return np.array(seed.sd_limit_shares).reshape(len(seed.bins), len(seed.elements))


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
