"""Lines and distributions drawn as SVG."""

from xml.etree import ElementTree

import pytest

from reporting.lines import Trace, distributions, lines, steps
from reporting.wording import Wording


def root(drawn):
    return ElementTree.fromstring(drawn[drawn.index("<svg") :])


def places(line):
    return [tuple(map(float, one.split(","))) for one in line.get("points").split()]


def test_higher_values_stand_higher_and_what_is_missing_breaks_the_line():
    drawn = root(lines(["a", "b", "c", "d & e"], [Trace("x", [1.0, 3.0, None, 2.0], "#000")], "about"))
    first, second = (places(line) for line in drawn.findall("polyline"))
    assert [x for x, _ in first + second] == sorted(x for x, _ in first + second)
    assert first[1][1] < second[0][1] < first[0][1]
    assert [one.find("title").text for one in drawn.findall("circle")] == ["a: 1", "b: 3", "d & e: 2"]


def test_lines_share_one_scale_and_have_their_names():
    drawn = root(
        lines(["a", "b"], [Trace("low", [1.0, 1.0], "#000"), Trace("high", [2.0, 2.0], "#111", True)], "about")
    )
    low, high = (places(line)[0][1] for line in drawn.findall("polyline"))
    assert high < low
    assert {"low", "high"} <= {one.text for one in drawn.findall("text")}


def test_a_mark_stands_at_its_place_with_its_word():
    drawn = root(
        lines(["a", "b", "c"], [Trace("x", [1.0, 2.0, 3.0], "#000")], "about", {1: "version 4", 2: "version 5"})
    )
    at = places(drawn.find("polyline"))
    marked = [float(one.get("x1")) for one in drawn.findall("line") if one.get("x1") == one.get("x2")]
    assert marked == [at[1][0], at[2][0]]
    words = {one.text: one for one in drawn.findall("text")}
    assert words["version 4"].get("text-anchor") == "start"
    assert words["version 5"].get("text-anchor") == "end"


def test_few_labels_are_written_of_many_places():
    labels = [f"2026-{i:03d}" for i in range(60)]
    drawn = root(lines(labels, [Trace("x", [1.0] * 60, "#000")], "about"))
    written = [one.text for one in drawn.findall("text") if one.text in labels]
    assert 5 <= len(written) <= 8


def test_nothing_known_draws_nothing():
    assert lines(["a"], [Trace("x", [None], "#000")], "about") == ""


def test_distributions_stand_over_the_same_axis():
    drawn = root(distributions([0.0, 1.0, 3.0], [0.25, 0.75], [1.0, 0.0], "x [V]", Wording()))
    area, line = places(drawn.find("polygon")), places(drawn.find("polyline"))
    assert area[1][0] == line[0][0]
    assert area[-1][0] == line[-1][0]
    assert line[1][0] - line[0][0] == pytest.approx((line[-1][0] - line[0][0]) / 3, abs=0.2)
    assert line[0][1] < line[2][1]
    assert drawn.get("aria-label") == "x [V]"


@pytest.mark.parametrize(
    ("values", "written"),
    [
        ([0.694, 0.99], ["0.7", "0.8", "0.9", "1.0"]),
        ([22_100.0, 25_300.0], ["22,000", "23,000", "24,000", "25,000"]),
        ([-0.0012, 0.0009], ["-0.001", "0.000", "0.001"]),
        ([0.0, 7.0], ["0", "2", "4", "6"]),
        ([1.0, 1.0], ["0.99", "1.00", "1.01"]),
    ],
)
def test_ticks_stand_at_round_numbers_and_where_these_are(values, written):
    drawn = root(lines(["a", "b"], [Trace("x", values, "#000")], "about"))
    ticks = {one.text: float(one.get("y")) for one in drawn.findall("text") if one.get("text-anchor") == "end"}
    assert list(ticks) == written
    (_, low), (_, high) = places(drawn.find("polyline"))
    for text, y in ticks.items():
        if values[0] != values[1]:
            share = (float(text.replace(",", "")) - values[0]) / (values[1] - values[0])
            assert y - 4 == pytest.approx(low + share * (high - low), abs=0.2)


def test_a_wide_number_at_the_end_of_an_axis_stays_within_the_picture():
    drawn = root(distributions([0.0, 100_000.0, 1_000_000.0], [0.5, 0.5], [0.5, 0.5], "x [t]", Wording()))
    written = {one.text: one.get("text-anchor") for one in drawn.findall("text")}
    assert written["500,000"] == "middle"
    assert written["1,000,000"] == "end"


def test_steps_are_level_stretches_and_higher_values_stand_higher():
    traces = [Trace("current", [1.0, 3.0, 2.0], "#000"), Trace("limit", [2.5] * 3, "#111", dash=True)]
    drawn = root(steps(["a", "b & c", "d"], traces, "current [kA]"))
    current, limit = (places(line) for line in drawn.findall("polyline"))
    assert len(current) == 6
    assert current[1][0] == current[2][0]
    assert current[0][1] == current[1][1] > limit[0][1] > current[2][1]
    assert {"current", "limit", "b & c"} <= {one.text for one in drawn.findall("text")}


def test_hours_of_a_week_are_labelled_by_the_day_and_none_is_cut_off():
    hours = [f"{i // 24 + 1:02d} Mar {i % 24:02d}:00" for i in range(168)]
    drawn = root(steps(hours, [Trace("x", [1.0] * 168, "#000")], "about"))
    written = [one for one in drawn.findall("text") if one.text in hours]
    assert [one.text for one in written] == hours[::24]
    wide = float(drawn.get("viewBox").split()[2])
    assert all(float(one.get("x")) + 6 * len(one.text) <= wide for one in written)


def test_a_label_that_would_be_cut_off_is_left_out():
    hours = [f"01 Mar {i:02d}:00" for i in range(22)]
    written = [one.text for one in root(steps(hours, [Trace("x", [1.0] * 22, "#000")], "about")).findall("text")]
    assert hours[18] in written
    assert hours[21] not in written


def test_steps_that_change_little_are_seen_to_and_what_hardly_does_is_level():
    def heights(values):
        (line,) = root(steps(["a"] * len(values), [Trace("x", values, "#000")], "about")).findall("polyline")
        return [y for _, y in places(line)]

    changed, level = heights([110.0, 112.0, 115.0]), heights([37.13, 37.13, 37.14])
    assert max(changed) - min(changed) > 100
    assert max(level) - min(level) < 5
    assert heights([0.0])
