"""Recorded rows as tables, from requests that went through the application."""

import io
import json
from typing import Any

import pyarrow as pa
import pytest
from sqlalchemy import select, update

from records.database import now
from records.schema import REQUESTS
from records.shadow import ShadowResponse, keep, known_of_both, waiting
from records.writing.compression import compressed, restored
from seeds import load
from serving.outcomes import tables as module
from serving.outcomes.tables import Tables
from serving.wire import arrow_tables as bulk_tables
from serving.wire.bodies import ARROW, PARQUET

from .conftest import ROW

DAYS = ("2026-11-01", "2026-12-01")


def rows(*units: str, day: str = DAYS[0], **more: Any) -> dict[str, Any]:
    return {"rows": [ROW | {"unit": unit, "period_start": day, **more} for unit in units]}


@pytest.fixture
def tables(database: Any, app: Any) -> Tables:
    return Tables(database, load("toy_cells"))


def all_rows(tables: Tables) -> list[dict[str, Any]]:
    return [row for batch in tables.all_rows() for row in batch.to_pylist()]


def labelled(tables: Tables) -> list[dict[str, Any]]:
    return [row for batch in tables.labelled() for row in batch.to_pylist()]


def test_each_row_stands_with_its_record_its_prediction_and_its_outcome(post: Any, tables: Tables) -> None:
    answer = post("predictions", json=rows("A", "B", z=None) | {"include": ["model"]}).json()
    post("outcomes", json={"outcomes": [{"unit": "B", "period_start": DAYS[0], "y": 90.5}]})
    result = all_rows(tables)
    assert [row["id"] for row in result] == [one["id"] for one in answer["predictions"]]
    assert [json.loads(row["prediction"]) for row in result] == answer["predictions"]
    assert [(row["unit"], row["x_set"], row["z"]) for row in result] == [("A", 10.25, None), ("B", 10.25, None)]
    assert [(row["y"], row["tapped"]) for row in result] == [(None, None), (90.5, None)]
    assert {row["version"] for row in result} == {7}
    assert {row["digest"] for row in result} == {answer["model"]["digest"]}
    assert {row["coverage"] for row in result} == {0.9}
    assert all(batch.schema == tables.schema for batch in tables.all_rows())


@pytest.mark.parametrize("kind", [ARROW, PARQUET])
def test_rows_of_tables_stand_among_the_others(kind: str, post: Any, tables: Tables) -> None:
    post("predictions", json=rows("A"))
    sent = pa.Table.from_pylist(rows("B", "C")["rows"])
    sink = io.BytesIO()
    if kind == ARROW:
        with pa.ipc.new_stream(sink, sent.schema) as writer:
            writer.write_table(sent)
    else:
        import pyarrow.parquet as pq

        pq.write_table(sent, sink)
    answer = post("predictions", content=sink.getvalue(), headers={"content-type": kind})
    values = pa.ipc.open_stream(answer.content).read_all()["y"].to_pylist()
    result = all_rows(tables)
    assert [row["unit"] for row in result] == ["A", "B", "C"]
    assert [json.loads(row["prediction"])["y"] for row in result[1:]] == values
    assert {row["x_set"] for row in result} == {10.25}
    assert {row["coverage"] for row in result} == {0.9}


def test_batches_hold_rows_of_several_requests_in_their_order(
    post: Any, tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ROWS", 3)
    for day in DAYS:
        post("predictions", json=rows("A", "B", day=day))
    post("predictions", json=rows("C"))
    assert [batch.num_rows for batch in tables.all_rows()] == [4, 1]
    assert [row["unit"] for row in all_rows(tables)] == ["A", "B", "A", "B", "C"]


def test_a_table_to_learn_from_holds_each_period_once_as_it_was_asked_last(post: Any, tables: Tables) -> None:
    post("predictions", json=rows("A", "B", x_set=9.0))
    post("predictions", json=rows("A", x_set=11.0))
    post("predictions", json=rows("A", day=DAYS[1], x_set=12.0))
    known = [{"unit": unit, "period_start": DAYS[0], "y": 90.0} for unit in "AB"]
    post("outcomes", json={"outcomes": [*known, {"unit": "Z", "period_start": DAYS[0], "y": 90.0}]})
    result = labelled(tables)
    assert sorted((row["unit"], row["x_set"], row["y"]) for row in result) == [("A", 11.0, 90.0), ("B", 9.0, 90.0)]
    # What is made from earlier periods is made again when the table is read.
    assert list(result[0]) == ["unit", "period_start", "x_set", "z", "tapped", "y"]


def test_a_corrected_outcome_stands_corrected_and_a_withdrawn_one_not_at_all(
    post: Any, tables: Tables, database: Any
) -> None:
    from records.outcomes import withdraw

    post("predictions", json=rows("A"))
    for y in (90.0, 92.0):
        batch = post("outcomes", json={"outcomes": [{"unit": "A", "period_start": DAYS[0], "y": y}]}).json()["batch"]
    assert [row["y"] for row in labelled(tables)] == [92.0]
    withdraw(database, batch, "an engineer", "wrong")
    assert [row["y"] for row in labelled(tables)] == [90.0]
    withdraw(database, batch - 1, "an engineer", "wrong")
    assert labelled(tables) == []


def test_rows_that_a_champion_and_a_version_in_shadow_have_answered_stand_alone(
    post: Any, tables: Tables, database: Any
) -> None:
    for unit in "ABC":
        post("predictions", json=rows(unit))
        post("outcomes", json={"outcomes": [{"unit": unit, "period_start": DAYS[0], "y": 90.0}]})
    assert "shadow_version" not in Tables(database, load("toy_cells")).schema.names
    digest = all_rows(tables)[0]["digest"]
    with database.read() as connection:
        first, second, _ = [one.number for one in waiting(connection, "toy_cells", 0, 10)]
    keep(database, "toy_cells", [ShadowResponse(first, 8, "sha256:8", b'[{"y":1}]')])
    keep(database, "toy_cells", [ShadowResponse(second, 9, "sha256:9", b'[{"y":2}]')])
    fresh = Tables(database, load("toy_cells"))
    result = [row for batch in fresh.labelled((digest, "sha256:9")) for row in batch.to_pylist()]
    assert [row["unit"] for row in result] == ["B"]
    assert list(fresh.labelled(("sha256:other", "sha256:9"))) == []
    with database.read() as connection:
        for pair in ((digest, "sha256:9"), (digest, "sha256:8"), (digest, "sha256:7"), ("sha256:other", "sha256:9")):
            rows_of_pair = [row for batch in fresh.labelled(pair) for row in batch.to_pylist()]
            assert known_of_both(connection, "toy_cells", pair, 0) == len(rows_of_pair)
        assert known_of_both(connection, "toy_cells", (digest, "sha256:9"), now()) == 0
        assert known_of_both(connection, "toy_lots", (digest, "sha256:9"), 0) == 0
    shadows = [(row["unit"], row["shadow_version"], row["shadow_prediction"]) for row in all_rows(fresh)]
    assert shadows == [("A", 8, '{"y":1}'), ("B", 9, '{"y":2}'), ("C", None, None)]


def test_the_coverage_that_was_asked_stands_beside_each_row(post: Any, tables: Tables) -> None:
    post("predictions", json=rows("A") | {"coverage": 0.8})
    post("predictions", json=rows("B") | {"coverage": 0.5})
    assert [row["coverage"] for row in all_rows(tables)] == [0.8, 0.5]


def test_without_records_there_is_no_batch(tables: Tables) -> None:
    assert list(tables.all_rows()) == []
    assert list(tables.labelled()) == []


def test_values_that_were_not_fit_for_use_are_empty(post: Any, tables: Tables) -> None:
    request = rows("A", "B")
    request["rows"][0]["data_quality"] = {"z": "bad", "x_set": "uncertain"}
    (flagged, _) = post("predictions", json=request).json()["predictions"]
    assert "z of quality bad: taken as missing" in flagged["flags"]
    assert [(row["x_set"], row["z"]) for row in all_rows(tables)] == [(10.25, None), (10.25, 3.75)]


def test_the_quality_of_values_that_an_older_version_recorded_is_kept(post: Any, tables: Tables, database: Any) -> None:
    request = rows("A")
    request["rows"][0]["data_quality"] = {"z": "bad"}
    post("predictions", json=request)
    with database.begin() as connection:
        one = connection.execute(select(REQUESTS)).one()
        body = restored(one.request_body, one.encoding).replace(b'"data_quality"', b'"quality"')
        values = {"request_body": body, "response_body": restored(one.response_body, one.encoding), "encoding": None}
        connection.execute(update(REQUESTS).values(values))
    assert [(row["x_set"], row["z"]) for row in all_rows(tables)] == [(10.25, None)]


def test_requests_whose_times_have_other_offsets_keep_their_outcomes(post: Any, tables: Tables) -> None:
    offsets = {"A": "2026-11-01T00:00:00+01:00", "B": "2026-11-01T00:00:00+08:00"}
    for unit, day in offsets.items():
        post("predictions", json=rows(unit, day=day))
        post("outcomes", json={"outcomes": [{"unit": unit, "period_start": day, "y": 90.0}]})
    assert [row["y"] for row in all_rows(tables)] == [90.0, 90.0]
    assert [row["unit"] for row in labelled(tables)] == ["A", "B"]


@pytest.mark.parametrize("share", [0.0, 0.5])
def test_of_a_tables_answer_that_was_cut_off_the_rows_that_are_whole_are_read(
    share: float, post: Any, tables: Tables, database: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk_tables, "ROWS", 1)
    sent = pa.Table.from_pylist(rows("A", "B", "C")["rows"])
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, sent.schema) as writer:
        writer.write_table(sent)
    post("predictions", content=sink.getvalue(), headers={"content-type": ARROW})
    post("outcomes", json={"outcomes": [{"unit": unit, "period_start": DAYS[0], "y": 90.5} for unit in "ABC"]})
    with database.begin() as connection:
        last = connection.execute(select(REQUESTS).where(REQUESTS.c.part == 2)).one()
        answer = restored(last.response_body, last.encoding)
        left = (
            REQUESTS.update()
            .where(REQUESTS.c.part == 2)
            .values(response_body=compressed(answer[: int(share * len(answer))]))
        )
        connection.execute(left)
    assert [row["unit"] for row in all_rows(tables)] == ["A", "B"]
    assert [row["unit"] for row in labelled(tables)] == ["A", "B"]
