"""Equal rows of truth values, for each number of columns that fills numbers in part, just, or several."""

import numpy as np
import pytest

from models.uncertainty import distinct_rows
from models.uncertainty.distinct_rows import grouped


@pytest.mark.parametrize("columns", [0, 1, 7, 8, 9, 63, 64, 65, 200], ids=str)
@pytest.mark.parametrize("rows", [1, 300], ids=str)
@pytest.mark.parametrize("small", [2, 2**16], ids=["many_patterns", "few_patterns"])
def test_rows_are_grouped_as_numpy_does_row_by_row(
    columns: int, rows: int, small: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(distinct_rows, "_SMALL", small)
    rng = np.random.default_rng(columns)
    few = rng.random((20, columns)) < 0.3
    masks = few[rng.integers(0, len(few), rows)]
    distinct, parts = grouped(masks)
    np.testing.assert_array_equal(distinct, np.unique(masks, axis=0) if columns else masks[:1])
    assert sorted(np.concatenate(parts).tolist()) == list(range(rows))
    for one, own in zip(distinct, parts, strict=True):
        assert (np.diff(own) > 0).all()
        np.testing.assert_array_equal(masks[own], np.repeat(one[None], len(own), axis=0))


def test_no_rows_have_no_groups() -> None:
    distinct, parts = grouped(np.zeros((0, 5), dtype=np.bool_))
    assert (distinct.shape, parts) == ((0, 5), [])
