"""Set-points in a job: learnt, or refused in words."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from models.table.reading import read_table
from seeds import load
from synthetic_data import simulate
from training.core.dataset import dataset_of
from training.regression.setpoints import UnitSetpointFit


@pytest.fixture(scope="module")
def potline(tmp_path_factory):
    folder = tmp_path_factory.mktemp("potline")
    simulate(load("aluminium_reduction"), folder, units=40, years=2)
    seed = load("aluminium_reduction")
    return dataset_of(read_table(folder, seed), seed, None)


def test_history_that_is_too_short_is_refused_in_words(potline):
    few = replace(potline, checked=potline.checked.head(100))
    trained, refusal = UnitSetpointFit().outcome(few, None)
    assert trained is None
    assert "expected at least 500 rows" in refusal


def test_a_process_without_physics_of_its_setpoints_has_none(toy_seed, potline):
    assert UnitSetpointFit().outcome(replace(potline, seed=toy_seed), None) == (None, None)


def test_the_card_shows_constants_setpoints_and_why_one_is_left_alone(potline):
    trained = UnitSetpointFit().fit(potline, None)
    blocked = replace(trained, blocked={"metal_level_target": "history never moved it"})
    model = SimpleNamespace(learnt={"set-points": blocked}, refusals={})
    text = "\n".join(UnitSetpointFit().section(model, potline, None))
    for one in trained.posterior.constants:
        assert one.description in text
    assert "history never moved it" in text


def test_the_card_says_why_there_are_none_and_nothing_where_no_physics_is():
    model = SimpleNamespace(learnt={}, refusals={"set-points": "got 3 rows"})
    refused = UnitSetpointFit().section(model, None, None)
    assert refused == ["## Set-points", "", "None are recommended: got 3 rows.", ""]
    assert UnitSetpointFit().section(SimpleNamespace(learnt={}, refusals={}), None, None) == []
