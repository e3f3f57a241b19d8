"""Contents, properties, times and gaps of pieces with their rules written out."""

from types import SimpleNamespace

import numpy as np
import pytest

from seeds import load
from synthetic_data.engine.plan import SimulationError
from synthetic_data.sorter import feed
from synthetic_data.sorter.materials import materials_of

near = np.testing.assert_allclose


@pytest.fixture(scope="module")
def materials():
    return materials_of(load("aluminium_scrap"))


def lots_of(**parameters):
    values = {name: np.asarray(value, dtype=float) for name, value in parameters.items()}

    class Some(SimpleNamespace):
        def __getitem__(self, name):
            return vars(self)[name]

    return SimpleNamespace(parameters=Some(**values), feed=np.zeros(2, dtype=int), occupancy=np.array([0.08, 0.2]))


def test_times_are_a_least_interval_and_a_random_wait():
    lots = lots_of(piece_interval=[0.02, 0.05])
    result = feed._elapsed(lots, 50, np.random.default_rng(1)).reshape(2, 50)
    waits = np.random.default_rng(1).standard_exponential((2, 50)) * (np.array([[0.02], [0.05]]) - 0.001) * 1e6
    near(result, np.cumsum(np.ceil(waits) + 1000.0, axis=1), rtol=1e-12)
    with pytest.raises(SimulationError, match=r"piece_interval: expected 0\.001 s or more"):
        feed._elapsed(lots_of(piece_interval=[0.0005, 0.05]), 50, np.random.default_rng(1))


def test_composites_are_the_mean_of_two_by_mass(materials):
    lots, lot = lots_of(second_share_low=[0.1, 0.2], second_share_high=[0.5, 0.9]), np.array([0, 0, 1, 1])
    material, joined, second = np.array([0, 1, 2, 3]), np.array([1, 2]), np.array([4, 5])
    content, result = feed._contents(lots, lot, materials, material, joined, second, np.random.default_rng(2))
    twin = np.random.default_rng(2)
    drawn = materials.contents(np.array([0, 1, 2, 3, 4, 5]), twin)
    u = twin.random(2)
    share = np.array([0.1 + 0.4 * u[0], 0.2 + 0.7 * u[1]])
    near(result.second_share, share, rtol=1e-12)
    for i, (piece, other) in enumerate(((1, 4), (2, 5))):
        near(content[piece], (1.0 - share[i]) * drawn[piece] + share[i] * drawn[other], rtol=1e-12)
        near(result.first_content[i], drawn[piece], rtol=1e-12)
        near(result.second_content[i], drawn[other], rtol=1e-12)
    near(content[[0, 3]], drawn[[0, 3]], rtol=1e-12)


def test_properties_of_composites_are_means_by_volume(materials):
    composites = SimpleNamespace(piece=np.array([1]), second=np.array([4]), second_share=np.array([0.3]))
    density, conductivity = np.array([2.7, 2.65, 2.8]), np.array([50.0, 40.0, 30.0])
    feed._mix_properties(materials, composites, density, conductivity, np.random.default_rng(3))
    u = np.random.default_rng(3).random(2)
    other = materials.density[4, 0] + (materials.density[4, 1] - materials.density[4, 0]) * u[0]
    carried = materials.conductivity[4, 0] + (materials.conductivity[4, 1] - materials.conductivity[4, 0]) * u[1]
    volumes = np.array([0.7 / 2.65, 0.3 / other])
    near(density, [2.7, 1.0 / volumes.sum(), 2.8], rtol=1e-12)
    near(conductivity, [50.0, (40.0 * volumes[0] + carried * volumes[1]) / volumes.sum(), 30.0], rtol=1e-12)


def test_gaps_are_those_of_pieces_at_random_and_some_touch():
    lots = lots_of(touching_share=[0.1, 0.15], overlap_depth=[0.3, 0.2])
    lot, size = np.repeat([0, 1], 300), np.random.default_rng(4).uniform(20.0, 80.0, 600)
    result = feed._neighbour_gap(lots, lot, size, np.random.default_rng(5))
    twin = np.random.default_rng(5)
    step, u = twin.standard_exponential(600), twin.random(600)
    contact = 0.5 * (size + np.array([size[:300].mean(), size[300:].mean()])[lot])
    covered = lots.occupancy[lot]
    free = (1.0 - covered) ** 2 / (np.pi * covered)
    gap = contact * ((1.0 + free * step) ** 0.5 - 1.0)
    touching = u < (lots.parameters.touching_share * lots.occupancy / 0.10)[lot]
    assert touching.any()
    gap[touching] = -(lots.parameters.overlap_depth[lot] * contact)[touching] * twin.random(touching.sum())
    near(result, gap, rtol=1e-12)
