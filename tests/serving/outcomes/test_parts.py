"""Long requests and answers, which are recorded in parts."""

import json
from typing import Any

from sqlalchemy import select

from records.database import Database
from records.requests import LARGE, recorded
from records.schema import REQUESTS
from serving.app import Service

from .conftest import ROW, URL


def test_a_long_answer_of_json_goes_out_whole_and_is_kept_in_parts(app: Service, database: Database, call: Any) -> None:
    rows = [ROW | {"unit": f"C-{i:04}" + "x" * 150} for i in range(8000)]
    response = call(app, "POST", f"{URL}/predictions", json={"rows": rows})
    assert response.status_code == 200
    assert int(response.headers["content-length"]) == len(response.content) > LARGE
    assert len(response.json()["predictions"]) == 8000
    with database.read() as connection:
        parts = connection.execute(select(REQUESTS)).all()
        (one,) = recorded(connection, "toy_cells")
    assert len(parts) > 1
    assert max(len(part.response_body) for part in parts) < 1.5 * LARGE
    assert one.response == response.content
    assert json.loads(one.request_body) == {"rows": rows}
