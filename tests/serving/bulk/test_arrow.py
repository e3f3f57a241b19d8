"""Tables are answered as rows of JSON are, to the last digit."""

import io
import json
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from serving.bulk import tables


def read(content: bytes) -> tuple[pa.Table, dict[str, Any], dict[str, Any]]:
    """Rows of an answer, what stands beside all of them, and what stands beside the last batch."""
    reader, batches, last = pa.ipc.open_stream(content), [], None
    while True:
        try:
            batch, last = reader.read_next_batch_with_custom_metadata()
        except StopIteration:
            break
        batches.append(batch)
    table = pa.Table.from_batches(batches)
    after = {} if last is None else json.loads(last[b"nonferrous"])
    return table, json.loads(table.schema.metadata[b"nonferrous"]), after


def flat(prediction: dict[str, Any]) -> dict[str, Any]:
    """What a prediction of JSON says, as the columns of a table name it."""
    found = {name: value for name, value in prediction.items() if not isinstance(value, dict) and name != "id"}
    nested = {**prediction, **prediction.get("elements", {}), **prediction.get("contents", {})}
    for name, value in nested.items():
        if isinstance(value, dict) and "low" in value:
            found |= {name: value["value"], f"{name}_low": value["low"], f"{name}_high": value["high"]}
    for name in ("class_probabilities", "defect_probabilities", "grade_probability"):
        found |= {f"p_{one}": p for one, p in prediction.get(name, {}).items()}
    if "expected_value" in prediction:
        found["expected_value"] = prediction["expected_value"]["value"]
    if "decision" in prediction:
        decision = prediction["decision"]
        found |= {"decision": decision["action"], "grade": decision["grade"]}
        found["expected_value"] = decision["expected_value"]["value"]
        nearest = prediction["nearest_limit"] or dict.fromkeys(("limit", "grade", "value", "highest", "sigma"))
        found |= {"nearest_limit": nearest["limit"]}
        found |= {f"nearest_limit_{name}": nearest[name] for name in ("grade", "value", "highest", "sigma")}
        remedy = prediction["remedy"] or dict.fromkeys(("knob", "before", "after", "sigma"))
        found |= {"remedy": remedy["knob"]}
        found |= {f"remedy_{name}": remedy[name] for name in ("before", "after", "sigma")}
    return found


def alike(got: Any, expected: Any, is_alone: bool) -> None:
    """Equal; sums over the rows of a matrix may be taken in another order where a row is alone."""
    if isinstance(expected, dict):
        assert got.keys() == expected.keys()
        for name, value in expected.items():
            alike(got[name], value, is_alone)
    elif isinstance(expected, float) and is_alone:
        assert got == pytest.approx(expected, rel=1e-12, abs=1e-12)
    else:
        assert got == expected


@pytest.mark.parametrize("rows_a_block", [1, 16, 10_000])
def test_a_table_is_answered_as_its_rows_are(
    process: Any, call: Any, send: Any, as_arrow: Any, rows_a_block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "ROWS", rows_a_block)
    told = call(process.app, "POST", process.url, json={"rows": process.rows, "coverage": 0.8}).json()
    response = send(process, as_arrow(process.rows), coverage=0.8)
    assert (response.status_code, response.headers["content-type"]) == (200, "application/vnd.apache.arrow.stream")
    table, beside, after = read(response.content)
    for row, prediction in zip(table.to_pylist(), told["predictions"], strict=True):
        expected = flat(prediction)
        sets = {name.removeprefix("in_set_"): held for name, held in row.items() if name.startswith("in_set_")}
        got = {name: value for name, value in row.items() if not name.startswith("in_set_")}
        assert {name for name, held in sets.items() if held} == set(expected.pop("class_set", []))
        expected.pop("class", None)
        alike({name: got.get(name) for name in expected}, expected, rows_a_block == 1)
        assert set(got) - set(expected) <= {process.payloads.seed.target.name}
    rest = {name: value for name, value in told.items() if name not in ("predictions", "lots")}
    assert {name: beside[name] for name in rest} == rest
    alike(after.get("lots"), told.get("lots"), rows_a_block == 1)


def test_every_column_is_described_with_its_unit(process: Any, send: Any, as_arrow: Any) -> None:
    table, _, _ = read(send(process, as_arrow(process.rows)).content)
    description = process.app.openapi()["paths"][process.url]["post"]["description"]
    for field in table.schema:
        assert f"`{field.name}`" in description or field.name == "made"
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
    told = [
        send(cells, as_arrow(table.set_column(at, "z", table.column("z").cast(kind)))) for kind in ("int8", "float")
    ]
    assert told[0].status_code == 200
    first, second = (read(one.content)[0].to_pylist() for one in told)
    assert first == second


def test_what_is_held_is_given_back(cells: Any, send: Any, as_arrow: Any) -> None:
    body = as_arrow(cells.rows)
    for sent, status in ((body, 200), (body[:-400], 400), (as_arrow([{"unit": 3.0}]), 422)):
        assert send(cells, sent).status_code == status
        assert cells.load.hold(cells.load.most_held)
        cells.load.release(cells.load.most_held)


def test_a_table_waits_for_room(cells: Any, send: Any, as_arrow: Any) -> None:
    cells.load.hold(cells.load.most_held - 10)
    refused = send(cells, as_arrow(cells.rows))
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
    assert cells.load.hold(10)
