"""What was done about a process, from the audit."""

from contextlib import closing
from types import SimpleNamespace

from fastapi import FastAPI

from records import audit
from records.database import Database
from serving.routes.retraining import history
from serving.wire import problems


def app_of(database):
    champions = SimpleNamespace(statuses={"toy_cells": SimpleNamespace(offers=object(), troubles=None)})
    made = FastAPI()
    problems.install(made, lambda: dict.fromkeys(champions.statuses, ""))
    made.include_router(history.router(champions, database))
    return made


def test_entries_about_a_process_come_the_newest_first_and_no_others(tmp_path, call):
    with closing(Database(f"sqlite:///{tmp_path / 'records.db'}")) as database:
        with database.begin() as connection:
            for name, subject in (
                ("promotion", "toy_cells, move 1: version none to 1"),
                ("key", "nf_12345678"),
                ("promotion", "toy_cells_2, move 1: version none to 1"),
                ("rollback", "toy_cells, move 2: version 2 to 1"),
            ):
                audit.add(database, connection, "ann", name, subject, "because", {"gain": 0.5})
        message = call(app_of(database), "GET", "/v1/toy_cells/history")
        assert message.status_code == 200
        entries = message.json()["entries"]
        assert [(one["sequence"], one["action"]) for one in entries] == [(4, "rollback"), (1, "promotion")]
        assert entries[0]["subject"] == "toy_cells, move 2: version 2 to 1"
        assert (entries[0]["actor"], entries[0]["reason"], entries[0]["figures"]) == ("ann", "because", {"gain": 0.5})


def test_without_records_there_is_no_history_and_an_unknown_process_is_not_found(call):
    assert call(app_of(None), "GET", "/v1/toy_cells/history").status_code == 503
    assert call(app_of(None), "GET", "/v1/toy_ores/history").status_code == 404
