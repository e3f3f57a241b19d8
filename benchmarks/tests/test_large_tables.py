"""Figures of large tables stand on their page as commands measured them, and the tables have all rows."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.large_tables.__main__ import repeated
from benchmarks.large_tables.page import MEMORY, PAGE, RESULTS, targets, with_figures

KEPT: dict[str, Any] = json.loads(RESULTS.read_text(encoding="utf-8"))


def test_the_page_holds_what_was_measured_and_nothing_else() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert with_figures(text, KEPT) == text, "python -m benchmarks.large_tables write"


def test_memory_is_measured_up_to_ten_million_rows() -> None:
    assert [one["rows"] for one in KEPT["tables"]] == [100_000, 1_000_000, 10_000_000]
    assert all(one["memory_mib"] <= MEMORY for one in KEPT["tables"])


def test_an_aim_that_is_missed_is_said() -> None:
    one = {"rows": 1000, "files_mib": 1.0, "seconds": 20.0, "processor_seconds": 10.0}
    figures = KEPT | {"tables": [one | {"memory_mib": 601.0}, one | {"rows": 2000, "memory_mib": 599.0}]}
    assert [row.reached for row in targets(figures)] == ["**601**, missed", "599"]
    text = with_figures("", figures)
    assert "| 1,000 | 1 | 20 | 10 | 100 | 601 |" in text
    assert "1 of 2 aims is missed" in text


def test_a_plant_is_repeated_under_other_names_of_units(tmp_path: Path) -> None:
    plant = pa.table({"unit": ["A", "A", "B"], "z": [1.0, 2.0, 3.0]})
    repeated(plant, "unit", 200, tmp_path)
    rows = pd.concat([pq.read_table(file).to_pandas() for file in sorted(tmp_path.iterdir())])
    assert len(rows) == 200
    assert rows.iloc[:4].to_numpy().tolist() == [
        ["P00000-A", 1.0],
        ["P00000-A", 2.0],
        ["P00000-B", 3.0],
        ["P00001-A", 1.0],
    ]
    assert rows["unit"].nunique() == 2 * 67 - 1  # the last copy is cut
