"""Pages in a real Chromium: accessibility, policy, updates, size of the first load."""

import asyncio
import socket
import time
from collections.abc import Mapping
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from threading import Thread

import pytest
import uvicorn

from dashboard import addresses
from registry.retraining.running_shadow import RunningShadow
from tests.suite.chromium import BrowserPage, chromium
from tests.suite.tools import needed

AXE = Path(__file__).parents[2] / "suite" / "axe" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
FIRST_LOAD = 250_000  # bytes
CELLS, LOTS, ORES = "toy_cells", "toy_lots", "toy_ores"

pytestmark = [
    pytest.mark.browser,
    pytest.mark.service,
    pytest.mark.long("starts a browser and opens each page in two languages"),
]


@pytest.fixture
def served(make_plant, store, send, record, monkeypatch, tmp_path):
    """A service with rows, warnings, recommendations and a version in shadow, and its address."""
    monkeypatch.setattr("dashboard.updates.POLL_SECONDS", 0.2)
    monkeypatch.setattr("dashboard.updates.CORE_SHARE", 1.0)
    monkeypatch.setattr("dashboard.contents.POLL_SECONDS", 0.2)
    file, period = tmp_path / "seeds" / f"{CELLS}.toml", 'period = { value = 30, unit = "d" }'
    file.write_text(
        file.read_text().replace(period, f'{period}\nshadow = {{ value = 60, unit = "d", source = "law" }}')
    )
    tags = RunningShadow.from_now(timedelta(days=60), 3).tags
    store.point(CELLS, 4, tmp_path / "missing", "shadow", tags)  # which is in trouble: it does not load
    app = make_plant()
    app.shadows.look()
    for day in ("2026-01-01", "2026-03-01", "2026-05-01"):
        send(app, CELLS, {"period_start": day}, {"period_start": day, "unit": "三号槽"})
    send(app, CELLS, {"period_start": "2026-05-01", "unit": "<b>'\""}, include=["explanation"])
    send(app, LOTS, {}, {"line": "T-02"}, include=["grades"])
    send(app, ORES, {}, {"face": "F-2", "grain": 0.7})
    one = {"unit": "三号槽", "period_start": "2026-05-01"}
    event = {"alarm": True, "probability": 0.7, "threshold": 0.2, "horizon": 1, "cause": "anodes", "refusal": None}
    record(CELLS, "warnings", {"warnings": [one | {"events": {"hot": event}}]})
    advice = {
        "setpoints": {"x_set": {"plan": 10.0, "move": 0.5, "recommended": 10.5, "unit": "V"}},
        "gain": {"value": 12.0, "low": 4.0, "high": 20.0, "unit": "$/d"},
        "limits": [{"name": "heat", "unit": "K", "at_most": 9.0, "expected": 8.5, "violation_probability": 0.1}],
        "effects": {"y": {"value": 0.4, "low": 0.1, "high": 0.7, "unit": "%"}},
        "cause": "less power",
    }
    record(CELLS, "recommendations", {"recommendations": [one | advice]})
    with closing(socket.socket()) as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(with_late_extension(app), lifespan="off", log_level="warning"))
        app.is_ending = lambda: server.should_exit
        thread = Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        while not server.started:
            time.sleep(0.02)
        yield app, f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join()


def with_late_extension(app):
    """The service behind a network on which the second script of a page arrives late."""

    async def late(scope, receive, send):
        if scope.get("path", "").endswith("/hx-sse.min.js"):
            await asyncio.sleep(0.2)
        await app(scope, receive, send)

    return late


@pytest.fixture
def page(tmp_path):
    with chromium(needed("chromium"), tmp_path / "profile") as one:
        yield one


PAGES = {
    "overview": addresses.OVERVIEW,
    "units": addresses.of_process(CELLS, "warning"),
    "lots": addresses.of_process(LOTS),
    "classes": addresses.of_process(ORES),
    "unit": addresses.of_unit(CELLS, "三号槽"),
    "explained unit": addresses.of_unit(CELLS, "<b>'\""),
    "health": addresses.of_health(CELLS),
    "decisions": addresses.of_decisions(CELLS),
    "decide on a recommendation": addresses.of_decide({"process": CELLS, "unit": "三号槽"}, "/"),
    "decide on a warning": addresses.of_decide({"process": CELLS, "unit": "三号槽", "event": "hot"}, "/"),
    "no page": addresses.of_process("none"),
}


def test_pages_are_accessible_and_need_no_other_host(served, page: BrowserPage):
    _, address = served
    assert violations_of(page, address, PAGES) == {}
    assert not [one for one in page.requests if not one.startswith((f"{address}/", "about:", "data:"))]
    assert [one for one in page.errors if "status of 404" not in one] == []  # the page that does not exist


def test_the_sign_in_form_is_accessible_with_and_without_an_error(served, page: BrowserPage, key):
    app, address = served
    key("view")  # from now on the service needs keys
    app.ring.refresh()
    assert violations_of(page, address, {"sign-in": addresses.OVERVIEW}) == {}
    assert page.evaluate("location.pathname") == addresses.SIGN_IN
    for language in ("en", "zh-CN"):
        page.language(language)
        page.open(address + addresses.OVERVIEW)
        page.evaluate("document.getElementById('key').value = 'no key'")
        click(page, page.evaluate("document.querySelector('.sign-in button').textContent"))
        assert page.evaluate("document.querySelectorAll('[role=alert]').length") == 1
        assert violations_of_one(page, AXE.read_text(encoding="utf-8")) == {}


def violations_of(page: BrowserPage, address: str, paths: Mapping[str, str]) -> dict[tuple[str, ...], list[str]]:
    """Rules that pages break, with elements, in each language, bright and wide, dark and narrow."""
    source = AXE.read_text(encoding="utf-8")
    violations = {}
    for language in ("en", "zh-CN"):
        page.language(language)
        for scheme, width in (("light", 1280), ("dark", 360)):
            page.show(width, 800, scheme)
            for name, path in paths.items():
                page.open(address + path)
                assert page.evaluate("document.documentElement.lang") == ("en" if language == "en" else "zh-Hans")
                for rule, elements in violations_of_one(page, source).items():
                    violations[language, scheme, name, rule] = elements
                wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
                assert wide <= 0, (name, language, width)
    return violations


def violations_of_one(page: BrowserPage, source: str) -> dict[str, list[str]]:
    """Rules that the open page breaks, with elements."""
    page.evaluate(source)
    result = page.evaluate(f"axe.run({{runOnly: {RULES!r}}}).then(one => one.violations)")
    return {one["id"]: [node["html"] for node in one["nodes"]][:3] for one in result}


def test_a_page_is_updated_while_it_is_open_and_holds_the_focus(served, page: BrowserPage, send):
    app, address = served
    page.open(address + addresses.of_process(CELLS))
    page.wait_for("document.getElementById('connection').textContent === 'Live'")
    page.evaluate("document.querySelector('.tile').focus()")
    before = page.evaluate("document.activeElement.getAttribute('href')")
    send(app, CELLS, {"unit": "new unit", "period_start": "2026-05-01"})
    page.wait_for("[...document.querySelectorAll('.tile')].some(one => one.textContent.includes('new unit'))")
    assert page.evaluate("document.activeElement.getAttribute('href')") == before
    assert page.errors == []


def test_a_shift_acknowledges_accepts_and_sees_the_realised_effect(served, page: BrowserPage, send, record, call):
    """Before the move all units have 92; then all gain 0.2, and the moved one 0.5 more."""
    app, address = served
    months = [f"2026-{month:02d}-01" for month in range(1, 7)]
    units = ("B-001", "B-002", "B-003")
    send(app, CELLS, *({"unit": unit, "period_start": day} for unit in units for day in months))
    page.open(address + addresses.OVERVIEW)
    page.wait_for("document.getElementById('connection').textContent === 'Live'")
    event = {"alarm": True, "probability": 0.9, "threshold": 0.2, "horizon": 9, "cause": "anodes", "refusal": None}
    warned = {"unit": "B-001", "period_start": "2026-06-01", "events": {"hot": event}}
    record(CELLS, "warnings", {"warnings": [warned]})
    page.wait_for("document.body.textContent.includes('90%')")
    click(page, "Acknowledge")
    page.wait_for("document.body.textContent.includes('acknowledged')")

    advice = {"setpoints": {"x_set": {"plan": 10.0, "move": 0.5, "recommended": 10.5, "unit": "V"}}}
    effects = {"effects": {"y": {"value": 0.4, "low": 0.1, "high": 0.7, "unit": "%"}}}
    record(
        CELLS, "recommendations", {"recommendations": [{"unit": "B-001", "period_start": months[3]} | advice | effects]}
    )
    page.open(address + addresses.of_unit(CELLS, "B-001"))
    page.wait_for("document.body.textContent.includes('Accept')")
    click(page, "Accept")
    page.wait_for("document.body.textContent.includes('accepted')")

    outcomes = [
        {"unit": unit, "period_start": day, "y": 92.0 + (day >= months[3]) * (0.7 if unit == "B-001" else 0.2)}
        for unit in units
        for day in months
    ]
    response = call(app, "POST", f"/v1/{CELLS}/outcomes", json={"outcomes": outcomes})
    assert response.status_code == 200, response.text
    time.sleep(0.3)
    page.open(address + addresses.of_decisions(CELLS))
    cells = page.evaluate("[...document.querySelectorAll('tbody tr')[0].cells].map(one => one.textContent.trim())")
    assert [cells[1], cells[2], cells[3], cells[4]] == ["1", "+0.4", "+0.5", "%"]
    assert page.errors == []


def click(page: BrowserPage, text: str) -> None:
    """Press the button with a text, and wait for the page behind it."""
    before = page.evaluate("performance.timeOrigin")
    page.evaluate(f"[...document.querySelectorAll('button')].find(one => one.textContent === {text!r}).click()")
    page.wait_for(f"performance.timeOrigin !== {before} && document.readyState === 'complete'")


def test_trends_are_drawn_and_follow_new_rows(served, page: BrowserPage, send):
    app, address = served
    page.show(1280, 3000)
    page.open(address + addresses.of_unit(CELLS, "三号槽"))
    page.wait_for("document.querySelectorAll('.chart canvas').length === document.querySelectorAll('.chart').length")
    before = page.evaluate("document.querySelector('.chart').dataset.drawn")
    send(app, CELLS, {"unit": "三号槽", "period_start": "2026-06-01"})
    page.wait_for(f"document.querySelector('.chart').dataset.drawn !== {before!r}")
    assert page.evaluate("document.querySelectorAll('.chart canvas').length") > 1
    assert page.errors == []


def test_the_first_load_is_small(served, page: BrowserPage):
    _, address = served
    page.show(1280, 3000)
    page.open(address + addresses.of_unit(CELLS, "三号槽"))
    entries = "performance.getEntriesByType(kind).reduce((sum, one) => sum + one.transferSize, 0)"
    size = page.evaluate(f"['navigation', 'resource'].map(kind => {entries}).reduce((a, b) => a + b)")
    assert 50_000 < size <= FIRST_LOAD


def test_the_keyboard_reaches_the_content_and_shows_where_it_is(served, page: BrowserPage):
    _, address = served
    page.open(address + addresses.OVERVIEW)
    for kind in ("rawKeyDown", "keyUp"):
        page.send("Input.dispatchKeyEvent", type=kind, key="Tab", code="Tab", windowsVirtualKeyCode=9)
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    assert page.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
