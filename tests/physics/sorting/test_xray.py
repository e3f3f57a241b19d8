"""X-ray tables: edges, and the laws of mixtures and tubes."""

import numpy as np
import pytest
import xraydb

from physics.sorting.xray import (
    edge_energy,
    edge_jump,
    fluorescence_constant,
    fluorescence_yield,
    form_factor,
    line_energy,
    mass_attenuation,
    photoabsorption,
    tube_spectrum,
)

ENERGIES = np.arange(15.5, 160.0, 1.0)


def test_transfer_that_is_left_out_would_strengthen_lead_by_a_quarter_and_more():
    """Vacancies that reach L3 from L1 and L2, above all L edges, over those that a photon makes there."""
    retained, made = 1.0, {}
    for edge in ("L1", "L2", "L3"):
        made[edge] = retained * (1.0 - 1.0 / edge_jump("pb", edge))
        retained /= edge_jump("pb", edge)
    f13, f23 = (xraydb.ck_probability("Pb", inner, "L3") for inner in ("L1", "L2"))
    assert (f13, f23) == pytest.approx((0.585, 0.116), abs=5e-4)
    transfer = 1.0 + (f13 * made["L1"] + f23 * made["L2"]) / made["L3"]
    assert transfer == pytest.approx(1.29, abs=5e-4)
    assert 1.0 - 1.0 / transfer == pytest.approx(0.22, abs=0.005)


def test_a_group_of_lines_lies_between_its_members():
    assert line_energy("cu", "Ka2") < line_energy("cu", "Ka") < line_energy("cu", "Ka1")


def test_an_unknown_line_is_told():
    with pytest.raises(ValueError, match="al has no line Lz: expected one such as Ka1, Ka, Kb, La or Lb"):
        line_energy("al", "Lz")


def test_absorption_jumps_at_the_edge_by_its_ratio():
    edge = edge_energy("cu", "K")
    below, above = photoabsorption("cu", np.array([edge * 0.9999, edge * 1.0001]))
    assert above / below == pytest.approx(edge_jump("cu", "K"), rel=0.02)


def test_scattering_is_what_attenuation_has_beyond_absorption():
    for element in ("al", "cu", "pb"):
        assert (mass_attenuation(element, ENERGIES) > photoabsorption(element, ENERGIES)).all()


def test_fluorescence_needs_an_energy_above_the_edge():
    below, above = fluorescence_constant("cu", "Ka", np.array([8.9, 9.1]))
    assert below == 0.0
    emitted = (1.0 - 1.0 / edge_jump("cu", "K")) * fluorescence_yield("cu", "K")
    # K alpha takes 87-89 % of the K vacancies that emit
    share = above / (float(photoabsorption("cu", 9.1)) * emitted)
    assert 0.86 < share < 0.90


def test_inner_shells_take_their_part_from_an_outer_one():
    before, after = fluorescence_constant("pb", "La", np.array([15.85, 15.87]))  # L1 edge at 15.86 keV
    assert after == pytest.approx(before * 1.0, rel=0.02)  # what L1 adds to tau does not ionise L3


def test_a_spectrum_sums_to_one_ends_at_the_voltage_and_hardens_behind_a_filter():
    energies = np.arange(5.5, 200.0, 1.0)
    open_beam, filtered = (tube_spectrum(160.0, energies, filters) for filters in ({}, {"al": 0.54}))
    for spectrum in (open_beam, filtered):
        assert spectrum.sum() == pytest.approx(1.0, rel=1e-12)
        assert (spectrum[energies > 160.0] == 0.0).all()
        assert (spectrum >= 0.0).all()
    assert energies @ filtered > energies @ open_beam


def test_tables_cannot_be_changed_from_outside():
    first = mass_attenuation("al", ENERGIES)
    first *= 2.0
    assert mass_attenuation("al", ENERGIES) == pytest.approx(first / 2.0, rel=1e-14)


@pytest.mark.parametrize("element", ["c", "al", "cu", "pb"])
def test_form_factor_falls_with_the_angle(element):
    result = [form_factor(element, 20.0, half_sine) for half_sine in (0.0, 0.1, 0.3, 0.6, 0.9)]
    assert result == sorted(set(result), reverse=True)
    assert result[2] == form_factor(element, 10.0, 0.6)  # only sine over wavelength counts
