"""Early warnings over HTTP, by a model that learnt a toy plant, and by versions that have none."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from pydantic import TypeAdapter

from models.warnings.learning import learn
from registry.store import Champion
from serving.app import create_app
from serving.hot_reload.folder_store import FolderStore
from serving.hot_reload.status import Served
from serving.settings import ServiceSettings
from tests.models.warnings.conftest import event, remembering, seed_with  # noqa: F401
from tests.models.warnings.test_learning import blocks_of

URL = "/v1/toy_cells/warnings"


@pytest.fixture(scope="module")
def warning_model(seed_with, remembering):  # noqa: F811
    seed = seed_with(event("at_least = 4.4"), event("at_least = 7", name="never"))
    table = remembering(seed, units=24)
    return learn(table, seed, blocks_of(table, seed)), table


@pytest.fixture(scope="module")
def app(warning_model, tmp_path_factory):
    folder = tmp_path_factory.mktemp("seeds")
    (folder / "toy_cells.toml").write_text(warning_model[0].seed.text, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NONFERROUS_SEEDS", str(folder))
        return create_app(ServiceSettings(), FolderStore())


@pytest.fixture
def serve(app):
    def make(warnings=None, refusal=None):
        before = app.champions.statuses["toy_cells"]
        model = SimpleNamespace(
            seed=before.offers.seed,
            learnt={} if warnings is None else {"warnings": warnings},
            refusals={"warnings": refusal},
        )
        served = Served(Champion("toy_cells", 3, "source"), "sha256:1", model)
        app.champions._set("toy_cells", replace(before, served=served, trouble=None))
        return app

    return make


def body_of(table: pd.DataFrame, units: list[str]) -> dict:
    """The newest period of some units as one to come, and all before it as history."""
    own = table[table["unit"].isin(units)]
    newest = own["period_start"] == own["period_start"].max()
    dated = own.assign(period_start=own["period_start"].dt.date.astype("str"))
    history = dated[~newest].drop(columns=["previous_y"])
    coming = dated[newest].set_index("unit").loc[units].reset_index()[["unit", "period_start", "x_set"]]
    return {"rows": coming.to_dict("records"), "history": history.to_dict("records")}


def test_the_service_says_what_the_model_says_in_the_order_of_the_rows(serve, call, warning_model):
    model, table = warning_model
    units = ["A-007", "A-002"]
    response = call(serve(model), "POST", URL, json=body_of(table, units))
    assert response.status_code == 200, response.text
    body = response.json()
    assert body["model"] == {"version": 3, "alias": "champion", "digest": "sha256:1", "baseline": False}
    assert (body["advisory"], body["unavailable_events"]) == (True, model.refused)
    expected = {one.unit: one.events[0] for one in model.warn(table[table["unit"].isin(units)])}
    assert [one["unit"] for one in body["warnings"]] == units
    for one in body["warnings"]:
        message, own = one["events"]["high_z"], expected[one["unit"]]
        assert message["probability"] == pytest.approx(own.probability, rel=1e-9)
        assert (message["alarm"], message["cause"], message["threshold"]) == (own.alarm, own.cause, 0.2)
        assert message["lead_time"] == {"value": 720, "unit": "h"}
        assert message["limit"] == {"value": 4.4, "unit": "V"}
    own = next(one for one in serve(model).taken)
    TypeAdapter(own.forms["warnings"].answer).validate_python(body)


def test_units_of_the_history_that_no_row_asks_for_say_how_the_plant_drifts_and_are_not_answered(
    serve, call, warning_model
):
    model, table = warning_model
    body = body_of(table, ["A-007"]) | {"history": body_of(table, sorted(set(table["unit"])))["history"]}
    (result,) = call(serve(model), "POST", URL, json=body).json()["warnings"]
    (expected,) = (one for one in model.warn(table) if one.unit == "A-007")
    assert (result["unit"], result["events"]["high_z"]["cause"]) == ("A-007", expected.events[0].cause)
    assert result["events"]["high_z"]["probability"] == pytest.approx(expected.events[0].probability, rel=1e-9)
    (alone,) = model.warn(table[table["unit"] == "A-007"])
    assert alone.events[0].probability != expected.events[0].probability


def test_a_short_history_is_an_answer_that_says_so(serve, call, warning_model):
    model, table = warning_model
    body = body_of(table, ["A-007"])
    body["history"] = body["history"][-2:]
    message = call(serve(model), "POST", URL, json=body).json()["warnings"][0]["events"]["high_z"]
    assert (message["probability"], message["alarm"]) == (None, False)
    assert message["refusal"].startswith("got 2 periods without a gap")


@pytest.mark.parametrize(
    ("refusal", "expected"), [("got 3 events", "got 3 events"), (None, "it was trained without them; train again")]
)
def test_a_version_that_has_none_answers_with_the_reason(serve, call, warning_model, refusal, expected):
    response = call(serve(None, refusal), "POST", URL, json=body_of(warning_model[1], ["A-007"]))
    assert response.status_code == 404
    assert f"version 3 of toy_cells gives no warnings: {expected}" in response.json()["detail"]
    assert "/v1/toy_cells/predictions" in response.json()["detail"]


def test_what_is_wrong_with_a_body_is_named(serve, call, warning_model):
    body = body_of(warning_model[1], ["A-007"])
    body["history"][0]["z"] = np.pi * 100
    response = call(serve(warning_model[0]), "POST", URL, json=body)
    assert response.status_code == 422
    assert [one["field"] for one in response.json()["errors"]] == ["history.0.z"]


def test_openapi_shows_an_example_that_is_taken(serve, call, warning_model):
    app = serve(warning_model[0])
    document = app.openapi_of("toy_cells")
    content = document["paths"][URL]["post"]["requestBody"]["content"]["application/json"]
    assert call(app, "POST", URL, json=content["example"]).status_code == 200
    assert "UnitWarnings" in document["components"]["schemas"]
