"""A month of lots of a made-up process, as its champion and the laboratory saw it."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from models.quality.model import QualityModel
from models.table.contract import check
from models.table.reading import digest
from monitoring.report.lots import PredictedLots
from monitoring.report.period import QualityPeriod, period_of
from registry.versions import Version
from seeds import Seed

FIRST, LAST = "2024-05-01", dt.date(2024, 5, 29)


def unchanged(frame: pd.DataFrame) -> None:
    """Leave a table as it is."""


@pytest.fixture(scope="session")
def toy_champion(
    save_toy_grader: Callable[..., QualityModel], tmp_path_factory: pytest.TempPathFactory
) -> tuple[QualityModel, Version]:
    """A grader of toy lots that has learnt those before 2024-03-16, and its registered version."""
    info = {"training_cutoff": "2024-03-16T00:00:00", "held_out_units": []}
    description = ("toy_lots", 3, ("champion",), "linear", "2024-03-16")
    version = Version(*description, "", "", "", "", {"model_digest": "sha256:0123"}, {})
    return replace(save_toy_grader(tmp_path_factory.mktemp("champion") / "grader"), info=info), version


@pytest.fixture(scope="session")
def toy_period(
    toy_quality_seed: Seed, toy_quality_frame: Callable[..., pd.DataFrame], toy_champion: tuple[QualityModel, Version]
) -> Callable[..., QualityPeriod]:
    """Maker of a month of toy lots, from a table that a test may change before it is read."""

    def make(
        change: Callable[[pd.DataFrame], None] = unchanged, first: str = FIRST, rng_seed: int = 1
    ) -> QualityPeriod:
        frame = toy_quality_frame(rng_seed=rng_seed)
        change(frame)
        table = check(frame, toy_quality_seed).table
        lots = PredictedLots.of(table, toy_champion[0], toy_quality_seed)
        within = lots.time >= np.datetime64(first)
        days = dt.date.fromisoformat(first), LAST
        return period_of(toy_quality_seed, *toy_champion, lots[within], lots[~within], *days, digest(table))

    return make
