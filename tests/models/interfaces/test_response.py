"""Every response offers what set-points ask of it."""

from pathlib import Path

import pytest

import models.processes
from models.interfaces.response import Response
from models.processes.lookup import response_of
from seeds import load

FOLDER = Path(models.processes.__path__[0])
WANTED = {name for name in (*vars(Response), *Response.__annotations__) if not name.startswith("_")}


@pytest.mark.parametrize("process", sorted(path.parent.name for path in FOLDER.glob("*/response.py")))
def test_a_response_has_all_parts_and_its_setpoints_are_those_of_the_seed(process):
    response, seed = response_of(load(process)), load(process)
    assert WANTED <= set(dir(response)), sorted(WANTED - set(dir(response)))
    setpoints = {column.name for column in seed.by_role("setpoint")}
    assert set(response.SETPOINTS) <= setpoints
    assert set(response.SHARED) <= setpoints - set(response.SETPOINTS)
    assert response.TUNED
    assert set(response.TUNED) <= set(response.SETPOINTS)
    assert {setpoint for _, setpoint in response.SURE} <= set(response.SETPOINTS)
    names = [one.name for one in (*response.CONSTANTS, *response.SHARED_CONSTANTS)]
    assert len(names) == len(set(names))
    assert set(response.BEFORE) <= {column.name for column in seed.by_role("before")}
    quantities = {one.name for one in seed.constraints if one.column is None}
    assert quantities <= set(response.ASSUMED)


def test_no_module_is_no_response(toy_seed):
    assert response_of(toy_seed) is None
