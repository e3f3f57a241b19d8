"""Pages under load: how-to page and figures agree, delays and marks of updates."""

import datetime as dt
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks.aims.page import filled
from benchmarks.faults.load import PROCESS
from benchmarks.gateway.table import PlayedPeriod, PlayedTable
from benchmarks.pages.page import HIGH, LARGEST, MORE, NAME, PAGE, RESULTS, lines
from benchmarks.pages.plant import lasting_units, line_body
from benchmarks.pages.readers import PageReader, SentLine, readers_of
from dashboard import contents
from seeds import load

RESULT: dict[str, Any] = json.loads(RESULTS.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def table() -> PlayedTable:
    """Two periods of two pots, the second of which ends its service; a bad reading."""
    names = [column for column in load(PROCESS).stated_inputs if not column.is_made]
    cells = {column.name: (column.typical_value, "good") for column in names}
    bad = cells | {"bath_temperature": (1.0, "bad")}
    begin = dt.datetime(2025, 1, 1)
    periods = [
        PlayedPeriod(begin, {"A-1": cells, "A-2": bad}, []),
        PlayedPeriod(begin + dt.timedelta(days=30), {"A-1": cells}, []),
    ]
    return PlayedTable(periods, 10, 0.0)


def test_the_page_has_the_figures_of_the_file() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert filled(text, NAME, lines(RESULT)) == text, "python -m benchmarks.pages"


def test_the_line_was_whole_and_each_page_had_its_updates() -> None:
    for part in RESULT.values():
        assert part["units"] == 264
        assert part["seconds"] >= 60
    assert RESULT["open"]["pages"] == 50
    for one in RESULT["gateway"]["pages"].values():
        assert one["updates"] >= RESULT["gateway"]["seconds"] / 10


def test_figures_beyond_an_aim_are_in_bold() -> None:
    one = {
        "gap_ms": [16.7, HIGH + 1, LARGEST + 1],
        "long_tasks": 1,
        "longest_task_ms": 61.0,
        "updates": 3,
        "page_seconds": 0.1,
    }
    one |= {"cpu_share": {"service": 0.1, "gateway": 0.2}, "heap_mib": [1.0, 1.1], "load_average": 0.5}
    both = {"measured": "2030-01-02", "processors": 2, "units": 264, "seconds": 60.0}
    slow = both | {"tags": 12, "period_seconds": 10, "pages": {"map": one, "pot": one}}
    dear = both | {"every": 5.0, "pages": 50, "pots": 20, "cpu_share": [0.1, 0.2 + MORE], "delay_seconds": [2.5, 5.2]}
    text = "\n".join(lines({"gateway": slow, "open": dear}))
    assert re.findall(r"\*\*([\d.]+)\*\*", text) == ["35", "35", "101", "101", "15"]
    one["gap_ms"], dear["cpu_share"] = [16.7, HIGH, LARGEST], [0.1, 0.09 + MORE]
    assert "**" not in "\n".join(lines({"gateway": slow, "open": dear}))


def test_a_line_has_a_row_of_each_pot_in_service_without_bad_readings(table: PlayedTable) -> None:
    body, count, start = line_body(table, 0)
    rows = json.loads(body)["rows"]
    assert (count, start) == (2, "2025-01-01")
    assert [one["unit"] for one in rows] == ["A-1", "A-2"]
    assert (rows[0]["bath_temperature"] is None, rows[1]["bath_temperature"] is None) == (False, True)
    assert line_body(table, 1)[1] == 1
    assert lasting_units(table) == ["A-1"]


def test_a_delay_ends_with_the_first_update_that_shows_the_line_or_a_later_one() -> None:
    sent = [SentLine(10.0, {contents.UNIT: "2025-01-01"}), SentLine(14.0, {contents.UNIT: "2025-01-31"})]
    reader = PageReader(contents.UNIT, "", "en")
    assert reader.delay(sent, 0) is None
    reader.updates = [(9.0, "2024-12-02"), (12.5, "2025-01-01"), (17.0, "2025-01-31")]
    assert (reader.delay(sent, 0), reader.delay(sent, 1)) == (2.5, 3.0)
    del reader.updates[1]
    assert reader.delay(sent, 0) == 7.0


def test_fifty_pages_are_those_of_a_potline_in_both_languages() -> None:
    readers = readers_of([f"A-{number}" for number in range(20)])
    assert len({(one.address, one.language) for one in readers}) == 50
    assert sum(one.page == contents.PROCESS for one in readers) == 8


def test_an_unusable_home_is_named(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "benchmarks.pages", "--home", str(tmp_path), "--work", str(tmp_path / "work")]
    ended = subprocess.run(command, capture_output=True, text=True)
    assert ended.returncode == 2
    assert f"--home {tmp_path}: expected a folder with a champion" in ended.stderr
