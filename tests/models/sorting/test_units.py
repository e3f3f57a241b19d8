"""Contents in any unit of mass fraction: the same plant in ppm is sorted as it is in wt%."""

import re
from pathlib import Path

import numpy as np
import pytest

from models.sorting.decision import SortingLine
from models.sorting.guarantee import lot_contents, over_limit
from models.sorting.lots import limits, wholes
from operations.predictions.pieces.lots import example
from seeds import Seed
from seeds.format.loader import parse

PPM_PER_PERCENT = 1e4


@pytest.fixture
def in_ppm(toy_sorting_seed: Seed) -> Seed:
    """The toy sorter with every content, range, typical value and limit in ppm."""
    text, count = re.subn(r'value = 0\.9, unit = "wt%"', 'value = 9000, unit = "ppm"', toy_sorting_seed.text)
    assert count == 1
    rows = text.replace('unit = "wt%"\nlow = 0\nhigh = 100', 'unit = "ppm"\nlow = 0\nhigh = 1e6')
    return parse(rows.replace('unit = "wt%"', 'unit = "ppm"'), Path(f"{toy_sorting_seed.process.name}.toml"))


def test_limits_are_the_same_mass_shares(toy_sorting_seed: Seed, in_ppm: Seed) -> None:
    np.testing.assert_allclose(limits(in_ppm), limits(toy_sorting_seed), rtol=1e-12)
    assert limits(in_ppm)[0, 0] == pytest.approx(0.009, rel=1e-12)
    assert wholes(in_ppm).tolist() == [1e6] * len(in_ppm.elements)


def test_the_feed_that_comes_along_is_the_same(toy_sorting_seed: Seed, in_ppm: Seed) -> None:
    contents = np.full(len(in_ppm.elements), 0.25)
    np.testing.assert_allclose(SortingLine.of(in_ppm, PPM_PER_PERCENT * contents).feed, 0.0025, rtol=1e-12)
    np.testing.assert_allclose(SortingLine.of(toy_sorting_seed, contents).feed, 0.0025, rtol=1e-12)


@pytest.mark.parametrize(("percent", "broken"), [(0.89, False), (0.91, True)])
def test_a_lot_breaks_its_limit_at_the_same_content(in_ppm: Seed, percent: float, broken: bool) -> None:
    line = SortingLine.of(in_ppm, np.zeros(len(in_ppm.elements)))
    contents = np.full((1, len(in_ppm.elements)), PPM_PER_PERCENT * percent)
    zero = np.zeros(1, dtype=np.intp)
    assert over_limit(line, lot_contents(line, zero, zero, 1, np.ones(1), contents)).tolist() == [broken]


def test_the_example_of_the_service_holds_the_same_mass(toy_sorting_seed: Seed, in_ppm: Seed) -> None:
    name = in_ppm.bins[0].name
    assert (
        example(in_ppm)["bins"][name]["elements"]["x"]["mass"]
        == (example(toy_sorting_seed)["bins"][name]["elements"]["x"]["mass"])
    )
