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


TOY_SORTING_SEED = """
[process]
name = "toy_scrap"
task = "sorting"
title = "Made-up scrap of three metals"
unit_key = "lot"
period = { value = 0.02, unit = "s" }

[references]
law = "class means of s1, s2, s3 three standard deviations apart, x of metal c as the class says"

[[columns]]
name = "lot"
role = "key"
meaning = "lot"

[[columns]]
name = "passed_at"
role = "time"
meaning = "instant at which the piece passes the sensors"

[[columns]]
name = "s1"
role = "during"
meaning = "signal 1"
unit = "1"
low = -50
high = 50
typical = { mean = 1, sd = 3 }
source = "law"

[[columns]]
name = "s2"
role = "during"
meaning = "signal 2"
unit = "1"
low = -50
high = 50
typical = { mean = 1, sd = 3 }
source = "law"

[[columns]]
name = "s3"
role = "during"
meaning = "signal 3, at times missing"
unit = "1"
low = -50
high = 50
typical = { mean = 1, sd = 3 }
source = "law"

[[columns]]
name = "mass"
role = "during"
meaning = "mass of the piece"
unit = "g"
low = 0.1
high = 5000
typical = { mean = 35, sd = 30 }
source = "law"

[[columns]]
name = "metal"
role = "target"
meaning = "what the laboratory says"
classes = ["a", "b", "c", "other"]
source = "law"

[[columns]]
name = "x"
role = "target"
meaning = "content of x"
unit = "wt%"
low = 0
high = 100
typical = { mean = 2, sd = 2 }
source = "law"

[[columns]]
name = "z"
role = "target"
meaning = "content of z, which no signal carries"
unit = "wt%"
low = 0
high = 100
typical = { mean = 1, sd = 0.3 }
source = "law"

[targets.metal]
unit = "1"
meaning = "what the piece is"
source = "law"

[targets.x]
unit = "wt%"
meaning = "content of x"
source = "law"

[targets.z]
unit = "wt%"
meaning = "content of z"
source = "law"

[sorting]
mass = "mass"
other = "other"
lot_mass = { value = 2, unit = "kg", source = "law" }
confidence = { value = 0.9, unit = "1", source = "law" }
co_ejection = { value = 0.02, unit = "1", source = "law" }

[[bins]]
name = "bin_a"
title = "metal a"
unit = "$/kg"
value = { a = 2.0, b = -1.0, c = -3.0, other = -3.0 }
limits = { x = { value = 0.9, unit = "wt%", source = "law" } }
source = "law"

[[bins]]
name = "bin_bc"
title = "metals b and c"
unit = "$/kg"
value = { a = 0.4, b = 1.5, c = 1.2, other = -0.5 }
source = "law"

[[bins]]
name = "rest"
title = "what the belt carries on"
unit = "$/kg"
value = { a = 0.3, b = 0.3, c = 0.3, other = 0.1 }
rest = true
source = "law"
"""

# Class means of s1, s2, s3 and of x; `other` lies far from all of them.
TOY_MEANS = np.array([[0.0, 0.0, 0.0], [3.0, 0.0, 1.0], [0.0, 3.0, 2.0], [-9.0, 9.0, -6.0]])
TOY_X = np.array([0.6, 2.0, 5.0, 9.0])
TOY_SHARES = np.array([0.4, 0.32, 0.24, 0.04])


@pytest.fixture
def toy_seed(tmp_path: Path) -> Seed:
    """Seed of a made-up process without physics module or plant."""
    path = tmp_path / "seeds" / "toy_cells.toml"
    path.parent.mkdir(exist_ok=True)
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


@pytest.fixture
def toy_sorting_seed(tmp_path: Path) -> Seed:
    """Seed of a made-up sorting process without physics module or plant."""
    path = tmp_path / "seeds" / "toy_scrap.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(TOY_SORTING_SEED, encoding="utf-8")
    return load(path)


@pytest.fixture
def toy_sorting_frame() -> Callable[..., pd.DataFrame]:
    """Maker of a toy sorter's raw table, as its historian would hold it; lots follow each other by the hour."""

    def make(lots: int = 60, pieces: int = 60, rng_seed: int = 1) -> pd.DataFrame:
        rng = np.random.default_rng(rng_seed)
        n = lots * pieces
        mix = np.exp(rng.normal(0, 0.3, (lots, 4))) * TOY_SHARES
        code = np.concatenate([rng.choice(4, pieces, p=share / share.sum()) for share in mix])
        signals = TOY_MEANS[code] + rng.standard_normal((n, 3))
        signals[rng.random(n) < 0.02, 2] = np.nan
        start = np.repeat(pd.date_range("2024-01-01", periods=lots, freq="h").to_numpy(), pieces)
        return pd.DataFrame(
            {
                "lot": np.repeat([f"L-{i + 1:05d}" for i in range(lots)], pieces),
                "passed_at": start + np.tile(np.arange(pieces), lots) * np.timedelta64(100, "ms"),
                "s1": signals[:, 0],
                "s2": signals[:, 1],
                "s3": signals[:, 2],
                "mass": np.exp(rng.normal(3.4, 0.6, n)),
                "metal": np.array(["a", "b", "c", "other"])[code],
                "x": np.clip(
                    TOY_X[code] + 0.2 * rng.standard_normal(n) + 0.3 * (signals[:, 0] - TOY_MEANS[code, 0]), 0, None
                ),
                "z": np.clip(rng.normal(1, 0.3, n), 0, None),
            }
        )

    return make


@pytest.fixture
def save_toy_model(toy_seed: Seed) -> Callable[..., object]:
    """Saver of a line fitted to the toy process, with 40 calibration rows, into a folder; `lift` raises its answers."""
    from models import files
    from models.candidates import build
    from models.fitted import conformalised

    def save(folder: Path, lift: float = 0.0) -> object:
        rng = np.random.default_rng(1)
        X = rng.normal([90.0, 10.0, 4.0], [2.0, 1.0, 0.5], (240, 3))
        y = 90 + 0.5 * (X[:, 1] - 10) - 2 * (X[:, 2] - 4) + rng.normal(0, 0.5, 240) + lift
        estimator = build(toy_seed)["linear"].fit(X[:200], y[:200])
        predicted = estimator.predict(X[200:])
        model = conformalised(toy_seed, "linear", estimator, X[:200], y[200:], predicted, {"rows": 200})
        files.save(model, folder)
        return model

    return save


@pytest.fixture
def call() -> Callable[..., object]:
    """Sender of one request to a service, which answers in process with an `httpx.Response`."""
    import asyncio

    import httpx

    def send(app: object, method: str, path: str, **request: object) -> object:
        async def answered() -> object:
            transport = httpx.ASGITransport(app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
                return await client.request(method, path, **request)

        return asyncio.run(answered())

    return send


@pytest.fixture
def save_toy_sorter(toy_sorting_seed: Seed, toy_sorting_frame: Callable[..., pd.DataFrame]) -> Callable[..., object]:
    """Saver of a sorting model of the toy process into a folder: 40 lots learnt, 20 to calibrate."""
    from models import files
    from models.features import matrix
    from models.sorting_candidates import build
    from models.sorting_fit import sorter

    def save(folder: Path, candidate: str = "linear") -> object:
        seed, frame = toy_sorting_seed, toy_sorting_frame()
        X, contents, lots = matrix(frame, seed), frame[["x", "z"]].to_numpy(), frame["lot"].to_numpy()
        y = pd.Categorical(frame["metal"], seed.classes).codes.astype(np.float64)
        old, new = slice(None, 2400), slice(2400, None)
        estimator = build(seed)[candidate].fit(X[old], y[old])
        learnt = X[old], y[old], contents[old]
        rest = X[new], y[new], contents[new], frame["mass"].to_numpy()[new], lots[new], estimator.predict_proba(X[new])
        model = sorter(seed, candidate, estimator, *learnt, *rest, {"rows": 2400})
        files.save(model, folder)
        return model

    return save
