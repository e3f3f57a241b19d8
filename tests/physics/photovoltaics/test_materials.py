"""Materials by year: shares that the table's totals give, and what lies between and beyond."""

import numpy as np
import pytest

from physics.photovoltaics.materials import mass_share, silicon_efficiency, silicon_module, telluride_module


@pytest.mark.parametrize(
    ("year", "total", "glass", "frame", "cells", "silver"),
    [
        (2000.0, 12.3, 65.0, 20.0, 6.2, 3680.0),
        (2005.0, 11.8, 68.0, 18.0, 4.9, 2910.0),
        (2010.0, 11.6, 69.0, 17.0, 3.6, 1060.0),
        (2015.0, 11.5, 72.0, 13.0, 3.7, 394.0),
        (2020.0, 12.0, 75.0, 11.0, 3.3, 299.0),
        (2023.0, 12.6, 78.0, 10.0, 3.0, 230.0),
    ],
)
def test_parts_sum_to_the_stated_totals_and_shares(year, total, glass, frame, cells, silver):
    parts = silicon_module(year)
    whole = float(sum(parts))
    assert whole / 1000.0 == pytest.approx(total, abs=0.06)  # half of the last digit
    for part, share in zip(parts[:3], (glass, frame, cells), strict=True):
        assert 100.0 * part / whole == pytest.approx(share, abs=0.5 if share > 7.0 else 0.06)
    assert mass_share(parts[-1], whole) == pytest.approx(silver, rel=0.005)


def test_years_between_lie_on_a_line_and_years_beyond_stay():
    early, middle, late = (np.array(silicon_module(year)) for year in (2005.0, 2007.5, 2010.0))
    assert middle == pytest.approx(0.5 * (early + late), rel=1e-12)
    assert silicon_module(1985.0) == silicon_module(2000.0)
    assert silicon_efficiency(2030.0) == silicon_efficiency(2023.0)
    assert telluride_module(2003.0) == telluride_module(2010.0)


def test_cadmium_over_the_panes_is_what_modules_are_said_to_hold():
    glass, cadmium, _ = telluride_module(np.array([2010.0, 2015.0]))
    assert mass_share(cadmium, glass + 350.0) == pytest.approx([503.0, 377.0], rel=0.01)
