"""Plants at the low ends of their parameters: what may be 0 simulates, what may not is refused by name."""

import re
from datetime import timedelta

import numpy as np
import pytest

from seeds import load, names
from synthetic_data.engine.plan import SimulationError, plan_run, process_module

SIMULATED = [name for name in names() if load(name).plant is not None]
GROUPS = 6  # of parameters that are 0 together
PERIODS = 3
YEAR = timedelta(days=365.25)


def with_values(seed, values):
    stated = seed.plant.parameters
    changed = {name: stated[name].model_copy(update={"value": value}) for name, value in values.items()}
    return seed.model_copy(update={"plant": seed.plant.model_copy(update={"parameters": stated | changed})})


def zeros(seed):
    """Parameters that may be 0, ends of a range together: all the others are refused by name."""
    with pytest.raises(SimulationError) as refused:
        plan_run(with_values(seed, dict.fromkeys(seed.plant.parameters, 0.0)))
    found = {}
    for name in seed.plant.parameters:
        if f".{name}: got 0: expected " not in str(refused.value):
            found.setdefault(re.sub("_(low|high|short|long)$", "", name), []).append(name)
    return list(found.values())


def simulated(seed):
    """Every column of a few units and periods, warm-up included; a number that cannot be is an error."""
    units = 10 if seed.classes else 3
    plan = plan_run(seed, units=units, years=PERIODS * (seed.period / YEAR) if seed.period else 0.1)
    with np.errstate(divide="raise", invalid="raise", over="raise"):
        for rows in process_module(seed).rows(plan, plan.blocks()[0]):
            yield from rows.truth.items()
            yield from rows.table.items()


@pytest.mark.slow
@pytest.mark.parametrize("name", SIMULATED)
def test_what_may_be_0_simulates(name):
    seed = load(name)
    found = zeros(seed)
    for group in range(GROUPS):
        together = [parameter for ends in found[group::GROUPS] for parameter in ends]
        for column, values in simulated(with_values(seed, dict.fromkeys(together, 0.0))):
            assert not np.isinf(values).any(), column
