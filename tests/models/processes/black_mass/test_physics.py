"""First principles of black mass: balances by hand."""

import numpy as np
import pytest

from models.processes.lookup import needed_physics_of
from seeds import load

SEED = load("black_mass")
physics = needed_physics_of(SEED)


# A lot whose every term counts, and what balances give of it, worked out here with plain numbers.
LOT = {
    **{"feed_share_lfp": 0.03, "feed_share_lco": 0.05, "feed_scrap_share": 0.4},
    **{"ni_in_hand": 20.0, "co_in_hand": 9.0, "mn_in_hand": 6.0, "cu_in_hand": 1.6, "al_in_hand": 2.0},
    **{
        "pyrolysis_temperature": 600.0,
        "furnace_temperature": 590.0,
        "pyrolysis_time": 50.0,
        "mill_time": 156.0,
        "screen_aperture": 0.3,
    },
    **{"air_velocity": 7.3, "wash_ratio": 1.4, "wash_flow": 0.9, "mill_power": 60.0, "powder_yield": 57.0},
    **{"online_xrf_ni": 21.0, "online_xrf_co": 8.0, "online_xrf_mn": 6.5, "online_xrf_cu": 2.2, "online_xrf_fe": 1.3},
}
NMC = {  # contents of the pure grades, weighed 5, 33, 36 and 26 %
    "ni": 0.05 * 20.2814 + 0.33 * 30.3943 + 0.36 * 36.3317 + 0.26 * 48.2677,
    "co": 0.05 * 20.3643 + 0.33 * 12.2074 + 0.36 * 12.1601 + 0.26 * 6.0580,
    "mn": 0.05 * 18.9839 + 0.33 * 17.0698 + 0.36 * 11.3358 + 0.26 * 5.6475,
}
BINDER = 0.1 ** (50.0 / 70.0 * np.exp(1.5))
RAW = 2.3 * (1.0 - 0.8 * 0.15) * (0.15 + 0.85 * BINDER)
SEEN_BINDER = 0.1 ** (50.0 / 70.0 * np.exp(1.25))
SEEN_RAW = 2.3 * (1.0 - 0.8 * 0.15) * (0.15 + 0.85 * SEEN_BINDER)
FOIL = np.exp(0.65 * 0.2) * 1.2**0.7 * np.exp(-0.06)
BRITTLE = 1.0 + 0.8 / (1.0 + np.exp(10.0 / 8.0))
SEEN_BRITTLE = 1.0 + 0.8 / (1.0 + np.exp(20.0 / 8.0))
METALS = {
    "ni": (20.0 * 0.92 * NMC["ni"] * 0.605) ** 0.5,
    "co": (9.0 * (0.92 * NMC["co"] + 0.05 * 60.2150) * 0.605) ** 0.5,
    "mn": (6.0 * 0.92 * NMC["mn"] * 0.605) ** 0.5,
}
OF_CARBONATE = 2.0 * 6.94 / (2.0 * 6.94 + 12.011 + 3.0 * 15.999)
CARRIED = 0.1 * OF_CARBONATE * 0.7 * (15.3 - 0.8 * 2.6)  # %·t/m³: nearly saturated water of 20 °C
LAYERED = 6.94 * (METALS["ni"] / 58.693 + METALS["co"] / 58.933 + METALS["mn"] / 54.938)
CONTENTS = {
    **METALS,
    "li": LAYERED + 100.0 * 6.94 / 157.755 * 0.03 * 0.605 + 0.15 * 0.6 / 2.0 - CARRIED * 1.4,
    "cu": (1.25 * 1.6) ** 0.5 * FOIL,
    "al": (1.65 * 2.0) ** 0.5 * FOIL * BRITTLE,
    "fe": 100.0 * 55.845 / 157.755 * 0.03 * 0.605 + 0.22,
    "f": RAW * (0.35 + 0.65 * 0.6 / 2.0),
    "f_water": RAW * 0.65 * 0.6 / 2.0,
    "p": 100.0 * 30.974 / 157.755 * 0.03 * 0.605 + 0.2,
}
RECOVERED = 1.0 - np.exp(-156.0 / (35.2 * (1.0 + 0.5 * (SEEN_BINDER - 0.1))))
SEEN_LITHIUM = 6.94 * (21.0 / 58.693 + 8.0 / 58.933 + 6.5 / 54.938)
FOUND = {
    "active_by_xrf": 35.5 / sum(NMC.values()),
    "nickel_and_cobalt_by_xrf": 29.0,
    "lithium_by_xrf": SEEN_LITHIUM + 0.15 * 0.6 / 1.5 - CARRIED * 0.9,
    "phosphorus_declared": CONTENTS["p"],
    "phosphorus_by_iron": 0.2 + 30.974 / 55.845 * 1.08,
    "binder_left": SEEN_BINDER,
    "fluorine_unwashed": SEEN_RAW,
    "expected_fluorine": SEEN_RAW * (0.35 + 0.65 * 0.6 / 1.5),
    "expected_soluble": SEEN_RAW * 0.65 * 0.6 / 1.5,
    "foil": FOIL,
    "expected_copper": 1.25 * FOIL,
    "expected_aluminium": 1.65 * FOIL * SEEN_BRITTLE,
    "copper_excess": np.log(2.2 / (1.25 * FOIL)),
    "aluminium_by_copper": 1.65 * SEEN_BRITTLE * 2.2 / 1.25,
    "recovered": RECOVERED,
    "yield_excess": 57.0 - 59.5 * RECOVERED,
    "power_excess": 60.0 - (12.0 + 33.0 * 1.2),
    "water_missing": 0.5,
}


def lot(**changed):
    return {name: np.array([value]) for name, value in (LOT | changed).items()}


def test_contents_of_all_elements_but_traces_by_hand():
    result = {name: values[0] for name, values in physics.contents(lot()).items()}
    assert result == pytest.approx(CONTENTS, rel=1e-5)
    assert set(result) == {column.name for column in SEED.elements} - {"pb", "cd", "cr"}


def test_every_feature_by_hand():
    result = {name: values[0] for name, values in physics.features(lot()).items()}
    assert result == pytest.approx(FOUND, rel=1e-5)


def test_water_takes_hardly_any_lithium_of_cells_that_were_not_pyrolysed():
    raw = lot(pyrolysis_time=0.0, wash_ratio=2.3)
    lost = physics.contents(raw | {"wash_ratio": np.zeros(1)})["li"] - physics.contents(raw)["li"]
    assert lost[0] == pytest.approx(0.15 * 2.3 / 2.9, rel=1e-9)
    burnt = lot(wash_ratio=2.3)
    taken = physics.contents(burnt | {"wash_ratio": np.zeros(1)})["li"] - physics.contents(burnt)["li"]
    assert taken[0] == pytest.approx(lost[0] + 2.3 * CARRIED, rel=1e-9)


def test_bounds_of_strange_rows_by_hand():
    features = physics.features(lot(online_xrf_cu=0.0, online_xrf_fe=0.1, mill_time=900.0, furnace_temperature=800.0))
    assert features["phosphorus_by_iron"][0] == pytest.approx(0.2, rel=1e-12)
    foil = np.exp(0.65 * (400.0 / 130.0 - 1.0)) * 1.2**0.7 * np.exp(-0.06)
    assert features["foil"][0] == pytest.approx(foil, rel=1e-9)
    assert features["copper_excess"][0] == pytest.approx(np.log(0.01 / (1.25 * foil)), rel=1e-9)
    hottest = 1.0 + 0.8 / (1.0 + np.exp(-50.0 / 8.0))
    assert features["expected_aluminium"][0] == pytest.approx(1.65 * foil * hottest, rel=1e-9)


def test_spans_keep_their_sums():
    # An edit of one end that nobody saw changes a sum; that plants lie within is tested over every plant.
    ends = np.array([feature.span for feature in physics.FEATURES])
    assert ends.sum(axis=0) == pytest.approx([-66.94, 231.4], rel=1e-9)
