"""Additives in the electrolyte: steady content, decay."""

import numpy as np
import pytest

from physics.refining.additive_stock import additive_content, additive_decay


def test_content_is_that_at_which_as_much_is_used_up_as_is_dosed():
    content = additive_content(60.0, 11.7, 0.6)
    assert 24.0 * 0.6 * content * 11.7 == pytest.approx(60.0, rel=1e-12)
    # a plant that steps from nothing comes to it
    hours = np.linspace(0.0, 20.0, 20001)
    rise = 60.0 / (24.0 * 11.7) * np.trapezoid(np.exp(-0.6 * hours), hours)
    assert rise == pytest.approx(content, rel=1e-4)


def test_decay_is_7_to_10_percent_faster_a_kelvin():
    assert 1.07 < additive_decay(63.0) / additive_decay(62.0) < 1.10
    assert additive_decay(62.0, 0.3) == 0.3
    assert additive_decay(64.0, 0.5) == pytest.approx(0.5 * np.exp(0.16), rel=1e-12)


def test_glue_is_gone_within_hours_and_thiourea_within_days():
    assert np.exp(-10.0 * additive_decay(62.0, 0.6)) < 0.01
    assert np.exp(-10.0 * additive_decay(62.0, 0.08)) > 0.4
