"""A few crops of a few sections, as they stand between the tankhouse and the cells."""

import numpy as np
import pytest

from seeds import load
from synthetic_data.engine.options import plan_run
from synthetic_data.engine.plan import UnitBlock
from synthetic_data.refining_cells.conditions import Sections
from synthetic_data.refining_cells.parameters import FAULTS, SectionParameters
from synthetic_data.refining_cells.sections import SCATTER, TRAITS
from synthetic_data.tankhouse.circuit import stretches
from synthetic_data.tankhouse.growth import Growth
from tests.synthetic_data.stated import typical_plant

UNITS = 5


@pytest.fixture(scope="session")
def p() -> SectionParameters:
    return SectionParameters.of(typical_plant(load("copper_electrorefining")))


@pytest.fixture
def sections() -> Sections:
    """A stretch of crops with every condition another number."""
    plan, rng = (
        plan_run(typical_plant(load("copper_electrorefining")), units=UNITS, years=1.0, rng_seed=3),
        np.random.default_rng(8),
    )
    grown = Growth(plan, UnitBlock(0, 0, UNITS)).grow(next(iter(stretches(plan))))
    shape = grown.place.shape
    faults = {name: rng.uniform(0.05, 0.4, shape) for name in FAULTS}
    traits = {name: rng.standard_normal(UNITS) for name in TRAITS}
    normals = {name: rng.standard_normal(shape) for name in SCATTER}
    return Sections(7.0, grown, faults, traits, normals, rng.uniform(1.0, 9.0, shape), rng.uniform(0.0, 14.0, shape))
