"""A page of a replay says what decisions cost where something is decided, and nothing of it elsewhere."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from benchmarks.replays.page import write
from benchmarks.replays.plant import Plant
from benchmarks.replays.run import Stepped
from benchmarks.replays.summary import summary

PLAYED = [Stepped(day, 1, 20, 20, 0.25, 0.0, 0.9) for day in ("2026-01-01", "2026-01-31", "2026-03-02")]
DECIDED = [replace(one, lost=3.5, released=12, broken=1) for one in PLAYED]


@pytest.mark.parametrize(
    ("toy", "played", "unit", "cost"),
    [("toy_seed", PLAYED, " [%]", None), ("toy_quality_seed", DECIDED, "", "$/t")],
)
def test_costs_stand_on_the_page_of_a_process_that_decides(toy, played, unit, cost, request, tmp_path):
    seed = request.getfixturevalue(toy)
    plant = Plant(seed, pd.DataFrame(), np.empty(0), pd.Timestamp("2026-01-01"), pd.Timedelta(days=30))
    text = write(plant, {"first": played}, [summary("first", played)], tmp_path).read_text(encoding="utf-8")
    assert f"error to the simulated truth{unit}<" in text
    assert (f"cost of decisions [{cost}]" in text) == (cost is not None)
    assert ("released lots" in text) == (cost is not None)
    (way,) = json.loads((tmp_path / "replay.json").read_text(encoding="utf-8"))["ways"]
    assert (way["lost"], way["released"], way["broken"]) == ((3.5, 36, 3) if cost else (None, 0, 0))
