"""Fixtures that many tests share: a small made-up process, its seed and its table."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from seeds import Seed, load

TOY_SEED = """
[process]
name = "toy_cells"
task = "electrolysis"
title = "Made-up cells with a known linear law"
unit_key = "unit"
period = { value = 30, unit = "d" }

[references]
law = "y = 90 + 0.5 (x - 10) - 2 z + unit offset + noise"

[[columns]]
name = "unit"
role = "key"
meaning = "cell"

[[columns]]
name = "period_start"
role = "time"
meaning = "first day of the period"

[[columns]]
name = "previous_y"
role = "before"
meaning = "efficiency of the period before, in hand"
unit = "%"
low = 50
high = 100
typical = { mean = 90, sd = 2 }
source = "law"
previous = { column = "y", periods = 1 }

[[columns]]
name = "x_set"
role = "knob"
meaning = "set-point of x"
unit = "kA"
low = 0
high = 20
typical = { mean = 10, sd = 1 }
source = "law"
sign = 1
bounds = [5, 15]
step = 2
move_cost = { value = 1, unit = "$", source = "assumed: small" }

[[columns]]
name = "z"
role = "during"
meaning = "measured z"
unit = "V"
low = 0
high = 8
typical = { mean = 4, sd = 0.5 }
source = "law"
sign = -1

[[columns]]
name = "tapped"
role = "late"
meaning = "known only after the period: a leak"
unit = "kg/d"
low = 0
high = 6000
typical = { mean = 3000, sd = 100 }
source = "law"

[[columns]]
name = "y"
role = "target"
meaning = "efficiency"
unit = "%"
low = 50
high = 100
typical = { mean = 90, sd = 2 }
source = "law"

[targets.y]
unit = "%"
meaning = "efficiency"
source = "law"
label_noise = { value = 0.5, unit = "%", source = "law" }
"""


@pytest.fixture
def toy_seed(tmp_path: Path) -> Seed:
    """Seed of a made-up process without physics module or plant."""
    path = tmp_path / "seeds" / "toy_cells.toml"
    path.parent.mkdir()
    path.write_text(TOY_SEED, encoding="utf-8")
    return load(path)


@pytest.fixture
def toy_frame() -> Callable[..., pd.DataFrame]:
    """Maker of a toy plant's raw table (no `previous` column), as its historian would hold it."""

    def make(units: int = 20, periods: int = 24, rng_seed: int = 1) -> pd.DataFrame:
        rng = np.random.default_rng(rng_seed)
        n = units * periods
        start = pd.date_range("2022-01-01", periods=periods, freq="30D")
        frame = pd.DataFrame(
            {
                "unit": np.repeat([f"A-{i:03d}" for i in range(units)], periods),
                "period_start": np.tile(start.to_numpy(), units),
                "x_set": 10 + rng.standard_normal(n),
                "z": 4 + 0.5 * rng.standard_normal(n),
            }
        )
        offset = np.repeat(rng.normal(0, 0.3, units), periods)
        frame["y"] = 90 + 0.5 * (frame["x_set"] - 10) - 2 * (frame["z"] - 4) + offset + rng.normal(0, 0.5, n)
        frame["tapped"] = 30 * frame["y"] + 300
        return frame

    return make
