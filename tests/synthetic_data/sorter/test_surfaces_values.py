"""Surface states, layers and dirt with their equations written out."""

from dataclasses import replace

import numpy as np
import pytest

from seeds import load
from synthetic_data.engine.options import plan_run
from synthetic_data.engine.plan import SimulationError, UnitBlock
from synthetic_data.sorter import surfaces
from synthetic_data.sorter.lots import draw_lots
from synthetic_data.sorter.materials import materials_of
from synthetic_data.sorter.parameters import SorterParameters
from synthetic_data.sorter.surfaces import SURFACES

near = np.testing.assert_allclose


@pytest.fixture(scope="module", params=["aluminium_scrap", "heavy_scrap"])
def scrap(request):
    plan = plan_run(load(request.param), units=4, years=0.5, rng_seed=3)
    materials = materials_of(plan.seed)
    lots = draw_lots(plan, UnitBlock(0, 0, 4), materials.feeds, np.random.default_rng(1))
    rng = np.random.default_rng(2)
    return lots, materials, np.repeat(np.arange(4), 400), rng.integers(0, len(materials.names), 1600)


def share_of(lots, materials, lot, material, surface):
    """Share of a material's pieces that have a surface state."""
    own = materials.properties[material].get(f"share_{surface}")
    return lots.parameters[f"share_{surface}"][lot] if own is None else 0.5 * (own.low + own.high)


def test_states_and_layers_again(scrap):
    lots, materials, lot, material = scrap
    state, layer = surfaces.draw_surfaces(lots, materials, lot, material, np.random.default_rng(5))
    twin = np.random.default_rng(5)
    u = twin.random(1600)
    expected = np.zeros(1600, dtype=int)
    for i in range(1600):
        bound = 0.0
        for number, surface in enumerate(SURFACES[1:], start=1):
            bound += share_of(lots, materials, lot[i], material[i], surface)
            if u[i] < bound:
                expected[i] = number
                break
    assert np.array_equal(state, expected)
    assert len(np.unique(expected)) > 3
    rows = np.flatnonzero(expected)
    v = twin.random(len(rows))
    assert (layer[expected == 0] == 0.0).all()
    for k, row in enumerate(rows):
        name = SURFACES[expected[row]]
        low, high = (lots.parameters[f"layer_{name}_{end}"][lot[row]] for end in ("low", "high"))
        assert layer[row] == pytest.approx(low * (high / low) ** v[k], rel=1e-9)


def test_shares_beyond_the_whole_are_refused(scrap):
    lots, materials, lot, material = scrap
    number = 1
    name = materials.names[number]
    one = next(iter(materials.properties[number].values()))
    properties = list(materials.properties)
    properties[number] = dict(properties[number]) | {
        "share_painted": replace_range(one, 0.7),
        "share_anodised": replace_range(one, 0.4),
    }
    crowded = replace(materials, properties=tuple(properties))
    with pytest.raises(SimulationError, match=rf"plant\.materials\.{name}: its shares of surface states sum to 1\.\d"):
        surfaces.draw_surfaces(lots, crowded, lot, material, np.random.default_rng(5))


def replace_range(one, value):
    return type(one).model_construct(**(one.model_dump() | {"low": value, "high": value}))


def test_dirt_again(scrap):
    lots, _, lot, _ = scrap
    p, twin = lots.parameters, np.random.default_rng(6)
    result = surfaces.draw_dirt(lots, lot, np.random.default_rng(6))
    dirty = p.dirt_share_low + (p.dirt_share_high - p.dirt_share_low) * twin.random(4)
    left = twin.random(1600) / dirty[lot]
    near(result, np.where(left < 1.0, 1.0 - np.minimum(left, 1.0) ** 0.5, 0.0), rtol=1e-9, atol=1e-12)
    assert 0.0 < (result > 0.0).mean() < 1.0


def test_where_no_piece_is_dirty_all_are_clean(scrap):
    lots, _, lot, _ = scrap
    nothing = {f"dirt_share_{end}": np.zeros(4) for end in ("low", "high")}
    clean = replace(lots, parameters=SorterParameters("toy", vars(lots.parameters) | nothing))
    assert not surfaces.draw_dirt(clean, lot, np.random.default_rng(6)).any()
