"""Outcomes that a service has received decide which interval it answers with, through the application."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from models.online.received import Interval
from records import online_states
from records.database import Database, now
from serving.hot_reload.online_calibration import OnlineModels

from .conftest import URL
from .test_following import ask, off_by, rows_of


def test_intervals_are_adaptive_from_fifty_outcomes_on_and_no_longer_when_none_came_in_for_long(
    following: Any, call: Any, database: Database
) -> None:
    app, seen = following(), []
    for month in ("2026-08", "2026-09", "2026-10"):
        given = ask(call, app, rows_of(f"{month}-01"))
        seen.append(given["interval"])
        call(app, "POST", f"{URL}/outcomes", json=off_by(given, 0.0))
        app.champions.refresh()
    seen.append(ask(call, app, rows_of("2026-11-01"))["interval"])
    kinds = ("wider", "wider", "wider", "adaptive")
    assert seen == [{"kind": kind, "outcomes": 20 * n} for n, kind in enumerate(kinds)]
    status, later = app.champions.statuses["toy_cells"], [0]
    followers = OnlineModels(database, clock=lambda: now() + later[0])
    wait = status.offers.seed.period + status.offers.seed.delay
    for passed, kind in ((0, "adaptive"), (3 * wait, "adaptive"), (5 * wait, "wider"), (6 * wait, "wider")):
        later[0] = passed // timedelta(microseconds=1) if passed else 0
        assert followers.followed(status.served, status.offers.predictions).model.interval == Interval(kind, 60)


def test_outcomes_that_older_code_took_up_without_counting_are_taken_up_again(
    following: Any, call: Any, database: Database
) -> None:
    app = following()
    call(app, "POST", f"{URL}/outcomes", json=off_by(ask(call, app, rows_of("2026-11-01")), 2.0))
    app.champions.refresh()
    served = app.champions.statuses["toy_cells"].served
    with database.begin() as connection:
        state = online_states.load(connection, "toy_cells", served.digest)
        older = {"y": {name: part for name, part in state.content["y"].items() if name not in ("at", "outcomes")}}
        online_states.save(connection, "toy_cells", served.digest, replace(state, content=older))
    again = following().champions.statuses["toy_cells"].served.model
    assert again.interval == Interval("wider", 20)
    assert again.adaptive.state() == served.model.adaptive.state()
