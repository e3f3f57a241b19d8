"""Physics features for a model, chosen so that columns with a known sign keep their direction."""

from __future__ import annotations

import numpy as np

from models.interfaces.physics import AnyPhysics
from models.table.inputs import by_name, input_names
from physics.arrays import FloatArray
from seeds import Column, Seed

PROBES = 4000


def feature_signs(seed: Seed, physics: AnyPhysics) -> dict[str, int]:
    """Direction that the prediction may have with each physics feature: +1, -1, or 0 for either.

    A column with a sign acts on the prediction by itself and through every feature computed from it. Its direction
    holds for certain where each of those ways has it: a feature that rises with the column takes the column's sign,
    one that falls the opposite. A feature that would need both, or that physics gives the other sign, is left out.
    How a feature moves is probed over the columns' physical ranges and, as densely, around normal production.

    Parameters
    ----------
    seed : Seed
        The process.
    physics : Physics
        Its physics, with FEATURES and `features`.

    Returns
    -------
    dict of str to int
        Signs by the names of the features that may enter, in the order of FEATURES.
    """
    rng = np.random.default_rng(0)
    probes = _probes(seed, rng)
    expected = {feature.name: {feature.sign} - {0} for feature in physics.FEATURES}
    before = _computed(physics, probes, seed)
    for i, column in enumerate(seed.inputs):
        if column.sign == 0:
            continue
        moved = probes.copy()
        moved[:, i] += (_range(column)[1] - probes[:, i]) * rng.uniform(0, 0.3, PROBES)
        after = _computed(physics, moved, seed)
        for name, signs in expected.items():
            signs |= {column.sign * way for way in _ways(before[name], after[name])}
    return {name: next(iter(signs), 0) for name, signs in expected.items() if len(signs) < 2}


def _probes(seed: Seed, rng: np.random.Generator) -> FloatArray:
    low, high = np.array([_range(column) for column in seed.inputs]).T
    typical = [(c.typical.mean, c.typical.sd) if c.typical is not None else _middle(c) for c in seed.inputs]
    mean, sd = np.array(typical).T
    anywhere = rng.uniform(low, high, (PROBES // 2, len(low)))
    normal = mean + sd * rng.uniform(-3, 3, (PROBES // 2, len(low)))
    return np.vstack([anywhere, np.clip(normal, low, high)])


def _range(column: Column) -> tuple[float, float]:
    """Return a column's probed range: physical, or ten deviations about normal production if unbounded.

    A text category is one of the numbers of its values. Of a column whose normal production is unknown too, ten units
    about the end of the range that is known, or about zero.
    """
    if column.values:
        return 0.0, len(column.values) - 1.0
    low, high = column.limits
    end = next((end for end in (low, high) if np.isfinite(end)), 0.0)
    mean, sd = (end, 1.0) if column.typical is None else (column.typical.mean, column.typical.sd)
    return (mean - 10 * sd if np.isinf(low) else low), (mean + 10 * sd if np.isinf(high) else high)


def _middle(column: Column) -> tuple[float, float]:
    """Return mean and deviation of a column without normal production in the seed: mid-range."""
    low, high = _range(column)
    return (low + high) / 2, (high - low) / 6


def _computed(physics: AnyPhysics, X: FloatArray, seed: Seed) -> dict[str, FloatArray]:
    with np.errstate(all="ignore"):
        computed: dict[str, FloatArray] = physics.features(by_name(X, input_names(seed)))
    return computed


def _ways(before: FloatArray, after: FloatArray) -> set[int]:
    """Directions, +1 or -1, in which a feature moves; both where it starts or ceases to exist."""
    if (np.isfinite(before) != np.isfinite(after)).any():
        return {1, -1}
    moves = (after - before)[np.isfinite(before)]
    rounding = 1e-9 * np.abs(before[np.isfinite(before)])
    return {way for way in (1, -1) if (way * moves > rounding).any()}
