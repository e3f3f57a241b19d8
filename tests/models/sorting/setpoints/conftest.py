"""A sorter whose probabilities are known, and pieces that its belt carried at different loads."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from models.sorting.decision import DecidedPieces, SortingLine
from models.sorting.setpoints.assayed import Assayed
from models.sorting.setpoints.curve import overlap_density
from models.sorting.setpoints.recommender import LineSetPoints
from seeds import Seed
from seeds.format.loader import parse

PIECES = 60
LOAD = """[[columns]]
name = "occupancy"
role = "during"
description = "share of the belt that is covered"
unit = "1"
low = 0
high = 1
typical = { mean = 0.1, sd = 0.03 }
source = "law"

"""


class Toy:
    """A sorter that reads off each piece how probably it is of class a, else of none of the named classes.

    In bin_a a kilogram of a gains 1.7 $ beyond the rest and one of `other` loses 3.1 $, so that it takes what is of a
    with 65 % or more. Nothing goes to bin_bc, and no content is near a limit.
    """

    names = ("occupancy", "probability")
    risk_price = 0.0

    def __init__(self, seed: Seed, co_ejection: float = 0.0) -> None:
        self.seed = seed
        self.line = replace(SortingLine.of(seed, np.zeros(2)), co_ejection=co_ejection)

    def seen(self, X: np.ndarray) -> SimpleNamespace:
        q, nothing = X[:, 1], np.zeros(len(X))
        return SimpleNamespace(X=X, p=np.column_stack([q, nothing, nothing, 1 - q]))

    def pieces(self, seen: SimpleNamespace, values: np.ndarray) -> DecidedPieces:
        n = len(seen.X)
        return DecidedPieces(seen.p @ values.T, np.zeros(n, bool), np.full(n, 0.03), np.zeros((n, 2)), np.zeros((n, 2)))


@pytest.fixture(scope="session")
def belt_seed(toy_sorting_seed: Seed) -> Seed:
    """The toy that sorts, with the load of its belt measured."""
    return _with_load(toy_sorting_seed)


@pytest.fixture(scope="session")
def spread_belt_seed(toy_spread_seed: Seed) -> Seed:
    """The same with a limit of the standard deviation of x in bin_a."""
    return _with_load(toy_spread_seed)


def _with_load(seed: Seed) -> Seed:
    before, mass, after = seed.text.partition('[[columns]]\nname = "mass"')
    return parse(before + LOAD + mass + after, Path("toy_scrap.toml"))


@pytest.fixture(scope="session")
def toy(belt_seed: Seed) -> Callable[..., Any]:
    """Maker of the sorter, with a share of co-ejected mass."""
    return lambda co_ejection=0.0: Toy(belt_seed, co_ejection)


@pytest.fixture(scope="session")
def drawn() -> Callable[..., Assayed]:
    """Maker of pieces that are of a less often than the sorter says, by a share and by one that grows with the load."""

    def make(
        rng: np.random.Generator, lots: int = 60, too_sure: float = 0.0, by_load: float = 0.0, lowest: float = 0.4
    ) -> Assayed:
        load = np.repeat(rng.uniform(0.05, 0.2, lots), PIECES)
        q = rng.uniform(lowest, 1.0, len(load))
        truly = np.clip(q - too_sure - by_load * overlap_density(load), 0, 1)
        classes = np.where(rng.random(len(load)) < truly, 0, 3)
        names = np.repeat(np.array([f"L-{i:03d}" for i in range(lots)], dtype=object), PIECES)
        return Assayed(np.column_stack([load, q]), classes, np.zeros((len(load), 2)), names)

    return make


@pytest.fixture(scope="session")
def line(toy: Callable[..., Any], drawn: Callable[..., Assayed]) -> Callable[..., LineSetPoints]:
    """Maker of set-points of the sorter's line, from pieces of a random seed."""

    def make(rng_seed: int, co_ejection: float = 0.0, **pieces: Any) -> LineSetPoints:
        return LineSetPoints(toy(co_ejection), drawn(np.random.default_rng(rng_seed), **pieces))

    return make
