"""A trial goes on where it stopped, gives the same on any number of workers, and says what is missing."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import seeds
from training.jobs.trial import RunningPlants
from training.setpoints import runs
from training.setpoints.action_space import SetpointTrialError
from training.setpoints.checkpoint import folder_of, keep, missing, stored_run
from training.setpoints.loop import PolicyRun
from training.setpoints.plants import FINAL, TrialPlant
from training.setpoints.policies import ARMS, OPERATORS
from training.setpoints.runs import Size, run_all, trial

GREEDY = next(policy for policy in ARMS if policy.name == "oracle_greedy")
SIZE = Size(units=6, periods=3, history=4)


def silent(description, done, steps):
    """A progress that nobody hears."""


def ran():
    return PolicyRun(pd.DataFrame({"unit": ["A"], "margin": [1.0]}), *(pd.DataFrame({"x": [0.5]}) for _ in range(3)))


def test_a_finished_arm_is_kept_as_it_was(tmp_path):
    keep(tmp_path, "p", "ours", ran())
    result = stored_run(tmp_path, "p", "ours")
    for part in ("rows", "decisions", "stated", "effects"):
        pd.testing.assert_frame_equal(getattr(result, part), getattr(ran(), part))
    assert stored_run(tmp_path, "p", "naive") is None
    assert missing(tmp_path, "p", ["ours", "naive"]) == ["naive"]


def test_what_was_cut_off_while_it_was_written_is_missing(tmp_path):
    (tmp_path / "p" / "ours.partial").mkdir(parents=True)
    assert missing(tmp_path, "p", ["ours"]) == ["ours"]
    keep(tmp_path, "p", "ours", ran())
    assert missing(tmp_path, "p", ["ours"]) == []


def test_another_size_is_another_trial(tmp_path):
    one, two = (folder_of(tmp_path, "line", {"size": size}) for size in ([1, 2], [1, 3]))
    assert one != two
    assert one == folder_of(tmp_path, "line", {"size": [1, 2]})


@pytest.mark.long("runs trials")
def test_a_trial_goes_on_where_it_stopped(potline, tmp_path, monkeypatch, few_futures):
    plants, policies, calls = [TrialPlant(903, kin=False)], (OPERATORS, GREEDY), []
    real = runs.run

    def run(initialised, policy, periods, tick, second):
        calls.append(policy.name)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(initialised, policy, periods, tick, second)

    monkeypatch.setattr(runs, "run", run)
    with pytest.raises(KeyboardInterrupt):
        run_all(potline, plants, RunningPlants(), SIZE, tmp_path, silent, policies)
    assert stored_run(tmp_path, "seed-903", "operators") is not None
    steps = []
    result = run_all(potline, plants, RunningPlants(), SIZE, tmp_path, lambda *step: steps.append(step[1:]), policies)
    assert calls == ["operators", "oracle_greedy", "oracle_greedy"]
    assert steps == [(done, 7) for done in range(1, 8)]  # four periods of history, three of the arm that was left
    assert result.arms["operators"]["gain"] == 0.0
    assert result.plants["seed-903"]["oracle_greedy"]["gain"] == result.arms["oracle_greedy"]["gain"]


@pytest.mark.long("runs trials")
def test_arms_that_go_on_run_through_the_second_year(potline, tmp_path, few_futures):
    """Two periods by both arms and three more by the operators, who go on: seven steps after those of history."""
    plants, steps, size = [TrialPlant(903, kin=False)], [], Size(units=6, periods=2, history=4, second=3)
    greedy = run_all(
        potline, plants, RunningPlants(), size, tmp_path, lambda *step: steps.append(step), (OPERATORS, GREEDY)
    )
    assert steps[-1][1:] == (4 + 5 + 2, 4 + 5 + 2)
    assert len(greedy.plants["seed-903"]["operators"]["by_period"]) == 5
    assert len(greedy.plants["seed-903"]["oracle_greedy"]["by_period"]) == 2
    assert greedy.arms["operators"]["gain_second_year"] == 0.0
    assert np.isnan(greedy.arms["oracle_greedy"]["gain_second_year"])
    assert (greedy.periods, greedy.second, greedy.statements["count"]) == (2, 3, 0.0)


@pytest.mark.long("runs trials")
def test_workers_change_nothing(potline, tmp_path):
    plants = [TrialPlant(903, kin=False), TrialPlant(904, kin=True)]
    size = Size(units=4, periods=1, history=2)
    for workers, cluster in ((1, None), (2, None), (3, "local:2")):
        where = tmp_path / str(workers)
        run_all(potline, plants, RunningPlants(), size, where, silent, (OPERATORS,), workers, cluster)
    one, two, three = (
        [stored_run(tmp_path / str(n), plant.name, "operators").rows for plant in plants] for n in (1, 2, 3)
    )
    for rows, same, remote in zip(one, two, three, strict=True):
        pd.testing.assert_frame_equal(rows, same)
        pd.testing.assert_frame_equal(rows, remote)
    assert not np.allclose(one[0]["margin"].mean(), one[1]["margin"].mean())


def test_what_is_usual_is_asked_for(potline, tmp_path, monkeypatch):
    calls = []

    def run_all(seed, plants, simulator, size, folder, progress, policies, cluster):
        calls.append((plants, size, policies))
        (folder / plants[0].name).mkdir(parents=True)
        return SimpleNamespace()

    monkeypatch.setattr(runs, "run_all", run_all)
    trial(potline, {}, None, tmp_path, silent)
    assert calls == [(FINAL[:3], Size(264, 12, 40), ARMS)]
    assert not any((tmp_path / "trials").iterdir())  # what is done is not kept
    trial(potline, {"plants": 2, "rng_seed": 7, "units": 24, "periods": 5}, None, tmp_path, silent)
    assert calls[1] == ((TrialPlant(7, kin=False), TrialPlant(8, kin=True)), Size(24, 5, 40), ARMS)


def test_more_plants_than_there_are_need_numbers_of_their_own(potline, tmp_path):
    with pytest.raises(SetpointTrialError, match=r"^plants: got 7: expected at most 6, or another rng_seed"):
        trial(potline, {"plants": 7}, None, tmp_path, silent)


def test_without_a_plant_or_a_response_there_is_no_trial(tmp_path):
    words = r"^zinc_leach_filter: a trial needs a simulated plant, and a model of its response to set-points$"
    with pytest.raises(SetpointTrialError, match=words):
        trial(seeds.load("zinc_leach_filter"), {}, None, tmp_path, silent)


@pytest.mark.parametrize(
    ("process", "year", "before"),
    [("aluminium_reduction", 12, 40), ("copper_electrorefining", 51, 171), ("zinc_electrowinning", 180, 600)],
)
def test_a_trial_lasts_a_year_whatever_the_period(process, year, before):
    size = Size.of(seeds.load(process))
    assert (size.periods, size.history) == (year, before)
