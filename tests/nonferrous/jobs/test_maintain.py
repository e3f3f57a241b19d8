"""Actions of `maintain` after its checks."""

from contextlib import contextmanager
from importlib import import_module
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from monitoring.drift import page
from monitoring.drift.time_steps import DriftError
from nonferrous import reports, retraining_due, shadow
from nonferrous.command_line import app
from nonferrous.jobs import commands
from nonferrous.shadow import ShadowLines
from records.jobs.queue import BusyError
from training.retraining.trigger import Due


@pytest.fixture
def queue(monkeypatch, toy_folder, tmp_path):
    """Jobs that were asked for; of the first process learning is due, of the second nothing was asked."""
    monkeypatch.setenv("NONFERROUS_HOME", str(tmp_path))
    monkeypatch.setenv("NONFERROUS_SEEDS", str(toy_folder("toy_cells", "toy_lots")))
    calls = []

    def put(one):
        if calls:
            raise BusyError(f"{one.process}: job j is queued; wait for its end, or cancel it")
        calls.append(one)
        return SimpleNamespace(id="j")

    @contextmanager
    def opened():
        yield SimpleNamespace(put=put)

    def look(seed):
        if seed.process.name != "toy_cells":
            raise DriftError("nothing was answered, so there is nothing to watch")
        return SimpleNamespace(drifted=True, reasons=("errors grew",))

    monkeypatch.setattr(commands, "opened", opened)
    monkeypatch.setattr(reports, "look", look)
    monkeypatch.setattr(import_module("nonferrous.jobs.maintain"), "put_back_line", lambda seed: None)
    monkeypatch.setattr(shadow, "shadow_lines", lambda seed: ShadowLines())
    monkeypatch.setattr(page, "summary", lambda seen: "drift compared with version 1")
    monkeypatch.setattr(retraining_due, "learning_due", lambda seen: Due(True, "learning is due: drift is seen"))
    monkeypatch.setattr(import_module("nonferrous.train"), "has_champion", lambda seed, settings: True)
    return calls


def test_a_job_is_asked_for_where_learning_is_due_and_once(queue):
    lines = CliRunner().invoke(app, ["maintain"]).stdout.splitlines()
    assert [one.process for one in queue] == ["toy_cells"]
    assert queue[0].by == "maintain"
    assert lines == [
        "toy_cells: drift compared with version 1",
        "toy_cells: errors grew",
        "toy_cells: learning is due: drift is seen",
        "toy_cells: job j queued",
        "toy_lots: nothing was answered, so there is nothing to watch",
    ]
    assert "job j is queued" in CliRunner().invoke(app, ["maintain", "toy_cells"]).stdout
    assert len(queue) == 1


def test_drift_alone_asks_for_no_job(queue, monkeypatch):
    monkeypatch.setattr(retraining_due, "learning_due", lambda seen: Due(False, "learning is not due: 30 d are new"))
    lines = CliRunner().invoke(app, ["maintain", "toy_cells"]).stdout.splitlines()
    assert queue == []
    assert lines[-1] == "toy_cells: learning is not due: 30 d are new"


def test_no_job_is_asked_for_while_a_version_answers_in_shadow(queue, monkeypatch):
    monkeypatch.setattr(shadow, "shadow_lines", lambda seed: ShadowLines(("version 2 answers in shadow",), True))
    lines = CliRunner().invoke(app, ["maintain"]).stdout.splitlines()
    assert queue == []
    assert lines == [
        "toy_cells: version 2 answers in shadow",
        "toy_cells: drift compared with version 1",
        "toy_cells: errors grew",
        "toy_cells: no job submitted: a shadow period runs",
        "toy_lots: version 2 answers in shadow",
        "toy_lots: nothing was answered, so there is nothing to watch",
    ]
