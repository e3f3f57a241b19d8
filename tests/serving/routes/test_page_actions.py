"""Decisions of users on the pages: what they change, who may make them, and what is refused."""

import html
import json
import re

import pytest

from dashboard import addresses
from records import audit, user_decisions

CELLS = "toy_cells"
ADVICE = {
    "unit": "A-001",
    "period_start": "2026-01-02",
    "setpoints": {"x_set": {"plan": 10.0, "move": 0.5, "recommended": 10.5, "unit": "V"}},
    "gain": {"value": 12.0, "low": 4.0, "high": 20.0, "unit": "$/d"},
    "effects": {"y": {"value": 0.4, "low": 0.1, "high": 0.7, "unit": "%"}},
    "limits": [],
    "cause": "less power",
    "refusal": None,
}
REASON = {"reason": "the anode was just changed"}
UNIT = addresses.of_unit(CELLS, "A-001")
BUTTON = re.compile(r'<button form="quick" formaction="([^"]*)" name="about" value="([^"]*)">')


def alarm(is_alarm=True, unit="A-001", day="2026-01-02"):
    one = {"alarm": is_alarm, "probability": 0.7, "threshold": 0.2, "horizon": 1, "cause": "anodes", "refusal": None}
    return {"warnings": [{"unit": unit, "period_start": day, "events": {"hot": one}}]}


def buttons(browser, path=UNIT):
    """Action, address and subject of each button of a page."""
    matches = BUTTON.findall(browser.get(path).text)
    return {json.loads(html.unescape(about))["action"]: (to, html.unescape(about)) for to, about in matches}


def press(browser, action, path=UNIT, token=None):
    address, about = buttons(browser, path)[action]
    return browser.post(address, {"about": about, "next": path}, token)


def decide(browser, action, about, process=CELLS, **fields):
    return browser.post(addresses.of_decide({"process": process}), {"about": about, "action": action, **fields})


def about(event="", record="none", unit="A-001"):
    return json.dumps({"unit": unit, "event": event, "record": record})


def stored(database):
    with database.read() as connection:
        return user_decisions.after(connection, 0, 100)


@pytest.fixture
def advised(plant, send, record):
    send(plant, CELLS)
    record(CELLS, "recommendations", {"recommendations": [ADVICE]})
    return plant


@pytest.fixture
def warned(plant, send, record):
    send(plant, CELLS)
    record(CELLS, "warnings", alarm())
    return plant


def test_an_accepted_recommendation_is_stored_with_user_time_moves_and_audit(advised, user, database):
    browser = user(advised)
    assert press(browser, "accept").status_code == 303
    (one,) = stored(database)
    assert (one.process, one.unit, one.action, one.period) == (CELLS, "A-001", "accept", "2026-01-02T00:00:00")
    assert one.content["moves"] == {"x_set": 0.5}
    assert one.actor
    with database.read() as connection:
        assert [entry.action for entry in audit.of_process(connection, CELLS)] == ["recommendation accept"]
        assert audit.faults(connection) == []
    page = browser.get(UNIT).text
    assert "accepted" in page
    assert "accept" not in buttons(browser)
    assert "moves: 1" not in browser.get(addresses.of_process(CELLS, "recommendation")).text


def test_a_declined_recommendation_shows_its_reason_as_text(advised, user, database):
    browser = user(advised)
    form = browser.get(addresses.of_decide({"process": CELLS, "unit": "A-001"}, UNIT))
    subject = html.unescape(re.findall(r'name="about" value="([^"]*)"', form.text)[0])
    assert decide(browser, "decline", subject, reason="<b>no</b> 阳极刚换").status_code == 303
    (one,) = stored(database)
    assert (one.action, one.reason) == ("decline", "<b>no</b> 阳极刚换")
    for path in (UNIT, addresses.of_decisions(CELLS)):
        text = browser.get(path).text
        assert "&lt;b&gt;no&lt;/b&gt; 阳极刚换" in text
        assert "<b>no</b>" not in text


def test_a_newer_recommendation_is_open_again_and_the_replaced_one_is_refused(advised, user, database, record):
    browser = user(advised)
    address, old = buttons(browser)["accept"]
    press(browser, "accept")
    record(CELLS, "recommendations", {"recommendations": [ADVICE | {"period_start": "2026-01-03"}]})
    late = browser.post(address, {"about": old, "next": UNIT})
    assert late.status_code == 409
    assert "A newer state has come" in late.text
    assert "accept" in buttons(browser)


def test_a_postponed_recommendation_is_open_again_after_its_end(advised, user, monkeypatch):
    from dashboard.views import recommendations

    browser = user(advised)
    _, subject = buttons(browser)["accept"]
    assert decide(browser, "postpone", subject, hours="2", **REASON).status_code == 303
    assert "postponed" in browser.get(UNIT).text
    assert "accept" not in buttons(browser)
    later = recommendations.now() + 2 * 3600 * 10**6 + 1
    monkeypatch.setattr(recommendations, "now", lambda: later)
    assert "accept" in buttons(browser)


def test_an_acknowledged_alarm_stays_in_effect_until_it_ends_and_a_new_one_is_not_acknowledged(
    warned, make_plant, user, record
):
    browser = user(warned)
    assert press(browser, "acknowledge", "/").status_code == 303
    text = browser.get("/").text
    assert "acknowledged" in text
    assert "70%" in text
    assert "acknowledge" not in buttons(browser, "/")
    record(CELLS, "warnings", alarm())
    assert "acknowledge" not in buttons(user(make_plant()), "/")
    record(CELLS, "warnings", alarm(is_alarm=False))
    record(CELLS, "warnings", alarm())
    assert "acknowledge" in buttons(user(make_plant()), "/")


def test_a_shelved_alarm_leaves_the_list_until_its_end_or_its_return(warned, user, monkeypatch):
    from dashboard.views import warnings

    browser = user(warned)
    _, subject = buttons(browser, "/")["acknowledge"]
    assert decide(browser, "shelve", subject, hours="8", **REASON).status_code == 303
    text = browser.get("/").text
    assert "Shelved warnings: 1" in text
    assert REASON["reason"] in text
    assert "acknowledge" not in buttons(browser, "/")
    with monkeypatch.context() as patched:
        later = warnings.now() + 8 * 3600 * 10**6 + 1
        patched.setattr(warnings, "now", lambda: later)
        assert "acknowledge" in buttons(browser, "/")
    assert press(browser, "unshelve", "/").status_code == 303
    assert "acknowledge" in buttons(browser, "/")


def test_the_rate_counts_alarms_that_began_and_lists_the_most_frequent(warned, make_plant, user, record):
    record(CELLS, "warnings", alarm())  # goes on
    record(CELLS, "warnings", alarm(is_alarm=False))
    record(CELLS, "warnings", alarm())
    record(CELLS, "warnings", alarm(unit="A-002"))
    text = user(make_plant()).get("/").text
    assert "New alarms: 3 in the last hour, 3 in the last 24 hours." in text
    listed = re.findall(r"<ol>(.*?)</ol>", text, re.DOTALL)[0]
    assert re.findall(r"<bdi>(.*?)</bdi>.*?: (\d)</li>", listed) == [("A-001", "2"), ("A-002", "1")]


def test_a_second_replica_shows_the_decision(advised, make_plant, user):
    press(user(advised), "accept")
    assert "accepted" in user(make_plant()).get(UNIT).text


@pytest.mark.parametrize(
    ("action", "subject", "fields", "status"),
    [
        pytest.param("accept", about(), {}, 409, id="no such record"),
        pytest.param("accept", about(unit="A-999"), {}, 404, id="no such unit"),
        pytest.param("acknowledge", about("hot"), {}, 409, id="no alarm"),
        pytest.param("promote", about(), {}, 422, id="no such action"),
        pytest.param("accept", "{", {}, 422, id="no JSON"),
        pytest.param("accept", '{"unit": 5, "record": "r"}', {}, 422, id="a number as unit"),
        pytest.param("postpone", about(), {**REASON, "hours": "9000"}, 422, id="too long"),
        pytest.param("postpone", about(), {**REASON, "hours": "-1"}, 422, id="negative hours"),
        pytest.param("postpone", about(), REASON, 422, id="no hours"),
    ],
)
def test_a_manipulated_form_is_one_clear_page_and_changes_nothing(
    advised, user, database, action, subject, fields, status
):
    response = decide(user(advised), action, subject, **fields)
    assert response.status_code == status
    assert response.text.count("<h1>") == 1
    assert stored(database) == []


def test_a_decision_without_its_reason_changes_nothing(advised, user, database):
    browser = user(advised)
    _, subject = buttons(browser)["accept"]
    response = decide(browser, "decline", subject, reason=" ")
    assert response.status_code == 422
    assert "reason: got none" in response.text
    assert stored(database) == []


PATHS = [addresses.of_decide({"process": CELLS}), addresses.of_jobs(CELLS), addresses.of_batches(CELLS)]


@pytest.mark.parametrize("path", PATHS, ids=["decide", "jobs", "batches"])
@pytest.mark.parametrize(
    ("roles", "processes"),
    [
        pytest.param(("view",), (), id="view"),
        pytest.param(("predict", "outcome", "view"), (), id="predict and outcome"),
        pytest.param(("operate",), ("toy_lots",), id="another process"),
    ],
)
def test_a_key_without_the_role_or_process_can_do_nothing(advised, user, database, key, path, roles, processes):
    subject = buttons(user(advised))["accept"][1]
    browser_of_all = user(advised)
    one = key(*roles, processes=processes)
    advised.ring.refresh()
    browser = browser_of_all
    assert browser.sign_in(one).status_code == 303
    token = re.findall(r'name="token" value="([0-9a-f]{64})"', browser.get("/").text)[0]
    fields = {"about": subject, "action": "submit", "batch": "1", "reason": "x"}
    response = browser.post(path, fields, token)
    assert response.status_code in (403, 404)
    assert stored(database) == []
    assert 'form="quick"' not in browser.get(UNIT).text


@pytest.mark.parametrize("path", PATHS, ids=["decide", "jobs", "batches"])
def test_a_form_of_another_site_changes_nothing(advised, user, database, path):
    browser = user(advised)
    subject = buttons(browser)["accept"][1]
    for token in ("", "0" * 64):
        response = browser.post(path, {"about": subject, "action": "accept", "batch": "1", "reason": "x"}, token)
        assert response.status_code == 403
        assert "The form was not accepted" in response.text
    assert stored(database) == []


def test_a_batch_is_withdrawn_with_a_reason_once(plant, user, send, call, database):
    send(plant, CELLS)
    outcome = {"unit": "A-001", "period_start": "2026-01-01", "y": 92.125}
    assert call(plant, "POST", f"/v1/{CELLS}/outcomes", json={"outcomes": [outcome]}).status_code == 200
    browser, health = user(plant), addresses.of_health(CELLS)
    assert "Withdraw the batch" in browser.get(health).text
    fields = {"batch": "1", "action": "withdraw", "next": health}
    assert browser.post(addresses.of_batches(CELLS), {**fields, "reason": ""}).status_code == 422
    assert browser.post(addresses.of_batches(CELLS), {**fields, "batch": "7", "reason": "x"}).status_code == 404
    assert browser.post(addresses.of_batches("toy_lots"), {**fields, "reason": "x"}).status_code == 404
    assert browser.post(addresses.of_batches(CELLS), {**fields, "reason": "wrong scale"}).status_code == 303
    assert "wrong scale" in browser.get(health).text
    again = browser.post(addresses.of_batches(CELLS), {**fields, "reason": "x"})
    assert again.status_code == 409
    assert "withdrawn already" in again.text


def test_jobs_are_submitted_once_and_cancelled(plant, user):
    browser, health, path = user(plant), addresses.of_health(CELLS), addresses.of_jobs(CELLS)
    assert browser.post(path, {"action": "submit", "dry_run": "yes", "next": health}).status_code == 303
    page = browser.get(health).text
    (job,) = re.findall(r'name="job" value="([^"]*)"', page)
    assert browser.post(path, {"action": "submit"}).status_code == 409
    assert browser.post(addresses.of_jobs("toy_lots"), {"action": "cancel", "job": job}).status_code == 404
    assert browser.post(path, {"action": "cancel", "job": "none"}).status_code == 404
    assert browser.post(path, {"action": "pause"}).status_code == 422
    assert browser.post(path, {"action": "cancel", "job": job, "next": health}).status_code == 303
    assert "cancelled" in browser.get(health).text


def test_the_realised_effect_is_the_change_beyond_that_of_other_units(plant, make_plant, user, send, record, call):
    """Before the move all units have 92; then all gain 0.2, and the moved one 0.5 more."""
    days = [f"2026-0{1 + i}-01" for i in range(6)]  # months, which differ in length
    units = ("A-001", "A-002", "A-003")
    send(plant, CELLS, *({"unit": unit, "period_start": day} for unit in units for day in days))
    record(CELLS, "recommendations", {"recommendations": [ADVICE | {"period_start": days[3]}]})
    assert press(user(plant), "accept").status_code == 303
    outcomes = [
        {"unit": unit, "period_start": day, "y": 92.0 + 0.2 * (i >= 3) + 0.5 * (i >= 3 and unit == "A-001")}
        for unit in units
        for i, day in enumerate(days)
    ]
    page = addresses.of_decisions(CELLS)
    assert "not known yet" in user(plant).get(page).text
    assert call(plant, "POST", f"/v1/{CELLS}/outcomes", json={"outcomes": outcomes}).status_code == 200
    text = re.sub(r"<[^>]*>", " ", user(make_plant()).get(page).text)
    assert re.search(r"\s1\s+\+0\.4\s+\+0\.5\s", text)
