"""What a job says that learns or registers nothing, with a store and monitoring that stand in for real ones."""

from datetime import UTC, datetime
from importlib import import_module
from types import SimpleNamespace

import pytest

from monitoring.drift import page
from nonferrous import reports, retraining_due, shadow
from nonferrous.jobs import runner
from nonferrous.shadow import ShadowLines
from records.database import AwayError, RecordsError
from records.jobs.queue import RetrainingRequest
from registry.errors import TrackingError
from registry.retraining.decision import Decision
from registry.settings import StoreSettings
from training.labels.job import ShiftError
from training.retraining.trigger import Due


@pytest.fixture
def done(monkeypatch, toy_folder, tmp_path):
    """Runs a job; gives its last line."""
    monkeypatch.setenv("NONFERROUS_SEEDS", str(toy_folder("toy_cells")))
    entered = []
    # before the store is taken away, which its own imports would keep for all tests
    import_module("training.retraining.retrain")
    monkeypatch.setattr(import_module("nonferrous.records"), "enter_moves", entered.append)
    monkeypatch.setattr(import_module("nonferrous.records"), "enter_batches", lambda name: entered.append("batches"))
    monkeypatch.setattr(import_module("registry.retraining.decision"), "finished", lambda *given: None)
    monkeypatch.setattr(import_module("registry.tracking"), "Tracking", lambda settings: None)
    monkeypatch.setattr(runner, "_rows", lambda process, folder, say: tmp_path / "rows.parquet")
    monkeypatch.setattr(page, "summary", lambda seen: "no drift compared with version 1")
    monkeypatch.setattr(shadow, "shadow_lines", lambda seed, is_alone: ShadowLines())

    def run(retrained=None, message=None, drifted=False, **arguments):
        def retrain(*given, **named):
            if isinstance(retrained, Exception):
                raise retrained
            assert retrained is not None, "learnt all the same"
            return retrained

        monkeypatch.setattr(reports, "look", lambda seed: None)
        monkeypatch.setattr(retraining_due, "learning_due", lambda seen: Due(drifted, "learning is not due"))
        monkeypatch.setattr(import_module("training.retraining.retrain"), "retrain", retrain)
        message = [] if message is None else message
        runner.do("j", RetrainingRequest("toy_cells", "ann", **arguments), StoreSettings(home=tmp_path), message.append)
        return message[-1]

    run.entered = entered
    return run


def test_without_drift_nothing_is_learnt_where_that_is_asked(done):
    message = done(only_if_due=True)
    assert message["over"] == "no retraining: no drift compared with version 1; learning is not due"
    result = {"version": None, "promoted": False, "why": message["over"], "reasons": [], "figures": {}}
    assert message["result"] == result | {"shadow_until": None}


def test_a_job_begins_or_ends_a_shadow_period_and_trains_nothing(done, monkeypatch):
    module, calls = import_module("registry.retraining.shadow_period"), []
    until = datetime(2026, 12, 1, 9, tzinfo=UTC)
    started = SimpleNamespace(until=until)
    monkeypatch.setattr(module, "begin_shadow", lambda seed, *given: calls.append(given[:2]) or started)
    monkeypatch.setattr(module, "end_shadow", lambda process, reason, tracking: calls.append(reason) or "ended")
    message = done(shadow=2)
    assert message["over"] == "version 2 answers in shadow until 2026-12-01 09:00 UTC"
    assert message["result"]["shadow_until"] == "2026-12-01T09:00:00+00:00"
    assert (message["result"]["version"], message["result"]["promoted"]) == (None, False)
    assert done(end_shadow="new sensor")["over"] == "ended"
    assert calls == [(2, "requested by ann"), "requested by ann: new sensor"]
    assert done.entered == ["batches", "toy_cells"] * 2


@pytest.mark.parametrize(
    ("promoted", "period", "words"),
    [
        (True, None, "would be promoted"),
        (False, None, "would not be promoted"),
        (True, object(), "would answer in shadow"),
    ],
)
def test_a_dry_run_says_what_would_be_and_that_nothing_was_promoted(done, promoted, period, words):
    verdict = SimpleNamespace(promoted=promoted, why="because")
    gated = SimpleNamespace(reasons=["too few labels"])
    result = SimpleNamespace(verdict=verdict, gated=gated, figures={"gain": 0.5}, shadow=period, set_aside=0)
    message = done(result, drifted=True, only_if_due=True, dry_run=True)
    assert message["over"] == f"a dry run, the challenger {words}: because"
    assert (message["result"]["version"], message["result"]["promoted"]) == (None, False)


def test_a_job_that_labels_stop_still_enters_its_refused_batch(done):
    with pytest.raises(ShiftError):
        done(ShiftError("toy_cells: the labels are inconsistent with history"))
    assert done.entered == ["batches", "toy_cells"]


def test_rows_that_were_set_aside_are_counted_in_the_log(done):
    verdict = SimpleNamespace(promoted=True, why="because")
    gated, messages = SimpleNamespace(reasons=[]), []
    result = SimpleNamespace(verdict=verdict, gated=gated, figures={}, set_aside=7, shadow=None)
    done(result, messages, dry_run=True)
    assert messages[0]["over"] == "7 of the new rows were excluded; rejected/ in the home folder lists them"


@pytest.mark.parametrize("error", [OSError("no space left"), RuntimeError("the store went away")])
def test_a_job_that_fails_after_its_decision_goes_on_with_what_was_decided(done, monkeypatch, capsys, error):
    result = iter([None, Decision(4, True, "better", (), {"gain": 0.5})])
    monkeypatch.setattr(import_module("registry.retraining.decision"), "finished", lambda *given: next(result))
    message = done(error)
    assert message["over"] == "version 4 was promoted: better"
    assert (message["result"]["version"], message["result"]["promoted"]) == (4, True)
    assert capsys.readouterr().err == f"after its decision: {error}\n"


def test_a_job_that_fails_before_its_decision_has_failed(done):
    with pytest.raises(OSError, match="no space left"):
        done(OSError("no space left"))


@pytest.fixture
def clock(monkeypatch):
    """A clock that goes on while somebody sleeps, and in no other way."""
    now = [0.0]

    def sleep(seconds):
        now[0] += seconds

    monkeypatch.setattr(runner, "time", SimpleNamespace(monotonic=lambda: now[0], sleep=sleep))
    return now


def test_records_that_do_not_answer_are_waited_for(clock):
    messages = []

    def ask():
        if clock[0] < 30:
            raise AwayError("records at //host: connection refused")
        return "rows"

    assert runner._patiently(ask, messages.append) == "rows"
    assert messages == [{"what": "waits: records at //host: connection refused", "done": 0, "steps": 1}] * 30


def test_a_job_waits_a_minute_for_records_and_not_at_all_where_they_say_no(clock):
    def ask(error):
        raise error

    with pytest.raises(AwayError, match="refused"):
        runner._patiently(lambda: ask(AwayError("refused")), lambda line: None)
    assert 60 <= clock[0] <= 62
    with pytest.raises(RecordsError, match="newer code made them"):
        runner._patiently(lambda: ask(RecordsError("newer code made them")), lambda line: pytest.fail("it waited"))


def test_what_was_decided_stands_though_the_audit_cannot_be_entered(done, clock, monkeypatch, capsys):
    def enter(process):
        raise AwayError("records at //host: connection refused")

    monkeypatch.setattr(import_module("nonferrous.records"), "enter_batches", enter)
    message = done(only_if_due=True)
    assert message["result"]["why"].startswith("no retraining")
    assert "not entered into the audit yet: records at //host: connection refused" in capsys.readouterr().err


def test_a_long_failure_is_cut_in_its_line_and_whole_in_the_log(capsys):
    rows = "\n".join(f"rows.parquet, row {row}: a period of the future" for row in range(464))
    message = runner._in_a_line(ValueError(rows))
    assert message.startswith("rows.parquet, row 0: a period of the future rows.parquet, row 1:")
    assert message.endswith("... (464 lines, all of them in the log of its program)")
    assert len(message) < runner.LONGEST + 100
    assert capsys.readouterr().err == rows + "\n"
    assert runner._in_a_line(ValueError("two\nlines")) == "two lines"
    assert runner._in_a_line(ValueError()) == "ValueError"


def test_a_disk_that_takes_no_more_is_named_with_what_was_being_done(monkeypatch, tmp_path):
    monkeypatch.setenv("NONFERROUS_HOME", str(tmp_path))
    message = runner._failure(OSError(27, "File too large"), "fit lightgbm")
    assert message.startswith(
        "fit lightgbm: a file cannot be written (File too large); expected free space and no limit "
    )
    assert "MiB at " in message
    ours = TrackingError("MLflow store here: a file cannot be written (disk is full); expected free space")
    assert runner._failure(ours, "fit lightgbm") == str(ours)
    assert runner._failure(ZeroDivisionError("division by zero"), "fit lightgbm") == "division by zero"


def test_a_job_says_that_it_writes_the_rows_before_it_does(monkeypatch, toy_folder, tmp_path):
    monkeypatch.setenv("NONFERROUS_SEEDS", str(toy_folder("toy_cells")))
    messages = []

    def full(seed, file, labelled):
        assert messages[-1]["what"] == "write the labelled records"
        raise OSError(27, "File too large")

    monkeypatch.setattr(import_module("nonferrous.records"), "write", full)
    with pytest.raises(OSError, match="File too large"):
        runner._rows("toy_cells", tmp_path / "job", messages.append)
