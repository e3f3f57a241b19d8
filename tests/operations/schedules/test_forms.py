"""Which processes are asked for schedules, and that their examples are taken."""

import json

import jsonschema_rs
import pytest
from pydantic import TypeAdapter

from models.processes.lookup import schedule_of
from operations.forms.faults import RequestError
from operations.schedules.answers import answered, read
from operations.schedules.forms import follows_tariff, schedule_form
from seeds import load, names


@pytest.mark.parametrize("name", names())
def test_a_process_is_asked_for_schedules_where_seed_and_physics_say_so(name):
    seed = load(name)
    assert follows_tariff(seed) == (seed.schedule is not None)
    assert (schedule_of(load(name)) is not None) == (seed.schedule is not None)
    if not follows_tariff(seed):
        return
    offered = schedule_form(seed, 10)
    result = answered(seed, read(offered, json.dumps(offered.example).encode()))
    assert len(result["hours"]) == 24
    assert result["saving"]["value"] > 0


OFFERED = [name for name in names() if load(name).schedule is not None]


@pytest.mark.parametrize("name", OFFERED)
def test_openapi_takes_an_order_where_the_service_does(name):
    offered = schedule_form(load(name), 10)
    schema = TypeAdapter(offered.request).json_schema()

    def is_taken(**changed):
        body = offered.example | changed
        is_described = jsonschema_rs.is_valid(schema, body)
        try:
            answered(offered.seed, read(offered, json.dumps(body).encode()))
        except RequestError:
            assert not is_described
        else:
            assert is_described
        return is_described

    tariff = offered.example["tariff"]
    below = [*tariff[:-1], tariff[-1] | {"price": -0.01}]
    assert is_taken()
    assert is_taken(tariff=below, allow_negative_prices=True)
    assert not is_taken(tariff=below)
    assert not is_taken(tariff=below, allow_negative_prices=False)
    assert is_taken(allow_stops=True) == (offered.seed.schedule.holding is not None)
    assert is_taken(cells=float(offered.example["cells"]))
    for cells in (0, 0.5, 160.5, 100_001, "160", True):
        assert not is_taken(cells=cells)
    line = offered.seed.schedule
    for name, bad in {
        "lowest": (0.0, 5e-324, 0.49 * line.lowest.value, 1e306),
        "highest": (0.0, 2.01 * line.highest.value, 1.7e308),
        "ramp": (0.0, 5e-324, 1.7e308),
        "current": (-1.0, 2.01 * line.highest.value, 1.7e308),
        "metal_target": (0.0, -1.0, 1.01e6, 1.7e308),
    }.items():
        for value in bad:
            assert not is_taken(**{name: value})
    for price in (1.01e6, -1.01e6, 1.7e308):
        assert not is_taken(tariff=[tariff[0] | {"price": price}, *tariff[1:]], allow_negative_prices=True)
