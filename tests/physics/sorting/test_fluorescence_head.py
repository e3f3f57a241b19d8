"""X-ray fluorescence against published tables of a belt sorter, and the laws that thick and thin targets keep."""

import numpy as np
import pytest

from physics.sorting import xray
from physics.sorting.fluorescence import primary_emission
from physics.sorting.fluorescence_head import Head, Tube
from physics.sorting.xray_detector import detection_limit, resolution

SINE = float(np.sin(np.radians(45.0)))
LINES = (
    *(("ti", "Ka"), ("cr", "Ka"), ("mn", "Ka"), ("fe", "Ka"), ("ni", "Ka"), ("cu", "Ka"), ("zn", "Ka")),
    *(("pb", "La"), ("mo", "Ka"), ("sn", "Ka"), ("sb", "Ka")),
)
ELEMENTS = ("ti", "cr", "mn", "fe", "ni", "cu", "zn", "pb", "mo", "sn", "sb", "al", "mg", "si", "o", "c", "h")
# The continuum of the published tables: 50 kV behind 0.2 mm of aluminium, 30 mm of air, no characteristic lines.
CONTINUUM = Tube(50.0, {"al": 0.054})
COPPER = {"cu": 100.0}
ALLOYS = {
    "CuZn30": {"cu": 70.0, "zn": 30.0},
    "CuZn39Pb3": {"cu": 58.0, "zn": 39.0, "pb": 3.0},
    "CuSn5Zn5Pb5": {"cu": 85.0, "zn": 5.0, "sn": 5.0, "pb": 5.0},
    "CuAl10Fe3": {"cu": 87.0, "al": 10.0, "fe": 3.0},
    "CuNi30": {"cu": 69.0, "ni": 30.0, "fe": 0.6, "mn": 0.4},
    "Zamak 5": {"zn": 95.0, "al": 4.0, "cu": 0.9, "mg": 0.1},
    "304": {"fe": 71.0, "cr": 18.5, "ni": 9.0, "mn": 1.5},
    "316": {"fe": 67.5, "cr": 17.0, "ni": 11.5, "mo": 2.5, "mn": 1.5},
    "AZ91": {"mg": 90.05, "al": 9.0, "zn": 0.7, "mn": 0.25},
    "6061": {"al": 97.3, "mg": 1.0, "si": 0.6, "fe": 0.35, "cu": 0.275, "cr": 0.2, "zn": 0.12, "mn": 0.08, "ti": 0.08},
    "7075": {"al": 89.5, "mg": 2.5, "si": 0.2, "fe": 0.25, "cu": 1.6, "cr": 0.23, "zn": 5.6, "mn": 0.15},
    "A380": {"al": 85.2, "si": 8.5, "fe": 0.8, "cu": 3.5, "zn": 1.5, "mn": 0.25, "ni": 0.2},
}


def row(contents: dict[str, float]) -> np.ndarray:
    return np.array([[contents.get(element, 0.0) for element in ELEMENTS]])


@pytest.fixture(scope="module")
def head() -> Head:
    return Head.of(ELEMENTS, LINES, np.arange(3.0, 50.05, 0.1), CONTINUUM, 30.0)


def shares(head: Head, contents: dict[str, float]) -> dict[str, float]:
    """Share of each element's line in all counts, scatter included [%]."""
    lines = head.emitted(row(contents), SINE, SINE)[0]
    scatter = float(head.scattered(row(contents), SINE, SINE)[0][0])
    whole = lines.sum() + scatter
    return {element: 100.0 * lines[i] / whole for i, (element, _) in enumerate(LINES)} | {
        "scatter": 100.0 * scatter / whole
    }


ENERGIES = np.array([1.25, 1.49, 1.74, 5.90, 6.40, 8.05, 8.64, 10.55, 15.8, 25.3])


@pytest.mark.parametrize(
    ("alloy", "published"),
    [
        ("CuZn30", {"cu": 64.7, "zn": 33.9}),
        ("CuZn39Pb3", {"cu": 53.7, "zn": 43.9, "pb": 0.9}),
        ("CuSn5Zn5Pb5", {"cu": 88.4, "zn": 6.4, "pb": 2.0, "sn": 1.3}),
        ("CuAl10Fe3", {"cu": 95.8, "fe": 2.4}),
        ("CuNi30", {"cu": 71.8, "ni": 26.4}),
        ("Zamak 5", {"zn": 97.8, "cu": 0.9}),
        ("304", {"fe": 72.0, "cr": 15.0, "ni": 7.0}),
        ("316", {"fe": 68.0, "cr": 13.0, "ni": 9.0, "mo": 4.7}),
        ("AZ91", {"scatter": 78.0, "zn": 20.0, "mn": 1.6}),
    ],
)
def test_line_shares_in_heavies_are_the_published_ones(head, alloy, published):
    found = shares(head, ALLOYS[alloy])
    for what, share in published.items():
        assert found[what] == pytest.approx(share, rel=0.06 if share > 3.0 else 0.40), what


@pytest.mark.parametrize(
    ("alloy", "milliseconds", "published"),
    [
        ("6061", 10, {"cu": 0.025, "zn": 0.014, "fe": 0.047, "mn": 0.026, "cr": 0.052}),
        ("6061", 20, {"cu": 0.018, "zn": 0.010, "fe": 0.033, "mn": 0.019, "cr": 0.037}),
        ("6061", 50, {"cu": 0.011, "zn": 0.006, "fe": 0.021, "mn": 0.012, "cr": 0.023}),
        ("7075", 20, {"cu": 0.068, "zn": 0.11, "fe": 0.043, "mn": 0.041, "cr": 0.056}),
        ("A380", 20, {"cu": 0.092, "zn": 0.062, "fe": 0.077, "mn": 0.053}),
    ],
)
def test_counting_alone_leaves_the_published_error(head, alloy, milliseconds, published):
    counts = 200.0 * milliseconds  # 200,000 a second
    found = shares(head, ALLOYS[alloy])
    for element, sigma in published.items():
        error = ALLOYS[alloy][element] / np.sqrt(counts * found[element] / 100.0)
        assert error == pytest.approx(sigma, rel=0.20), element


@pytest.mark.parametrize(
    ("alloy", "milliseconds", "published"),
    [
        ("6061", 10, {"cu": 0.014, "zn": 0.014, "fe": 0.019, "ti": 0.12}),
        ("6061", 20, {"cu": 0.009, "zn": 0.009, "fe": 0.011, "ti": 0.07}),
        ("6061", 50, {"cu": 0.006, "zn": 0.006, "fe": 0.006, "ti": 0.03}),
        ("7075", 20, {"cu": 0.018, "zn": 0.018, "fe": 0.027}),
        ("A380", 20, {"cu": 0.016, "zn": 0.016, "fe": 0.022}),
    ],
)
def test_limits_of_detection_are_the_published_ones(head, alloy, milliseconds, published):
    # The window is two widths of the line, so that nearly all of the line is in it.
    contents = row(ALLOYS[alloy])
    lines = head.emitted(contents, SINE, SINE)[0]
    whole, below = head.scattered(contents, SINE, SINE)
    scale = 200.0 * milliseconds / (lines.sum() + whole[0])
    for element, limit in published.items():
        i = [name for name, _ in LINES].index(element)
        window = 2e-3 * resolution(xray.line_energy(*LINES[i]))
        found = detection_limit(ALLOYS[alloy][element], scale * lines[i], scale * window * below[0, i])
        assert found == pytest.approx(limit, rel=0.35), element


def test_nickel_and_iron_excite_chromium_in_stainless_steel():
    plain = Head.of(ELEMENTS, LINES, np.arange(3.0, 50.05, 0.1), Tube(50.0, {}), 30.0)
    chromium = LINES.index(("cr", "Ka"))
    added = plain.enhancement(row(ALLOYS["304"]), SINE)[0, chromium]
    assert 0.2 < added < 0.4  # published
    assert plain.enhancement(row({"cr": 100.0}), SINE)[0, chromium] == 0.0


def test_enhancement_grows_with_the_exciting_element(head):
    iron = LINES.index(("fe", "Ka"))
    found = [head.enhancement(row({"fe": 100.0 - nickel, "ni": nickel}), SINE)[0, iron] for nickel in (1, 10, 40)]
    assert 0.0 < found[0] < found[1] < found[2]


def test_primary_emission_sums_to_the_table_of_the_head(head):
    energies = np.arange(3.05, 50.0, 0.1)
    photons = xray.tube_spectrum(50.0, energies, {"al": 0.054})
    mixture = ALLOYS["CuZn30"]

    def mixed(energies):
        return sum(0.01 * share * xray.mass_attenuation(element, energies) for element, share in mixture.items())

    inward = mixed(energies)
    outward = mixed(np.array([xray.line_energy("zn", "Ka")]))[0]
    coefficient = xray.fluorescence_constant("zn", "Ka", energies)
    emitted = primary_emission(photons, 30.0, coefficient, inward, outward, SINE, SINE).sum()
    zinc = LINES.index(("zn", "Ka"))
    detected = head.emitted(row(mixture), SINE, SINE)[0, zinc]
    assert detected == pytest.approx(emitted * head.efficiency_out[zinc], rel=1e-9)


def test_few_bins_cut_at_the_edges_are_as_good_as_many(head):
    edges = np.array([4.0, 8.98, 9.66, 13.04, 16.0, 20.0, 20.4, 29.2, 36.0, 50.0])
    few = Head.of(ELEMENTS, LINES, edges, CONTINUUM, 30.0)
    for contents in (COPPER, *ALLOYS.values()):
        many = head.emitted(row(contents), SINE, SINE)
        np.testing.assert_allclose(few.emitted(row(contents), SINE, SINE), many, rtol=0.03, atol=1e-12)


def test_no_layer_changes_nothing_and_a_thick_one_is_all_that_is_seen(head):
    metal, layer = row(ALLOYS["Zamak 5"]), row({"ni": 75.0, "cu": 22.0, "cr": 3.0})
    bare, plate = head.emitted(metal, SINE, SINE), head.emitted(layer, SINE, SINE)
    np.testing.assert_allclose(head.coated(metal, layer, np.zeros(1), SINE, SINE), bare, rtol=1e-12)
    np.testing.assert_allclose(head.coated(metal, layer, np.full(1, 10.0), SINE, SINE), plate, rtol=1e-9, atol=1e-15)


def test_a_layer_of_the_metal_itself_is_not_seen(head):
    metal = row(ALLOYS["CuZn30"])
    through = head.coated(metal, metal, np.full(1, 0.01), SINE, SINE)
    np.testing.assert_allclose(through, head.emitted(metal, SINE, SINE), rtol=1e-12)


def test_plating_hides_zinc_and_shows_nickel(head):
    metal, layer = row(ALLOYS["Zamak 5"]), row({"ni": 75.0, "cu": 22.0, "cr": 3.0})
    zinc, nickel = LINES.index(("zn", "Ka")), LINES.index(("ni", "Ka"))
    bare = head.emitted(metal, SINE, SINE)[0]
    plated = head.coated(metal, layer, np.full(1, 8.9 * 15e-4), SINE, SINE)[0]  # 15 µm
    assert plated[zinc] < 0.05 * bare[zinc]
    assert plated[nickel] > 5.0 * plated[zinc]


def test_light_metals_have_no_line_that_comes_through_air(head):
    for element in ("mg", "al", "si"):
        assert not head.emitted(row({element: 100.0}), SINE, SINE).any()
