"""A version in shadow of each task answers a request as a champion does."""

import json
from typing import Any

import msgspec
import pytest

from operations.catalogue import predictions_of
from records.requests import JSON
from records.shadow import PendingShadowRequest
from registry.store import Champion
from serving.hot_reload.status import Served
from serving.shadow.answers import TooLongError, answered

SAVERS = {
    "toy_seed": "save_toy_model",
    "toy_class_seed": "save_toy_classifier",
    "toy_sorting_seed": "save_toy_sorter",
    "toy_quality_seed": "save_toy_grader",
}


@pytest.mark.parametrize("name", SAVERS)
def test_an_answer_is_that_of_a_champion_without_what_stands_around_it(name: str, request: Any, tmp_path: Any) -> None:
    seed, model = request.getfixturevalue(name), request.getfixturevalue(SAVERS[name])(tmp_path / "model")
    payloads, served = predictions_of(seed).form(seed, 50), Served(Champion("p", 2, "here"), "sha256:2", model)
    body = json.dumps(payloads.example).encode()
    result = answered(PendingShadowRequest(7, "an-id", JSON, body, b""), payloads, served)
    assert (result.number, result.version, result.digest) == (7, 2, "sha256:2")
    rows, requested = payloads.read(body)
    expected = predictions_of(seed).predicted(payloads, model, rows, {**requested, "id": "an-id", "first": 0})[
        "predictions"
    ]
    assert json.loads(result.predictions) == json.loads(msgspec.json.encode(expected))
    assert [one["id"] for one in json.loads(result.predictions)] == [f"an-id-{i}" for i in range(len(rows))]


def test_a_request_that_stands_in_parts_is_too_long(toy_seed: Any) -> None:
    payloads: Any = predictions_of(toy_seed).form(toy_seed, 50)
    with pytest.raises(TooLongError, match="request an-id stands in several parts"):
        answered(
            PendingShadowRequest(7, "an-id", JSON, None, b""), payloads, Served(Champion("p", 2, "here"), "", None)
        )  # type: ignore[arg-type]
