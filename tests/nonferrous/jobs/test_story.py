"""A retraining job in a program of its own, killed after each of its phases and begun again."""

import json
import os
import signal
import sqlite3
from contextlib import closing

import numpy as np
import pandas as pd
import pytest

from models.tasks import build
from nonferrous.jobs import runner
from nonferrous.jobs.subprocess_job import FailedError, Program
from records import audit
from records.database import Database
from records.jobs.queue import RetrainingRequest
from records.outcomes import Outcome, take
from records.requests import StoredExchange, insert
from registry.errors import TrackingError
from registry.settings import StoreSettings
from registry.tracking import Tracking
from system.record_ids import new_id
from tests.suite.jobs import quicken
from training.core.comparison import ComparisonError
from training.jobs import train as jobs
from training.jobs.train import train

pytestmark = pytest.mark.service
ASKED = RetrainingRequest("toy_cells", "ann", accept_label_shift="another law")


def newer(toy_frame) -> pd.DataFrame:
    """Rows of the twelve periods after the history's, by another law."""
    frame = toy_frame(periods=36, rng_seed=5)
    frame = frame[frame["period_start"] >= np.sort(frame["period_start"].unique())[24]].reset_index(drop=True)
    return frame.assign(y=frame["y"] + 3.0 * (frame["z"] - 4))


def record(home, rows: pd.DataFrame) -> None:
    """Keep rows as they were asked for, and then what became known of them."""
    with closing(Database(f"sqlite:///{home / 'records.db'}")) as database:
        for start, subset in rows.groupby("period_start"):
            period, outcomes, calls = f"{start:%Y-%m-%d}", [], []
            for row in subset.to_dict("records"):
                given = {name: None if pd.isna(value) else value for name, value in row.items() if name != "y"}
                calls.append({**given, "period_start": period})
                if not pd.isna(row["y"]):
                    outcomes.append(Outcome(row["unit"], f"{period}T00:00:00", {"y": row["y"]}, None))
            answer = json.dumps({"predictions": [{} for _ in calls]}).encode()
            about = ("127.0.0.1", "toy_cells", "predictions", 1, "sha256:1", "application/json")
            one = StoredExchange(
                new_id(), 0, 1_800_000_000_000_000, *about, json.dumps({"rows": calls}).encode(), answer
            )
            insert(database, [one])
            take(database, "toy_cells", "ann", outcomes)


@pytest.fixture
def home(tmp_path, toy_seed, toy_frame, toy_folder, monkeypatch):
    """A plant that was trained, with few trees, and whose law has changed since."""
    monkeypatch.setenv("NONFERROUS_HOME", str(tmp_path))
    monkeypatch.setenv("NONFERROUS_SEEDS", str(toy_folder("toy_cells")))
    toy_frame().to_parquet(tmp_path / "history.parquet")
    with monkeypatch.context() as patched:
        quicken(patched)
        train(toy_seed, tmp_path / "history.parquet", StoreSettings(home=tmp_path))
    record(tmp_path, newer(toy_frame))
    return tmp_path


def through(program: Program, phases: int | None) -> list[dict]:
    """Wait for so many phases, or for all of them; gives what came of each."""
    result = []
    while phases is None or len(result) < phases:
        one = program.phase(len(result), 120.0)
        assert one is not None, program.progress()
        result.append(one)
        if "result" in one:
            break
    return result


def check_between(home) -> None:
    """After a kill the champion is the one of before or the new one, and it is there."""
    with closing(sqlite3.connect(home / "mlflow.db")) as store:
        aliases = dict(store.execute("select alias, version from registered_model_aliases"))
        versions = {number for (number,) in store.execute("select version from model_versions")}
    assert aliases["champion"] in versions


@pytest.mark.long("retrains once a phase")
def test_a_job_that_is_killed_after_each_phase_is_done_once(home, toy_seed):
    job, fits = "toy_cells-j", [f"fitted {name}" for name in build(toy_seed)]
    for phases in range(1, len(fits) + 2):
        program = Program(job, ASKED, home / "logs")
        try:
            actual = through(program, phases)
            os.killpg(program.process, signal.SIGKILL)
        finally:
            program.give_up()
        check_between(home)
        if "result" in actual[-1]:
            break  # the one before was over when it was to be killed
        assert [one["over"] for one in actual[1:]] == fits[: phases - 1]
    program = Program(job, ASKED, home / "logs")
    try:
        last = through(program, None)[-1]
    finally:
        program.give_up()
    result = last["result"]
    assert (result["promoted"], result["reasons"]) == (True, [])

    tracking = Tracking(StoreSettings(home=home))
    versions = {version.number: version for version in tracking.versions("toy_cells")}
    assert versions[result["version"]].aliases == ("champion",)
    promotions = [move for move in tracking.audit("toy_cells") if move.action == "promote"]
    assert [move.after for move in promotions] == [result["version"]]
    assert [number for number, version in versions.items() if "verdict" in version.tags] == [result["version"]]
    with closing(sqlite3.connect(home / "mlflow.db")) as store:
        assert store.execute("select count(*) from runs where status = 'RUNNING'").fetchone() == (0,)
    with closing(Database(f"sqlite:///{home / 'records.db'}")) as database, database.read() as connection:
        entered = [entry.action for entry in audit.entries(connection)]
    assert entered.count("promotion") == 2  # the first champion, and this one
    assert not (home / "retraining" / job).exists()


def outcome(home) -> dict[int, tuple[tuple[str, ...], str | None]]:
    """By version its aliases, and what is said to have become of it."""
    versions = Tracking(StoreSettings(home=home)).versions("toy_cells")
    return {one.number: (one.aliases, one.tags.get("verdict")) for one in versions}


@pytest.fixture
def faulty(monkeypatch) -> list[int]:
    """How many moves of an alias fail from now on."""
    move, left = Tracking.move_alias, [0]

    def fails(tracking, *given):
        if left[0]:
            left[0] -= 1
            raise TrackingError("MLflow store: no space left on its disk")
        return move(tracking, *given)

    monkeypatch.setattr(Tracking, "move_alias", fails)
    monkeypatch.setattr(jobs, "build", lambda seed: {name: build(seed)[name] for name in ("persistence", "lightgbm")})
    return left


def test_a_fault_after_the_decision_that_passes_does_not_end_a_job(home, faulty):
    messages, faulty[0] = [], 1
    runner.do("toy_cells-j", ASKED, StoreSettings(home=home), messages.append)
    assert messages[-1]["result"]["promoted"], messages[-1]
    assert outcome(home) == {1: ((), None), 2: (("champion",), "promoted")}


@pytest.mark.long("retrains in a program of its own")
def test_a_fault_after_the_decision_that_lasts_leaves_no_version_that_is_said_to_be_promoted(home, faulty):
    messages, faulty[0] = [], 2
    with pytest.raises(TrackingError, match="no space left"):
        runner.do("toy_cells-j", ASKED, StoreSettings(home=home), messages.append)
    assert outcome(home) == {1: (("champion",), None), 2: ((), None)}
    with pytest.raises(ComparisonError):  # the next one begins with what was decided, and finds nothing new then
        runner.do("toy_cells-k", ASKED, StoreSettings(home=home), messages.append)
    promoted = [
        move.after for move in Tracking(StoreSettings(home=home)).audit("toy_cells") if move.action == "promote"
    ]
    assert promoted == [2]
    assert outcome(home) == {1: ((), None), 2: (("champion",), "promoted")}


def test_a_job_without_records_fails_in_one_line(tmp_path, toy_folder, monkeypatch):
    monkeypatch.setenv("NONFERROUS_HOME", str(tmp_path))
    monkeypatch.setenv("NONFERROUS_SEEDS", str(toy_folder("toy_cells")))
    program = Program("toy_cells-j", ASKED, tmp_path / "logs")
    try:
        with pytest.raises(FailedError, match=r"^MLflow store .*: there is none yet; train a process first$"):
            through(program, None)
    finally:
        program.give_up()
