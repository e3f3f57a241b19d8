"""What the laboratory reports: sensitivity factors, samples before, less-than signs."""

import numpy as np
import pytest

from synthetic_data.crystallisers.instruments import CARRIED, assays, feed_assays, late, reads_high
from synthetic_data.crystallisers.parameters import ELEMENTS
from synthetic_data.plant.laboratory import scatter


def reported(refinery, held, bias=0.0, standard=0.0, carried=0.0, laboratory=1.0):
    refinery.p.laboratory[:] = laboratory
    factors = np.zeros((2, len(ELEMENTS)))
    factors[0] = bias
    contents, no = np.full(refinery.each, held), np.zeros(refinery.each)
    reads = reads_high(refinery.p, factors, np.full(3, standard))
    of_samples = scatter(refinery.p.sampling, no)
    result = assays(refinery.p, contents, reads, np.full(refinery.shape, carried), of_samples, no)
    return {name: values[0, 0] for name, values in zip(ELEMENTS, result, strict=True)}


def test_a_spectrometer_without_error_reports_what_is_there(refinery):
    sample = 0.1 * np.exp(-0.5 * 0.06**2)  # the median of a sample whose mean is the lot's
    assert reported(refinery, 0.1) == pytest.approx(dict.fromkeys(ELEMENTS, round(sample, 4)), rel=1e-9)


def test_factors_are_those_of_the_spectrometer_in_use(refinery):
    first, second = (reported(refinery, 0.1, bias=1.0, laboratory=which) for which in (1.0, 2.0))
    assert first["iron"] / second["iron"] == pytest.approx(np.exp(0.18), rel=2e-3)
    assert reported(refinery, 0.1, standard=1.0)["iron"] / 0.1 == pytest.approx(np.exp(0.04), rel=4e-3)


def test_next_to_nothing_is_less_than_the_limit(refinery):
    limits = {name: refinery.plan.plant.value(f"limit_{name}") for name in ELEMENTS}
    assert reported(refinery, 1e-5) == {name: -limit for name, limit in limits.items()}


def test_the_sample_before_shows_in_three_elements(refinery):
    result, clean = reported(refinery, 1e-5, carried=0.05), reported(refinery, 1e-5)
    assert [name for name in ELEMENTS if result[name] != clean[name]] == list(CARRIED)
    assert result["tin"] == pytest.approx(0.05, abs=2e-4)


def test_charges_are_reported_with_a_limit_of_their_own(refinery):
    no, one = np.zeros(refinery.each), scatter(refinery.p.feed_sampling, np.zeros(refinery.each))
    assert (feed_assays(refinery.p, np.full(refinery.each, 0.01), one, no) == -0.03).all()
    np.testing.assert_allclose(feed_assays(refinery.p, np.full(refinery.each, 0.5), one, no), 0.5, rtol=2e-3)


def test_resistance_falls_with_the_sum(refinery):
    rng = np.random.default_rng(2)
    refinery.p.ratio_sd[:] = 0.0
    result = late(refinery.p, np.full(refinery.each, 0.1 / 11), rng)["resistance_ratio"]
    np.testing.assert_allclose(result, 1.0 / (1.0 / 4.5e4 + 2.2e-5), rtol=1e-9)
