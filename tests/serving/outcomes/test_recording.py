"""Requests and answers that are recorded before the answer goes out, through the application."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from sqlalchemy import select, text

from records.database import Database
from records.schema import REQUESTS
from records.writing.compression import restored
from serving.app import Service, create_app
from serving.hot_reload.folder_store import FolderStore
from serving.settings import ServiceSettings
from serving.wire.bodies import ARROW

from .conftest import ROW, URL


def stored_rows(database: Database) -> list[Any]:
    with database.read() as connection:
        return list(connection.execute(select(REQUESTS).order_by(REQUESTS.c.number)))


def test_a_request_and_its_answer_are_kept_byte_for_byte(app: Service, database: Database, call: Any) -> None:
    body = json.dumps({"rows": [ROW, ROW | {"unit": "B"}], "coverage": 0.8, "include": ["model"]}).encode()
    response = call(app, "POST", f"{URL}/predictions", content=body, headers={"content-type": "application/json"})
    (row,) = stored_rows(database)
    assert (row.request_body, row.response_body) == (body, response.content)
    assert response.headers["record-id"] == row.id
    assert [one["id"] for one in response.json()["predictions"]] == [f"{row.id}-0", f"{row.id}-1"]
    answered = response.json()["model"]
    assert (row.version, row.digest) == (answered["version"], answered["digest"]) == (7, row.digest)
    assert (row.process, row.operation, row.kind, row.part) == ("toy_cells", "predictions", "application/json", 0)
    assert row.client == "127.0.0.1"


def test_rows_of_a_long_request_are_counted_on(app: Service, database: Database, call: Any) -> None:
    rows = [ROW | {"unit": f"U{i}"} for i in range(600)]
    result = call(app, "POST", f"{URL}/predictions", json={"rows": rows}).json()["predictions"]
    (row,) = stored_rows(database)
    assert [one["id"] for one in result] == [f"{row.id}-{i}" for i in range(600)]


@pytest.mark.parametrize("body", [b"{", b'{"rows": []}', json.dumps({"rows": [ROW | {"z": 99}]}).encode()])
def test_what_is_refused_is_not_kept(body: bytes, app: Service, database: Database, call: Any) -> None:
    response = call(app, "POST", f"{URL}/predictions", content=body, headers={"content-type": "application/json"})
    assert response.status_code in (400, 422)
    assert "record-id" not in response.headers
    assert stored_rows(database) == []


def test_an_answer_that_cannot_be_recorded_does_not_go_out(app: Service, database: Database, call: Any) -> None:
    with database.begin() as connection:
        connection.execute(text("ALTER TABLE requests RENAME TO away"))
    response = call(app, "POST", f"{URL}/predictions", json={"rows": [ROW]})
    assert (response.status_code, response.headers["retry-after"]) == (503, "1")
    assert "could not be recorded" in response.json()["detail"]
    assert "predictions" not in response.json()
    with database.begin() as connection:
        connection.execute(text("ALTER TABLE away RENAME TO requests"))
    assert call(app, "POST", f"{URL}/predictions", json={"rows": [ROW]}).status_code == 200
    assert len(stored_rows(database)) == 1


def table(n: int) -> bytes:
    columns = {name: [ROW[name]] * n for name in ROW} | {"unit": [f"U{i}" for i in range(n)]}
    made = pa.table(columns)
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, made.schema) as writer:
        writer.write_table(made)
    return sink.getvalue()


def test_parts_of_a_long_tables_answer_are_the_answer(app: Service, database: Database, call: Any) -> None:
    body = table(25_000)
    response = call(app, "POST", f"{URL}/predictions", content=body, headers={"content-type": ARROW})
    assert response.status_code == 200
    parts = sorted(stored_rows(database), key=lambda part: int(part.part))
    assert [part.part for part in parts] == list(range(len(parts)))
    assert len(parts) >= 3
    assert {part.id for part in parts} == {response.headers["record-id"]}
    assert b"".join(restored(part.request_body, part.encoding) for part in parts) == body
    assert b"".join(restored(part.response_body, part.encoding) for part in parts) == response.content
    # its rows are alike but for their units
    assert sum(len(part.response_body) for part in parts) < len(response.content) / 5
    assert json.loads(pa.ipc.open_stream(response.content).schema.metadata[b"nonferrous"])["id"] == parts[0].id


def test_a_request_of_the_inference_protocol_is_kept_as_the_one_of_v1_that_says_the_same(
    app: Service, database: Database, call: Any
) -> None:
    names = {"unit": "BYTES", "period_start": "BYTES", "previous_y": "FP64", "x_set": "FP64", "z": "FP64"}
    inputs = [{"name": name, "datatype": kind, "shape": [1], "data": [ROW[name]]} for name, kind in names.items()]
    response = call(app, "POST", "/v2/models/toy_cells/infer", json={"inputs": inputs})
    assert response.status_code == 200, response.text
    (row,) = stored_rows(database)
    again = call(
        app, "POST", f"{URL}/predictions", content=row.request_body, headers={"content-type": "application/json"}
    )
    assert again.status_code == 200
    body, before = again.json(), json.loads(row.response_body)
    for answer in (body, before):
        del answer["predictions"][0]["id"]
    assert body == before


def test_without_records_nothing_is_promised(app: Service, call: Any, tmp_path: Path) -> None:
    store = FolderStore()
    store.point("toy_cells", 7, tmp_path / "one")
    bare = create_app(ServiceSettings(home=tmp_path), store)
    bare.champions.refresh()
    response = call(bare, "POST", f"{URL}/predictions", json={"rows": [ROW]})
    assert response.status_code == 200
    assert "record-id" not in response.headers
    refused = call(bare, "POST", f"{URL}/outcomes", json={"outcomes": [{"unit": "A", "y": 90.0}]})
    assert refused.status_code == 503


def test_a_tables_answer_names_no_record_where_there_is_none(app: Service, call: Any, tmp_path: Path) -> None:
    store = FolderStore()
    store.point("toy_cells", 7, tmp_path / "one")
    bare = create_app(ServiceSettings(home=tmp_path), store)
    bare.champions.refresh()
    response = call(bare, "POST", f"{URL}/predictions", content=table(3), headers={"content-type": ARROW})
    assert response.status_code == 200
    assert "record-id" not in response.headers


# ---- outcomes ----


@pytest.fixture
def send(app: Service, call: Any) -> Callable[..., Any]:
    return lambda *outcomes: call(app, "POST", f"{URL}/outcomes", json={"outcomes": list(outcomes)})


def faults(response: Any) -> list[tuple[int | None, str | None]]:
    assert response.status_code == 422, response.text
    return [(one["row"], one["field"]) for one in response.json()["errors"]]


def test_an_outcome_is_taken_by_unit_and_period_or_by_the_id_of_its_prediction(
    app: Service, call: Any, send: Any
) -> None:
    rows = [ROW, ROW | {"unit": "B-001"}]
    predictions = call(app, "POST", f"{URL}/predictions", json={"rows": rows}).json()["predictions"]
    first = send({"unit": "A-001", "period_start": "2026-11-01", "y": 91.0}).json()
    assert {name: first[name] for name in ("rows", "new_rows", "corrected_rows", "known", "is_duplicate")} == {
        **{"rows": 1, "new_rows": 1, "corrected_rows": 0, "known": 0, "is_duplicate": False},
    }
    same = send({"prediction": predictions[0]["id"], "y": 91.0}).json()
    assert (same["known"], same["is_duplicate"], same["batch"]) == (1, True, first["batch"])
    other = send({"prediction": predictions[1]["id"], "y": 91.0, "tapped": 3000.0}).json()
    assert (other["new_rows"], other["process"]) == (1, "toy_cells")


def test_times_of_the_same_moment_are_the_same_period(send: Any) -> None:
    assert send({"unit": "A", "period_start": "2026-11-01", "y": 91.0}).json()["new_rows"] == 1
    assert send({"unit": " A ", "period_start": "2026-11-01T00:00:00", "y": 91.0}).json()["known"] == 1


@pytest.mark.parametrize(
    ("outcome", "places"),
    [
        ({"y": 91.0}, [(0, "unit"), (0, "period_start")]),
        ({"unit": "A", "y": 91.0}, [(0, "period_start")]),
        ({"unit": "A", "period_start": "2026-11-01"}, [(0, None)]),
        ({"unit": "A", "period_start": "2026-11-01", "y": None}, [(0, None)]),
        ({"unit": "A", "period_start": "2026-11-01", "y": 101.0}, [(0, "y")]),
        ({"unit": "A", "period_start": "2026-11-01", "y": "91"}, [(0, "y")]),
        ({"unit": "A", "period_start": "2026-11-01", "z": 3.0}, [(0, "z")]),
        ({"unit": "A", "period_start": "1 November", "y": 91.0}, [(0, "period_start")]),
        ({"prediction": "x", "y": 91.0}, [(0, "prediction")]),
        ({"prediction": "00000000-0000-7000-8000-000000000000-0", "y": 91.0}, [(0, "prediction")]),
        ({"prediction": "x", "unit": "A", "y": 91.0}, [(0, "prediction")]),
    ],
)
def test_an_outcome_that_is_not_in_order_is_named_by_row_and_field(
    outcome: Any, places: Any, send: Any, database: Database
) -> None:
    good = {"unit": "Z", "period_start": "2026-11-01", "y": 90.0}
    result = faults(send(outcome, good))
    assert result == places
    assert send(good).json()["new_rows"] == 1  # nothing of the batch was kept


def test_a_row_beyond_those_of_the_request_is_no_prediction(app: Service, call: Any, send: Any) -> None:
    (one,) = call(app, "POST", f"{URL}/predictions", json={"rows": [ROW]}).json()["predictions"]
    assert faults(send({"prediction": one["id"][:-1] + "1", "y": 91.0})) == [(0, "prediction")]


def test_a_period_stands_once_in_a_batch(send: Any) -> None:
    same = {"unit": "A", "period_start": "2026-11-01"}
    assert faults(send(same | {"y": 91.0}, same | {"tapped": 3000.0})) == [(1, None)]


def test_outcomes_that_cannot_be_kept_are_to_be_sent_again(send: Any, database: Database) -> None:
    with database.begin() as connection:
        connection.execute(text("ALTER TABLE outcomes RENAME TO away"))
    response = send({"unit": "A", "period_start": "2026-11-01", "y": 91.0})
    assert (response.status_code, response.headers["retry-after"]) == (503, "1")
    with database.begin() as connection:
        connection.execute(text("ALTER TABLE away RENAME TO outcomes"))
    assert send({"unit": "A", "period_start": "2026-11-01", "y": 91.0}).json()["new_rows"] == 1
