"""Steps drawn as SVG."""

from xml.etree import ElementTree

from pages.hours import steps


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


def test_one_value_and_no_level():
    assert "<svg" in steps(["a"], [0.0], "nothing", "#000")
