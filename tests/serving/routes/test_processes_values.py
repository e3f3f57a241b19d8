"""The list of processes, with stand-ins for the champions and a model."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import FastAPI

from operations.catalogue import offered
from registry.store import Champion
from seeds import Seed
from serving.hot_reload.status import Served, Status
from serving.routes import processes

MODEL: Any = SimpleNamespace(candidate="linear", info={"rows": 7}, seed=None)
ANSWERS = Status(Served(Champion("toy_cells", 4, "source"), "sha256:1", MODEL), None, "version 5 is refused")
NO_MODEL = Status(trouble="no version has the alias champion")


@pytest.fixture
def described(toy_seed: Seed, call: Any) -> Any:
    """Teller of what is said of the toy process."""

    def tell(status: Status, store_trouble: str | None = None) -> dict[str, Any]:
        statuses = {"toy_cells": replace(status, offers=offered(toy_seed, 3))}
        champions: Any = SimpleNamespace(statuses=statuses, store_trouble=store_trouble)
        app = FastAPI()
        app.include_router(processes.router(champions))
        assert call(app, "HEAD", "/v1/processes").status_code == 200
        assert [list(one) for one in app.openapi()["paths"].values()] == [["get"]]
        ((process,),) = call(app, "GET", "/v1/processes").json().values()
        return process

    return tell


def test_a_process_with_a_model_by_value(described: Any) -> None:
    assert described(ANSWERS) == {
        "name": "toy_cells",
        "title": "Made-up cells with a known linear law",
        "task": "regression",
        "period": {"value": 30, "unit": "d"},
        "key": "unit",
        "time": "period_start",
        "inputs": [
            {
                **{"name": "previous_y", "description": "efficiency of the period before, in hand", "unit": "%"},
                **{"role": "before", "low": 50, "high": 100, "values": None, "width_without": None},
            },
            {
                **{"name": "x_set", "description": "set-point of x", "unit": "kA", "role": "setpoint"},
                **{"low": 0, "high": 20, "values": None, "width_without": None},
            },
            {
                **{"name": "z", "description": "measured z", "unit": "V", "role": "during"},
                **{"low": 0, "high": 8, "values": None, "width_without": None},
            },
        ],
        "quantities": [{"name": "y", "description": "efficiency", "unit": "%"}],
        "routes": ["/v1/toy_cells/predictions", "/v1/toy_cells/outcomes"],
        "classification": None,
        "sorting": None,
        "quality": None,
        "model": {
            **{"version": 4, "alias": "champion", "digest": "sha256:1", "candidate": "linear"},
            "info": {"rows": 7},
            "baseline": False,
        },
        "reason": "version 5 is refused",
        "shadow": None,
    }


def test_a_process_without_a_model_tells_why(described: Any) -> None:
    result = described(NO_MODEL)
    assert (result["model"], result["reason"]) == (None, NO_MODEL.trouble)


def test_a_store_that_cannot_be_read_is_the_trouble_that_is_told(described: Any) -> None:
    for status in (ANSWERS, NO_MODEL):
        assert described(status, "the store sleeps")["reason"] == "the store sleeps"


def test_without_trouble_there_is_none(described: Any) -> None:
    assert described(Status(ANSWERS.served))["reason"] is None
