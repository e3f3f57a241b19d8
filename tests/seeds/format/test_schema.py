"""Columns as typed values: what is a number has a range of two ends."""

import pytest


@pytest.mark.parametrize("gone", ["low", "high"])
def test_a_range_needs_both_ends(toy_seed, gone):
    column = toy_seed.column("z").model_copy(update={gone: None})
    with pytest.raises(TypeError, match="column z is no number: it has no range"):
        _ = column.limits


def test_a_key_is_no_number_and_has_no_range(toy_seed):
    assert toy_seed.column("z").limits == (0.0, 8.0)
    assert not toy_seed.key.is_number
    with pytest.raises(TypeError, match="column unit is no number"):
        _ = toy_seed.key.limits
