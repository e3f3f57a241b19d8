"""Plants of a kind differ in the parameters that their seed says, as much as it says, and in nothing else."""

import numpy as np
import pytest

from seeds import load_all
from synthetic_data import another_plant

pytestmark = pytest.mark.slow  # models are fitted or plants simulated

PLANTS = {
    name: seed
    for name, seed in load_all().items()
    if seed.plant is not None and any(one.spread is not None for one in seed.plant.parameters.values())
}


@pytest.fixture(params=PLANTS.values(), ids=PLANTS.keys())
def seed(request):
    """A process whose plants differ."""
    return request.param


def test_parameters_scatter_log_normally_about_the_seeds_with_the_spread_that_it_says(seed):
    """Over all parameters and 400 plants: mean 1 and the spread itself, both within four standard errors."""
    own = seed.plant.parameters
    differ = [name for name, one in own.items() if one.spread is not None and one.value != 0]
    plants = [another_plant(seed, number).plant.parameters for number in range(1000, 1400)]
    ratio = np.array([[plant[name].value / own[name].value for name in differ] for plant in plants])
    spread = np.array([own[name].spread for name in differ])
    assert (ratio > 0).all()
    standard = (ratio - 1) / spread
    count = standard.size
    assert standard.mean() == pytest.approx(0, abs=4 / np.sqrt(count))
    assert standard.std() == pytest.approx(1, abs=4 * np.sqrt(0.8 / count))  # tails a little wider than normal
    logs = np.log(ratio) / np.sqrt(np.log1p(spread**2))
    assert np.mean(logs + 0.5 * np.sqrt(np.log1p(spread**2)) < 0) == pytest.approx(0.5, abs=2 / np.sqrt(count))


def test_parameters_are_drawn_one_independent_of_the_other(seed):
    own = seed.plant.parameters
    differ = [name for name, one in own.items() if one.spread is not None and one.value != 0]
    plants = [another_plant(seed, number).plant.parameters for number in range(2000, 2400)]
    logs = np.log([[plant[name].value for name in differ] for plant in plants])
    off = np.corrcoef(logs.T)[np.triu_indices(len(differ), 1)]
    assert np.abs(off).max(initial=0) < 5.5 / np.sqrt(400)


def test_nothing_else_differs(seed):
    other = another_plant(seed, 77)
    assert other.plant.rng_seed == 77
    assert other.plant.regimes == seed.plant.regimes
    assert list(other.plant.parameters) == list(seed.plant.parameters)
    for name, one in other.plant.parameters.items():
        own = seed.plant.parameters[name]
        assert one.model_copy(update={"value": own.value}) == own
        if own.spread is None:
            assert one == own
    assert other.model_copy(update={"plant": seed.plant}) == seed


def test_a_plant_is_its_number(seed):
    assert another_plant(seed, 5).plant == another_plant(seed, 5).plant
    assert another_plant(seed, 5).plant != another_plant(seed, 6).plant
