"""Odd outcomes through the application: they are kept, wait and move no answer until a person accepts them."""

import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.online.reference_runs import Bounds, ReferenceRuns
from models.regression.model import RegressionModel
from models.storage import model_files
from records.database import Database
from records.outcomes import accept, withdraw
from serving.app import Service

from .conftest import ROW, URL

BOUNDS = Bounds(np.array([0.0, 0.0, -0.4, 0.5, 0.0, 0.0]), np.array([0.5, 0.5, 0.7, 0.5, 0.1, 0.1]), 60.0)
USUAL = ReferenceRuns((BOUNDS,))
"""Of runs of 60 whose errors have a middle half of 0.67."""


@pytest.fixture
def model(seen_model: RegressionModel) -> RegressionModel:
    """A model beside which some outcomes are odd."""
    return replace(seen_model, usual=USUAL)


@pytest.fixture
def played(following: Any, call: Any) -> Callable[..., int]:
    """Asks for 60 rows of a period, sends outcomes that lie so far beside the answers, and gives their batch."""

    def play(app: Service, period: str, shift: float) -> int:
        rows = [ROW | {"unit": f"U{i}", "period_start": period, "x_set": 9.0 + i / 30} for i in range(60)]
        answer = call(app, "POST", f"{URL}/predictions", json={"rows": rows}).json()
        rng = np.random.default_rng(int(period[5:7]))
        outcomes = [
            {"prediction": one["id"], "y": one["y"]["value"] + shift + float(rng.normal(0, 0.5))}
            for one in answer["predictions"]
        ]
        response = call(app, "POST", f"{URL}/outcomes", json={"outcomes": outcomes})
        assert response.status_code == 200, response.text
        app.champions.refresh()
        return int(response.json()["batch"])

    return play


def value(call: Any, app: Service) -> dict[str, float]:
    answer: dict[str, float] = call(app, "POST", f"{URL}/predictions", json={"rows": [ROW]}).json()["predictions"][0][
        "y"
    ]
    return answer


def test_the_way_of_a_model_into_files_keeps_what_is_usual(model: RegressionModel, tmp_path: Path) -> None:
    model_files.save(model, tmp_path / "one")
    again = model_files.load(tmp_path / "one")
    assert isinstance(again, RegressionModel)
    assert again.usual is not None
    assert again.usual.state() == USUAL.state()


def test_odd_outcomes_move_no_answer_and_are_said_to_wait(
    following: Any, played: Any, call: Any, caplog: pytest.LogCaptureFixture
) -> None:
    app = following()
    before = value(call, app)
    with caplog.at_level(logging.WARNING, "nonferrous.serving"):
        batch = played(app, "2026-11-01", 4.0)
    assert value(call, app) == before
    message = f"toy_cells, version 1: 60 outcomes of y in batch {batch} wait and move no answer: the level is off by +"
    assert message in caplog.text
    assert 'nonferrous_outcomes_pending_review{process="toy_cells"} 60.0' in call(app, "GET", "/metrics").text
    assert value(call, following()) == before  # a service that starts again, too
    assert played(app, "2026-12-01", 0.2) > batch
    assert value(call, app) != before


def test_accepted_outcomes_are_followed(following: Any, played: Any, call: Any, database: Database) -> None:
    app = following()
    before = value(call, app)["value"]
    batch = played(app, "2026-11-01", 4.0)
    later = played(app, "2026-12-01", 4.0)
    accept(database, batch, "an engineer", "new anodes")
    app.champions.refresh()
    assert value(call, app)["value"] - before == pytest.approx(4.0, abs=0.5)
    assert 'nonferrous_outcomes_pending_review{process="toy_cells"} 0.0' in call(app, "GET", "/metrics").text
    withdraw(database, batch, "an engineer", "they were not")
    withdraw(database, later, "an engineer", "nor these")
    app.champions.refresh()
    assert value(call, app)["value"] == before


def test_withdrawn_outcomes_wait_no_more(following: Any, played: Any, call: Any, database: Database) -> None:
    app = following()
    before = value(call, app)
    batch = played(app, "2026-11-01", 4.0)
    withdraw(database, batch, "an engineer", "scales were wrong")
    app.champions.refresh()
    assert 'nonferrous_outcomes_pending_review{process="toy_cells"} 0.0' in call(app, "GET", "/metrics").text
    assert value(call, app) == before
