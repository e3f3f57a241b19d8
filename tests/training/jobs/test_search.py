"""A longer search: each trial is a run, poor ones are cut short, and a search that was cut off goes on."""

from contextlib import contextmanager

import numpy as np
import optuna
import pytest
from sklearn.linear_model import RidgeCV

from models.estimators.tuning import error_of, settings_of, tuned
from models.regression.trees import BoostedTrees
from training.jobs import search as searched
from training.jobs.job_run import JobRun
from training.jobs.search import BLOCKS, COUNTS, ERROR, RATES, SHARES, Search


class Runs:
    """A store that writes down runs, how each ended and what was logged."""

    def __init__(self):
        self.ends, self.logged = {}, {}

    @contextmanager
    def run(self, experiment, name, job, parent):
        assert (experiment, job, parent) == ("4", "train", "run of trees")
        self.ends[name] = "cut off"
        yield name
        self.ends[name] = "finished"

    def log(self, run, **arguments):
        for kind, values in arguments.items():
            self.logged.setdefault(run, {}).setdefault(kind, {}).update(values)


class Bowl(BoostedTrees):
    """Errors of three blocks that fall with the learning rate; how often a block was measured."""

    LADDER = ()
    measured = 0

    def block_errors(self, X, y, blocks):
        for _ in blocks:
            type(self).measured += 1
            yield self.learning_rate


@pytest.fixture
def rows():
    return np.zeros((100, 2)), np.zeros(100)


def search(folder, trials, runs, progress=lambda action: None, cluster=None):
    Bowl.measured = 0
    job = JobRun(runs, "4", "job", "train")
    return Search(trials, folder, "rows", job, progress, cluster).chooser("trees", "run of trees")


def test_each_trial_is_a_run_with_its_settings_and_its_error(tmp_path, rows):
    runs, steps = Runs(), []
    result = search(tmp_path, 4, runs, steps.append)(Bowl(), *rows)
    assert steps == list(runs.ends) == [f"trees trial {i}" for i in (1, 2, 3, 4)]
    assert set(runs.ends.values()) == {"finished"}
    errors = {name: field["metrics"][ERROR] for name, field in runs.logged.items()}
    assert all(field["params"]["learning_rate"] == errors[name] for name, field in runs.logged.items())
    assert result.learning_rate == pytest.approx(min(errors.values()))
    best = min(errors, key=errors.__getitem__)
    assert {name: result.get_params()[name] for name in runs.logged[best]["params"]} == runs.logged[best]["params"]
    assert set(runs.logged[best]["params"]) == {*RATES, *COUNTS, *SHARES, "extra_trees"}


def test_the_first_trial_is_what_the_ladder_found(tmp_path, rows):
    runs = Runs()
    result = search(tmp_path, 1, runs)(Bowl(learning_rate=0.07, num_leaves=9), *rows)
    assert runs.logged["trees trial 1"]["params"]["learning_rate"] == 0.07
    assert result.get_params() == Bowl(learning_rate=0.07, num_leaves=9).get_params()


def test_a_search_that_was_cut_off_goes_on(tmp_path, rows, monkeypatch):
    runs = Runs()

    def stop(description):
        if description == "trees trial 4":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        search(tmp_path, 6, runs, stop)(Bowl(), *rows)
    assert len(runs.ends) == 3
    again = Runs()
    result = search(tmp_path, 6, again)(Bowl(), *rows)
    assert list(again.ends) == ["trees trial 5", "trees trial 6", "trees trial 7"]
    tried = [name["params"]["learning_rate"] for one in (runs, again) for name in one.logged.values()]
    assert len(set(tried)) == len(tried) == 6
    assert result.learning_rate == pytest.approx(min(tried))
    done = Runs()
    assert search(tmp_path, 6, done)(Bowl(), *rows).get_params() == result.get_params()
    assert not done.ends


def test_other_rows_are_another_study(tmp_path, rows):
    search(tmp_path, 2, Runs())(Bowl(), *rows)
    other = Runs()
    job = JobRun(other, "4", "job", "train")
    Search(2, tmp_path, "other", job, lambda action: None).chooser("trees", "run of trees")(Bowl(), *rows)
    assert len(other.ends) == 2
    assert sorted(path.name for path in tmp_path.glob("*.journal")) == ["other-trees.journal", "rows-trees.journal"]


def test_a_poor_trial_is_cut_short_after_a_block(tmp_path, rows, monkeypatch):
    monkeypatch.setattr(searched, "FIRST_AT_RANDOM", 3)
    runs = Runs()
    search(tmp_path, 20, runs)(Bowl(), *rows)
    pruned = {name for name, field in runs.logged.items() if "tags" in field}
    assert pruned
    assert {runs.logged[name]["tags"]["pruned"] for name in pruned} <= {"after block 1 of 3", "after block 2 of 3"}
    assert not any("metrics" in runs.logged[name] for name in pruned)
    assert {runs.ends[name] for name in pruned} == {"finished"}
    assert Bowl.measured < BLOCKS * len(runs.ends) + 1  # and the ladder's own


def test_what_has_nothing_to_choose_or_too_few_rows_is_not_searched(tmp_path, rows):
    choose = search(tmp_path, 5, Runs())
    assert choose(RidgeCV(alphas=[0.5]), *rows).get_params() == RidgeCV(alphas=[0.5]).get_params()
    assert choose(Bowl(), rows[0][:99], rows[1][:99]).get_params() == Bowl().get_params()
    assert not list(tmp_path.iterdir())


def test_a_search_errs_no_more_than_the_ladder(tmp_path):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 4))
    y = X[:, 0] * np.sign(X[:, 1]) + 0.3 * rng.normal(size=300)
    ladder = tuned(BoostedTrees(n_jobs=1, most_trees=200), X, y)
    result = search(tmp_path, 12, Runs())(BoostedTrees(n_jobs=1, most_trees=200), X, y)
    assert error_of(result, {}, X, y) <= error_of(ladder, {}, X, y) + 1e-12
    assert settings_of(result.fit(X, y))["trees"] >= 1


@pytest.mark.service
@pytest.mark.parametrize("startup", [2, 10])
def test_a_cluster_chooses_and_keeps_what_one_process_does(tmp_path, monkeypatch, startup):
    """With trials that are cut short, too: other blocks of those are measured for nothing."""
    monkeypatch.setattr(searched, "FIRST_AT_RANDOM", startup)
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 4))
    y = X[:, 0] * np.sign(X[:, 1]) + 0.3 * rng.normal(size=300)
    logged, chosen = [], []
    for cluster in (None, "local:2"):
        runs = Runs()
        choose = search(tmp_path / str(cluster), 8, runs, cluster=cluster)
        chosen.append(choose(BoostedTrees(n_jobs=1, most_trees=50), X, y).get_params())
        logged.append((runs.ends, runs.logged))
    assert chosen[0] == chosen[1]
    assert logged[0] == logged[1]
    assert len(logged[0][0]) == 8
    assert any("tags" in fields for fields in logged[0][1].values()) == (startup == 2)


@pytest.mark.service
def test_a_search_that_was_cut_off_on_a_cluster_goes_on(tmp_path, rows):
    def stop(description):
        if description == "trees trial 3":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        search(tmp_path, 4, Runs(), stop, "local:1")(Bowl(), *rows)
    again = Runs()
    search(tmp_path, 4, again, cluster="local:1")(Bowl(), *rows)
    assert list(again.ends) == ["trees trial 4", "trees trial 5"]


def test_optuna_says_nothing(tmp_path, rows, capfd):
    search(tmp_path, 2, Runs())(Bowl(), *rows)
    assert capfd.readouterr() == ("", "")
    assert optuna.logging.get_verbosity() == optuna.logging.WARNING
