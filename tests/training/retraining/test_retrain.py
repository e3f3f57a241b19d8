"""The steps of a retraining job by value, with a store and verdicts that stand in for real ones."""

import json
from contextlib import contextmanager
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from models.table.contract import check
from models.table.reading import read_table
from registry.settings import StoreSettings
from training.core.comparison import ComparisonError, ComparisonResult
from training.core.gate import GateCondition, Gated
from training.labels.job import LabelChecks
from training.labels.quantities import numbers
from training.retraining import judge_rows as judging
from training.retraining import judged as judged_module
from training.retraining import retrain as retraining
from training.retraining import verdict as verdicts
from training.retraining.guardrails import guarded_by, held_back
from training.retraining.history import AcceptedHistory, join
from training.retraining.judge_rows import judge_start
from training.retraining.judged import ChallengerComparison, figures_of, keep_verdict
from training.retraining.retrain import _together, retrain

VERDICT = ComparisonResult(
    promoted=True,
    why="better",
    rows=80,
    periods=4,
    units=20,
    blocks=20,
    first_period="2024-08-18",
    last_period="2024-11-16",
    gain=0.5,
    gain_low=0.25,
    confidence=0.95,
    champion={"mae": 1.5, "rmse": 2.0},
    challenger={"mae": 1.0, "coverage_90": 0.9},
    gain_high=0.75,
    unsound=None,
)


def newer(toy_frame, periods=12):
    """Rows of the periods after the first 24."""
    frame = toy_frame(periods=24 + periods, rng_seed=5)
    start = np.sort(frame["period_start"].unique())[24]
    return frame[frame["period_start"] >= start].reset_index(drop=True)


def test_joining_keeps_each_unit_and_period_once(toy_seed, toy_frame):
    history = check(toy_frame(units=3, periods=4), toy_seed).table
    new = history[history["unit"] == "A-001"].assign(y=80.0)
    joined, replaced = join(history, new, toy_seed)
    assert replaced == 4
    assert joined.index.tolist() == list(range(12))
    assert not joined.duplicated(["unit", "period_start"]).any()
    assert joined["unit"].tolist() == ["A-000"] * 4 + ["A-002"] * 4 + ["A-001"] * 4
    assert (joined["y"] == 80.0).tolist() == [False] * 8 + [True] * 4


@pytest.mark.parametrize(("periods", "evaluated"), [(1, 1), (3, 1), (4, 1), (5, 2), (12, 4)])
def test_at_least_one_whole_new_period_judges(toy_seed, toy_frame, periods, evaluated):
    new = newer(toy_frame, periods=periods)
    start = judge_start(new, toy_seed, pd.Timestamp("2023-09-01"), 1)
    assert start == np.sort(new["period_start"].unique())[-evaluated]


def test_periods_without_a_label_judge_nobody(toy_seed, toy_frame):
    new = newer(toy_frame, periods=3)
    newest = new["period_start"].max()
    new = new.assign(y=new["y"].where(new["period_start"] < newest))
    assert judge_start(new, toy_seed, pd.Timestamp("2023-09-01"), 1) < newest


def test_a_period_that_the_champion_has_just_not_learnt_may_judge(toy_seed, toy_frame):
    new = newer(toy_frame, periods=3)
    starts = [pd.Timestamp(start) for start in np.sort(new["period_start"].unique())]
    assert judge_start(new, toy_seed, starts[2], 7) == starts[2]
    assert judge_start(new, toy_seed, starts[1], 7) == starts[2]
    with pytest.raises(ComparisonError) as raised:
        judge_start(new, toy_seed, starts[2] + pd.Timedelta(days=1), 7)
    newest, after = f"{starts[2]:%Y-%m-%d}", f"{starts[2] + pd.Timedelta(days=1):%Y-%m-%d}"
    assert str(raised.value) == (
        f"0 rows to judge on: version 7 was trained on the periods before {after}, and the newest labelled new one is "
        f"{newest}"
    )


@pytest.fixture
def seam(toy_seed, toy_frame, tmp_path):
    """History of ten cells over three periods, and a file with a period more, one of whose rows is impossible."""
    frame = toy_frame(units=10, periods=4)
    late = frame["period_start"] == frame["period_start"].max()
    history = check(frame[~late].reset_index(drop=True), toy_seed).table
    new = frame[late].reset_index(drop=True)
    new.loc[0, "z"] = 9.5
    new.assign(extra=1.0).to_csv(tmp_path / "new.csv", index=False)
    return history, tmp_path / "new.csv"


def test_history_and_new_rows_make_one_data_set(seam, toy_seed):
    history, path = seam
    version = SimpleNamespace(number=2)
    data, replaced = _together(history, read_table(path, toy_seed), toy_seed, version, path)
    assert (len(data.checked), replaced, data.rejected_rows, data.ignored) == (39, 0, 1, ("extra",))
    assert data.rejected[["row", "column", "value"]].to_numpy().tolist() == [[2, "z", 9.5]]
    last = data.table[data.table["unit"] == "A-001"]
    assert last["previous_y"].tolist()[1:] == last["y"].tolist()[:-1]


def test_what_is_turned_away_over_the_seam_names_its_side_and_row(seam, toy_seed):
    """Rows count from 1 over both: 30 of history, of which the sixth, and then the new ones, of which the first."""
    history, path = seam
    history = history.copy()
    bad = (history["unit"] == "A-001") & (history["period_start"] == history["period_start"].max())
    history.loc[bad, "z"] = 9.75
    new = read_table(path, toy_seed)
    new.table.loc[0, "z"] = 9.25
    data, _ = _together(history, new, toy_seed, SimpleNamespace(number=2), path)
    assert data.rejected.index.tolist() == [0, 1, 2]
    assert data.rejected.columns.tolist() == new.rejected.columns.tolist()
    result = data.rejected[["file", "row", "value"]].to_numpy().tolist()
    assert result[0][1:] == [2, 9.5]
    assert result[1:] == [["history of version 2", 6, 9.75], ["new.csv", 31, 9.25]]


def test_cautions_are_those_of_the_new_rows_and_of_spellings_over_the_seam(seam, toy_seed, tmp_path):
    history, path = seam
    new = pd.read_csv(path)
    new["unit"] = new["unit"].str.replace("A-001", "a-001")
    new.to_csv(tmp_path / "other.csv", index=False)
    version = SimpleNamespace(number=2)
    data, _ = _together(history, read_table(tmp_path / "other.csv", toy_seed), toy_seed, version, path)
    unused, spelled = data.cautions
    assert unused == "1 column is not in the seed and was not used: extra"
    assert spelled.startswith(
        "units that differ in case, dash, space or look-alike letters alone stay different units: 'A-001' ("
    )
    history = history.copy()
    history.loc[0, "z"] = 9.75
    same, _ = _together(history, read_table(path, toy_seed), toy_seed, version, path)
    assert same.cautions == (unused, "1 rows of history are out of the seed's ranges and were excluded")


def test_figures_of_a_decision_are_those_that_a_verdict_has():
    decisive = (("champion", "mae"), ("challenger", "mae"), ("champion", "coverage_90"))
    assert figures_of(VERDICT, decisive) == {
        "gain": 0.5,
        "gain_low": 0.25,
        "rows": 80.0,
        "champion_mae": 1.5,
        "challenger_mae": 1.0,
    }


class Store:
    """A store that writes down what it is given; of folders of files their text."""

    def __init__(self, versions=(), history=None, model=None):
        self.held, self.history, self.loaded = list(versions), history, model
        self.steps, self.files = [], {}

    def versions(self, process):
        return self.held

    def model(self, version):
        return self.loaded

    def has(self, run, name):
        return False

    def table(self, run, name):
        self.steps.append(("table", run, name))
        return self.history

    def experiment(self, process, title):
        return "4"

    @contextmanager
    def run(self, experiment, name, job):
        self.steps.append(("run", experiment, job))
        yield "job"

    def log_files(self, run, folder):
        self.files[run] = {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}

    def log(self, run, **arguments):
        self.steps.append(("log", run, arguments))

    def tag_version(self, *arguments):
        self.steps.append(("tag", *arguments))

    def move_alias(self, *arguments):
        self.steps.append(("move", *arguments))


@pytest.mark.parametrize(("promoted", "outcome"), [(True, "promoted"), (False, "not promoted")])
def test_a_verdict_is_kept_as_a_file_and_as_metrics_and_that_of_a_dry_run_as_tags(toy_seed, promoted, outcome):
    store, trained = Store(), SimpleNamespace(run="job", data=SimpleNamespace(seed=toy_seed))
    verdict = ComparisonResult(**VERDICT.to_dict() | {"promoted": promoted})
    labels = LabelChecks((GateCondition("labels, level", True, "0", "0"),), pd.DataFrame())
    retained = Gated((GateCondition("signs", True, "0", "0"),))
    champion = SimpleNamespace(number=1)
    keep_verdict(ChallengerComparison(champion, 2, verdict, {}, retained, None, labels), trained, store)
    lines = {"champion_version": 1, "challenger_version": 2} | verdict.to_dict() | {"labels": labels.to_dict()}
    lines |= {"guardrails": ["kept: signs: 0; expected 0"]}
    assert json.loads(store.files["job"]["verdict.json"]) == lines
    assert store.files["job"]["verdict.json"].startswith('{\n "champion_version": 1,\n')
    assert store.files["job"]["verdict.json"].endswith("\n}\n")
    metrics = {
        "judge_gain": 0.5,
        "judge_gain_low": 0.25,
        "judge_rows": 80.0,
        "judge_champion_mae": 1.5,
        "judge_champion_rmse": 2.0,
        "judge_challenger_mae": 1.0,
        "judge_challenger_coverage_90": 0.9,
    }
    rails = {"guardrails": "kept: signs: 0; expected 0"}
    tags, labelled = {"registered_version": "2"} | rails, {"labels": "passed", "labels_reasons": "none"} | rails
    assert store.steps == [("log", "job", {"metrics": metrics, "tags": tags}), ("tag", "toy_cells", 2, labelled)]
    keep_verdict(ChallengerComparison(champion, None, verdict, {}, Gated(()), None, labels), trained, store)
    tags = {
        "registered_version": "none",
        "guardrails": "none",
        "verdict": f"{outcome} in a dry run",
        "verdict_why": "better",
    }
    assert store.steps[2:] == [("log", "job", {"metrics": metrics, "tags": tags})]


PASSED, REFUSED = Gated(()), Gated((GateCondition("coverage", False, "78 %", "85 %"),))


def test_what_the_gate_refuses_is_not_promoted_and_the_verdict_says_so():
    result = held_back(VERDICT, REFUSED)
    assert (result.promoted, result.why) == (False, "better; refused by the gate: coverage: 78 %; expected 85 %")
    assert (result.gain, result.rows) == (0.5, 80)
    assert held_back(VERDICT, PASSED) is VERDICT
    lost = ComparisonResult(**VERDICT.to_dict() | {"promoted": False})
    assert held_back(lost, REFUSED) is lost


@pytest.mark.parametrize("guarded", [PASSED, REFUSED])
@pytest.mark.parametrize(("won", "gated"), [(True, PASSED), (False, PASSED), (True, REFUSED), (False, REFUSED)])
def test_what_the_verdict_and_the_gate_decide_is_kept_and_then_carried_out(
    toy_seed, toy_frame, won, gated, guarded, monkeypatch, tmp_path
):
    """The four newest of twelve new periods judge; what is asked of older rows is tested where it stands."""
    new = newer(toy_frame)
    new.to_parquet(tmp_path / "new.parquet")
    history = check(toy_frame(), toy_seed).table
    versions = [
        SimpleNamespace(process="toy_cells", number=number, aliases=aliases, parent_run=f"job{number}")
        for number, aliases in ((1, ("champion",)), (2, ()), (3, ()))
    ]
    model = SimpleNamespace(info={"training_cutoff": "2023-09-01", "held_out_units": []}, seed=toy_seed)
    store, calls, progress = Store(versions, history, model), {}, []
    verdict = ComparisonResult(**VERDICT.to_dict() | {"promoted": won})
    trained = SimpleNamespace(
        best="the best", targets={}, run="job", runs={"linear": "run1"}, data=SimpleNamespace(seed=toy_seed)
    )

    def evaluated(champion, X, challenger, data, rows):
        calls.update(X=X, rows=rows, challenger=challenger, data=data)
        return verdict

    task = SimpleNamespace(
        columns=SimpleNamespace(decisive=(("challenger", "mae"),)),
        assessor=SimpleNamespace(check_judgeable=lambda *given: calls.update(judgeable=given[2]), verdict=evaluated),
        learner=SimpleNamespace(check_split=lambda data, parts: calls.update(parts=parts)),
        labels=SimpleNamespace(quantities=numbers),
    )
    decided, settled, drawn = [], [], []
    monkeypatch.setattr(retraining, "keep_pages", lambda job, *_: drawn.append((job, len(settled))))
    monkeypatch.setattr(retraining, "Tracking", lambda settings: store)
    monkeypatch.setattr(retraining, "settle_left", lambda *given: calls.update(left=given[0]))
    monkeypatch.setattr(
        retraining, "history_of", lambda *given: AcceptedHistory(history, None, "job1", 0, history.iloc[:0])
    )
    monkeypatch.setattr(retraining, "keep_batch", lambda *given: calls.update(batch=given[3]))
    monkeypatch.setattr(retraining, "no_loss", lambda *given: None)
    for module in (retraining, verdicts, judging):
        monkeypatch.setattr(module, "task_of", lambda seed: task)
    monkeypatch.setattr(retraining, "learn", lambda *given: trained)
    monkeypatch.setattr(retraining, "register", lambda *given: 4)
    monkeypatch.setattr(retraining, "ask_gate", lambda *given: gated)
    monkeypatch.setattr(retraining, "guardrails", lambda *given: guarded)
    monkeypatch.setattr(judged_module, "keep_decision", lambda *given: decided.append(given[:5]))
    monkeypatch.setattr(judged_module, "settle", lambda *given: settled.append((*given[:2], list(decided))))
    result = retrain(
        toy_seed, tmp_path / "new.parquet", StoreSettings(home=tmp_path), lambda *step: progress.append(step)
    )
    assert progress == [("read and check the new rows", 0, 1)]
    assert calls["left"] == "toy_cells"  # what an older job failed to carry out comes first
    assert len(calls["batch"]) == 240
    tags = [step[2].get("tags", {}) for step in store.steps if step[0] == "log"]
    assert not any("batch_state" in one for one in tags)  # the new rows are accepted or refused with the decision
    starts = np.sort(new["period_start"].unique())
    assert calls["parts"].test_from == starts[-4]
    assert calls["rows"].tolist() == np.flatnonzero(calls["data"].periods >= starts[-4]).tolist()
    assert len(calls["rows"]) == len(calls["judgeable"]) == len(calls["X"]) == 80
    assert calls["data"].periods[calls["rows"]].nunique() == 4
    assert calls["challenger"] == "the best"
    assert calls["data"].tests is None
    assert (result.champion, result.version, result.gated) == (1, 4, gated)
    is_guarded = won and gated.passed  # of one that does not take over nothing more is asked
    whole = guarded_by(verdict, guarded) if is_guarded else held_back(verdict, gated)
    assert result.verdict == whole
    assert result.guarded == (guarded if is_guarded else PASSED)
    assert (result.history_rows, result.new_rows, result.replaced_rows, result.rejected_file) == (480, 240, 0, None)
    assert "runs=%5B%22run1%22%5D" in result.address
    figures = {"gain": 0.5, "gain_low": 0.25, "rows": 80.0, "challenger_mae": 1.0}
    decision = ("toy_cells", 4, is_guarded and guarded.passed, whole.why, figures)
    assert settled == [("toy_cells", 4, [decision])]  # it is carried out once it is kept
    assert drawn == [(trained, 1)]  # pages come last
