"""Pieces of scrap on the belt: balances of a piece, shares over many lots, times, and what changes with a date."""

import dataclasses
import datetime as dt

import numpy as np
import pytest

from physics.sorting.ejection import crowding
from seeds import Quantity, Regime, folder, load
from seeds.format.plant import PhysicalRange
from synthetic_data.engine.options import plan_run
from synthetic_data.engine.parameters import regime_events
from synthetic_data.engine.plan import SimulationError, UnitBlock
from synthetic_data.sorter.feed import SURFACES, draw
from synthetic_data.sorter.lots import draw_lots
from synthetic_data.sorter.materials import Materials
from synthetic_data.sorter.mix import Mix
from tests.synthetic_data.stated import typical_plant

# Belts of scrap: lines whose pieces come at an interval that the seed states.
SORTING = [path.stem for path in sorted(folder().glob("*.toml")) if "piece_interval = " in path.read_text("utf-8")]
LOTS = 600


def quantity(value):
    return Quantity(value=value, unit="1", source="assumed: a test")


def changed(seed, regimes=(), materials=None, without=(), **values):
    """The seed with other parameters, regimes or materials of its plant."""
    parameters = seed.plant.parameters | {name: quantity(value) for name, value in values.items()}
    parameters = {name: value for name, value in parameters.items() if name not in without}
    update = {"parameters": parameters, "regimes": list(regimes)}
    if materials is not None:
        update["materials"] = materials
    return seed.model_copy(update={"plant": seed.plant.model_copy(update=update)})


def pieces_of(seed, lots=LOTS, **options):
    plan = plan_run(seed, units=lots, **options)
    block = UnitBlock(0, 0, lots)
    return draw(plan, block, Materials.of(seed), plan.block_stream(block))


@pytest.fixture(scope="module", params=SORTING)
def seed(request):
    return typical_plant(load(request.param))


@pytest.fixture(scope="module")
def materials(seed):
    return Materials.of(seed)


@pytest.fixture(scope="module")
def pieces(seed):
    """Many lots of the seed without its regimes."""
    return pieces_of(changed(seed))


def by_feed(pieces, materials, name):
    """Values of a column for each feed of the seed."""
    feed = pieces.lots.feed[pieces.lot]
    return {feed_name: getattr(pieces, name)[feed == number] for number, feed_name in enumerate(materials.feeds)}


def test_mass_is_density_times_volume(pieces):
    volume = pieces.area * (pieces.thickness / 10.0) * pieces.shape
    assert np.allclose(pieces.mass, pieces.density * volume, rtol=1e-12, atol=0.0)
    assert np.allclose(pieces.content.sum(axis=1), 100.0, rtol=1e-12, atol=0.0)


def test_sizes_lie_between_the_screens_and_hold_the_area(seed, pieces, materials):
    value = seed.plant.value
    for feed, size in by_feed(pieces, materials, "size").items():
        assert value(f"size_low_{feed}") <= size.min()
        assert size.max() <= value(f"size_high_{feed}")
    square = (pieces.size / 10.0) ** 2
    assert (pieces.area <= value("fill_high") * square * (1.0 + 1e-12)).all()
    assert (pieces.area >= value("fill_low") * square * (1.0 - 1e-12)).all()
    assert value("shape_low") - 1e-12 <= pieces.shape.min()
    assert pieces.shape.max() <= value("shape_high") + 1e-12
    single = np.setdiff1d(np.arange(len(pieces.mass)), pieces.composites.piece)
    low, high = materials.thickness[pieces.material[single]].T
    assert ((low * (1 - 1e-12) <= pieces.thickness[single]) & (pieces.thickness[single] <= high * (1 + 1e-12))).all()


def test_piece_mass_is_log_normal_by_feed(seed, pieces, materials):
    for feed, mass in by_feed(pieces, materials, "mass").items():
        assert np.median(mass) == pytest.approx(seed.plant.value(f"mass_median_{feed}"), rel=0.10)
        assert np.exp(np.log(mass).std()) == pytest.approx(seed.plant.value(f"mass_gsd_{feed}"), rel=0.10)


def test_larger_pieces_are_heavier_at_the_same_wall(pieces):
    wall = np.log(pieces.density * pieces.thickness)
    fit, *_ = np.linalg.lstsq(
        np.column_stack([np.ones_like(wall), wall, np.log(pieces.size)]), np.log(pieces.mass), rcond=None
    )
    assert fit[2] > 1.0


def test_shares_of_classes_over_many_lots_are_those_of_the_seed(seed, pieces, materials):
    value = seed.plant.value
    shares = np.array([value(f"feed_share_{feed}") for feed in materials.feeds])
    expected = np.zeros(len(seed.classes))
    for feed, share in zip(materials.feeds, shares / shares.sum(), strict=True):
        inside = (np.array(materials.feed) == feed) & (materials.klass != materials.other)
        part = materials.share[inside] / materials.share[inside].sum()
        expected += share * (1.0 - value("other_share")) * np.bincount(materials.klass[inside], part, len(expected))
    expected[materials.other] = value("other_share")
    result = np.bincount(pieces.klass, minlength=len(expected)) / len(pieces.klass)
    assert result == pytest.approx(expected, abs=0.025)
    assert result[materials.other] == pytest.approx(value("other_share"), rel=0.1)


def test_log_shares_scatter_from_lot_to_lot(seed, materials):
    plan = plan_run(changed(seed, lot_mix_sd=0.3), units=3000)
    block = UnitBlock(0, 0, 3000)
    rng = plan.block_stream(block)
    lots = draw_lots(plan, block, materials.feeds, rng)
    mix = Mix.of(plan, materials, lots, rng)
    for number, feed in enumerate(materials.feeds):
        inside = np.flatnonzero((np.array(materials.feed) == feed) & (materials.klass != materials.other))
        first = inside[0]
        alien = inside[materials.klass[inside] != materials.klass[first]][0]
        named = mix.named[lots.feed == number]
        # What both shares are divided by cancels.
        ratio = np.log(named[:, first] / named[:, alien])
        assert ratio.std() == pytest.approx(np.sqrt(2.0) * 0.3, rel=0.12)
        assert named.sum(axis=1) == pytest.approx(np.ones(len(named)), rel=1e-12)


def test_a_piece_of_two_materials_is_their_mean_by_mass(seed, pieces, materials):
    two = pieces.composites
    share = two.second_share[:, None]
    assert (pieces.klass[two.piece] == materials.other).all()
    assert (two.second != pieces.material[two.piece]).all()
    feed = np.array(materials.feed)
    assert np.array_equal(feed[two.second], feed[pieces.material[two.piece]])
    mean = (1.0 - share) * two.first_content + share * two.second_content
    assert np.allclose(pieces.content[two.piece], mean, rtol=1e-12, atol=1e-12)
    of_other = len(two.piece) / np.count_nonzero(pieces.klass == materials.other)
    assert of_other == pytest.approx(seed.plant.value("composite_share"), rel=0.15)
    low, high = materials.density.min(), materials.density.max()
    assert (low <= pieces.density[two.piece]).all()
    assert (pieces.density[two.piece] <= high).all()


def test_a_single_piece_keeps_the_windows_and_the_class_of_its_material(pieces, materials):
    single = np.setdiff1d(np.arange(len(pieces.mass)), pieces.composites.piece)
    material = pieces.material[single]
    assert np.array_equal(pieces.klass[single], materials.klass[material])
    assert (pieces.content[single] >= materials.low[material] - 1e-9).all()
    assert (pieces.content[single] <= materials.high[material] + 1e-9).all()
    low, high = materials.conductivity[material].T
    assert ((low <= pieces.conductivity[single]) & (pieces.conductivity[single] <= high)).all()


def test_new_materials_come_with_their_regime_alone(seed, materials):
    new = np.flatnonzero(materials.share == 0.0)
    assert len(new) > 0
    start = seed.plant.start + dt.timedelta(days=0.5 * plan_run(seed).days)
    regime = Regime(start=start, name="new_alloys", description="a test", change={"new_unknown_share": quantity(0.5)})
    plant = changed(seed, [regime], new_unknown_share=0.0, composite_share=0.0, other_share=0.2)
    pieces = pieces_of(plant)
    after = pieces.day >= (start - seed.plant.start).days
    of_other = pieces.klass == materials.other
    is_new = np.isin(pieces.material, new)
    assert not is_new[~after].any()
    feeds_with_new = {materials.feed[number] for number in new}
    there = np.isin(pieces.lots.feed[pieces.lot], [materials.feeds.index(feed) for feed in feeds_with_new])
    assert is_new[after & of_other & there].mean() == pytest.approx(0.5, abs=0.05)
    (event,) = regime_events(plan_run(plant))
    assert event.kind == "regime new_alloys"
    assert event.onset == (start - seed.plant.start).days


def test_another_plant_gets_other_unknown_materials(seed, materials):
    def unknown(rng_seed):
        pieces = pieces_of(changed(seed, unknown_absent_share=0.5, other_share=0.3), lots=100, rng_seed=rng_seed)
        single = np.setdiff1d(np.arange(len(pieces.mass)), pieces.composites.piece)
        return set(pieces.material[single][pieces.klass[single] == materials.other])

    result = [unknown(rng_seed) for rng_seed in range(6)]
    assert len({frozenset(one) for one in result}) > 1
    assert set().union(*result) <= set(np.flatnonzero(materials.klass == materials.other))


def test_lots_and_pieces_come_in_order(seed):
    pieces = pieces_of(seed, lots=200)
    per_lot = round(seed.plant.value("pieces_per_lot"))
    assert np.array_equal(pieces.lot, np.repeat(np.arange(200), per_lot))
    starts = pieces.starts.reshape(200, per_lot)
    assert pieces.starts.dtype == np.dtype("datetime64[us]")
    assert (np.diff(starts, axis=1) >= np.timedelta64(1, "ms")).all()
    assert (np.diff(starts[:, 0]) > np.timedelta64(0, "us")).all()
    plan = plan_run(seed, units=200)
    started_days = (pieces.starts - np.datetime64(plan.start, "us")) / np.timedelta64(1, "D")
    assert np.allclose(pieces.day, started_days, rtol=1e-12, atol=0.0)
    assert 0.0 <= pieces.day.min() < 0.02 * plan.days
    assert 0.98 * plan.days < pieces.day.max() < 1.001 * plan.days
    mean_step = np.diff(starts, axis=1).mean() / np.timedelta64(1, "s")
    assert mean_step == pytest.approx(seed.plant.value("piece_interval"), rel=0.05)


def test_the_same_stream_gives_the_same_bytes_whatever_was_drawn_before(seed, materials):
    plan = plan_run(seed, units=100)
    blocks = [UnitBlock(index, 20 * index, 20) for index in range(5)]
    alone = draw(plan, blocks[3], materials, plan.block_stream(blocks[3]))
    last = [draw(plan, block, Materials.of(seed), plan.block_stream(block)) for block in blocks[:4]][-1]
    for field in dataclasses.fields(alone):
        one, other = getattr(alone, field.name), getattr(last, field.name)
        if isinstance(one, np.ndarray):
            assert one.tobytes() == other.tobytes(), field.name
    assert alone.composites.second_content.tobytes() == last.composites.second_content.tobytes()
    another = draw(plan, blocks[3], materials, plan.block_stream(blocks[2]))
    assert not np.array_equal(alone.mass, another.mass)


def test_surfaces_have_their_shares_and_layers(seed, pieces, materials):
    value = seed.plant.value
    for state, surface in enumerate(SURFACES[1:], start=1):
        own = [properties.get(f"share_{surface}") for properties in materials.properties]
        share = np.array([value(f"share_{surface}") if one is None else 0.5 * (one.low + one.high) for one in own])
        has = pieces.surface == state
        expected = share[pieces.material].mean()
        assert has.mean() == pytest.approx(expected, abs=4.0 * np.sqrt(expected / len(has)) + 1e-12)
        if has.any():
            assert value(f"layer_{surface}_low") * (1 - 1e-12) <= pieces.layer[has].min()
            assert pieces.layer[has].max() <= value(f"layer_{surface}_high") * (1 + 1e-12)
    assert (pieces.layer[pieces.surface == 0] == 0.0).all()


def test_some_pieces_of_each_lot_are_dirty(seed, pieces):
    per_lot = len(pieces.lot) // LOTS
    dirty = (pieces.dirt.reshape(LOTS, per_lot) > 0.0).mean(axis=1)
    low, high = seed.plant.value("dirt_share_low"), seed.plant.value("dirt_share_high")
    assert dirty.mean() == pytest.approx(0.5 * (low + high), abs=0.03)
    assert dirty.std() > 0.8 * (high - low) / np.sqrt(12.0)
    assert 0.0 == pieces.dirt.min() < pieces.dirt.max() <= 1.0


def test_belt_is_as_crowded_as_the_seed_says(seed, pieces):
    occupancy = pieces.lots.occupancy
    assert np.array_equal(pieces.occupancy, occupancy[pieces.lot])
    assert occupancy.mean() == pytest.approx(seed.plant.value("occupancy_mean"), rel=0.1)
    assert occupancy.std() == pytest.approx(seed.plant.value("occupancy_sd"), rel=0.2)


def test_gaps_are_those_of_pieces_thrown_at_random(seed):
    pieces = pieces_of(changed(seed, touching_share=0.0))
    size = pieces.size.reshape(LOTS, -1)
    contact = 0.5 * (size + size.mean(axis=1, keepdims=True)).ravel()
    assert pieces.neighbour_gap.min() > 0.0
    # Neighbours expected between contact and the nearest one: exponential with mean 1.
    ring = (1.0 + pieces.neighbour_gap / contact) ** 2 - 1.0
    expected = np.pi * pieces.occupancy * crowding(pieces.occupancy) * ring
    assert expected.mean() == pytest.approx(1.0, rel=0.02)
    assert expected.std() == pytest.approx(1.0, rel=0.03)


def test_pieces_overlap_in_proportion_to_what_the_belt_carries(seed):
    pieces = pieces_of(changed(seed, touching_share=0.1, overlap_depth=0.3))
    overlapping = pieces.neighbour_gap < 0.0
    assert overlapping.sum() == pytest.approx((pieces.occupancy / 0.10 * 0.1).sum(), rel=0.05)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"without": ("fill_low", "share_painted")}, r"fill_low, share_painted missing"),
        ({"piece_interval": 0.0005}, r"plant\.parameters\.piece_interval: expected 0\.001 s or more"),
    ],
)
def test_what_a_feed_cannot_use_is_told(seed, changes, message):
    with pytest.raises(SimulationError, match=message):
        pieces_of(changed(seed, **changes), lots=2)


def test_surface_shares_above_one_are_told(seed):
    first = seed.plant.materials[0]
    greedy = first.model_copy(
        update={"properties": first.properties | {"share_painted": PhysicalRange(low=1.0, high=1.0, unit="1")}}
    )
    broken = changed(seed, materials=[greedy, *seed.plant.materials[1:]], share_oily=0.3)
    with pytest.raises(SimulationError, match="shares of surface states sum to 1"):
        pieces_of(broken, lots=2)


def test_a_regime_of_an_unknown_parameter_is_told(seed):
    regime = Regime(start=seed.plant.start, name="odd", description="a test", change={"no_such": quantity(1.0)})
    with pytest.raises(SimulationError, match=r"plant\.regimes\.odd: changes no_such"):
        pieces_of(changed(seed, [regime]), lots=2)
