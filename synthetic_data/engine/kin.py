"""Another plant of the same kind: parameters that differ between plants are drawn anew."""

from __future__ import annotations

import numpy as np

from seeds import Seed

_KIN_STREAM = 2  # apart from the streams that plants and blocks are simulated from


def another_plant(seed: Seed, rng_seed: int) -> Seed:
    """Seed of a plant whose parameters with a `spread` are drawn log-normally about those of `seed`.

    Parameters
    ----------
    seed : Seed
        With a [plant]; regimes and parameters without a spread stay as they are.
    rng_seed : int
        Which of the plants; it becomes the seed's own number.

    Returns
    -------
    Seed
    """
    assert seed.plant is not None
    rng = np.random.default_rng(np.random.SeedSequence(rng_seed, spawn_key=(_KIN_STREAM,)))
    drawn = {}
    for name, one in seed.plant.parameters.items():
        if one.spread is not None:
            log_sd = np.sqrt(np.log1p(one.spread**2))
            factor = float(np.exp(log_sd * rng.standard_normal() - 0.5 * log_sd**2))
            drawn[name] = one.model_copy(update={"value": one.value * factor})
    plant = seed.plant.model_copy(update={"rng_seed": rng_seed, "parameters": seed.plant.parameters | drawn})
    return seed.model_copy(update={"plant": plant})
