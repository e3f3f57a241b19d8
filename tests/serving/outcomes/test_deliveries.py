"""A request that is delivered again under its own id has the first response and changes nothing."""

import json
import threading
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from records.database import Database
from records.schema import REQUESTS
from serving.app import Service, create_app
from serving.hot_reload.folder_store import FolderStore
from serving.settings import ServiceSettings
from system.record_ids import new_id

from .conftest import ROW, URL

PATH = f"{URL}/predictions"


def stored(database: Database) -> int:
    with database.read() as connection:
        return int(connection.execute(select(func.count()).select_from(REQUESTS)).scalar_one())


def sent(call: Any, app: Service, id: str, rows: list[dict[str, Any]], path: str = PATH) -> Any:
    headers = {"content-type": "application/json", "record-id": id}
    return call(app, "POST", path, content=json.dumps({"rows": rows}).encode(), headers=headers)


def test_a_second_delivery_has_the_first_response(app: Service, database: Database, call: Any) -> None:
    id = new_id()
    first, second = (sent(call, app, id, [ROW]) for _ in range(2))
    assert (first.status_code, second.status_code) == (200, 200)
    assert second.content == first.content
    assert first.headers["record-id"] == second.headers["record-id"] == id
    assert first.json()["predictions"][0]["id"] == f"{id}-0"
    assert stored(database) == 1


def test_a_long_response_is_repeated_whole(app: Service, database: Database, call: Any) -> None:
    id, rows = new_id(), [ROW | {"unit": f"U{i}"} for i in range(600)]
    first, second = (sent(call, app, id, rows) for _ in range(2))
    assert len(second.json()["predictions"]) == 600
    assert second.content == first.content
    assert stored(database) == 1


def test_another_request_does_not_get_the_id(app: Service, database: Database, call: Any) -> None:
    id = new_id()
    sent(call, app, id, [ROW])
    other = sent(call, app, id, [ROW | {"z": 4.5}])
    assert other.status_code == 422
    assert "record-id" in other.json()["detail"]
    assert stored(database) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"content-type": "text/csv"},
        {"content-type": "Text/CSV; charset=utf-8", "accept": "application/json"},
        {"content-type": "application/vnd.apache.arrow.stream"},
        {"content-type": "application/vnd.apache.parquet"},
        {"content-type": "application/json", "accept": "text/csv"},
    ],
)
def test_a_table_has_no_id_from_the_client(
    app: Service, database: Database, call: Any, headers: dict[str, str]
) -> None:
    """Its second delivery could not be recognised: the first one is refused, before anything is recorded."""
    content = json.dumps({"rows": [ROW]}).encode()
    response = call(app, "POST", PATH, content=content, headers=headers | {"record-id": new_id()})
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == "record-id"
    assert "a table has the id that its response states" in response.json()["detail"]
    assert stored(database) == 0


@pytest.mark.parametrize(
    "id", ["", "1", "G" * 36, new_id().upper(), new_id() + "0"], ids=["empty", "digit", "letters", "capitals", "long"]
)
def test_an_id_is_a_uuid(app: Service, database: Database, call: Any, id: str) -> None:
    response = sent(call, app, id, [ROW])
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == "record-id"
    assert stored(database) == 0


def test_a_refused_request_leaves_its_id_free(app: Service, database: Database, call: Any) -> None:
    id = new_id()
    assert sent(call, app, id, [ROW | {"z": 99}]).status_code == 422
    assert sent(call, app, id, [ROW]).status_code == 200
    assert stored(database) == 1


def test_deliveries_at_the_same_time_are_one(app: Service, database: Database, call: Any) -> None:
    id, rows, statuses = new_id(), [ROW | {"unit": f"U{i}"} for i in range(300)], []
    threads = [
        threading.Thread(target=lambda: statuses.append(sent(call, app, id, rows).status_code)) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(statuses) <= {200, 503}
    assert 200 in statuses
    assert stored(database) == 1
    assert sent(call, app, id, rows).status_code == 200


def test_without_records_each_delivery_is_computed(app: Service, call: Any, tmp_path: Path) -> None:
    store = FolderStore()
    store.point("toy_cells", 7, tmp_path / "one")
    bare = create_app(ServiceSettings(home=tmp_path), store)
    bare.champions.refresh()
    id = new_id()
    first, second = (sent(call, bare, id, [ROW]) for _ in range(2))
    assert first.json()["predictions"] == second.json()["predictions"]
    assert first.json()["predictions"][0]["id"] == f"{id}-0"
