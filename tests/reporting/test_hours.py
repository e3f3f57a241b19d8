"""Steps drawn as SVG."""

from xml.etree import ElementTree

from reporting.hours import steps


def test_each_value_is_a_level_stretch_and_higher_ones_stand_higher():
    drawn = steps(["a", "b & c", "d"], [1.0, 3.0, 2.0], "current [kA]", "#000", 2.5)
    root = ElementTree.fromstring(drawn[drawn.index("<svg") :])
    line = root.find("polyline")
    places = [tuple(map(float, one.split(","))) for one in line.get("points").split()]
    assert len(places) == 6
    heights = [places[i][1] for i in (0, 2, 4)]
    assert heights[1] < heights[2] < heights[0]
    assert places[1][0] == places[2][0]
    assert len(root.findall("line")) == 2
    assert "b & c" in [one.text for one in root.findall("text")]


def test_what_changes_little_is_seen_to_change_and_what_hardly_does_is_level():
    def heights(values):
        root = ElementTree.fromstring((drawn := steps(["a"] * len(values), values, "x", "#000"))[drawn.index("<svg") :])
        return [float(one.split(",")[1]) for one in root.find("polyline").get("points").split()]

    changed, level = heights([110.0, 112.0, 115.0]), heights([37.13, 37.13, 37.14])
    assert max(changed) - min(changed) > 100
    assert max(level) - min(level) < 5


def test_hours_of_a_week_are_labelled_by_the_day():
    drawn = steps([f"{i % 24}:00" for i in range(168)], [1.0] * 168, "x", "#000")
    assert drawn.count(">0:00<") == 7
    assert drawn.count(":00<") == 7


def test_one_value_and_no_level():
    assert "<svg" in steps(["a"], [0.0], "nothing", "#000")
