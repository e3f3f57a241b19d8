"""Claims of a stream are checked before Arrow reads any of it."""

import io
import struct

import pyarrow as pa
import pytest

from operations.forms.faults import RequestDefect, RequestError
from serving.wire import budget
from serving.wire.arrow_tables import ARROW, Table
from tests.serving.wire.test_arrow_checks import arrow

MOST = 2**28


def refusal(body: bytes, most: int = MOST) -> tuple[int, list[RequestDefect]]:
    """Status and faults for which a body is refused before a block of it is read."""
    with pytest.raises(RequestError) as refused:
        Table(body, ARROW, most)
    return refused.value.status, list(refused.value.faults)


def columns(names: list[str]) -> bytes:
    return arrow(pa.table([pa.array([1], pa.int8())] * len(names), names=names))


@pytest.fixture
def no_arrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Arrow that reads nothing."""

    def opened(body: object) -> None:
        raise AssertionError("Arrow was to make columns of it")

    monkeypatch.setattr(pa.ipc, "open_stream", opened)


@pytest.mark.parametrize("count", [1001, 30_000])
def test_too_many_columns_are_one_fault_before_any_is_made(count: int, no_arrow: None) -> None:
    status, (fault,) = refusal(columns([f"c{i}" for i in range(count)]))
    assert (status, fault.field, fault.value, fault.bound) == (422, "columns", count, 1000.0)
    assert fault.expected == "at most 1000 columns, nested ones counted"


def test_a_thousand_columns_are_told_one_by_one_up_to_a_hundred(cells, send) -> None:
    names = [f"c{i}" for i in range(1000)]
    problem = send(cells, columns(names)).json()
    assert problem["detail"] == "the request has more than 100 faults, the first of them in errors"
    assert [fault["field"] for fault in problem["errors"]] == names[:100]


@pytest.mark.parametrize(
    ("name", "expected"), [("data_quality", "no "), ("quality", "renamed to data_quality"), ("", "no ")]
)
def test_a_name_that_no_column_may_have_is_a_fault(cells, send, name: str, expected: str) -> None:
    (fault,) = send(cells, arrow(pa.Table.from_pylist(cells.rows).append_column(name, pa.nulls(40)))).json()["errors"]
    assert fault["field"] == name
    assert fault["expected"].startswith(expected)


@pytest.mark.parametrize("depth", [1, 3])
def test_nested_columns_count(depth: int, no_arrow: None) -> None:
    kind = pa.struct([(f"f{i}", pa.null()) for i in range(1000)])
    for _ in range(depth):
        kind = pa.list_(kind)
    status, (fault,) = refusal(arrow(pa.table({"unit": pa.nulls(1, kind)})))
    assert (status, fault.field) == (422, "columns")


def test_fields_that_share_their_description_count_each_time(no_arrow: None) -> None:
    """A vector of a schema may lead to one field ten times, and that to another ten times, and so on."""
    kind = pa.null()
    for _ in range(4):
        kind = pa.struct([(f"f{i}", kind) for i in range(10)])
    assert refusal(arrow(pa.table({"unit": pa.nulls(1, kind)})))[1][0].field == "columns"


def test_a_long_schema_is_refused_with_its_length(no_arrow: None) -> None:
    table = pa.table({"unit": ["A"]}).replace_schema_metadata({b"about": b"a" * budget.MOST_DESCRIPTION})
    status, (fault,) = refusal(arrow(table))
    assert (status, fault.field, fault.bound) == (422, "body", budget.MOST_DESCRIPTION)
    assert fault.value > budget.MOST_DESCRIPTION


@pytest.mark.parametrize("depth", [0, 1_000_000])
def test_extension_types_are_refused_before_their_json_is_parsed(depth: int, no_arrow: None) -> None:
    """Arrow's parser of JSON ends the process where what describes a type is nested a million deep."""
    about = b'{"shape":[2],"x":' + b"[" * depth + b"]" * depth + b"}"
    metadata = {b"ARROW:extension:name": b"arrow.fixed_shape_tensor", b"ARROW:extension:metadata": about}
    field = pa.field("unit", pa.list_(pa.float64(), 2), metadata=metadata)
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, pa.schema([field])):
        pass
    _, (fault,) = refusal(sink.getvalue())
    assert fault.value == "extension types of Arrow" if depth == 0 else fault.bound == budget.MOST_DESCRIPTION


@pytest.mark.parametrize("batches", [1, 1000])
def test_rows_that_take_no_bytes_count(batches: int, no_arrow: None) -> None:
    table = pa.table({"z": pa.nulls(10**9 // batches)})
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        for batch in table.to_batches() * batches:
            writer.write_batch(batch)
    status, (fault,) = refusal(sink.getvalue())
    assert (status, fault.field, fault.bound) == (413, "body", MOST)
    assert fault.expected == f"at most {MOST} bytes of decoded cells and texts"


def test_messages_without_rows_count(no_arrow: None) -> None:
    sink, table = io.BytesIO(), pa.table({"z": [1.0]})
    with pa.ipc.new_stream(sink, table.schema) as writer:
        for batch in table.slice(0, 0).to_batches() or [pa.RecordBatch.from_pylist([], table.schema)]:
            for _ in range(1000):
                writer.write_batch(batch)
    assert refusal(sink.getvalue(), 1000 * 1024)[0] == 413


def test_the_budget_is_of_all_blocks_together(cells, monkeypatch: pytest.MonkeyPatch) -> None:
    """A dictionary's value counts as often as rows hold it."""
    n = 20_000
    column = pa.DictionaryArray.from_arrays(pa.array([0] * n, pa.int8()), pa.array(["x" * 200]))
    body = arrow(pa.table({"unit": column}))
    assert len(body) < 30_000
    assert sum(len(block) for block in Table(body, ARROW, n * (8 + 4 + 200) + 10_000).blocks(["unit"])) == n
    with pytest.raises(RequestError) as refused:
        list(Table(body, ARROW, n * (8 + 4 + 200) - 10_000).blocks(["unit"]))
    assert refused.value.status == 413


def test_a_message_of_a_negative_length_is_no_endless_loop(cells, send, as_arrow) -> None:
    body = bytearray(as_arrow(cells.rows))
    words = range(0, 400, 8)
    for at in words:
        changed = bytearray(body)
        struct.pack_into("<q", changed, at, -(2**40))
        assert send(cells, bytes(changed)).status_code in (200, 400, 413, 422)
