"""Set-points in a job: learnt, or refused in words."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from models.table.reading import read_table
from seeds import load
from synthetic_data import simulate
from training.core.dataset import dataset_of
from training.regression.setpoints import setpoints, setpoints_section


@pytest.fixture(scope="module")
def potline(tmp_path_factory):
    folder = tmp_path_factory.mktemp("potline")
    simulate(load("aluminium_reduction"), folder, units=40, years=2)
    seed = load("aluminium_reduction")
    return dataset_of(read_table(folder, seed), seed, None)


def test_history_that_is_too_short_is_refused_in_words(potline):
    few = replace(potline, checked=potline.checked.head(100))
    assert set(setpoints(few, None)) == {"setpoints_refusal"}
    assert "expected at least 500 rows" in setpoints(few, None)["setpoints_refusal"]


def test_a_process_without_physics_of_its_knobs_has_none(toy_seed, potline):
    assert setpoints(replace(potline, seed=toy_seed), None) == {}


def test_the_card_shows_constants_knobs_and_why_one_is_left_alone(potline):
    learnt = setpoints(potline, None)["setpoints"]
    blocked = replace(learnt, blocked={"metal_level_target": "history never moved it"})
    text = "\n".join(setpoints_section(SimpleNamespace(setpoints=blocked, setpoints_refusal=None)))
    for one in learnt.posterior.constants:
        assert one.meaning in text
    assert "history never moved it" in text


def test_the_card_says_why_there_are_none_and_nothing_where_no_physics_is():
    refused = setpoints_section(SimpleNamespace(setpoints=None, setpoints_refusal="got 3 rows"))
    assert "None are recommended: got 3 rows." in refused
    assert setpoints_section(SimpleNamespace(setpoints=None, setpoints_refusal=None)) == []
