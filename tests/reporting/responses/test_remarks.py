"""Flags, refusals and alarms are found wherever they stand, and counted."""

from reporting.responses.remarks import Remarks, label
from reporting.responses.types import SchemaPlace

PLACE = SchemaPlace.of(
    {
        "properties": {
            "rows": {"items": {"properties": {"alarm": {"description": "whether it rings"}}}},
            "baseline": {"description": "true: nothing was learnt"},
        }
    }
)
NAMES = ("alarm", "baseline", "flags", "refusal", "unavailable_events")


def drawn(value: object) -> str:
    remarks = Remarks(NAMES)
    remarks.add(value, PLACE)
    return remarks.drawn()


def test_remarks_are_found_in_every_form_that_they_have() -> None:
    rows = [{"unit": "A", "time": "T", "alarm": True, "deep": {"refusal": "no data"}}, {"unit": "B", "alarm": False}]
    text = drawn(
        {"rows": rows, "baseline": True, "flags": ["old", "far"], "unavailable_events": {"fire": "never seen"}}
    )
    for cells in (
        ('<th scope="row">alarm</th><td>it rings</td><td>rows, A, T</td>'),
        ('<th scope="row">refusal</th><td>no data</td><td>rows, A, T, deep</td>'),
        ('<th scope="row">baseline</th><td>nothing was learnt</td><td></td>'),
        ('<th scope="row">flags</th><td>old</td><td></td>'),
        ('<th scope="row">flags</th><td>far</td><td></td>'),
        ('<th scope="row">unavailable_events</th><td>fire: never seen</td><td></td>'),
    ):
        assert f"<tr>{cells}</tr>" in text
    assert text.count("<tr>") == 7


def test_a_response_without_remarks_says_so() -> None:
    assert drawn({"rows": [{"unit": "A", "alarm": False, "flags": [], "refusal": None}]}) == "<p>None.</p>"


def test_equal_remarks_are_counted_and_three_of_their_places_named() -> None:
    text = drawn({"rows": [{"unit": f"U{i}", "flags": ["far"]} for i in range(1000)]})
    assert "<td>rows, U0; rows, U1; rows, U2 and 997 more</td>" in text


def test_the_table_is_bounded_and_says_what_it_leaves_out() -> None:
    text = drawn({"rows": [{"unit": f"U{i}", "flags": [f"far by {i}"]} for i in range(3000)]})
    assert text.count("<tr>") == 51
    assert "2,950 more remarks are left out." in text


def test_remarks_are_escaped() -> None:
    text = drawn({"rows": [{"unit": "<b>", "flags": ["<script>"]}]})
    assert "&lt;script&gt;" in text
    assert "rows, &lt;b&gt;" in text


def test_a_row_is_named_by_its_first_texts() -> None:
    assert label({"id": "r-0", "unit": "A", "time": "T", "class": "c"}, 3) == "A, T"
    assert label({"id": "r-0", "value": 3.0}, 3) == "r-0"
    assert label({"value": 3.0, "unit": "t"}, 3) == "row 3"
    assert label("A", 3) == "row 3"
