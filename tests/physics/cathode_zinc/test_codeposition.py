"""Traces in the electrolyte and cathodes: laws and limits, values by hand."""

import numpy as np
import pytest

from physics.cathode_zinc.codeposition import (
    aluminium_of_sheets,
    codeposited_content,
    lead_after_cleaning,
    lead_by_chloride,
    lead_by_manganese,
    lead_by_temperature,
    lead_left_by_strontium,
)
from physics.electrochemistry import FARADAY


def test_the_content_of_a_milligram_is_that_of_fick_and_faraday():
    zinc = 500.0 * 0.9 * 65.38 / (2.0 * FARADAY)  # g/(m² s)
    lead = 8e-10 * 1.0 / 1e-4  # g/(m² s): 1 mg/L is 1 g/m³, over a layer of 0.1 mm
    assert codeposited_content(1.0, 38.0, 500.0) == pytest.approx(1e6 * lead / zinc, rel=0.02)


def test_lead_rises_by_six_per_cent_a_kelvin_in_all():
    ratio = [codeposited_content(1.0, t, 500.0) * lead_by_temperature(t) for t in (38.0, 39.0)]
    assert ratio[1] / ratio[0] == pytest.approx(np.exp(0.06), rel=1e-12)


def test_codeposition_is_in_proportion_to_the_trace_and_falls_with_current():
    assert codeposited_content(0.6, 40.0, 450.0) == pytest.approx(
        2.0 * codeposited_content(0.3, 40.0, 450.0), rel=1e-12
    )
    assert codeposited_content(0.3, 40.0, 550.0) < codeposited_content(0.3, 40.0, 450.0)


def test_manganese_beyond_what_covers_the_anodes_does_nothing_more():
    assert lead_by_manganese(np.array([4.0, 5.0, 20.0])).tolist() == [1.0, 1.0, 1.0]
    assert 1.3 <= lead_by_manganese(3.0) < lead_by_manganese(2.0)


def test_bare_anodes_are_covered_in_time():
    days = np.array([0.0, 3.0, 300.0])
    factor = lead_after_cleaning(days)
    assert factor[0] == 3.0
    assert factor[1] == pytest.approx(1.0 + 2.0 / np.e, rel=1e-12)
    assert factor[2] == pytest.approx(1.0, rel=1e-12)


def test_strontium_halves_and_saturates():
    left = lead_left_by_strontium(np.array([0.0, 0.9, 2.7]))
    assert left == pytest.approx([1.0, 0.5, 0.25], rel=1e-12)


VALUES = {
    "codeposited": (codeposited_content(0.3, 40.0, 450.0, 60.0), 60.0 * 0.3 * np.exp(0.04) * 0.9**-0.3),
    "codeposited by default": (codeposited_content(0.3, 40.0, 450.0), 52.0 * 0.3 * np.exp(0.04) * 0.9**-0.3),
    "temperature": (lead_by_temperature(35.5), np.exp(-0.1)),
    "chloride": (lead_by_chloride(240.0), (240.0 / 180.0) ** 0.33),
    "manganese": (lead_by_manganese(2.5), 1.525),
    "cleaning": (lead_after_cleaning(1.5, 1.6, 2.5), 1.0 + 1.6 * np.exp(-0.6)),
    "cleaning by default": (lead_after_cleaning(1.5), 1.0 + 2.0 * np.exp(-0.5)),
    "strontium": (lead_left_by_strontium(1.6, 1.2), 1.2 / 2.8),
    "strontium by default": (lead_left_by_strontium(1.6), 0.9 / 2.5),
    "sheets": (aluminium_of_sheets(45.0, 1.2), 1.2 * 2.5),
    "sheets by default": (aluminium_of_sheets(45.0), 0.6 * 2.5),
    "sheets without harm": (aluminium_of_sheets(20.0), 0.6),
}


@pytest.mark.parametrize(("result", "expected"), VALUES.values(), ids=VALUES)
def test_values_by_hand(result, expected):
    assert result == pytest.approx(expected, rel=1e-9)
