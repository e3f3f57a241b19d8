"""Physics features of aluminium scrap: they undo what the sensors do, and known alloys score as their class."""

import numpy as np
import pytest

from models.processes.aluminium_scrap import (
    ALUMINIUM_RATIO,
    CLASSES,
    FAMILIES,
    FEATURES,
    LOG_LOW,
    RATIO_PER_COPPER,
    SATURATION,
    class_scores,
    features,
)
from physics.sorting.dual_energy import log_transmissions, sandwich
from physics.sorting.libs import LINES, self_absorption
from physics.sorting.xray import mass_attenuation
from seeds import load

# Contents of certified alloys near the middle of their windows, wt%, with conductivity in %IACS.
ALLOYS = {
    "1050A": ("1xxx", {"si": 0.1, "fe": 0.25}, 61),
    "2024": ("2xxx", {"si": 0.15, "fe": 0.2, "cu": 4.4, "mn": 0.6, "mg": 1.5}, 30),
    "3003": ("3xxx", {"si": 0.2, "fe": 0.5, "cu": 0.12, "mn": 1.2}, 45),
    "5083": ("5xxx", {"si": 0.15, "fe": 0.25, "mn": 0.7, "mg": 4.4, "cr": 0.12}, 29),
    "5754": ("5xxx", {"si": 0.15, "fe": 0.25, "mn": 0.25, "mg": 3.1, "cr": 0.1}, 33),
    "6063": ("6xxx", {"si": 0.4, "fe": 0.2, "mg": 0.6}, 55),
    "6111": ("6xxx", {"si": 0.85, "fe": 0.2, "cu": 0.7, "mn": 0.25, "mg": 0.75}, 41),
    "7075": ("7xxx", {"si": 0.15, "fe": 0.2, "cu": 1.6, "mg": 2.5, "zn": 5.6, "cr": 0.22}, 34),
    "A356": ("cast_low_cu", {"si": 7.0, "fe": 0.15, "mg": 0.35, "ti": 0.12}, 39),
    "46000": ("cast_cu", {"si": 9.5, "fe": 0.8, "cu": 3.0, "mn": 0.25, "mg": 0.35, "zn": 0.7, "ti": 0.05}, 26),
}
SEED = load("aluminium_scrap")


def pieces(contents, conductivities):
    """What sensors without errors read of clean solid pieces 5 mm thick."""
    n = len(contents)
    columns = {column.name: np.full(n, column.typical.mean) for column in SEED.inputs}
    for name, line in LINES.items():
        if f"libs_{name}" in columns:
            content = np.array([one.get(line.element, 0.0) for one in contents])
            thin = SATURATION.get(name, 1e9)
            columns[f"libs_{name}"] = content * self_absorption(content / thin)
    heavy = np.array([one.get("cu", 0.0) + 1.13 * one.get("zn", 0.0) + 0.6 * one.get("mn", 0.0) for one in contents])
    columns["xrt_transmission_low"] = np.full(n, 0.55)
    log_low = -np.log(0.55)
    slope = np.interp(log_low, LOG_LOW, RATIO_PER_COPPER)
    columns["xrt_log_ratio"] = np.interp(log_low, LOG_LOW, ALUMINIUM_RATIO) + slope * heavy
    per_area = np.full(n, 1.35)
    columns |= {"xrt_areal_density": per_area, "area": np.full(n, 20.0), "mass": 20.0 * per_area}
    columns |= {"apparent_density": np.full(n, 2.7), "height": np.full(n, 5.0)}
    columns["conductivity"] = np.array(conductivities, dtype=np.float64)
    return columns


def known():
    classes, contents, conductivities = zip(*ALLOYS.values(), strict=True)
    return classes, contents, pieces(contents, conductivities)


def test_features_are_those_that_are_announced():
    _, contents, columns = known()
    found = features(columns)
    assert list(found) == [feature.name for feature in FEATURES]
    assert all(values.shape == (len(contents),) for values in found.values())
    assert {feature.sign for feature in FEATURES} == {0}


def test_contents_are_what_lines_without_errors_tell():
    _, contents, columns = known()
    found = features(columns)
    names = {"si": "silicon", "mg": "magnesium", "cu": "copper", "zn": "zinc", "mn": "manganese", "fe": "iron"}
    for element, name in names.items():
        expected = [one.get(element, 0.0) for one in contents]
        assert found[f"{name}_content"] == pytest.approx(expected, rel=1e-6, abs=1e-6), element


def test_copper_by_x_rays_agrees_with_copper_by_light():
    _, _, columns = known()
    found = features(columns)
    assert found["heavy_disagreement"] == pytest.approx(np.zeros(len(ALLOYS)), abs=1e-6)


def test_a_solid_piece_closes_its_mass_and_needs_no_lift_off():
    _, _, columns = known()
    found = features(columns)
    for name in ("mass_closure", "solid_share"):
        assert found[name] == pytest.approx(np.ones(len(ALLOYS)), rel=1e-9)
    assert found["wall_thickness"] == pytest.approx(np.full(len(ALLOYS), 5.0), rel=1e-9)
    assert found["metal_conductivity"] == pytest.approx(columns["conductivity"], rel=1e-12)


def test_known_alloys_score_highest_in_their_class():
    classes, _, columns = known()
    best = [CLASSES[k] for k in class_scores(columns).argmax(axis=1)]
    assert best == list(classes)


def test_what_no_class_explains_is_other():
    odd = [{"mg": 10.0, "zn": 8.0}, {"fe": 2.5, "si": 3.5}, {"cu": 3.0, "si": 17.0, "mg": 3.0}]
    scores = class_scores(pieces(odd, [30, 30, 30]))
    assert [CLASSES[k] for k in scores.argmax(axis=1)] == ["other"] * len(odd)


def test_a_layer_makes_the_scores_less_sure():
    _, _, clean = known()
    painted = clean | {"libs_ca_393": np.full(len(ALLOYS), 5.0), "libs_c_248": np.full(len(ALLOYS), 200.0)}

    def sureness(columns):
        scores = class_scores(columns)
        return scores.max(axis=1) - np.median(scores, axis=1)

    assert (features(painted)["layer_index"] > features(clean)["layer_index"] + 1.0).all()
    assert (sureness(painted) < sureness(clean)).all()


def test_missing_light_leaves_the_scores_to_the_other_sensors():
    _, _, columns = known()
    blind = {
        name: np.full_like(values, np.nan) if name.startswith("libs_") else values for name, values in columns.items()
    }
    scores = class_scores(blind)
    assert np.isfinite(scores).all()
    heavy = [CLASSES[k] in ("2xxx", "7xxx", "cast_cu", "other") for k in scores.argmax(axis=1)]
    expected = [klass in ("2xxx", "7xxx", "cast_cu") for klass, _, _ in ALLOYS.values()]
    assert heavy == expected


def test_the_order_of_classes_is_the_seeds_and_all_have_families():
    assert CLASSES == SEED.classes
    assert {family.klass for family in FAMILIES} == set(CLASSES)


def test_the_table_of_log_ratios_is_that_of_the_cross_sections():
    scanner = sandwich(160.0)
    thickness = np.geomspace(1e-3, 60.0, 2000)
    curves = []
    for copper in (0.0, 0.05):
        shares = np.repeat(np.array([[1.0 - copper, copper]]), len(thickness), axis=0)
        attenuation = shares @ np.stack([mass_attenuation(element, scanner.energies) for element in ("al", "cu")])
        low, high = log_transmissions(attenuation, thickness, scanner)
        curves.append(np.interp(LOG_LOW, -low, low / high))
    assert pytest.approx(curves[0], rel=2e-3) == ALUMINIUM_RATIO
    assert pytest.approx((curves[1] - curves[0]) / 5.0, rel=0.02) == RATIO_PER_COPPER
