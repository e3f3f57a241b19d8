"""Preparing plants for `up` and `train --all` where the gate refuses some, with a store that stands in for MLflow."""

import sys
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest
import typer
from typer.testing import CliRunner

from nonferrous.command_line import app, main
from registry.loading.loading import Refused
from registry.settings import StoreSettings

# The package's names `train` and `up` are the commands.
training, serving = (sys.modules[f"nonferrous.{name}"] for name in ("train", "servers"))


def version(number, *aliases, refused=False, seed_digest="sha256:0"):
    return SimpleNamespace(number=number, aliases=aliases, refused=refused, tags={"seed_digest": seed_digest})


@pytest.fixture
def prepared(toy_seed, tmp_path, monkeypatch):
    """Preparer of the toy process whose store holds these versions: the answer, and what was learnt."""

    def prepare(*versions, error=None):
        trained = []
        monkeypatch.setattr("registry.promotion.loaded", lambda *given: None if error is None else Refused(error))
        store = SimpleNamespace(versions=lambda process: list(versions))
        monkeypatch.setattr("registry.tracking.Tracking", lambda settings, make: store)
        monkeypatch.setattr(training, "simulate", lambda process, folder, units: trained.append("plant"))
        monkeypatch.setattr(training, "train_on", lambda seed, folder, **more: trained.append("model") or False)
        (result,) = training.prepare_all([toy_seed], StoreSettings(home=tmp_path))
        return result, trained

    return prepare


def test_a_process_without_a_version_is_learnt_and_the_gates_answer_is_passed_on(prepared):
    assert prepared() == (False, ["plant", "model"])


def test_a_process_with_a_champion_is_left_alone(prepared, toy_seed):
    newest = version(2, refused=True, seed_digest=toy_seed.digest)
    assert prepared(version(1, "champion"), newest) == (True, [])


def test_a_process_whose_champion_does_not_load_is_learnt_again(prepared, capsys):
    assert prepared(version(1, "champion"), error="model.json: changed") == (False, ["plant", "model"])
    assert capsys.readouterr().out == "toy_cells: version 1 is champion and does not load: model.json: changed\n"


def test_what_was_refused_is_not_learnt_again_with_the_same_seed(prepared, toy_seed, capsys):
    assert prepared(version(1, refused=True, seed_digest=toy_seed.digest)) == (False, [])
    assert capsys.readouterr().out.splitlines() == [
        "toy_cells: version 1 was refused by the gate before",
        "no version is champion",
        "to make it champion anyway: nonferrous models promote toy_cells 1 --force REASON",
    ]
    assert prepared(version(1, refused=True, seed_digest="of another seed")) == (False, ["plant", "model"])


@pytest.fixture
def ended(monkeypatch, tmp_path):
    """Runner of a command whose processes the gate lets pass or not; the exit code, and which it went through."""
    named = {
        name: SimpleNamespace(process=SimpleNamespace(name=name, task=task), plant=plant)
        for name, task, plant in (("pots", "regression", 1), ("scrap", "sorting", 1), ("real", "regression", None))
    }

    def run(passed, *arguments):
        went = []
        monkeypatch.setenv("NONFERROUS_HOME", str(tmp_path / "home"))
        monkeypatch.setattr(training, "_known", lambda seed, settings: None)
        monkeypatch.setattr(training, "_made", lambda seed, settings, units: went.append(seed.process.name) or passed)
        monkeypatch.setattr("compute.processes.cores", lambda: 1)
        monkeypatch.setattr("seeds.load_all", lambda: named)
        monkeypatch.setattr(sys, "argv", ["nonferrous", *arguments])
        monkeypatch.setattr("signal.signal", lambda *given: None)
        with pytest.raises(SystemExit) as end:
            main()
        return end.value.code or 0, went

    return run


@pytest.mark.parametrize(("passed", "code"), [(True, 0), (False, 3)])
def test_all_goes_on_after_a_refusal_and_ends_with_3(ended, passed, code):
    result, went = ended(passed, "train", "--all")
    assert (result, went) == (code, ["pots", "scrap"])


def test_up_serves_nothing_where_no_process_has_a_champion(ended, monkeypatch, capsys):
    programs = []

    @contextmanager
    def running(name, arguments, settings):
        programs.append(name)
        try:
            yield None
        finally:
            programs.remove(name)

    monkeypatch.setattr(serving, "_check_free", lambda port: None)
    monkeypatch.setattr(serving, "_running", running)
    monkeypatch.setattr(serving, "_await", lambda address, program: None)
    result, went = ended(False, "up")
    assert (result, went) == (3, ["pots", "scrap"])
    assert "no process has a champion: there is nothing to serve" in capsys.readouterr().out
    assert programs == []  # they ran meanwhile, and were ended


def test_up_serves_before_it_trains(ended, monkeypatch, capsys):
    """A plant is served from the end of its training on, while others are still trained."""
    order = []

    @contextmanager
    def running(name, arguments, settings):
        order.append(name)
        yield None

    def prepared(made, settings, units):
        order.append("training")
        return [False for _ in made]

    monkeypatch.setattr(serving, "_check_free", lambda port: None)
    monkeypatch.setattr(serving, "_running", running)
    monkeypatch.setattr(serving, "_await", lambda address, program: order.append(address.rpartition("/")[2]))
    monkeypatch.setattr(serving, "prepare_all", prepared)
    ended(False, "up")
    assert order == ["service", "mlflow", "live", "training"]
    assert "http://127.0.0.1:8000/" in capsys.readouterr().out


@pytest.mark.parametrize(("cores", "each"), [(2, 1), (6, 2)])
def test_processes_learn_side_by_side_and_speak_in_turn(monkeypatch, capsys, tmp_path, cores, each):
    labels = {"pots": 1, "scrap": 1, "ingots": 12, "known": 1}
    seeds = [SimpleNamespace(process=SimpleNamespace(name=name), labels=[0] * n) for name, n in labels.items()]

    def made(seed, settings, processes, units):
        with training.progress() as step:
            step("fit", 1, 2)
        typer.echo(f"{seed.process.name} learns in {processes}")
        return seed.process.name != "scrap"

    class Here:
        """Workers that work here."""

        def __init__(self, views, processes, step):
            self.views, self.step = views, step
            assert processes == min(cores, 3)

        def __enter__(self):
            return self

        def __exit__(self, *error):
            pass

        def later(self, view, work):
            return lambda: work(*self.views[view], self.step)

    monkeypatch.setattr(training, "_known", lambda seed, settings: True if seed.process.name == "known" else None)
    monkeypatch.setattr(training, "_made", made)
    monkeypatch.setattr("compute.processes.cores", lambda: cores)
    monkeypatch.setattr("compute.choice.workers_for", Here)
    assert training.prepare_all(seeds, StoreSettings(home=tmp_path)) == [True, False, True, True]
    expected = [f"{name} learns in {each}" for name in ("ingots", "pots", "scrap")]
    assert capsys.readouterr().out.splitlines() == expected


@pytest.mark.parametrize(
    ("given", "expected", "cluster"),
    [
        ((), (0, None, False), None),
        (("--tuning-trials", "7"), (7, None, False), None),
        (("--setpoint-tests", "tests.csv"), (0, Path("tests.csv"), False), None),
        (("--learning-curve",), (0, None, True), None),
        (("--cluster", "local:2"), (0, None, False), "local:2"),
    ],
)
def test_options_reach_the_job(monkeypatch, given, expected, cluster):
    seen = []
    monkeypatch.setattr("seeds.load", lambda process: process)
    monkeypatch.setattr(
        training, "train_on", lambda seed, data, *more, cluster: seen.append((seed, str(data), more, cluster)) or True
    )
    monkeypatch.setattr("compute.cluster.check", lambda address: seen.append(address))
    monkeypatch.setattr(sys, "argv", ["nonferrous", "train", "toy", "--data", "table.csv", *given])
    with pytest.raises(SystemExit) as end:
        main()
    assert (end.value.code, seen) == (0, [*filter(None, [cluster]), ("toy", "table.csv", expected, cluster)])


@pytest.mark.parametrize(
    "given",
    [("--tuning-trials", "7"), ("--setpoint-tests", "tests.csv"), ("--data", "table.csv"), ("--learning-curve",)],
)
def test_all_takes_no_other_option(monkeypatch, capsys, given):
    monkeypatch.setattr(sys, "argv", ["nonferrous", "train", "--all", *given])
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code != 0
    assert "no other option" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["train", "retrain"])
def test_records_that_cannot_be_opened_are_said_before_anything_is_learnt(command, toy_folder, tmp_path, monkeypatch):
    from records.database import RecordsError

    monkeypatch.setenv("NONFERROUS_HOME", str(tmp_path))
    monkeypatch.setenv("NONFERROUS_SEEDS", str(toy_folder("toy_cells")))
    monkeypatch.setenv("NONFERROUS_RECORDS", "mysql://there/x")
    for job in ("training.jobs.train.train", "training.retraining.retrain.retrain"):
        monkeypatch.setattr(job, lambda *given, **more: pytest.fail("learnt"))
    done = CliRunner().invoke(app, [command, "toy_cells", "--data", str(tmp_path / "rows.csv")])
    assert isinstance(done.exception, RecordsError)
    assert "expected sqlite:///FILE or postgresql://" in str(done.exception)
