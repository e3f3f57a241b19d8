"""Two replicas over one PostgreSQL database: whatever is decided at one is shown by both."""

import re

import pytest

from dashboard import addresses
from records import audit, keys
from records.database import Database
from tests.suite.postgresql import PostgreSQL
from tests.suite.tools import needed

CELLS = "toy_cells"
UNIT = addresses.of_unit(CELLS, "A-001")
ADVICE = {
    "unit": "A-001",
    "period_start": "2026-01-02",
    "setpoints": {"x_set": {"plan": 10.0, "move": 0.5, "recommended": 10.5, "unit": "V"}},
}
CHANGING = re.compile(r'name="token" value="[0-9a-f]*"|\d+ (?:minutes?|seconds?) ago')

pytestmark = pytest.mark.service


@pytest.fixture
def database():
    needed("initdb")
    server = PostgreSQL("-c fsync=off")
    made = Database(f"{server.address}/postgres")
    yield made
    made.close()
    server.remove()


def test_two_replicas_on_postgresql_agree(make_plant, user, send, record, database):
    one, other = make_plant(), make_plant()
    send(one, CELLS, {}, {"unit": "三号槽"})
    send(other, CELLS, {"unit": "A-002"})
    record(CELLS, "recommendations", {"recommendations": [ADVICE]})
    key = keys.make(database, "admin", "shift A", ("operate",), ())
    for app in (one, other):
        app.ring.refresh()
    browser = user(one)
    assert browser.sign_in(key).status_code == 303
    page = browser.get(UNIT).text
    token = re.findall(r'name="token" value="([0-9a-f]{64})"', page)[0]
    about = re.findall(r'name="about" value="([^"]*)"', page)[0].replace("&#34;", '"')
    fields = {"about": about, "next": UNIT}
    there = user(other)
    there.cookies = dict(browser.cookies)
    assert there.post(addresses.of_decide({"process": CELLS}), fields, token).status_code == 303
    fresh = [user(make_plant()) for _ in range(2)]
    for path in (addresses.OVERVIEW, addresses.of_process(CELLS), UNIT, addresses.of_decisions(CELLS)):
        texts = set()
        for each in (there, *fresh):
            each.cookies = dict(browser.cookies)
            texts.add(CHANGING.sub("", each.get(path).text))
        assert len(texts) == 1, path
    assert "shift A" in there.get(addresses.of_decisions(CELLS)).text
    with database.read() as connection:
        assert [entry.actor for entry in audit.of_process(connection, CELLS)] == ["shift A"]
