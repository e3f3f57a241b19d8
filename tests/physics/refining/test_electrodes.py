"""Gap between electrodes over crops, and passive anodes: geometry, Sand's law, directions."""

import numpy as np
import pytest

from physics.electrochemistry import LEAD_EQUIVALENT
from physics.refining.electrodes import LEAD_DENSITY, crop_gap, face_growth, passive_share, sand_time

GEOMETRY = (100.0, 42.0, 3.25)


def test_gap_stays_within_a_crop_and_steps_to_the_next():
    growth = face_growth(300.0, 96.0)
    days = np.arange(8.0)
    first = crop_gap(*GEOMETRY, days, days, growth)
    assert first == pytest.approx(np.full(8, 27.375), rel=1e-12)
    second = crop_gap(*GEOMETRY, 7.0 + days, days, growth)
    assert second - first == pytest.approx(np.full(8, 7.0 * growth), rel=1e-12)
    assert 6.0 < 7.0 * growth < 9.0  # step of a crop by engineering notes [mm]


def test_a_face_grows_with_the_charge():
    assert face_growth(600.0, 96.0) == pytest.approx(2.0 * face_growth(300.0, 96.0), rel=1e-12)
    assert face_growth(300.0, 48.0) == pytest.approx(0.5 * face_growth(300.0, 96.0), rel=1e-12)
    # 300 A/m² for a day: 25.92 MC/m², 268.6 mol electrons, 8535 g/m², of 8930 kg/m³
    assert face_growth(300.0) == pytest.approx(25.92e6 / 96485.33212 / 2.0 * 63.546 / 8930.0, rel=1e-9)


def test_time_to_passivation_falls_with_the_square_of_the_current():
    assert sand_time(300.0, 46.0, 90.0, 3e-10) == pytest.approx(4.0 * sand_time(600.0, 46.0, 90.0, 3e-10), rel=1e-12)
    assert sand_time(300.0, 68.0, 90.0, 3e-10) == pytest.approx(0.25 * sand_time(300.0, 46.0, 90.0, 3e-10), rel=1e-12)
    assert sand_time(300.0, 90.0, 90.0, 3e-10) == 0.0
    assert sand_time(300.0, 95.0, 90.0, 3e-10) == 0.0
    # 44 g/L are 692.4 mol/m³
    expected = np.pi * 3e-10 * (2.0 * 96485.33212 * 44e3 / 63.546) ** 2 / (4.0 * 300.0**2)
    assert sand_time(300.0, 46.0, 90.0, 3e-10) == pytest.approx(expected, rel=1e-12)


def test_passive_anodes_are_usual_at_usual_anodes_and_more_with_nickel_oxygen_and_current():
    assert passive_share(1.0, 1.0, 1.0, 4.0, 0.01) == pytest.approx(0.01, rel=1e-12)
    assert passive_share(1.0, 2.0, 1.0, 4.0) > 0.01
    assert passive_share(1.0, 1.0, 1.5, 4.0) > 0.01
    assert passive_share(0.8, 1.0, 1.0, 4.0) > 0.01
    assert passive_share(1.0, 1.0, 1.0, 2.0) > 0.01 > passive_share(1.0, 1.0, 1.0, 6.0)
    assert passive_share(0.0, 1.0, 1.0, 4.0) == 1.0  # saturated: all of them
    assert passive_share(0.0, 1.0, 1.0, 4.0, 0.0) == 1.0
    assert passive_share([0.5, 1.0], 1.0, 1.0, 4.0, 0.0) == pytest.approx([0.0, 0.0], abs=0.0)  # none are usual
    assert passive_share(0.5, 0.0, 1.0, 4.0) == 0.0  # no nickel oxide
    odds = 99.0 * 0.9**2 * np.sqrt(3.0 / 4.0) / (1.3 * 1.1)
    assert passive_share(0.9, 1.3, 1.1, 3.0, 0.01) == pytest.approx(1.0 / (1.0 + odds), rel=1e-12)


def test_lead_dissolves_by_its_own_equivalent_and_density():
    # 195 A/m² for a day: 16.848 MC/m², of lead 207.2 g for two electrons, 11340 kg/m³
    expected = 16.848e6 / 96485.33212 / 2.0 * 207.2 / 11340.0
    assert face_growth(195.0, 100.0, LEAD_EQUIVALENT, LEAD_DENSITY) == pytest.approx(expected, rel=1e-9)
