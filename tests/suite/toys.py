"""Toys that tests of several rooms share, beside those of conftest.py."""

from pathlib import Path

import pytest

from seeds import Seed
from seeds.format.loader import parse

OF_SD = '\nsd_limits = { x = { value = 0.3, unit = "wt%", source = "law" } }\nlimits ='


@pytest.fixture(scope="session")
def toy_spread_seed(toy_sorting_seed: Seed) -> Seed:
    """The toy that sorts, whose bin_a limits the standard deviation of x in its lots to 0.3 wt% as well."""
    return parse(toy_sorting_seed.text.replace("\nlimits =", OF_SD), Path("toy_scrap.toml"))
