"""The plant of a seed, which a run is planned for."""

import pandas as pd
import pytest

import seeds
from synthetic_data import another_plant, economic_value
from synthetic_data.battery_line import market
from synthetic_data.engine import parameters
from synthetic_data.engine.options import plan_run
from synthetic_data.engine.parameters import ScalarParameters
from synthetic_data.engine.plan import SimulationError, plant_of
from synthetic_data.engine.plant_variation import differences, numbered_plant
from synthetic_data.sorter.materials import Materials


@pytest.mark.parametrize(
    "reader",
    [
        plant_of,
        plan_run,
        ScalarParameters.of,
        lambda seed: list(parameters.faults(seed, (), {})),
        lambda seed: another_plant(seed, 1),
        lambda seed: numbered_plant(seed, 1),
        lambda seed: differences(seed, seed),
        Materials.of,
        lambda seed: list(market.faults(seed)),
        lambda seed: economic_value(seed, pd.DataFrame()),
    ],
)
def test_a_seed_without_a_plant_is_refused_wherever_its_plant_is_read(reader):
    seed = seeds.load("aluminium_reduction").model_copy(update={"plant": None})
    with pytest.raises(SimulationError, match=r"^aluminium_reduction: the seed has no \[plant\], so there is nothing"):
        reader(seed)
