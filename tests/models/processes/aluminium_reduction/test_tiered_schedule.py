"""Schedules of a potline under a tiered power price: what is charged, and what it leaves of shifting load."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from models.interfaces.schedule import ScheduleError
from models.processes.lookup import schedule_of
from models.schedules.hours import read_hours
from models.schedules.order import Order
from models.schedules.schedule import schedule
from nonferrous.schedule import figures
from operations.pages import Recorded, drawn
from operations.schedules.answers import _answer
from operations.schedules.forms import schedule_form
from operations.schedules.operation import Schedules
from seeds import load

SEED = load("aluminium_reduction")


def line_of(year=2025.0, plant=0.0):
    """A line of 400 kA, 4.0 V and 93 %: 12,817 kWh/t of direct current."""
    typical = {"line_current": 400.0, "cell_voltage": 4.0, "bath_temperature": 962.0, "current_efficiency": 93.0}
    rows = {name: np.array([value]) for name, value in typical.items()}
    stated = {"tier_year": year, "plant_consumption": plant, "yuan_price": 0.14}
    changed = {name: SEED.economics[name].model_copy(update={"value": value}) for name, value in stated.items()}
    seed = SEED.model_copy(update={"economics": SEED.economics | changed})
    return schedule_of(SEED).line(rows, rows, seed, 24, 1.0)


@pytest.fixture
def order():
    """A day of 300 pots, valley at night and peaks of the day, as much metal as at the typical current."""
    start = dt.datetime(2026, 8, 3, tzinfo=dt.timezone(dt.timedelta(hours=8)))
    price = [0.03] * 8 + [0.09] * 4 + [0.06] * 4 + [0.09] * 4 + [0.06] * 4
    given = [{"start": (start + dt.timedelta(hours=i)).isoformat(), "price": one} for i, one in enumerate(price)]
    metal = 0.3 * 24.0 * float(line_of().metal(np.array([400.0]))[0])
    return Order(read_hours("tariff", given, "price", 60), np.full(24, 0.5), metal, 300, 400.0, 380.0, 420.0, 10.0)


def test_the_surcharge_is_part_of_the_cost_by_the_lines_own_consumption(order):
    line = line_of()
    typical = 4.0 / 0.93 / 0.335574 * 1000.0 / line.rectifier + line.auxiliary + 130.0
    plant = line.tiers.plant_consumption
    assert plant == pytest.approx(typical, rel=1e-5)
    result = schedule(line, order)
    rate = 0.14 * 0.01 * np.ceil((plant - 13300.0) / 20.0)
    expected = rate * result.consumption + 0.14 * 0.0005 * plant * (result.consumption - plant)
    assert result.surcharge == pytest.approx(result.tonnes.value * expected, rel=1e-9)
    tariff = float(order.prices.values @ result.power) * 1e3
    assert result.total_cost.value == pytest.approx(tariff + result.surcharge, rel=1e-9)
    assert result.cost.sum() == pytest.approx(result.total_cost.value, rel=1e-9)


@pytest.mark.parametrize("plant", [0.0, 13500.0])
def test_the_tiers_make_a_schedule_calmer_and_no_dearer_than_either_other(order, plant):
    """The cheapest by the tariff shifts load and takes more energy, which the surcharge makes dearer."""
    line = line_of(plant=plant)
    bare, tiered = schedule(replace(line, tiers=None), order), schedule(line, order)
    charged = bare.total_cost.value + order.cells * line.surcharge(bare.current, 1.0)
    assert tiered.total_cost.value < charged
    assert tiered.saving.value > 0.0
    assert tiered.energy < bare.energy
    assert np.ptp(tiered.current) < np.ptp(bare.current)
    assert tiered.tonnes.value == pytest.approx(bare.tonnes.value, rel=1e-3)


def test_the_tiers_of_2013_add_the_same_to_each_kilowatt_hour(order):
    line = line_of(year=2014.0, plant=13850.0)
    assert line.marginal_surcharge == pytest.approx(0.14 * 0.08, rel=1e-12)
    assert schedule(line, order).surcharge == pytest.approx(
        0.14 * 0.08 * schedule(line, order).tonnes.value * schedule(line, order).consumption, rel=1e-9
    )


def test_a_plant_below_the_threshold_shifts_its_load_as_without_tiers(order):
    line = line_of(plant=13200.0)
    bare, tiered = schedule(replace(line, tiers=None), order), schedule(line, order)
    np.testing.assert_array_equal(bare.current, tiered.current)
    assert tiered.surcharge == tiered.flat_surcharge == 0.0
    assert tiered.saving == bare.saving


def test_the_answer_states_the_surcharge_and_null_without_tiers(order):
    stated = _answer(schedule(line_of(), order))["power_tiers"]
    assert {name: one["unit"] for name, one in stated.items()} == {
        "consumption": "kWh/t",
        "cost": "$",
        "constant_current_cost": "$",
    }
    assert _answer(schedule(replace(line_of(), tiers=None), order))["power_tiers"] is None


def test_the_printed_figures_name_the_surcharge_where_there_is_one(order):
    result = schedule(line_of(), order)
    (figure,) = [one for one in figures(result) if "tiered power price" in one]
    assert figure.startswith(f"a tiered power price takes {result.surcharge:,.0f} $ of the cost at ")
    assert not any("tiered" in one for one in figures(schedule(line_of(year=0.0), order)))


@pytest.mark.parametrize("year", [0.0, 2025.0])
def test_a_recorded_response_is_drawn_with_and_without_tiers(order, year):
    operation, form = Schedules(), schedule_form(SEED, 3)
    fields = _answer(schedule(line_of(year=year), order)).items()
    text = drawn(operation, form, Recorded("one", 0, 0, "", fields))
    assert ("13,463" in text or "13463" in text) == (year == 2025.0)


def test_without_a_year_a_line_has_no_tiers_and_a_wrong_year_is_named():
    assert line_of(year=0.0).tiers is None
    assert line_of(year=0.0).marginal_surcharge == 0.0
    with pytest.raises(ScheduleError, match=r"economics\.tier_year: got 1999: expected 0, or a year from 2014 on"):
        line_of(year=1999.0)
