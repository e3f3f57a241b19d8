"""Requests from rows and results from responses."""

import datetime as dt
import json
from pathlib import Path

import pytest

from gateway.outbox import Outbox
from gateway.periods import PeriodRow
from gateway.process import decoded_results
from gateway.requests import is_refused, outcomes_body, periods_needed, predictions_body
from gateway.results import fields_of, of_predictions, of_recommendations, of_warnings, without_prediction
from gateway.service import RejectedError, ServiceClient, UnreachableError
from gateway.tag_map import TagMap
from gateway.units import Label, Unit
from operations.catalogue import offered
from seeds import Seed, load, names
from seeds.format.loader import parse
from system.record_ids import new_id

from .conftest import RuleService

START = dt.datetime(2026, 2, 1)


def row(value: float | None, **quality: str) -> PeriodRow:
    return PeriodRow("A", START, {"x_set": 10.0, "z": value, "tapped": 3000.0}, quality)


def test_a_request_is_one_that_the_service_takes(toy_seed: Seed, tmp_path: Path) -> None:
    unit = Unit("A", TagMap(toy_seed, ("A",)), Outbox(tmp_path / "o.db"))
    unit.finished.add("2026-01-02", {"x_set": 9.0, "z": 4.0, "y": 91.0})
    unit.finished.add("2026-02-01", {"y": 99.0})
    body = json.loads(predictions_body(toy_seed, [row(None, z="stale")], [unit]))
    assert body == {
        "rows": [{"unit": "A", "period_start": "2026-02-01", "x_set": 10.0, "z": None, "data_quality": {"z": "stale"}}],
        "history": [{"unit": "A", "period_start": "2026-01-02", "y": 91.0}],
    }
    rows, _ = offered(toy_seed, 100).predictions.read(json.dumps(body).encode())
    assert rows[0]["previous_y"] == 91.0


def test_processes_without_history_send_none(toy_class_seed: Seed) -> None:
    assert periods_needed(toy_class_seed) == 0 or "history" in json.loads(predictions_body(toy_class_seed, [], []))


def test_a_row_without_an_indispensable_value_is_refused(toy_seed: Seed, tmp_path: Path) -> None:
    text = toy_seed.text.replace('name = "z"\n', 'name = "z"\nwhen_bad = "refused"\n', 1)
    seed = parse(text, tmp_path / "toy_cells.toml")
    assert is_refused(seed, row(None, z="stale"))
    assert not is_refused(seed, row(4.0, z="uncertain"))
    assert not is_refused(toy_seed, row(None, z="bad"))


def test_outcomes_of_one_period_are_one_row(toy_seed: Seed) -> None:
    labels = [Label("A", "2026-01-02", "y", 91.0), Label("B", "2026-01-02", "y", 92.0)]
    assert json.loads(outcomes_body(toy_seed, labels)) == {
        "outcomes": [
            {"unit": "A", "period_start": "2026-01-02", "y": 91.0},
            {"unit": "B", "period_start": "2026-01-02", "y": 92.0},
        ]
    }


def response(flags: list[str]) -> dict[str, object]:
    prediction = {"unit": "A", "period_start": "2026-02-01", "y": {"value": 94.0, "low": 93.0, "high": 95.0}}
    return {"model": {"version": 3}, "predictions": [prediction | {"flags": flags}]}


def test_results_have_unit_range_and_quality(toy_seed: Seed) -> None:
    values = {one.path: one for one in of_predictions(toy_seed, response([]), "id")["A"]}
    value = values["A", "y", "value"]
    assert (value.value, value.quality) == (94.0, "good")
    assert (value.field.unit, value.field.low, value.field.high) == ("%", 50.0, 100.0)
    assert values["A", "prediction", "model_version"].value == "3"
    assert values["A", "prediction", "record"].value == "id"


@pytest.mark.parametrize("flag", ["z outside training range", "out of distribution"])
def test_an_extrapolated_prediction_is_uncertain_and_its_texts_are_good(toy_seed: Seed, flag: str) -> None:
    values = {one.path: one for one in of_predictions(toy_seed, response([flag]), "id")["A"]}
    assert {values["A", "y", part].quality for part in ("value", "low", "high")} == {"uncertain"}
    assert (values["A", "prediction", "flags"].value, values["A", "prediction", "flags"].quality) == (flag, "good")


def test_no_prediction_is_bad_and_has_no_number(toy_seed: Seed) -> None:
    values = without_prediction(toy_seed, ["A", "B"], "z is missing")["B"]
    assert {(one.path[2], one.value, one.quality) for one in values if one.path[1] == "y"} == {
        (part, None, "bad") for part in ("value", "low", "high")
    }


def test_every_process_has_fields_with_units(tmp_path: Path) -> None:
    for name in names():
        seed = load(name)
        if seed.time is None or seed.sorting is not None:
            continue
        fields = fields_of(seed)
        assert all(field.unit for field in fields.values() if field.kind is float), name
        assert all((quantity, "low") in fields for quantity in seed.quantities), name


def test_warnings_and_recommendations_are_fields_of_the_unit() -> None:
    seed = load("aluminium_reduction")
    event = seed.warnings[0].name
    warned = {"unit": "A", "period_start": "2026-02-01", "events": {event: {"probability": None, "alarm": False}}}
    values = {one.path[1:]: one for one in of_warnings(seed, {"warnings": [warned]})["A"]}
    assert values["warnings", event, "probability"].quality == "bad"
    assert values["warnings", event, "alarm"].value is False
    advice = {"unit": "A", "setpoints": {"voltage_setpoint": {"recommended": 4.02}}, "refusal": "doubt"}
    values = {one.path[1:]: one for one in of_recommendations(seed, {"recommendations": [advice]})["A"]}
    field = values["recommendations", "voltage_setpoint"].field
    assert (field.unit, field.low, field.high) == ("V", 3.85, 4.25)
    assert values["recommendations", "refusal"].value == "doubt"


def test_ids_are_unique_and_rise() -> None:
    ids = [new_id() for _ in range(100)]
    assert len(set(ids)) == 100
    assert [one[:13] for one in ids] == sorted(one[:13] for one in ids)


def test_a_wrong_request_is_rejected_and_everything_else_is_sent_later(service: RuleService) -> None:
    client = ServiceClient(service.url)
    service.status = 422
    with pytest.raises(RejectedError, match="not now"):
        client.post("/v1/toy_cells/predictions", b'{"rows": []}')
    for service.status in (401, 404, 429, 500, 503, 507):
        with pytest.raises(UnreachableError, match=f"{service.status}: not now"):
            client.post("/v1/toy_cells/predictions", b'{"rows": []}')
    with pytest.raises(UnreachableError, match="no response"):
        ServiceClient("http://127.0.0.1:1").post("/", b"{}")


def test_results_are_read_as_they_were_written(toy_seed: Seed, tmp_path: Path) -> None:
    from gateway.process import _encoded

    values = of_predictions(toy_seed, response([]), "id")["A"]
    read, at = decoded_results(_encoded(values, 1_700_000_000.25))
    assert read == values
    assert at == dt.datetime.fromtimestamp(1_700_000_000.25, dt.UTC)
