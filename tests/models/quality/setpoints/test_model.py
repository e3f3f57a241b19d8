"""A set-point model of lots comes back from its state, and says what it lacks."""

import json

import numpy as np
import pandas as pd

from models.quality.setpoints.model import LotSetpoints
from models.quality.setpoints.recommender import LotPlans, recommend


def test_a_model_that_was_stored_as_json_advises_as_before(setpoints: LotSetpoints) -> None:
    again = LotSetpoints.from_state(json.loads(json.dumps(setpoints.state(), allow_nan=False)), setpoints.seed)
    X = np.array([[2.2, np.nan, 44.0, 2.2], [0.0, np.nan, 50.0, np.nan], [15.0, 0.0, 50.0, 2.2]])
    plans = LotPlans(X, ["a", "b", "c"], [pd.Timestamp("2026-11-01")] * 3)
    assert str(recommend(again, plans)) == str(recommend(setpoints, plans))
    assert again.lots == 3000
