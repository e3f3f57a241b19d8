"""What the terminal and the page show of a trial."""

import io
import json
from dataclasses import asdict

import numpy as np
import pytest
from rich.console import Console

from benchmarks import setpoints as benchmark
from tests.training.setpoints.test_outcome import plant
from training.setpoints.outcome import over_plants
from training.setpoints.record import files, metrics, over_time, plain, stated_realised, unit_map
from training.setpoints.runs import SetpointTrial
from training.setpoints.tables import tables

NONE = {"stated": np.nan, "stated_low": np.nan, "stated_high": np.nan, "realised": np.nan, "moved": 0.0}


@pytest.fixture
def found():
    def one(gain, **given):
        series = {"by_unit": {"A": gain, "B": gain + 1}, "by_period": {"2024-01-01": gain, "2024-01-31": 2 * gain}}
        return plant(gain, **series, **given)

    plants = {
        f"seed-{k}": {
            "operators": one(0.0, **NONE),
            "ours": one(2.0 + k, refusals={"doubt": 0.4}, right_signs={"v": 0.75}, sign_rows={"v": 4.0}),
            "oracle": one(5.0, **NONE),
        }
        for k in (1, 2)
    }
    arms = {name: over_plants(list(plants.values()), ["oracle"], name) for name in ("operators", "ours", "oracle")}
    return SetpointTrial("line", 24, 40, 2, plants, arms)


def test_tables_fit_a_terminal_and_name_what_they_show(found):
    screen = Console(file=io.StringIO(), width=120)
    for part in tables(found):
        screen.print(part, markup=False)
    text = screen.file.getvalue()
    assert "2 periods after 40 of history on 2 plants that nobody has seen (seed-1, seed-2), 24 units each" in text
    assert "3.5 (0.3 to 6.7)" in text  # 3 and 4: sd 0.707, times 6.314 over the root of 2
    assert "70%" in text
    assert "4.0 ±0.5" in text
    assert "75% of 8" in text
    assert "doubt" in text
    assert "40%" in text
    assert "nan" not in text
    assert "no claim about a plant" in text


def test_metrics_hold_numbers_alone(found):
    flat = metrics(found)
    assert flat["ours/gain"] == 3.5
    assert "oracle/covered" not in flat
    assert np.isfinite(list(flat.values())).all()


def test_files_hold_all_figures_and_a_page_without_a_network(found):
    kept = files(found)
    assert json.loads(kept["setpoints.json"])["plants"]["seed-2"]["ours"]["gain"] == 4.0
    assert json.loads(kept["setpoints.json"])["arms"]["oracle"]["covered"] is None
    page = kept["setpoints.html"]
    assert page.count("<h2>") == 3
    assert 'src="http' not in page


def test_what_is_no_number_is_nothing():
    assert plain({"a": [1], "b": float("nan"), "c": {"d": 2.0}}) == {"a": [1], "b": None, "c": {"d": 2.0}}


def test_gain_over_time_is_a_mean_over_plants(found):
    lines = {line.name: line for line in over_time(found).data}
    assert lines["recommended"].y.tolist() == [3.5, 7.0]
    assert lines["operators"].y.tolist() == [0.0, 0.0]


def test_the_map_has_a_row_a_plant_and_a_field_a_unit(found):
    (field,) = unit_map(found).data
    assert field.z.tolist() == [[3.0, 4.0], [4.0, 5.0]]
    # Three values below 5 and it: 95 % of the way to the last lies 0.85 of the way from 4 to 5.
    assert (field.zmin, field.zmax) == pytest.approx((-4.85, 4.85))


def test_stated_beside_realised_shows_arms_that_state_something(found):
    points = [trace for trace in stated_realised(found).data if trace.mode == "markers"]
    assert [trace.name for trace in points] == ["recommended"]
    assert points[0].x.tolist() == [2.0, 2.0]
    assert points[0].error_y.array.tolist() == [2.0, 2.0]


def test_tables_of_the_page_stand_between_their_markers(found):
    results = {"easy": plain(asdict(found))}
    page = f"before\n{benchmark.BEGIN}\nold\n{benchmark.END}\nafter\n"
    text = benchmark.with_tables(page, results)
    assert text.startswith("before\n")
    assert text.endswith("\nafter\n")
    assert "old" not in text
    assert "### The same without what sets in against a move" in text
    assert "| recommended | 3.5 (0.3 to 6.7) | 1.17 (0.11 to 2.22) | 3.0 | 70% | 3.5 | 10% | 50% |" in text
    assert "| recommended | 3.0 | 2.0 | 100% | 75% | 10.0% |" in text
    assert "| operators | 0.0 (0.0 to 0.0) | 0.00 (0.00 to 0.00) | 0.0 |  | 0.0 | 10% | 0% |" in text
    assert benchmark.with_tables(text, results) == text


@pytest.mark.parametrize("arguments", [[], ["run", "no_such"], ["write", "easy"], ["measure"]])
def test_a_command_that_is_none_is_refused_before_anything_runs(arguments):
    with pytest.raises(SystemExit, match="expected write, or run and any of as_it_is, easy"):
        benchmark.main(arguments)
