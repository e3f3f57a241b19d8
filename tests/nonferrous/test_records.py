"""Commands on the records, as a person types them."""

import json
from dataclasses import replace

import pandas as pd
import pytest
from typer.testing import CliRunner

from nonferrous.command_line import app as commands
from nonferrous.records import enter_batches
from records import audit
from records.database import Database, RecordsError
from records.online_states import State, save
from records.outcomes import Outcome, take
from records.requests import StoredExchange, insert
from registry.retraining.new_rows import RowBatch
from system.record_ids import new_id
from tests.suite.jobs import quicken

DAY = "2026-11-01T00:00:00"


@pytest.fixture
def home(tmp_path, toy_folder, monkeypatch):
    monkeypatch.setenv("NONFERROUS_HOME", str(tmp_path))
    monkeypatch.setenv("NONFERROUS_SEEDS", str(toy_folder("toy_cells")))
    return tmp_path


@pytest.fixture
def database(home):
    made = Database(f"sqlite:///{home / 'records.db'}")
    yield made
    made.close()


@pytest.fixture
def typed(home):
    return lambda *words: CliRunner().invoke(commands, ["records", *map(str, words)])


def keep(database, *units, at=1_800_000_000_000_000):
    for unit in units:
        id = new_id()
        row = {"unit": unit, "period_start": "2026-11-01", "x_set": 10.0, "z": 4.0}
        answer = {"predictions": [{"id": f"{id}-0", "y": {"value": 90.0}}]}
        one = StoredExchange(
            *(id, 0, at, "127.0.0.1", "toy_cells", "predictions", 1, "sha256:1", "application/json"),
            *(json.dumps({"rows": [row]}).encode(), json.dumps(answer).encode()),
        )
        insert(database, [one])


def test_records_are_exported_as_a_whole_file(database, typed, home):
    keep(database, "A", "B")
    done = typed("export", "toy_cells", "--out", home / "all.parquet")
    assert done.exit_code == 0, done.output
    assert "2 rows" in done.stdout
    assert list(pd.read_parquet(home / "all.parquet")["unit"]) == ["A", "B"]
    assert not list(home.glob(".*.part"))


def test_nothing_to_export_is_an_error_and_no_file(database, typed, home):
    done = typed("export", "toy_cells", "--out", home / "all.parquet")
    assert (type(done.exception), str(done.exception)) == (RecordsError, "toy_cells: nothing is recorded")
    keep(database, "A")
    done = typed("export", "toy_cells", "--labelled", "--out", home / "all.parquet")
    assert str(done.exception) == "toy_cells: nothing is recorded of which an outcome is known"
    assert not (home / "all.parquet").exists()


@pytest.mark.parametrize("out", ["all.csv", "nowhere/all.parquet"])
def test_a_file_that_cannot_be_is_named(out, typed, home):
    done = typed("export", "toy_cells", "--out", home / out)
    assert (done.exit_code, str(home / out) in done.stderr) == (2, True)


def test_batches_are_listed_and_withdrawn_with_a_reason(database, typed):
    batch = take(database, "toy_cells", "lab", [Outcome("A", DAY, {"y": 90.0})]).number
    assert f"batch {batch}: " in typed("batches", "toy_cells").stdout
    assert typed("withdraw", batch, "--reason", " ").exit_code == 2
    assert typed("withdraw", batch, "--reason", "wrong file").exit_code == 0
    assert "withdrawn by" in typed("batches", "toy_cells").stdout
    again = typed("withdraw", batch, "--reason", "wrong file")
    assert (again.exit_code, "was withdrawn already" in str(again.exception)) == (1, True)
    shown = typed("audit")
    assert "withdrawal of toy_cells, batch" in shown.stdout
    assert "wrong file" in shown.stdout
    assert "1 entries, none changed or missing" in shown.stdout


def test_batches_that_wait_are_listed_and_accepted_with_a_reason(database, typed):
    batch = take(database, "toy_cells", "lab", [Outcome("A", DAY, {"y": 90.0})]).number
    state = {"y": {"waiting": [[batch, 1, "the level is off by +3"]]}}
    with database.begin() as connection:
        save(connection, "toy_cells", "sha256:1", State(1, 0, state))
    assert typed("batches", "toy_cells").stdout.endswith(", 1 wait: the level is off by +3\n")
    assert typed("accept", batch, "--reason", " ").exit_code == 2
    assert (
        f"toy_cells: batch {batch} accepted; predictions now adapt to it"
        in typed("accept", batch, "--reason", "new anodes").stdout
    )
    assert "accepted by" in typed("batches", "toy_cells").stdout
    assert f"acceptance of toy_cells, batch {batch}; new anodes" in typed("audit").stdout


def test_a_rejected_batch_that_has_an_entry_by_its_former_state_gets_no_other(database, monkeypatch):
    rejected = RowBatch(
        "toy_cells", "0123456789ab", 1, "", "ann", "a.csv", 3, None, "d", "rejected", "r", "labels", None
    )
    other = replace(rejected, run="ba9876543210")
    monkeypatch.setattr("registry.tracking.Tracking", lambda settings: None)
    monkeypatch.setattr("registry.retraining.new_rows.batches", lambda process, tracking: [rejected, other])
    with database.begin() as connection:
        audit.add(database, connection, "ann", "retraining", "toy_cells, batch 01234567: refused", "labels")
    enter_batches("toy_cells")
    with database.read() as connection:
        subjects = [entry.subject for entry in audit.entries(connection)]
        assert audit.faults(connection) == []
    assert subjects == ["toy_cells, batch 01234567: refused", "toy_cells, batch ba987654: rejected"]


def test_no_outcomes_are_said_to_be_none(typed):
    assert "toy_cells: no outcomes" in typed("batches", "toy_cells").stdout


def test_requests_before_a_day_are_removed(database, typed):
    keep(database, "A", at=1_700_000_000_000_000)
    keep(database, "B", at=1_760_000_000_000_000)
    assert "1 requests deleted" in typed("delete", "--before", "2025-01-01").stdout
    assert typed("delete", "--before", "yesterday").exit_code == 2
    assert typed("delete", "--before", "2999-01-01").exit_code == 2
    assert "0 requests deleted" in typed("delete", "--before", "2025-01-01").stdout


def test_a_changed_audit_is_an_error_that_names_the_entry(database, typed):
    from sqlalchemy import text

    for i in range(3):
        with database.begin() as connection:
            audit.add(database, connection, "one", "promotion", f"version {i}")
    with database.begin() as connection:
        connection.execute(text("UPDATE audit SET actor = 'nobody' WHERE number = 2"))
    done = typed("audit")
    assert (done.exit_code, "entry 2: was changed after it was written" in done.stderr) == (2, True)


@pytest.mark.parametrize("command", ["train", "retrain"])
def test_what_to_learn_from_is_named_once(command, database, home):
    def typed(*words):
        return CliRunner().invoke(commands, [command, "toy_cells", *map(str, words)])

    both = typed("--data", home / "table.parquet", "--from-records")
    for done in (typed(), both):
        assert (done.exit_code, "give either --data FILE or --from-records" in done.stderr) == (2, True)
    none = typed("--from-records")
    assert isinstance(none.exception, RecordsError)
    assert str(none.exception) == "toy_cells: nothing is recorded of which an outcome is known"


def test_a_model_is_learnt_from_records(database, home, toy_frame, monkeypatch):
    quicken(monkeypatch)
    frame = toy_frame(units=40, periods=40)
    days = frame["period_start"].dt.strftime("%Y-%m-%d")
    bodies, outcomes = [], []
    for day, rows in frame.groupby(days):
        rows = rows.assign(period_start=day)
        bodies.append({"rows": rows[["unit", "period_start", "x_set", "z"]].to_dict("records")})
        outcomes.append(
            [Outcome(row.unit, f"{day}T00:00:00", {"y": row.y, "tapped": row.tapped}) for row in rows.itertuples()]
        )
    for body, known in zip(bodies, outcomes, strict=True):
        answer = {"predictions": [{}] * len(body["rows"])}
        retained = StoredExchange(
            *(new_id(), 0, 1, "", "toy_cells", "predictions", 1, "sha256:1", "application/json"),
            *(json.dumps(body).encode(), json.dumps(answer).encode()),
        )
        insert(database, [retained])
        take(database, "toy_cells", "lab", known)
    done = CliRunner().invoke(commands, ["train", "toy_cells", "--from-records"])
    assert done.exit_code == 0, done.output
    assert f"toy_cells: {len(frame)} labelled rows of the records" in done.stdout.replace("\n", " ")
    assert "version 1 passed the gate" in done.stdout
    assert CliRunner().invoke(commands, ["models", "promote", "toy_cells"]).exit_code == 1  # there is no challenger
    shown = CliRunner().invoke(commands, ["records", "audit"]).stdout
    assert "promotion of toy_cells, move 1: version none to 1; best candidate of a training job" in shown
    assert "1 entries, none changed or missing" in shown
