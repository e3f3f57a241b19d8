"""A made-up plant with two targets, one of which the laboratory looks at in every other row."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from seeds import Seed, load


@pytest.fixture(scope="session")
def melts_seed() -> Seed:
    """Seed of a made-up process with two targets."""
    return load(Path(__file__).parents[2] / "toys" / "toy_melts.toml")


@pytest.fixture(scope="session")
def melts_frame() -> Callable[..., pd.DataFrame]:
    """Maker of its raw table; `iron_share` is the share of rows with a label of iron, `law` what z does to the loss."""

    def make(units: int = 20, periods: int = 40, iron_share: float = 0.5, law: float = 0.0) -> pd.DataFrame:
        rng, n = np.random.default_rng(1), units * periods
        frame = pd.DataFrame(
            {
                "unit": np.repeat([f"F-{i:02d}" for i in range(units)], periods),
                "day": np.tile(pd.date_range("2024-01-01", periods=periods, freq="D").to_numpy(), units),
                "x": 10 + rng.standard_normal(n),
                "z": 4 + 0.5 * rng.standard_normal(n),
            }
        )
        frame["loss"] = 3 + 0.8 * (frame["x"] - 10) + law * (frame["z"] - 4) + 0.4 * rng.standard_normal(n)
        frame["iron"] = 20 + 4 * (frame["z"] - 4) - (frame["x"] - 10) + rng.standard_normal(n)
        frame["iron"] = frame["iron"].where(rng.random(n) < iron_share)
        return frame

    return make
