"""Features and classes of cells whose truth is known."""

import numpy as np
import pytest

from models.processes.lookup import needed_physics_of
from models.processes.retired_batteries.physics import _WINDOWS, CLASSES
from physics.batteries.resistance import arrhenius_factor
from seeds import load
from seeds.format.units import is_unit

physics = needed_physics_of(load("retired_batteries"))
SIZE = {"length": 148.0, "width": 91.0, "thickness": 26.5}
REST = {"LFP": 3.31, "NMC": 3.70, "LMO": 3.95, "NCA": 3.68, "LCO": 3.90}


def cells(cathode: str = "NMC", **changed: float | np.ndarray) -> dict[str, np.ndarray]:
    """A sound prismatic cell of a cathode at 25 °C, whose label tells its data sheet; what is changed is by name."""
    ratio, attenuation, label, density, _ = (np.mean(window) for window in _WINDOWS[cathode])
    can = 1.7 * np.array([0.0772, 0.0472])  # both walls of aluminium at 58 and 95 keV
    low = attenuation * (SIZE["thickness"] - 1.7)
    lost = np.array([low + can[0], low / ratio + can[1]])
    values = {
        **SIZE,
        "mass": density * 1e-3 * np.prod([*SIZE.values()]),
        "swelling": 0.0,
        "surface_grade": 0.03,
        "label_voltage": label,
        "label_capacity": 40.0,
        "label_resistance": 0.8,
        "rest_voltage": REST[cathode],
        "voltage_fall": 0.1,
        "rest_time": 1.0,
        "insulation": 40.0,
        "gas": 4.0,
        "temperature_rise": 0.3,
        "declared_age": 7.0,
        "probe_temperature": 25.0,
        "pulse_r30ms": 1.0,
        "pulse_r100ms": 1.05,
        "pulse_r500ms": 1.2,
        "pulse_r1s": 1.25,
        "pulse_r3s": 1.35,
        "pulse_r5s": 1.45,
        "pulse_asymmetry": 1.03,
        "z_1khz_re": 1.0,
        "z_10hz_re": 1.1,
        "z_10hz_im": -0.05,
        "xrt_low": np.exp(-lost[0]),
        "xrt_ratio": lost[0] / lost[1],
    }
    n = max([1, *(np.size(value) for value in changed.values())])
    return {name: np.broadcast_to(changed.get(name, value), n).astype(float) for name, value in values.items()}


def test_features_are_those_that_are_listed_with_units_and_causes():
    seed = load("retired_batteries")
    features = physics.features(cells())
    assert list(features) == [feature.name for feature in physics.FEATURES]
    assert all(is_unit(feature.unit) for feature in physics.FEATURES)
    inputs = {one.name for one in seed.inputs}
    assert set(cells()) == inputs
    caused = [name for names in physics.CAUSES.values() for name in names]
    assert len(caused) == len(set(caused))
    assert set(caused) == inputs | set(features)


def test_a_resistance_is_brought_to_25_degrees():
    cold = cells(probe_temperature=10.0, pulse_r30ms=float(arrhenius_factor(30.0, 10.0)))
    assert physics.features(cold)["ohmic_25"] == pytest.approx(1.0, rel=1e-12)
    assert physics.features(cells())["transfer_25"] == pytest.approx(0.2, rel=1e-9)
    assert physics.features(cells())["diffusion_25"] == pytest.approx(0.25, rel=1e-9)


def test_growth_is_over_the_data_sheet_and_gives_the_fade():
    features = physics.features(cells())
    assert features["ohmic_growth"] == pytest.approx(25.0, rel=1e-9)  # 1.0 of 0.8 mΩ
    assert features["fade_by_growth"] == pytest.approx(20.0 * 0.25 / 0.42, rel=1e-9)
    assert physics.features(cells("LFP"))["fade_by_growth"] == pytest.approx(20.0, rel=1e-9)
    unread = physics.features(cells(label_resistance=np.nan))
    assert np.isnan(unread["ohmic_growth"]).all()
    assert np.isnan(unread["fade_by_growth"]).all()


def test_a_nearly_empty_cell_has_not_aged():
    """Below a tenth of the charge resistance is 1.4 times as high, by its root in what comes at once."""
    empty = cells("LFP", rest_voltage=3.2279, z_1khz_re=np.sqrt(1.4), pulse_r5s=1.4 * 1.45)
    assert physics.features(empty)["charge_of_lfp"] == pytest.approx(0.1, abs=2e-3)
    assert physics.features(empty)["ohmic_growth"] == pytest.approx(25.0, abs=0.5)
    assert physics.features(empty)["whole_growth"] == pytest.approx(100.0 * (1.45 / 0.8 - 1.0), abs=1.0)


@pytest.mark.parametrize(
    ("cathode", "charge", "volts"),
    [
        *(("LFP", charge, volts) for charge, volts in ((0.05, 3.1854), (0.1, 3.2176), (0.2, 3.2671), (0.3, 3.3010))),
        *(("NMC", charge, volts) for charge, volts in ((0.05, 3.4500), (0.1, 3.4816), (0.3, 3.6163), (0.5, 3.6802))),
        *(("LMO", charge, volts) for charge, volts in ((0.05, 2.8352), (0.1, 2.9762), (0.3, 3.3845), (0.5, 3.6933))),
    ],
)
def test_the_charge_of_real_cells_is_read_from_their_rested_voltage(cathode, charge, volts):
    """Medians of PulseBat's LFP of 35 Ah, NMC of 21 Ah and LMO of 10 Ah; above 30 % LFP is level within 6 mV."""
    result = physics.features(cells(cathode, rest_voltage=volts))
    assert result[f"charge_of_{cathode.lower()}"].item() == pytest.approx(charge, abs=0.04)


def test_the_rise_at_low_charge_is_that_of_the_likeliest_cathode():
    volts = 3.3868  # LMO at 30 % of charge; NMC would be nearly empty
    assert physics.features(cells("LMO", rest_voltage=volts))["low_charge"] == pytest.approx(1.0, abs=1e-3)
    assert physics.features(cells("NMC", rest_voltage=volts))["low_charge"] > 2.0


@pytest.mark.parametrize("cathode", CLASSES[:-1])
def test_the_can_is_taken_off(cathode):
    features = physics.features(cells(cathode))
    ratio, attenuation = (np.mean(window) for window in _WINDOWS[cathode][:2])
    assert features["bare_ratio"] == pytest.approx(ratio, rel=2e-3)
    assert features["bare_attenuation"] == pytest.approx(attenuation, rel=2e-3)
    assert cells(cathode)["xrt_ratio"] < ratio  # aluminium pulls it down


def test_volume_is_that_of_the_unswollen_cell():
    swollen = cells(swelling=10.0, thickness=1.1 * SIZE["thickness"])
    for name in ("box_density", "capacity_density"):
        assert physics.features(swollen)[name] == pytest.approx(physics.features(cells())[name], rel=1e-12)
    assert physics.features(cells())["capacity_density"] == pytest.approx(1e6 * 40.0 / (148.0 * 91.0 * 26.5), rel=1e-9)


@pytest.mark.parametrize("cathode", ["LFP", "LMO", "LCO"])
def test_the_class_of_a_typical_cell_is_its_cathode(cathode):
    assert CLASSES[int(physics.class_scores(cells(cathode))[0].argmax())] == cathode


def test_nmc_and_nca_fit_one_cell_alike():
    scores = physics.class_scores(cells("NMC"))[0]
    of = dict(zip(CLASSES, scores, strict=True))
    assert of["NMC"] - of["NCA"] < 2.0
    assert of["NMC"] - of["LFP"] > 10.0


@pytest.mark.parametrize(
    ("sign", "value"), [("swelling", 12.0), ("surface_grade", 0.8), ("voltage_fall", 12.0), ("gas", 900.0)]
)
def test_a_sign_of_damage_makes_a_cell_none_of_the_cathodes(sign, value):
    scores = physics.class_scores(cells("LFP", **{sign: np.array([cells()[sign][0], value])}))
    assert [CLASSES[k] for k in scores.argmax(axis=1)] == ["LFP", "other"]


def test_a_label_that_lies_does_not_outweigh_voltage_and_x_rays():
    forged = physics.class_scores(cells("LFP", label_voltage=3.65))[0]
    assert CLASSES[int(forged.argmax())] == "LFP"


def test_what_is_missing_is_left_out():
    names = ("label_voltage", "label_capacity", "label_resistance", "xrt_low", "xrt_ratio")
    bare = physics.class_scores(cells("LFP", **dict.fromkeys(names, np.nan)))
    assert np.isfinite(bare).all()
    assert CLASSES[int(bare[0].argmax())] == "LFP"
