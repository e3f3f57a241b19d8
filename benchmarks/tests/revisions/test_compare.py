"""Two recordings beside each other: every difference is named, those that are meant are counted by their reason."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.revisions.compare import Expected, ExpectedError, compare, differences, read_expected

BEFORE: dict[str, Any] = {
    "about": {"quick": True},
    "plants": {"lead_refining small": {"table bytes": "0a1b", "table": {"charge": "double 4 77"}}},
    "service": {"lead_refining predictions: example": {"predictions": [{"value": 1.5, "flags": []}, {"value": 2.5}]}},
    "training": {"model.json lead_refining linear 1": {"setpoints": {"rho": [0.1, 0.2]}, "warnings": None}},
    "help": {"train --help": {"code": 0, "out": ["Usage: train", "", "Train the candidates."]}},
}
NONE = Expected({})


def changed(**parts: Any) -> dict[str, Any]:
    made = copy.deepcopy(BEFORE)
    for part, names in parts.items():
        made[part] = made[part] | names
    return made


def places(after: dict[str, Any], expected: Expected = NONE) -> list[str]:
    return [one.place for one in differences(BEFORE, after, expected)[0]]


def test_a_recording_does_not_differ_from_itself():
    result, count = differences(BEFORE, copy.deepcopy(BEFORE), NONE)
    assert result == []
    assert count == 11  # leaves: a list of texts is one


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (
            1.5000000000000002,
            "service: lead_refining predictions: example: predictions: 0: value: 1.5 -> 1.5000000000000002",
        ),
        (None, "service: lead_refining predictions: example: predictions: 0: value: 1.5 -> null"),
        ("1.5", 'service: lead_refining predictions: example: predictions: 0: value: 1.5 -> "1.5"'),
        (True, "service: lead_refining predictions: example: predictions: 0: value: 1.5 -> true"),
    ],
)
def test_a_last_bit_and_another_type_are_differences(value, shown):
    after = copy.deepcopy(BEFORE)
    after["service"]["lead_refining predictions: example"]["predictions"][0]["value"] = value
    (result,), _ = differences(BEFORE, after, NONE)
    assert str(result) == shown


def test_one_and_true_are_not_alike():
    assert len(differences({"a": {"b": 1}}, {"a": {"b": True}}, NONE)[0]) == 1
    assert len(differences({"a": {"b": 1}}, {"a": {"b": 1.0}}, NONE)[0]) == 1


def test_nan_is_like_nan():
    before, after = (json.loads('{"a": {"b": [1.0, NaN]}}') for _ in range(2))
    assert differences(before, after, NONE)[0] == []


def test_what_is_gone_and_what_is_new_is_named():
    after = changed(help={"ask --help": {"code": 2}})
    after["plants"] = {"lead_refining large": after["plants"]["lead_refining small"]}
    assert places(after) == [
        "help: ask --help: code",
        "plants: lead_refining large: table bytes",
        "plants: lead_refining large: table: charge",
        "plants: lead_refining small: table bytes",
        "plants: lead_refining small: table: charge",
    ]
    assert {one.before for one in differences(BEFORE, after, NONE)[0] if one.place.startswith("help")} == {"missing"}


def test_a_list_that_is_empty_now_is_a_difference():
    after = changed(service={"lead_refining predictions: example": {"predictions": []}})
    result = places(after)
    assert "service: lead_refining predictions: example: predictions" in result
    assert "service: lead_refining predictions: example: predictions: 1: value" in result


def test_of_texts_only_the_lines_that_differ_are_shown():
    after = changed(help={"train --help": {"code": 0, "out": ["Usage: train", "", "Train all candidates."]}})
    (result,), _ = differences(BEFORE, after, NONE)
    assert (result.before, result.after) == ("Train the candidates.", "Train all candidates.")


def test_renamed_keys_are_compared_by_their_new_name():
    after = changed(
        training={
            "model.json lead_refining linear 1": {
                "learnt": {"set-points": {"state": {"rho": [0.1, 0.3]}}, "warnings": {"state": None}}
            }
        }
    )
    expected = read_expected(
        "training: model.json *: setpoints* -> training: model.json *: learnt: set-points: state* | format 6\n"
        "training: model.json *: warnings* -> training: model.json *: learnt: warnings: state* | format 6\n"
    )
    result, _ = differences(BEFORE, after, expected)
    assert [str(one) for one in result] == [
        "training: model.json lead_refining linear 1: learnt: set-points: state: rho: 1: 0.2 -> 0.3"
    ]


def test_only_a_star_is_special_in_a_pattern():
    expected = read_expected("plants: a[0].* | a reason\n")
    assert expected.reason("plants: a[0].b: c") == "plants: a[0].*"
    assert expected.reason("plants: a0xb") is None


@pytest.mark.parametrize("line", ["plants: *", "plants: * | ", "a -> b"])
def test_an_expected_difference_without_a_reason_is_refused(line):
    with pytest.raises(ExpectedError, match=r"line 2: got .*expected PATTERN"):
        read_expected(f"# none\n{line}\n")


def test_the_verdict_counts_what_is_expected_and_what_is_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    after = changed(plants={"lead_refining small": {"table bytes": "0a1c", "table": {"charge": "double 4 78"}}})
    files = [tmp_path / "before.json", tmp_path / "after.json"]
    for file, one in zip(files, (BEFORE, after), strict=True):
        file.write_text(json.dumps(one))
    assert not compare(*files, read_expected("plants: *bytes | metadata\nnothing: * | stale\n"))
    assert capsys.readouterr().out.splitlines() == [
        'plants: lead_refining small: table: charge: "double 4 77" -> "double 4 78"',
        "expected: 1 of plants: *bytes: metadata",
        "not seen: nothing: *",
        "10 compared, 1 differ as expected, 1 differ",
    ]
    assert compare(*files, read_expected("plants: * | all of it\n"))


def test_a_part_that_one_recording_has_alone_is_named_and_not_compared(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    after = copy.deepcopy(BEFORE)
    del after["training"]
    files = [tmp_path / "before.json", tmp_path / "after.json"]
    for file, one in zip(files, (BEFORE, after), strict=True):
        file.write_text(json.dumps(one))
    assert compare(*files, NONE)
    assert capsys.readouterr().out.splitlines() == [
        "training: in before.json alone: not compared",
        "7 compared, 0 differ as expected, 0 differ",
    ]


def test_of_a_quick_and_a_whole_recording_what_both_have_is_compared(tmp_path: Path) -> None:
    after = changed(plants={"zinc_ingot large": {"table bytes": "ff"}}) | {"about": {"quick": False}, "package": {}}
    files = [tmp_path / "before.json", tmp_path / "after.json"]
    for file, one in zip(files, (BEFORE, after), strict=True):
        file.write_text(json.dumps(one))
    assert compare(*files, NONE)
