"""Figures of the page on sorting are the measured ones, and the guarantee on lots holds as it states."""

import json
import re
from types import ModuleType
from typing import Any

import numpy as np

from benchmarks import guarantees, sorting
from models.uncertainty.guarantees import at_least, beyond_promise, p_value
from seeds import load
from seeds.format.tasks.sorting import USUAL_CALIBRATION_CONFIDENCE

PAGE = guarantees.PAGE
EXPLANATION = PAGE.parents[1] / "explanation" / "sorting.md"


def stored_results(benchmark: ModuleType) -> Any:
    return json.loads(benchmark.RESULTS.read_text(encoding="utf-8"))


def test_trials_of_the_sorting_page_are_the_measured_ones():
    results, text = stored_results(sorting), PAGE.read_text(encoding="utf-8")
    assert sorting.with_table(text, results) == text
    for process, result in results.items():
        assert f"| {process} |" in text
        assert result["trial"]["lots"] == 2000
        assert result["trial"]["value"] >= 0.95 * result["ten_times"]["value"]


def test_the_promise_on_lots_is_used_and_kept_as_the_sorting_page_says():
    results, text = stored_results(guarantees), PAGE.read_text(encoding="utf-8")
    assert guarantees.with_table(text, results) == text
    assert not set(guarantees.DEVELOPMENT) & set(guarantees.FINAL)
    assert set(results) == set(stored_results(sorting))
    for process, result in results.items():
        seed = load(process)
        assert [plant["rng_seed"] for plant in result["plants"]] == list(guarantees.FINAL)
        assert {plant["calibration"]["confidence"] for plant in result["plants"]} == {seed.sorting_rules.sure}


def test_no_more_plants_break_the_promise_on_lots_than_its_confidence_allows():
    """Each plant's own held-out lots beside what was promised of it; as many as were measured miss by chance."""
    missed = []
    for process, result in stored_results(guarantees).items():
        may = load(process).sorting_rules.may_break
        own = [plant["same_time"] for plant in result["plants"]]
        missed += [beyond_promise(one["over"] / one["lots"], one["lots"], may) for one in own]
    assert at_least(sum(missed), len(missed), 1 - USUAL_CALIBRATION_CONFIDENCE) > 0.05


def test_neighbouring_lots_break_limits_independent_of_each_other():
    """Counts over a limit in groups of neighbouring lots scatter as binomial ones: what the exact test asks of lots."""
    scatter = free = variance = 0.0
    for result in stored_results(guarantees).values():
        for own in (plant["same_time"] for plant in result["plants"]):
            share, counts = own["over"] / own["lots"], np.array(own["over_in_groups"])
            assert (counts.sum(), len(counts) * guarantees.GROUP) == (own["over"], own["lots"])
            if own["over"]:
                mean = guarantees.GROUP * share
                scatter += np.sum((counts - mean) ** 2) / (mean * (1 - share))
                free += len(counts) - 1
                variance += len(counts) * (2 + 1 / mean)  # of such a sum, where counts are few
    assert scatter < free + 3 * np.sqrt(variance)


def test_the_sorting_page_says_how_many_calibration_lots_may_break_a_limit():
    text = EXPLANATION.read_text(encoding="utf-8")
    lines = re.findall(r"^\| (\d+) \| (\d+) \| (\d+|too few) \|$", text, re.MULTILINE)
    assert [int(line[0]) for line in lines] == [45, 59, 85, 149, 300]
    for lots, *message in lines:
        for predictions, sure in zip(message, (0.9, 0.95), strict=True):
            may = [over for over in range(int(lots)) if p_value(over, int(lots), 0.05) <= 1 - sure]
            assert predictions == (str(max(may)) if may else "too few")
