"""Compositions of scrap: windows, the sampling rule, and what a scrap feed refuses."""

import numpy as np
import pytest

from seeds import Material, folder, load
from seeds.format.plant import PhysicalRange
from synthetic_data.engine.plan import SimulationError
from synthetic_data.sorter.materials import Materials, materials_of

# Belts of scrap: lines whose pieces come at an interval that the seed states.
SORTING = [path.stem for path in sorted(folder().glob("*.toml")) if "piece_interval = " in path.read_text("utf-8")]
PIECES = 40_000


def material(seed, **changes):
    """A made-up material of the seed's first class."""
    given = {
        "name": "made up",
        "belongs_to": seed.classes[0],
        "share": 1.0,
        "feed": "made_up",
        "balance": "al",
        "unit": "wt%",
        "content": {"mg": [2.0, 4.0], "fe": [0.0, 0.5]},
        "properties": {
            "density": PhysicalRange(low=2.7, high=2.7, unit="g/cm³"),
            "conductivity": PhysicalRange(low=40.0, high=40.0, unit="%IACS"),
            "thickness": PhysicalRange(low=1.0, high=2.0, unit="mm"),
        },
        "source": "assumed: a test",
    }
    return Material(**(given | changes))


def with_materials(seed, *materials):
    return seed.model_copy(update={"plant": seed.plant.model_copy(update={"materials": list(materials)})})


def drawn(seed, number=0):
    """Contents of many pieces of one material, by element."""
    materials = Materials.of(seed)
    contents = materials.contents(np.full(PIECES, number), np.random.default_rng(5))
    return dict(zip(materials.elements, contents.T, strict=True))


@pytest.fixture(scope="module")
def seed():
    return load(SORTING[0])


@pytest.mark.parametrize("name", SORTING)
def test_no_piece_leaves_its_windows_and_each_sums_to_a_hundred(name):
    materials = Materials.of(load(name))
    which = np.random.default_rng(2).permutation(np.repeat(np.arange(len(materials.names)), 300))
    contents = materials.contents(which, np.random.default_rng(3))
    assert contents.shape == (len(which), len(materials.elements))
    assert np.allclose(contents.sum(axis=1), 100.0, rtol=1e-12, atol=0.0)
    assert (contents >= materials.low[which] - 1e-9).all()
    assert (contents <= materials.high[which] + 1e-9).all()


@pytest.mark.parametrize("name", SORTING)
def test_elements_begin_with_the_columns_of_the_seed(name):
    given = load(name)
    elements = Materials.of(given).elements
    assert elements[: len(given.elements)] == tuple(column.name for column in given.elements)
    assert {one.balance for one in given.plant.materials} <= set(elements)
    assert len(set(elements)) == len(elements)


def test_an_impurity_is_log_normal_below_its_most(seed):
    iron, median = drawn(with_materials(seed, material(seed)))["fe"], seed.plant.value("impurity_median")
    assert np.median(iron) == pytest.approx(median * 0.5, rel=0.02)
    assert iron.max() <= 0.5
    assert np.quantile(iron, 0.999) > 0.95 * 0.5
    # Half of the pieces lie within e^±0.67 standard deviations of the logarithm.
    low, high = np.quantile(iron, [0.25, 0.75])
    assert np.log(high / low) == pytest.approx(2.0 * 0.6745 * np.log(1.0 / median) / 2.3263, rel=0.05)


def test_an_addition_peaks_in_the_middle_of_its_window(seed):
    magnesium = drawn(with_materials(seed, material(seed)))["mg"]
    share = (magnesium - 2.0) / 2.0
    assert share.mean() == pytest.approx(0.5, abs=0.005)
    assert share.std() == pytest.approx(np.sqrt(1.0 / 24.0), rel=0.02)  # a triangle's
    counts, _ = np.histogram(share, bins=10, range=(0.0, 1.0))
    assert counts.argmax() in (4, 5)


@pytest.mark.parametrize(("window", "median"), [([0.0, 0.20], 0.15), ([0.6, 1.1], 0.75), ([0.6, 1.1], 0.90)])
def test_a_given_median_replaces_the_rule(seed, window, median):
    given = material(seed).properties | {"median_fe": PhysicalRange(low=median, high=median, unit="wt%")}
    iron = drawn(with_materials(seed, material(seed, content={"fe": window}, properties=given)))["fe"]
    assert np.median(iron) == pytest.approx(median, rel=0.01)
    assert window[0] <= iron.min() < iron.max() <= window[1]


def test_the_window_of_the_balance_is_kept(seed):
    dirty = {name: [0.0, 0.4] for name in ("si", "fe", "cu")}
    contents = drawn(with_materials(seed, material(seed, content=dirty | {"al": [99.5, 99.8]})))
    assert contents["al"].min() >= 99.5 - 1e-9
    assert contents["al"].max() <= 99.8 + 1e-9
    assert max(contents[name].max() for name in dirty) <= 0.4 + 1e-12
    assert (contents["al"] < 99.5 + 1e-9).mean() > 0.1  # the limit binds


def test_the_same_stream_gives_the_same_numbers(seed):
    materials = Materials.of(seed)
    which = np.random.default_rng(2).integers(0, len(materials.names), 500)
    first, second = (materials.contents(which, np.random.default_rng(4)) for _ in range(2))
    assert np.array_equal(first, second)
    assert not np.array_equal(first, materials.contents(which, np.random.default_rng(5)))


def test_materials_are_made_once_for_a_run_and_anew_for_another_seed(seed):
    first = materials_of(seed)
    assert materials_of(seed) is first
    other = materials_of(with_materials(seed, material(seed)))
    assert other.names == ("made up",)
    assert materials_of(seed).names == first.names


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"feed": None}, "plant.materials.made up.feed: missing"),
        ({"unit": "ppm"}, "unit: got 'ppm': expected 'wt%'"),
        ({"share": 0.0}, "share: got 0: only a material of class 'other' may come later"),
        ({"content": {"mg": [60.0, 70.0], "si": [50.0, 60.0]}}, "windows sum to 110 to 230 wt%"),
        ({"properties": {}}, "properties.density: missing"),
    ],
)
def test_what_a_scrap_feed_cannot_use_is_told(seed, changes, message):
    with pytest.raises(SimulationError, match=message.replace(".", r"\.")):
        Materials.of(with_materials(seed, material(seed, **changes)))


@pytest.mark.parametrize("median", [0.61, 1.2])
def test_a_median_that_no_triangle_has_is_told(seed, median):
    given = material(seed).properties | {"median_fe": PhysicalRange(low=median, high=median, unit="wt%")}
    with pytest.raises(SimulationError, match=r"properties\.median_fe: no median"):
        Materials.of(with_materials(seed, material(seed, content={"fe": [0.6, 1.1]}, properties=given)))


def test_a_plant_without_materials_is_told(seed):
    with pytest.raises(SimulationError, match=r"plant\.materials: got none"):
        Materials.of(with_materials(seed))
