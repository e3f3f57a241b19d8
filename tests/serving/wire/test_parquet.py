"""Size of a Parquet file is found from its pages, whatever its footer claims, before they are unpacked."""

import base64
import io
import struct
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from operations.forms.faults import RequestDefect, RequestError
from serving.wire import budget, thrift
from serving.wire.arrow_tables import Table
from serving.wire.bodies import PARQUET
from serving.wire.budget import Budget
from serving.wire.parquet import LISTS, File
from serving.wire.thrift import BINARY, I32, I64, LIST, STRUCT, structure
from tests.suite.thrift import encoded

MOST = 2**28
PACKINGS = ["none", "snappy", "gzip", "zstd", "brotli", "lz4"]


def parquet(table: Any, **options: Any) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.table(table), sink, **options)
    return sink.getvalue()


def check_file(body: bytes, most: int) -> list[int]:
    """Columns of a file with texts that are too long in a dictionary."""
    return File(memoryview(body)).long_texts(Budget(most))


def footer_of(body: bytes) -> dict[Any, Any]:
    length = struct.unpack_from("<I", body, len(body) - 8)[0]
    return structure(memoryview(body)[len(body) - 8 - length : -8], 0, LISTS)[0]


def with_footer(body: bytes, footer: dict[Any, Any]) -> bytes:
    length = struct.unpack_from("<I", body, len(body) - 8)[0]
    written = encoded(footer, LISTS)
    return body[: len(body) - 8 - length] + written + struct.pack("<I", len(written)) + b"PAR1"


def refusal(body: bytes, most: int = MOST) -> tuple[int, list[RequestDefect]]:
    with pytest.raises(RequestError) as refused:
        Table(body, PARQUET, most)
    return refused.value.status, list(refused.value.faults)


@pytest.mark.parametrize("version", ["1.0", "2.0"])
@pytest.mark.parametrize("packing", PACKINGS)
@pytest.mark.parametrize("dictionary", [True, False])
def test_pages_are_counted_as_the_writer_counts_them(packing: str, version: str, dictionary: bool) -> None:
    n = 5000
    table = {"unit": [f"A-{i % 900}" for i in range(n)], "z": np.arange(n) / 7}
    options = {"compression": packing, "data_page_version": version, "use_dictionary": dictionary}
    body = parquet(table, row_group_size=2000, data_page_size=1000, **options)
    metadata = pq.ParquetFile(io.BytesIO(body)).metadata
    groups = [metadata.row_group(i) for i in range(metadata.num_row_groups)]
    # Headers stand in the sizes of the writer, and cost some times as much in the budget.
    unpacked = sum(group.column(j).total_uncompressed_size for group in groups for j in range(2))
    cells = 8 * 2 * n
    assert check_file(body, cells + 16 * unpacked) == []
    with pytest.raises(RequestError):
        check_file(body, cells + unpacked // 2)
    blocks = Table(body, PARQUET, MOST).blocks(["unit", "z"])
    assert pa.concat_tables(blocks).to_pydict() == pa.table(table).to_pydict()


@pytest.mark.parametrize("packing", PACKINGS)
def test_a_long_text_in_a_dictionary_is_found_in_its_page(packing: str) -> None:
    short, long = ["A" * 200, "B"], ["A" * 200, "B" * 805]
    for words, expected in ((short, []), (long, [0])):
        body = parquet({"unit": [words[i % 2] for i in range(100)], "z": [1.0] * 100}, compression=packing)
        assert check_file(body, MOST) == expected
        (block,) = Table(body, PARQUET, MOST).blocks(["unit"])
        assert block.column("unit").to_pylist() == [word[:804] for word in words] * 50


def bomb(claim: int) -> bytes:
    """A file of some kilobytes, one of whose pages is unpacked to megabytes, with a footer that claims another size."""
    body = parquet({"z": np.zeros(2_000_000)}, use_dictionary=False, compression="zstd", data_page_size=2**25)
    footer = footer_of(body)
    for group in footer[4, LIST]:
        group[2, I64] = claim
        for chunk in group[1, LIST]:
            chunk[3, STRUCT][6, I64] = claim
    return with_footer(body, footer)


def test_a_page_counts_as_its_header_says_and_not_the_footer() -> None:
    body = bomb(claim=100)
    assert len(body) < 20_000
    assert pq.ParquetFile(io.BytesIO(body)).metadata.row_group(0).total_byte_size == 100
    status, (fault,) = refusal(body, 2_000_000 * 8 + 15_000_000)
    assert (status, fault.field) == (413, "body")
    assert sum(len(block) for block in Table(body, PARQUET, MOST).blocks(["z"])) == 2_000_000


def test_a_page_may_take_a_quarter_since_it_is_there_several_times_while_it_is_read() -> None:
    column = pa.DictionaryArray.from_arrays(pa.array([0]), pa.array(["x" * 1_000_000]))
    body = parquet({"unit": column}, compression="zstd", dictionary_pagesize_limit=2**24)
    assert Table(body, PARQUET, 4_100_000).names == ["unit"]
    status, (fault,) = refusal(body, 3_900_000)
    assert (status, fault.value) == (413, 4 * 1_000_004)


@pytest.mark.parametrize("encoding", ["DELTA_BYTE_ARRAY", "DELTA_LENGTH_BYTE_ARRAY"])
def test_an_encoding_whose_texts_have_no_bound_is_refused(encoding: str) -> None:
    words = ["x" * 20_000 + f"{i}" for i in range(1000)]
    body = parquet({"unit": words}, use_dictionary=False, column_encoding={"unit": encoding})
    status, (fault,) = refusal(body)
    assert (status, fault.field, fault.value) == (422, "unit", f"the encoding {encoding}")
    assert fault.expected == "another encoding: plain or a dictionary"


@pytest.fixture
def no_arrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Arrow that reads nothing."""

    def opened(*args: object, **options: object) -> None:
        raise AssertionError("Arrow was to make columns of it")

    monkeypatch.setattr(pq, "ParquetFile", opened)


def test_too_many_columns_are_one_fault_before_any_is_made(no_arrow: None) -> None:
    status, (fault,) = refusal(parquet({f"c{i}": pa.array([1], pa.int8()) for i in range(1001)}))
    assert (status, fault.field, fault.value) == (422, "columns", 1001)


def test_a_long_footer_is_refused_with_its_length(no_arrow: None) -> None:
    body = parquet(pa.table({"z": [1.0]}).replace_schema_metadata({"about": "a" * budget.MOST_DESCRIPTION}))
    status, (fault,) = refusal(body)
    assert (status, fault.field, fault.bound) == (422, "body", budget.MOST_DESCRIPTION)


def with_arrow_schema(schema: bytes) -> bytes:
    body = parquet({"z": [1.0]})
    footer = footer_of(body)
    (pair,) = footer[5, LIST]
    assert pair[1, BINARY] == b"ARROW:schema"
    pair[2, BINARY] = base64.b64encode(schema)
    return with_footer(body, footer)


def test_the_schema_of_arrow_in_a_footer_is_checked_too(no_arrow: None) -> None:
    metadata = {b"ARROW:extension:name": b"arrow.json", b"ARROW:extension:metadata": b""}
    extension = pa.schema([pa.field("z", pa.string(), metadata=metadata)]).serialize().to_pybytes()
    assert refusal(with_arrow_schema(extension))[1][0].value == "extension types of Arrow"
    wide = pa.schema([("z", pa.struct([(f"f{i}", pa.null()) for i in range(1001)]))]).serialize().to_pybytes()
    assert refusal(with_arrow_schema(wide))[1][0].field == "columns"
    assert refusal(with_arrow_schema(b"none"))[0] == 400


def test_a_footer_must_have_the_columns_of_its_row_groups(no_arrow: None) -> None:
    """Each column of a row group becomes a kilobyte when it is read, and takes three bytes at least."""
    body = parquet({"z": [1.0]})
    footer = footer_of(body)
    (group,) = footer[4, LIST]
    group[1, LIST] = group[1, LIST] * 5000
    assert refusal(with_footer(body, footer))[0] == 400
    group[1, LIST] = [{(2, I64): 0}]
    assert refusal(with_footer(body, footer))[0] == 400


def test_a_footer_with_lies_that_end_accessors_of_arrow_is_a_bad_request(cells, send) -> None:
    """Statistics of sizes for another depth than the column has: Arrow throws where Python cannot catch."""
    body = parquet(pa.Table.from_pylist(cells.rows))
    footer = footer_of(body)
    footer[2, LIST][3][3, I32] = 0  # a column that is required, with statistics of one that is not
    response = send(cells, with_footer(body, footer), "parquet")
    assert (response.status_code, response.json()["title"]) == (400, "Bad Request")


@pytest.mark.parametrize("kind", [pa.float64(), pa.string()])
def test_a_dictionary_that_claims_billions_of_values_is_refused(kind: pa.DataType) -> None:
    """A decoder sets memory aside for as many as the header of the page says: 17 GB."""
    body = parquet({"z": pa.array([1, 2] * 10).cast(kind)}, compression="none")
    footer = footer_of(body)
    chunk = footer[4, LIST][0][1, LIST][0][3, STRUCT]
    header, end = structure(memoryview(body), chunk[11, I64])
    header[7, STRUCT][1, I32] = 2**31 - 1
    changed = encoded(header, {})
    longer = len(changed) - (end - chunk[11, I64])
    length = struct.unpack_from("<I", body, len(body) - 8)[0]
    pages = body[: chunk[11, I64]] + changed + body[end : len(body) - 8 - length]
    chunk[9, I64] += longer
    chunk[7, I64] += longer
    written = encoded(footer, LISTS)
    status, (fault,) = refusal(pages + written + struct.pack("<I", len(written)) + b"PAR1")
    assert (status, fault.value) == (413, 16 * (2**31 - 1))


def test_a_page_of_a_negative_length_is_no_endless_loop() -> None:
    body = bytearray(parquet({"z": [1.0, 2.0]}, use_dictionary=False, compression="none"))
    chunk = footer_of(bytes(body))[4, LIST][0][1, LIST][0][3, STRUCT]
    header, size = structure(memoryview(body), chunk[9, I64])
    header[3, I32] = -header[3, I32]
    changed = encoded(header, {})
    assert len(changed) == size - chunk[9, I64]
    body[chunk[9, I64] : size] = changed
    assert refusal(bytes(body))[0] == 400


def test_what_was_answered_before_is_read_without_limits() -> None:
    """A body that is recorded was checked by the limits of its time."""
    words = ["x" * 100 + f"{i}" for i in range(10)]
    body = parquet({"unit": words}, use_dictionary=False, column_encoding={"unit": "DELTA_BYTE_ARRAY"})
    (block,) = Table(body, PARQUET, None).blocks(["unit"])
    assert block.column("unit").to_pylist() == words


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"\x15", "out of bounds"),
        (b"\x15\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01\x00", "more than 64 bits"),
        (b"\x15\xff\xff\xff\xff\xff\x01\x00", "more than 32 bits"),
        (b"\x18\x7fabc\x00", "bytes or elements"),
        (b"\x19\xfc\xff\xff\xff\x07\x00", "bytes or elements"),
        (b"\x1c" * 100, "in each other"),
        (b"\x19\x19" * 100, "in each other"),
        (b"\x1f\x00", "unknown kind"),
        (b"\x05\x01\x00\x00", "a field of number"),
    ],
)
def test_what_is_no_structure_is_refused(data: bytes, message: str) -> None:
    with pytest.raises((OSError, IndexError), match=message):
        structure(memoryview(data), 0)


def test_a_structure_says_what_arrow_reads_of_it() -> None:
    body = parquet({"unit": ["A"] * 30, "z": [1.0] * 30}, row_group_size=10)
    footer, metadata = footer_of(body), pq.ParquetFile(io.BytesIO(body)).metadata
    assert footer[3, I64] == metadata.num_rows
    assert [element[4, BINARY] for element in footer[2, LIST]][1:] == [b"unit", b"z"]
    for i, group in enumerate(footer[4, LIST]):
        for j, chunk in enumerate(group[1, LIST]):
            column, own = metadata.row_group(i).column(j), chunk[3, STRUCT]
            assert own[9, I64] == column.data_page_offset
            assert own[7, I64] == column.total_compressed_size
            assert own.get((11, I64)) == column.dictionary_page_offset


def test_lists_are_of_the_kind_that_a_reader_takes_for_granted() -> None:
    data = memoryview(b"\x19\x15\x00\x00")  # field 1, a list of one number
    assert structure(data, 0, {1: I32})[0] == {(1, LIST): [0]}
    with pytest.raises(OSError, match="a list of kind 5"):
        structure(data, 0, {1: {}})
    assert thrift.list_head(memoryview(b"\x3c"), 0) == (3, STRUCT, 1)
