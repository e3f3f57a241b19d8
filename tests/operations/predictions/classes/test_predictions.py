"""Predictions of a class, from rows to rows."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import TypeAdapter

from models.classification.model import ClassificationModel
from models.uncertainty.intervals import CoverageError
from operations.predictions.classes.operation import ClassPredictions
from seeds import Seed
from seeds.format.loader import parse
from tests.suite.forms import payloads
from tests.suite.whole import whole

OPERATION = ClassPredictions()

ROW = {"face": "F-01", "day": "2026-11-01", "grain": 0.9, "colour": 0.3, "tonnes": 100.0}
CLASSES = ("oxide", "sulfide", "rare")


@pytest.fixture
def model(save_toy_classifier: Callable[..., Any], tmp_path: Path) -> ClassificationModel:
    made: ClassificationModel = save_toy_classifier(tmp_path / "one")
    return made


def response_to(seed: Seed, model: ClassificationModel, *rows: dict[str, Any], **request: Any) -> list[dict[str, Any]]:
    taken = payloads(seed, 10)
    rows, read = taken.read(json.dumps({"rows": rows, **whole(taken), **request}).encode())
    result = OPERATION.predicted(taken, model, rows, {**read, "id": "of-all", "first": 0})
    assert list(result) == ["predictions"]
    predictions: list[dict[str, Any]] = result["predictions"]
    return predictions


def test_predictions_are_the_models_answers_with_key_time_and_flags(toy_class_seed, model) -> None:
    first, second = response_to(toy_class_seed, model, ROW, ROW | {"face": "B", "grain": None, "colour": 5.0})
    p = model.probabilities(np.array([[0.9, 0.3, 100.0], [np.nan, 5.0, 100.0]]))
    missing = second.pop("missing_inputs")
    assert (missing["count"], missing["costliest"], missing["any_measured"]) == (1, ["grain"], True)
    for i, one in enumerate((first, second)):
        assert list(one) == ["id", "face", "day", "ore", "class_probabilities", "class_set", "flags"]
        assert list(one["class_probabilities"].values()) == p[i].tolist()
        assert tuple(one["class_probabilities"]) == CLASSES
        assert one["ore"] == one["class_set"][0] == CLASSES[p[i].argmax()]
    assert second["ore"] == "rare"
    assert (first["face"], second["face"], first["flags"]) == ("F-01", "B", [])
    assert f"without grain: set of classes {missing['interval_ratio']:.2f} times as large" in second["flags"]


def test_sets_are_those_of_the_coverage_asked_the_most_probable_class_first(toy_class_seed, model) -> None:
    sets = []
    for coverage in (0.5, 0.9, 0.99):
        (one,) = response_to(toy_class_seed, model, ROW, coverage=coverage)
        p = np.array([list(one["class_probabilities"].values())])
        assert set(one["class_set"]) == {CLASSES[k] for k in np.flatnonzero(model.sets(p, coverage)[0])}
        shares = [one["class_probabilities"][name] for name in one["class_set"]]
        assert shares == sorted(shares, reverse=True)
        sets.append(one["class_set"])
    assert sets[0] == sets[1][: len(sets[0])]
    assert len(sets[0]) == 1
    assert len(sets[2]) >= 2  # between two ores: 99 % need both


def test_an_explanation_sums_to_how_much_more_probable_the_class_is_than_the_next(toy_class_seed, model) -> None:
    for one in response_to(
        toy_class_seed, model, ROW, ROW | {"grain": None, "colour": 5.0}, include=["explanation", "class_probabilities"]
    ):
        first, second = sorted(one["class_probabilities"].items(), key=lambda item: -item[1])[:2]
        reason = one["explanation"]
        assert (reason["quantity"], reason["unit"]) == (f"ln(p({first[0]})/p({second[0]}))", "1")
        total = reason["base_value"] + sum(part["contribution"] for part in reason["contributions"])
        assert total == pytest.approx(np.log(first[1] / second[1]), rel=1e-9)


def test_too_few_calibration_rows_are_an_error(toy_class_seed, model) -> None:
    few = ClassificationModel(**{**vars_of(model), "conformal": type(model.conformal)(np.full(20, 0.1))})
    with pytest.raises(CoverageError, match="needs at least 99 calibration rows, got 20"):
        response_to(toy_class_seed, few, ROW, coverage=0.99)


def vars_of(model: ClassificationModel) -> dict[str, Any]:
    return {name: getattr(model, name) for name in ClassificationModel.__dataclass_fields__}


def test_answers_are_of_the_type_that_is_described(toy_class_seed, model) -> None:
    taken = payloads(toy_class_seed, 10)
    predictions = response_to(toy_class_seed, model, ROW)
    used = {"version": 1, "alias": "champion", "digest": "sha256:1", "baseline": False}
    whole = {
        "process": "toy_ores",
        "model": used,
        "coverage": 0.9,
        "interval": {"kind": "fixed", "outcomes": 0},
        "predictions": predictions,
    }
    schema = TypeAdapter(taken.answer)
    schema.validate_python(whole, strict=False)
    for wrong in ({"ore": "clay"}, {"class_set": []}, {"class_set": ["clay"]}):
        with pytest.raises(ValueError, match=r"ore|class_set"):
            schema.validate_python(whole | {"predictions": [predictions[0] | wrong]}, strict=False)


def test_the_example_is_a_typical_row(toy_class_seed) -> None:
    row = {"face": "A-001", "day": "2026-11-01", "grain": 0.7, "colour": 0.1, "tonnes": 100}
    assert payloads(toy_class_seed, 3).example == {"rows": [row], "coverage": 0.9, "include": [], "digits": "interval"}


def test_a_target_that_is_called_as_a_part_of_the_answer_is_refused(toy_class_seed) -> None:
    text = toy_class_seed.text.replace('"ore"', '"class_set"').replace("[targets.ore]", "[targets.class_set]")
    with pytest.raises(ValueError, match="column 'class_set': a prediction uses this name itself"):
        payloads(parse(text, Path("toy_ores.toml")), 3)


def test_the_list_of_processes_has_target_and_classes(toy_class_seed) -> None:
    assert ClassPredictions().info(toy_class_seed, None) == ClassPredictions.listed(target="ore", classes=list(CLASSES))
    assert ClassPredictions.not_listed == "predicts no class alone"
    assert "never empty" in ClassPredictions.about
