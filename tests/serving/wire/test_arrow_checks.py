"""What is wrong with a table is what is wrong with its rows, on every seed; bodies that are no tables."""

import contextlib
import io
import math
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from operations.forms.faults import RequestDefect, RequestError
from seeds import load, names
from serving.wire.arrow_checks import check
from serving.wire.arrow_tables import ARROW, Table
from tests.serving.wire.conftest import rows_of
from tests.suite.forms import payloads

SEEDS = {name: load(name) for name in names()}
PAYLOADS = {name: payloads(seed, 1000) for name, seed in SEEDS.items()}
NUMBERS = [math.inf, -math.inf, 1e300, -1e300, 0.0, -1.0, 1.0, math.nan, None]
TEXTS = ["", "x", "x" * 200, "x" * 201, "é" * 200, None, "2026-11-01", "2026-11-01T06:00+01:00", "yesterday", "7" * 41]


def arrow(rows: Any) -> bytes:
    table = pa.Table.from_pylist(rows) if isinstance(rows, list) else rows
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue()


def faults_of_table(name: str, rows: list[dict[str, Any]]) -> list[RequestDefect]:
    seed = SEEDS[name]
    fields = [
        pa.field(column.name, pa.float64() if column.is_number else pa.string())
        for column in (*seed.by_role("key", "time"), *seed.inputs)
    ]
    table = pa.Table.from_pylist(rows, pa.schema(fields))
    try:
        check(Table(arrow(table), ARROW, 10**8), PAYLOADS[name])
    except RequestError as refused:
        return list(refused.faults)
    return []


def faults_of_rows(name: str, rows: list[dict[str, Any]]) -> list[RequestDefect]:
    result = []
    for i, row in enumerate(rows):
        as_json = {key: None if isinstance(value, float) and math.isnan(value) else value for key, value in row.items()}
        result += PAYLOADS[name].row.read(as_json, i)[1]
    return result


@pytest.mark.parametrize("name", SEEDS)
def test_rows_that_json_takes_are_taken(name: str) -> None:
    assert faults_of_rows(name, rows_of(SEEDS[name], 25)) == faults_of_table(name, rows_of(SEEDS[name], 25)) == []


@pytest.mark.parametrize("name", SEEDS)
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_a_table_has_the_faults_of_its_rows(name: str, data: st.DataObject) -> None:
    seed, rows = SEEDS[name], rows_of(SEEDS[name], 4)
    columns = [*seed.by_role("key", "time"), *seed.inputs]
    for _ in range(data.draw(st.integers(1, 5))):
        column = data.draw(st.sampled_from(columns))
        anomalous: list[Any] = TEXTS
        if column.is_number:
            bounds = [bound for limit in column.limits for bound in (limit, math.nextafter(limit, 1e9), -limit)]
            anomalous = [*NUMBERS, *bounds]
        rows[data.draw(st.integers(0, 3))][column.name] = data.draw(st.sampled_from(anomalous))
    assert faults_of_table(name, rows) == faults_of_rows(name, rows)


def test_a_fault_names_row_column_value_and_bound(cells: Any, send: Any, as_arrow: Any) -> None:
    rows = [row | {"z": 4.0} for row in cells.rows]
    rows[17]["z"] = 1e6
    (fault,) = send(cells, as_arrow(rows)).json()["errors"]
    high = cells.payloads.seed.column("z").high
    assert (fault["row"], fault["field"], fault["value"], fault["bound"]) == (17, "z", 1e6, high)


def test_more_than_a_hundred_faults_are_the_first_hundred(cells: Any, send: Any, as_arrow: Any) -> None:
    rows = [row | {"z": 1e6} for row in cells.rows * 5]
    problem = send(cells, as_arrow(rows)).json()
    assert problem["detail"] == "the request has more than 100 faults, the first of them in errors"
    assert [fault["row"] for fault in problem["errors"]] == list(range(100))


def column(cells: Any, name: str, values: Any) -> pa.Table:
    """The process's rows with another column."""
    table = pa.Table.from_pylist(cells.rows)
    at = table.schema.get_field_index(name)
    values = values if isinstance(values, pa.Array) else pa.array(values)
    return table.append_column(name, values) if at < 0 else table.set_column(at, name, values)


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [
        ("z", ["4"] * 40, "a column of numbers"),
        ("z", [True] * 40, "a column of numbers"),
        ("z", pa.array([[1.0]] * 40), "a column of numbers"),
        ("z", pa.array(["4"] * 40).dictionary_encode(), "a column of numbers"),
        ("unit", [1] * 40, "a column of texts"),
        ("period_start", [1.5] * 40, "a column of timestamps, dates or texts in ISO 8601"),
        (
            "period_start",
            pa.array([1] * 40, pa.timestamp("s", "Nowhere/Atlantis")),
            "a column of timestamps, dates or texts in ISO 8601",
        ),
        ("zz", [1.0] * 40, "no such field; the nearest is z"),
        ("y", [1.0] * 40, "no such field: y is known only after the period, a prediction must not see it"),
    ],
)
def test_a_wrong_column_is_one_fault(
    cells: Any, send: Any, as_arrow: Any, name: str, values: Any, expected: str
) -> None:
    response = send(cells, as_arrow(column(cells, name, values)))
    (fault,) = response.json()["errors"]
    assert (response.status_code, fault["row"], fault["field"], fault["expected"]) == (422, None, name, expected)


def test_a_needed_column_that_is_missing_and_one_that_stands_twice_are_faults(
    cells: Any, send: Any, as_arrow: Any
) -> None:
    table = pa.Table.from_pylist(cells.rows)
    (fault,) = send(cells, as_arrow(table.drop_columns(["unit"]))).json()["errors"]
    assert (fault["field"], fault["expected"]) == ("unit", "this column, which is required")
    (fault,) = send(cells, as_arrow(table.append_column("z", table.column("z")))).json()["errors"]
    assert (fault["field"], fault["value"], fault["expected"]) == ("z", "2 columns of this name", "one")


@pytest.mark.parametrize("time", [10**18, -(10**18)])
def test_a_time_that_no_calendar_has_is_a_fault(cells: Any, send: Any, as_arrow: Any, time: int) -> None:
    times = pa.array([0] * 39 + [time], pa.timestamp("s"))
    (fault,) = send(cells, as_arrow(column(cells, "period_start", times))).json()["errors"]
    assert (fault["row"], fault["field"]) == (39, "period_start")
    assert fault["value"] == f"{time} in timestamp[s]"


def test_no_rows_are_a_fault(cells: Any, send: Any, as_arrow: Any) -> None:
    (fault,) = send(cells, as_arrow(pa.Table.from_pylist(cells.rows).slice(0, 0))).json()["errors"]
    assert (fault["field"], fault["expected"]) == ("rows", "at least 1 entries")


def test_a_damaged_body_is_a_bad_request(cells: Any, send: Any, as_arrow: Any) -> None:
    body = as_arrow(cells.rows)
    for sent in (b"", b"no table", body[:100], body[: len(body) // 2], body[8:]):
        assert send(cells, sent).status_code == 400
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(cells.rows), sink)
    for sent in (b"", b"PAR1", sink.getvalue()[:-9], sink.getvalue()[4:]):
        assert send(cells, sent, "parquet").status_code == 400


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_no_damaged_body_is_a_defect(data: st.DataObject) -> None:
    name = next(iter(SEEDS))
    body = bytearray(arrow(rows_of(SEEDS[name], 5)))
    for _ in range(data.draw(st.integers(1, 4))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(RequestError):
        check(Table(bytes(body), ARROW, 10**7), PAYLOADS[name])


@pytest.mark.parametrize("codec", ["lz4", "zstd"])
def test_compressed_buffers_are_refused_before_they_are_unpacked(
    cells: Any, send: Any, as_arrow: Any, codec: str
) -> None:
    (fault,) = send(cells, as_arrow(cells.rows, compression=codec)).json()["errors"]
    assert (fault["field"], fault["value"]) == ("body", "compressed Arrow buffers")


def test_a_short_body_of_a_long_table_is_too_large(cells: Any, send: Any) -> None:
    sink, n = io.BytesIO(), 400_000
    rows = {"unit": pa.array(["A"] * n), "period_start": pa.array(["2026-11-01"] * n), "z": pa.array([4.0] * n)}
    pq.write_table(pa.table(rows), sink)
    assert len(sink.getvalue()) < 100_000
    assert send(cells, sink.getvalue(), "parquet").status_code == 413


@pytest.mark.parametrize(
    ("requested", "field"),
    [
        ({"coverage": 1.0}, "coverage"),
        ({"coverag": 0.9}, "coverag"),
        ({"explain": True}, "explain"),
        ({"include": ["explanation"]}, "include"),
        ({"include": ["remedies"]}, "include.0"),
        ({"digits": 3}, "digits"),
        ({"rows": 1}, "rows"),
    ],
)
def test_options_are_checked_as_those_of_json(
    cells: Any, send: Any, as_arrow: Any, requested: dict[str, Any], field: str
) -> None:
    response = send(cells, as_arrow(cells.rows), **requested)
    assert (response.status_code, response.json()["errors"][0]["field"]) == (422, field)


def test_a_client_that_takes_no_arrow_is_told(cells: Any, send: Any, as_arrow: Any) -> None:
    assert send(cells, as_arrow(cells.rows), accept="application/json").status_code == 406
    assert send(cells, as_arrow(cells.rows), accept="text/html, application/vnd.apache.arrow.stream").status_code == 200


def test_a_coverage_without_rows_for_it_is_a_fault(cells: Any, send: Any, as_arrow: Any, monkeypatch: Any) -> None:
    from models.regression.model import RegressionModel
    from models.uncertainty.intervals import CoverageError

    def few(*given: Any) -> Any:
        raise CoverageError("needs at least 99 calibration rows, got 40")

    monkeypatch.setattr(RegressionModel, "answer", few)
    (fault,) = send(cells, as_arrow(cells.rows), coverage=0.99).json()["errors"]
    assert (fault["field"], fault["value"]) == ("coverage", 0.99)
