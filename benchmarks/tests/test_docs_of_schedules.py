"""Figures of played schedules: of these seeds and plants, as the page shows them, and as good as it says."""

import json
from pathlib import Path

import pytest

from benchmarks.schedules import played as benchmark
from seeds import load, names

ROOT = Path(__file__).parents[2]
RESULTS = json.loads((ROOT / "docs" / "results" / "schedules.json").read_text(encoding="utf-8"))
PAGE = (ROOT / "docs" / "results" / "schedules.md").read_text(encoding="utf-8")


def test_every_process_whose_current_follows_a_tariff_was_played():
    assert sorted(RESULTS) == [name for name in names() if load(name).schedule is not None]
    for name, result in RESULTS.items():
        assert result["digest"] == benchmark.schedule_digest(load(name)), f"python -m benchmarks.schedules {name}"
        assert [one["plant"] for one in result["by_plant"]] == list(benchmark.FINAL)


def test_the_table_of_the_page_is_the_measured_one():
    assert benchmark.with_table(PAGE, RESULTS) == PAGE


@pytest.mark.parametrize("name", sorted(RESULTS))
def test_savings_limits_and_seconds_are_as_promised(name):
    own, allowed = RESULTS[name]["all"], {one.name: one.chance for one in load(name).hourly_limits}
    assert 0.9 < own["stated_over_saved"] < 1.1
    assert own["seconds_most"] < 2.0
    beyond = {key.removeprefix("beyond "): value for key, value in own.items() if key.startswith("beyond ")}
    assert beyond
    for limit, share in beyond.items():
        assert share <= allowed[limit], limit


def test_tariffs_have_whole_days_and_no_price_below_zero():
    assert len(benchmark.by_classes(48).values) == len(benchmark.day_ahead(48, 3).values) == 48
    assert benchmark.day_ahead(168, 3).values.min() >= 0.0
