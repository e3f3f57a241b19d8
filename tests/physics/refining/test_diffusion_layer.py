"""Transport to a plate: published working points, exponents, proportions."""

import numpy as np
import pytest

from physics.electrochemistry import COPPER_EQUIVALENT
from physics.refining.diffusion_layer import (
    diffusion_coefficient,
    diffusion_layer_thickness,
    diffusion_limited_content,
    limiting_current,
)
from physics.refining.silver_chloride import dissolved_silver, silver_chloride_product


def test_a_refinery_works_at_about_a_third_of_its_limiting_current():
    limit = limiting_current(46.0, diffusion_coefficient(64.0), diffusion_layer_thickness(320.0))
    assert 320.0 / limit == pytest.approx(0.3, abs=0.02)


def test_limiting_current_is_faradays_law():
    flux = 46.0 * 1.1e-9 / 0.15e-3  # kg/m²/s
    charge = flux * 1000.0 * 3600.0 / COPPER_EQUIVALENT  # A/m²: g/s over g/Ah
    assert limiting_current(46.0, 1.1e-9, 0.15) == pytest.approx(charge, rel=1e-6)


def test_diffusion_at_the_reference_and_its_activation_energy():
    assert diffusion_coefficient(60.0, 1.2e-9) == pytest.approx(1.2e-9, rel=1e-12)
    ratio = diffusion_coefficient(65.0) / diffusion_coefficient(40.0)
    assert ratio == pytest.approx(np.exp(19200.0 / 8.314462618 * (1 / 313.15 - 1 / 338.15)), rel=1e-9)
    assert ratio == pytest.approx(1.725, rel=0.002)
    assert diffusion_coefficient(64.0, activation_energy=26.8) > diffusion_coefficient(64.0)


def test_layer_thins_with_current_and_flow():
    assert diffusion_layer_thickness(300.0, 30.0) == pytest.approx(0.15, rel=1e-12)
    assert diffusion_layer_thickness(32.0 * 300.0) == pytest.approx(0.075, rel=1e-12)  # 32^-0.2 is a half
    assert diffusion_layer_thickness(300.0, 40.0) < diffusion_layer_thickness(300.0, 30.0)


@pytest.mark.parametrize(("chloride", "ppm"), [(30.0, 21.0), (60.0, 10.5)], ids=str)
def test_silver_at_two_contents_of_chloride(chloride, ppm):
    silver = dissolved_silver(chloride, silver_chloride_product(64.0))
    result = diffusion_limited_content(silver, diffusion_coefficient(64.0, 1.4e-9), 0.15, 300.0)
    assert result == pytest.approx(ppm, rel=0.009)


def test_a_trace_at_its_limit_is_the_ratio_of_the_fluxes():
    """At the limiting current of copper, the trace stands in the metal as it stands in the electrolyte."""
    limit = limiting_current(46.0, 1.1e-9, 0.15)
    assert diffusion_limited_content(46.0, 1.1e-9, 0.15, limit) == pytest.approx(1000.0, rel=1e-9)
    assert diffusion_limited_content(2.0, 1e-9, 0.15, 150.0) == pytest.approx(
        2.0 * diffusion_limited_content(2.0, 1e-9, 0.15, 300.0), rel=1e-12
    )


VALUES = {
    "diffusion": (
        diffusion_coefficient(55.0, 1.2e-9, 25.0),
        1.2e-9 * np.exp(-25000.0 / 8.314462618 * (1.0 / 328.15 - 1.0 / 333.15)),
    ),
    "diffusion by default": (
        diffusion_coefficient(55.0),
        1.0e-9 * np.exp(-19200.0 / 8.314462618 * (1.0 / 328.15 - 1.0 / 333.15)),
    ),
    "layer": (diffusion_layer_thickness(280.0, 25.0, 0.2), 0.2 * (280.0 / 300.0) ** -0.2 * (25.0 / 30.0) ** -0.1),
    "layer by default": (diffusion_layer_thickness(280.0), 0.15 * (280.0 / 300.0) ** -0.2),
    # 44 kg/m³ through 0.18 mm
    "limiting current": (
        limiting_current(44.0, 1.1e-9, 0.18, 65.38, 3.0),
        3.0 * 96485.33212 * (44000.0 / 65.38) * 1.1e-9 / 0.18e-3,
    ),
    "limiting current of copper": (
        limiting_current(44.0, 1.1e-9, 0.18),
        2.0 * 96485.33212 * (44000.0 / 63.546) * 1.1e-9 / 0.18e-3,
    ),
    "trace": (
        diffusion_limited_content(1.5, 1.4e-9, 0.18, 290.0),
        1e6 * (1.5 * 1.4e-9 / 0.18e-3) / (290.0 * 63.546 / (2.0 * 96485.33212)),
    ),
}


@pytest.mark.parametrize(("result", "expected"), VALUES.values(), ids=VALUES)
def test_values_by_hand(result, expected):
    assert result == pytest.approx(expected, rel=1e-9)
