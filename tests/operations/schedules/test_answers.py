"""Orders for schedules over HTTP: the answer, and every way in which an order is wrong."""

import pytest

FIRST, LAST = "2026-08-03T00:00:00+08:00", "2026-08-03T23:00:00+08:00"


def test_the_example_is_answered_without_a_model(ask, order):
    result = ask(order)
    hours = result["hours"]
    assert (len(hours), hours[0]["start"], hours[-1]["start"]) == (24, FIRST, LAST)
    assert order["metal_target"] <= result["metal"]["value"] * (1 + 1e-6)
    assert sum(hour["cost"] for hour in hours) == pytest.approx(result["cost"]["value"])
    assert result["constant_current"]["cost"]["value"] - result["cost"]["value"] == pytest.approx(
        result["saving"]["value"]
    )
    assert result["saving"]["low"] < result["saving"]["value"] < result["saving"]["high"]
    assert result["saving"]["value"] > 0.02 * result["cost"]["value"]
    units = {one["limit"]: one["unit"] for one in result["shadow_price"]}
    assert units["metal_target"] == "$/t"
    assert {one["name"] for one in result["limits"]} == {"cell_temperature", "zinc_in_cell", "cell_voltage"}


def test_units_that_lack_a_reading_of_the_state_are_stated(ask, order):
    (row,) = order["rows"]
    assert ask(order)["not_reported"] == []
    lacking = [row | {"unit": f"B-{i:03d}", "zinc_in_cell": None} for i in range(7)]
    order["rows"] = [*lacking, row]
    units = [f"B-{i:03d}" for i in range(5)]
    assert ask(order)["not_reported"] == [{"column": "zinc_in_cell", "count": 7, "units": units}]
    order["rows"] = lacking
    (fault,) = ask(order, 422)["errors"]
    assert fault["field"] == "rows.zinc_in_cell"


def test_the_current_follows_the_tariff_within_its_limits(ask, order):
    order |= {"lowest": 70.0, "highest": 108.0, "ramp": 15.0}
    hours = ask(order)["hours"]
    current = [hour["current"] for hour in hours]
    assert min(current) >= 70.0 - 1e-6
    assert max(current) <= 108.0 + 1e-6
    steps = [after - before for before, after in zip([order["current"], *current], current, strict=False)]
    assert max(map(abs, steps)) <= 15.0 + 1e-6
    assert sum(current[:8]) / 8 > sum(current[12:16]) / 4 > sum(current[9:11]) / 2


def test_a_grid_factor_by_the_hour_moves_the_emission_alone(ask, order):
    plain = ask(order)
    order["grid_factor"] = [{"start": "2026-08-03T00:00+08:00", "end": "2026-08-04T00:00+08:00", "factor": 0.2}]
    result = ask(order)
    assert result["co2e"]["value"] == pytest.approx(0.2 * result["energy"]["value"])
    assert [hour["current"] for hour in result["hours"]] == [hour["current"] for hour in plain["hours"]]


def test_another_bound_replaces_the_seeds(ask, order):
    order["limits"] = {"cell_voltage": 3.48}
    result = ask(order)
    (voltage,) = (one for one in result["limits"] if one["name"] == "cell_voltage")
    assert voltage["at_most"] == 3.48
    assert voltage["nearest"] <= voltage["tightened_limit"] + 1e-6


def test_half_hours(ask, order):
    result = ask(order | {"minutes": 30})
    assert len(result["hours"]) == 48
    assert result["hours"][1]["start"] == "2026-08-03T00:30:00+08:00"


def test_an_impossible_order_says_which_limit_must_give_way_and_by_how_much(ask, order):
    problem = ask(order | {"metal_target": 1.3 * order["metal_target"]}, 422)
    ways = {fault["field"]: fault for fault in problem["errors"]}
    assert ways["metal_target"]["value"] == pytest.approx(1.3 * order["metal_target"])
    assert "if this limit alone gives way" in ways["metal_target"]["expected"]
    ask(order | {"metal_target": ways["metal_target"]["bound"] - 0.01})
    ask(order | {"metal_target": ways["metal_target"]["bound"] + 0.5}, 422)


def _tariff(order, **first):
    order["tariff"][0] |= first
    return order


@pytest.mark.parametrize(
    ("change", "field", "message"),
    [
        (lambda o: o["tariff"].pop(2), "tariff.2.start", "2026-08-03T12:00:00+08:00: hours from there on are missing"),
        (lambda o: o["tariff"].insert(1, o["tariff"][1]), "tariff.2.start", "hours before it stand twice"),
        (lambda o: _tariff(o, price=-0.01), "tariff.price", "allow_negative_prices = true"),
        (lambda o: _tariff(o, start="2026-08-03T00:00"), "tariff.0.start", "summer time"),
        (lambda o: _tariff(o, start="2026-08-03T00:10+08:00"), "tariff.0.start", "a start of a step of 60 min"),
        (lambda o: _tariff(o, start="yesterday"), "tariff.0.start", "a time with its offset"),
        (lambda o: o.update(tariff=o["tariff"][:3]), "tariff", "24 to 168 h"),
        (lambda o: o.update(metal_target=0), "metal_target", "more than 0 t"),
        (lambda o: o.update(current=None), "current", "a number"),
        (lambda o: o.update(lowest=120.0), "highest", "more than the lowest, 120 kA"),
        (lambda o: o.update(minutes=15), "minutes", "60 or 30"),
        (lambda o: o.update(limits={"bath_temperature": 3.0}), "limits.bath_temperature", "no such field"),
        (lambda o: o.update(owed=o["metal_target"]), "owed", "renamed to metal_target"),
        (lambda o: o.update(stops=False), "stops", "renamed to allow_stops"),
        (lambda o: o.update(negative_prices=True), "negative_prices", "renamed to allow_negative_prices"),
        (lambda o: o["rows"][0].update(cell_voltage=9.0), "rows.0.cell_voltage", "at most 4.4 V"),
        (lambda o: o["rows"][0].update(current_efficiency=None), "rows", "current_efficiency in at least one row"),
        (lambda o: o["rows"][0].update(line_current=None), "rows.line_current", "a value in at least one"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(ask, order, change, field, message):
    change(order)
    faults = ask(order, 422)["errors"]
    assert any(fault["field"] == field and message in fault["expected"] for fault in faults), faults


def test_negative_prices_that_are_meant_are_taken(ask, order):
    order["tariff"][0]["price"] = -0.02
    result = ask(order | {"allow_negative_prices": True})
    assert result["hours"][3]["current"] == pytest.approx(115.0)


def test_a_stop_is_taken_where_it_pays(ask, order):
    order["tariff"][3]["price"] = 4.0
    result = ask(order | {"allow_stops": True, "metal_target": 0.75 * order["metal_target"]})
    assert not all(hour["running"] for hour in result["hours"])
    stopped = [hour["current"] for hour in result["hours"] if not hour["running"]]
    assert stopped == pytest.approx([15.0] * len(stopped))


def test_no_json_is_a_bad_request(service, call):
    response = call(
        service,
        "POST",
        "/v1/zinc_electrowinning/schedules",
        content=b"{",
        headers={"content-type": "application/json"},
    )
    assert response.status_code == 400
