"""Months of small simulated plants."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from seeds import load
from synthetic_data import simulate


@pytest.fixture(scope="session")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Simulator of a small plant of a process, once a session."""

    @cache
    def simulated(process: str) -> Path:
        return simulate(load(process), tmp_path_factory.mktemp(process) / "plant", units=12, years=0.6)

    return simulated
