"""Sorting through the service where a bin limits the spread of its lots: open lots go on from request to request."""

from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pandas as pd
import pytest
from pydantic import TypeAdapter

from models.sorting.model import SortingModel
from models.sorting.spread import DispersionLimits
from models.storage.model_files import save
from seeds import Seed
from serving.app import create_app
from serving.hot_reload.folder_store import FolderStore
from serving.settings import ServiceSettings
from tests.suite.whole import whole

URL = "/v1/toy_scrap/predictions"
INPUTS = ("s1", "s2", "s3", "mass")
Ask = Callable[..., dict[str, Any]]


@pytest.fixture
def frame(toy_sorting_frame: Callable[..., pd.DataFrame]) -> pd.DataFrame:
    return toy_sorting_frame(lots=3, pieces=40, rng_seed=7)


def rows_of(frame: pd.DataFrame) -> list[dict[str, Any]]:
    cells = frame[list(INPUTS)].astype(object).where(frame[list(INPUTS)].notna(), None)
    times = [time.isoformat() for time in frame["passed_at"]]
    return [
        {"lot": lot, "passed_at": time, **dict(zip(INPUTS, row, strict=True))}
        for lot, time, row in zip(frame["lot"], times, cells.to_numpy().tolist(), strict=True)
    ]


@pytest.fixture
def ask_with_spread(
    save_toy_sorter: Callable[..., SortingModel],
    toy_spread_seed: Seed,
    tmp_path: Path,
    call: Callable[..., httpx.Response],
    monkeypatch: pytest.MonkeyPatch,
) -> Ask:
    """Answers of a sorter whose bin_a limits the standard deviation of x too, far below what a lot's pieces scatter."""
    model, folder = save_toy_sorter(tmp_path / "one"), tmp_path / "seeds_with_spread"
    folder.mkdir()
    (folder / "toy_scrap.toml").write_text(toy_spread_seed.text, encoding="utf-8")
    monkeypatch.setenv("NONFERROUS_SEEDS", str(folder))
    spread = DispersionLimits.of(toy_spread_seed, model.feed_contents / 100)
    assert spread is not None
    known = replace(spread, usual=np.full_like(spread.usual, 0.005), own=0.5 * spread.own)
    save(replace(model, seed=toy_spread_seed, spread=known), tmp_path / "spread")
    store = FolderStore()
    store.point("toy_scrap", 1, tmp_path / "spread")
    made = create_app(ServiceSettings(), store)
    made.champions.refresh()

    def answered(rows: Any, **more: Any) -> dict[str, Any]:
        response = call(made, "POST", URL, json={"rows": rows, **whole(made.taken[0].predictions), **more})
        assert response.status_code == HTTPStatus.OK, response.text
        TypeAdapter(made.taken[0].predictions.answer).validate_json(response.content)
        result: dict[str, Any] = response.json()
        return result

    return answered


def test_a_lot_keeps_its_spread_across_requests(ask_with_spread: Ask, frame: pd.DataFrame) -> None:
    rows = rows_of(frame)
    whole, first = ask_with_spread(rows), ask_with_spread(rows[:50])
    second = ask_with_spread(rows[50:], lots=first["lots"])
    bins = [one["bin"] for one in whole["predictions"]]
    assert [one["bin"] for one in first["predictions"] + second["predictions"]] == bins
    assert second["lots"].keys() == whole["lots"].keys()
    for lot, state in whole["lots"].items():
        parted, at_once = (one["bins"]["bin_a"]["elements"]["x"] for one in (second["lots"][lot], state))
        for part in ("mass", "variance", "squares", "squares_variance", "own_variance"):
            assert parted[part]["value"] == pytest.approx(at_once[part]["value"], rel=1e-9, abs=1e-15)
        assert at_once["sd_limit"] == {"value": 0.3, "unit": "wt%"}
        # A bin that is begun may scatter a little more than its limit as long as it is small.
        mass = state["bins"]["bin_a"]["mass"]["value"]
        assert at_once["sd"] is None or at_once["sd"]["value"] ** 2 <= 0.09 * (mass + 0.04) / mass + 1e-9


def test_a_refused_piece_is_flagged_whichever_limit_refused_it(ask_with_spread: Ask, frame: pd.DataFrame) -> None:
    answer = ask_with_spread(rows_of(frame))
    assert any("bin_a closed to keep the lot's limits" in one["flags"] for one in answer["predictions"])
