"""What the terminal and the page show of a trial."""

import io
import json
from dataclasses import replace

import numpy as np
import pytest
from rich.console import Console

from tests.training.setpoints.test_outcome import plant
from training.setpoints.outcome import over_plants, statements_of
from training.setpoints.record import files, metrics, over_time, plain, stated_realised, unit_map
from training.setpoints.runs import SetpointTrial
from training.setpoints.tables import tables

NONE = {"stated": np.nan, "stated_low": np.nan, "stated_high": np.nan, "realised": np.nan, "moved": 0.0}
INTERVALS = {"energy_per_tonne_low": -40.0, "energy_per_tonne_high": -20.0}
INTERVALS |= {f"{name}_{end}": np.nan for name in ("per_tonne", "co2e_per_tonne") for end in ("low", "high")}
NAMES = ("operators", "ours", "oracle")


@pytest.fixture
def trial():
    def one(gain, **given):
        series = {"by_unit": {"A": gain, "B": gain + 1}, "by_period": {"2024-01-01": gain, "2024-01-31": 2 * gain}}
        return plant(gain, **series, **given)

    plants = {
        f"seed-{k}": {
            "operators": one(0.0, **NONE),
            "ours": one(2.0 + k, refusals={"doubt": 0.4}, right_signs={"v": 0.75}, sign_rows={"v": 4.0}),
            "oracle": one(5.0, **NONE),
        }
        for k in (1, 2)
    }
    every = list(plants.values())
    policies = {name: over_plants(every, ["oracle"], name) for name in NAMES}
    return SetpointTrial("line", 24, 40, 2, 2, plants, policies, statements_of(every, ["ours"]))


def test_tables_fit_a_terminal_and_name_what_they_show(trial):
    screen = Console(file=io.StringIO(), width=120)
    for part in tables(trial):
        screen.print(part, markup=False)
    text = screen.file.getvalue()
    assert "2 periods after 40 of history on 2 plants outside the training rows (seed-1, seed-2), 24 units each" in text
    assert "3.5 (0.3 to 6.7)" in text  # 3 and 4: sd 0.707, times 6.314 over the root of 2
    assert "70%" in text
    assert "4.0 ±0.5" in text
    assert "-35.0 (-66.6 to -3.4)" in text  # kWh/t
    assert "1.50 to 1.50" in text  # stated over realised, lowest and highest plant
    assert "75% of 8" in text
    assert "doubt" in text
    assert "40%" in text
    assert "nan" not in text
    assert "no claim about a plant" in text


def test_a_tonne_of_a_single_plant_has_intervals_over_its_units(trial):
    plants = {"seed-1": {name: one | INTERVALS for name, one in trial.plants["seed-1"].items()}}
    policies = {name: over_plants(list(plants.values()), ["oracle"], name) for name in NAMES}
    screen = Console(file=io.StringIO(), width=120)
    for part in tables(replace(trial, plants=plants, arms=policies)):
        screen.print(part, markup=False)
    assert "-30.0 (-40.0 to -20.0)" in screen.file.getvalue()  # kWh/t of three $/d


def test_metrics_hold_numbers_alone(trial):
    flat = metrics(trial)
    assert flat["ours/gain"] == 3.5
    assert flat["ours/energy_per_tonne"] == -35.0
    assert flat["statements/covered"] == 1.0
    assert "oracle/covered" not in flat
    assert np.isfinite(list(flat.values())).all()


def test_files_hold_all_figures_and_a_page_without_a_network(trial):
    retained = files(trial)
    assert json.loads(retained["setpoints.json"])["plants"]["seed-2"]["ours"]["gain"] == 4.0
    assert json.loads(retained["setpoints.json"])["arms"]["oracle"]["covered"] is None
    page = retained["setpoints.html"]
    assert page.count("<h2>") == 3
    assert 'src="http' not in page


def test_what_is_no_number_is_nothing():
    assert plain({"a": [1], "b": float("nan"), "c": {"d": 2.0}}) == {"a": [1], "b": None, "c": {"d": 2.0}}


def test_gain_over_time_is_a_mean_over_plants(trial):
    lines = {line.name: line for line in over_time(trial).data}
    assert lines["recommended"].y.tolist() == [3.5, 7.0]
    assert lines["operators"].y.tolist() == [0.0, 0.0]


def test_arms_that_lose_much_have_a_panel_of_their_own_and_the_second_year_a_line(trial):
    plants = {name: one | {"naive": one["ours"]} for name, one in trial.plants.items()}
    figure = over_time(replace(trial, plants=plants, arms=trial.arms | {"naive": trial.arms["ours"]}))
    panels = {line.name: line.yaxis for line in figure.data}
    assert panels.pop("prediction model, all columns") == "y2"
    assert set(panels.values()) == {"y"}
    assert {shape.x0 for shape in figure.layout.shapes} == {trial.periods + 0.5}
    assert not over_time(replace(trial, second=0)).layout.shapes


def test_the_map_has_a_row_a_plant_and_a_field_a_unit(trial):
    (field,) = unit_map(trial).data
    assert field.z.tolist() == [[3.0, 4.0], [4.0, 5.0]]
    # Three values below 5 and it: 95 % of the way to the last lies 0.85 of the way from 4 to 5.
    assert (field.zmin, field.zmax) == pytest.approx((-4.85, 4.85))


def test_stated_beside_realised_shows_arms_that_state_something(trial):
    points = [trace for trace in stated_realised(trial).data if trace.mode == "markers"]
    assert [trace.name for trace in points] == ["recommended"]
    assert points[0].x.tolist() == [2.0, 2.0]
    assert points[0].error_y.array.tolist() == [2.0, 2.0]
