"""Set-points of lots in a job: learnt, stored with the version, or refused in words."""

import json
from dataclasses import replace
from types import SimpleNamespace

import pytest

from models.quality.setpoints.recommender import Plans, recommend
from models.storage.model_files import load, save
from models.table.contract import check
from training.core.dataset import dataset_of
from training.quality.setpoints import setpoints, setpoints_section


@pytest.fixture(scope="module")
def lots(toy_quality_seed, toy_quality_frame):
    return dataset_of(check(toy_quality_frame(), toy_quality_seed), toy_quality_seed)


def test_set_points_are_learnt_from_all_lots(lots):
    assert setpoints(lots, None)["setpoints"].lots == len(lots.table)


def test_too_few_lots_are_refused_in_words(lots):
    rows = slice(90)
    few = replace(lots, X=lots.X[rows], y=lots.y[rows], table=lots.table[rows])
    assert setpoints(few, None) == {"setpoints_refusal": "toy_lots: 90 past lots, expected 100 or more"}


def test_lots_of_which_nobody_knows_when_are_refused_in_words(lots):
    timeless = SimpleNamespace(key=lots.seed.key, time=None, by_role=lots.seed.by_role)
    assert setpoints(replace(lots, seed=timeless), None) == {
        "setpoints_refusal": "lots have no unit or no time: expected columns of role key and time"
    }


def test_a_process_without_knobs_has_none(lots):
    seed = lots.seed.model_copy(update={"columns": [one for one in lots.seed.columns if one.role != "knob"]})
    assert setpoints(replace(lots, seed=seed), None) == {}


def test_a_stored_version_advises_as_it_did_before(lots, save_toy_grader, tmp_path):
    whole = replace(save_toy_grader(tmp_path / "without"), **setpoints(lots, None))
    save(whole, tmp_path / "with")
    again = load(tmp_path / "with")
    plans = Plans(lots.X[-50:], list(lots.units[-50:]), list(lots.periods[-50:]))
    assert recommend(again.setpoints, plans) == recommend(whole.setpoints, plans)
    assert again.setpoints_refusal is None
    assert load(tmp_path / "without").setpoints is None


def test_a_stored_refusal_is_kept(save_toy_grader, tmp_path):
    save(replace(save_toy_grader(tmp_path / "without"), setpoints_refusal="knob: step missing"), tmp_path / "with")
    assert load(tmp_path / "with").setpoints_refusal == "knob: step missing"


def test_a_version_of_before_is_read(save_toy_grader, tmp_path):
    save_toy_grader(tmp_path / "one")
    state = json.loads((tmp_path / "one" / "model.json").read_text())["state"]
    assert (state.pop("setpoints"), state.pop("setpoints_refusal")) == (None, None)
    old = load(tmp_path / "one")
    parts = {name: getattr(old, name) for name in ("seed", "candidate", "estimator", "ranges", "complete", "examples")}
    assert type(old).from_state(state, info={}, **parts).setpoints is None


def test_the_card_says_what_of_each_knob_history_shows(lots):
    text = "\n".join(setpoints_section(SimpleNamespace(**setpoints(lots, None), setpoints_refusal=None)))
    assert f"Learnt from all {len(lots.table)} assayed lots." in text
    assert "| `knob` | °C | " in text
    assert "| 10 | 1 | " in text  # step and cost


def test_the_card_says_why_there_are_none_and_nothing_without_knobs():
    refused = setpoints_section(SimpleNamespace(setpoints=None, setpoints_refusal="knob: step missing"))
    assert "None are recommended: knob: step missing." in refused
    assert setpoints_section(SimpleNamespace(setpoints=None, setpoints_refusal=None)) == []
