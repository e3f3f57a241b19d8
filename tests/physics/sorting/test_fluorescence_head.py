"""X-ray fluorescence against published tables of a belt sorter, and the laws that thick and thin targets keep."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from physics.atoms import ATOMS
from physics.sorting import xray
from physics.sorting.fluorescence import backscatter, primary_emission
from physics.sorting.fluorescence_head import Head, Tube
from physics.sorting.xray_detector import AIR, detection_limit, resolution

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
    result = shares(head, ALLOYS[alloy])
    for description, share in published.items():
        assert result[description] == pytest.approx(share, rel=0.06 if share > 3.0 else 0.40), description


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
    result = shares(head, ALLOYS[alloy])
    for element, sigma in published.items():
        error = ALLOYS[alloy][element] / np.sqrt(counts * result[element] / 100.0)
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
        result = detection_limit(ALLOYS[alloy][element], scale * lines[i], scale * window * below[0, i])
        assert result == pytest.approx(limit, rel=0.35), element


def test_nickel_and_iron_excite_chromium_in_stainless_steel():
    plain = Head.of(ELEMENTS, LINES, np.arange(3.0, 50.05, 0.1), Tube(50.0, {}), 30.0)
    chromium = LINES.index(("cr", "Ka"))
    added = plain.enhancement(row(ALLOYS["304"]), SINE)[0, chromium]
    assert 0.2 < added < 0.4  # published
    assert plain.enhancement(row({"cr": 100.0}), SINE)[0, chromium] == 0.0


def test_enhancement_grows_with_the_exciting_element(head):
    iron = LINES.index(("fe", "Ka"))
    result = [head.enhancement(row({"fe": 100.0 - nickel, "ni": nickel}), SINE)[0, iron] for nickel in (1, 10, 40)]
    assert 0.0 < result[0] < result[1] < result[2]


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


def small() -> Head:
    """A head of copper and zinc, two bins and their two lines, with tables of plain numbers."""
    return Head(
        elements=("cu", "zn"),
        lines=(("cu", "Ka"), ("zn", "Ka")),
        photons=np.array([0.6, 0.4]),
        spectrum=np.array([0.02, 0.03]),
        attenuation_in=np.array([[40.0, 20.0], [50.0, 25.0]]),
        attenuation_out=np.array([[52.0, 240.0], [60.0, 45.0]]),
        scattering_in=np.array([[0.5, 0.3], [0.6, 0.2]]),
        scattering_out=np.array([[0.8, 0.7], [0.9, 0.75]]),
        emission=np.array([[12.0, 6.0], [0.0, 7.0]]),
        excited=(0, 1),
        efficiency_in=np.array([0.9, 0.5]),
        efficiency_out=np.array([0.8, 0.7]),
        backscatter=np.array([[0.15, 0.05], [0.16, 0.06]]),
        rhodium_bin=1,
        rhodium_share=0.1,
    )


# 70 wt% copper, rays with sines 0.5 and 0.8: attenuation in both bins and at both lines, over the sines.
BRASS = np.array([[70.0, 30.0]])
INWARD = (0.7 * 40.0 + 0.3 * 50.0) / 0.5, (0.7 * 20.0 + 0.3 * 25.0) / 0.5
OUTWARD = (0.7 * 52.0 + 0.3 * 60.0) / 0.8, (0.7 * 240.0 + 0.3 * 45.0) / 0.8
COPPER_LINE = 0.7 * 0.8 * (0.6 * 12.0 / (INWARD[0] + OUTWARD[0]) + 0.4 * 6.0 / (INWARD[1] + OUTWARD[0]))
ZINC_LINE = 0.3 * 0.7 * 0.4 * 7.0 / (INWARD[1] + OUTWARD[1])


def test_emission_by_hand():
    np.testing.assert_allclose(small().emitted(BRASS, 0.5, 0.8), [[COPPER_LINE, ZINC_LINE]], rtol=1e-12)


def test_a_coat_by_hand():
    # 2 mg/cm² of zinc over the brass
    over_in, over_out = (50.0 / 0.5, 25.0 / 0.5), (60.0 / 0.8, 45.0 / 0.8)
    entry = [np.exp(-0.002 * one) for one in over_in]
    leaving = [np.exp(-0.002 * one) for one in over_out]
    copper = 0.7 * 0.8 * leaving[0] * 0.6 * 12.0 * entry[0] / (INWARD[0] + OUTWARD[0])
    copper += 0.7 * 0.8 * leaving[0] * 0.4 * 6.0 * entry[1] / (INWARD[1] + OUTWARD[0])
    below = 0.3 * 0.7 * leaving[1] * 0.4 * 7.0 * entry[1] / (INWARD[1] + OUTWARD[1])
    own = 0.7 * 0.4 * 7.0 * (1.0 - leaving[1] * entry[1]) / (over_in[1] + over_out[1])
    result = small().coated(BRASS, np.array([[0.0, 100.0]]), np.array([0.002]), 0.5, 0.8)
    np.testing.assert_allclose(result, [[copper, below + own]], rtol=1e-12)


def test_enhancement_by_hand():
    # zinc's line at 8.63 keV lies below copper's edge, nickel's too: only zinc of copper and nickel excites nickel
    head = replace(small(), elements=("ni", "zn"), lines=(("ni", "Ka"), ("zn", "Ka")))
    result = head.enhancement(BRASS, 0.6)
    by_zinc = float(xray.fluorescence_constant("ni", "Ka", np.array([xray.line_energy("zn", "Ka")]))[0])
    inward, outward = np.array([43.0, 21.5]), np.array([54.4, 181.5])
    sine = 0.6
    length = sine / inward * np.log(1.0 + inward / (sine * outward[1]))
    length += sine / outward[0] * np.log(1.0 + outward[0] / (sine * outward[1]))
    weak = np.array([0.6 * 12.0, 0.4 * 6.0]) / (inward + outward[0])
    strong = np.array([0.0, 0.4 * 7.0]) / (inward + outward[0])
    expected = 0.5 * by_zinc * 0.3 * np.sum(strong * length) / weak.sum()
    np.testing.assert_allclose(result, [[expected, 0.0]], rtol=1e-9)


def test_scatter_by_hand():
    ways = 1.0 / 0.5 + 1.0 / 0.8
    whole = 0.6 * 0.9 * (0.7 * 0.5 + 0.3 * 0.6) / 43.0 + 0.4 * 0.5 * (0.7 * 0.3 + 0.3 * 0.2) / 21.5
    below = 0.02 * 0.8 * (0.7 * 0.8 + 0.3 * 0.9) / 54.4, 0.03 * 0.7 * (0.7 * 0.7 + 0.3 * 0.75) / 181.5
    result = small().scattered(BRASS, 0.5, 0.8)
    np.testing.assert_allclose(result[0], [whole / ways], rtol=1e-12)
    np.testing.assert_allclose(result[1], [[one / ways for one in below]], rtol=1e-12)


def test_rhodium_by_hand():
    # Compton light is attenuated as that of 18.9 keV on its way out: (20.2/18.9)^2.8 = 1.2
    compton = 0.1 * 0.5 * (0.7 * 0.15 + 0.3 * 0.16) / (21.5 / 0.5 + 1.2 * 21.5 / 0.8)
    rayleigh = 0.1 * 0.5 * (0.7 * 0.05 + 0.3 * 0.06) / (21.5 / 0.5 + 21.5 / 0.8)
    np.testing.assert_allclose(small().rhodium(BRASS, 0.5, 0.8), [[compton, rayleigh]], rtol=1e-12)


def test_tables_of_a_head_are_means_by_photons():
    edges = np.array([5.0, 12.0, 19.0, 30.0])
    made = Head.of(("cu", "sn"), (("cu", "Ka"), ("sn", "La")), edges, Tube(40.0, {"al": 0.1}, 0.2), 20.0)
    fine = np.arange(5.05, 30.0, 0.1)
    continuum = (40.0 / fine - 1.0) * np.exp(-0.1 * xray.mass_attenuation("al", fine))
    continuum *= 0.8 / continuum.sum()
    photons = continuum.copy()
    photons[np.abs(fine - xray.line_energy("rh", "Ka")).argmin()] += 0.2
    inside = [(fine > low) & (fine < high) for low, high in itertools.pairwise(edges)]

    def means(row):
        return [np.sum((photons * row)[part]) / photons[part].sum() for part in inside]

    def efficiency(energies):
        air = sum(share * xray.mass_attenuation(element, energies) for element, share in AIR.items())
        beryllium, silicon = xray.mass_attenuation("be", energies), xray.mass_attenuation("si", energies)
        passed = np.exp(-air * 1.205e-3 * 2.0 - beryllium * 1.848 * 12.5e-4)
        return passed * (1.0 - np.exp(-silicon * 2.33 * 0.05))

    lines = np.array([xray.line_energy("cu", "Ka"), xray.line_energy("sn", "La")])
    np.testing.assert_allclose(made.photons, [photons[part].sum() for part in inside], rtol=1e-9)
    assert made.photons.sum() == pytest.approx(1.0, rel=1e-12)
    at_copper = np.interp(lines[0], fine, continuum) / 0.1
    assert made.spectrum[0] == pytest.approx(at_copper, rel=1e-9)
    for row, element in enumerate(("cu", "sn")):
        total, photo = xray.mass_attenuation(element, fine), xray.photoabsorption(element, fine)
        np.testing.assert_allclose(made.attenuation_in[row], means(total), rtol=1e-9)
        np.testing.assert_allclose(made.scattering_in[row], means(0.6 * (total - photo)), rtol=1e-9)
        total, photo = xray.mass_attenuation(element, lines), xray.photoabsorption(element, lines)
        np.testing.assert_allclose(made.attenuation_out[row], total, rtol=1e-9)
        np.testing.assert_allclose(made.scattering_out[row], 0.6 * (total - photo), rtol=1e-9)
        expected = backscatter(*ATOMS[element], xray.form_factor(element, xray.line_energy("rh", "Ka"), 0.92388))
        np.testing.assert_allclose(made.backscatter[row], expected, rtol=1e-9)
        line = made.lines[row]
        np.testing.assert_allclose(made.emission[row], means(xray.fluorescence_constant(*line, fine)), rtol=1e-9)
    np.testing.assert_allclose(made.efficiency_in, means(efficiency(fine)), rtol=1e-9)
    np.testing.assert_allclose(made.efficiency_out, efficiency(lines), rtol=1e-9)
    assert (made.elements, made.excited, made.rhodium_bin, made.rhodium_share) == (("cu", "sn"), (0, 0), 2, 0.2)
