"""Physics features of aluminium scrap: they undo what the sensors do, and known alloys score as their class."""

import numpy as np
import pytest

from models.processes.aluminium_scrap.physics import (
    ALUMINIUM_RATIO,
    CLASSES,
    FAMILIES,
    LOG_LOW,
    RATIO_PER_COPPER,
    SATURATION,
)
from models.processes.lookup import needed_physics_of
from physics.sorting.dual_energy import log_transmissions, sandwich
from physics.sorting.libs import LINES, line_emission, saha_ratio, self_absorption
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
physics = needed_physics_of(SEED)


def pieces(contents, conductivities):
    """What sensors without errors read of clean solid pieces 5 mm thick."""
    n = len(contents)
    columns = {column.name: np.full(n, column.typical.mean) for column in SEED.inputs}
    for name, line in LINES.items():
        if f"libs_{name}" in columns:
            content = np.array([one.get(line.element, 0.0) for one in contents])
            thin = SATURATION.get(name, 1e9)
            aluminium = np.array([100.0 - sum(one.values()) for one in contents]) / 95.0
            columns[f"libs_{name}"] = content * self_absorption(content / thin) / aluminium
    heavy = np.array([one.get("cu", 0.0) + 1.13 * one.get("zn", 0.0) + 0.6 * one.get("mn", 0.0) for one in contents])
    columns["xrt_transmission_low"] = np.full(n, 0.55)
    log_low = -np.log(0.55)
    slope = np.interp(log_low, LOG_LOW, RATIO_PER_COPPER)
    columns["xrt_log_ratio"] = np.interp(log_low, LOG_LOW, ALUMINIUM_RATIO) + slope * heavy
    per_area = np.full(n, 1.35)
    columns |= {"xrt_areal_density": per_area, "area": np.full(n, 20.0), "mass": 20.0 * per_area}
    columns |= {"apparent_density": np.full(n, 2.7), "height": np.full(n, 5.0)}
    columns["conductivity"] = np.array(conductivities, dtype=np.float64)
    columns |= {"libs_total": np.ones(n), "tile_hours": np.zeros(n)}  # the plasma of the tile, read there just now
    return columns


def known():
    classes, contents, conductivities = zip(*ALLOYS.values(), strict=True)
    return classes, contents, pieces(contents, conductivities)


def test_contents_are_what_lines_without_errors_tell():
    _, contents, columns = known()
    features = physics.features(columns)
    names = {"si": "silicon", "mg": "magnesium", "cu": "copper", "zn": "zinc", "mn": "manganese", "fe": "iron"}
    for element, name in names.items():
        expected = [one.get(element, 0.0) for one in contents]
        assert features[f"{name}_content"] == pytest.approx(expected, rel=5e-3), element


@pytest.mark.parametrize("light", [0.4, 0.8, 1.5])
def test_contents_do_not_depend_on_the_light_of_the_plasma(light):
    """A plasma out of focus is colder and thinner, and dust of three hours takes more of the ultraviolet."""
    _, contents, _ = known()
    kelvin, hours = 10_000.0 * light**0.06, 3.0
    columns = pieces(contents, [40.0] * len(contents))

    def over_tile(line, electrons=3e16):
        """Light of a thin line of so much of an element over that on the tile, by Boltzmann and Saha."""
        ratio = []
        for temperature in (kelvin, 10_000.0):
            ions = saha_ratio(temperature, electrons, line.ionisation_energy, line.atom_weight, line.ion_weight)
            share = ions / (1.0 + ions) if line.ion else 1.0 / (1.0 + ions)
            weight = line.ion_weight if line.ion else line.atom_weight
            ratio.append(line_emission(1.0, 1.0, line.upper_energy, temperature, weight, share))
        return ratio[0] / ratio[1]

    for name, thin in SATURATION.items():
        line = LINES[name]
        content = np.array([one.get(line.element, 0.0) for one in contents])
        drift = 0.008 * hours * ((400.0 / line.wavelength) ** 1.5 - (400.0 / 256.8) ** 1.5)
        gain = over_tile(line) / over_tile(LINES["al_256"]) * np.exp(-drift)
        aluminium = np.array([100.0 - sum(one.values()) for one in contents]) / 95.0
        columns[f"libs_{name}"] = content * self_absorption(content * light ** (1 / 3) / thin) * gain / aluminium
    columns["libs_total"] = np.full(len(contents), light * np.exp(-0.008 * hours))
    columns["tile_hours"] = np.full(len(contents), hours)
    features = physics.features(columns)
    names = {"si": "silicon", "mg": "magnesium", "cu": "copper", "zn": "zinc", "mn": "manganese", "fe": "iron"}
    for element, name in (names | {"cr": "chromium", "ti": "titanium"}).items():
        expected = [one.get(element, 0.0) for one in contents]
        # Ratios of lines follow a power of the irradiance within 4 %, least well where the exponent is near 0.
        assert features[f"{name}_content"] == pytest.approx(expected, rel=0.04), element


def test_a_light_that_is_not_known_counts_as_that_of_the_tile():
    _, _, columns = known()
    unknown = np.full(len(ALLOYS), np.nan)
    features = physics.features(columns | {"libs_total": unknown, "tile_hours": unknown})
    for name, expected in physics.features(columns).items():
        assert features[name] == pytest.approx(expected, rel=1e-12), name


def test_copper_by_x_rays_agrees_with_copper_by_light():
    _, _, columns = known()
    features = physics.features(columns)
    assert features["heavy_disagreement"] == pytest.approx(np.zeros(len(ALLOYS)), abs=0.02)


def test_a_solid_piece_closes_its_mass_and_needs_no_lift_off():
    _, _, columns = known()
    features = physics.features(columns)
    for name in ("mass_closure", "solid_share"):
        assert features[name] == pytest.approx(np.ones(len(ALLOYS)), rel=1e-9)
    assert features["wall_thickness"] == pytest.approx(np.full(len(ALLOYS), 5.0), rel=1e-9)
    assert features["metal_conductivity"] == pytest.approx(columns["conductivity"], rel=1e-12)


def test_known_alloys_score_highest_in_their_class():
    classes, _, columns = known()
    best = [CLASSES[k] for k in physics.class_scores(columns).argmax(axis=1)]
    assert best == list(classes)


def test_what_no_class_explains_is_other():
    anomalous = [{"mg": 10.0, "zn": 8.0}, {"fe": 2.5, "si": 3.5}, {"cu": 3.0, "si": 17.0, "mg": 3.0}]
    scores = physics.class_scores(pieces(anomalous, [30, 30, 30]))
    assert [CLASSES[k] for k in scores.argmax(axis=1)] == ["other"] * len(anomalous)


def test_a_layer_makes_the_scores_less_sure():
    _, _, clean = known()
    painted = clean | {"libs_ca_393": np.full(len(ALLOYS), 5.0), "libs_c_248": np.full(len(ALLOYS), 200.0)}

    def sureness(columns):
        scores = physics.class_scores(columns)
        return scores.max(axis=1) - np.median(scores, axis=1)

    assert (physics.features(painted)["layer_index"] > physics.features(clean)["layer_index"] + 1.0).all()
    assert (sureness(painted) < sureness(clean)).all()


def test_missing_light_leaves_the_scores_to_the_other_sensors():
    _, _, columns = known()
    blind = {
        name: np.full_like(values, np.nan) if name.startswith("libs_") else values for name, values in columns.items()
    }
    scores = physics.class_scores(blind)
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


# A piece whose every term counts: magnesium's strong line far from saturation, copper's between, silicon's beyond.
PIECE = {
    **{"libs_mg_285": 0.12, "libs_mg_518": 1.1, "libs_si_288": 3.6, "libs_si_390": 9.0, "libs_cu_325": 0.34},
    **{"libs_cu_522": 1.9, "libs_zn_481": 1.5, "libs_mn_403": 0.4, "libs_fe_372": 0.7, "libs_cr_425": 0.15},
    **{"libs_ti_335": 0.45, "libs_ca_393": 0.5, "libs_c_248": 6.0, "libs_total": 1.0, "tile_hours": 0.0},
    **{"xrt_transmission_low": float(np.exp(-0.6)), "xrt_log_ratio": 2.4, "xrt_areal_density": 1.6},
    **{"conductivity": 36.0, "mass": 50.0, "area": 25.0, "apparent_density": 1.62, "height": 12.0},
}


def undone(reading, saturation):
    return -saturation * np.log(1.0 - reading / saturation)


def contents(part, weak):
    """Contents at `part` of the readings of `PIECE`, of copper `weak` by its weak line and the rest by its strong."""
    return {
        "mg": undone(0.12 * part, 0.4),
        "si": undone(9.0 * part, 30.0),
        "cu": (1.0 - weak) * undone(0.34 * part, 0.5) + weak * undone(1.9 * part, 15.0),
        "zn": undone(1.5 * part, 10.0),
        "mn": undone(0.4 * part, 1.0),
        "fe": undone(0.7 * part, 2.0),
        "cr": undone(0.15 * part, 1.0),
        "ti": undone(0.45 * part, 1.0),
    }


# Readings are over the aluminium line of tiles of 95 wt%; (0.34/0.5 - 0.5)/0.3 = 0.6 of the way to the weak line.
PART = 100.0 / (95.0 + sum(contents(1.0, 0.6).values()))
CONTENT = contents(PART, (0.34 * PART / 0.5 - 0.5) / 0.3)
EXCESS = 2.4 - 0.5 * (2.306 + 2.111)  # half-way between the table's 0.5 and 0.7
HEAVY = EXCESS / (0.5 * (0.0632 + 0.0497))
LAYER = np.log(1.0 + 6.0 / 20.0 + 0.5 + 0.20 / 2.0)
# 0.4 of the height is air: 6 mm of lift-off and 2.4 mm more, above a coil of 40 mm
LIFTED = ((1.0 + 0.15**2) / (1.0 + 0.21**2)) ** 3


LIGHT = [name for name in PIECE if name.startswith("libs_") and name != "libs_total"]


def piece(**changed):
    return {name: np.array([value]) for name, value in (PIECE | changed).items()}


def test_every_feature_by_hand():
    names = {"si": "silicon", "mg": "magnesium", "cu": "copper", "zn": "zinc", "mn": "manganese", "fe": "iron"}
    names |= {"cr": "chromium", "ti": "titanium"}
    expected = {f"{name}_content": CONTENT[element] for element, name in names.items()} | {
        "magnesium_to_silicon": np.log((CONTENT["mg"] + 0.01) / (CONTENT["si"] + 0.01)),
        "layer_index": LAYER,
        "heavy_excess": EXCESS,
        "heavy_content": HEAVY,
        "heavy_disagreement": HEAVY - CONTENT["cu"] - 1.13 * CONTENT["zn"] - 0.60 * CONTENT["mn"],
        "wall_thickness": 16.0 / 2.70,
        "solid_share": 0.6,
        "mass_closure": 50.0 / 40.0,
        "metal_conductivity": 36.0 / LIFTED,
    }
    result = {name: values[0] for name, values in physics.features(piece()).items()}
    assert result == pytest.approx(expected, rel=1e-9)


def test_bounds_of_strange_readings_by_hand():
    dark = physics.features(piece(**dict.fromkeys(LIGHT, -1.0)))
    assert dark["silicon_content"][0] == dark["layer_index"][0] == 0.0
    bright = physics.features(piece(**dict.fromkeys(LIGHT, 99.0)))
    most = {"silicon": 20.0, "magnesium": 12.0, "copper": 8.0, "zinc": 12.0, "manganese": 2.0, "iron": 3.0}
    most |= {"chromium": 0.6, "titanium": 0.6}
    assert {name: bright[f"{name}_content"][0] for name in most} == most
    heavy = physics.features(piece(apparent_density=8.1))
    assert heavy["solid_share"][0] == pytest.approx(3.0, rel=1e-12)
    assert heavy["metal_conductivity"][0] == pytest.approx(36.0, rel=1e-12)


@pytest.mark.parametrize(
    ("strong", "reading", "share"),
    [("si_288", 2.0, 0.0), ("si_288", 2.6, 0.5), ("mg_285", 0.26, 0.5), ("cu_325", 0.40, 1.0), ("cu_325", 0.45, 1.0)],
)
def test_the_weak_line_takes_over_between_half_and_four_fifths_of_saturation(strong, reading, share):
    element, weak = strong[:2], {"si_288": "si_390", "mg_285": "mg_518", "cu_325": "cu_522"}[strong]
    saturation = {"si_288": 4.0, "mg_285": 0.4, "cu_325": 0.5, "si_390": 30.0, "mg_518": 12.0, "cu_522": 15.0}
    name = {"si": "silicon", "mg": "magnesium", "cu": "copper"}[element]
    expected = (1.0 - share) * undone(reading, saturation[strong]) + share * undone(1.7, saturation[weak])
    # Zinc makes up 5 wt%, so that the piece has the aluminium of the tiles.
    light = dict.fromkeys(LIGHT, 0.0) | {
        f"libs_{strong}": reading,
        f"libs_{weak}": 1.7,
        "libs_zn_481": 10.0 * (1.0 - np.exp(0.1 * expected - 0.5)),
    }
    features = physics.features(piece(**light))
    assert features["zinc_content"][0] == pytest.approx(5.0 - expected, rel=1e-9)
    assert features[f"{name}_content"][0] == pytest.approx(expected, rel=1e-9)


def test_contents_of_any_light_leave_aluminium_the_rest():
    rng = np.random.default_rng(1)
    n = 2000
    columns = {name: np.full(n, value) for name, value in PIECE.items()}
    columns |= {name: rng.normal(0.0, 1.0, n) * rng.lognormal(0.0, 2.0, n) for name in columns if name[:4] == "libs"}
    features = physics.features(columns)
    most = {"silicon": 20.0, "magnesium": 12.0, "copper": 8.0, "zinc": 12.0, "manganese": 2.0, "iron": 3.0}
    for name, high in (most | {"chromium": 0.6, "titanium": 0.6}).items():
        assert ((features[f"{name}_content"] >= 0.0) & (features[f"{name}_content"] <= high)).all(), name


def family_score(conductivity, windows):
    """Logarithm of the likelihood of one family of alloys at `PIECE`, from its windows in the order of ELEMENTS."""
    error = {"si": (0.18, 0.15, 4.0), "fe": (0.18, 0.12, 2.0), "cu": (0.12, 0.06, 0.4), "mn": (0.12, 0.04, 0.15)}
    error |= {"mg": (0.12, 0.06, 0.6), "zn": (0.12, 0.25, 1.0), "cr": (0.12, 0.03, 0.15)}
    score = 0.0
    for (element, (relative, least, layer)), (low, high) in zip(error.items(), windows, strict=True):
        content = CONTENT[element]
        width = relative * content + least + layer * LAYER
        outside = max(low - content, content - high, 0.0) / width
        score += -0.5 * outside**2 - np.log(high - low + width)
    least, most = (windows[2][end] + 0.60 * windows[3][end] + 1.13 * windows[5][end] for end in (0, 1))
    outside = max(least - HEAVY, HEAVY - most, 0.0) / 1.2
    score += -0.5 * outside**2 - np.log(most - least + 1.2)
    mean, sd = conductivity
    spread = (sd**2 + (0.15 * 36.0 / LIFTED) ** 2) ** 0.5
    return score - 0.5 * ((36.0 / LIFTED - mean) / spread) ** 2 - np.log(spread)


def test_scores_by_hand():
    result = dict(zip(CLASSES, physics.class_scores(piece())[0], strict=True))
    first = ((0, 0.3), (0.1, 0.5), (0, 0.2), (0, 0.04), (0, 0.04), (0, 0.08), (0, 0.02))
    second = ((0.1, 1.2), (0.1, 0.6), (3.8, 6.5), (0, 1.0), (0, 1.8), (0, 0.25), (0, 0.1))
    other = ((0, 18), (0, 3), (0, 8), (0, 2), (0, 12), (0, 12), (0, 0.6))
    seventh = (
        ((37, 4), ((0, 0.3), (0.05, 0.4), (0, 0.2), (0.05, 0.5), (1.0, 1.4), (4.0, 5.0), (0.1, 0.35))),
        ((36, 4), ((0, 0.3), (0.05, 0.4), (1.2, 2.6), (0, 0.2), (1.9, 2.9), (5.1, 6.7), (0, 0.28))),
    )
    assert result["1xxx"] == pytest.approx(family_score((59, 4), first), rel=1e-9)
    assert result["2xxx"] == pytest.approx(family_score((40, 7), second), rel=1e-9)
    assert result["other"] == pytest.approx(family_score((35, 20), other), rel=1e-9)
    mixture = np.log(0.5 * sum(np.exp(family_score(*family)) for family in seventh))
    assert result["7xxx"] == pytest.approx(mixture, rel=1e-9)


def test_windows_keep_their_sums():
    # Sums by element and by family guard a table of 300 limits against an edit that nobody saw.
    windows = np.array([family.windows for family in FAMILIES], dtype=np.float64)
    assert windows.shape == (20, 7, 2)
    assert (windows[:, :, 0] < windows[:, :, 1]).all()
    assert windows[:, :, 0].sum(axis=0) == pytest.approx([40.9, 2.65, 10.7, 2.55, 12.35, 9.1, 0.1], rel=1e-9)
    assert windows[:, :, 1].sum(axis=0) == pytest.approx([80.7, 14.5, 30.9, 13.34, 37.34, 30.63, 3.22], rel=1e-9)
    by_family = [1.28, 15.45, 4.6, 6.5, 4.4, 3.13, 7.7, 11.5, 2.9, 5.8, 4.18, 5.88, 13.35, 21.63]
    by_family += [15.33, 25.08, 30.32, 30.08, 24.27, 55.6]
    assert windows.sum(axis=(1, 2)) == pytest.approx(by_family, rel=1e-9)
    # ASM Handbook vol. 2, middles and spreads of the families' conductivity [%IACS]
    means = [59, 40, 45, 42, 45, 52, 34, 30, 53, 45, 48, 41, 37, 36, 38, 33, 26, 30, 27, 35]
    spreads = [4, 7, 5, 5, 5, 4, 4, 4, 5, 5, 5, 5, 4, 4, 5, 5, 4, 4, 4, 20]
    assert [family.conductivity for family in FAMILIES] == list(zip(means, spreads, strict=True))


def test_spans_keep_their_sums_and_are_no_points():
    # An edit of one end that nobody saw changes a sum; that plants lie within is tested over every plant.
    ends = np.array([feature.span for feature in physics.FEATURES])
    assert (ends[:, 0] < ends[:, 1]).all()
    assert ends.sum(axis=0) == pytest.approx([-259.95, 935.2], rel=1e-9)
