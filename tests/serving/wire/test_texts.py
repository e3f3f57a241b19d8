"""Texts are cut before anything is made of them, and what is left is refused for the same reason."""

import io
from itertools import product

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.wire import arrow_tables, texts
from serving.wire.arrow_tables import ARROW, Table
from serving.wire.bodies import PARQUET
from serving.wire.texts import LONGEST, MOST_BYTES, cut
from tests.serving.wire.test_arrow_checks import arrow

KINDS = [pa.string(), pa.large_string(), pa.string_view()]
LETTERS = st.sampled_from(["x", "é", "鋁", "🜨"])
WORDS = st.lists(st.one_of(st.none(), st.tuples(LETTERS, st.integers(0, 900), LETTERS, st.integers(0, 5))), max_size=9)


def word(drawn: tuple[str, int, str, int] | None) -> str | None:
    return None if drawn is None else drawn[2] * drawn[3] + drawn[0] * drawn[1]


@pytest.mark.parametrize("kind", KINDS)
@given(drawn=WORDS, begin=st.integers(0, 4))
def test_a_text_that_may_be_taken_stays_and_a_longer_one_stays_too_long(kind, drawn, begin) -> None:
    words = [word(one) for one in drawn]
    got = cut(pa.array(words, kind).slice(begin))
    got.validate(full=True)
    assert got.type == (pa.large_string() if kind == pa.string_view() else kind)
    for before, after in zip(words[begin:], got.to_pylist(), strict=True):
        if before is None or len(before.encode()) <= MOST_BYTES:
            assert after == before
        else:
            assert len(after) > LONGEST
            assert before.startswith(after)
            assert len(after.encode()) <= MOST_BYTES


def long_rows(n: int, length: int, kind: pa.DataType) -> pa.Table:
    """Rows that all have the same long text, which a dictionary holds once."""
    column = pa.DictionaryArray.from_arrays(pa.array(np.zeros(n, dtype=np.int16)), pa.array(["x" * length], kind))
    return pa.table({"unit": column})


@pytest.mark.parametrize(("media", "kind"), [*product([ARROW], KINDS), *product([PARQUET], KINDS[:2])])
def test_rows_take_no_more_than_texts_that_are_cut(media: str, kind: pa.DataType) -> None:
    """300 kB in 10,000 rows are 3 GB, more than 32 bits count."""
    table, sink = long_rows(10_000, 300_000, kind), io.BytesIO()
    if media == PARQUET:
        pq.write_table(table, sink, compression="zstd")
    body = arrow(table) if media == ARROW else sink.getvalue()
    (block,) = Table(body, media, 2**28).blocks(["unit"])
    assert block.num_rows == 10_000
    assert block.nbytes <= 10_000 * (MOST_BYTES + 9)  # with offsets and validity
    assert set(block.column("unit").to_pylist()) == {"x" * MOST_BYTES}


def test_views_of_one_text_are_not_written_out() -> None:
    data = b"v" * 300_000
    view = np.zeros((10_000, 4), dtype=np.int32)
    view[:, 0], view[:, 1] = len(data), int.from_bytes(b"vvvv", "little")
    views = pa.Array.from_buffers(pa.string_view(), len(view), [None, pa.py_buffer(view.tobytes()), pa.py_buffer(data)])
    got = cut(views)
    assert got.nbytes <= 10_000 * (MOST_BYTES + 9)  # with offsets and validity


def test_a_dictionary_is_looked_at_once_for_all_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    lengths, table = [], long_rows(1000, 50, pa.string())
    monkeypatch.setattr(texts, "cut", lambda values: lengths.append(len(values)) or values)
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table, 10)
    list(Table(sink.getvalue(), ARROW, 2**28).blocks(["unit"]))
    assert lengths == [1]


@pytest.mark.parametrize("deltas", [True, False])
def test_each_new_dictionary_is_read(deltas: bool) -> None:
    sink, words, schema = io.BytesIO(), ["a"], pa.schema([("unit", pa.dictionary(pa.int8(), pa.string()))])
    with pa.ipc.new_stream(sink, schema, options=pa.ipc.IpcWriteOptions(emit_dictionary_deltas=deltas)) as writer:
        for i in range(5):
            words.append(f"{i}" if deltas else f"{i}{i}")
            given_words = words if deltas else words[::-1]
            column = pa.DictionaryArray.from_arrays(pa.array([0, i + 1], pa.int8()), pa.array(given_words))
            writer.write_batch(pa.record_batch([column], schema=schema))
    body = sink.getvalue()
    expected = pa.ipc.open_stream(body).read_all().column("unit").to_pylist()
    (block,) = Table(body, ARROW, 2**28).blocks(["unit"])
    assert block.column("unit").to_pylist() == expected


@pytest.mark.parametrize("rows_a_batch", [1, 3, 250, 10_000])
def test_blocks_are_the_rows_in_order_whatever_the_batches(rows_a_batch: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrow_tables, "ROWS", 500)
    n = 1203
    columns = {"unit": [f"A-{i % 7}" for i in range(n)], "z": [float(i) for i in range(n)]}
    table = pa.table(columns).set_column(0, "unit", pa.array(columns["unit"]).dictionary_encode())
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table, rows_a_batch)
    blocks = list(Table(sink.getvalue(), ARROW, 2**28).blocks(["unit", "z"]))
    assert [len(block) for block in blocks] == [500, 500, 203]
    assert all(column.num_chunks == 1 for block in blocks for column in block.columns)
    assert pa.concat_tables(blocks).to_pydict() == columns


def test_a_block_of_many_small_batches_is_put_together_as_it_grows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each batch has objects for each of its columns: ten thousand of them are two hundred megabytes."""
    most, joined = [], arrow_tables._joined
    monkeypatch.setattr(arrow_tables, "_joined", lambda held: most.append(len(held)) or joined(held))
    sink, table = io.BytesIO(), pa.table({"z": [float(i) for i in range(1000)]})
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table, 1)
    (block,) = Table(sink.getvalue(), ARROW, 2**28).blocks(["z"])
    assert block.equals(table)
    assert max(most) == 100


def test_indices_beyond_a_dictionary_and_texts_that_are_no_utf8_are_a_bad_request(cells, send) -> None:
    n = len(cells.rows)
    beyond = pa.DictionaryArray.from_arrays(pa.array([7] * n, pa.int8()), pa.array(["A"]), safe=False)
    raw = pa.array([b"\xff"] * n)
    no_utf8 = pa.Array.from_buffers(pa.string(), n, raw.buffers())
    table = pa.Table.from_pylist(cells.rows)
    for column in (beyond, no_utf8):
        response = send(cells, arrow(table.set_column(table.schema.get_field_index("unit"), "unit", column)))
        assert response.status_code == 400, response.text
    sink = io.BytesIO()
    pq.write_table(table.set_column(table.schema.get_field_index("unit"), "unit", no_utf8), sink)
    assert send(cells, sink.getvalue(), "parquet").status_code == 400
