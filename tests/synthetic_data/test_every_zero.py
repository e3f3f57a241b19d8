"""Plants at the low ends of their parameters: what may be 0 simulates, what may not is refused by name."""

import re

import numpy as np
import pytest

from seeds import load
from synthetic_data.engine.options import plan_run
from synthetic_data.engine.plan import SimulationError
from tests.synthetic_data.stated import SIMULATED, simulated, with_parameters

GROUPS = 6  # of parameters that are 0 together


def zeros(seed):
    """Parameters that may be 0, ends of a range together: all the others are refused by name."""
    with pytest.raises(SimulationError) as refused:
        plan_run(with_parameters(seed, **dict.fromkeys(seed.plant.parameters, 0.0)))
    result = {}
    for name in seed.plant.parameters:
        if f".{name}: got 0: expected " not in str(refused.value):
            result.setdefault(re.sub("_(low|high|short|long)$", "", name), []).append(name)
    return list(result.values())


@pytest.mark.parametrize("name", SIMULATED)
def test_what_may_be_0_simulates(name):
    seed = load(name)
    result = zeros(seed)
    for group in range(GROUPS):
        together = [parameter for ends in result[group::GROUPS] for parameter in ends]
        for column, values in simulated(with_parameters(seed, **dict.fromkeys(together, 0.0))):
            assert not np.isinf(values).any(), column
