"""Texts of pages about recorded rows, warnings and decisions, with any name of a unit."""

import html
import json
import re
from itertools import chain, repeat
from urllib.parse import urlencode

import pytest

from dashboard import addresses
from dashboard.rendering import POLICY
from seeds import load

CELLS, LOTS, ORES, SCRAP = "toy_cells", "toy_lots", "toy_ores", "toy_scrap"
PIECE = {"lot": "L-1"}
HOSTILE = {
    "markup": "<script>alert(1)</script>",
    "quotes": "\"'><img src=x onerror=alert(1)>",
    "template": "{{ 7 * 7 }}{% raw %}",
    "slashes": "a/../../etc/passwd\\b",
    "percent": "100%25%2F%00 + & = ?#;",
    "right to left": "שלום \N{RIGHT-TO-LEFT OVERRIDE}abc",
    "Chinese": "一系列三号槽",
    "long": "槽" * 200,
    "line separator": "a\N{LINE SEPARATOR}b",
}


def text_of(response) -> str:
    assert response.status_code == 200, response.text
    return html.unescape(re.sub(r"<[^>]*>", " ", response.text))


def test_a_plant_without_data_says_what_to_do(make_plant, user):
    text = text_of(user(make_plant(CELLS)).get("/"))
    assert "No row is recorded yet" in text
    assert "Send a row by hand" in text
    assert "version 3 in service" in text


def test_a_plant_without_a_model_names_the_command(toy_folder, database, monkeypatch, user, tmp_path):
    from serving.app import create_app
    from serving.hot_reload.folder_store import FolderStore
    from serving.settings import ServiceSettings

    monkeypatch.setenv("NONFERROUS_SEEDS", str(toy_folder(CELLS)))
    app = create_app(ServiceSettings(home=tmp_path), FolderStore(), database)
    assert "The service is starting" in text_of(user(app).get("/"))
    app.champions.refresh()
    assert "nonferrous train" in text_of(user(app).get("/"))


def test_predictions_are_shown_with_their_interval_and_unit(plant, user, send, call):
    send(plant, CELLS, {}, {"unit": "A-002"})
    y = call(plant, "GET", f"/v1/{CELLS}/predictions/latest").json()["predictions"][0]["y"]
    browser = user(plant)
    for path in (addresses.of_process(CELLS), addresses.of_unit(CELLS, "A-001")):
        text = text_of(browser.get(path))
        assert y["unit"] in text
        assert str(round(y["value"], 1)).split(".")[0] in text
    unit = browser.get(addresses.of_unit(CELLS, "A-001")).text
    series = json.loads(html.unescape(re.findall(r'id="quantity-1"[^>]*data-series="([^"]*)"', unit)[0]))
    shown = [series[part][0] for part in ("value", "low", "high")]
    assert shown == pytest.approx([y["value"], y["low"], y["high"]], rel=1e-5)
    assert series["outcome"] == [None]


def test_an_outcome_stands_beside_its_prediction(plant, user, send, call):
    send(plant, CELLS, {}, {"period_start": "2026-01-02"})
    outcome = {"unit": "A-001", "period_start": "2026-01-01", "y": 92.125}
    assert call(plant, "POST", f"/v1/{CELLS}/outcomes", json={"outcomes": [outcome]}).status_code == 200
    unit = user(plant).get(addresses.of_unit(CELLS, "A-001")).text
    series = json.loads(html.unescape(re.findall(r'id="quantity-1"[^>]*data-series="([^"]*)"', unit)[0]))
    assert series["outcome"] == [92.125, None]


@pytest.mark.parametrize("name", list(HOSTILE.values()), ids=list(HOSTILE))
def test_hostile_names_of_units_remain_text_and_their_links_work(plant, user, send, name):
    from models.consistency.unit_names import unit_name

    send(plant, CELLS, {"unit": name})
    browser, stored = user(plant), unit_name(name)
    page = browser.get(addresses.of_process(CELLS)).text
    (link,) = re.findall(r'class="tile [a-z]+" href="([^"]*)"', page)
    assert html.unescape(re.findall(r'<bdi class="name">(.*?)</bdi>', page, re.DOTALL)[0]) == stored
    unit = browser.get(html.unescape(link))
    assert unit.status_code == 200
    assert html.unescape(re.findall(r"<h1><bdi>(.*?)</bdi>", unit.text, re.DOTALL)[0]) == stored
    for text in (page, unit.text):
        assert "<script>alert" not in text
        assert "<img" not in text
        assert "49" not in re.findall(r"<title>(.*?)</title>", text)[0]


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(f"/dashboard/processes/{CELLS}/unit?{urlencode({'name': 'A-999'})}", id="unit"),
        pytest.param(f"/dashboard/processes/{CELLS}/unit", id="no unit"),
        pytest.param("/dashboard/processes/none", id="process"),
        pytest.param("/dashboard/processes/%3Cscript%3E/health", id="markup"),
    ],
)
def test_what_does_not_exist_is_a_page_that_says_so(plant, user, send, path):
    send(plant, CELLS)
    response = user(plant).get(path)
    assert response.status_code == 404
    assert "There is no such page" in response.text
    assert "<script>" not in response.text


def test_the_overview_compares_lots_with_the_intended_grade_in_grey_while_they_keep_it(plant, user, send, call):
    send(plant, LOTS)
    contents = call(plant, "GET", f"/v1/{LOTS}/predictions/latest").json()["predictions"][0]["contents"]
    p, q = (contents[name]["value"] for name in "pq")
    assert 1 > p / 6 > max(q / 5, (p + q) / 9)  # prime's limits: 6 of p, 5 of q, 9 of both together
    page = user(plant).get("/")
    row = " ".join(text_of(page).split("Distance from targets")[1].split())
    assert f"Prime : {load(LOTS).targets['p'].description} limit assumed" in row
    assert "≤ 6 ppm" in row
    (mark,) = re.findall(r'<span class="mark (\w+)"><span aria-hidden="true">.</span> within', page.text)
    assert mark == "normal"


def event(probability, **more):
    one = {"alarm": probability >= 0.2, "probability": probability, "threshold": 0.2, "horizon": 1, "cause": "anodes"}
    return {"events": {"hot": {**one, "refusal": None, **more}}}


def test_alarms_are_in_effect_until_a_later_period_is_predicted(plant, make_plant, user, send, record):
    send(plant, CELLS, {}, {"unit": "A-002"})
    one, other = ({"unit": unit, "period_start": "2026-01-01"} for unit in ("A-001", "A-002"))
    record(CELLS, "warnings", {"warnings": [one | event(0.7), other | event(0.1)]})
    assert re.findall(r"<bdi>(A-\d+)</bdi>.*?70%", user(plant).get("/").text, re.DOTALL) == ["A-001"]
    assert "70%" in text_of(user(plant).get(addresses.of_unit(CELLS, "A-001")))
    later = make_plant()
    send(later, CELLS, {"period_start": "2026-06-01"})
    assert "70%" not in text_of(user(later).get("/"))


def test_a_recommendation_names_moves_gain_limits_and_cause(plant, user, send, record):
    send(plant, CELLS)
    advice = {
        "unit": "A-001",
        "period_start": "2026-01-02",
        "setpoints": {"x_set": {"plan": 10.0, "move": 0.5, "recommended": 10.5, "unit": "V"}},
        "gain": {"value": 12.0, "low": 4.0, "high": 20.0, "unit": "$/d"},
        "limits": [
            {"name": "heat", "unit": "K", "at_most": 9.0, "at_least": None, "expected": 8.5}
            | {"violation_probability": 0.2, "max_violation_probability": 0.05}
        ],
        "cause": "less power",
        "refusal": None,
    }
    record(CELLS, "recommendations", {"recommendations": [advice]})
    text = text_of(user(plant).get(addresses.of_unit(CELLS, "A-001")))
    for part in ("+0.5", "10.5", "$/d", "less power", "heat", "20%", "5"):
        assert part in text


def test_a_refusal_is_shown_and_a_broken_record_hides_no_other(plant, user, send, record):
    send(plant, CELLS)
    refused = {"unit": "A-001", "period_start": "2026-01-02", "setpoints": {}, "refusal": "too short a history"}
    record(CELLS, "recommendations", {"recommendations": [refused]})
    record(CELLS, "warnings", {"warnings": [{"unit": "A-001", "events": "none"}, 5, {"unit": None}]})
    record(CELLS, "warnings", {"warnings": {"A-001": 1}})
    text = text_of(user(plant).get(addresses.of_unit(CELLS, "A-001")))
    assert "too short a history" in text


def test_lots_show_their_decision_until_their_outcome(plant, user, send, call):
    send(plant, LOTS, {}, {"line": "T-02"}, include=["grades"])
    browser = user(plant)
    page = browser.get(addresses.of_process(LOTS)).text
    assert {"T-01", "T-02"} <= set(re.findall(r"<bdi>(T-0\d)</bdi>", page))


def test_a_sorter_shows_its_bins_by_share(plant, user, call):
    seed = load(SCRAP)
    row = {column.name: column.typical_value for column in seed.inputs if column.typical is not None}
    identity = {column.name: "2026-01-01T06:00:00" if column.role == "time" else "L-1" for column in seed.identity}
    response = call(plant, "POST", f"/v1/{SCRAP}/predictions", json={"rows": [identity | row] * 3})
    assert response.status_code == 200, response.text
    text = text_of(user(plant).get(addresses.of_process(SCRAP)))
    title = next(one.title for one in seed.bins if one.name == response.json()["predictions"][0]["bin"])
    assert title in text
    assert "100%" in text
    assert "L-1" in text


def test_pages_obey_one_policy_and_are_stored_nowhere(plant, user, send):
    send(plant, CELLS)
    browser = user(plant)
    for path in ("/", addresses.of_process(CELLS), addresses.of_unit(CELLS, "A-001"), addresses.of_health(CELLS)):
        response = browser.get(path)
        assert response.headers["content-security-policy"] == POLICY
        assert response.headers["cache-control"] == "no-store"
        assert response.headers["x-content-type-options"] == "nosniff"
        assert not re.search(r"<script(?![^>]* src=)|<style| style=| on[a-z]+=\"", response.text)
    assert "unsafe" not in POLICY


def test_assets_are_cached_under_the_digest_of_their_content(plant, user, call):
    (address,) = re.findall(r'href="([^"]*pages\.css)"', user(plant).get("/").text)
    response = call(plant, "GET", address)
    assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert response.headers["content-type"] == "text/css; charset=utf-8"
    for other in (address.replace("pages.css", "../app.py"), address.replace("/assets/", "/assets/0")):
        response = call(plant, "GET", other)
        assert response.status_code == 404
        assert response.headers["cache-control"] == "no-store"


def test_the_language_is_that_of_the_browser_until_the_user_sets_one(plant, user):
    browser = user(plant)
    assert '<html lang="zh-Hans">' in browser.get("/", **{"accept-language": "zh-CN,zh;q=0.9"}).text
    assert '<html lang="en">' in browser.get("/", **{"accept-language": "de"}).text
    token = re.findall(r'name="token" value="([0-9a-f]{64})"', browser.get("/").text)[0]
    response = browser.post("/dashboard/language", {"language": "zh", "next": addresses.of_process(CELLS)}, token)
    assert response.headers["location"] == addresses.of_process(CELLS)
    assert "总览" in browser.get("/", **{"accept-language": "en"}).text
    browser.post("/dashboard/language", {"language": "xx", "next": "/"}, token)
    assert "总览" in browser.get("/").text


CHINESE = {"accept-language": "zh-CN"}


def test_chinese_pages_translate_what_a_response_says(plant, user, send, record):
    send(plant, CELLS, {"z": 7.9})
    unit = {"unit": "A-001", "period_start": "2026-01-02"}
    refusal = "history knows 1 period without a gap before 2026-01-02: expected 3 or more"
    advice = {"setpoints": {"x_set": {"plan": 10.0, "unit": "count/s"}}, "cause": "less power", "refusal": refusal}
    record(CELLS, "recommendations", {"recommendations": [unit | advice]})
    record(CELLS, "warnings", {"warnings": [unit | event(0.7)]})
    browser = user(plant)
    page = browser.get(addresses.of_unit(CELLS, "A-001"), **CHINESE)
    shown = "2026-01-02 之前只有 1 个连续时段的数据：至少需要 3 个"
    for text in ("超出训练范围", "阳极", "电耗降低", shown, "计数/s"):
        assert text in text_of(page), text
    texts = {one.description for one in (*load(CELLS).columns, *load(CELLS).targets.values())}  # the toy has no Chinese
    english = {html.unescape(one).strip("“”") for one in re.findall(r'<span lang="en">(.*?)</span>', page.text)}
    assert english <= {*texts, load(CELLS).process.title, "hot"}
    assert "阳极" in text_of(browser.get("/", **CHINESE))
    assert refusal in text_of(browser.get(addresses.of_unit(CELLS, "A-001")))


def test_chinese_pages_escape_what_a_response_repeats(plant, user, send, record):
    send(plant, CELLS)
    hostile = "<script>alert(1)</script>"
    for refusal in (f"its seed cannot be used: {hostile}", f"probably {hostile}", f"{hostile} missing", hostile):
        advice = {"unit": "A-001", "period_start": "2026-01-02", "setpoints": {}, "refusal": refusal, "cause": 5}
        record(CELLS, "recommendations", {"recommendations": [advice]})
        page = user(plant).get(addresses.of_unit(CELLS, "A-001"), **CHINESE).text
        assert html.escape(hostile) in page
        assert hostile not in page


def test_the_pages_can_be_switched_off(make_plant, call):
    app = make_plant(CELLS, dashboard=False)
    for path in ("/", "/dashboard/sign-in", addresses.of_process(CELLS)):
        assert call(app, "GET", path).status_code == 404
    assert call(app, "GET", "/v1/processes").status_code == 200


def test_the_stream_sends_the_part_of_a_page_that_changes(plant, call, send):
    send(plant, CELLS)
    plant.is_ending = chain([False], repeat(True)).__next__
    response = call(plant, "GET", addresses.of_stream("process", CELLS))
    assert response.headers["content-type"].startswith("text/event-stream")
    lines = response.text.split("\n")
    assert all(line == "" or line.startswith("data: ") for line in lines)
    assert "A-001" in response.text
    assert "<html" not in response.text
    assert call(plant, "GET", addresses.of_stream("health", CELLS)).status_code == 204
