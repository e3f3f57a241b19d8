"""Materials of a scrap feed as arrays, and the composition of pieces from their windows.

An addition, which has a least content, follows a triangle over its window; an impurity, which has only a most, follows
a log-normal law whose 99th percentile is the most, cut off there; the balance is what remains.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Self, cast

import numpy as np
from numpy.typing import NDArray

from physics.arrays import FloatArray
from seeds import Material, Seed
from seeds.format.plant import PhysicalRange
from synthetic_data.engine.plan import SimulationError, plant_of

_WHOLE = 100.0  # wt%
_P99 = 2.3263478740408408  # standard normal deviate of the 99th percentile
_MEDIAN = "median_"  # a property `median_<element>` sets the median of that element's content


@dataclass(frozen=True)
class CompositionWindows:
    """Distribution of one material's contents; a elements are additions, i are impurities."""

    addition: NDArray[np.intp]  # (a,) element
    low: FloatArray  # (a,) wt%
    span: FloatArray  # (a,) wt%
    mode_low: FloatArray  # (a,) least mode of the triangle, as a share of the window
    mode_span: FloatArray  # (a,) how much further it may lie
    impurity: NDArray[np.intp]  # (i,) element
    median: FloatArray  # (i,) wt%
    log_sd: FloatArray  # (i,)

    def draw(self, content: FloatArray, rng: np.random.Generator) -> None:
        """Fill the columns of additions and impurities in `content`, shape (k, E) [wt%]."""
        uniform = rng.random((2, len(content), len(self.addition)))
        mode = self.mode_low + self.mode_span * uniform[0]
        content[:, self.addition] = self.low + self.span * _triangular(uniform[1], mode)
        normal = rng.standard_normal((len(content), len(self.impurity)))
        while (over := normal > _P99).any():
            normal[over] = rng.standard_normal(np.count_nonzero(over))
        content[:, self.impurity] = self.median * np.exp(self.log_sd * normal)


@dataclass(frozen=True)
class Materials:
    """The m materials of a seed's plant as arrays, made once.

    `elements` are those of the seed's target columns in the seed's order, then all others that a material holds,
    balances included. The window of the balance is 0 to 100 where the seed sets none.
    """

    names: tuple[str, ...]
    elements: tuple[str, ...]  # E of them, lower case
    klass: NDArray[np.intp]  # (m,) index into seed.classes
    other: int  # index of the class of what has no name
    feed: tuple[str, ...]  # (m,) name of the feed that each belongs to
    share: FloatArray  # (m,) of its feed, by mass; 0 for a material that comes only later
    low: FloatArray  # (m, E) wt%
    high: FloatArray  # (m, E) wt%
    balance: NDArray[np.intp]  # (m,) element that fills up the rest
    windows: tuple[CompositionWindows, ...]  # (m,)
    density: FloatArray  # (m, 2) low, high [g/cm³]
    conductivity: FloatArray  # (m, 2) low, high [%IACS]
    thickness: FloatArray  # (m, 2) low, high [mm]
    magnetic: NDArray[np.bool_]  # (m,) whether a material is ferromagnetic: the property `magnetic` is 1
    properties: tuple[Mapping[str, PhysicalRange], ...]  # (m,) all that the seed says of each

    @cached_property
    def feeds(self) -> tuple[str, ...]:
        """Each feed once, in the order of the materials."""
        return tuple(dict.fromkeys(self.feed))

    @classmethod
    def of(cls, seed: Seed) -> Self:
        """Materials of a seed.

        Raises
        ------
        SimulationError
            There is none, one lacks its feed or a property, its contents cannot sum to 100, or a median cannot be.
        """
        plant = plant_of(seed)
        materials = plant.materials
        faults = [fault for material in materials for fault in _faults(material, seed.sorting_rules.other_class)]
        if faults or not materials:
            raise SimulationError("\n".join(faults) or "plant.materials: got none: a scrap feed needs some")
        held = (name for material in materials for name in (*material.content, material.balance))
        elements = tuple(dict.fromkeys((*(column.name for column in seed.elements), *held)))
        low, high = (np.array([_bounds(m, elements, end) for m in materials]) for end in (0, 1))
        rule = (plant.value("addition_mode_low"), plant.value("addition_mode_high")), plant.value("impurity_median")
        return cls(
            names=tuple(material.name for material in materials),
            elements=elements,
            klass=np.array([seed.classes.index(material.belongs_to) for material in materials], dtype=np.intp),
            other=seed.classes.index(seed.sorting_rules.other_class),
            feed=tuple(str(material.feed) for material in materials),
            share=np.array([material.share for material in materials]),
            low=low,
            high=high,
            balance=np.array([elements.index(material.balance) for material in materials], dtype=np.intp),
            windows=tuple(_windows(material, elements, *rule) for material in materials),
            density=_property(materials, "density"),
            conductivity=_property(materials, "conductivity"),
            thickness=_property(materials, "thickness"),
            magnetic=np.array(["magnetic" in material.properties for material in materials]),
            properties=tuple(material.properties for material in materials),
        )

    def contents(self, material: NDArray[np.intp], rng: np.random.Generator) -> FloatArray:
        """Composition of pieces of these materials, shape (n, E) [wt%]; each row sums to 100.

        No element leaves its window. Where the balance would, all others move within theirs by one share of the way.
        """
        order = np.argsort(material.astype(np.int16), kind="stable")
        ends = np.cumsum(np.bincount(material, minlength=len(self.names)))
        content = np.zeros((len(material), len(self.elements)))
        for number, (start, end) in enumerate(zip((0, *ends[:-1]), ends, strict=True)):
            if end > start:
                self.windows[number].draw(content[start:end], rng)
        self._balance(content, material[order])
        place = np.empty_like(order)
        place[order] = np.arange(len(order))
        return np.take(content, place, axis=0)

    def _balance(self, content: FloatArray, material: NDArray[np.intp]) -> None:
        """Fill the balance of pieces of these materials, in place."""
        balance = self.balance[material]
        total = content.sum(axis=1)
        for bounds, sign in ((self.low, 1.0), (self.high, -1.0)):
            limit = bounds[material, balance]
            beyond = np.flatnonzero(sign * (total - (_WHOLE - limit)) > 0.0)
            ends = bounds[material[beyond]]
            ends[np.arange(len(beyond)), balance[beyond]] = 0.0
            target, least = _WHOLE - limit[beyond], ends.sum(axis=1)
            share = (target - least) / (total[beyond] - least)
            content[beyond] = ends + share[:, None] * (content[beyond] - ends)
            total[beyond] = target
        content[np.arange(len(content)), balance] = _WHOLE - total


_last: tuple[Seed, Materials] | None = None


def materials_of(seed: Seed) -> Materials:
    """Materials of a seed, built once for the blocks of a run; raises as `Materials.of`.

    They are the same numbers for each caller, so it does not matter whether the last caller used the same seed.
    """
    global _last
    made = _last
    if made is None or made[0] is not seed:
        made = _last = seed, Materials.of(seed)
    return made[1]


def _triangular(uniform: FloatArray, mode: FloatArray) -> FloatArray:
    """Triangle on 0 to 1 with this mode, by its inverse."""
    rising = uniform < mode
    # Each side once: the root of what lies below the mode, or of what lies above it.
    root = np.sqrt(np.where(rising, uniform * mode, (1.0 - uniform) * (1.0 - mode)))
    return np.where(rising, root, 1.0 - root)


def _windows(
    material: Material, elements: tuple[str, ...], mode: tuple[float, float], impurity_median: float
) -> CompositionWindows:
    """Distribution of a material's contents; `mode`, `impurity_median` replace a missing median."""
    drawn = {name: window for name, window in material.content.items() if name != material.balance and window[1] > 0.0}
    additions = [name for name, window in drawn.items() if window[0] > 0.0]
    impurities = [name for name, window in drawn.items() if window[0] == 0.0]
    low, high = (np.array([drawn[name][end] for name in additions]) for end in (0, 1))
    modes = [(_mode(material, name),) * 2 if _median(material, name) is not None else mode for name in additions]
    most = np.array([drawn[name][1] for name in impurities])
    rule = {name: impurity_median * drawn[name][1] for name in impurities}
    median = np.array([rule[name] if (own := _median(material, name)) is None else own for name in impurities])
    return CompositionWindows(
        addition=np.array([elements.index(name) for name in additions], dtype=np.intp),
        low=low,
        span=high - low,
        mode_low=np.array([low for low, _ in modes]),
        mode_span=np.array([high - low for low, high in modes]),
        impurity=np.array([elements.index(name) for name in impurities], dtype=np.intp),
        median=median,
        log_sd=np.log(most / median) / _P99,
    )


def _median(material: Material, element: str) -> float | None:
    given = material.properties.get(f"{_MEDIAN}{element}")
    return None if given is None else 0.5 * (given.low + given.high)


def _mode(material: Material, element: str) -> float:
    """Mode of the triangle over the window that has the given median; both as shares of the window."""
    low, high = material.content[element]
    median = (cast(float, _median(material, element)) - low) / (high - low)
    return 2.0 * median * median if median >= 0.5 else 1.0 - 2.0 * (1.0 - median) ** 2


def _bounds(material: Material, elements: tuple[str, ...], end: int) -> list[float]:
    """Lower (0) or upper (1) end of each element's window."""
    windows = {material.balance: [0.0, _WHOLE]} | dict(material.content)
    return [windows[name][end] if name in windows else 0.0 for name in elements]


def _property(materials: list[Material], name: str) -> FloatArray:
    return np.array([(m.properties[name].low, m.properties[name].high) for m in materials])


def _faults(material: Material, other: str) -> list[str]:
    """Yield parts that the seed's format allows and a scrap feed cannot use."""
    place = f"plant.materials.{material.name}"
    faults = [
        f"{place}.properties.{name}: missing or not above 0: a scrap feed needs it"
        for name in ("density", "conductivity", "thickness")
        if name not in material.properties or material.properties[name].low <= 0.0
    ]
    magnetic = material.properties.get("magnetic")
    if magnetic is not None and (magnetic.low, magnetic.high) != (1.0, 1.0):
        got = f"{magnetic.low:g} to {magnetic.high:g}"
        faults.append(f"{place}.properties.magnetic: got {got}: expected 1 for ferromagnetic metal, or none")
    if material.feed is None:
        faults.append(f"{place}.feed: missing: expected the name of a feed")
    if material.unit != "wt%":
        faults.append(f"{place}.unit: got '{material.unit}': expected 'wt%'")
    if material.share == 0.0 and material.belongs_to != other:
        faults.append(f"{place}.share: got 0: only a material of class '{other}' may come later")
    windows = {material.balance: [0.0, _WHOLE]} | dict(material.content)
    least, most = (sum(window[end] for window in windows.values()) for end in (0, 1))
    if least > _WHOLE or most < _WHOLE:
        faults.append(f"{place}.content: its windows sum to {least:g} to {most:g} wt%: expected 100 within")
    for name in material.properties:
        element = name.removeprefix(_MEDIAN)
        if element != name and not _median_fits(material, element):
            faults.append(f"{place}.properties.{name}: no median of a content that this window allows")
    return faults


def _median_fits(material: Material, element: str) -> bool:
    """Return whether a law of this kind can have the median: above 0 and below the maximum."""
    low, high = material.content.get(element, (0.0, 0.0))
    median = cast(float, _median(material, element))
    if element == material.balance or not low < median < high:
        return False
    return low == 0.0 or abs((median - low) / (high - low) - 0.5) <= np.sqrt(0.5) - 0.5
