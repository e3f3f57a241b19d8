"""Physics of heavy scrap: contents and classes from spectra whose truth is known."""

import numpy as np
import pytest

from models.processes.heavy_scrap.physics import _CLASSES, _METALS, _matrix_corrected
from models.processes.lookup import needed_physics_of
from physics.sorting.fluorescence_head import Head, Tube
from physics.sorting.influence_coefficients import BACKGROUND, ELEMENTS, INFLUENCE, PURE, SCATTER
from physics.sorting.xray_windows import HALF_WIDTHS, NAMES, PeakWindows
from seeds import load
from seeds.format.units import is_unit

physics = needed_physics_of(load("heavy_scrap"))

SINE = float(np.sqrt(0.5))
COPPER_RATE = 200.0  # count/ms
LINES = tuple(
    {"pb_la": ("pb", "La"), "pb_lb": ("pb", "Lb")}.get(name, (name, "Ka"))
    for name in NAMES
    if name not in ("compton", "rayleigh")
)
METALS = (*ELEMENTS, "al", "mg", "si")
# Contents [wt%], density [g/cm³], conductivity [%IACS], saturation of typical pieces.
PIECES = {
    "copper": ({"cu": 99.9, "zn": 0.1}, 8.94, 99.0, 0.38),
    "brass": ({"cu": 70.0, "zn": 30.0}, 8.53, 28.0, 0.38),
    "leaded_brass": ({"cu": 58.0, "zn": 39.0, "pb": 3.0}, 8.47, 26.0, 0.38),
    "bronze": ({"cu": 85.0, "sn": 5.0, "zn": 5.0, "pb": 5.0}, 8.83, 15.0, 0.33),
    "zinc_die_cast": ({"zn": 95.0, "al": 4.0, "cu": 1.0}, 6.7, 26.0, 0.05),
    "stainless": ({"fe": 71.0, "cr": 18.5, "ni": 9.0, "mn": 1.5}, 7.93, 2.4, 0.05),
    "lead": ({"pb": 97.0, "sb": 3.0}, 11.2, 7.5, 0.05),
    "aluminium": ({"al": 86.0, "si": 9.0, "cu": 3.0, "zn": 1.0, "fe": 1.0}, 2.75, 25.0, 0.05),
}
OTHERS = {
    "nickel silver": ({"cu": 64.0, "zn": 18.0, "ni": 18.0}, 8.73, 6.0, 0.1),
    "cupro-nickel": ({"cu": 69.0, "ni": 30.0, "fe": 1.0}, 8.94, 4.6, 0.05),
    "tin solder": ({"sn": 62.0, "pb": 38.0}, 8.5, 11.5, 0.05),
}
ALL = PIECES | OTHERS


@pytest.fixture(scope="module")
def head() -> Head:
    return Head.of(METALS, LINES, np.arange(3.0, 50.05, 0.1), Tube(50.0, {"al": 0.054}, 0.1), 30.0)


def contents_of(names: list[str]) -> np.ndarray:
    return np.array([[ALL[name][0].get(element, 0.0) for element in METALS] for name in names])


def photons(head: Head, contents: np.ndarray) -> np.ndarray:
    """Photons of each line with enhancement, over those of copper, (n, lines)."""
    lines = head.emitted(contents, SINE, SINE) * (1.0 + head.enhancement(contents, SINE))
    copper = np.array([[100.0 * (element == "cu") for element in METALS]])
    return lines / head.emitted(copper, SINE, SINE).sum()


def columns(head: Head, names: list[str], live_time: float = 1e5) -> dict[str, np.ndarray]:
    """Columns of clean flat pieces, without noise."""
    contents = contents_of(names)
    copper = head.emitted(np.array([[100.0 * (element == "cu") for element in METALS]]), SINE, SINE).sum()
    whole, below = (values / copper for values in head.scattered(contents, SINE, SINE))
    assert whole.shape == (len(names),)
    own = [i for i, name in enumerate(NAMES) if name not in ("compton", "rayleigh")]
    scattered = [NAMES.index("compton"), NAMES.index("rayleigh")]
    peaks = np.zeros((len(names), len(NAMES)))
    peaks[:, own] = photons(head, contents)
    peaks[:, scattered] = head.rhodium(contents, SINE, SINE) / copper
    rates = peaks @ PeakWindows().response()
    rates[:, own] += below * 2e-3 * HALF_WIDTHS[own]
    rates[:, scattered] += below[:, [LINES.index(("mo", "Ka"))]] * 2e-3 * HALF_WIDTHS[scattered]
    rates *= COPPER_RATE
    for pair in PeakWindows().sums():
        pairs = 1e-4 * COPPER_RATE**2 * peaks[:, pair.first] * peaks[:, pair.second]
        rates[:, pair.window] += pair.share * pairs
    density, conductivity, saturation = np.array([ALL[name][1:] for name in names]).T
    n = len(names)
    return {
        **{f"rate_{name}": rates[:, i] for i, name in enumerate(NAMES)},
        "live_time": np.full(n, live_time),
        "apparent_density": 0.75 * density,
        "conductivity": 0.8 * conductivity,
        "saturation": saturation,
        "hue": np.full(n, 0.1),
        "mass": np.full(n, 50.0),
        "area": np.full(n, 8.0),
    }


@pytest.mark.parametrize("name", PIECES)
def test_contents_of_clean_pieces_are_found_again(head, name):
    features = physics.features(columns(head, [name]))
    for element in ("cu", "zn", "sn", "pb", "ni", "fe", "cr"):
        truth = PIECES[name][0].get(element, 0.0)
        error = 0.5 + 0.06 * truth if name != "aluminium" else 1.0  # the matrix of aluminium is told by scatter alone
        assert features[f"{element}_by_lines"][0] == pytest.approx(truth, abs=error), element


def test_light_metals_are_told_by_what_they_scatter(head):
    features = physics.features(columns(head, ["aluminium", "copper", "stainless"]))
    assert features["light_by_scatter"][0] > 85.0
    assert (features["light_by_scatter"][1:] < 5.0).all()
    assert features["compton_over_rayleigh"][0] > 2.0 * features["compton_over_rayleigh"][1]


def test_solid_share_is_found_again(head):
    result = physics.features(columns(head, list(PIECES)))["solid_share"]
    np.testing.assert_allclose(result, 0.75, rtol=0.08)


def test_lead_stands_out_more_with_time(head):
    short, long = (
        physics.features(columns(head, ["leaded_brass"], live))["lead_significance"][0] for live in (5.0, 20.0)
    )
    assert long / short == pytest.approx(2.0, rel=0.1)
    # A thousand counts leave leaded and unleaded brass a few standard deviations apart.
    assert 2.0 < short < 6.0


def test_each_typical_piece_scores_best_in_its_own_class(head):
    seed = load("heavy_scrap")
    scores = physics.class_scores(columns(head, list(PIECES)))
    assert scores.shape == (len(PIECES), len(seed.classes))
    assert [seed.classes[best] for best in scores.argmax(axis=1)] == list(PIECES)


def test_what_fits_no_class_is_other(head):
    seed = load("heavy_scrap")
    for name in ("nickel silver", "cupro-nickel", "tin solder"):
        scores = physics.class_scores(columns(head, [name]))
        assert seed.classes[scores[0].argmax()] == "other", name


def test_a_missing_quantity_is_left_out_of_the_scores(head):
    whole = columns(head, ["stainless"])
    scores = physics.class_scores(whole | {"conductivity": np.array([np.nan])})
    assert np.isfinite(scores).all()
    assert (scores >= physics.class_scores(whole)).all()
    blind = physics.class_scores(
        whole | {name: np.array([np.nan]) for name in whole if name.startswith(("rate", "live"))}
    )
    assert np.isfinite(blind).all()


def test_features_are_those_that_are_named_and_nan_stays_in_its_row(head):
    two = columns(head, ["brass", "lead"])
    features = physics.features(two)
    assert list(features) == [feature.name for feature in physics.FEATURES]
    assert all(is_unit(feature.unit) and feature.sign == 0 for feature in physics.FEATURES)
    inputs = {column.name for column in load("heavy_scrap").inputs}
    assert set(two) <= inputs
    for name in two:
        holed = physics.features(two | {name: np.array([np.nan, two[name][1]])})
        assert any(np.isnan(values[0]) for values in holed.values()) or name == "conductivity", name
        for feature, values in holed.items():
            assert values[1] == pytest.approx(features[feature][1], rel=1e-12), feature


def test_one_piece_is_answered_as_among_many(head):
    many = columns(head, list(PIECES))
    for i in range(len(PIECES)):
        alone = {name: values[i : i + 1] for name, values in many.items()}
        for feature, values in physics.features(alone).items():
            assert values[0] == pytest.approx(physics.features(many)[feature][i], rel=1e-9, abs=1e-12), feature


# Leaded brass that shows a fifth of light metal: shares of what the lines show, and photons of copper at its strength.
SHARES = {"cu": 0.58, "zn": 0.36, "pb": 0.03, "fe": 0.02, "ti": 0.01}
STRENGTH, COMPTON, RAYLEIGH = 150.0, 0.9, 0.4  # count/ms
PLATE = {"live_time": 12.0, "apparent_density": 5.1, "conductivity": 21.0, "saturation": 0.3, "hue": 0.08}
PLATE |= {"mass": 40.0, "area": 5.0}


def spectrum(shares=SHARES):
    """Count rates of `shares` by Lachance and Traill's law, and the peaks that they are made of."""
    peaks = np.zeros(len(NAMES))
    weights = np.array([shares.get(element, 0.0) for element in ELEMENTS])
    for i, element in enumerate(ELEMENTS):
        line = STRENGTH * PURE[i] * weights[i] / (1.0 + INFLUENCE[i] @ weights)
        for name, part in (("pb_la", 0.55), ("pb_lb", 0.45)) if element == "pb" else ((element, 1.0),):
            peaks[NAMES.index(name)] = part * line
    peaks[[NAMES.index("compton"), NAMES.index("rayleigh")]] = COMPTON, RAYLEIGH
    response = PeakWindows().response()
    inverse = np.linalg.inv(response).T
    below = np.array([BACKGROUND.get(name, 0.0) for name in NAMES])
    rates = peaks @ response
    for _ in range(60):  # what is taken off is estimated from the rates themselves
        seen = inverse @ rates
        rates = peaks @ response + below * seen[NAMES.index("compton")]
        for pair in PeakWindows().sums():
            rates[pair.window] += 1e-4 * pair.share * seen[pair.first] * seen[pair.second]
    return rates, peaks


def plate(shares=SHARES):
    rates, _ = spectrum(shares)
    columns = {f"rate_{name}": rates[[i]] for i, name in enumerate(NAMES)}
    return columns | {name: np.array([value]) for name, value in PLATE.items()}


def expected_features(shares=SHARES):
    """Light metal, scatter over that of the heavies, its error, and counting errors [wt%] of `plate`."""
    rates, peaks = spectrum(shares)
    response, own = PeakWindows().response(), [NAMES.index("compton"), NAMES.index("rayleigh")]
    scattered = (peaks @ response)[own].sum() - 10.0 * np.exp(-5.0 / 1.2)
    noise = (rates[own].sum() * 12.0 + 1.0) ** 0.5 / 12.0
    heavy = STRENGTH / sum(share / SCATTER[ELEMENTS.index(e)] for e, share in shares.items())
    seen = 1.0 / (1.0 + ((scattered - noise) / heavy - 1.0) / 1.9)
    weights = np.array([shares.get(element, 0.0) for element in ELEMENTS])
    counts = [sum(rates[i] for i, name in enumerate(NAMES) if name.split("_")[0] == e) for e in ELEMENTS]
    counting = (np.array(counts) * 12.0 + 1.0) ** 0.5 / (response[0, 0] * 12.0)
    errors = 100.0 * np.abs(1.0 + INFLUENCE @ weights) * counting / (PURE * STRENGTH)
    return seen, scattered / heavy, noise / scattered, errors


def test_every_feature_by_hand():
    seen, excess, _, errors = expected_features()
    assert 0.2 < seen < 0.9  # so that the light part counts
    density = dict(zip(ELEMENTS, [4.51, 7.19, 7.43, 7.87, 8.91, 8.96, 7.14, 10.2, 7.29, 6.69, 11.34], strict=True))
    volume = sum(seen * share / density[element] for element, share in SHARES.items()) + (1.0 - seen) / 2.5
    expected = {f"{e}_by_lines": 100.0 * seen * SHARES.get(e, 0.0) for e in ELEMENTS} | {
        "light_by_scatter": 100.0 * (1.0 - seen),
        "scatter_excess": excess,
        "lead_significance": 3.0 / errors[ELEMENTS.index("pb")],
        "tin_significance": 0.0,
        "zinc_over_brass": 36.0 / 94.0,
        "compton_over_rayleigh": COMPTON / RAYLEIGH,
        "line_counts": spectrum()[0].sum() * 12.0,
        "solid_share": 5.1 * volume,
        "mass_per_area": 8.0,
        "redness": 0.3 * np.cos(2.0 * np.pi * 0.08),
        "yellowness": 0.3 * np.sin(2.0 * np.pi * 0.08),
    }
    result = {name: values[0] for name, values in physics.features(plate()).items()}
    # Four turns of the fixed point leave less than 2e-4 of a content.
    assert result == pytest.approx(expected, rel=1e-4, abs=1e-4)


# Windows of contents [wt%], density [g/cm³], conductivity [%IACS], saturation and logarithm of scatter of two classes.
WINDOWS = {
    "brass": ({"cu": (62.0, 71.5), "zn": (28.0, 38.0), "pb": (0.0, 0.1)}, 8.53, 29.0, (0.1, 0.6), (0.0, 0.7)),
    "aluminium": (
        {
            **{"cu": (0.0, 4.9), "zn": (0.0, 6.1), "fe": (0.0, 1.3), "mn": (0.0, 1.5), "ni": (0.0, 0.6)},
            "cr": (0.0, 0.4),
        },
        2.82,
        62.0,
        (0.0, 0.1),
        (1.6, np.inf),
    ),
}


def score(klass, shares, unpainted):
    """Score of a class by its windows, of a plate of which only a share is no paint."""
    windows, density, conductivity, saturation, scatter = WINDOWS[klass]
    seen, excess, excess_error, errors = expected_features(shares)
    part = (seen if klass == "aluminium" else 1.0) / unpainted
    squares = []
    for element, error in zip(ELEMENTS, errors, strict=True):
        content = 100.0 * part * shares.get(element, 0.0)
        uneven = 0.25 if element == "pb" else 0.05
        low, high = windows.get(element, (0.0, 100.0) if element == "ti" else (0.0, 0.3))
        outside = max(low - content, content - high, 0.0)
        squares.append(outside**2 / ((part * error) ** 2 + (uneven * content) ** 2 + 0.4**2))
    for value, (low, high), error in (
        (np.log(excess), scatter, (excess_error**2 + 0.3**2) ** 0.5),
        (5.1, (0.2 * density, density), 0.08 * density),
        (21.0, (0.0, conductivity), 0.15 * conductivity),
        (0.3, saturation, 0.05),
    ):
        squares.append((max(low - value, value - high, 0.0) / error) ** 2)
    return -0.5 * sum(min(square, 25.0) for square in squares)


@pytest.mark.parametrize("klass", WINDOWS)
def test_scores_by_hand(klass):
    result = physics.class_scores(plate())[0][load("heavy_scrap").classes.index(klass)]
    assert result == pytest.approx(score(klass, SHARES, 1.0 - 0.01), rel=1e-3)  # a hundredth is paint


@pytest.mark.parametrize(("titanium", "unpainted"), [(0.45, 0.55), (0.55, 0.5)])
def test_paint_explains_half_of_what_the_lines_show_at_most(titanium, unpainted):
    shares = {"cu": 0.85 * (1.0 - titanium), "zn": 0.15 * (1.0 - titanium), "ti": titanium}
    expected = score("brass", shares, unpainted)
    assert -30.0 < expected < -1.0
    result = physics.class_scores(plate(shares))[0][load("heavy_scrap").classes.index("brass")]
    assert result == pytest.approx(expected, rel=1e-3)


def test_a_piece_that_scatters_less_than_the_belt_shows_no_light_metal():
    features = physics.features(plate() | {"area": np.array([0.01])})
    assert features["scatter_excess"][0] == features["light_by_scatter"][0] == 0.0
    assert np.isfinite(physics.class_scores(plate() | {"area": np.array([0.01])})).all()


def test_other_and_the_sums_of_the_windows():
    assert physics.class_scores(plate())[0][-1] == -24.5
    # Sums of lower and upper ends guard the table of windows, those of the metals their properties.
    ends = {
        "copper": (99.5, 100.0),
        "brass": (90.0, 109.6),
        "leaded_brass": (90.8, 111.0),
        "bronze": (85.0, 122.8),
        "zinc_die_cast": (96.5, 103.5),
        "stainless": (83.3, 121.5),
        "lead": (93.5, 106.5),
        "aluminium": (0.0, 14.8),
        "magnesium": (0.0, 1.6),
    }
    assert list(_CLASSES) == list(ends) == list(_METALS)
    for name, (low, high) in ends.items():
        assert sum(one for one, _ in _CLASSES[name].values()) == pytest.approx(low, rel=1e-12), name
        assert sum(one for _, one in _CLASSES[name].values()) == pytest.approx(high, rel=1e-12), name
    metals = {  # handbook densities [g/cm³] and conductivities [%IACS] of the classes' best conductors
        "copper": (8.96, 101.0, True, (0.0, 0.7)),
        "brass": (8.53, 29.0, True, (0.0, 0.7)),
        "leaded_brass": (8.5, 28.0, True, (0.0, 0.7)),
        "bronze": (8.95, 16.0, True, (0.0, 0.7)),
        "zinc_die_cast": (6.7, 28.0, False, (0.0, 0.7)),
        "stainless": (8.0, 2.6, False, (0.0, 0.7)),
        "lead": (11.34, 8.4, False, (0.0, 0.7)),
        "aluminium": (2.82, 62.0, False, (1.6, np.inf)),
        "magnesium": (1.82, 13.0, False, (3.0, np.inf)),
    }
    assert {name: (m.density, m.conductivity, m.coloured, m.scatter) for name, m in _METALS.items()} == metals


def test_influence_is_undone_within_two_hundredths_of_a_percent_from_any_intensities():
    # intensities from none to many times those of the metal, most elements hardly there
    rng = np.random.default_rng(1)
    relative = rng.dirichlet(np.full(11, 0.2), 5000).T * np.maximum(rng.lognormal(0.0, 2.0, 5000), 0.01)
    shares, factor, strength = _matrix_corrected(relative)
    assert shares.sum(axis=0) == pytest.approx(np.ones(5000), rel=1e-9)
    again = relative * (1.0 + INFLUENCE @ shares)
    assert np.abs(shares - again / again.sum(axis=0)).max() < 2e-4
    assert (factor > 0.0).all()
    assert (strength > 0.0).all()
    assert (_matrix_corrected(np.zeros((11, 1)))[0] == 0.0).all()


def test_pieces_of_a_few_counts_have_contents_between_0_and_100():
    # a light piece gives its lines less than a count; noise makes net peaks below 0
    rng = np.random.default_rng(1)
    n, live = 5000, 5.0
    clean = plate()
    noisy = {name: np.repeat(values, n) for name, values in clean.items()} | {"live_time": np.full(n, live)}
    for name in (name for name in clean if name.startswith("rate_")):
        noisy[name] = rng.poisson(rng.lognormal(0.0, 1.5, n)) / live
    features = physics.features(noisy)
    for feature in physics.FEATURES:
        assert np.isfinite(features[feature.name]).all(), feature.name
        if feature.unit == "wt%":
            assert ((features[feature.name] >= 0.0) & (features[feature.name] <= 100.0)).all(), feature.name


def test_spans_keep_their_sums_and_are_no_points():
    # An edit of one end that nobody saw changes a sum; that plants lie within is tested over every plant.
    ends = np.array([feature.span for feature in physics.FEATURES])
    assert (ends[:, 0] < ends[:, 1]).all()
    assert ends.sum(axis=0) == pytest.approx([-2.0, 102813.0], rel=1e-9)
