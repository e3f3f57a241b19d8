"""The simulated sorter of heavy scrap: statistics in their bands, and what sensors may and may not know."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from models.processes.heavy_scrap.physics import CLASSES
from models.processes.lookup import needed_physics_of
from physics.sorting import xray
from physics.sorting.fluorescence_head import Head, Tube
from physics.sorting.xray_detector import AIR, detection_limit, detector_efficiency, resolution
from seeds import Seed, load
from synthetic_data import SimulatedRun, replay
from synthetic_data.sorter.ejection import eject
from synthetic_data.sorter.feed import SURFACES
from synthetic_data.sorter.materials import Materials
from synthetic_data.sorter.parameters import EjectionParameters

physics = needed_physics_of(load("heavy_scrap"))

DEGREES = 360.0
SINE = float(np.sqrt(0.5))
ELEMENTS = ("cu", "zn", "sn", "pb", "ni", "fe", "cr")


@pytest.fixture(scope="module")
def seed() -> Seed:
    return load("heavy_scrap")


@pytest.fixture(scope="module")
def plant(seed) -> SimulatedRun:
    return replay(seed)


@pytest.fixture(scope="module")
def pieces(seed, plant) -> pd.DataFrame:
    """Table and truth side by side, truth as `true_<name>` where both have a column, with material and features."""
    materials = Materials.of(seed)
    truth = plant.truth.drop(columns=["lot", "passed_at"])
    both = {name: name if name.startswith("true_") else f"true_{name}" for name in truth if name in plant.table}
    joined = pd.concat([plant.table, truth.rename(columns=both)], axis=1)
    number = joined["alloy"].astype(int)
    names = np.array([name.removesuffix(" of zorba") for name in materials.names])
    surface = joined["surface"].astype(int).map(dict(enumerate(SURFACES)))
    computed = physics.features({column.name: joined[column.name].to_numpy() for column in seed.inputs})
    feed = np.array(materials.feed)[number]
    return joined.assign(
        material=names[number], feed=feed, surface=surface, klass=joined["true_alloy_class"], **computed
    )


def robust_sd(values: pd.Series) -> float:
    return float((values.quantile(0.75) - values.quantile(0.25)) / 1.349)


def of_feeds(pieces: pd.DataFrame) -> dict[str, float]:
    named = pieces[pieces["klass"] != "other"]
    result = {}
    for feed in ("heavies", "zorba"):
        of_feed = named[named["feed"] == feed]
        share = of_feed.groupby("klass")["true_mass"].sum() / of_feed["true_mass"].sum()
        result[feed] = share.reindex(CLASSES, fill_value=0.0)
    heavies, zorba = result["heavies"], result["zorba"]
    mass = np.log(pieces.loc[pieces["feed"] == "heavies", "true_mass"])
    return {
        "zinc die cast in heavies": heavies["zinc_die_cast"],
        "copper in heavies": heavies["copper"],
        "brasses in heavies": heavies["brass"] + heavies["leaded_brass"],
        "bronze in heavies": heavies["bronze"],
        "stainless in heavies": heavies["stainless"],
        "light metal in heavies": heavies["aluminium"] + heavies["magnesium"],
        "lead in heavies": heavies["lead"],
        "aluminium in zorba": zorba["aluminium"],
        "magnesium in zorba": zorba["magnesium"],
        "mass median of heavies": float(np.exp(mass.median())),
        "mass geometric sd of heavies": float(np.exp(mass.std())),
        "unnamed pieces": float((pieces["klass"] == "other").mean()),
        "pieces that touch": float((pieces["neighbour_gap"] < 0.0).mean()),
        "dirty pieces": float((pieces["dirt"] > 0.0).mean()),
    }


def of_surfaces(pieces: pd.DataFrame) -> dict[str, float]:
    share = pieces.groupby("klass")["surface"].value_counts(normalize=True).unstack(fill_value=0.0)
    return {
        "plated zinc": share.loc["zinc_die_cast", "plated"],
        "tinned copper": share.loc["copper", "tinned"],
        "copper with patina": share.loc["copper", "patina"],
    }


def of_conductivity(pieces: pd.DataFrame) -> dict[str, float]:
    true = pieces.groupby("klass")["true_conductivity"].mean()
    read = (pieces["conductivity"] / pieces["true_conductivity"]).groupby(pieces["klass"]).median()
    result = {f"conductivity of {name}": true[name] for name in CLASSES if name != "other"}
    metals = ("copper", "zinc_die_cast", "aluminium")
    return result | {f"conductivity reading of {name} over the true one": read[name] for name in metals}


def of_colour(pieces: pd.DataFrame) -> dict[str, float]:
    clean = pieces[(pieces["surface"] == "bare") & (pieces["dirt"] == 0.0) & (pieces["overlap"] == 0.0)]
    colour = clean.groupby("klass")[["hue", "saturation", "brightness"]].median()
    alone = pieces[(pieces["klass"] == "copper") & (pieces["overlap"] == 0.0) & (pieces["dirt"] == 0.0)]
    brightness = alone.groupby("surface")["brightness"].median()
    white = ["aluminium", "zinc_die_cast", "stainless", "lead", "magnesium"]
    return {
        "hue of copper": DEGREES * colour.loc["copper", "hue"],
        "hue of brass": DEGREES * colour.loc["brass", "hue"],
        "hue of bronze": DEGREES * colour.loc["bronze", "hue"],
        "saturation of copper": colour.loc["copper", "saturation"],
        "saturation of brass": colour.loc["brass", "saturation"],
        "saturation of bronze": colour.loc["bronze", "saturation"],
        "saturation of white metals": colour.loc[white, "saturation"].max(),
        "brightness of aluminium": colour.loc["aluminium", "brightness"],
        "brightness of stainless": colour.loc["stainless", "brightness"],
        "brightness of zinc": colour.loc["zinc_die_cast", "brightness"],
        "brightness of lead": colour.loc["lead", "brightness"],
        "brightness that patina takes from copper": brightness["bare"] - brightness["patina"],
    }


LINES = tuple(
    (element, "La" if element == "pb" else "Ka") for element in ("cr", "mn", "fe", "ni", "cu", "zn", "pb", "mo", "sn")
)
METALS = (*(element for element, _ in LINES), "al", "mg", "si")
ALLOYS = {
    "6061": {"al": 97.3, "mg": 1.0, "si": 0.6, "fe": 0.35, "cu": 0.275, "cr": 0.2, "zn": 0.12, "mn": 0.08},
    "7075": {"al": 89.5, "mg": 2.5, "si": 0.2, "fe": 0.25, "cu": 1.6, "cr": 0.23, "zn": 5.6, "mn": 0.15},
    "A380": {"al": 85.2, "si": 8.5, "fe": 0.8, "cu": 3.5, "zn": 1.5, "mn": 0.25, "ni": 0.2},
    "CuZn30": {"cu": 70.0, "zn": 30.0},
    "CuZn39Pb3": {"cu": 58.0, "zn": 39.0, "pb": 3.0},
    "CuSn5Zn5Pb5": {"cu": 85.0, "zn": 5.0, "sn": 5.0, "pb": 5.0},
    "316": {"fe": 67.5, "cr": 17.0, "ni": 11.5, "mo": 2.5, "mn": 1.5},
}


def of_head(seed: Seed) -> dict[str, float]:
    """The head's physics at the counts of the published tables: 200,000 a second."""
    assert seed.plant is not None
    kvp, filter_mm = seed.plant.value("tube_voltage"), seed.plant.value("tube_filter")
    head = Head.of(METALS, LINES, np.arange(3.0, 50.05, 0.1), Tube(kvp, {"al": 0.27 * filter_mm}), 30.0)
    contents = np.array([[alloy.get(metal, 0.0) for metal in METALS] for alloy in ALLOYS.values()])
    lines = head.emitted(contents, SINE, SINE)
    scatter, below = head.scattered(contents, SINE, SINE)
    whole = lines.sum(axis=1) + scatter
    number = {name: i for i, name in enumerate(ALLOYS)}

    def share(alloy: str, element: str) -> float:
        return float(lines[number[alloy], METALS.index(element)] / whole[number[alloy]])

    def sigma(alloy: str, element: str, milliseconds: float) -> float:
        return ALLOYS[alloy][element] / float(np.sqrt(200.0 * milliseconds * share(alloy, element)))

    def limit(alloy: str, element: str, milliseconds: float) -> float:
        i, j = number[alloy], METALS.index(element)
        window = 2e-3 * resolution(xray.line_energy(element, "Ka"))
        scale = 200.0 * milliseconds / whole[i]
        return float(detection_limit(ALLOYS[alloy][element], scale * lines[i, j], scale * window * below[i, j]))

    energies = np.array([6.40, 8.05, 25.3])
    air = np.sum([part * xray.mass_attenuation(element, energies) for element, part in AIR.items()], axis=0)
    window, crystal = xray.mass_attenuation("be", energies), xray.mass_attenuation("si", energies)
    efficiency = detector_efficiency(air, window, crystal, 30.0)
    return {
        **{f"sigma of copper in 6061 at {ms} ms": sigma("6061", "cu", ms) for ms in (10, 20, 50)},
        **{f"limit of copper in 6061 at {ms} ms": limit("6061", "cu", ms) for ms in (10, 20, 50)},
        "sigma of zinc in 7075 at 20 ms": sigma("7075", "zn", 20),
        "limit of copper in 7075 at 20 ms": limit("7075", "cu", 20),
        "sigma of copper in A380 at 20 ms": sigma("A380", "cu", 20),
        "limit of copper in A380 at 20 ms": limit("A380", "cu", 20),
        "sigma of zinc in CuZn30 at 20 ms": sigma("CuZn30", "zn", 20),
        "sigma of lead in CuZn39Pb3 at 20 ms": sigma("CuZn39Pb3", "pb", 20),
        "sigma of tin in CuSn5Zn5Pb5 at 20 ms": sigma("CuSn5Zn5Pb5", "sn", 20),
        "line share of zinc in CuZn30": 100.0 * share("CuZn30", "zn"),
        "line share of lead in CuZn39Pb3": 100.0 * share("CuZn39Pb3", "pb"),
        "line share of tin in CuSn5Zn5Pb5": 100.0 * share("CuSn5Zn5Pb5", "sn"),
        "line share of molybdenum in 316": 100.0 * share("316", "mo"),
        "width of a line at 5.9 keV": float(resolution(5.9, seed.plant.value("noise"))),
        "efficiency at 6.40 keV": float(efficiency[0]),
        "efficiency at 8.05 keV": float(efficiency[1]),
        "efficiency at 25.3 keV": float(efficiency[2]),
    }


def of_x_rays(pieces: pd.DataFrame) -> dict[str, float]:
    alone = pieces[(pieces["overlap"] == 0.0) & (pieces["surface"].isin(("bare", "oily", "patina")))]
    brass, leaded = (alone[alone["klass"] == name] for name in ("brass", "leaded_brass"))
    ratio = (brass["zn_by_lines"] / brass["cu_by_lines"]) / (brass["true_zn"] / brass["true_cu"])
    many = ratio[brass["line_counts"] > 1500]
    bronze = alone[alone["klass"] == "bronze"]
    return {
        "time in sight": float(pieces["live_time"].median()),
        "error of lead in brass": robust_sd(brass["pb_by_lines"]),
        "error of tin in bronze": robust_sd(bronze["sn_by_lines"] - bronze["true_sn"]),
        "lead in leaded brass by lines over truth": float(leaded["pb_by_lines"].median() / leaded["true_pb"].median()),
        "error of zinc over copper where counts are many": robust_sd(many),
        "nickel on plated zinc": float(
            pieces.loc[(pieces["klass"] == "zinc_die_cast") & (pieces["surface"] == "plated"), "ni_by_lines"].median()
        ),
    }


def of_form(pieces: pd.DataFrame) -> dict[str, float]:
    alone = pieces[pieces["overlap"] == 0.0]
    return {
        "solid share, tenth of the pieces": float(alone["solid"].quantile(0.1)),
        "solid share, nine tenths of the pieces": float(alone["solid"].quantile(0.9)),
        "scale error": robust_sd(alone["mass"] - alone["true_mass"]),
    }


def of_ejection(pieces: pd.DataFrame, seed: Seed) -> dict[str, float]:
    """Copper shot out of the heavies by a machine that makes no mistake."""
    heavies = pieces[pieces["feed"] == "heavies"]
    belt = {
        "mass": heavies["true_mass"].to_numpy(),
        "size": heavies["size"].to_numpy(),
        "neighbour_gap": heavies["neighbour_gap"].to_numpy(),
        "occupancy": heavies["true_occupancy"].to_numpy(),
    }
    copper = (heavies["klass"] == "copper").to_numpy()
    landed, _ = eject(np.where(copper, 0, 1), 1, belt, EjectionParameters.of(seed), np.random.default_rng(1))
    ejected = landed == 0
    return {
        "mass taken along with copper": float(
            belt["mass"][ejected & ~copper].sum() / belt["mass"][ejected & copper].sum()
        ),
        "copper that is hit": float(belt["mass"][ejected & copper].sum() / belt["mass"][copper].sum()),
    }


def of_sorting(pieces: pd.DataFrame, seed: Seed) -> dict[str, float]:
    named = pieces[pieces["klass"] != "other"]
    scores = physics.class_scores({column.name: named[column.name].to_numpy() for column in seed.inputs})
    predictions = np.array(CLASSES)[scores.argmax(axis=1)]
    return {
        "right class by first principles": float(np.average(predictions == named["klass"], weights=named["true_mass"])),
    }


def test_statistics_lie_in_their_bands(seed, pieces, outside_bands):
    result = of_feeds(pieces) | of_surfaces(pieces) | of_conductivity(pieces) | of_colour(pieces) | of_head(seed)
    result |= of_x_rays(pieces) | of_form(pieces) | of_ejection(pieces, seed) | of_sorting(pieces, seed)
    assert outside_bands("heavy_scrap", result) == []


# ---- laws


def test_every_number_lies_in_its_columns_range_and_only_sensors_that_fail_are_silent(seed, plant):
    silent = set()
    for column in (*seed.inputs, *seed.elements):
        values = plant.table[column.name]
        low, high = column.limits
        assert values.min() >= low, column.name
        assert values.max() <= high, column.name
        if values.isna().any():
            silent.add(column.name)
    spectrum = {column.name for column in seed.inputs if column.name.startswith("rate_")} | {"live_time"}
    assert silent == spectrum | {"conductivity", "hue", "saturation", "brightness"}


def test_a_rate_is_whole_counts_over_live_time(seed, plant):
    table = plant.table.dropna(subset=["live_time"])
    for column in seed.inputs:
        if column.name.startswith("rate_"):
            counts = table[column.name] * table["live_time"]
            assert np.allclose(counts, counts.round(), atol=1e-6), column.name
            assert counts.max() > 5, column.name


def test_counts_scatter_as_poisson_does_or_more(pieces):
    # Empty windows: tin's in clean copper holds tails and scatter alone.
    copper = pieces[(pieces["klass"] == "copper") & (pieces["surface"] == "bare") & (pieces["overlap"] == 0.0)]
    counts = (copper["rate_sn"] * copper["live_time"]).dropna()
    groups = counts.groupby(pd.qcut(copper["live_time"], 5))
    assert (groups.var() > 0.8 * groups.mean()).all()


def test_a_lot_comes_from_one_feed_and_its_pieces_one_after_the_other(seed, plant, pieces):
    assert seed.plant is not None
    lots = pieces.groupby("lot")
    assert len(lots) == seed.plant.units
    assert (lots["feed"].nunique() == 1).all()
    assert (lots.size() == seed.plant.value("pieces_per_lot")).all()
    assert plant.table.groupby("lot")["passed_at"].diff().dropna().min() >= pd.Timedelta(milliseconds=1)
    for name in ("tile_hours", "tube_age"):
        assert (lots[name].nunique() == 1).all(), name


def test_the_laboratory_errs_little_and_without_bias(pieces):
    same = pieces["alloy_class"] == pieces["klass"]
    assert 0.99 < same.mean() < 1.0
    for element in ELEMENTS:
        held = pieces[same & (pieces[f"true_{element}"] > 0.5)]
        assert (held[element] - held[f"true_{element}"]).std() > 0.0
        assert held[element].sum() / held[f"true_{element}"].sum() == pytest.approx(1.0, abs=0.01), element


def test_more_time_in_sight_leaves_less_error(pieces):
    brass = pieces[(pieces["klass"] == "brass") & (pieces["overlap"] == 0.0) & (pieces["surface"] != "plated")]
    error = brass["zinc_over_brass"] - brass["true_zn"] / (brass["true_zn"] + brass["true_cu"])
    few, many = brass["line_counts"] < 300, brass["line_counts"] > 1500
    assert robust_sd(error[few]) > 1.5 * robust_sd(error[many])


def test_plating_shows_nickel_where_it_covers(pieces):
    zinc = pieces[(pieces["klass"] == "zinc_die_cast") & (pieces["overlap"] == 0.0)]
    bare, plated = zinc[zinc["surface"] == "bare"], zinc[(zinc["surface"] == "plated") & (zinc["cover"] > 0.9)]
    assert plated["rate_zn"].median() < 0.3 * bare["rate_zn"].median()
    assert plated["rate_ni"].median() > 20.0 * bare["rate_ni"].median()
    assert plated["zn"].median() == pytest.approx(bare["zn"].median(), rel=0.02)  # the laboratory cuts through


def test_tin_on_copper_looks_like_bronze(pieces):
    copper = pieces[(pieces["klass"] == "copper") & (pieces["overlap"] == 0.0)].groupby("surface")
    assert copper["sn_by_lines"].median()["tinned"] > 4.0 > copper["sn_by_lines"].median()["bare"]
    assert copper["sn"].median()["tinned"] < 0.1


def test_x_rays_tell_light_metal_from_heavy_but_hardly_which(pieces):
    alone = pieces[(pieces["overlap"] == 0.0) & (pieces["surface"] == "bare")]
    light = alone.groupby("klass")["light_by_scatter"].median()
    assert light["aluminium"] > 80.0
    assert light["magnesium"] > 80.0
    assert light[["copper", "zinc_die_cast", "stainless"]].max() < 10.0
    ratio = alone[alone["klass"].isin(("aluminium", "magnesium"))].groupby("klass")["compton_over_rayleigh"]
    middle, spread = ratio.median(), ratio.apply(robust_sd)
    assert abs(middle["aluminium"] - middle["magnesium"]) < spread.min()
    density = alone.groupby("klass")["apparent_density"].median()
    assert density["magnesium"] < 0.75 * density["aluminium"]


def test_the_tube_fades_and_is_replaced(seed, pieces):
    lots = pieces.groupby("lot")[["passed_at", "tube_age"]].first()
    assert lots["tube_age"].between(0.0, seed.plant.value("tube_life")).all()
    assert (lots.sort_values("passed_at")["tube_age"].diff() < 0.0).sum() >= 2
    brass = pieces[(pieces["klass"] == "leaded_brass") & (pieces["overlap"] == 0.0) & (pieces["surface"] == "bare")]
    by_output = brass.groupby(pd.qcut(brass["output"], 3), observed=True)["rate_cu"].median().to_numpy()
    assert (np.diff(by_output) > 0.0).all()


def test_regimes_come_on_their_dates(seed, plant, pieces):
    assert seed.plant is not None
    dates = {f"regime {regime.name}": pd.Timestamp(regime.start) for regime in seed.plant.regimes}
    onsets = plant.events.set_index("kind")["onset"]
    assert {kind: onsets[kind] for kind in dates} == dates
    later = {one.name.removesuffix(" of zorba") for one in seed.plant.materials if one.share == 0.0}
    arrived = pieces[pieces["material"].isin(later) & (pieces["klass"] == "other")]
    assert len(arrived) > 20
    assert arrived["passed_at"].min() >= dates["regime new_unknown_alloy"]
    after = pieces["passed_at"] >= dates["regime new_supplier"]
    assert (pieces["feed"] == "zorba")[after].mean() > (pieces["feed"] == "zorba")[~after].mean()


def test_another_plant_has_other_unknown_materials(seed):
    names = np.array(Materials.of(seed).names)

    def unknown(rng_seed: int) -> set[str]:
        truth = replay(seed, units=60, rng_seed=rng_seed).truth
        return set(names[truth.loc[truth["alloy_class"] == "other", "alloy"].astype(int)])

    result = [unknown(rng_seed) for rng_seed in (1, 2, 3)]
    assert any(one != result[0] for one in result[1:])


def test_no_truth_reaches_the_table(seed, plant):
    known = {column.name for column in seed.columns}
    assert set(plant.table.columns) == known
    assert seed.classes == CLASSES
    hidden = set(plant.truth.columns) - known
    assert hidden >= {"true_mass", "alloy", "size", "surface", "layer", "cover", "dirt", "overlap", "gain", "output"}
    for name in ELEMENTS:
        held = plant.truth[name] > 0.05
        assert not np.isclose(plant.table[name], plant.truth[name], rtol=1e-9, atol=0.0)[held].all()
