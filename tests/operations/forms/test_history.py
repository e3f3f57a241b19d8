"""Earlier periods in a request: what is made from them, and what of them is refused."""

import copy
import json
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from models.table.contract import check
from seeds import Seed
from seeds.format.loader import parse
from serving.app import Service, create_app
from serving.hot_reload.folder_store import FolderStore
from serving.settings import ServiceSettings
from tests.suite.forms import payloads

ROW: dict[str, Any] = {"unit": "A-001", "period_start": "2026-11-01", "x_set": 10.25, "z": 3.75}
PAST: list[dict[str, Any]] = [
    {"unit": "A-001", "period_start": "2026-10-02", "y": 91.5, "x_set": 9.0, "tapped": 2900.0},
    {"unit": "A-001", "period_start": "2026-09-02", "y": 88.0},
    {"unit": "A-002", "period_start": "2026-10-02", "y": 75.0},
]
Ask = Callable[..., httpx.Response]


@pytest.fixture
def app(
    toy_folder: Callable[..., Path], save_toy_model: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Service:
    monkeypatch.setenv("NONFERROUS_SEEDS", str(toy_folder("toy_cells", "toy_scrap")))
    store = FolderStore()
    save_toy_model(tmp_path / "one")
    store.point("toy_cells", 1, tmp_path / "one")
    made = create_app(ServiceSettings(max_rows=20), store)
    made.champions.refresh()
    return made


@pytest.fixture
def ask(app: Service, call: Callable[..., httpx.Response]) -> Ask:
    def sent(rows: Any, **more: Any) -> Any:
        body = {"rows": rows, "include": ["derived_inputs"], "digits": "all", **more}
        return call(app, "POST", "/v1/toy_cells/predictions", json=body)

    return sent


def test_what_a_row_leaves_out_is_made_and_named(app: Service, ask: Ask) -> None:
    response = ask([ROW, ROW | {"previous_y": None}, ROW | {"unit": "A-002"}, ROW | {"unit": "A-003"}], history=PAST)
    TypeAdapter(app.taken[0].predictions.answer).validate_json(response.content)
    first, null, second, third = response.json()["predictions"]
    assert first["derived_inputs"] == null["derived_inputs"] == second["derived_inputs"] == ["previous_y"]
    assert third["derived_inputs"] == []
    assert "previous_y missing" in third["flags"]
    assert first["y"] == null["y"] == ask([ROW | {"previous_y": 91.5}]).json()["predictions"][0]["y"]
    assert second["y"] == ask([ROW | {"previous_y": 75.0}]).json()["predictions"][0]["y"]


def test_a_value_that_a_row_holds_itself_stays(ask: Ask) -> None:
    (one,) = ask([ROW | {"previous_y": 80.0}], history=PAST).json()["predictions"]
    assert one["derived_inputs"] == []
    assert one["y"] == ask([ROW | {"previous_y": 80.0}]).json()["predictions"][0]["y"]


def test_the_order_of_the_earlier_periods_does_not_matter(ask: Ask) -> None:
    result = [ask([ROW], history=past).json()["predictions"][0]["y"] for past in (PAST, PAST[::-1])]
    assert result[0] == result[1]


def test_rows_lend_nothing_to_each_other(ask: Ask) -> None:
    later = ROW | {"period_start": "2026-12-01"}
    alone = ask([later], history=PAST).json()["predictions"][0]
    together = ask([ROW, later, ROW], history=PAST).json()["predictions"][1]
    assert (alone["derived_inputs"], together["derived_inputs"]) == ([], [])
    assert alone["y"] == together["y"]
    # But what has become known of a period may be lent by the history, whether or not the period is asked for too.
    known = [*PAST, ROW | {"y": 92.0}]
    assert ask([ROW, later], history=known).json()["predictions"][1]["derived_inputs"] == ["previous_y"]


def test_without_history_nothing_is_made(ask: Ask) -> None:
    (one,) = ask([ROW]).json()["predictions"]
    assert (one["derived_inputs"], one["flags"]) == ([], ["previous_y missing"])


FAULTS: dict[str, tuple[Any, str, str]] = {
    "out of range": ({"y": 120.0}, "history.3.y", "at most 100 %"),
    "a text": ({"y": "91"}, "history.3.y", "a number"),
    "no such field": ({"q": 1}, "history.3.q", "no such field"),
    "made itself": ({"previous_y": 90.0}, "history.3.previous_y", "no such field"),
    "no time": ({"period_start": "1.11.2026"}, "history.3.period_start", "ISO 8601"),
    "twice": ({"period_start": "2026-10-02T00:00"}, "history.3.period_start", "history.0 is of this one already"),
    "another offset": ({"period_start": "2026-08-03T00:00+02:00"}, "history.3.period_start", "[table] time_zone"),
    "no unit": ({"unit": None}, "history.3.unit", "a text"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_in_the_history_names_its_place(name: str, ask: Ask) -> None:
    change, field, expected = FAULTS[name]
    past = [*PAST, {"unit": "A-001", "period_start": "2026-08-03", "y": 90.0} | change]
    response = ask([ROW], history=past)
    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    faults = [(one["row"], one["field"], one["expected"]) for one in response.json()["errors"]]
    assert any(row is None and place == field and expected in message for row, place, message in faults), faults


@pytest.mark.parametrize("previous", [None, 91.5])
def test_a_history_later_than_the_rows_of_its_unit_is_refused(previous: float | None, ask: Ask) -> None:
    """Also where nothing is made from it."""
    row = ROW | {"previous_y": previous}
    later = {"unit": "A-001", "period_start": "2026-12-01", "y": 90.0}
    response = ask([row | {"period_start": "2026-10-02"}, row], history=[*PAST, later])
    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    (fault,) = response.json()["errors"]
    assert (fault["field"], fault["value"]) == ("history.3.period_start", "2026-12-01")
    assert fault["expected"] == "a period not later than that of rows.1, 2026-11-01"


def test_a_history_between_two_rows_of_its_unit_is_of_the_later_one(ask: Ask) -> None:
    rows = [ROW, ROW | {"period_start": "2026-12-31"}]
    between = {"unit": "A-001", "period_start": "2026-12-01", "y": 91.5}
    first, later = ask(rows, history=[between]).json()["predictions"]
    assert (first["derived_inputs"], later["derived_inputs"]) == ([], ["previous_y"])


def test_the_history_of_a_unit_without_rows_ends_with_the_last_of_all_rows(ask: Ask) -> None:
    past = [{"unit": "A-009", "period_start": day, "y": 90.0} for day in ("2026-10-31", "2026-11-02")]
    (fault,) = ask([ROW, ROW | {"period_start": "2026-10-01"}], history=past).json()["errors"]
    assert (fault["field"], fault["expected"]) == (
        "history.1.period_start",
        "a period not later than that of rows.0, 2026-11-01",
    )


@pytest.mark.parametrize(("past", "field"), [(5, "history"), ([5], "history.0"), ([[]], "history.0"), ({}, "history")])
def test_a_history_that_is_no_list_of_rows_is_refused(past: Any, field: str, ask: Ask) -> None:
    response = ask([ROW], history=past)
    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert response.json()["errors"][0]["field"] == field


def test_a_history_may_be_as_long_as_rows_may_be_many(ask: Ask) -> None:
    days = pd.date_range("2020-01-01", periods=21, freq="30D")
    past = [{"unit": "A-001", "period_start": f"{day:%Y-%m-%d}", "y": 90.0} for day in days]
    assert ask([ROW], history=past[:20]).status_code == HTTPStatus.OK
    (fault,) = ask([ROW], history=past).json()["errors"]
    assert (fault["field"], fault["bound"]) == ("history", 20)


def test_times_that_all_have_one_offset_are_compared(ask: Ask) -> None:
    past = [one | {"period_start": one["period_start"] + "T06:00+08:00"} for one in PAST]
    (one,) = ask([ROW | {"period_start": "2026-11-01T06:00+08:00"}], history=past).json()["predictions"]
    assert one["derived_inputs"] == ["previous_y"]


def test_only_processes_with_made_columns_take_a_history(app: Service, call: Callable[..., httpx.Response]) -> None:
    cells, scrap = (app.openapi_of(name)["components"]["schemas"] for name in ("toy_cells", "toy_scrap"))
    assert "history" in cells["Request"]["properties"]
    assert {"y", "tapped", "z", "unit"} < set(cells["PastRow"]["properties"])
    assert "previous_y" not in cells["PastRow"]["properties"]
    assert "derived_inputs" in cells["Prediction"]["properties"]
    assert "history" not in scrap["Request"]["properties"]
    assert "derived_inputs" not in scrap["Prediction"]["properties"]


# ---- the same as training ----

HOURLY = """
[[columns]]
name = "mean_x"
role = "before"
description = "set-point in the four hours before"
unit = "kA"
source = "law"
rolling = { column = "x_set", window = 4, statistic = "mean" }

[[columns]]
name = "spread_y"
role = "before"
description = "spread of the efficiency in the five hours before"
unit = "%"
source = "law"
rolling = { column = "y", window = 5, statistic = "sd" }

[[columns]]
name = "hour"
role = "before"
description = "hour of the day"
unit = "h"
source = "law"
calendar = "hour"

[[columns]]
name = "x_set"
"""
NAMES = ("previous_y", "mean_x", "spread_y", "hour")


def hourly(toy_seed: Seed, zone: str | None = None) -> Seed:
    """The toy process by the hour, with rolling and calendar columns."""
    text = toy_seed.text.replace('period = { value = 30, unit = "d" }', 'period = { value = 1, unit = "h" }')
    text = text.replace('\n[[columns]]\nname = "x_set"\n', HOURLY, 1)
    if zone is not None:
        text = text.replace("[references]", f'[table]\ntime_zone = "{zone}"\n\n[references]', 1)
    return parse(text, Path("toy_cells.toml"))


@pytest.mark.parametrize("zone", [None, "Europe/Berlin"])
def test_what_is_made_equals_what_the_reader_makes_of_the_same_rows(zone: str | None, toy_seed: Seed) -> None:
    seed = hourly(toy_seed, zone)
    rng = np.random.default_rng(5)
    hours = pd.date_range("2026-03-27", periods=60, freq="h")
    frame = pd.DataFrame(
        {
            "unit": np.repeat(["A", "B"], 60),
            "period_start": np.tile(hours.strftime("%Y-%m-%dT%H:%M").to_numpy(), 2),
            "x_set": 10 + rng.standard_normal(120),
            "z": 4.0,
            "tapped": 3000.0,
            "y": 90 + rng.standard_normal(120),
        }
    )
    frame = frame[rng.random(120) < 0.8]
    frame.loc[frame.index[::7], "y"] = np.nan
    if zone is not None:
        frame = frame[frame["period_start"].str.slice(0, 13) != "2026-03-29T02"]  # an hour that summer time skips
    table = check(frame, seed, form=seed.table).table
    past = [
        {name: None if value != value else value for name, value in row.items()} for row in frame.to_dict("records")
    ]
    requested = [{name: row[name] for name in ("unit", "period_start", "x_set", "z")} for row in past]
    body = json.dumps({"rows": requested, "history": past[::-1]}).encode()
    rows, _ = payloads(seed, 200).read(body)
    # The reader sorts by unit and time, and so are the rows here.
    for name in NAMES:
        np.testing.assert_allclose(
            np.array([row[name] for row in rows], dtype=float), table[name].to_numpy(), rtol=1e-12, err_msg=name
        )
    assert {name for row in rows for name in row["derived_inputs"]} == set(NAMES)


def test_what_the_time_says_is_made_without_a_history(toy_seed: Seed) -> None:
    body = json.dumps({"rows": [ROW | {"period_start": "2026-11-01T06:30"}, ROW | {"hour": 3.0}]}).encode()
    rows, _ = payloads(hourly(toy_seed), 20).read(body)
    assert [(row["hour"], row["derived_inputs"]) for row in rows] == [(6.5, ["hour"]), (3.0, [])]


def test_a_time_in_summer_is_read_in_the_plants_standard_time(toy_seed: Seed) -> None:
    times = ["2026-07-01T06:00", "2026-07-01T04:00Z", "2026-12-01T06:00"]
    body = json.dumps({"rows": [ROW | {"period_start": time} for time in times]}).encode()
    rows, _ = payloads(hourly(toy_seed, "Europe/Berlin"), 20).read(body)
    assert [row["hour"] for row in rows] == [5.0, 5.0, 6.0]


# ---- whatever is sent ----

cells = st.none() | st.booleans() | st.floats() | st.text(max_size=5) | st.just([])
day = st.dates().map(str) | st.datetimes().map(lambda time: time.isoformat()) | cells
past_rows = st.fixed_dictionaries(
    {"unit": st.sampled_from(["A-001", " A-001", "B"]) | cells, "period_start": day},
    optional={"y": st.floats(0, 100) | cells, "x_set": cells, "q": cells, "previous_y": cells},
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(past=st.lists(past_rows | cells, max_size=4) | cells, time=day)
def test_no_history_makes_a_defect(past: Any, time: Any, app: Service, call: Callable[..., httpx.Response]) -> None:
    body = json.dumps({"rows": [ROW | {"period_start": time}, ROW], "history": copy.deepcopy(past)}).encode()
    headers = {"content-type": "application/json"}
    response = call(app, "POST", "/v1/toy_cells/predictions", content=body, headers=headers)
    assert response.status_code in (HTTPStatus.OK, HTTPStatus.UNPROCESSABLE_ENTITY)
    assert response.status_code == HTTPStatus.OK or response.json()["errors"]
