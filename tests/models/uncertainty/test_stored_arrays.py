"""Arrays of a model are protected from changes, and come back from their text."""

from dataclasses import dataclass

import numpy as np
import pytest

from models.uncertainty.stored_arrays import decoded, encoded, freeze
from physics.arrays import FloatArray


@dataclass(frozen=True, eq=False)
class Owner:
    """A frozen owner of an array."""

    part: FloatArray


def test_a_frozen_array_cannot_be_changed() -> None:
    owner = Owner(np.zeros(2))
    freeze(owner, part=np.array([1.0, 2.0]))
    assert owner.part.tolist() == [1.0, 2.0]
    with pytest.raises(ValueError, match="read-only"):
        owner.part[0] = 5.0


def test_numbers_come_back_from_their_text() -> None:
    numbers = np.array([0.1, -np.inf, np.nan])
    np.testing.assert_array_equal(decoded(encoded(numbers)), numbers)
    np.testing.assert_array_equal(decoded(encoded(numbers, "<f4"), "<f4"), numbers.astype(np.float32))


@pytest.mark.parametrize("text", ["?", "AAAA"])
def test_a_text_that_is_no_numbers_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"base64|padding|buffer"):
        decoded(text)
