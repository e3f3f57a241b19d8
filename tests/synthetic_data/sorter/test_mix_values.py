"""Which material each piece is, worked out again from the same random numbers."""

import numpy as np
import pytest

from seeds import load
from synthetic_data.engine.options import plan_run
from synthetic_data.engine.plan import UnitBlock
from synthetic_data.sorter.lots import draw_lots, lognormal
from synthetic_data.sorter.materials import materials_of
from synthetic_data.sorter.mix import Mix, draw_materials
from synthetic_data.sorter.parameters import SorterParameters

near = np.testing.assert_allclose


@pytest.fixture(scope="module", params=["aluminium_scrap", "heavy_scrap"])
def scrap(request):
    plan = plan_run(load(request.param), units=8, years=2.0, rng_seed=3)
    materials = materials_of(plan.seed)
    return plan, materials, draw_lots(plan, UnitBlock(1, 3, 4), materials.feeds, np.random.default_rng(1))


def test_lots_again(scrap):
    plan, materials, lots = scrap
    twin = np.random.default_rng(1)
    day = (3 + np.arange(4) + 0.8 * twin.random(4)) / 8 * plan.days
    near(lots.day, day, rtol=1e-12)
    p = SorterParameters.on_days(plan, day)
    u = twin.random(4)
    for k in range(4):
        shares = np.array([p[f"feed_share_{feed}"][k] for feed in materials.feeds])
        assert lots.feed[k] == np.flatnonzero(u[k] * shares.sum() < np.cumsum(shares))[0]
    wide = np.log(1.0 + (p.occupancy_sd / p.occupancy_mean) ** 2)
    occupancy = p.occupancy_mean * np.exp(wide**0.5 * twin.standard_normal(4) - 0.5 * wide)
    near(lots.occupancy, np.clip(occupancy, 0.005, 0.35), rtol=1e-9)


def test_log_normal_has_the_mean_and_the_spread():
    values = lognormal(np.array(0.2), np.array(0.1), np.random.default_rng(1).standard_normal(400_000))
    assert values.mean() == pytest.approx(0.2, rel=0.005)
    assert values.std() == pytest.approx(0.1, rel=0.01)


def test_mixes_again(scrap):
    plan, materials, lots = scrap
    result, twin, p = Mix.of(plan, materials, lots, np.random.default_rng(2)), np.random.default_rng(2), lots.parameters
    count = len(materials.names)
    by_class = twin.standard_normal((4, materials.klass.max() + 1))[:, materials.klass]
    scatter = np.exp(p.lot_mix_sd[:, np.newaxis] * 0.5**0.5 * (by_class + twin.standard_normal((4, count))))
    absent = plan.plant_stream().random(count) < plan.plant.value("unknown_absent_share")
    for k in range(4):
        weights = {"named": np.zeros(count), "unknown": np.zeros(count), "later": np.zeros(count)}
        for i in range(count):
            if materials.feed[i] != materials.feeds[lots.feed[k]]:
                continue
            if materials.klass[i] != materials.other:
                weights["named"][i] = scatter[k, i] * materials.share[i]
            else:
                weights["unknown"][i] = 0.0 if absent[i] else scatter[k, i] * materials.share[i]
                weights["later"][i] = scatter[k, i] if materials.share[i] == 0.0 else 0.0
        shares = {name: one / one.sum() if one.any() else one for name, one in weights.items()}
        for name, share in shares.items():
            near(getattr(result, name)[k], share, rtol=1e-9, err_msg=name)
        new = p.new_unknown_share[k] if shares["later"].any() else 0.0
        composite = p.composite_share[k]
        others = np.array(
            [
                (1.0 - composite) * (1.0 - new) if shares["unknown"].any() else 0.0,
                (1.0 - composite) * new,
                composite if np.count_nonzero(shares["named"] + shares["unknown"]) > 1 else 0.0,
            ]
        )
        others = p.other_share[k] * others / others.sum() if others.any() else others
        near(result.parts[k], [1.0 - others.sum(), *others], rtol=1e-9, atol=1e-15)


def test_materials_of_pieces_again(scrap):
    plan, materials, lots = scrap
    mix = Mix.of(plan, materials, lots, np.random.default_rng(2))
    material, composite, second = draw_materials(mix, 500, np.random.default_rng(3))
    twin, count = np.random.default_rng(3), len(materials.names)
    u = twin.random((4, 500)).ravel()
    drawn = np.empty(2000, dtype=int)
    for i in range(2000):
        k = i // 500
        named, unknown, later, joined = mix.parts[k]
        single = named * mix.named[k] + unknown * mix.unknown[k] + later * mix.later[k]
        steps = np.cumsum(np.concatenate([single, joined * mix.named[k]]))
        steps[-1] = 1.0
        drawn[i] = np.flatnonzero(u[i] < steps)[0]
    assert np.array_equal(material, drawn % count)
    assert np.array_equal(composite, np.flatnonzero(drawn >= count))
    assert len(composite)
    v = twin.random((len(composite), 1))[:, 0]
    for i, piece in enumerate(composite):
        weights = mix.named[piece // 500] + mix.unknown[piece // 500]
        weights[material[piece]] = 0.0
        bound = np.cumsum(weights)
        assert second[i] == np.flatnonzero(v[i] * bound[-1] < bound)[0]
        assert second[i] != material[piece]


def test_a_feed_of_one_material_has_no_composites():
    mix = Mix(
        named=np.array([[0.0, 1.0]]),
        unknown=np.zeros((1, 2)),
        later=np.zeros((1, 2)),
        parts=np.array([[1.0, 0.0, 0.0, 0.0]]),
    )
    material, composite, second = draw_materials(mix, 20, np.random.default_rng(1))
    assert set(material) == {1}
    assert len(composite) == len(second) == 0
