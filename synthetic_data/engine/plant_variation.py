"""Plant-to-plant variation: draw the parameters of another plant of the same type."""

from __future__ import annotations

import numpy as np

from seeds import Seed
from synthetic_data.engine.plan import SimulationError, plant_of
from synthetic_data.engine.simulator import simulator_of

_KIN_STREAM = 2  # apart from the streams that plants and blocks are simulated from
_DRAWS = 1000


def another_plant(seed: Seed, rng_seed: int) -> Seed:
    """Seed of another plant, drawn log-normally about the mean over plants.

    All parameters with a `spread` are drawn. Values that no plant of the process can have, such as a share above 1, are
    drawn again, all of them.

    Parameters
    ----------
    seed : Seed
        With a [plant]; regimes and parameters without a spread stay as they are.
    rng_seed : int
        Which of the plants; it becomes the seed's own number.

    Returns
    -------
    Seed

    Raises
    ------
    SimulationError
        The plant of `seed` itself cannot be, or none of many drawn ones.
    """
    check = simulator_of(seed).check
    check(seed)
    rng = np.random.default_rng(np.random.SeedSequence(rng_seed, spawn_key=(_KIN_STREAM,)))
    for _ in range(_DRAWS):
        other = _drawn(seed, rng_seed, rng)
        try:
            check(other)
        except SimulationError as error:
            refused = error
        else:
            return other
    raise SimulationError(f"no plant of the kind in {_DRAWS} draws, the last one: {refused}; expected a smaller spread")


def numbered_plant(seed: Seed, number: int) -> Seed:
    """Seed of the other plant of a kind that a person asks for by its number, as `another_plant` draws it.

    Parameters
    ----------
    seed : Seed
        With a [plant] in which a parameter at least has a `spread`.
    number : int
        Which of the plants, 1 or more.

    Returns
    -------
    Seed

    Raises
    ------
    SimulationError
        A number below 1, a process whose plants do not differ, and all that `another_plant` raises.
    """
    if number < 1:
        raise SimulationError(f"another: got {number}: expected 1 or more")
    if not any(one.spread for one in plant_of(seed).parameters.values()):
        raise SimulationError(
            f"another: got {number}: expected a process whose plants differ; {seed.process.name} states no spread in "
            "[plant.parameters], so that all its plants have the same parameters"
        )
    return another_plant(seed, number)


def differences(seed: Seed, other: Seed) -> dict[str, dict[str, float | str]]:
    """Differences of another plant: by name the seed's value, the drawn one and their unit."""
    drawn = plant_of(other).parameters
    return {
        name: {"stated": one.value, "drawn": drawn[name].value, "unit": one.unit}
        for name, one in plant_of(seed).parameters.items()
        if drawn[name].value != one.value
    }


def _drawn(seed: Seed, rng_seed: int, rng: np.random.Generator) -> Seed:
    plant, drawn = plant_of(seed), {}
    for name, one in plant.parameters.items():
        if one.spread is not None:
            log_sd = np.sqrt(np.log1p(one.spread**2))
            factor = float(np.exp(log_sd * rng.standard_normal() - 0.5 * log_sd**2))
            drawn[name] = one.model_copy(update={"value": one.mean * factor})
    other = plant.model_copy(update={"rng_seed": rng_seed, "parameters": plant.parameters | drawn})
    return seed.model_copy(update={"plant": other})
