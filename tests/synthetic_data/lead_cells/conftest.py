"""A few crops of a few sections of a lead refinery, with every condition another number."""

import numpy as np
import pytest

from seeds import load
from synthetic_data.lead_cells.cells import LeadCellConditions
from synthetic_data.lead_cells.parameters import LeadParameters
from tests.synthetic_data.stated import typical_plant

CROPS, SECTIONS = 5, 4


@pytest.fixture(scope="session")
def p() -> LeadParameters:
    return LeadParameters.of(typical_plant(load("lead_refining")))


@pytest.fixture
def at() -> LeadCellConditions:
    rng, shape = np.random.default_rng(8), (CROPS, SECTIONS)
    return LeadCellConditions(
        days=3.0,
        place=np.mod(np.arange(CROPS)[:, None] + np.arange(SECTIONS), 3.0),
        temperature=rng.uniform(37.0, 43.0, shape),
        conductivity=rng.uniform(0.17, 0.20, shape),
        lead=rng.uniform(75.0, 95.0, (CROPS, 1)),
        diffusion=rng.uniform(1.0e-9, 1.2e-9, shape),
        flow=rng.uniform(20.0, 30.0, shape),
        antimony=rng.uniform(0.7, 1.2, shape),
        shed=rng.uniform(0.02, 0.4, shape),
        running=rng.uniform(0.9, 1.0, shape),
        gap=rng.uniform(38.0, 42.0, shape),
        contacts=rng.uniform(0.05, 0.06, shape),
        glue_works=rng.uniform(1.4e-3, 1.9e-3, shape),
        other_error=rng.uniform(0.0, 0.1, shape),
        rough=rng.uniform(-0.2, 0.3, shape),
    )
