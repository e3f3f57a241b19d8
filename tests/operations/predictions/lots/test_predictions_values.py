"""Parts of a prediction of a lot, by value."""

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from models.quality.decision import Costs, Decisions
from models.quality.remedy import NearestLimit, Remedy
from operations.predictions.lots import predictions
from seeds import Seed

OWN = Costs(value=np.array([0.0, -40.0, -150.0]), assay=6.0, claim=300.0, intended=0)


@pytest.mark.parametrize(
    "given",
    [{}, {"assay_cost": None, "claim_cost": None, "value": None}, {"value": {"prime": None, "second": None}}],
)
def test_costs_that_are_left_out_are_the_models_own(given: dict[str, Any], toy_quality_seed: Seed) -> None:
    assert predictions.given_costs(given, toy_quality_seed, OWN) is None


@pytest.mark.parametrize(
    ("given", "value", "assay", "claim"),
    [
        # A lot has 25 t.
        ({"assay_cost": 50.0}, [0, -40, -150], 2.0, 300.0),
        ({"assay_cost": 0.0, "claim_cost": None}, [0, -40, -150], 0.0, 300.0),
        ({"claim_cost": 70.0, "value": None}, [0, -40, -150], 6.0, 70.0),
        ({"value": {"second": -30.0, "prime": None}}, [0, -30, -150], 6.0, 300.0),
        ({"value": {"prime": 5.0}, "assay_cost": 25.0, "claim_cost": 0.0}, [5, -40, -150], 1.0, 0.0),
    ],
)
def test_costs_of_the_day_replace_what_they_name(
    given: dict[str, Any], value: list[float], assay: float, claim: float, toy_quality_seed: Seed
) -> None:
    result = predictions.given_costs(given, toy_quality_seed, OWN)
    assert result is not None
    assert result.value.tolist() == value
    assert (result.assay, result.claim, result.intended) == (assay, claim, 0)


def test_decisions_are_told_in_words() -> None:
    decided = Decisions(np.array([0, 1, -1, 2]), np.array([0.0, -41.5, -6.0, -150.0]))
    rated = np.array([True, False, False, False])
    reported = predictions._decided(decided, OWN, ["prime", "second", "remelt"], rated)
    assert [one["on_base_rate"] for one in reported] == rated.tolist()
    assert [(one["action"], one["grade"]) for one in reported] == [
        *[("release", "prime"), ("downgrade", "second"), ("laboratory", None), ("downgrade", "remelt")],
    ]
    assert reported[1]["expected_value"] == {"value": -41.5, "unit": "$/t"}


def test_the_nearest_limit_is_told_with_its_margin() -> None:
    units = {"p": "ppm", "q": "%"}
    one = {"limit": "p", "grade": "prime", "value": 4.5, "margin": 1.5, "unit": "ppm", "sigma": 1.25}
    highest, least = NearestLimit("p", 0, 4.5, 6.0, True, 1.25), NearestLimit("p", 0, 4.5, 3.0, False, 1.25)
    assert predictions._nearest(highest, "prime", units, False) == one | {"highest": 6.0}
    assert predictions._nearest(highest, "prime", units, True) == one | {"highest": 6.0, "least": None}
    assert predictions._nearest(least, "prime", units, True) == one | {"highest": None, "least": 3.0}
    assert (
        predictions._nearest(NearestLimit("p", 0, math.nan, 6.0, True, math.nan), "prime", {"p": "ppm"}, False) is None
    )


def test_a_remedy_is_told_with_its_setpoint() -> None:
    setpoint: Any = SimpleNamespace(name="setpoint", unit="°C")
    reported = predictions._remedy(Remedy(setpoint, 50.0, 60.0, 2.5))
    assert reported == {"setpoint": "setpoint", "before": 50.0, "after": 60.0, "unit": "°C", "sigma": 2.5}
    assert predictions._remedy(None) is None
