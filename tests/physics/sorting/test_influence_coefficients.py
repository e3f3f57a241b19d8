"""Influence coefficients of the heavy metals against the head that they were computed with."""

import numpy as np
import pytest

from physics.sorting.fluorescence_head import Head, Tube
from physics.sorting.influence_coefficients import BACKGROUND, ELEMENTS, INFLUENCE, PURE, SCATTER, SCATTER_LIGHT
from physics.sorting.xray_windows import HALF_WIDTHS, NAMES, PeakWindows

SINE = float(np.sqrt(0.5))
LINES = tuple(
    {"pb_la": ("pb", "La"), "pb_lb": ("pb", "Lb")}.get(name, (name, "Ka"))
    for name in NAMES
    if name not in ("compton", "rayleigh")
)
METALS = (*ELEMENTS, "al", "mg", "si")


@pytest.fixture(scope="module")
def head() -> Head:
    return Head.of(METALS, LINES, np.arange(3.0, 50.05, 0.1), Tube(50.0, {"al": 0.054}, 0.1), 30.0)


def photons(head: Head, contents: np.ndarray) -> np.ndarray:
    """Photons of each line with enhancement, over those of copper, (n, lines)."""
    lines = head.emitted(contents, SINE, SINE) * (1.0 + head.enhancement(contents, SINE))
    copper = np.array([[100.0 * (element == "cu") for element in METALS]])
    return lines / head.emitted(copper, SINE, SINE).sum()


def test_influence_coefficients_are_those_of_the_head(head):
    pure = photons(head, np.array([[100.0 * (element == metal) for element in METALS] for metal in ELEMENTS]))
    lead = [i for i, (element, _) in enumerate(LINES) if element == "pb"]

    def of_element(rows: np.ndarray, element: str) -> np.ndarray:
        picked = lead if element == "pb" else [LINES.index((element, "Ka"))]
        return rows[:, picked].sum(axis=1)

    for i, element in enumerate(ELEMENTS):
        alone = of_element(pure, element)[i]
        assert alone == pytest.approx(PURE[i], rel=0.01)
        halves = np.array([[50.0 * (m == element) + 50.0 * (m == other) for m in METALS] for other in ELEMENTS])
        relative = of_element(photons(head, halves), element) / alone
        result = (0.5 / relative - 1.0) / 0.5
        result[i] = 0.0
        np.testing.assert_allclose(INFLUENCE[i], result, atol=0.0051, rtol=0)


def test_background_is_that_of_aluminium(head):
    aluminium = np.array([[100.0 * (element == "al") for element in METALS]])
    compton = head.rhodium(aluminium, SINE, SINE)[0, 0]
    below = head.scattered(aluminium, SINE, SINE)[1][0]
    for name, share in BACKGROUND.items():
        line = {"pb_la": ("pb", "La"), "pb_lb": ("pb", "Lb")}.get(name, (name, "Ka"))
        window = 2e-3 * HALF_WIDTHS[NAMES.index(name)]
        assert window * below[LINES.index(line)] / compton == pytest.approx(share, rel=0.05, abs=1e-4)


def scattered(head: Head, contents: np.ndarray) -> np.ndarray:
    """Counts in both windows of scattered rhodium, over photons of pure copper in its line, (n,)."""
    own = [NAMES.index("compton"), NAMES.index("rayleigh")]
    copper = head.emitted(np.array([[100.0 * (metal == "cu") for metal in METALS]]), SINE, SINE).sum()
    below = head.scattered(contents, SINE, SINE)[1][:, LINES.index(("mo", "Ka"))] * 2e-3 * HALF_WIDTHS[own].sum()
    peaks = head.rhodium(contents, SINE, SINE) @ PeakWindows().response()[np.ix_(own, own)]
    return (peaks.sum(axis=1) + below) / copper


def test_scatter_is_that_of_pure_metals(head):
    pure = np.array([[100.0 * (element == metal) for element in METALS] for metal in ELEMENTS])
    np.testing.assert_allclose(SCATTER, scattered(head, pure), rtol=0.003)


def test_scatter_of_aluminium_is_that_of_a_casting(head):
    """EN AB-46000: what it scatters beyond its 4.8 wt% of heavy metals is that of 95.2 wt% of light ones."""
    alloy = {"al": 85.7, "si": 9.5, "cu": 3.0, "zn": 0.9, "fe": 0.9}
    row = np.array([[alloy.get(metal, 0.0) for metal in METALS]])
    relative = np.zeros(len(ELEMENTS))
    for (element, _), counts in zip(LINES, photons(head, row)[0], strict=True):
        relative[ELEMENTS.index(element)] += counts / PURE[ELEMENTS.index(element)]
    shares = relative / relative.sum()
    for _ in range(30):
        corrected = relative * (1.0 + INFLUENCE @ shares)
        shares = corrected / corrected.sum()
    heavy = corrected.sum() / (shares / SCATTER).sum()
    assert (scattered(head, row)[0] / heavy - 1.0) * 4.8 / 95.2 == pytest.approx(SCATTER_LIGHT, abs=0.05)
