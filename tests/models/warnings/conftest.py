"""A plant whose z remembers, so that it can be warned of."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from models.table.contract import check
from seeds import Seed
from seeds.format.loader import parse

COST = """miss_cost = { value = 100, unit = "$", source = "assumed: a" }
alarm_cost = { value = 20, unit = "$", source = "assumed: b" }"""


def event(counts: str, column: str = "z", name: str = "high_z") -> str:
    return (
        f'\n[[warnings]]\nname = "{name}"\ntitle = "t"\ncolumn = "{column}"\n{counts}\n{COST}\nsource = "assumed: c"\n'
    )


@pytest.fixture(scope="session")
def seed_with(toy_seed: Seed) -> Callable[..., Seed]:
    """The toy seed with events."""

    def make(*events: str) -> Seed:
        return parse(toy_seed.text + "".join(events), Path(f"{toy_seed.process.name}.toml"))

    return make


@pytest.fixture(scope="session")
def remembering(toy_frame: Callable[..., pd.DataFrame]) -> Callable[..., pd.DataFrame]:
    """Maker of a checked table in which z is a walk that forgets slowly, and y falls with it."""

    def make(seed: Seed, units: int = 20, periods: int = 48, memory: float = 0.8, rng_seed: int = 1) -> pd.DataFrame:
        frame = toy_frame(units, periods, rng_seed)
        shocks = np.random.default_rng(rng_seed + 1).standard_normal((units, periods))
        z = np.zeros_like(shocks)
        z[:, 0] = shocks[:, 0]
        for t in range(1, periods):
            z[:, t] = memory * z[:, t - 1] + np.sqrt(1 - memory**2) * shocks[:, t]
        frame["z"] = 4 + 0.5 * z.ravel()
        frame["y"] = 90 - 2 * (frame["z"] - 4) + 0.3 * np.random.default_rng(rng_seed + 2).standard_normal(len(frame))
        frame["tapped"] = 30 * frame["y"] + 300
        return check(frame, seed).table

    return make
