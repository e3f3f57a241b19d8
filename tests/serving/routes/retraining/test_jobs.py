"""Retraining jobs over HTTP, with a real queue and no worker."""

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import FastAPI

from records import audit
from records.database import AwayError, Database
from records.jobs.queue import Job, Jobs, JobsError, RetrainingRequest
from serving.middleware.authorization import needed
from serving.routes.retraining import jobs as routes
from serving.wire import problems

PATH = "/v1/toy_cells/retraining-jobs"


def app_of(queue: Any, database: Any = None, refusal: Any = lambda request: None) -> FastAPI:
    champions: Any = SimpleNamespace(statuses={"toy_cells": object(), "toy_ores": object()})
    made = FastAPI()
    problems.install(made, lambda: dict.fromkeys(champions.statuses, ""))
    made.include_router(routes.router(champions, queue, database, refusal))
    return made


@pytest.fixture
def app(tmp_path):
    with closing(Jobs(f"sqlite:///{tmp_path / 'jobs.db'}")) as queue:
        yield app_of(queue)


def test_a_job_is_asked_for_looked_at_and_cancelled(app, call):
    body = json.dumps({"accept_label_shift": "a new laboratory", "dry_run": True})
    requested = call(app, "POST", PATH, content=body, headers={"content-type": "application/json"})
    assert requested.status_code == 202
    job = requested.json()
    assert (job["state"], job["process"], job["result"], job["reason"]) == ("queued", "toy_cells", None, None)
    given = {"accept_label_shift": "a new laboratory", "dry_run": True}
    assert job["request"] == {"only_if_due": False, "shadow": None, "end_shadow": None, **given}
    assert requested.headers["location"] == f"{PATH}/{job['job']}"
    assert call(app, "GET", requested.headers["location"]).json() == job
    assert call(app, "GET", PATH).json() == {"process": "toy_cells", "jobs": [job]}
    again = call(app, "POST", PATH)
    assert again.status_code == 409
    assert job["job"] in again.json()["detail"]
    gone = call(app, "DELETE", f"{PATH}/{job['job']}")
    assert (gone.status_code, gone.json()["state"]) == (202, "cancelled")
    assert call(app, "POST", PATH).status_code == 202
    elsewhere = call(app, "GET", f"/v1/toy_ores/retraining-jobs/{job['job']}")
    assert elsewhere.status_code == 404


@pytest.mark.parametrize(
    ("body", "status", "expected"),
    [
        ('{"dry": true}', 422, "no such field; the nearest is dry_run"),
        ('{"if_drifted": true}', 422, "renamed to only_if_due"),
        ('{"accept_shift": "x"}', 422, "renamed to accept_label_shift"),
        ('{"only_if_due": "perhaps"}', 422, "true or false"),
        ('{"accept_label_shift": ""}', 422, "at least 1"),
        ('{"shadow": 0}', 422, "at least 1"),
        ('{"shadow": "seven"}', 422, "valid integer"),
        ('{"shadow": true}', 422, "valid integer"),
        ('{"end_shadow": ""}', 422, "at least 1"),
        ('{"end_shadow": "  "}', 422, "a reason"),
        ('{"shadow": 2, "end_shadow": "new sensor"}', 422, "no other field"),
        ('{"shadow": 2, "dry_run": true}', 422, "no other field"),
        ('{"end_shadow": "new sensor", "only_if_due": true}', 422, "no other field"),
        ("[]", 422, "object"),
        ("{", 400, ""),
    ],
)
def test_what_is_wrong_with_a_request_is_named_and_nothing_is_asked_for(app, call, body, status, expected):
    response = call(app, "POST", PATH, content=body, headers={"content-type": "application/json"})
    assert response.status_code == status
    assert expected in response.text
    assert call(app, "GET", PATH).json()["jobs"] == []


def test_unknown_processes_and_jobs_are_not_found(call):
    app = app_of(SimpleNamespace(get=lambda id: None, of=lambda process: []))
    missing = call(app, "GET", "/v1/toy_sells/retraining-jobs")
    assert missing.status_code == 404
    assert "toy_sells" in missing.json()["detail"]
    assert call(app, "GET", f"{PATH}/none").json()["detail"] == "toy_cells has no retraining job of this name"


def test_a_queue_that_does_not_answer_is_503_and_says_when_to_come_again(call):
    def fails(*_: object) -> Any:
        raise JobsError("jobs at sqlite:///x: unable to open database file")

    response = call(app_of(SimpleNamespace(put=fails)), "POST", PATH)
    assert (response.status_code, response.headers["retry-after"]) == (503, "5")


def test_a_job_shows_what_it_has_done_and_what_came_of_it(call):
    result = {
        "version": 3,
        "promoted": False,
        "why": "no better",
        "reasons": ["too few labels"],
        "figures": {"gain": 0.0},
    }
    progress = {"what": "learns", "done": 2, "steps": 5, "lines": ["rows"], "beat": 7}
    job = Job("j", RetrainingRequest("toy_cells", "ann"), "done", 0, 1000, 61_000, "one", progress, result)
    body = call(app_of(SimpleNamespace(get=lambda id: job)), "GET", f"{PATH}/j").json()
    assert body["progress"] == {"step": "learns", "steps_done": 2, "steps_total": 5, "log": ["rows"]}
    shown = {"reason" if name == "why" else name: value for name, value in result.items()}
    assert body["result"] == shown | {"shadow_until": None}  # of a job from before there were shadow periods
    assert (body["requested_at"], body["ended_at"]) == (
        "1970-01-01T00:00:00.000+00:00",
        "1970-01-01T00:01:01.000+00:00",
    )


def test_the_door_asks_for_the_role_operate():
    assert needed("GET", PATH) == needed("POST", PATH) == needed("DELETE", f"{PATH}/j") == "operate"
    assert needed("GET", "/v1/toy_cells/history") == "operate"
    assert needed("GET", "/v1/processes") is None


def test_a_shadow_period_is_queued_as_a_job_that_stands_in_the_audit(tmp_path, call):
    with (
        closing(Jobs(f"sqlite:///{tmp_path / 'jobs.db'}")) as queue,
        closing(Database(f"sqlite:///{tmp_path / 'r.db'}")) as database,
    ):
        app = app_of(queue, database)
        submitted = call(app, "POST", PATH, json={"shadow": 2.0})  # JSON has one kind of number
        assert (submitted.status_code, submitted.json()["request"]["shadow"]) == (202, 2)
        assert call(app, "POST", PATH, json={"end_shadow": "a new sensor"}).status_code == 409  # one job at a time
        for _ in range(2):
            assert call(app, "DELETE", submitted.headers["location"]).status_code == 202
        assert call(app, "POST", PATH, json={"end_shadow": "a new sensor"}).status_code == 202
        with database.read() as connection:
            entries = audit.of_process(connection, "toy_cells")
            assert audit.faults(connection) == []
    assert [(one.action, one.reason, dict(one.figures)) for one in entries] == [
        ("job submission", "", {"shadow": 2}),
        ("job cancellation", "", {}),
        ("job submission", "a new sensor", {"shadow": "end"}),
    ]
    assert {one.actor for one in entries} == {"127.0.0.1"}


def test_a_period_that_cannot_begin_is_refused_with_its_reason(tmp_path, call):
    def refusal(request: RetrainingRequest) -> str | None:
        return None if request.is_training else "version 1 is champion already"

    with closing(Jobs(f"sqlite:///{tmp_path / 'jobs.db'}")) as queue:
        app = app_of(queue, None, refusal)
        response = call(app, "POST", PATH, json={"shadow": 1})
        assert (response.status_code, response.json()["detail"]) == (409, "toy_cells: version 1 is champion already")
        assert call(app, "GET", PATH).json()["jobs"] == []
        assert call(app, "POST", PATH).status_code == 202


def test_without_its_entry_in_the_audit_there_is_no_job(tmp_path, call):
    @contextmanager
    def fails(*_: object) -> Iterator[None]:
        raise AwayError("records at sqlite:///x: database is locked")
        yield

    with closing(Jobs(f"sqlite:///{tmp_path / 'jobs.db'}")) as queue:
        app = app_of(queue, SimpleNamespace(begin=fails))
        assert call(app, "POST", PATH).status_code == 503
        assert [job["state"] for job in call(app, "GET", PATH).json()["jobs"]] == ["cancelled"]
