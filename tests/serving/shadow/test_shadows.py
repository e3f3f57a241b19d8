"""A version in shadow answers the requests of clients; no client sees it, and nothing that it does hurts them."""

import io
import json
import logging
import shutil
from typing import Any

import pyarrow as pa
import pytest

from records import shadow as records
from serving.outcomes.tables import Tables
from serving.shadow import shadows as module
from serving.shadow.shadows import Shadows
from serving.wire.bodies import ARROW

from .conftest import PROCESS, ROW, URL


@pytest.fixture(autouse=True)
def restless(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a version in shadow answer without a rest."""
    monkeypatch.setattr(module, "_REST", 0.0)


@pytest.fixture
def shadows(app: Any) -> Shadows:
    """The service's versions in shadow, looked for once."""
    app.shadows.look()
    return app.shadows


def stored_answers(database: Any) -> list[records.ShadowResponse]:
    with database.read() as connection:
        numbers = [one.number for one in records.waiting(connection, PROCESS, 0, 1000)]
        return list(records.responses_to(connection, numbers).values())


def all_rows(app: Any) -> list[dict[str, Any]]:
    seed = app.champions.statuses[PROCESS].offers.seed
    return [row for batch in Tables(app.database, seed).all_rows() for row in batch.to_pylist()]


def test_what_it_answers_stands_in_the_records_under_the_ids_that_clients_have(
    app: Any, post: Any, shadows: Shadows, database: Any
) -> None:
    rows = [ROW | {"unit": unit} for unit in ("A", "B")]
    body = post(json={"rows": rows, "digits": "all", "include": ["model"]}).json()
    assert shadows.answer() is False
    (one,) = stored_answers(database)
    predictions = json.loads(one.predictions)
    assert one.version == 2
    assert one.digest == shadows.now[PROCESS].served.digest != body["model"]["digest"]
    for own, theirs in zip(predictions, body["predictions"], strict=True):
        assert (own["id"], own["unit"]) == (theirs["id"], theirs["unit"])
        assert own["y"]["value"] == pytest.approx(theirs["y"]["value"] + 1.0, abs=1e-9)
    assert shadows.now[PROCESS].answered == 1
    result = all_rows(app)
    assert [(row["version"], row["shadow_version"], row["shadow_digest"]) for row in result] == [(1, 2, one.digest)] * 2
    assert [json.loads(row["shadow_prediction"]) for row in result] == predictions
    assert [json.loads(row["prediction"]) for row in result] == body["predictions"]


def test_each_request_is_answered_once_and_those_of_before_are_not(post: Any, app: Any, database: Any) -> None:
    post("A")  # before the version is there
    app.shadows.look()
    for unit in "BCD":
        post(unit)
        app.shadows.answer()
    assert [json.loads(one.predictions)[0]["unit"] for one in stored_answers(database)] == ["B", "C", "D"]
    assert [row["shadow_version"] for row in all_rows(app)] == [None, 2, 2, 2]
    again = Shadows(app.champions, app.shadows._store, app.shadows._loading, database, 0.1)
    post("E")  # while the service was away
    again.look()
    again.answer()
    app.shadows.look()
    app.shadows.answer()
    assert [json.loads(one.predictions)[0]["unit"] for one in stored_answers(database)] == ["B", "C", "D", "E"]


def test_clients_see_nothing_of_it(app: Any, post: Any, call: Any, shadows: Shadows) -> None:
    before = post("A").json()
    shadows.answer()
    after = post("A").json()
    assert [{**one, "id": ""} for one in after["predictions"]] == [{**one, "id": ""} for one in before["predictions"]]
    assert after["model"] == before["model"]
    assert "shadow" not in json.dumps(after)
    for path in ("/health/ready", f"/health/ready/{PROCESS}", f"/v2/models/{PROCESS}"):
        message = call(app, "GET", path)
        assert message.status_code == 200
        assert "shadow" not in message.text


def test_processes_name_it_to_the_role_operate_alone(app: Any, call: Any, shadows: Shadows, database: Any) -> None:
    from records.keys import make

    def named(**headers: str) -> Any:
        response = call(app, "GET", "/v1/processes", headers=headers)
        assert response.status_code == 200, response.text
        return response.json()["processes"][0]["shadow"]

    shadow = {"version": 2, "digest": shadows.now[PROCESS].served.digest, "reason": None}
    assert named() == shadow  # this machine, as long as there is no key
    operator, client = (make(database, "ann", "a key", [role]) for role in ("operate", "predict"))
    app.ring.refresh()
    assert named(authorization=f"Bearer {operator}") == shadow
    assert named(authorization=f"Bearer {client}") is None


def test_a_scrape_counts_what_it_did(app: Any, post: Any, call: Any, shadows: Shadows) -> None:
    post("A")
    shadows.answer()
    text = call(app, "GET", "/metrics").text
    assert f'nonferrous_shadow_version{{process="{PROCESS}"}} 2.0' in text
    for result, count in (("answered", 1.0), ("dropped", 0.0), ("failed", 0.0)):
        assert f'nonferrous_shadow_requests_total{{process="{PROCESS}",result="{result}"}} {count}' in text


def test_more_requests_than_may_wait_are_dropped_the_oldest_first(app: Any, post: Any, database: Any) -> None:
    made = Shadows(app.champions, app.shadows._store, app.shadows._loading, database, 0.1, most_waiting=2)
    made.look()
    for unit in "ABCDE":
        post(unit)
    made.look()
    made.answer()
    assert [json.loads(one.predictions)[0]["unit"] for one in stored_answers(database)] == ["D", "E"]
    assert (made.now[PROCESS].answered, made.now[PROCESS].dropped) == (2, 3)


def test_tables_are_answered_with_their_coverage_and_long_ones_are_dropped(
    post: Any, shadows: Shadows, database: Any
) -> None:
    def table(rows: int) -> bytes:
        sent, sink = pa.Table.from_pylist([ROW | {"unit": f"A-{i}"} for i in range(rows)]), io.BytesIO()
        with pa.ipc.new_stream(sink, sent.schema) as writer:
            writer.write_table(sent)
        return sink.getvalue()

    headers = {"content-type": ARROW}
    response = post(content=table(3), headers=headers, params={"coverage": 0.5})
    post(content=table(51), headers=headers)
    shadows.answer()
    (one,) = stored_answers(database)
    own, theirs = json.loads(one.predictions), pa.ipc.open_stream(response.content).read_all().to_pylist()
    assert [row["unit"] for row in own] == ["A-0", "A-1", "A-2"]
    for mine, other in zip(own, theirs, strict=True):
        assert mine["y"]["value"] == pytest.approx(other["y"] + 1.0, abs=1e-9)
        assert mine["y"]["high"] - mine["y"]["low"] == pytest.approx(other["y_high"] - other["y_low"], rel=0.01)
    assert (shadows.now[PROCESS].answered, shadows.now[PROCESS].dropped) == (1, 1)


def test_explanations_are_left_out(post: Any, shadows: Shadows, database: Any) -> None:
    message = post(json={"rows": [ROW], "include": ["explanation"]}).json()["predictions"][0]
    shadows.answer()
    assert "explanation" in message
    assert "explanation" not in json.loads(stored_answers(database)[0].predictions)[0]


def test_a_version_that_does_not_load_is_named_and_hurts_nobody(
    app: Any, post: Any, call: Any, home: Any, caplog: pytest.LogCaptureFixture
) -> None:
    shutil.rmtree(home / "2")
    with caplog.at_level(logging.WARNING, "nonferrous.serving"):
        for _ in range(3):
            app.shadows.look()
    assert [one.getMessage().split(":")[1].strip() for one in caplog.records] == ["version 2 in shadow is refused"]
    post("A")
    assert app.shadows.answer() is False
    assert call(app, "GET", "/health/ready").json()["status"] == "ready"
    assert f'nonferrous_shadow_version{{process="{PROCESS}"}} 0.0' in call(app, "GET", "/metrics").text
    shown = call(app, "GET", "/v1/processes").json()["processes"][0]["shadow"]
    assert (shown["version"], shown["digest"], shown["reason"] is None) == (2, None, False)


def test_a_version_that_came_back_is_tried_again_after_a_while(app: Any, home: Any, database: Any) -> None:
    now = [0.0]
    made = Shadows(app.champions, app.shadows._store, app.shadows._loading, database, 2.0, clock=lambda: now[0])
    (home / "2").rename(home / "away")
    made.look()
    (home / "away").rename(home / "2")
    for moment, served in ((1.0, False), (2.0, True)):
        now[0] = moment
        made.look()
        assert (made.now[PROCESS].served is not None) is served


def test_the_files_of_a_version_that_answers_may_be_gone(post: Any, shadows: Shadows, home: Any, database: Any) -> None:
    shutil.rmtree(home / "2")
    shadows.look()
    post("A")
    shadows.answer()
    assert len(stored_answers(database)) == 1


def test_a_version_that_fails_is_counted_and_goes_on(
    post: Any, shadows: Shadows, monkeypatch: pytest.MonkeyPatch, database: Any, caplog: pytest.LogCaptureFixture
) -> None:
    whole = module.answered

    def broken(one: Any, *more: Any) -> Any:
        if json.loads(one.request_body)["rows"][0]["unit"] != "C":
            raise RuntimeError("no tree is left")
        return whole(one, *more)

    monkeypatch.setattr(module, "answered", broken)
    for unit in "ABC":
        post(unit)
    shadows.answer()
    assert (shadows.now[PROCESS].failed, shadows.now[PROCESS].answered) == (2, 1)
    assert [json.loads(one.predictions)[0]["unit"] for one in stored_answers(database)] == ["C"]
    assert [one.getMessage() for one in caplog.records if "fails" in one.getMessage()] == [
        "toy_cells: version 2 in shadow: it fails: no tree is left"
    ]


def test_without_the_alias_nothing_is_answered_any_more(app: Any, post: Any, shadows: Shadows, database: Any) -> None:
    app.shadows._store._pointed.pop((PROCESS, "shadow"))
    shadows.look()
    post("A")
    shadows.answer()
    assert (dict(shadows.now), stored_answers(database)) == ({}, [])


def test_where_no_seed_asks_nobody_looks_for_a_version(app: Any, shadows: Shadows, monkeypatch: Any) -> None:
    seed = app.champions.statuses[PROCESS].offers.seed
    monkeypatch.setattr(shadows._store, "shadow", lambda process: pytest.fail("it was looked for"))
    monkeypatch.setattr(shadows._champions, "_statuses", {PROCESS: _without(app.champions.statuses[PROCESS], seed)})
    shadows.look()
    assert dict(shadows.now) == {}


def _without(status: Any, seed: Any) -> Any:
    """A status whose seed asks for no shadow period."""
    from dataclasses import replace

    process = seed.process.model_copy(update={"shadow": None})
    return replace(status, offers=replace(status.offers, seed=seed.model_copy(update={"process": process})))


def test_it_follows_outcomes_as_a_champion_does(app: Any, post: Any, call: Any, shadows: Shadows) -> None:
    """What the toy model takes up is the task's matter; here, that both are given the same outcomes."""
    post("A")
    shadows.answer()
    outcome = {"outcomes": [{"unit": "A", "period_start": ROW["period_start"], "y": 90.0}]}
    assert call(app, "POST", f"{URL}/outcomes", json=outcome).status_code == 200
    calls: list[str] = []
    followed = shadows._followers.followed
    shadows._followers.followed = lambda served, payloads: calls.append(served.digest) or followed(served, payloads)
    post("B")
    shadows.answer()
    assert calls == [shadows.now[PROCESS].served.digest]
