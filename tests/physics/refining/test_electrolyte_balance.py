"""Balance of the electrolyte: worked steady states, exact solution, limits."""

import numpy as np
import pytest

from physics.refining.electrolyte_balance import content_after, residence_time, steady_content


@pytest.mark.parametrize(("dissolved", "content"), [(1350.0, 14.06), (750.0, 7.81)], ids=["nickel", "arsenic"])
def test_steady_contents_of_a_usual_bleed(dissolved, content):
    assert steady_content(dissolved, 0.096) == pytest.approx(content, rel=1e-3)


def test_precipitation_holds_the_content_near_its_onset():
    assert steady_content(120.0, 0.096, 1.15, 0.22) == pytest.approx(0.2994, rel=1e-3)
    assert steady_content(120.0, 0.096, 1e6, 0.22) == pytest.approx(0.22, rel=1e-4)


def test_bleed_is_felt_over_months():
    assert residence_time(11.7, 0.095) == pytest.approx(123.2, rel=1e-3)


def test_content_after_a_time_solves_the_balance():
    memory, steady, start = 123.0, 14.0, 10.0
    times = np.linspace(0.0, 400.0, 40_001)
    path = content_after(start, steady, times, memory)
    assert path[0] == start
    assert np.gradient(path, times)[1:-1] == pytest.approx(((steady - path) / memory)[1:-1], rel=1e-6)
    assert content_after(start, steady, memory, memory) == pytest.approx(14.0 - 4.0 / np.e, rel=1e-12)
    halfway = content_after(start, steady, 30.0, memory)
    assert content_after(halfway, steady, 20.0, memory) == pytest.approx(
        float(content_after(start, steady, 50.0, memory)), rel=1e-12
    )
