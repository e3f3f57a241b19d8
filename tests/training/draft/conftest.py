"""Tables of plants that nobody has described yet, made in code."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from training.draft.job import Asked, Drafted, draft

Make = Callable[..., pd.DataFrame]
DraftOf = Callable[..., Drafted]


@pytest.fixture
def plant() -> Make:
    """Maker of a table: a time, four inputs and a target that moves with two of them and with its own past."""

    def make(rows: int = 240, freq: str = "D", rng_seed: int = 3, start: str = "2024-01-01") -> pd.DataFrame:
        rng = np.random.default_rng(rng_seed)
        walk = np.cumsum(rng.normal(0, 0.15, rows)) * 0.3
        temperature = 955 + 4 * rng.standard_normal(rows)
        current = 380 + 5 * rng.standard_normal(rows)
        feed = np.exp(rng.normal(3.0, 0.4, rows))
        ratio = 1.1 + 0.05 * rng.standard_normal(rows)
        yields = 93 + 0.2 * (temperature - 955) + 0.15 * (current - 380) + walk + 0.5 * rng.standard_normal(rows)
        return pd.DataFrame(
            {
                "time": pd.date_range(start, periods=rows, freq=freq),
                "temperature_degC": temperature.round(2),
                "current_kA": current.round(2),
                "feed_t_h": feed.round(3),
                "ratio": ratio.round(4),
                "yield_pct": yields.round(3),
            }
        )

    return make


@pytest.fixture
def draft_of(tmp_path) -> DraftOf:
    """Drafter of a frame, written as CSV, or of a file as it stands."""

    def drafted(
        table: pd.DataFrame | Path, target: str = "yield_pct", file: str = "plant.csv", **asked: str
    ) -> Drafted:
        path = table
        if isinstance(table, pd.DataFrame):
            path = tmp_path / file
            table.to_csv(path, index=False)
        return draft(path, [target], Asked(**asked))

    return drafted


@pytest.fixture
def suspected() -> Callable[[Drafted, str], list[str]]:
    """What a draft suspects of one kind, by where."""
    return lambda drafted, kind: [one.where for one in drafted.suspicions if one.kind == kind]
