"""Assayed pieces come back from JSON as they were kept."""

import json
from collections.abc import Callable

import numpy as np

from models.sorting.setpoints.assayed import Assayed


def test_pieces_come_back_as_they_were_kept(drawn: Callable[..., Assayed]) -> None:
    some = drawn(np.random.default_rng(0), lots=3)
    some.X[5, 1] = some.contents[7, 0] = np.nan
    again = Assayed.from_state(json.loads(json.dumps(some.state(), allow_nan=False)))
    np.testing.assert_allclose(again.X, some.X, rtol=1e-5)
    np.testing.assert_array_equal(again.classes, some.classes)
    np.testing.assert_array_equal(np.isnan(again.contents), np.isnan(some.contents))
    assert again.lots.tolist() == some.lots.tolist()
    kept = some.as_kept()
    np.testing.assert_array_equal(kept.X, Assayed.from_state(kept.state()).X)
