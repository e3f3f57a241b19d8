"""The market: shares that are shares, and means that the tables of materials state."""

import numpy as np
import pytest

from physics.photovoltaics.rear_layers import LAYERS
from synthetic_data.module_line import market


def test_shares_of_every_year_rise_to_one():
    for shares in (market.SILICON_FORMATS, market.BACKSHEET_SHARES):
        assert len(shares) == len(market.YEARS)
        assert (np.diff(shares, axis=1) >= 0.0).all()
        assert shares[:, -1] == pytest.approx(np.ones(len(shares)), rel=1e-12)
    assert len(market.SILICON_AREA) == len(market.SILICON_CELLS) == market.SILICON_FORMATS.shape[1]
    assert len(market.BACKSHEETS) == len(market.FLUORINE) == len(market.OUTER) == market.BACKSHEET_SHARES.shape[1] + 1
    assert market.OUTER.max() == len(LAYERS) - 1


def test_one_and_two_panes_have_the_table_s_glass_on_the_mean():
    mean = market.ONE_PANE + (market.TWO_PANES - market.ONE_PANE) * market.TWO_PANE_SHARE
    assert mean == pytest.approx(market.GLASS, rel=1e-12)


@pytest.mark.parametrize(("year", "pvdf", "coated"), [(2018, 0.58, 0.20), (2024, 0.07, 0.68)])
def test_backsheets_are_those_of_published_years(year, pvdf, coated):
    shares = np.diff(market.BACKSHEET_SHARES[year - market.FIRST], prepend=0.0)
    assert shares[list(market.PVDF)].sum() == pytest.approx(pvdf, rel=1e-9)
    assert shares[market.BACKSHEETS.index("coated")] == pytest.approx(coated, rel=1e-9)
