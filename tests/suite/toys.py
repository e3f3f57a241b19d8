"""Toys that tests of several rooms share, beside those of conftest.py."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from seeds import Seed
from seeds.format.loader import parse

OF_SD = '\nsd_limits = { x = { value = 0.3, unit = "wt%", source = "law" } }\nlimits ='


@pytest.fixture(scope="session")
def toy_spread_seed(toy_sorting_seed: Seed) -> Seed:
    """The toy that sorts, whose bin_a limits the standard deviation of x in its lots to 0.3 wt% as well."""
    return parse(toy_sorting_seed.text.replace("\nlimits =", OF_SD), Path("toy_scrap.toml"))


def write_lines(folder: Path, seed: Seed, plants: Mapping[str, str]) -> None:
    """Write a seed of the toy cells for each line, into the folder of its plant; `plants` has them by line."""
    for name, plant in plants.items():
        file = folder / plant / f"{name}.toml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(seed.text.replace('"toy_cells"', f'"{name}"', 1), encoding="utf-8")
