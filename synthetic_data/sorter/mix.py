"""Material of each piece: mix of a lot, materials without a class, composites."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from physics.arrays import FloatArray
from synthetic_data.engine.plan import RunPlan, SimulationError
from synthetic_data.sorter.lots import SorterLots
from synthetic_data.sorter.materials import Materials


@dataclass(frozen=True)
class Mix:
    """Probability of each material in each of k lots, (k, m); rows sum to 1 unless the lot is empty.

    `parts` are the shares of named materials, unknown ones, unknown ones that came later, and composites, (k, 4).
    """

    named: FloatArray
    unknown: FloatArray
    later: FloatArray
    parts: FloatArray

    @classmethod
    def of(cls, plan: RunPlan, materials: Materials, lots: SorterLots, rng: np.random.Generator) -> Self:
        """Mix of each lot: log shares vary by `lot_mix_sd`, half of the variance by class, half by material.

        Raises
        ------
        SimulationError
            A feed has no material of a named class.
        """
        p = lots.parameters
        shape = len(lots.feed), len(materials.names)
        by_class = rng.standard_normal((shape[0], int(materials.klass.max()) + 1))[:, materials.klass]
        scatter = np.exp(p.lot_mix_sd[:, None] * np.sqrt(0.5) * (by_class + rng.standard_normal(shape)))
        feed = np.array([materials.feeds.index(name) for name in materials.feed])
        there = scatter * (lots.feed[:, None] == feed)
        other, later = materials.klass == materials.other, materials.share == 0.0
        weights = (
            there * materials.share * ~other,
            there * materials.share * (other & _present(plan, materials)),
            there * (other & later),
        )
        named, unknown, late = (_normalised(weight) for weight in weights)
        if not named.any(axis=1).all():
            lacking = materials.feeds[int(lots.feed[np.argmin(named.any(axis=1))])]
            raise SimulationError(f"plant.materials: feed {lacking} has none of a named class")
        return cls(named, unknown, late, _parts(lots, named, unknown, late))


def draw_materials(
    mix: Mix, per_lot: int, rng: np.random.Generator
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """Material of each piece in order of lots, indices of composites, and their second materials."""
    lots, materials = mix.named.shape
    # Composites follow all others, so that one uniform number selects the material and whether it is a composite.
    single = mix.parts[:, :1] * mix.named + mix.parts[:, 1:2] * mix.unknown + mix.parts[:, 2:3] * mix.later
    cumulative = np.cumsum(np.hstack([single, mix.parts[:, 3:] * mix.named]), axis=1)
    cumulative[:, -1] = 1.0
    uniform = rng.random((lots, per_lot))
    drawn = np.concatenate([bounds.searchsorted(one, "right") for bounds, one in zip(cumulative, uniform, strict=True)])
    composite = np.flatnonzero(drawn >= materials)
    material = drawn % materials
    second = (mix.named + mix.unknown)[composite // per_lot]
    second[np.arange(len(composite)), material[composite]] = 0.0
    bound = np.cumsum(second, axis=1)
    beyond = rng.random((len(composite), 1)) * bound[:, -1:] >= bound
    return material, composite, np.sum(beyond, axis=1)


def _present(plan: RunPlan, materials: Materials) -> NDArray[np.bool_]:
    """Return the materials that this plant ever receives: some without a class never arrive."""
    absent = plan.plant_stream().random(len(materials.names)) < plan.plant.value("unknown_absent_share")
    return ~absent


def _parts(lots: SorterLots, named: FloatArray, unknown: FloatArray, later: FloatArray) -> FloatArray:
    """Shares of named, unknown and later materials and composites; others fill a feed's gaps."""
    p = lots.parameters
    new = p.new_unknown_share * (later.sum(axis=1) > 0.0)
    single = 1.0 - p.composite_share
    others = np.stack(
        [
            single * (1.0 - new) * (unknown.sum(axis=1) > 0.0),
            single * new,
            p.composite_share * (np.count_nonzero(named + unknown, axis=1) > 1),
        ],
        axis=1,
    )
    total = others.sum(axis=1)
    there = total > 0.0
    others *= (p.other_share * there / np.where(there, total, 1.0))[:, None]
    return np.column_stack([1.0 - others.sum(axis=1), others])


def _normalised(weights: FloatArray) -> FloatArray:
    """Rows that sum to 1, or to 0 where there is nothing."""
    total = weights.sum(axis=1, keepdims=True)
    return weights / np.where(total > 0.0, total, 1.0)
