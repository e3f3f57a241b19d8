"""Crops of a tankhouse whose every condition is another number, and parameters of which none is 0 or 1."""

import numpy as np
import pytest

from seeds import load
from synthetic_data.tankhouse.anodes import ELEMENTS as ANODE_ELEMENTS
from synthetic_data.tankhouse.crops import CROP_NORMALS, TRAITS, WALKS, TankhouseCrops
from synthetic_data.tankhouse.parameters import TankhouseParameters
from tests.synthetic_data.stated import typical_plant

SHAPE = (5, 4)  # crops, groups


@pytest.fixture(scope="session")
def uneven() -> TankhouseParameters:
    """Parameters of the seed, with 0.3 in place of 0 and 1.1 in place of 1, so that no term vanishes."""
    values = {name: one.value for name, one in typical_plant(load("copper_cathode")).plant.parameters.items()}
    return TankhouseParameters("copper_cathode", {n: {0.0: 0.3, 1.0: 1.1}.get(v, v) for n, v in values.items()})


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(7)


@pytest.fixture
def crops(rng) -> TankhouseCrops:
    def between(low, high, shape=SHAPE):
        return rng.uniform(low, high, shape)

    weeks = (SHAPE[0], 1)
    week = {
        **{"cooling": between(0.2, 0.9, weeks), "cl": between(40.0, 70.0, weeks)},
        **{"chloride_target": between(45.0, 65.0, weeks), "cu": between(42.0, 50.0, weeks)},
        **{"h2so4": between(170.0, 190.0, weeks), "ni": between(11.0, 16.0, weeks), "as": between(6.0, 10.0, weeks)},
        **{"sb": between(0.2, 0.5, weeks), "bi": between(0.1, 0.3, weeks), "fe": between(0.5, 1.0, weeks)},
        **{"solids": between(1.5, 4.0, weeks), "glue_activity": between(0.7, 1.3, weeks)},
        **{"wash_temperature": between(60.0, 75.0, weeks), "glue": between(50.0, 70.0, weeks)},
        **{"order": between(290.0, 330.0, weeks), "temperature": between(61.0, 65.0, weeks)},
        **{"thiourea": between(45.0, 65.0, weeks)},
    }
    setpoints = {
        **{"electrolyte_temperature": between(61.0, 66.0), "chloride": between(45.0, 65.0)},
        **{"current_density": between(280.0, 340.0), "cell_flow": between(25.0, 35.0)},
        **{"thiourea_dose": between(40.0, 70.0), "glue_dose": between(45.0, 80.0)},
    }
    typical = dict(zip(ANODE_ELEMENTS, (700.0, 350.0, 160.0, 1500.0, 600.0, 500.0, 120.0, 600.0, 1500.0), strict=True))
    anodes = {element: content * between(0.7, 1.3) for element, content in typical.items()}
    faults = {name: between(0.1, 0.9) for name in ("contamination", "bent_plates", "short_detection")}
    normal = rng.standard_normal
    return TankhouseCrops(
        *(week, setpoints, anodes, {n: normal(SHAPE) for n in WALKS}, {n: normal(SHAPE) for n in CROP_NORMALS}),
        *({n: normal(SHAPE[1]) for n in TRAITS}, faults, between(0.0, 1.0)),
    )
