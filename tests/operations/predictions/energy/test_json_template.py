"""JSON with blanks: what was made once and filled in gives what is encoded as a whole."""

import json
import math

import msgspec
import pytest

from operations.predictions.energy.json_template import BLANK, JsonTemplate

VALUES = [1.5, None, 'a,b\n"c"\u2028é\r', [1, 2], {"x": [None]}, 1e300, True]


def test_a_filled_form_is_the_encoded_object() -> None:
    names = [f"ключ {i}" for i in range(len(VALUES))]
    form = JsonTemplate({"kept": {"text": "as\nit is", "one": 1}, "blanks": dict.fromkeys(names, BLANK), "last": []})
    whole = {"kept": {"text": "as\nit is", "one": 1}, "blanks": dict(zip(names, VALUES, strict=True)), "last": []}
    assert bytes(form.filled(VALUES)) == msgspec.json.encode(whole)
    assert bytes(form.filled(VALUES[::-1])) != msgspec.json.encode(whole)  # it can be filled again
    assert bytes(form.filled(VALUES)) == msgspec.json.encode(whole)


def test_what_is_no_number_is_null() -> None:
    form = JsonTemplate({"a": BLANK, "b": [BLANK, BLANK]})
    assert json.loads(bytes(form.filled([math.nan, math.inf, -math.inf]))) == {"a": None, "b": [None, None]}


def test_a_form_without_blanks_stays_as_it_is() -> None:
    assert bytes(JsonTemplate({"a": 1}).filled([])) == b'{"a":1}'


@pytest.mark.parametrize("values", [[], [1.0], [1.0, 2.0, 3.0]])
def test_as_many_values_as_blanks_are_needed(values: list[float]) -> None:
    with pytest.raises(ValueError, match="size"):
        JsonTemplate({"a": BLANK, "b": BLANK}).filled(values)
