"""Assayed pieces come back from JSON as they were kept."""

import json
from collections.abc import Callable

import numpy as np

from models.sorting.setpoints.assayed import Assayed


def test_pieces_come_back_as_they_were_kept(drawn: Callable[..., Assayed]) -> None:
    subset = drawn(np.random.default_rng(0), lots=3)
    subset.X[5, 1] = subset.contents[7, 0] = np.nan
    again = Assayed.from_state(json.loads(json.dumps(subset.state(), allow_nan=False)))
    np.testing.assert_allclose(again.X, subset.X, rtol=1e-5)
    np.testing.assert_array_equal(again.classes, subset.classes)
    np.testing.assert_array_equal(np.isnan(again.contents), np.isnan(subset.contents))
    assert again.lots.tolist() == subset.lots.tolist()
    retained = subset.as_kept()
    np.testing.assert_array_equal(retained.X, Assayed.from_state(retained.state()).X)
