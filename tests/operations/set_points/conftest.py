"""Requests for set-points of the potline, to be changed by tests."""

import copy
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from operations.set_points.forms import SetPointForm, setpoint_forms
from seeds import Seed, load


@pytest.fixture(scope="session")
def potline() -> Seed:
    return load("aluminium_reduction")


@pytest.fixture(scope="session")
def taken(potline: Seed) -> Mapping[str, SetPointForm]:
    return setpoint_forms(potline, 50)


@pytest.fixture
def body(taken: Mapping[str, SetPointForm]) -> Callable[..., dict[str, Any]]:
    """Maker of a request like the example of a verb, with plans of these units."""

    def make(verb: str = "recommendations", units: tuple[str, ...] = ("A-001", "A-002"), **more: Any) -> dict[str, Any]:
        example = copy.deepcopy(taken[verb].example)
        for part in ("rows", "history"):
            example[part] = [{**row, "unit": unit} for unit in units for row in example[part]]
        return example | more

    return make
