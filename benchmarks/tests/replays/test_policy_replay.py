"""Replays by several policies: in turn, on a cluster, and resumed."""

import json

import pandas as pd
import pytest

from benchmarks.replays.plant import Plant
from benchmarks.replays.policy_replay import (
    ACCEPTED,
    DRIFT,
    FIRST,
    ORACLE,
    SCHEDULE,
    PolicyReplay,
    completed,
    file_of,
    play_policies,
)
from benchmarks.replays.tasks import task_of
from models.table.contract import check
from training.labels.job import ACCEPT

STEP = {"start": "2026-01-01", "version": 1, "rows": 2, "known": 2, "error": 1.0, "bias": 0.0, "covered": 0.9}


@pytest.fixture
def order(monkeypatch):
    """Policies in the order in which they are played; each writes one step."""
    done = []

    def play(self, plant, base, step):
        done.append(self.policy)
        step((self.policy, 1, 1))
        job = f"see {ACCEPT}" if plant == "with a stop" else ""
        (self.folder / f"{self.policy}.json").write_text(json.dumps([STEP | {"drift": [self.policy], "job": job}]))

    monkeypatch.setattr(PolicyReplay, "__call__", play)
    return done


def test_a_reviewer_is_played_last_and_only_after_a_stop(order, tmp_path):
    requested = [ACCEPTED, FIRST, DRIFT]
    steps = play_policies(requested, "with a stop", tmp_path, tmp_path, 6, None)
    assert order == [FIRST, DRIFT, ACCEPTED]
    assert {name: one.drift for name, (one,) in steps.items()} == {name: (name,) for name in requested}


def test_without_a_stop_the_reviewer_has_the_steps_of_drift(order, tmp_path):
    steps = play_policies([DRIFT, ACCEPTED], "without", tmp_path, tmp_path, 6, None)
    assert order == [DRIFT]
    assert steps[ACCEPTED] == steps[DRIFT]


def test_completed_policies_are_read(order, tmp_path):
    first = play_policies([FIRST], "without", tmp_path, tmp_path, 6, None)
    second = play_policies([FIRST, SCHEDULE], "without", tmp_path, tmp_path, 6, None)
    assert order == [FIRST, SCHEDULE]
    assert second[FIRST] == first[FIRST]


def test_a_policy_that_fails_leaves_no_steps(order, tmp_path, monkeypatch):
    def fail(self, plant, base, step):
        raise RuntimeError("the service is away")

    play_policies([FIRST], "without", tmp_path, tmp_path, 6, None)
    monkeypatch.setattr(PolicyReplay, "__call__", fail)
    with pytest.raises(RuntimeError, match="is away"):
        play_policies([FIRST, SCHEDULE], "without", tmp_path, tmp_path, 6, None)
    assert completed(FIRST, tmp_path).exists()
    assert not completed(SCHEDULE, tmp_path).exists()


@pytest.mark.service
def test_a_cluster_gives_the_same_steps(toy_quality_seed, toy_quality_frame, toy_folder, tmp_path, monkeypatch):
    monkeypatch.setenv("NONFERROUS_SEEDS", str(toy_folder(toy_quality_seed.process.name)))
    table = check(toy_quality_frame(lines=8), toy_quality_seed).table
    table = table.sort_values(toy_quality_seed.clock.name, kind="stable").reset_index(drop=True)
    true = table.assign(**{one.name: table[one.name].abs() for one in toy_quality_seed.elements})
    begin = table[toy_quality_seed.clock.name].quantile(0.8)
    plant = Plant(
        toy_quality_seed,
        table,
        task_of(toy_quality_seed).truth(true, toy_quality_seed),
        pd.Timestamp(begin).normalize(),
        pd.Timedelta(days=20),
    )
    contents = []
    for name, cluster in (("here", None), ("there", "local:2")):
        (tmp_path / name).mkdir()
        play_policies([ORACLE], plant, tmp_path, tmp_path / name, 6, cluster)
        contents.append(file_of(ORACLE, tmp_path / name).read_bytes())
    assert contents[0] == contents[1]
    assert len(json.loads(contents[0])) > 1
