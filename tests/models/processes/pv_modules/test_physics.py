"""Features of photovoltaic modules: values worked out by hand, what stands in for gaps, directions."""

import numpy as np
import pytest

from models.processes.lookup import needed_physics_of
from models.processes.pv_modules.physics import CLASSES
from physics.photovoltaics import single_diode as diode
from seeds import load

physics = needed_physics_of(load("pv_modules"))


def module(**change: float) -> dict[str, np.ndarray]:
    """A sound module of 2010 with 60 cells, polyester behind and patterned glass in front, seen by every station."""
    columns = {
        "make_year": 2010.0,
        "label_power": 240.0,
        "mass": 19_000.0,
        "area": 1.64,
        "framed": 1.0,
        "frame_brightness": 0.7,
        "texture_score": 0.75,
        "corner_score": 0.12,
        "scribe_score": 0.06,
        "glass_breaks": 0.0,
        "soiling": 0.05,
        **dict(zip((f"rear_nir_{i}" for i in range(1, 7)), (0.74, 0.66, 0.82, 0.98, 0.66, 0.88), strict=True)),
        "xrf_sb": 1840.0,
        "xrf_cd": 60.0,
        "xrf_se": 60.0,
        "xrf_ag": 207.6,
        "isc": 8.5,
        "voc": 37.0,
        "pmp": 228.0,
        "ff": 0.725,
        "ff_low": 0.74,
        "insulation": 400.0,
        "el_dark_share": 0.02,
        "el_mean": 1.0,
        "el_spread": 0.1,
        "module_temperature": 25.0,
    }
    return {name: np.array([value]) for name, value in (columns | change).items()}


def feature_value(name: str, **change: float) -> float:
    return float(physics.features(module(**change))[name][0])


def test_every_feature_is_computed_named_and_put_down_to_a_cause():
    seed = load("pv_modules")
    names = [feature.name for feature in physics.FEATURES]
    assert list(physics.features(module())) == names
    assert sorted(name for group in physics.CAUSES.values() for name in group) == sorted([*seed.input_names, *names])
    assert seed.classes == CLASSES


def test_power_is_held_against_the_label_at_25_degrees_and_clean_glass():
    assert feature_value("loss_expected") == pytest.approx(5.0, rel=1e-9)
    hot = 228.0 * (1.0 - 0.0041 * 10.0)
    assert feature_value("loss_expected", module_temperature=35.0, pmp=hot) == pytest.approx(5.0, rel=1e-9)
    dirty = 228.0 * (1.0 - 0.025)
    assert feature_value("loss_expected", soiling=0.25, pmp=dirty) == pytest.approx(5.0, rel=1e-9)
    film = 228.0 * (1.0 - 0.0028 * 10.0)
    assert feature_value("loss_expected", scribe_score=0.9, module_temperature=35.0, pmp=film) == pytest.approx(
        5.0, rel=1e-9
    )


def test_the_stretched_loss_is_the_loss_where_signals_are_drawn_in():
    for loss in (-5.0, 9.0, 40.0):
        stretched = feature_value("loss_stretched", pmp=240.0 * (1.0 - 0.01 * loss))
        assert 9.0 + 4.5 * np.arcsinh(stretched) == pytest.approx(loss, abs=1e-6)


def test_without_a_label_the_year_s_efficiency_stands_in():
    # 14.7 % of 1.64 m² are 241.1 W.
    assert feature_value("loss_expected", label_power=np.nan) == pytest.approx(100.0 * (1.0 - 228.0 / 241.08), rel=1e-3)


def test_without_a_flash_age_and_dark_cells_stand_in():
    blind = {"pmp": np.nan, "isc": np.nan, "voc": np.nan, "ff": np.nan, "ff_low": np.nan}
    aged = 0.35 * 100.0 * (1.0 - 0.994**14.5)  # light as of a new module says that nothing is lost
    assert feature_value("loss_expected", **blind) == pytest.approx(aged, rel=1e-3)
    assert feature_value("loss_expected", **blind, el_dark_share=0.18) == pytest.approx(aged + 9.0, rel=1e-3)
    dimmer = aged + 0.65 * 1.1 * 10.0
    assert feature_value("loss_expected", **blind, el_mean=np.exp(-10.0 / 25.69)) == pytest.approx(dimmer, rel=1e-3)
    dark = {"el_mean": np.nan, "el_dark_share": np.nan}
    assert feature_value("loss_expected", **blind, **dark) == pytest.approx(aged / 0.35, rel=1e-3)
    assert np.isnan(feature_value("power_at_standard", **blind))


def test_without_a_year_the_efficiency_gives_one():
    new = 0.147 * 1640.0 * 0.994**12.5
    assert feature_value("year_expected", make_year=np.nan, label_power=np.nan, pmp=new) == pytest.approx(
        2010.0, abs=0.2
    )
    assert feature_value("year_expected", make_year=np.nan, pmp=np.nan) == 2012.0


def test_resistances_of_a_solved_curve_come_out():
    a = float(diode.diode_voltage(1.08, 60.0, 25.0))

    def fill(light: float, series: float, shunt: float) -> tuple[float, float]:
        voltage, current = diode.maximum_power(light, 1.2e-9, series, shunt, a)
        short = diode.short_circuit_current(light, series, shunt)
        open_circuit = diode.open_circuit_voltage(light, 1.2e-9, shunt, a)
        return float(diode.fill_factor(voltage * current, short, open_circuit)), float(open_circuit / short)

    for series, shunt in ((0.3, 400.0), (0.6, 400.0), (0.3, 60.0)):
        (full, ratio), (low, _) = fill(9.0, series, shunt), fill(1.8, series, shunt)
        assert feature_value("series_ratio", ff=full, ff_low=low) == pytest.approx(series / ratio, abs=0.02)
        # The shunt takes FF_0 V_oc/I_sc/R_sh of the fill factor.
        assert feature_value("shunt_ratio", ff=full, ff_low=low) == pytest.approx(0.84 * ratio / shunt, abs=0.015)


def test_lines_are_turned_into_contents():
    assert feature_value("antimony_expected") == pytest.approx(2400.0, rel=1e-9)
    assert feature_value("antimony_significance") == pytest.approx(1440.0 / np.sqrt(920.0), rel=1e-9)
    # The line says 12.3 g/m², as the year does.
    assert feature_value("silver_expected") == pytest.approx(1e6 * 12.3 / (19_000.0 / 1.64), rel=1e-6)
    twice = feature_value("silver_expected", xrf_ag=60.0 + 2.0 * 147.6) / feature_value("silver_expected")
    assert twice == pytest.approx(2.0**0.55, rel=1e-6)
    assert feature_value("cadmium_decades", xrf_cd=600.0) == pytest.approx(1.0, rel=1e-9)


def test_where_the_head_did_not_look_the_year_stands_in():
    blind = {"xrf_sb": np.nan, "xrf_cd": np.nan, "xrf_se": np.nan, "xrf_ag": np.nan}
    assert feature_value("antimony_expected", **blind) == pytest.approx(0.8 * 2350.0, rel=1e-9)
    assert feature_value("antimony_expected", **blind, scribe_score=0.9) == 12.0
    assert feature_value("silver_expected", **blind) == pytest.approx(1e6 * 12.3 / (19_000.0 / 1.64), rel=1e-6)
    assert feature_value("silver_short_expected", **blind, make_year=2023.0) == pytest.approx(
        1000.0 - 2.9e6 * 1.64 / 19_000.0, rel=1e-6
    )
    assert np.isnan(feature_value("cadmium_decades", **blind))


def test_rears_that_look_like_a_film_hold_its_fluorine():
    assert feature_value("fluorinated") < 0.1
    pvdf = dict(zip((f"rear_nir_{i}" for i in range(1, 7)), (0.92, 0.80, 0.66, 0.72, 0.88, 0.58), strict=True))
    assert feature_value("fluorinated", **pvdf) > 0.9
    assert feature_value("fluorine_expected", **pvdf) == pytest.approx(1e6 * 1.5 * 26.26 / (19_000.0 / 1.64), rel=0.05)
    assert feature_value("fluorine_expected", **pvdf) > 5.0 * feature_value("fluorine_expected")


def test_broken_glass_and_low_insulation_are_unfit():
    assert feature_value("unfit_by_tests") == 0.0
    assert feature_value("unfit_by_tests", glass_breaks=3.0) == 1000.0
    assert feature_value("unfit_by_tests", insulation=39.0) == 1000.0
    assert feature_value("insulation_decades") == pytest.approx(1.0, rel=1e-9)


def test_light_tells_the_voltage():
    assert feature_value("voltage_drop", el_mean=0.678) == pytest.approx(10.0, rel=0.005)


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("mono", {"texture_score": 0.15, "corner_score": 0.8}),
        ("multi", {}),
        ("cdte", {"scribe_score": 0.86, "texture_score": 0.1, "xrf_cd": 320.0, "isc": 2.8, "mass": 26_200.0}),
        ("cigs", {"scribe_score": 0.82, "texture_score": 0.14, "xrf_se": 380.0, "isc": 4.2, "mass": 27_000.0}),
        ("asi", {"scribe_score": 0.88, "texture_score": 0.08, "isc": 1.7, "mass": 27_000.0}),
        ("other", {"texture_score": 0.3, "scribe_score": 0.25, "isc": np.nan, "mass": 31_200.0}),
    ],
)
def test_typical_modules_are_parted_without_data(kind, change):
    scores = physics.class_scores(module(**change))
    assert scores.shape == (1, len(CLASSES))
    assert CLASSES[int(scores.argmax())] == kind


def test_what_is_missing_is_left_out_of_the_scores():
    blind = dict.fromkeys(("xrf_cd", "xrf_se", "isc"), np.nan)
    assert np.isfinite(physics.class_scores(module(**blind))).all()
    assert CLASSES[int(physics.class_scores(module(**blind)).argmax())] == "multi"
