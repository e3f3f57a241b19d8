"""What is said of a process that sorts, with and without a model."""

from types import SimpleNamespace
from typing import Any

from operations.predictions.pieces.about import info
from operations.predictions.pieces.operation import PiecePredictions
from seeds import Seed


def model(carried: list[bool]) -> Any:
    return SimpleNamespace(contents=SimpleNamespace(carried=carried))


def test_elements_that_the_model_finds_are_named(toy_sorting_seed: Seed) -> None:
    assert info(toy_sorting_seed, None).predicted_elements is None
    assert info(toy_sorting_seed, model([True, False])).predicted_elements == ["x"]
    assert info(toy_sorting_seed, model([False, True])).predicted_elements == ["z"]


def test_all_else_is_the_seeds(toy_sorting_seed: Seed) -> None:
    message = info(toy_sorting_seed, None)
    assert message.model_dump(exclude={"bins", "predicted_elements"}) == {
        "classes": ["a", "b", "c", "other"],
        "other_class": "other",
        "lot_mass": {"value": 2, "unit": "kg"},
        "confidence": 0.9,
        "calibration_confidence": 0.6,
    }
    assert [one.name for one in message.bins] == ["bin_a", "bin_bc", "rest"]
    assert [one.rest for one in message.bins] == [False, False, True]
    assert message.bins[0].model_dump() == {
        "name": "bin_a",
        "title": "metal a",
        "rest": False,
        "value": {"a": 2.0, "b": -1.0, "c": -3.0, "other": -3.0},
        "unit": "$/kg",
        "limits": {"x": {"value": 0.9, "unit": "wt%"}},
        "sd_limits": {},
    }
    assert message.bins[1].limits == {}
    assert PiecePredictions.not_listed == "does not sort"


def test_limits_of_standard_deviations_are_named_by_themselves(toy_spread_seed: Seed) -> None:
    first, second, _ = info(toy_spread_seed, None).bins
    assert first.model_dump(include={"limits", "sd_limits"}) == {
        "limits": {"x": {"value": 0.9, "unit": "wt%"}},
        "sd_limits": {"x": {"value": 0.3, "unit": "wt%"}},
    }
    assert second.sd_limits == {}
