"""Retraining jobs over HTTP, with a real queue and no worker."""

import json
from contextlib import closing
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import FastAPI

from records.jobs.queue import Job, Jobs, JobsError, RetrainingRequest
from serving.middleware.authorization import needed
from serving.routes.retraining import jobs as routes
from serving.wire import problems

PATH = "/v1/toy_cells/retraining-jobs"


def app_of(queue: Any) -> FastAPI:
    champions: Any = SimpleNamespace(statuses={"toy_cells": object(), "toy_ores": object()})
    made = FastAPI()
    problems.install(made, lambda: dict.fromkeys(champions.statuses, ""))
    made.include_router(routes.router(champions, queue))
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
    assert job["request"] == {"only_if_due": False, "accept_label_shift": "a new laboratory", "dry_run": True}
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
