"""Values that a problem shows of a request."""

import math

import pytest

from serving.problems import shown


@pytest.mark.parametrize("value", [None, True, False, 0, 0.5, 9007199254740991, -9007199254740991])
def test_what_json_carries_stays_as_it_is(value: object) -> None:
    assert shown(value) is value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (9007199254740992, "9007199254740992"),
        (-9007199254740992, "-9007199254740992"),
        (math.inf, "inf"),
        ([1, 2], "[1, 2]"),
    ],
)
def test_all_else_is_shown_as_text(value: object, text: str) -> None:
    assert shown(value) == text
