"""A few days of a few lines, with every condition another number."""

import numpy as np
import pytest

from seeds import load
from synthetic_data.plant.set_points import Setting, bounds
from synthetic_data.precipitation import operators
from synthetic_data.precipitation.parameters import PrecipitationParameters
from synthetic_data.precipitation.train import PrecipitationConditions
from tests.synthetic_data.stated import typical_plant

DAYS, LINES = 4, 3


@pytest.fixture(scope="session")
def p() -> PrecipitationParameters:
    return PrecipitationParameters.of(typical_plant(load("alumina_refining")))


@pytest.fixture
def at() -> PrecipitationConditions:
    rng, shape = np.random.default_rng(8), (DAYS, LINES)
    return PrecipitationConditions(
        carbonate=rng.uniform(37.0, 43.0, (DAYS, 1)),
        chloride=rng.uniform(11.0, 13.0, (DAYS, 1)),
        sulphate=rng.uniform(11.0, 13.0, (DAYS, 1)),
        toc=rng.uniform(9.0, 12.0, (DAYS, 1)),
        water=rng.uniform(5.0, 28.0, (DAYS, 1)),
        transfer=rng.uniform(0.3, 0.55, shape),
        ratio=rng.uniform(-0.01, 0.01, shape),
        ratio_read=rng.uniform(-0.003, 0.003, shape),
        caustic_read=rng.uniform(-0.004, 0.004, shape),
        upset=rng.uniform(0.0, 0.02, shape),
        tanks=rng.integers(11, 14, shape).astype(np.float64),
        activity=rng.uniform(0.9, 1.1, shape),
        pumped=rng.uniform(0.8, 1.0, shape),
        warmer=rng.uniform(-0.5, 3.0, shape),
        fill_scatter=rng.uniform(-0.5, 0.5, shape),
        metered=rng.uniform(0.98, 1.02, shape),
        births=rng.uniform(0.8, 1.2, shape),
        cut=rng.uniform(0.3, 0.5, shape),
        oxalate=rng.uniform(0.0, 5.0, shape),
        fines_read=rng.uniform(-0.04, 0.04, shape),
        harvest_read=rng.uniform(-0.01, 0.01, shape),
        dilution=rng.uniform(1.8, 2.2, (DAYS, 1)),
        caustic_wanted=rng.uniform(232.0, 238.0, (DAYS, 1)),
    )


@pytest.fixture
def setting() -> Setting:
    seed = load("alumina_refining")
    return Setting({name: bounds(seed, name) for name in operators.SETPOINTS}, {}, {}, operators.SETPOINTS)


@pytest.fixture
def target(p: PrecipitationParameters) -> dict[str, np.ndarray]:
    result = {
        name: np.full((DAYS, LINES), float(p[name])) for name in operators.SETPOINTS if name != "evaporation_rate"
    }
    return result | {"evaporation_rate": np.full((DAYS, LINES), 2.0)}
