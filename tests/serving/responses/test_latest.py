"""Latest recorded prediction of each unit, as JSON and as CSV."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pydantic import TypeAdapter

from operations.predictions.latest import latest_kind
from records.database import Database, RecordsError
from serving.app import Service, create_app
from serving.hot_reload.folder_store import FolderStore
from serving.middleware.authorization import needed
from serving.outcomes import latest
from serving.settings import ServiceSettings
from tests.suite.services import writing

ROW = {"unit": "A", "period_start": "2026-01-01", "x_set": 10.0, "z": 4.0}
LOT = {"line": "T-01", "cast_at": "2026-11-01", "u": 0.0, "v": 0.0, "setpoint": 50.0, "p_last": 2.0}
URL = "/v1/toy_cells/predictions"
LATEST = f"{URL}/latest"


@pytest.fixture
def service(
    toy_folder: Any,
    tmp_path: Path,
    save_toy_model: Callable[..., object],
    save_toy_grader: Callable[..., object],
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., Service]:
    monkeypatch.setenv("NONFERROUS_SEEDS", str(toy_folder("toy_cells", "toy_lots")))
    store = FolderStore()
    save_toy_model(tmp_path / "model")
    save_toy_grader(tmp_path / "grader")
    store.point("toy_cells", 7, tmp_path / "model")
    store.point("toy_lots", 2, tmp_path / "grader")

    def make(database: Database | None) -> Service:
        made = create_app(ServiceSettings(home=tmp_path), store, database)
        made.champions.refresh()
        return made

    return make


@pytest.fixture
def app(service: Callable[..., Service], database: Database) -> Iterator[Service]:
    with writing(service(database)) as made:
        yield made


def posted(call: Any, app: Service, rows: list[dict[str, Any]], path: str = URL) -> Any:
    response = call(app, "POST", path, json={"rows": rows})
    assert response.status_code == 200, response.text
    return response


def test_of_each_unit_the_latest_prediction_is_returned(app: Service, call: Any) -> None:
    posted(call, app, [ROW, ROW | {"unit": "三号"}])
    second = posted(call, app, [ROW | {"x_set": 9.0}, ROW | {"x_set": 11.0}, ROW | {"unit": "=B"}])
    response = call(app, "GET", LATEST)
    assert response.status_code == 200
    form = next(offers.predictions for offers in app.taken if offers.seed.process.name == "toy_cells")
    TypeAdapter(latest_kind(form)).validate_json(response.content)
    answer = response.json()
    assert [one["unit"] for one in answer["predictions"]] == ["=B", "A", "三号"]
    of_a = answer["predictions"][1]
    record = second.headers["record-id"]
    expected = second.json()["predictions"][1]
    assert of_a == {"recorded_at": of_a["recorded_at"], "record": record, "version": 7} | expected
    assert answer["since"] <= of_a["recorded_at"]


def test_a_spreadsheet_reads_it_as_csv(app: Service, call: Any) -> None:
    predicted = posted(call, app, [ROW, ROW | {"unit": "=B"}]).json()["predictions"]
    for how in ({"params": {"format": "csv"}}, {"headers": {"accept": "text/csv"}}):
        response = call(app, "GET", LATEST, **how)
        assert response.headers["content-type"] == "text/csv; charset=utf-8"
        assert response.content.startswith(b"\xef\xbb\xbf")
        table = pd.read_csv(io.BytesIO(response.content), encoding="utf-8-sig")
        assert table["unit"].tolist() == ["'=B", "A"]
        assert table["y"].tolist() == [predicted[1]["y"]["value"], predicted[0]["y"]["value"]]
        assert {"y_low", "y_high", "y_unit", "flags", "recorded_at", "version"} <= set(table.columns)


def test_contents_and_decisions_of_lots_are_columns(app: Service, call: Any) -> None:
    (one,) = posted(call, app, [LOT], "/v1/toy_lots/predictions").json()["predictions"]
    content = call(app, "GET", "/v1/toy_lots/predictions/latest", params={"format": "csv"}).content
    (row,) = pd.read_csv(io.BytesIO(content), encoding="utf-8-sig").to_dict("records")
    assert (row["p"], row["p_high"]) == (one["contents"]["p"]["value"], one["contents"]["p"]["high"])
    assert row["decision_action"] == one["decision"]["action"]


def test_rows_of_csv_are_among_them(app: Service, call: Any) -> None:
    body = b"unit,period_start,x_set,z\nC,2026-02-01,10.5,3.9\n"
    sent = call(app, "POST", URL, content=body, headers={"content-type": "text/csv"})
    assert sent.status_code == 200
    (one,) = call(app, "GET", LATEST).json()["predictions"]
    table = pd.read_csv(io.BytesIO(sent.content), encoding="utf-8-sig")
    assert (one["unit"], one["y"], one["record"]) == ("C", table["y"][0], sent.headers["record-id"])


def test_requests_are_read_up_to_a_bound(
    app: Service, call: Any, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    for unit in "ABC":
        posted(call, app, [ROW | {"unit": unit}])
    seed = next(offers.seed for offers in app.taken if offers.seed.process.name == "toy_cells")
    assert [one["unit"] for one in latest.latest(database, seed, most=2).rows] == ["B", "C"]
    monkeypatch.setattr(Database, "read", lambda self: (_ for _ in ()).throw(RecordsError("out of reach")))
    assert call(app, "GET", LATEST).status_code == 503


def test_rows_are_read_up_to_a_bound(app: Service, call: Any, database: Database) -> None:
    posted(call, app, [ROW])
    for units in ("BCD", "EF"):
        posted(call, app, [ROW | {"unit": unit} for unit in units])
    seed = next(offers.seed for offers in app.taken if offers.seed.process.name == "toy_cells")
    for most_rows, expected in ((1, "EF"), (2, "EF"), (3, "BCDEF"), (6, "ABCDEF")):
        read = latest.latest(database, seed, most_rows=most_rows)
        assert "".join(one["unit"] for one in read.rows) == expected


def test_without_records_there_is_nothing_to_return(service: Any, app: Service, call: Any) -> None:
    answer = call(app, "GET", LATEST).json()
    assert (answer["predictions"], answer["since"]) == ([], None)
    empty = call(app, "GET", LATEST, params={"format": "csv"})
    assert empty.status_code == 200
    assert call(service(None), "GET", LATEST).status_code == 404


@pytest.mark.parametrize("params", [{"format": "xml"}, {"unit": "A"}])
def test_an_unknown_field_is_a_fault(params: dict[str, str], app: Service, call: Any) -> None:
    response = call(app, "GET", LATEST, params=params)
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == next(iter(params))


def test_it_needs_the_role_of_those_who_see_what_others_asked() -> None:
    assert needed("GET", LATEST) == "operate"
