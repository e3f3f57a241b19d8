"""Two crystallisers over three lots, with the parameters of the default refinery."""

from types import SimpleNamespace

import numpy as np
import pytest

from seeds import load
from synthetic_data.crystallisers.operators import SETPOINTS
from synthetic_data.crystallisers.parameters import ELEMENTS, CrystalliserParameters
from synthetic_data.engine.options import plan_run
from synthetic_data.engine.plan import UnitBlock
from tests.synthetic_data.stated import typical_plant

USUAL = {
    **{"coolant_temperature": 20.0, "growth_rate": 5.0, "fraction_frozen": 0.84, "stages": 3.0, "stirring": 40.0},
    **{"vacuum_temperature": 780.0, "vacuum_time": 6.0},
}


@pytest.fixture
def refinery() -> SimpleNamespace:
    """Plan, block, parameters in force, what is set, charges of 0.5 ppm of each element and 20 kg."""
    plan, block, shape = (
        plan_run(typical_plant(load("high_purity_gallium")), units=2, years=0.1),
        UnitBlock(0, 0, 2),
        (2, 3),
    )
    return SimpleNamespace(
        plan=plan,
        block=block,
        shape=shape,
        each=(len(ELEMENTS), *shape),
        p=CrystalliserParameters.on_days(plan, np.arange(3.0)),
        setpoints={name: np.full(shape, USUAL[name]) for name in SETPOINTS},
        charge=np.full((len(ELEMENTS), *shape), 0.5),
        mass=np.full(shape, 20.0),
        nothing=np.zeros(shape),
    )
