"""Current efficiency of zinc over five traces: the page's table, and its laws over the seed's own ranges."""

import itertools

import numpy as np
import pytest

from benchmarks.aims.columns import page
from benchmarks.aims.page import filled
from benchmarks.zinc_traces import LIMITS, NAME, PROCESS, TRACES, efficiency, lines, practice, typical_contents
from seeds import load

SEED = load(PROCESS)
RANGES = {trace: practice(SEED, trace) for trace in TRACES}


def test_the_page_has_the_table_that_its_command_writes():
    text = page(PROCESS).read_text(encoding="utf-8")
    assert f"<!-- {NAME} -->" in text
    assert filled(text, NAME, lines(SEED)) == text, "python benchmarks/literature.py"


def test_plants_have_their_efficiency_at_usual_contents_and_in_the_middle_of_practice():
    assert 89.0 < efficiency(SEED, typical_contents(SEED)) < 92.0
    assert efficiency(SEED, {trace: levels[1] for trace, levels in RANGES.items()}) > 85.0


def test_limits_of_chinese_plants_are_a_bad_day_and_no_contradiction():
    assert 60.0 < efficiency(SEED, LIMITS) < 85.0


@pytest.mark.parametrize("trace", TRACES)
def test_more_of_a_trace_is_worse_whatever_the_others_are(trace):
    """At all ends of the ranges of the others, and to twice the upper end of its own."""
    others = [one for one in TRACES if one != trace]
    for levels in itertools.product((0, 2), repeat=len(others)):
        fixed = {one: RANGES[one][k] for one, k in zip(others, levels, strict=True)}
        result = [efficiency(SEED, {**fixed, trace: x}) for x in np.linspace(0.0, 2.0 * RANGES[trace][2], 9)]
        assert (np.diff(result) < 0.0).all()
        assert result[-1] > 50.0


def test_a_source_without_a_range_is_named():
    assert SEED.plant is not None
    other = SEED.plant.parameters["feed_cobalt"].model_copy(update={"source": "assumed: much"})
    plant = SEED.plant.model_copy(update={"parameters": SEED.plant.parameters | {"feed_cobalt": other}})
    with pytest.raises(ValueError, match="feed_cobalt: got source 'assumed: much'"):
        practice(SEED.model_copy(update={"plant": plant}), "cobalt")
