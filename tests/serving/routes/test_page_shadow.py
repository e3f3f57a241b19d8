"""Shadow periods on the page of a model's health: state, begin and end, roles, and what is refused."""

import re
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from dashboard import addresses
from records import audit
from records.jobs.queue import Jobs
from registry.retraining.running_shadow import FEWEST_ROWS, RunningShadow
from seeds import load
from serving.app import create_app
from serving.outcomes.tables import Tables
from serving.settings import ServiceSettings
from serving.shadow import shadows as module

CELLS = "toy_cells"
HEALTH, JOBS = addresses.of_health(CELLS), addresses.of_jobs(CELLS)
PERIOD = 'period = { value = 30, unit = "d" }'
LENGTH = 'shadow = { value = 60, unit = "d", source = "law" }'
BEGIN = datetime(2026, 11, 27, 9, tzinfo=UTC)
STORED = RunningShadow(BEGIN, BEGIN + timedelta(days=60), 3)


@pytest.fixture
def point(store, tmp_path, save_toy_model):
    """Pointer of an alias to version 7, which predicts 1 more than the champion."""
    save_toy_model(tmp_path / "seven", lift=1.0)

    def pointed(*aliases, folder="seven"):
        for alias in aliases:
            store.point(CELLS, 7, tmp_path / folder, alias, STORED.tags)

    return pointed


@pytest.fixture
def make(make_plant, tmp_path, monkeypatch):
    """Maker of a service whose seed asks for a shadow period, and which has looked for versions in shadow."""
    monkeypatch.setattr(module, "_REST", 0.0)
    file = tmp_path / "seeds" / f"{CELLS}.toml"
    file.write_text(file.read_text().replace(PERIOD, f"{PERIOD}\n{LENGTH}"))

    def made():
        app = make_plant()
        app.shadows.look()
        return app

    return made


def section(browser):
    """Text of the page's part on the shadow period."""
    part = re.findall(r'<section id="shadow">.*?</section>', browser.get(HEALTH).text, re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", part[0])) if part else None


def entries(database):
    with database.read() as connection:
        assert audit.faults(connection) == []
        return [(one.action, one.reason, dict(one.figures)) for one in audit.of_process(connection, CELLS)]


def queued(tmp_path):
    with closing(Jobs(f"sqlite:///{tmp_path / 'jobs.db'}")) as jobs:
        return [(one.state, one.request.shadow, one.request.end_shadow) for one in jobs.of(CELLS)]


def test_a_process_without_a_length_of_the_period_has_no_part_on_it(plant, user):
    plant.shadows.look()
    assert section(user(plant)) is None
    refused = user(plant).post(JOBS, {"action": "begin shadow", "version": "7"})
    assert refused.status_code == 409
    assert "the seed states no length of a shadow period" in refused.text


def test_the_period_of_the_challenger_is_begun_by_a_job_with_user_and_audit(make, user, point, database, tmp_path):
    point("challenger")
    browser = user(make())
    assert "Version 7 waits as challenger." in section(browser)
    fields = {"action": "begin shadow", "version": "7", "next": HEALTH}
    assert browser.post(JOBS, fields).status_code == 303
    assert queued(tmp_path) == [("queued", 7, None)]
    assert entries(database) == [("job submission", "", {"shadow": 7})]
    page = browser.get(HEALTH).text
    assert "shadow begin" in page
    assert "job submission" in page
    again = browser.post(JOBS, fields)
    assert again.status_code == 409
    assert "wait for its end, or cancel it" in again.text
    (job,) = re.findall(r'name="job" value="([^"]*)"', page)
    assert browser.post(JOBS, {"action": "cancel", "job": job}).status_code == 303
    assert browser.post(JOBS, {"action": "cancel", "job": job}).status_code == 303  # it has ended: nothing changes
    assert [action for action, _, _ in entries(database)] == ["job submission", "job cancellation"]


def test_a_period_ends_early_with_a_reason(make, user, point, database, tmp_path):
    point("challenger", "shadow")
    browser = user(make())
    for reason in ("", "  ", "x" * 501):
        response = browser.post(JOBS, {"action": "end shadow", "reason": reason})
        assert (response.status_code, response.text.count("<h1>")) == (422, 1)
    assert (queued(tmp_path), entries(database)) == ([], [])
    fields = {"action": "end shadow", "reason": "<b>新传感器</b>", "next": HEALTH}
    assert browser.post(JOBS, fields).status_code == 303
    assert queued(tmp_path) == [("queued", None, "<b>新传感器</b>")]
    assert entries(database) == [("job submission", "<b>新传感器</b>", {"shadow": "end"})]
    text = browser.get(HEALTH).text
    assert "&lt;b&gt;新传感器&lt;/b&gt;" in text
    assert "<b>新传感器</b>" not in text


@pytest.mark.parametrize(
    ("aliases", "fields", "status", "expected"),
    [
        pytest.param(["challenger"], {"version": "9"}, 409, "version 9 is not the challenger", id="unknown version"),
        pytest.param(["challenger"], {"version": "3"}, 409, "version 3 is champion already", id="champion"),
        pytest.param(
            ["challenger", "shadow"], {"version": "7"}, 409, "version 7 answers in shadow already", id="second"
        ),
        pytest.param([], {"version": "7"}, 409, "no version is challenger", id="none waits"),
        pytest.param(["challenger"], {"version": "0"}, 422, "expected the number of a version", id="version 0"),
        pytest.param(["challenger"], {"version": "seven"}, 422, "expected the number of a version", id="text"),
        pytest.param(["challenger"], {"version": "9" * 99}, 422, "expected the number of a version", id="too long"),
        pytest.param(["challenger"], {}, 422, "expected the number of a version", id="no version"),
        pytest.param(
            ["challenger"], {"action": "end shadow", "reason": "x"}, 409, "no version answers", id="no period"
        ),
    ],
)
def test_what_cannot_be_done_is_one_clear_page_and_changes_nothing(
    make, user, point, database, tmp_path, aliases, fields, status, expected
):
    point(*aliases)
    response = user(make()).post(JOBS, {"action": "begin shadow", **fields})
    assert (response.status_code, response.text.count("<h1>")) == (status, 1)
    assert expected in response.text
    assert (queued(tmp_path), entries(database)) == ([], [])


@pytest.mark.parametrize(
    ("roles", "processes", "status"),
    [
        pytest.param(("view",), (), 403, id="view"),
        pytest.param(("predict", "outcome", "view"), (), 403, id="predict and outcome"),
        pytest.param(("operate",), ("toy_lots",), 404, id="another process"),
        pytest.param(("operate",), (), 303, id="operate"),
        pytest.param(("operate",), (CELLS,), 303, id="this process"),
    ],
)
def test_roles_and_processes_of_keys_decide(make, user, point, key, database, roles, processes, status):
    point("challenger")
    app = make()
    one = key(*roles, processes=processes)
    app.ring.refresh()
    browser = user(app)
    assert browser.sign_in(one).status_code == 303
    token = re.findall(r'name="token" value="([0-9a-f]{64})"', browser.get("/").text)[0]
    fields = {"action": "begin shadow", "version": "7", "next": HEALTH}
    if status != 404:
        assert ("Begin the shadow period of version 7" in section(browser)) is (status == 303)
    assert browser.post(JOBS, fields, "0" * 64).status_code == 403  # a form of another site
    assert browser.post(JOBS, fields, token).status_code == status
    made = [one for one in entries(database) if one[0].startswith("job")]
    assert len(made) == (status == 303)


def test_the_page_states_the_period_and_how_many_outcomes_it_has(make, user, point, send, call):
    point("challenger", "shadow")
    app = make()
    browser = user(app)
    send(app, CELLS, {}, {"unit": "A-002"}, {"unit": "A-003"})
    app.shadows.answer()
    text = section(browser)
    assert "2026-11-27" in text
    assert "2027-01-26" in text
    assert "2027-03-27" in text
    assert f"predictions with an outcome: 0; needed: {FEWEST_ROWS} in 8 blocks" in text
    sent = [{"unit": unit, "period_start": "2026-01-01", "y": 92.0} for unit in ("A-001", "A-002", "Z-9")]
    assert call(app, "POST", f"/v1/{CELLS}/outcomes", json={"outcomes": sent}).status_code == 200
    list(Tables(app.database, load(CELLS)).labelled())  # which matches outcomes to requests, as following them does
    assert "predictions with an outcome: 2; needed" in section(browser)
    other = user(make())
    assert section(other) == section(browser)


def test_trouble_of_a_version_is_named_and_its_reason_to_the_role_operate_alone(make, user, point, key, call, tmp_path):
    point("challenger", "shadow", folder="missing")
    app = make()
    text = section(user(app))
    assert "It does not load, or fails on some requests." in text
    reason = call(app, "GET", "/v1/processes").json()["processes"][0]["shadow"]["reason"]
    assert reason
    assert reason.split(":")[0] in text.replace("&#39;", "'")
    one = key("view")
    app.ring.refresh()
    browser = user(app)
    browser.sign_in(one)
    text = section(browser)
    assert "It does not load" in text
    assert reason.split(":")[0] not in text.replace("&#39;", "'")


def test_a_version_that_fails_on_a_request_is_in_trouble(make, user, point, send, monkeypatch):
    point("challenger", "shadow")
    app = make()

    def fails(*_):
        raise RuntimeError("no such leaf")

    monkeypatch.setattr(module, "answered", fails)
    send(app, CELLS)
    app.shadows.answer()
    assert "it fails: no such leaf" in section(user(app))


def test_an_end_and_a_begin_elsewhere_are_seen_by_each_replica(make, user, point, store):
    point("challenger")
    apps = [make(), make()]
    assert all("waits as challenger" in section(user(app)) for app in apps)
    point("shadow")
    for app in apps:
        app.shadows.look()
    assert all("Version 7 predicts recorded requests" in section(user(app)) for app in apps)
    refused = user(apps[1]).post(JOBS, {"action": "begin shadow", "version": "7"})
    assert refused.status_code == 409


def test_without_records_no_period_begins(make, point, call, tmp_path, store):
    point("challenger")
    make()
    app = create_app(ServiceSettings(home=tmp_path), store, None)
    app.champions.refresh()
    response = call(app, "POST", f"/v1/{CELLS}/retraining-jobs", json={"shadow": 7})
    assert response.status_code == 409
    assert response.json()["detail"].endswith("nothing is recorded")
    assert call(app, "GET", HEALTH).status_code == 503
