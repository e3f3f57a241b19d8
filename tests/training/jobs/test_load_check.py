"""Speed and size that the gate asks for, with models whose answers take as long as they say."""

import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from models.regression.model import RegressionModel
from models.tasks import build
from registry import promotion
from registry.loading.loading import LoadedVersion, Refused
from registry.promotion import champion_of
from registry.settings import StoreSettings
from registry.store import Champion
from registry.tracking import Tracking
from training.jobs import load_check
from training.jobs import train as jobs
from training.jobs.load_check import LONGEST, MIB, ROUNDS, SECONDS, SOME, ResourceLimit, conditions, on_loading, seconds
from training.jobs.train import train


class Clock:
    """A clock that goes on while a model answers, and in no other way."""

    def __init__(self):
        self.now, self.asked = 0.0, []

    def __call__(self):
        return self.now

    def model(self, fixed, row, hindered=(), by=1.0):
        """A model that takes so long for a request and for each row of it [s]; more in the rounds that are named."""
        calls = []

        def columns(X):
            calls.append(len(X))
            self.asked.append((name, len(X)))
            self.now += fixed + row * len(X) + (by if len(calls) - 1 in hindered else 0.0)

        name = f"{fixed} s and {row} s a row"
        return SimpleNamespace(columns=columns, examples=np.arange(15.0).reshape(5, 3), calls=calls)


LINEAR, TREES = (5e-5, 2e-6), (2e-4, 4e-5)  # a line, and some hundred trees: fixed time and time a row [s]


def conditions_of(challenger, champion=None, sizes=(MIB, MIB)):
    """Conditions of a challenger, in words of what is not kept."""
    clock = Clock()
    own = LoadedVersion(clock.model(*challenger), "sha256:2", sizes[0])
    other = None if champion is None else LoadedVersion(clock.model(*champion), "sha256:1", sizes[1])
    return conditions(own, other, clock)


def refused(*given, **more):
    return [one.what for one in conditions_of(*given, **more) if not one.passed]


@pytest.mark.parametrize(
    ("champion", "allowed"),
    [(None, 20.0), (0.1, 5.0), (1.25, 5.0), (2.0, 8.0), (5.0, 20.0), (6.0, 20.0), (100.0, 20.0)],
)
def test_a_version_may_need_four_times_what_the_champion_needs_between_two_bounds(champion, allowed):
    assert ResourceLimit(5.0, 20.0).beside(champion) == allowed


def test_trees_after_a_line_are_neither_too_slow_nor_too_large():
    """They take four times as long for a row and twenty times as long for many, and are five hundred times as large."""
    assert refused(TREES, LINEAR, sizes=(10 * MIB, MIB // 50)) == []
    assert refused(TREES) == []


def test_what_answers_far_more_slowly_than_the_champion_is_refused_with_figures_and_bounds():
    one, many, size = conditions_of((0.0087, 4e-4), (0.002, 1e-4))
    assert [one.passed, many.passed, size.passed] == [False, False, True]
    assert one.line == (
        "time of an answer to one row: 9.1 ms, of the champion 2.1 ms; expected at most 8.4 ms: 4 times the "
        "champion's, 5 ms if that is more, and never more than 20 ms"
    )
    assert many.line == (
        "time of an answer to 1,000 rows: 409 ms, of the champion 102 ms; expected at most 408 ms: 4 times the "
        "champion's, 250 ms if that is more, and never more than 1,000 ms"
    )


def test_a_first_champion_has_bounds_of_its_own():
    assert refused((0.019, 1e-6)) == []
    one, many, size = conditions_of((0.021, 1e-3))
    assert one.line == "time of an answer to one row: 22 ms; expected at most 20 ms"
    assert many.line == "time of an answer to 1,000 rows: 1,021 ms; expected at most 1,000 ms"
    assert size.line == "size of the files: 1 MiB; expected at most 256 MiB"


def test_a_model_that_is_far_larger_is_refused():
    size = conditions_of(LINEAR, LINEAR, sizes=(100 * MIB, 20 * MIB))[2]
    assert (size.passed, size.line) == (
        False,
        "size of the files: 100 MiB, of the champion 20 MiB; expected at most 80 MiB: 4 times the champion's, 16 MiB "
        "if that is more, and never more than 256 MiB",
    )
    assert refused(LINEAR, sizes=(257 * MIB, 0)) == ["size of the files"]
    assert refused(LINEAR, LINEAR, sizes=(16 * MIB, 1)) == []


def test_models_answer_in_turn_and_a_round_that_something_else_hindered_does_not_count():
    clock = Clock()
    one, other = clock.model(0.001, 0.0, hindered=(0, 3)), clock.model(0.002, 0.0, hindered=(1,))
    assert seconds([one, other], 3, clock) == pytest.approx([0.001, 0.002], rel=1e-9)
    assert [name for name, _ in clock.asked] == ["0.001 s and 0.0 s a row", "0.002 s and 0.0 s a row"] * ROUNDS
    assert set(one.calls) == {3}


def test_no_round_begins_after_some_seconds_once_there_were_some():
    clock = Clock()
    slow = clock.model(LONGEST, 0.0)
    seconds([slow], 1, clock)
    assert slow.calls == [1] * SOME
    slow = clock.model(0.3 * LONGEST, 0.0)
    seconds([slow], 1, clock)
    assert slow.calls == [1] * 4


@pytest.mark.parametrize("hindered", [(0,), (0, 1), (1,), (0, 2)])
def test_a_machine_that_stands_still_for_longer_makes_no_model_slow(hindered):
    clock = Clock()
    one, other = clock.model(0.001, 0.0, hindered, by=3 * LONGEST), clock.model(0.002, 0.0)
    assert seconds([one, other], 3, clock) == pytest.approx([0.001, 0.002], rel=1e-9)


def test_the_rows_are_examples_again_and_again():
    given = []
    model = SimpleNamespace(columns=given.append, examples=np.array([[1.0, 2.0], [3.0, 4.0]]))
    seconds([model], 5, lambda: 0.0)
    assert given[0].tolist() == [[1.0, 2.0], [3.0, 4.0], [1.0, 2.0], [3.0, 4.0], [1.0, 2.0]]


class Door:
    """Gives what it is asked for by digest."""

    def __init__(self, result):
        self.found = result

    def load(self, store, version, seed, again=False):
        return self.found[version.digest]


def stood_in(monkeypatch, result, champion):
    for module in (load_check, promotion):
        monkeypatch.setattr(module, "Loading", lambda settings: Door(result))
        monkeypatch.setattr(module, "MlflowStore", lambda uri: None)
    monkeypatch.setattr(load_check, "SECONDS", {})
    aliases = ("champion",) if champion else ()
    version = SimpleNamespace(process="p", number=1, model="m", aliases=aliases, tags={"model_digest": "old"})
    return SimpleNamespace(settings=SimpleNamespace(uri="sqlite:///x"), versions=lambda process: [version])


SEED = SimpleNamespace(process=SimpleNamespace(name="p"))
NEW = Champion("p", 2, "models:/m", "new")


@pytest.mark.parametrize("is_registered", [True, False])
def test_a_champion_that_the_service_refuses_is_none_to_compare_with(monkeypatch, is_registered):
    large = LoadedVersion(SimpleNamespace(), "new", 200 * MIB)
    for old, champion, passed in (
        (LoadedVersion(SimpleNamespace(), "old", MIB), True, False),
        (LoadedVersion(SimpleNamespace(), "old", MIB), False, True),
        (Refused("it is broken"), True, True),
    ):
        tracking = stood_in(monkeypatch, {"new": large, "old": old}, champion)
        error, (size,) = on_loading(NEW, is_registered, SEED, tracking)
        assert (error, size.passed) == (None, passed)


def test_of_what_does_not_load_nothing_more_is_asked(monkeypatch):
    tracking = stood_in(monkeypatch, {"new": Refused("no files")}, True)
    assert on_loading(NEW, True, SEED, tracking) == ("no files", ())


def test_a_model_that_sleeps_does_not_become_champion(toy_seed, toy_frame, tmp_path, monkeypatch):
    """A training whose models sleep once they are loaded, and one whose do not."""
    toy_frame(periods=24).to_csv(tmp_path / "history.csv", index=False)
    settings, columns = StoreSettings(home=tmp_path / "home"), RegressionModel.columns

    def sleepy(model, X):
        time.sleep(1.5 * SECONDS[1].most)
        return columns(model, X)

    monkeypatch.setattr(jobs, "build", lambda seed: {name: build(seed)[name] for name in ("persistence", "linear")})
    with monkeypatch.context() as patched:
        patched.setattr(RegressionModel, "columns", sleepy)
        slow = train(toy_seed, tmp_path / "history.csv", settings)
    assert (slow.gated.passed, slow.alias) == (False, None)
    (reason,) = slow.gated.reasons
    assert reason.startswith("time of an answer to one row: ")
    tracking = Tracking(settings)
    assert tracking.versions("toy_cells")[0].tags["gate_reasons"] == reason
    text = Path(tracking._client.download_artifacts(slow.learnt.run, "gate.txt")).read_text(encoding="utf-8")
    assert f"not kept: {reason}" in text
    assert "kept: size of the files: " in text
    assert train(toy_seed, tmp_path / "history.csv", settings).alias == "champion"
    assert champion_of("toy_cells", tracking.versions("toy_cells")).number == 2
