"""Requests and answers that are recorded before the answer goes out, through the application."""

import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from sqlalchemy import select, text

from models.adaptive import Adaptive
from models.regression.model import RegressionModel
from records.compression import restored
from records.database import Database
from records.schema import REQUESTS
from serving.app import Service, create_app
from serving.bodies import ARROW
from serving.following.folder_store import FolderStore
from serving.settings import Settings

from .conftest import ROW, URL


def kept(database: Database) -> list[Any]:
    with database.read() as connection:
        return list(connection.execute(select(REQUESTS).order_by(REQUESTS.c.number)))


def test_a_request_and_its_answer_are_kept_byte_for_byte(app: Service, database: Database, call: Any) -> None:
    body = json.dumps({"rows": [ROW, ROW | {"unit": "B"}], "coverage": 0.8}).encode()
    response = call(app, "POST", f"{URL}/predictions", content=body, headers={"content-type": "application/json"})
    (row,) = kept(database)
    assert (row.asked, row.answer) == (body, response.content)
    assert response.headers["record-id"] == row.id
    assert [one["id"] for one in response.json()["predictions"]] == [f"{row.id}-0", f"{row.id}-1"]
    answered = response.json()["model"]
    assert (row.version, row.digest) == (answered["version"], answered["digest"]) == (7, row.digest)
    assert (row.process, row.operation, row.kind, row.part) == ("toy_cells", "predictions", "application/json", 0)
    assert row.client == "127.0.0.1"


def test_rows_of_a_long_request_are_counted_on(app: Service, database: Database, call: Any) -> None:
    rows = [ROW | {"unit": f"U{i}"} for i in range(600)]
    found = call(app, "POST", f"{URL}/predictions", json={"rows": rows}).json()["predictions"]
    (row,) = kept(database)
    assert [one["id"] for one in found] == [f"{row.id}-{i}" for i in range(600)]


@pytest.mark.parametrize("body", [b"{", b'{"rows": []}', json.dumps({"rows": [ROW | {"z": 99}]}).encode()])
def test_what_is_refused_is_not_kept(body: bytes, app: Service, database: Database, call: Any) -> None:
    response = call(app, "POST", f"{URL}/predictions", content=body, headers={"content-type": "application/json"})
    assert response.status_code in (400, 422)
    assert "record-id" not in response.headers
    assert kept(database) == []


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
    assert len(kept(database)) == 1


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
    parts = sorted(kept(database), key=lambda part: int(part.part))
    assert [part.part for part in parts] == list(range(len(parts)))
    assert len(parts) >= 3
    assert {part.id for part in parts} == {response.headers["record-id"]}
    assert b"".join(restored(part.asked, part.encoding) for part in parts) == body
    assert b"".join(restored(part.answer, part.encoding) for part in parts) == response.content
    assert sum(len(part.answer) for part in parts) < len(response.content) / 5  # its rows are alike but for their units
    assert json.loads(pa.ipc.open_stream(response.content).schema.metadata[b"nonferrous"])["id"] == parts[0].id


def test_a_request_of_the_inference_protocol_is_kept_as_the_one_of_v1_that_says_the_same(
    app: Service, database: Database, call: Any
) -> None:
    names = {"unit": "BYTES", "period_start": "BYTES", "previous_y": "FP64", "x_set": "FP64", "z": "FP64"}
    inputs = [{"name": name, "datatype": kind, "shape": [1], "data": [ROW[name]]} for name, kind in names.items()]
    response = call(app, "POST", "/v2/models/toy_cells/infer", json={"inputs": inputs})
    assert response.status_code == 200, response.text
    (row,) = kept(database)
    again = call(app, "POST", f"{URL}/predictions", content=row.asked, headers={"content-type": "application/json"})
    assert again.status_code == 200
    told, before = again.json(), json.loads(row.answer)
    for answer in (told, before):
        del answer["predictions"][0]["id"]
    assert told == before


def test_without_records_nothing_is_promised(app: Service, call: Any, tmp_path: Path) -> None:
    store = FolderStore()
    store.point("toy_cells", 7, tmp_path / "one")
    bare = create_app(Settings(home=tmp_path), store)
    bare.champions.refresh()
    response = call(bare, "POST", f"{URL}/predictions", json={"rows": [ROW]})
    assert response.status_code == 200
    assert "record-id" not in response.headers
    refused = call(bare, "POST", f"{URL}/outcomes", json={"outcomes": [{"unit": "A", "y": 90.0}]})
    assert refused.status_code == 503


def test_a_tables_answer_names_no_record_where_there_is_none(app: Service, call: Any, tmp_path: Path) -> None:
    store = FolderStore()
    store.point("toy_cells", 7, tmp_path / "one")
    bare = create_app(Settings(home=tmp_path), store)
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
    assert {name: first[name] for name in ("rows", "new", "corrected", "known", "repeated")} == {
        **{"rows": 1, "new": 1, "corrected": 0, "known": 0, "repeated": False},
    }
    same = send({"prediction": predictions[0]["id"], "y": 91.0}).json()
    assert (same["known"], same["repeated"], same["batch"]) == (1, True, first["batch"])
    other = send({"prediction": predictions[1]["id"], "y": 91.0, "tapped": 3000.0}).json()
    assert (other["new"], other["process"]) == (1, "toy_cells")


def test_times_of_the_same_moment_are_the_same_period(send: Any) -> None:
    assert send({"unit": "A", "period_start": "2026-11-01", "y": 91.0}).json()["new"] == 1
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
    found = faults(send(outcome, good))
    assert found == places
    assert send(good).json()["new"] == 1  # nothing of the batch was kept


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
    assert send({"unit": "A", "period_start": "2026-11-01", "y": 91.0}).json()["new"] == 1


# ---- models that follow ----


@pytest.fixture
def following(
    toy_folder: Callable[..., Path],
    save_toy_model: Callable[..., RegressionModel],
    database: Database,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Callable[[], Service]]:
    """Maker of services over one database, whose model has seen 60 outcomes that it was right about to 0.5."""
    from dataclasses import replace

    from models import files

    monkeypatch.setenv("NONFERROUS_SEEDS", str(toy_folder("toy_cells")))
    store, started = FolderStore(), list[Service]()
    rng = np.random.default_rng(5)
    errors = rng.normal(0, 0.5, 60)
    model = replace(save_toy_model(tmp_path / "plain"), adaptive=Adaptive.new().taken(errors, np.abs(errors)), info={})
    files.save(model, tmp_path / "adaptive")
    store.point("toy_cells", 1, tmp_path / "adaptive")

    def make() -> Service:
        made = create_app(Settings(home=tmp_path, max_rows=1000), store, database)
        made.champions.refresh()
        assert made.writer is not None
        made.writer.start()
        started.append(made)
        return made

    yield make
    for one in started:
        assert one.writer is not None
        one.writer.stop()


def ask(call: Any, app: Service, rows: list[Any]) -> Any:
    response = call(app, "POST", f"{URL}/predictions", json={"rows": rows})
    assert response.status_code == 200
    return response.json()


def rows_of(period: str, n: int = 20) -> list[Any]:
    return [ROW | {"unit": f"U{i}", "period_start": period, "x_set": 9.0 + i / 10} for i in range(n)]


def off_by(answer: Any, shift: float) -> dict[str, Any]:
    """Outcomes that lie beside an answer."""
    rng = np.random.default_rng(1)
    return {
        "outcomes": [
            {"prediction": one["id"], "y": one["y"]["value"] + shift + float(rng.normal(0, 0.5))}
            for one in answer["predictions"]
        ]
    }


def test_answers_are_centred_by_outcomes_that_came_in(following: Any, call: Any) -> None:
    app = following()
    first = ask(call, app, rows_of("2026-11-01"))
    assert first["interval"] == "adaptive"
    assert call(app, "POST", f"{URL}/outcomes", json=off_by(first, 3.0)).status_code == 200
    app.champions.refresh()
    second = ask(call, app, rows_of("2026-12-01"))
    moved = [
        b["y"]["value"] - a["y"]["value"] for a, b in zip(first["predictions"], second["predictions"], strict=True)
    ]
    assert np.allclose(moved, moved[0])
    assert 2.5 < moved[0] < 3.5
    assert second["model"] == first["model"]


def test_the_state_is_that_of_outcomes_taken_up_by_hand(following: Any, call: Any) -> None:
    app = following()
    model = app.champions.statuses["toy_cells"].served.model
    first = ask(call, app, rows_of("2026-11-01"))
    sent = off_by(first, 1.0)
    call(app, "POST", f"{URL}/outcomes", json=sent)
    app.champions.refresh()
    X = np.array([[row["previous_y"], row["x_set"], row["z"]] for row in rows_of("2026-11-01")])
    raw = model.predict(X)
    errors = np.array([one["y"] for one in sent["outcomes"]]) - raw
    expected = model.adaptive.taken(errors, np.abs(errors - model.adaptive.centre) / model.spread(raw))
    assert app.champions.statuses["toy_cells"].served.model.adaptive.state() == expected.state()


def test_a_service_that_starts_again_goes_on_where_it_was(following: Any, call: Any) -> None:
    app = following()
    call(app, "POST", f"{URL}/outcomes", json=off_by(ask(call, app, rows_of("2026-11-01")), 2.0))
    app.champions.refresh()
    again = following()
    for one in (app, again):
        one.champions.refresh()
    states = [one.champions.statuses["toy_cells"].served.model.adaptive.state() for one in (app, again)]
    assert states[0] == states[1]
    values = [ask(call, one, [ROW])["predictions"][0]["y"] for one in (app, again)]
    assert values[0] == values[1]


def test_two_services_follow_the_same_outcomes(following: Any, call: Any) -> None:
    one, other = following(), following()
    answer = ask(call, one, rows_of("2026-11-01"))
    call(other, "POST", f"{URL}/outcomes", json=off_by(answer, 2.0))
    one.champions.refresh()
    other.champions.refresh()
    assert ask(call, one, [ROW])["predictions"][0]["y"] == ask(call, other, [ROW])["predictions"][0]["y"]


def test_a_correction_and_a_withdrawal_are_as_if_nothing_else_had_come(
    following: Any, call: Any, database: Database
) -> None:
    from records.outcomes import withdraw

    app = following()
    before = ask(call, app, [ROW])["predictions"][0]["y"]
    answer = ask(call, app, rows_of("2026-11-01"))
    right, wrong = off_by(answer, 0.5), off_by(answer, 5.0)
    call(app, "POST", f"{URL}/outcomes", json=wrong)
    app.champions.refresh()
    assert ask(call, app, [ROW])["predictions"][0]["y"]["value"] > before["value"] + 4
    corrected = call(app, "POST", f"{URL}/outcomes", json=right).json()
    assert corrected["corrected"] == 20
    app.champions.refresh()
    assert 0 < ask(call, app, [ROW])["predictions"][0]["y"]["value"] - before["value"] < 1
    withdraw(database, corrected["batch"], "an engineer", "wrong again")
    withdraw(database, corrected["batch"] - 1, "an engineer", "wrong from the start")
    app.champions.refresh()
    assert ask(call, app, [ROW])["predictions"][0]["y"] == before


def test_outcomes_of_rows_that_nobody_asked_for_move_nothing(following: Any, call: Any) -> None:
    app = following()
    before = ask(call, app, [ROW])["predictions"][0]["y"]
    alone = [{"unit": f"N{i}", "period_start": "2026-11-01", "y": 60.0} for i in range(50)]
    assert call(app, "POST", f"{URL}/outcomes", json={"outcomes": alone}).json()["new"] == 50
    app.champions.refresh()
    assert ask(call, app, [ROW])["predictions"][0]["y"] == before


def test_rows_of_tables_are_found_too(following: Any, call: Any) -> None:
    app = following()
    before = ask(call, app, [ROW])["predictions"][0]["y"]["value"]
    assert (
        call(app, "POST", f"{URL}/predictions", content=table(40), headers={"content-type": ARROW}).status_code == 200
    )
    outcomes = [{"unit": f"U{i}", "period_start": "2026-11-01", "y": before + 4.0} for i in range(40)]
    call(app, "POST", f"{URL}/outcomes", json={"outcomes": outcomes})
    app.champions.refresh()
    assert ask(call, app, [ROW])["predictions"][0]["y"]["value"] == pytest.approx(before + 4.0, abs=0.5)


def test_outcomes_that_are_taken_up_are_not_taken_up_again(
    following: Any, call: Any, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    from records.outcomes import withdraw
    from serving.following import outcomes as module

    app = following()
    answer = ask(call, app, rows_of("2026-11-01"))
    call(app, "POST", f"{URL}/outcomes", json=off_by(answer, 1.0))
    later = call(app, "POST", f"{URL}/outcomes", json=off_by(answer, 2.0)).json()
    withdraw(database, later["batch"], "an engineer", "wrong")
    app.champions.refresh()
    model = app.champions.statuses["toy_cells"].served.model
    monkeypatch.setattr(module, "index", None)  # whoever looks for outcomes once more fails
    app.champions.refresh()
    assert app.champions.statuses["toy_cells"].served.model is model


def test_a_model_that_is_loaded_again_answers_with_what_it_had_taken_up(following: Any, call: Any) -> None:
    from dataclasses import replace

    app = following()
    trained = app.champions.statuses["toy_cells"].served
    call(app, "POST", f"{URL}/outcomes", json=off_by(ask(call, app, rows_of("2026-11-01")), 2.0))
    app.champions.refresh()
    status = app.champions.statuses["toy_cells"]
    app.champions._set("toy_cells", replace(status, served=trained))
    app.champions.refresh()
    assert app.champions.statuses["toy_cells"].served.model is status.served.model


def test_a_service_that_ends_takes_up_no_more_and_the_next_one_goes_on(
    following: Any, call: Any, database: Database
) -> None:
    from records.schema import ASKED_UNITS, STATES
    from serving.following.outcomes import EndedError, Followers

    app = following()
    status = app.champions.statuses["toy_cells"]
    call(app, "POST", f"{URL}/outcomes", json=off_by(ask(call, app, rows_of("2026-11-01")), 2.0))
    ended = Followers(database)
    ended.stop()
    with pytest.raises(EndedError):
        ended.followed(status.served, status.payloads)
    with database.read() as connection:
        assert connection.execute(select(ASKED_UNITS)).all()  # what was noted stays
        assert connection.execute(select(STATES)).all() == []
    assert Followers(database).followed(status.served, status.payloads).model is not status.served.model


def test_of_a_table_only_the_rows_that_have_outcomes_are_made(
    following: Any, call: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from serving.bulk import tables
    from serving.outcomes import slots

    monkeypatch.setattr(tables, "ROWS", 10)
    made: list[int] = []
    original = slots._records
    monkeypatch.setattr(slots, "_records", lambda block: made.append(block.num_rows) or original(block))
    app = following()
    call(app, "POST", f"{URL}/predictions", content=table(45), headers={"content-type": ARROW})
    outcomes = [{"unit": f"U{i}", "period_start": "2026-11-01", "y": 90.0} for i in (3, 41)]
    call(app, "POST", f"{URL}/outcomes", json={"outcomes": outcomes})
    app.champions.refresh()
    assert app.champions._outcomes_trouble is None
    assert sum(made) == 2
