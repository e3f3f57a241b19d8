"""Models that follow outcomes which went through the application."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from sqlalchemy import select

from records.database import Database
from serving.app import Service
from serving.hot_reload.online_calibration import OnlineModels
from serving.wire.bodies import ARROW

from .conftest import ROW, URL
from .test_recording import table


def ask(call: Any, app: Service, rows: list[Any]) -> Any:
    response = call(app, "POST", f"{URL}/predictions", json={"rows": rows, "digits": "all", "include": ["model"]})
    assert response.status_code == 200
    return response.json()


def rows_of(period: str, n: int = 20) -> list[Any]:
    return [ROW | {"unit": f"U{i}", "period_start": period, "x_set": 9.0 + i / 10} for i in range(n)]


def off_by(answer: Any, shift: float) -> dict[str, Any]:
    """Outcomes that lie beside an answer."""
    rng = np.random.default_rng(1)
    return {
        "outcomes": [
            {"prediction": one["id"], "y": one["y"]["value"] + shift + float(rng.normal(0, 0.5))}
            for one in answer["predictions"]
        ]
    }


def test_answers_are_centred_by_outcomes_that_came_in(following: Any, call: Any) -> None:
    app = following()
    first = ask(call, app, rows_of("2026-11-01"))
    assert first["interval"] == {"kind": "wider", "outcomes": 0}
    assert call(app, "POST", f"{URL}/outcomes", json=off_by(first, 3.0)).status_code == 200
    app.champions.refresh()
    second = ask(call, app, rows_of("2026-12-01"))
    moved = [
        b["y"]["value"] - a["y"]["value"] for a, b in zip(first["predictions"], second["predictions"], strict=True)
    ]
    assert np.allclose(moved, moved[0])
    assert 2.5 < moved[0] < 3.5
    assert second["model"] == first["model"]


def test_the_state_is_that_of_outcomes_taken_up_by_hand(following: Any, call: Any) -> None:
    app = following()
    model = app.champions.statuses["toy_cells"].served.model
    first = ask(call, app, rows_of("2026-11-01"))
    sent = off_by(first, 1.0)
    call(app, "POST", f"{URL}/outcomes", json=sent)
    app.champions.refresh()
    X = np.array([[row["previous_y"], row["x_set"], row["z"]] for row in rows_of("2026-11-01")])
    raw = model.predict(X)
    errors = np.array([one["y"] for one in sent["outcomes"]]) - raw
    expected = model.adaptive.taken(errors, np.abs(errors - model.adaptive.centre) / model.spread(raw))
    assert app.champions.statuses["toy_cells"].served.model.adaptive.state() == expected.state()


def test_a_service_that_starts_again_goes_on_where_it_was(following: Any, call: Any) -> None:
    app = following()
    call(app, "POST", f"{URL}/outcomes", json=off_by(ask(call, app, rows_of("2026-11-01")), 2.0))
    app.champions.refresh()
    again = following()
    for one in (app, again):
        one.champions.refresh()
    states = [one.champions.statuses["toy_cells"].served.model.adaptive.state() for one in (app, again)]
    assert states[0] == states[1]
    values = [ask(call, one, [ROW])["predictions"][0]["y"] for one in (app, again)]
    assert values[0] == values[1]


def test_two_services_follow_the_same_outcomes(following: Any, call: Any) -> None:
    one, other = following(), following()
    answer = ask(call, one, rows_of("2026-11-01"))
    call(other, "POST", f"{URL}/outcomes", json=off_by(answer, 2.0))
    one.champions.refresh()
    other.champions.refresh()
    assert ask(call, one, [ROW])["predictions"][0]["y"] == ask(call, other, [ROW])["predictions"][0]["y"]


def test_a_correction_and_a_withdrawal_are_as_if_nothing_else_had_come(
    following: Any, call: Any, database: Database
) -> None:
    from records.outcomes import withdraw

    app = following()
    before = ask(call, app, [ROW])["predictions"][0]["y"]
    answer = ask(call, app, rows_of("2026-11-01"))
    right, wrong = off_by(answer, 0.5), off_by(answer, 5.0)
    call(app, "POST", f"{URL}/outcomes", json=wrong)
    app.champions.refresh()
    assert ask(call, app, [ROW])["predictions"][0]["y"]["value"] > before["value"] + 4
    corrected = call(app, "POST", f"{URL}/outcomes", json=right).json()
    assert corrected["corrected_rows"] == 20
    app.champions.refresh()
    assert 0 < ask(call, app, [ROW])["predictions"][0]["y"]["value"] - before["value"] < 1
    withdraw(database, corrected["batch"], "an engineer", "wrong again")
    withdraw(database, corrected["batch"] - 1, "an engineer", "wrong from the start")
    app.champions.refresh()
    assert ask(call, app, [ROW])["predictions"][0]["y"] == before


def test_outcomes_of_rows_that_nobody_asked_for_move_nothing(following: Any, call: Any) -> None:
    app = following()
    before = ask(call, app, [ROW])["predictions"][0]["y"]
    alone = [{"unit": f"N{i}", "period_start": "2026-11-01", "y": 60.0} for i in range(50)]
    assert call(app, "POST", f"{URL}/outcomes", json={"outcomes": alone}).json()["new_rows"] == 50
    app.champions.refresh()
    assert ask(call, app, [ROW])["predictions"][0]["y"] == before


def test_rows_of_tables_are_found_too(following: Any, call: Any) -> None:
    app = following()
    before = ask(call, app, [ROW])["predictions"][0]["y"]["value"]
    assert (
        call(app, "POST", f"{URL}/predictions", content=table(40), headers={"content-type": ARROW}).status_code == 200
    )
    outcomes = [{"unit": f"U{i}", "period_start": "2026-11-01", "y": before + 4.0} for i in range(40)]
    call(app, "POST", f"{URL}/outcomes", json={"outcomes": outcomes})
    app.champions.refresh()
    assert ask(call, app, [ROW])["predictions"][0]["y"]["value"] == pytest.approx(before + 4.0, abs=0.5)


def test_outcomes_that_are_taken_up_are_not_taken_up_again(
    following: Any, call: Any, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    from records.outcomes import withdraw
    from serving.hot_reload import online_calibration as module

    app = following()
    answer = ask(call, app, rows_of("2026-11-01"))
    call(app, "POST", f"{URL}/outcomes", json=off_by(answer, 1.0))
    later = call(app, "POST", f"{URL}/outcomes", json=off_by(answer, 2.0)).json()
    withdraw(database, later["batch"], "an engineer", "wrong")
    app.champions.refresh()
    model = app.champions.statuses["toy_cells"].served.model
    monkeypatch.setattr(module, "index", None)  # whoever looks for outcomes once more fails
    app.champions.refresh()
    assert app.champions.statuses["toy_cells"].served.model is model


def test_a_model_that_is_loaded_again_answers_with_what_it_had_taken_up(following: Any, call: Any) -> None:

    app = following()
    trained = app.champions.statuses["toy_cells"].served
    call(app, "POST", f"{URL}/outcomes", json=off_by(ask(call, app, rows_of("2026-11-01")), 2.0))
    app.champions.refresh()
    status = app.champions.statuses["toy_cells"]
    app.champions._set("toy_cells", replace(status, served=trained))
    app.champions.refresh()
    assert app.champions.statuses["toy_cells"].served.model is status.served.model


def test_a_service_that_ends_takes_up_no_more_and_the_next_one_goes_on(
    following: Any, call: Any, database: Database
) -> None:
    from records.schema import REQUEST_ROWS, STATES
    from serving.hot_reload.online_calibration import EndedError

    app = following()
    status = app.champions.statuses["toy_cells"]
    call(app, "POST", f"{URL}/outcomes", json=off_by(ask(call, app, rows_of("2026-11-01")), 2.0))
    ended = OnlineModels(database)
    ended.stop()
    with pytest.raises(EndedError):
        ended.followed(status.served, status.offers.predictions)
    with database.read() as connection:
        assert connection.execute(select(REQUEST_ROWS)).all()  # what was noted stays
        assert connection.execute(select(STATES)).all() == []
    assert OnlineModels(database).followed(status.served, status.offers.predictions).model is not status.served.model


def test_of_a_table_only_the_rows_that_have_outcomes_are_made(
    following: Any, call: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from serving.outcomes import slots
    from serving.wire import arrow_tables

    monkeypatch.setattr(arrow_tables, "ROWS", 10)
    made: list[int] = []
    original = slots._records
    monkeypatch.setattr(slots, "_records", lambda block: made.append(block.num_rows) or original(block))
    app = following()
    call(app, "POST", f"{URL}/predictions", content=table(45), headers={"content-type": ARROW})
    outcomes = [{"unit": f"U{i}", "period_start": "2026-11-01", "y": 90.0} for i in (3, 41)]
    call(app, "POST", f"{URL}/outcomes", json={"outcomes": outcomes})
    app.champions.refresh()
    assert app.champions._outcomes_trouble is None
    assert sum(made) == 2
