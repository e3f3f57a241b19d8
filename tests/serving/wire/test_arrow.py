"""Tables are answered as rows of JSON are, to the last digit."""

import dataclasses
import io
import math
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from serving.wire import arrow, arrow_tables
from tests.serving.wire.conftest import check_same, read
from tests.suite.whole import whole


@pytest.mark.parametrize("has_all", [False, True])
@pytest.mark.parametrize("rows_a_block", [1, 16, 10_000])
def test_a_table_is_answered_as_its_rows_are(
    process: Any, call: Any, rows_a_block: int, has_all: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arrow_tables, "ROWS", rows_a_block)
    arguments = {"coverage": 0.8, **(whole(process.payloads) if has_all else {})}
    check_same(partial(call, process.app, "POST"), process.payloads.seed.process.name, process.rows, **arguments)


def test_a_stream_goes_out_in_pieces_that_are_soon_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each but the last of a block is as long as it must be, and at most a column longer."""
    monkeypatch.setattr(arrow, "PIECE", 1000)
    columns = [pa.array(range(50)), pa.array([float(i) for i in range(50)]), pa.array(["a"] * 50)] * 4
    batch = pa.RecordBatch.from_arrays(columns, names=[f"c{i}" for i in range(12)])
    blocks = list(arrow.stream(iter([(batch, {}, {}, False), (batch, {}, {"n": 2}, True)]), {"process": "toy"}))
    assert len(blocks) == 2
    for pieces in blocks:
        assert all(1000 <= len(piece) < 1000 + 500 for piece in pieces[1:-1])
        assert len(pieces) > 3
    table, reference, after = read(b"".join(piece for pieces in blocks for piece in pieces))
    assert table.num_rows == 100
    assert table.slice(50).to_pylist() == batch.to_pylist()
    assert (reference["process"], after) == ("toy", {"n": 2})


def test_what_no_number_says_is_null_beside_the_rows_too(
    serve: Any, toy_quality_seed: Any, save_toy_grader: Any, send: Any, as_arrow: Any, tmp_path: Path
) -> None:
    model = dataclasses.replace(save_toy_grader(tmp_path / "one"), threshold=math.nan)
    lots = serve(toy_quality_seed, model)
    _, reference, _ = read(send(lots, as_arrow(lots.rows), include=["guarantee"]).content)
    assert reference["guarantee"]["threshold"] is None


def test_every_column_states_its_unit(process: Any, send: Any, as_arrow: Any) -> None:
    table, _, _ = read(send(process, as_arrow(process.rows), **whole(process.payloads)).content)
    for field in table.schema:
        if pa.types.is_floating(field.type) and not field.name.startswith(("nearest_limit", "remedy")):
            assert field.metadata[b"unit"]


def test_parquet_is_read_as_arrow_is(process: Any, send: Any, as_arrow: Any) -> None:
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(process.rows), sink, row_group_size=9, compression="zstd")
    from_parquet, _, _ = read(send(process, sink.getvalue(), "parquet").content)
    from_arrow, _, _ = read(send(process, as_arrow(process.rows)).content)
    assert from_parquet.to_pylist() == from_arrow.to_pylist()


@pytest.mark.parametrize("kind", ["s", "ms", "us", "ns"])
def test_numbers_times_and_texts_may_be_of_any_type(cells: Any, send: Any, as_arrow: Any, kind: str) -> None:
    plain, _, _ = read(send(cells, as_arrow(cells.rows)).content)
    table = pa.Table.from_pylist(cells.rows)
    time, unit = cells.payloads.seed.clock.name, cells.payloads.seed.key.name
    times = pa.array([row[time] for row in cells.rows]).cast(pa.timestamp(kind))
    table = table.set_column(table.schema.get_field_index(time), time, times)
    table = table.set_column(
        table.schema.get_field_index(unit), unit, table.column(unit).combine_chunks().dictionary_encode()
    )
    table = table.select(reversed(table.column_names))
    typed, _, _ = read(send(cells, as_arrow(table)).content)
    assert typed.column(time).type == pa.timestamp(kind)
    assert typed.drop_columns([time]).to_pylist() == plain.drop_columns([time]).to_pylist()


def test_nan_null_and_a_column_left_out_are_missing(cells: Any, send: Any, as_arrow: Any) -> None:
    table = pa.Table.from_pylist([row | {"z": 4.0} for row in cells.rows])
    at, n = table.schema.get_field_index("z"), len(cells.rows)
    ways = [
        table.set_column(at, "z", pa.array([float("nan")] * n)),
        table.set_column(at, "z", pa.nulls(n, pa.int64())),
        table.set_column(at, "z", pa.nulls(n)),
        table.drop_columns(["z"]),
    ]
    answers = [read(send(cells, as_arrow(way)).content)[0].to_pylist() for way in ways]
    assert all(answer == answers[0] for answer in answers)
    assert all("z missing" in row["flags"] for row in answers[0])


def test_whole_numbers_and_short_floats_are_numbers(cells: Any, send: Any, as_arrow: Any) -> None:
    rows = [row | {"z": 4} for row in cells.rows[:2]]
    table = pa.Table.from_pylist(rows)
    at = table.schema.get_field_index("z")
    predictions = [
        send(cells, as_arrow(table.set_column(at, "z", table.column("z").cast(kind)))) for kind in ("int8", "float")
    ]
    assert predictions[0].status_code == 200
    first, second = (read(one.content)[0].to_pylist() for one in predictions)
    assert first == second


def test_what_is_held_is_given_back(cells: Any, send: Any, as_arrow: Any) -> None:
    body = as_arrow(cells.rows)
    for sent, status in ((body, 200), (body[:-400], 400), (as_arrow([{"unit": 3.0}]), 422)):
        assert send(cells, sent).status_code == status
        assert cells.load.held == 0


def test_a_table_waits_for_room(cells: Any, send: Any, as_arrow: Any) -> None:
    cells.load.hold(cells.load.most_held - 10)
    refused = send(cells, as_arrow(cells.rows))
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
    assert cells.load.held == cells.load.most_held - 10
