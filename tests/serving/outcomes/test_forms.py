"""OpenAPI takes the outcomes that the service takes, and no others."""

from typing import Any

import jsonschema_rs
import pytest

from serving.app import Service

URL = "/v1/toy_cells/outcomes"
SLOT = {"unit": "A-001", "period_start": "2026-11-01"}
GONE = {"prediction": "8bc8feaa-62e3-4f3a-9d6c-0123456789ab-0"}


def described(app: Service, body: Any) -> bool:
    """Whether the body is one that OpenAPI describes."""
    openapi = app.openapi_of("toy_cells")
    schema = openapi["paths"][URL]["post"]["requestBody"]["content"]["application/json"]["schema"]
    return bool(jsonschema_rs.is_valid({**schema, "components": openapi["components"]}, body))


@pytest.mark.parametrize(
    ("outcome", "is_taken"),
    [
        (SLOT | {"y": 91.0}, True),
        (SLOT | {"y": 91.0, "tapped": None, "prediction": None}, True),
        (SLOT | {"tapped": 3000.0}, True),
        (SLOT, False),
        (SLOT | {"y": None, "tapped": None}, False),
        ({"y": 91.0}, False),
        ({"unit": "A-001", "y": 91.0}, False),
        ({"unit": "A-001", "period_start": None, "y": 91.0}, False),
        (SLOT | GONE | {"y": 91.0}, False),
        ({"unit": "A-001"} | GONE | {"y": 91.0}, False),
        ({"prediction": "not an id", "y": 91.0}, False),
        ({"prediction": "8BC8FEAA-62E3-4F3A-9D6C-0123456789AB-0", "y": 91.0}, False),
        (GONE, False),
    ],
)
def test_openapi_takes_an_outcome_where_the_service_does(
    app: Service, call: Any, outcome: dict[str, Any], is_taken: bool
) -> None:
    body = {"outcomes": [outcome]}
    assert described(app, body) == is_taken
    assert (call(app, "POST", URL, json=body).status_code == 200) == is_taken


def test_openapi_takes_the_outcome_of_a_prediction_by_its_id(app: Service, call: Any) -> None:
    rows = {"rows": [SLOT | {"x_set": 10.0, "z": 4.0}]}
    (one,) = call(app, "POST", "/v1/toy_cells/predictions", json=rows).json()["predictions"]
    body = {"outcomes": [{"prediction": one["id"], "unit": None, "y": 91.0}]}
    assert described(app, body)
    assert call(app, "POST", URL, json=body).status_code == 200
    assert described(app, {"outcomes": [GONE | {"y": 91.0}]})  # whether it is recorded, no schema says
