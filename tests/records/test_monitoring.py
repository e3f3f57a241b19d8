"""What was seen of processes, kept and found again."""

import json
from contextlib import closing

from sqlalchemy import text

from records import monitoring
from records.database import Database
from records.monitoring import KEPT, keep, newest, newest_figures


def test_the_newest_look_at_each_process_is_found(database):
    for process, drifted in (("a", 0.0), ("b", 1.0), ("a", 1.0)):
        keep(database, process, {"drifted": bool(drifted)}, {"drifted": drifted})
    with database.read() as connection:
        seen = newest(connection, "a")
        assert (seen.process, seen.content, seen.figures) == ("a", {"drifted": True}, {"drifted": 1.0})
        assert newest(connection, "c") is None
        figures = newest_figures(connection)
    assert {process: result for process, (_, result) in figures.items()} == {
        "a": {"drifted": 1.0},
        "b": {"drifted": 1.0},
    }
    assert figures["a"][0] == seen.at


def test_old_looks_give_way_and_those_of_others_stay(database, monkeypatch):
    monkeypatch.setattr(monitoring, "KEPT", 3)
    keep(database, "b", {}, {})
    for number in range(5):
        keep(database, "a", number, {})
    with database.read() as connection:
        rows = connection.execute(monitoring.select(monitoring.MONITORING.c.process, monitoring.MONITORING.c.content))
        result = [(row.process, row.content) for row in rows]
    assert sorted(result) == [("a", "2"), ("a", "3"), ("a", "4"), ("b", "{}")]
    assert KEPT == 100


def test_results_of_an_older_version_get_the_present_names_of_fields(older, url):
    content = {"process": "a", "first": "2026-01-01", "last": "2026-02-01", "last_known": None, "rows": 3}
    with older("0012") as connection:
        statement = "INSERT INTO monitoring (process, at, figures, content) VALUES ('a', 1, '{}', :content)"
        connection.execute(text(statement), {"content": json.dumps(content)})
    with closing(Database(url)) as database, database.read() as connection:
        assert newest(connection, "a").content == {
            "process": "a",
            "first_period": "2026-01-01",
            "last_period": "2026-02-01",
            "last_labelled_period": None,
            "rows": 3,
        }
