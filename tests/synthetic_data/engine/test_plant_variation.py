"""Plants of a kind differ in the parameters that their seed says, as much as it says, and in nothing else."""

import numpy as np
import pytest

from seeds import load, load_all
from synthetic_data import another_plant
from synthetic_data.engine.plan import SimulationError

PLANTS = {
    name: seed
    for name, seed in load_all().items()
    if seed.plant is not None and any(one.spread is not None for one in seed.plant.parameters.values())
}


@pytest.fixture(params=PLANTS.values(), ids=PLANTS.keys())
def seed(request):
    """A process whose plants differ."""
    return request.param


@pytest.mark.long("draws hundreds of plants")
def test_parameters_scatter_log_normally_about_their_mean_with_the_spread_that_the_seed_says(seed):
    """Over all parameters and 400 plants: mean 1 and the spread itself, both within four standard errors."""
    own = seed.plant.parameters
    differ = [name for name, one in own.items() if one.spread is not None and one.value != 0]
    plants = [another_plant(seed, number).plant.parameters for number in range(1000, 1400)]
    ratio = np.array([[plant[name].value / own[name].mean for name in differ] for plant in plants])
    spread = np.array([own[name].spread for name in differ])
    assert (ratio > 0).all()
    standard = (ratio - 1) / spread
    count = standard.size
    assert standard.mean() == pytest.approx(0, abs=4 / np.sqrt(count))
    assert standard.std() == pytest.approx(1, abs=4 * np.sqrt(0.8 / count))  # tails a little wider than normal
    logs = np.log(ratio) / np.sqrt(np.log1p(spread**2))
    assert np.mean(logs + 0.5 * np.sqrt(np.log1p(spread**2)) < 0) == pytest.approx(0.5, abs=2 / np.sqrt(count))


@pytest.mark.long("draws hundreds of plants")
def test_parameters_are_drawn_one_independent_of_the_other(seed):
    own = seed.plant.parameters
    differ = [name for name, one in own.items() if one.spread is not None and one.value != 0]
    plants = [another_plant(seed, number).plant.parameters for number in range(2000, 2400)]
    logs = np.log([[plant[name].value / own[name].mean for name in differ] for plant in plants])
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


def test_the_mean_of_plants_is_what_is_typical_and_not_the_value_of_the_seeds_own_plant():
    seed = load("retired_batteries")
    stated = seed.plant.parameters["bench_share"]
    about = stated.model_copy(update={"value": 0.9 * stated.mean, "typical": stated.mean})
    moved = about.model_copy(update={"value": 1.1 * stated.mean})
    plants = [_with(seed, bench_share=one) for one in (about, moved)]
    drawn = [another_plant(one, 5).plant.value("bench_share") for one in plants]
    assert drawn[0] == drawn[1]
    assert drawn[0] == another_plant(_with(seed, bench_share=_about(stated)), 5).plant.value("bench_share")


def _about(parameter):
    """The parameter of a plant that is the mean of its type."""
    return parameter.model_copy(update={"value": parameter.mean, "typical": None})


def _with(seed, **changed):
    plant = seed.plant.model_copy(update={"parameters": seed.plant.parameters | changed})
    return seed.model_copy(update={"plant": plant})


def with_bench_share(value):
    seed = load("retired_batteries")
    return _with(
        seed, bench_share=seed.plant.parameters["bench_share"].model_copy(update={"value": value, "typical": None})
    )


def test_a_plant_that_cannot_be_is_drawn_again():
    """Half of the plants drawn about a share of 1 would have a share above 1."""
    seed = with_bench_share(1.0)
    result = [another_plant(seed, number).plant.value("bench_share") for number in range(100)]
    assert max(result) <= 1.0
    assert len(set(result)) == 100
    retained_numbers = [
        number for number in range(100) if another_plant(with_bench_share(0.5), number).plant.value("bench_share") < 0.5
    ]
    assert [result[number] for number in retained_numbers] == pytest.approx(
        [2.0 * another_plant(with_bench_share(0.5), number).plant.value("bench_share") for number in retained_numbers],
        rel=1e-12,
    )


def test_a_kind_of_which_hardly_a_plant_can_be_is_refused():
    """Of each of 20 shares of 1 half of the draws are above 1."""
    seed = load("aluminium_scrap")
    stated = seed.plant.parameters
    shares = [name for name in stated if name.startswith("share_") or name.endswith("_share") or "_share_" in name]
    assert len(shares) > 20
    wide = {name: stated[name].model_copy(update={"value": 1.0, "typical": None, "spread": 0.01}) for name in shares}
    with pytest.raises(SimulationError, match=r"^no plant of the kind in \d+ draws, the last one: aluminium_scrap: "):
        another_plant(_with(seed, **wide), 1)


def test_no_plant_is_drawn_about_one_that_cannot_be():
    with pytest.raises(SimulationError, match=r"bench_share: got 80: expected 0 to 1"):
        another_plant(with_bench_share(80.0), 1)
