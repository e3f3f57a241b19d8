"""When more lots are broken than a promise allows."""

import pytest

from models.promises import beyond_promise


@pytest.mark.parametrize(
    ("broken", "lots", "beyond"), [(0, 20, False), (5, 100, False), (9, 100, False), (10, 100, True), (1, 1, False)]
)
def test_more_broken_lots_than_promised_must_be_beyond_chance(broken, lots, beyond):
    """Of 100 lots, each broken with 5 %: 9 or more by chance in 6.3 % of cases, 10 or more in 2.8 %."""
    assert beyond_promise(broken / lots, lots, 0.05 if lots > 1 else 0.06) == beyond
