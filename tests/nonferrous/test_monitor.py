"""The command that looks for drift, over records of a made-up process."""

import json
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from models.table.contract import check
from nonferrous.command_line import app as commands
from records.database import Database
from records.monitoring import newest
from records.online_states import State, save
from records.outcomes import Outcome, take
from records.requests import StoredExchange, insert, recorded
from records.shadow import ShadowResponse, keep
from registry import tracking
from registry.versions import Version
from system.record_ids import new_id

AT = 1_700_000_000_000_000
HELD_OUT = [f"A-{i:03d}" for i in range(6)]
UNITS, PERIODS, KNOWN = 30, 36, 24


@pytest.fixture
def home(tmp_path, toy_folder, monkeypatch):
    monkeypatch.setenv("NONFERROUS_HOME", str(tmp_path))
    monkeypatch.setenv("NONFERROUS_SEEDS", str(toy_folder("toy_cells")))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def frame(toy_frame):
    return toy_frame(UNITS, PERIODS, 5).sort_values("period_start", kind="stable", ignore_index=True)


@pytest.fixture
def champion(home, frame, toy_seed, save_toy_model, monkeypatch):
    """A line of the made-up law as version 3, with its table."""
    starts = np.sort(frame["period_start"].unique())
    model = save_toy_model(home / "model")
    model.info.update(training_cutoff=str(starts[20]), held_out_units=HELD_OUT)
    version = Version(
        "toy_cells", 3, ("champion",), "linear", "", "run", "job", "", "", {"model_digest": "sha256:3"}, {}
    )
    table = check(frame[frame["period_start"] < starts[KNOWN]].copy(), toy_seed).table
    made = SimpleNamespace(versions=lambda process: [version], model=lambda one: model, table=lambda run, name: table)
    monkeypatch.setattr(tracking, "Tracking", lambda settings: made)
    return model


@pytest.fixture
def database(home):
    made = Database(f"sqlite:///{home / 'records.db'}")
    yield made
    made.close()


def record(database, frame, fall=0.0):
    """Keep what was asked of the periods after the champion's table, and the outcomes, which have fallen."""
    starts = np.sort(frame["period_start"].unique())[KNOWN:]
    for at, start in enumerate(starts):
        subset = frame[frame["period_start"] == start]
        day = f"{pd.Timestamp(start):%Y-%m-%d}"
        rows = [{"unit": row.unit, "period_start": day, "x_set": row.x_set, "z": row.z} for row in subset.itertuples()]
        y = [{"y": {"value": 90 + 0.5 * (row.x_set - 10) - 2 * (row.z - 4), "low": 88.0, "high": 92.0, "unit": "%"}}
                for row in subset.itertuples()]  # fmt: skip
        answer = {"coverage": 0.9, "predictions": y}
        insert(
            database,
            [
                StoredExchange(
                    *(new_id(), 0, AT + at, "127.0.0.1", "toy_cells", "predictions", 3, "sha256:3"),
                    *("application/json", json.dumps({"rows": rows}).encode(), json.dumps(answer).encode()),
                )
            ],
        )
        known = [Outcome(row.unit, f"{day}T00:00:00", {"y": row.y - fall}) for row in subset.itertuples()]
        take(database, "toy_cells", "127.0.0.1", known)


def typed(*words):
    return CliRunner().invoke(commands, ["monitor", "toy_cells", *map(str, words)])


def test_a_quiet_plant_ends_with_0_and_is_kept(champion, database, frame, home):
    record(database, frame)
    done = typed()
    assert done.exit_code == 0, done.output
    assert "toy_cells: no drift compared with version 3: 360 rows from" in done.stdout
    assert "next: nothing" in done.stdout
    assert (home / "toy_cells-monitoring.html").exists()
    with database.read() as connection:
        seen = newest(connection, "toy_cells")
    assert (seen.content["rows"], seen.content["known"], seen.figures["drifted"]) == (360, 360, 0.0)
    # Columns that the requests left out are made from the champion's table and the outcomes.
    assert next(one for one in seen.content["inputs"] if one["column"] == "previous_y")["rows"] > 0


@pytest.mark.parametrize("fall", [0.0, 2.0])
def test_outcomes_that_wait_are_the_first_thing_to_decide_on(fall, champion, database, frame, home):
    record(database, frame, fall)
    with database.begin() as connection:
        save(connection, "toy_cells", "sha256:3", State(1, 0, {"y": {"waiting": [[12, 30, "the level is off"]]}}))
    steps = [line for line in typed().stdout.splitlines() if line.startswith("next: ")]
    assert steps[0].startswith("next: 30 outcomes of y in batch 12 wait and move no answer: the level is off; ")
    assert "next: nothing" not in steps
    assert any(step.startswith("next: retrain with") for step in steps[1:]) == bool(fall)


def test_drift_ends_with_4_and_says_what_to_do(champion, database, frame, home):
    record(database, frame, fall=2.0)
    done = typed("--out", home / "page.html")
    assert done.exit_code == 4, done.output
    assert "- y: outcomes lie below the predictions" in done.stdout
    assert "next: retrain with what is known: nonferrous retrain toy_cells --from-records" in done.stdout
    assert "toy_cells" in (home / "page.html").read_text(encoding="utf-8")


def test_a_version_in_shadow_stands_beside_the_answers_to_the_same_rows(champion, database, frame, home):
    record(database, frame, fall=2.0)
    with database.read() as connection:
        subset = list(recorded(connection, "toy_cells"))[-2:]
    for one in subset:
        predictions = json.loads(one.response_body)["predictions"]
        for each in predictions:
            each["y"] = {name: each["y"][name] - 2.0 for name in ("value", "low", "high")}
        keep(database, "toy_cells", [ShadowResponse(one.number, 4, "sha256:4", json.dumps(predictions).encode())])
    typed("--out", home / "page.html")
    with database.read() as connection:
        figures = newest(connection, "toy_cells").content["by_version"]
    answers, own, theirs = figures
    assert [(one["of"], one["rows"]) for one in figures] == [
        ("version 3", 360),
        ("version 4 in shadow", 60),
        ("answered to the same rows", 60),
    ]
    assert own["error"] < 0.6 < theirs["error"]
    assert theirs["error"] == pytest.approx(answers["error"], rel=0.1)
    assert "version 4 in shadow" in (home / "page.html").read_text(encoding="utf-8")


def test_newest_days_alone_may_be_looked_at(champion, database, frame):
    record(database, frame)
    done = typed("--days", 90)
    assert "90 rows from" in done.stdout, done.output


def test_nothing_answered_is_one_line(champion, database):
    done = typed()
    assert done.exit_code != 0
    assert "toy_cells: nothing was answered" in str(done.exception)


def test_a_page_in_no_folder_is_refused_before_anything_is_read(home):
    done = typed("--out", home / "nowhere" / "page.html")
    assert done.exit_code == 2
    assert "expected a file in a folder that exists" in done.stderr
