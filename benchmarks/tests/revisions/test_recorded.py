"""Recordings: columns by all their bits, commands by the help above them, tables that are alike on all sides."""

import csv
import math
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.revisions.lines import _commands
from benchmarks.revisions.simulated import PLANTS, column_digests, runs
from benchmarks.revisions.trained import CELLS, SERIES, _write_pulses
from seeds import load, names


def digests(path: Path, **columns: object) -> dict[str, str]:
    file = path / "table.parquet"
    pq.write_table(pa.table(columns), file)
    return column_digests(file)


def test_a_last_bit_a_missing_value_and_another_type_are_another_digest(tmp_path):
    before = digests(tmp_path, x=[1.5, 2.5, None], n=["a", "b", None])
    assert digests(tmp_path, x=[1.5, 2.5, None], n=["a", "b", None]) == before
    for columns in (
        {"x": [1.5, math.nextafter(2.5, 3), None], "n": ["a", "b", None]},
        {"x": [1.5, 2.5, 0.0], "n": ["a", "b", ""]},
        {"x": pa.array([1.5, 2.5, None], pa.float32()), "n": ["a", "b", "None"]},
    ):
        after = digests(tmp_path, **columns)
        assert after["x"] != before["x"]
        assert after["n"] != before["n"] or columns["n"] == ["a", "b", None]


def test_all_simulated_plants_are_recorded_and_each_run_has_a_name_of_its_own():
    assert set(PLANTS) == {name for name in names() if load(name).plant is not None}
    for quick in (True, False):
        requested = runs(quick)
        assert {name.split()[0] for name in requested} == set(PLANTS)
        assert len({(name.split()[0], *options) for name, options in requested.items()}) == len(requested)
    assert runs(True).items() <= runs(False).items()


def test_commands_are_found_in_the_help_above_them():
    lines = [
        "Usage: x",
        "",
        "Options:",
        "  --help  Show.",
        "",
        "Commands:",
        "  train   Learn",
        "          more",
        "  a-b  B",
    ]
    assert _commands(lines) == ["train", "a-b"]
    assert _commands(lines[:5]) == []


def test_the_written_table_is_the_same_each_time_and_its_values_are_possible(tmp_path):
    files = [tmp_path / "first.csv", tmp_path / "second.csv"]
    for file in files:
        _write_pulses(file)
    assert files[0].read_bytes() == files[1].read_bytes()
    with files[0].open(newline="") as read:
        rows = list(csv.DictReader(read))
    assert len(rows) == CELLS * SERIES
    assert {row["chemistry"] for row in rows} == {"LFP", "LMO", "NMC"}
    seed = load("retired_batteries_pulse")
    for column in seed.columns:
        if column.is_number:
            low, high = column.limits
            assert all(low <= float(row[column.tag or column.name]) <= high for row in rows), column.name
