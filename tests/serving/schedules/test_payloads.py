"""Which processes are asked for schedules, and that their examples are taken."""

import json

import pytest

from models.schedules.lookup import schedule_physics_of
from seeds import load, names
from serving.schedules.answers import answered
from serving.schedules.payloads import schedule_payloads


@pytest.mark.parametrize("name", names())
def test_a_process_is_asked_for_schedules_where_seed_and_physics_say_so(name):
    seed = load(name)
    offered = schedule_payloads(seed, 10)
    assert (offered is not None) == (seed.schedule is not None)
    assert (schedule_physics_of(name) is not None) == (seed.schedule is not None)
    if offered is None:
        return
    found = answered(offered, json.dumps(offered.example).encode())
    assert len(found["hours"]) == 24
    assert found["saving"]["value"] > 0
