"""What a table teaches of its knobs, once for all candidates of a job."""

from functools import lru_cache
from typing import Any

from models.setpoints.errors import SetpointError
from models.setpoints.learning import learn
from models.setpoints.process import response_of
from training.dataset import Dataset


@lru_cache(maxsize=1)
def setpoints(data: Dataset) -> dict[str, Any]:
    """Set-point model of a data set, or why there is none, as arguments of `RegressionModel`.

    It learns from the whole table, whose newest rows no candidate has learnt: none of its figures is measured on them.
    """
    if data.seed.place is not None or response_of(data.seed.process.name) is None:
        return {}
    try:
        return {"setpoints": learn(data.checked, data.seed)}
    except SetpointError as error:
        return {"setpoints_refusal": str(error)}
