"""Bulk bodies of every odd kind, to a real service in two GiB of address space: it answers or says what is wrong."""

import io
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from benchmarks.aims.page import filled
from benchmarks.fuzz.bulk.drawing import KINDS, Body, body, drawn, sound
from benchmarks.fuzz.bulk.page import FAULTLESS, NAME, PAGE, RESULTS, lines, result
from benchmarks.fuzz.bulk.sending import BulkFuzzResult, send
from benchmarks.fuzz.bulk.service import limited, save_model
from seeds import load
from serving.wire.bodies import ARROW, PARQUET

PROCESS, OF_EACH_KIND = "aluminium_reduction", 12
SEED = load(PROCESS)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, str]]:
    """Number of a service's process, and where it is asked for predictions."""
    folder = tmp_path_factory.mktemp("limited")
    save_model(SEED, folder / "model")
    with limited(PROCESS, folder / "model", folder / "log", {}) as (number, address):
        yield number, f"{address}/v1/{PROCESS}/predictions"


@pytest.mark.long("starts a service")
def test_no_body_ends_the_service_or_is_a_defect_of_it(service: tuple[int, str]) -> None:
    number, url = service
    actual = send((body(SEED, 2, i) for i in range(OF_EACH_KIND * len(KINDS))), url, number)
    assert actual.shown == []
    assert sum(actual.statuses.values()) == OF_EACH_KIND * len(KINDS)
    by_status = Counter(status for _, _, status in actual.statuses.elements())
    assert set(by_status) <= {200, 400, 413, 422}
    assert min(by_status[status] for status in (200, 400, 422)) > 10  # what is drawn reaches all of these


def one_text(length: int, kind: pa.DataType) -> pa.Table:
    """Ten thousand rows whose key is one text in a dictionary."""
    n = 10_000
    names = pa.DictionaryArray.from_arrays(pa.array(np.zeros(n, dtype=np.int16)), pa.array(["x" * length], kind))
    return pa.table({"unit": names, "period_start": pa.array(np.zeros(n, dtype=np.int64), pa.timestamp("s"))})


@pytest.mark.long("starts a service")
@pytest.mark.parametrize("kind", [pa.string(), pa.large_string()])
@pytest.mark.parametrize("media", [ARROW, PARQUET])
def test_one_long_text_in_ten_thousand_rows_is_a_fault_of_each(
    service: tuple[int, str], media: str, kind: pa.DataType
) -> None:
    """3 GB as plain texts: the service ended, or held all of them."""
    table, sink = one_text(300_000, kind), io.BytesIO()
    if media == PARQUET:
        pq.write_table(table, sink, compression="zstd")
    else:
        with pa.ipc.new_stream(sink, table.schema) as writer:
            writer.write_table(table)
    actual = send([Body(0, KINDS[0], media, sink.getvalue())], service[1], service[0])
    assert actual.shown == []
    assert list(actual.statuses) == [(KINDS[0], media, 422)]


def test_a_body_is_drawn_again_by_its_number() -> None:
    for number in range(0, 2 * len(KINDS), 5):
        assert body(SEED, 7, number) == body(SEED, 7, number)
    assert body(SEED, 7, 0) != body(SEED, 8, 0)


@pytest.mark.long("draws bodies in many processes")
def test_a_body_whose_writer_ends_its_process_is_left_out() -> None:
    """Arrow's writer reads beyond the 3218th table of this seed, which ended pyarrow 25; those about it are drawn."""
    actual = [one.number for one in drawn(PROCESS, 1, [3217, 3218, 3219])]
    assert sorted({*actual, 3218}) == [3217, 3218, 3219]


def test_a_sound_table_has_the_columns_of_a_row() -> None:
    table = sound(np.random.default_rng(1), SEED)
    assert set(table.column_names) <= {column.name for column in (*SEED.by_role("key", "time"), *SEED.inputs)}
    assert {"unit", "period_start"} < set(table.column_names)


def stored_result() -> dict[str, object]:
    figures: dict[str, object] = json.loads(RESULTS.read_text(encoding="utf-8"))
    return figures


def test_the_page_holds_what_was_measured_and_nothing_else() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert filled(text, NAME, lines(stored_result())) == text, "python -m benchmarks.fuzz.bulk"


def test_no_body_that_was_measured_showed_a_fault() -> None:
    figures = stored_result()
    assert figures["faults"] == {}
    assert figures["limit_mib"] == 2048
    assert sum(count for *_, count in figures["sent"]) >= 20_000  # type: ignore[attr-defined]
    assert FAULTLESS in lines(figures)


def test_a_fault_stands_on_the_page() -> None:
    actual = BulkFuzzResult()
    actual.statuses[KINDS[0], ARROW, 500] = 3
    actual.fault("status of 5xx", Body(1, KINDS[0], ARROW, b""), "")
    about = {"measured": "2030-01-02", "seed": 1, "process": "toys", "limit_mib": 2048.0}
    message = "\n".join(lines(result(actual, **about)))
    assert "3 bodies" in message
    assert "**1 status of 5xx**" in message
    assert FAULTLESS not in message


def test_a_service_that_does_not_start_is_an_error_with_its_log(tmp_path: Path) -> None:
    with (
        pytest.raises(RuntimeError, match="does not start"),
        limited("no_such", tmp_path / "none", tmp_path / "log", {"NONFERROUS_PORT": "none"}),
    ):
        pass
