"""What is said of a process that grades its lots, with and without a threshold."""

import math
from types import SimpleNamespace
from typing import Any

import pytest

from operations.predictions.lots.about import info
from operations.predictions.lots.operation import LotPredictions
from seeds import Seed


def model(threshold: float) -> Any:
    return SimpleNamespace(threshold=threshold)


@pytest.mark.parametrize(("threshold", "message"), [(0.25, 0.25), (math.nan, None), (0.0, 0.0)])
def test_a_threshold_that_was_not_found_is_null(
    threshold: float, message: float | None, toy_quality_seed: Seed
) -> None:
    assert info(toy_quality_seed, model(threshold)).threshold == message


def test_all_else_is_the_seeds(toy_quality_seed: Seed) -> None:
    message = info(toy_quality_seed, None).model_dump()
    assert [grade.pop("name") for grade in message["grades"]] == ["prime", "second", "remelt"]
    assert message["grades"][1] == {
        "title": "Second",
        "value": {"value": -40, "unit": "$/t"},
        "limits": {"p": {"value": 20, "least": None, "unit": "ppm", "of": ["p"], "verification": "assumed"}},
        "sums": {},
    }
    (whole,) = message["grades"][0]["sums"].values()
    assert whole == {"value": 9, "least": None, "unit": "ppm", "of": ["p", "q"], "verification": "assumed"}
    del message["grades"]
    assert message == {
        "elements": ["p", "q", "r"],
        "defects": ["crack"],
        "intended": "prime",
        "lot_mass": {"value": 25, "unit": "t"},
        "assay_cost": {"value": 150, "unit": "$"},
        "claim_cost": {"value": 300, "unit": "$/t"},
        "alpha": 0.02,
        "confidence": 0.95,
        "threshold": None,
    }
    assert LotPredictions.not_listed == "does not grade its lots"
