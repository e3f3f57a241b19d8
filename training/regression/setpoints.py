"""What a table teaches of its knobs, once for all candidates of a job."""

from functools import lru_cache
from typing import Any

from models.setpoints.errors import SetpointError
from models.setpoints.learning import learn
from models.setpoints.process import response_of
from training.dataset import Dataset


def setpoints(data: Dataset) -> dict[str, Any]:
    """Set-point model of a data set, or why there is none, as arguments of `RegressionModel`; empty without physics.

    It learns from the whole table, the newest rows too: nothing is measured of it there.
    """
    if data.seed.place is not None or response_of(data.seed.process.name) is None:
        return {}
    return _learnt(data)


@lru_cache(maxsize=1)
def _learnt(data: Dataset) -> dict[str, Any]:
    try:
        return {"setpoints": learn(data.checked, data.seed)}
    except SetpointError as error:
        return {"setpoints_refusal": str(error)}
