"""Lots of a known law, whose operators set the set-point by what they see."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from models.quality.setpoints.model import LotSetpoints
from seeds import Seed
from tests.suite.physics import physics_type, state_process

History = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]
LOTS, UNITS = 3000, 10


@pytest.fixture(scope="session")
def history() -> Callable[..., History]:
    """Maker of lots of the toy law whose operators set the set-point by u: inputs, labels, units and periods."""

    def make(per_u: float, rng_seed: int = 0, sd: float = 4.0, lots: int = LOTS) -> History:
        rng = np.random.default_rng(rng_seed)
        u = rng.standard_normal(lots)
        setpoint = 50 + per_u * u + sd * rng.standard_normal(lots)
        centre = np.column_stack([0.7 + 0.4 * u, 0.5 * u - 0.06 * (setpoint - 50), np.full(lots, -0.4)])
        contents = np.exp(centre + 0.3 * rng.standard_normal((lots, 3)))
        labels = np.column_stack([np.where(contents < 0.5, -0.5, contents), rng.random(lots) < 0.03])
        X = np.column_stack([u, rng.standard_normal(lots), setpoint, np.full(lots, 2.2)])
        start, day = np.datetime64("2024-01-01", "us"), np.timedelta64(1, "D")
        return (
            X,
            labels,
            np.tile(np.arange(UNITS), lots // UNITS),
            start + np.repeat(np.arange(lots // UNITS), UNITS) * day,
        )

    return make


@pytest.fixture(scope="session")
def physics() -> Callable[[float], Any]:
    """Maker of physics by which q changes with the set-point by a slope of its logarithm [1/°C]."""

    def make(slope: float) -> Any:
        def contents(columns: Any) -> dict[str, np.ndarray]:
            return {
                "p": 70 * np.exp(0.4 * columns["u"]),
                "q": 9 * np.exp(0.5 * columns["u"] + slope * columns["setpoint"]),
            }

        return physics_type(contents=contents)

    return make


@pytest.fixture(scope="session")
def learn(history: Callable[..., History], physics: Callable[[float], Any]) -> Callable[..., LotSetpoints]:
    """Learner of set-points of a seed, with physics of a slope."""

    def make(seed: Seed, slope: float = -0.06) -> LotSetpoints:
        with pytest.MonkeyPatch.context() as patch:
            state_process(patch, "toy_lots", physics=physics(slope))
            return LotSetpoints.learn(seed, *history(per_u=3.0))

    return make


@pytest.fixture(scope="session")
def learnt_setpoints(toy_quality_seed: Seed, learn: Callable[..., LotSetpoints]) -> LotSetpoints:
    return learn(toy_quality_seed)


@pytest.fixture
def setpoints(
    learnt_setpoints: LotSetpoints, physics: Callable[[float], Any], monkeypatch: pytest.MonkeyPatch
) -> LotSetpoints:
    """Set-points that were learnt from lots of the law, with its own physics."""
    state_process(monkeypatch, "toy_lots", physics=physics(-0.06))
    return learnt_setpoints
