"""Plants that state other parameters than their seeds, and short runs of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd

from seeds import Seed, load, names
from synthetic_data.engine.options import plan_run
from synthetic_data.engine.simulator import simulator_of

SIMULATED = [name for name in names() if load(name).plant is not None]
PERIODS = 3
YEAR = timedelta(days=365.25)


def with_parameters(seed: Seed, **values: float) -> Seed:
    """The seed with values of its plant's parameters replaced."""
    assert seed.plant is not None
    stated = seed.plant.parameters
    changed = {
        name: stated[name].model_copy(update={"value": value, "typical": None}) for name, value in values.items()
    }
    return seed.model_copy(update={"plant": seed.plant.model_copy(update={"parameters": stated | changed})})


def typical_plant(seed: Seed) -> Seed:
    """The plant whose parameters are the means over plants of its type, for figures that are reckoned by hand."""
    assert seed.plant is not None
    stated = seed.plant.parameters
    means = {name: one.model_copy(update={"value": one.mean, "typical": None}) for name, one in stated.items()}
    return seed.model_copy(update={"plant": seed.plant.model_copy(update={"parameters": means})})


def medians(plants: Iterable[Mapping[str, float]]) -> dict[str, float]:
    """Median of each statistic over plants: the usual plant of their type, of which some differ by design."""
    return {str(name): float(value) for name, value in pd.DataFrame(list(plants)).median().items()}


def simulated(seed: Seed) -> Iterator[tuple[str, Any]]:
    """Every column of a few units and periods, warm-up included; a number that cannot be is an error."""
    units = 10 if seed.classes else 3
    plan = plan_run(seed, units=units, years=PERIODS * (seed.period / YEAR) if seed.period else 0.1)
    with np.errstate(divide="raise", invalid="raise", over="raise"):
        for rows in simulator_of(seed).rows(plan, simulator_of(plan.seed).blocks(plan)[0]):
            yield from rows.truth.items()
            yield from rows.table.items()
