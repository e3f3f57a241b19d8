"""Set-points of lots in a job: learnt, stored with the version, or refused in words."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from models.quality.setpoints.recommender import LotPlans, recommend
from models.storage.model_files import load, save
from models.table.contract import check
from training.core.dataset import dataset_of
from training.quality.setpoints import EffectsOnLots


@pytest.fixture(scope="module")
def lots(toy_quality_seed, toy_quality_frame):
    return dataset_of(check(toy_quality_frame(), toy_quality_seed), toy_quality_seed)


def test_set_points_are_learnt_from_all_lots(lots):
    assert EffectsOnLots().fit(lots, None).lots == len(lots.table)


def test_too_few_lots_are_refused_in_words(lots):
    rows = slice(90)
    few = replace(lots, X=lots.X[rows], y=lots.y[rows], table=lots.table[rows])
    assert EffectsOnLots().outcome(few, None) == (None, "toy_lots: 90 past lots, expected 100 or more")


def test_lots_of_which_nobody_knows_when_are_refused_in_words(lots):
    timeless = SimpleNamespace(has_unit_and_time=False, by_role=lots.seed.by_role)
    reason = "lots have no unit or no time: expected columns of role key and time"
    assert EffectsOnLots().outcome(replace(lots, seed=timeless), None) == (None, reason)


def test_a_process_without_setpoints_has_none(lots):
    seed = lots.seed.model_copy(update={"columns": [one for one in lots.seed.columns if one.role != "setpoint"]})
    assert EffectsOnLots().outcome(replace(lots, seed=seed), None) == (None, None)


def test_a_stored_version_advises_as_it_did_before(lots, save_toy_grader, tmp_path):
    trained = EffectsOnLots().fit(lots, None)
    whole = replace(save_toy_grader(tmp_path / "without"), learnt={"set-points": trained})
    save(whole, tmp_path / "with")
    again = load(tmp_path / "with")
    plans = LotPlans(lots.X[-50:], list(lots.units[-50:]), list(lots.periods[-50:]))
    # Refused plans have NaN in place of effects, which equals nothing.
    first, second = (
        [repr(advice) for advice in recommend(one, plans)] for one in (trained, again.learnt["set-points"])
    )
    assert first == second
    assert again.refusals == {}
    assert load(tmp_path / "without").learnt == {}


def test_a_stored_refusal_is_kept(save_toy_grader, tmp_path):
    refused = {"set-points": "setpoint: step missing"}
    save(replace(save_toy_grader(tmp_path / "without"), refusals=refused), tmp_path / "with")
    assert load(tmp_path / "with").refusals == refused


def test_the_card_says_what_of_each_setpoint_history_shows(lots):
    part = EffectsOnLots()
    model = SimpleNamespace(learnt={"set-points": part.fit(lots, None)}, refusals={})
    text = "\n".join(part.section(model, lots, None))
    assert text.startswith("## Set-points\n\nFitted on")
    assert f"Fitted on all {len(lots.table)} assayed lots." in text
    assert "| `setpoint` | °C | " in text
    assert "| 10 | 1 | " in text  # step and cost


def test_the_card_says_why_there_are_none_and_nothing_without_setpoints():
    model = SimpleNamespace(learnt={}, refusals={"set-points": "setpoint: step missing"})
    refused = EffectsOnLots().section(model, None, None)
    assert refused == ["## Set-points", "", "None are recommended: setpoint: step missing.", ""]
    assert EffectsOnLots().section(SimpleNamespace(learnt={}, refusals={}), None, None) == []
